"""Make the road network of a crisis from the lines of a road file, and say what became of everything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from routing.building.attachment import Attached, Far, attach, hold
from routing.building.chains import Chain, contract, open_rings
from routing.building.crossings import Gated, Pair, keep_named, place_gates
from routing.building.districts import Districts, cut_at_borders
from routing.building.graph import Graph
from routing.building.identity import MADE, Heirs, find_heirs, node_ids, segment_ids, shape_of
from routing.building.noding import Noded, node_lines
from routing.errors import InvalidNetwork
from routing.network import (
    Area,
    AreaId,
    GateId,
    Place,
    PlaceId,
    Position,
    Retired,
    RoadNetwork,
    Segment,
    SegmentId,
)
from routing.readers.roadline import Points, RoadLine, least_m, metres_of
from routing.readers.vector import Outline

EVERYWHERE = Area(id="everywhere", name="Whole network", name_ar="كامل الشبكة")
"""The area of all roads where neither a place nor an outline tells areas apart."""
ELSEWHERE = Area(id="elsewhere", name="Outside every outline", name_ar="خارج كل الحدود المرسومة")
"""The area of roads that no outline holds, where every place lies in an area that has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """How near is near, in metres."""

    snap_m: float = 1.0
    """Ends this near to each other, or to a line, are joined."""
    attach_within_m: float = 2_000.0
    """A place farther from any suitable road stays without one."""
    gate_within_m: float = 5_000.0
    """A gate between two areas lets through on the roads between them this near to it."""
    same_m: float = 25.0
    """A road that moved by no more is the same road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What is spoken of outside the network, in evidence or by a convoy under way, and must not vanish unseen."""

    segments: frozenset[SegmentId] = frozenset()
    gates: frozenset[GateId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A network made from a file, and what became of everything on the way."""

    network: RoadNetwork
    noded: Noded
    attached: tuple[Attached, ...]
    far: tuple[Far, ...]
    gated: Gated
    lost_gates: tuple[GateId, ...]
    heirs: Mapping[SegmentId, Heirs]
    """For each named segment that is gone, what lies along it now."""
    kept: int
    new: int
    gone: int
    area_read_from_m: float
    """The farthest that a junction took its area from."""
    new_areas: tuple[AreaId, ...]

    @property
    def lost(self) -> tuple[SegmentId, ...]:
        """Named segments of which less than nine tenths are still there."""
        return tuple(segment for segment, heirs in self.heirs.items() if not heirs.whole)


def build_network(
    lines: Sequence[RoadLine],
    *,
    noded: bool,
    old: RoadNetwork,
    outlines: Sequence[Outline] = (),
    between: frozenset[Pair] = frozenset(),
    named: Named = Named(),
    tolerances: Tolerances = Tolerances(),
) -> Built:
    """Return the network that these lines make for a crisis whose network is `old`.

    Places that people made stay, with their positions; junctions of an earlier import go. `between` are pairs of
    areas that a line has run between.

    Raises
    ------
    InvalidNetwork
        If no line is left to make a network from.
    """
    near = tolerances
    first = node_lines(lines, snap_m=near.snap_m, crossings=not noded)
    if not first.pieces:
        raise InvalidNetwork("No road is left to make a network from. Look at what was set apart and left out.")
    authored = {p.id: p for p in old.places.values() if not MADE.fullmatch(p.id)}
    graph, attached, far = attach(
        Graph(nodes=first.nodes, pieces=first.pieces), {p.id: p.position for p in authored.values()},
        within_m=near.attach_within_m,
    )  # fmt: skip
    graph = open_rings(graph)
    areas, new_areas = _areas(old, outlines, authored)
    districts = Districts(outlines=outlines, anchors=tuple(authored.values()))
    standing = {one.node: one.place for one in attached}
    placed = {node: authored[place].area for node, place in standing.items()}
    graph, node_areas, away = cut_at_borders(graph, districts, placed)
    # Last, so that every node there was before is there again to be held.
    graph, held = hold(graph, _old_ends(old, named), near.same_m)
    grown, farther = districts.areas(graph.nodes[len(node_areas) :])
    node_areas, away = np.concatenate((node_areas, grown)), np.concatenate((away, farther))
    unknown = ELSEWHERE.id if outlines else EVERYWHERE.id if authored else min(areas)
    node_areas[[area is None for area in node_areas]] = unknown
    chains = contract(graph, {*standing, *held}, lambda piece: bool(node_areas[piece.a] != node_areas[piece.b]))
    ids = node_ids(graph.nodes, sorted({n for c in chains for n in (c.a, c.b)}), standing, old, near.same_m)
    names = segment_ids(chains, ids, old, near.same_m)
    segments = [_segment(chain, name, ids) for chain, name in zip(chains, names, strict=True)]
    area_of = {ids[node]: str(node_areas[node]) for node in ids}
    areas |= {area.id: area for area in (EVERYWHERE, ELSEWHERE) if area.id in area_of.values() and area.id not in areas}
    places = authored | {
        name: _junction(name, graph.nodes[node], area_of[name]) for node, name in ids.items() if name not in authored
    }
    gated = place_gates(segments, area_of | {p.id: p.area for p in authored.values()}, old, between, near.gate_within_m)
    without = {gate: old.gates[gate] for gate in sorted(named.gates & old.gates.keys()) if gate not in gated.gates}
    gated = keep_named(gated, without)
    places |= {gate.place: old.places[gate.place] for gate in without.values()}
    # One that stood on no road before is not lost now.
    lost_gates = [gate for gate in without if old.segments_of_gate[gate]]
    drawn = {s.id: s for s in (_settled(segment, gated, old) for segment in segments)}
    shapes = {segment.id: np.array(segment.shape) for segment in segments}
    gone = sorted(s for s in named.segments if s in old.segments and s not in drawn)
    heirs = find_heirs(gone, old, shapes, near.same_m)
    network = RoadNetwork(
        places=dict(sorted(places.items())), segments=dict(sorted(drawn.items())),
        gates=dict(sorted(gated.gates.items())), areas=dict(sorted(areas.items())),
        retired=_retired(old, heirs, drawn),
    )  # fmt: skip
    kept = len(old.segments.keys() & drawn.keys())
    return Built(
        network=network, noded=first, attached=attached, far=far, gated=gated, lost_gates=tuple(lost_gates),
        heirs=heirs, kept=kept, new=len(drawn) - kept, gone=len(old.segments) - kept,
        area_read_from_m=float(away[sorted(ids)].max(initial=0.0)), new_areas=new_areas,
    )  # fmt: skip


def _old_ends(old: RoadNetwork, named: Named) -> Points:
    """Return the ends of the old segments that are spoken of."""
    found: set[Position] = set()
    for name in named.segments & old.segments.keys():
        shape = shape_of(old.segments[name], old)
        found |= {(float(shape[k][0]), float(shape[k][1])) for k in (0, -1)}
    return np.array(sorted(found), dtype=np.float64).reshape(-1, 2)


def _areas(
    old: RoadNetwork, outlines: Sequence[Outline], authored: Mapping[PlaceId, Place]
) -> tuple[dict[AreaId, Area], tuple[AreaId, ...]]:
    areas = dict(old.areas)
    new = {o.id: Area(id=o.id, name=o.name, name_ar=o.name_ar) for o in outlines if o.id not in areas}
    areas |= new
    if not areas or (not authored and not outlines and len(areas) != 1):
        areas.setdefault(EVERYWHERE.id, EVERYWHERE)
    return areas, tuple(sorted(new))


def _segment(chain: Chain, name: SegmentId, ids: Mapping[int, PlaceId]) -> Segment:
    said = chain.name if not chain.ref or chain.ref in chain.name else f"{chain.ref} {chain.name}".strip()
    return Segment(
        id=name, name=said or f"Unnamed {chain.road_class} road", corridor=chain.ref or chain.name or name,
        start=ids[chain.a], end=ids[chain.b], length_m=least_m(metres_of(chain.points)),
        road_class=chain.road_class, shape=tuple((float(lon), float(lat)) for lon, lat in chain.points),
        single_lane=chain.single_lane, oneway=chain.oneway, weight_limit_kg=chain.weight_limit_kg,
        bridge=chain.bridge, width_m=chain.width_m, axle_limit_kg=chain.axle_limit_kg,
        height_limit_m=chain.height_limit_m, width_limit_m=chain.width_limit_m,
    )  # fmt: skip


def _settled(segment: Segment, gated: Gated, old: RoadNetwork) -> Segment:
    """Return the segment with its gate, and with its published length where the same road had one.

    A drawing is shorter than the road; a published length is not given up for it.
    """
    before = old.segments.get(segment.id)
    gated_segment = replace(segment, gate=gated.of_segment.get(segment.id))
    if before is None or before.length_derived:
        return gated_segment
    return replace(gated_segment, length_m=before.length_m, length_derived=False)


def _junction(name: PlaceId, position: Points, area: AreaId) -> Place:
    said = f"{position[1]:.5f}, {position[0]:.5f}"
    return Place(
        id=name, name=said, name_ar=said, kind="junction", position=(float(position[0]), float(position[1])), area=area
    )


def _retired(old: RoadNetwork, heirs: Mapping[SegmentId, Heirs], drawn: Collection[SegmentId]) -> tuple[Retired, ...]:
    """Return the heirs of all segments ever retired: those of old ones through the heirs of their heirs."""
    found = {name: one.segments for name, one in heirs.items()}
    for one in old.retired:
        if one.segment not in drawn:
            now = [new for heir in one.heirs for new in ((heir,) if heir in drawn else found.get(heir, ()))]
            found[one.segment] = tuple(sorted(set(now)))
    return tuple(Retired(segment=name, heirs=found[name]) for name in sorted(found))
