"""Which gate lets through on which road, and what stands where a road crosses a line and no gate is on record."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from routing.building.identity import MADE
from routing.building.plane import arcs_m
from routing.evidence import Control, Evidence
from routing.network import AreaId, Gate, GateId, Place, PlaceId, RoadNetwork, Segment, SegmentId
from routing.readers.roadline import Points, metres_of, steps_m
from routing.units import FOREVER, HOUR, MINUTE, Window

Pair = frozenset[AreaId]
CROSSING: Final = "crossing-"
"""How ids of gates begin that an import has made; the segment's id follows."""
_AHEAD_M: Final = 500.0
"""So far along a road its direction is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """The gate of each segment that has one, all gates, and those that stand on no road now."""

    of_segment: Mapping[SegmentId, GateId]
    gates: Mapping[GateId, Gate]
    made: tuple[GateId, ...]
    idle: tuple[GateId, ...]


def lines_between(log: Sequence[Evidence]) -> frozenset[Pair]:
    """Return the pairs of areas that different parties have ever held at one time."""
    held: dict[AreaId, list[tuple[Window, str]]] = {}
    for record in log:
        if isinstance(record.fact, Control):
            held.setdefault(record.fact.area, []).append((record.valid, record.fact.party))
    spans = {area: _spans(holdings) for area, holdings in held.items()}
    return frozenset(
        frozenset((a, b))
        for a, b in combinations(sorted(spans), 2)
        if any(p != q and v.overlaps(w) for v, p in spans[a] for w, q in spans[b])
    )


def place_gates(
    segments: Sequence[Segment],
    areas: Mapping[PlaceId, AreaId],
    old: RoadNetwork,
    lines: frozenset[Pair],
    within_m: float,
) -> Gated:
    """Return which gate stands on which segment.

    A gate that stood between two areas lets through on every road between these within `within_m` of it; one that
    stood inside an area stands on the road that leaves its place in the old direction. Where a road crosses a line
    and no such gate is near, one that would stand on no road and beside one of the two areas is taken: the land
    around it was drawn anew. Else one is made, with the papers and the delay of a hostile checkpoint: on the ground
    somebody stands there, and a road without a gate would be passed without asking.
    """
    known = {gate: value for gate, value in old.gates.items() if not gate.startswith(CROSSING)}
    pairs = {gate: {frozenset(old.areas_of(s)) for s in old.segments_of_gate[gate] if len(old.areas_of(s)) > 1}
             for gate in known}  # fmt: skip
    between = {s.id: pair for s in segments if len(pair := frozenset((areas[s.start], areas[s.end]))) > 1}
    crossing = [segment for segment in segments if segment.id in between]

    found: dict[SegmentId, GateId] = {}
    for segment in crossing:
        near = _nearest([g for g in sorted(known) if between[segment.id] in pairs[g]], segment, old, within_m)
        if near is not None:
            found[segment.id] = near
    by_place = _by_place(segments, areas)
    for gate in sorted(known):
        served = set(found.values())
        for was in old.segments_of_gate[gate]:
            if len(old.areas_of(was)) == 1 or gate not in served:
                ahead = _in_direction(by_place.get(known[gate].place, ()), known[gate].place, old, was, found)
                if ahead is not None:
                    found[ahead] = gate
    bare = [s for s in crossing if s.id not in found and between[s.id] in lines]
    stood, made = _stand(bare, between, sorted(known.keys() - set(found.values())), old, within_m)
    found |= stood
    idle = sorted(known.keys() - set(found.values()))
    return Gated(of_segment=found, gates=known | made, made=tuple(made), idle=tuple(idle))


def without_gate(network: RoadNetwork, lines: frozenset[Pair]) -> tuple[Segment, ...]:
    """Return the segments that cross a line and name no gate, in order of their ids."""
    crossing = (s for s in network.segments.values() if s.gate is None and frozenset(network.areas_of(s.id)) in lines)
    return tuple(sorted(crossing, key=lambda segment: segment.id))


def stand_gates(
    network: RoadNetwork, lines: frozenset[Pair], within_m: float
) -> tuple[RoadNetwork, Mapping[SegmentId, GateId]]:
    """Return the network with a gate wherever a road crosses a line and named none, and which gate stands where now."""
    bare = without_gate(network, lines)
    if not bare:
        return network, {}
    between = {segment.id: frozenset(network.areas_of(segment.id)) for segment in bare}
    free = [g for g, on in sorted(network.segments_of_gate.items()) if not on and not g.startswith(CROSSING)]
    stood, made = _stand(bare, between, free, network, within_m)
    gated = {segment.id: replace(segment, gate=stood[segment.id]) for segment in bare}
    gates = dict(sorted({**network.gates, **made}.items()))
    return replace(network, gates=gates, segments={**network.segments, **gated}), stood


def keep_named(gated: Gated, named: Mapping[GateId, Gate]) -> Gated:
    """Return the gates with those that evidence names and that stand on no road now."""
    return replace(gated, gates={**gated.gates, **named}, idle=tuple(sorted({*gated.idle, *named})))


def _spans(held: list[tuple[Window, str]]) -> list[tuple[Window, str]]:
    """Return who held an area when, each holding ended by the next one."""
    ordered = sorted(held)
    starts = [window.start for window, _ in ordered[1:]] + [FOREVER]
    return [
        (Window(window.start, min(window.end, until)), party)
        for (window, party), until in zip(ordered, starts, strict=True)
        if min(window.end, until) > window.start
    ]


def _stand(
    bare: Sequence[Segment],
    between: Mapping[SegmentId, Pair],
    free: Sequence[GateId],
    old: RoadNetwork,
    within_m: float,
) -> tuple[dict[SegmentId, GateId], dict[GateId, Gate]]:
    """Return which gate stands on each segment that crosses a line without one, and the gates made for that."""
    beside = {gate: {old.places[old.gates[gate].place].area, *_joined(old, gate)} for gate in free}
    stood: dict[SegmentId, GateId] = {}
    made: dict[GateId, Gate] = {}
    for segment in bare:
        near = _nearest([gate for gate in free if beside[gate] & between[segment.id]], segment, old, within_m)
        if near is None:
            new = _made(segment, _nearest_named(segment, old))
            made[new.id] = new
            near = new.id
        stood[segment.id] = near
    return stood, made


def _joined(old: RoadNetwork, gate: GateId) -> set[AreaId]:
    return {area for segment in old.segments_of_gate[gate] for area in old.areas_of(segment)}


def _nearest(gates: Sequence[GateId], segment: Segment, old: RoadNetwork, within_m: float) -> GateId | None:
    """Return the gate that stood on this very segment if it is near enough, else the nearest that is."""
    if not gates:
        return None
    before = old.segments.get(segment.id)
    stood = None if before is None else before.gate
    points = np.array(segment.shape)
    away = [float(arcs_m(points, np.array([old.places[old.gates[g].place].position]).repeat(len(points), 0)).min())
            for g in gates]  # fmt: skip
    best = min(range(len(gates)), key=lambda k: (gates[k] != stood or away[k] > within_m, round(away[k]), gates[k]))
    return gates[best] if away[best] <= within_m else None


def _by_place(segments: Sequence[Segment], areas: Mapping[PlaceId, AreaId]) -> dict[PlaceId, list[Segment]]:
    """Return the segments inside one area that meet at each place."""
    found: dict[PlaceId, list[Segment]] = {}
    for segment in segments:
        if areas[segment.start] == areas[segment.end]:
            for place in (segment.start, segment.end):
                found.setdefault(place, []).append(segment)
    return found


def _in_direction(
    here: Sequence[Segment], place: PlaceId, old: RoadNetwork, was: SegmentId, taken: Mapping[SegmentId, GateId]
) -> SegmentId | None:
    free = [segment for segment in here if segment.id not in taken]
    before = old.segments[was]
    if not free or place not in (before.start, before.end):
        return None
    then = _bearing(before, place, old)

    def turned(segment: Segment) -> float:
        now = _bearing(segment, place, old)
        return abs((now - then + math.pi) % (2 * math.pi) - math.pi)

    best = min(free, key=lambda segment: (round(turned(segment), 6), segment.id))
    return best.id if turned(best) <= math.pi / 2 else None


def _bearing(segment: Segment, place: PlaceId, old: RoadNetwork) -> float:
    """Return the direction in which a segment leaves a place, looked at some way along."""
    shape: Points = np.array(segment.shape) if len(segment.shape) > 1 else np.array(
        [old.places[segment.start].position, old.places[segment.end].position]
    )  # fmt: skip
    if segment.start != place:
        shape = shape[::-1]
    along = np.concatenate(([0.0], np.cumsum(steps_m(shape))))
    k = max(1, int(np.searchsorted(along, min(_AHEAD_M, metres_of(shape)))))
    k = min(k, len(shape) - 1)
    east = (shape[k][0] - shape[0][0]) * math.cos(math.radians(shape[0][1]))
    return math.atan2(east, shape[k][1] - shape[0][1])


def _nearest_named(segment: Segment, old: RoadNetwork) -> Place | None:
    """Return the place that people made nearest to a segment's start: what they call the spot by."""
    named = [place for _, place in sorted(old.places.items()) if not MADE.fullmatch(place.id)]
    if not named:
        return None
    here = np.array([segment.shape[0]]).repeat(len(named), 0)
    return named[int(np.argmin(arcs_m(here, np.array([place.position for place in named]))))]


def _made(segment: Segment, near: Place | None) -> Gate:
    by, by_ar = ("", "") if near is None else (f" near {near.name}", f" قرب {near.name_ar}")
    return Gate(
        id=f"{CROSSING}{segment.id}", name=f"Line on {segment.name}{by}, no gate on record",
        name_ar=f"خط على {segment.name}{by_ar}، لا معبر مسجل", place=segment.start, regime="permit",
        authority="not on record", authority_type="none", opens=0, closes=24 * HOUR, trucks_per_hour=10,
        delay_low_s=30 * MINUTE, delay_mode_s=2 * HOUR, delay_high_s=7 * HOUR,
    )  # fmt: skip
