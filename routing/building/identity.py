"""Names that last: a segment whose geometry did not move keeps its id, whatever else the file says now."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from routing.building.chains import Chain
from routing.building.plane import apart_m, on_sphere, plane_lines
from routing.network import PlaceId, Position, RoadNetwork, Segment, SegmentId
from routing.readers.roadline import Points, metres_of

MADE: Final = re.compile(r"[jr]-[0-9a-z]{13}(-[0-9]+)?")
"""How ids of junctions and of roads made by an import look."""
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that are taken for digits: ids are read out on the telephone."""
WHOLE: Final = 0.9
"""An old segment is carried over if its heirs cover this share of it."""
_STEP_M: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heirs:
    """What now lies along a segment that is gone, and how much of its length that covers."""

    segments: tuple[SegmentId, ...]
    share: float

    @property
    def whole(self) -> bool:
        """Tell whether (nearly) all of the old segment is still there."""
        return self.share >= WHOLE


def node_ids(
    nodes: Points, used: Sequence[int], places: Mapping[int, PlaceId], old: RoadNetwork | None, same_m: float
) -> dict[int, PlaceId]:
    """Return the id of each node in use: its place's; that of the old junction it stands on; else one by position."""
    ids = dict(places)
    free = [node for node in used if node not in ids]
    made = {node: position_id(nodes[node]) for node in free}
    known = {} if old is None else {p.id: p.position for p in old.places.values() if MADE.fullmatch(p.id)}
    ids |= {node: name for node, name in made.items() if name in known}
    taken = set(ids.values())
    ids |= _moved([node for node in free if node not in ids], nodes,
                  {name: at for name, at in known.items() if name not in taken}, same_m)  # fmt: skip
    return ids | {node: made[node] for node in free if node not in ids}


def _moved(free: Sequence[int], nodes: Points, known: Mapping[PlaceId, Position], same_m: float) -> dict[int, PlaceId]:
    """Return for nodes the old junction within `same_m`, the nearest pairs first."""
    if not free or not known:
        return {}
    names = sorted(known)
    tree = cKDTree(on_sphere(np.array([known[name] for name in names])))
    near: Any = tree.query_ball_point(on_sphere(nodes[list(free)]), same_m)
    where = on_sphere(nodes[list(free)])
    pairs = sorted(
        (float(np.linalg.norm(where[i] - tree.data[k])), names[k], node) for i, node in enumerate(free) for k in near[i]
    )
    found: dict[int, PlaceId] = {}
    given: set[PlaceId] = set()
    for _, name, node in pairs:
        if node not in found and name not in given:
            found[node] = name
            given.add(name)
    return found


def segment_ids(
    chains: Sequence[Chain], nodes: Mapping[int, PlaceId], old: RoadNetwork | None, same_m: float
) -> list[SegmentId]:
    """Return the id of each chain: that of the old segment that ran there, else one by its geometry."""
    kept = {} if old is None else _kept(chains, nodes, old, same_m)
    given = set(kept.values())
    ids: list[SegmentId] = []
    for number, chain in enumerate(chains):
        name = kept.get(number) or geometry_id(chain)
        if number not in kept:
            # Another road may have kept this name though it moved a little: a second one gets a number.
            plain, count = name, 1
            while name in given:
                count += 1
                name = f"{plain}-{count}"
            given.add(name)
        ids.append(name)
    return ids


def _kept(
    chains: Sequence[Chain], nodes: Mapping[int, PlaceId], old: RoadNetwork, same_m: float
) -> dict[int, SegmentId]:
    by_ends: dict[frozenset[PlaceId], list[Segment]] = {}
    for segment in old.segments.values():
        by_ends.setdefault(frozenset((segment.start, segment.end)), []).append(segment)
    pairs = []
    for number, chain in enumerate(chains):
        for segment in by_ends.get(frozenset((nodes[chain.a], nodes[chain.b])), ()):
            if chain.oneway and segment.oneway and nodes[chain.a] != segment.start:
                continue
            shape = shape_of(segment, old)
            length = metres_of(shape)
            if abs(metres_of(chain.points) - length) <= max(2 * same_m, 0.02 * length):
                away = apart_m(chain.points, shape)
                if away <= same_m:
                    pairs.append((away, chain.oneway != segment.oneway, segment.id, number))
    found: dict[int, SegmentId] = {}
    given: set[SegmentId] = set()
    for _, _, name, number in sorted(pairs):
        if number not in found and name not in given:
            found[number] = name
            given.add(name)
    return found


def find_heirs(
    gone: Sequence[SegmentId], old: RoadNetwork, new: Mapping[SegmentId, Points], within_m: float
) -> dict[SegmentId, Heirs]:
    """Return what now lies along each segment that is gone: roads no point of which is farther than `within_m` from it.

    A road that only shares a stretch with the old one is no heir: what was reported of the one was not of the other.
    """
    if not gone:
        return {}
    names = sorted(new)
    lines = plane_lines([new[name] for name in names])
    tree = shapely.STRtree(lines)
    found: dict[SegmentId, Heirs] = {}
    for segment in gone:
        shape = shape_of(old.segments[segment], old)
        line = plane_lines([shape])[0]
        scale = float(np.cos(np.radians(shape[:, 1].mean())))
        near = tree.query(line, predicate="dwithin", distance=within_m / scale)
        heirs = [
            names[k] for k in sorted(near)
            if _farthest(lines[k], line) * scale <= within_m
        ]  # fmt: skip
        covered = sum(metres_of(new[name]) for name in heirs)
        found[segment] = Heirs(segments=tuple(heirs), share=round(min(1.0, covered / max(1.0, metres_of(shape))), 3))
    return found


def _farthest(line: shapely.Geometry, other: shapely.Geometry) -> float:
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(line, _STEP_M)))
    return float(shapely.distance(points, other).max())


def shape_of(segment: Segment, network: RoadNetwork) -> Points:
    """Return a segment's points; one without a shape runs straight between its ends."""
    if len(segment.shape) > 1:
        return np.array(segment.shape, dtype=np.float64)
    ends = network.places[segment.start].position, network.places[segment.end].position
    return np.array(ends, dtype=np.float64)


def position_id(position: Points) -> PlaceId:
    """Return the id of a junction by where it is: the same wherever and whenever it is imported."""
    lon, lat = round((float(position[0]) + 180) * 1e7), round((float(position[1]) + 90) * 1e7)
    return f"j-{_written(lon << 32 | lat)}"


def geometry_id(chain: Chain) -> SegmentId:
    """Return the id of a segment by its geometry, and by its direction where it is one-way."""
    content = np.round(chain.points * 1e7).astype("<i8").tobytes() + (b"oneway" if chain.oneway else b"")
    return f"r-{_written(int.from_bytes(hashlib.sha256(content).digest()[:8], 'big'))}"


def _written(number: int) -> str:
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(60, -1, -5))
