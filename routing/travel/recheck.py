"""Drive a planned way again, minute by minute, and say what would stop the column.

Written apart from the search: it shares none of its code, so that an error there cannot hide here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from routing.network import GateId, PlaceId, RoadNetwork, Segment, SegmentId
from routing.status import AccessMap, Piece, Status
from routing.truck import ANY_TRUCK, Truck
from routing.units import Instant, Window

STEP_S: Final = 60
_GATE_CODES: Final = frozenset({"outside_hours", "gate_closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """When the column enters a segment, is through its gate (if any), and leaves it."""

    segment: SegmentId
    gate: GateId | None
    enter_at: Instant
    clear_at: Instant
    leave_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Where and when the drive ends, its passes, and complaints that each begin with the rule's name."""

    place: PlaceId
    arrive_at: Instant
    passes: tuple[Pass, ...]
    complaints: tuple[str, ...]


def recheck(  # noqa: PLR0913 - what a drive is made of
    network: RoadNetwork,
    access: AccessMap,
    segments: Sequence[SegmentId],
    start: PlaceId,
    depart_at: Instant,
    trucks: int,
    *,
    loaded: bool,
    truck: Truck = ANY_TRUCK,
    use_unknown: bool = True,
    daylight: Sequence[Window] | None = None,
) -> Recheck:
    """Walk the segments in time and return every complaint; none means that the drive may take place.

    Complaints begin with `path`, `weight`, `axle`, `height`, `width`, `blocked_segment`, `segment_window` (it closes
    while the column is on it), `gate_hours`, `unknown_segment` or `night`. A path that breaks off is walked up to the
    break.
    """
    place, now = start, depart_at
    passes: list[Pass] = []
    complaints: list[str] = []
    for name in segments:
        segment = network.segments.get(name)
        wrong = _entrance(segment, name, place)
        if segment is None or wrong:
            complaints.append(wrong)
            break
        complaints += _limits(access, segment, truck)
        if segment.gate is not None and _flow(network, access, segment.gate) <= 0:
            complaints.append(f"gate_hours: gate {segment.gate} lets no trucks through")
            break
        passed = _drive(network, access, segment, now, trucks, loaded=loaded)
        complaints += _walk(access, passed, use_unknown=use_unknown)
        passes.append(passed)
        place = segment.end if place == segment.start else segment.start
        now = passed.leave_at
    complaints += _night(passes, daylight)
    return Recheck(place=place, arrive_at=now, passes=tuple(passes), complaints=tuple(complaints))


def _entrance(segment: Segment | None, name: SegmentId, place: PlaceId) -> str:
    if segment is None:
        return f"path: {name} is no segment of the network"
    if place not in (segment.start, segment.end):
        return f"path: {name} does not begin at {place}"
    if segment.oneway and place != segment.start:
        return f"path: {name} is one-way and leads to {place}"
    return ""


def _limits(access: AccessMap, segment: Segment, truck: Truck) -> Iterator[str]:
    limit_kg = access.limit_kg(segment)
    if limit_kg is not None and truck.gross_kg > limit_kg:
        yield f"weight: {segment.id} carries {limit_kg} kg, a truck weighs {truck.gross_kg} kg"
    if segment.axle_limit_kg is not None and truck.axle_kg > segment.axle_limit_kg:
        yield f"axle: {segment.id} carries {segment.axle_limit_kg} kg an axle, a truck has {truck.axle_kg} kg on one"
    if segment.height_limit_m is not None and truck.height_m > segment.height_limit_m:
        yield f"height: {segment.id} is {segment.height_limit_m:g} m high, a truck {truck.height_m:g} m"
    if segment.width_limit_m is not None and truck.width_m > segment.width_limit_m:
        yield f"width: {segment.id} is {segment.width_limit_m:g} m wide, a truck {truck.width_m:g} m"


def _flow(network: RoadNetwork, access: AccessMap, gate: GateId) -> int:
    return access.gate_flow[gate] if gate in access.gate_flow else network.gates[gate].trucks_per_hour


def _drive(
    network: RoadNetwork, access: AccessMap, segment: Segment, enter_at: Instant, trucks: int, *, loaded: bool
) -> Pass:
    clear_at = enter_at
    if segment.gate is not None:
        if loaded:
            clear_at += network.gates[segment.gate].delay_s(0.5)
        clear_at += ceil(trucks * 3_600 / _flow(network, access, segment.gate))
    leave_at = clear_at + segment.drive_seconds()
    return Pass(segment=segment.id, gate=segment.gate, enter_at=enter_at, clear_at=clear_at, leave_at=leave_at)


def _instants(begin: Instant, end: Instant, edges: Sequence[Instant]) -> Iterator[Instant]:
    """Yield every minute of the half-open span, and every edge in it, in order."""
    stops = sorted({begin, end, *(edge for edge in edges if begin < edge < end)})
    for first, after in pairwise(stops):
        yield from range(first, after, STEP_S)


def _walk(access: AccessMap, passed: Pass, *, use_unknown: bool) -> list[str]:
    """Return the first complaint about the segment, if any: what follows it is mostly the same closure."""
    timeline = access.timelines.get(passed.segment)
    if timeline is None:
        return [f"unknown_segment: nothing is known of {passed.segment}"]
    edges = [edge for piece in timeline for edge in (piece.window.start, piece.window.end)]
    for at in _instants(passed.enter_at, passed.leave_at, edges):
        rule, said = _state(access, passed, at, timeline, use_unknown=use_unknown)
        if rule:
            return [f"{rule}: {said}"]
    return []


def _state(
    access: AccessMap, passed: Pass, at: Instant, timeline: Sequence[Piece], *, use_unknown: bool
) -> tuple[str, str]:
    name = passed.segment
    entered = "at entry" if at == passed.enter_at else f"{at - passed.enter_at} s after entry"
    piece = next((piece for piece in timeline if piece.window.start <= at < piece.window.end), None)
    if piece is None or not access.horizon.start <= at < access.horizon.end:
        return "segment_window", f"nothing is folded for {name} at {at}"
    if piece.status is Status.UNKNOWN and not use_unknown:
        return "unknown_segment", f"{name} has no fresh report at {at}, {entered}"
    if piece.status is not Status.BLOCKED:
        return "", ""
    code = next((part.code for part in piece.parts if part.name == piece.decided_by), "blocked")
    if piece.decided_by == "gate" and code in _GATE_CODES:
        return "gate_hours", f"{name} is {code} at gate {passed.gate} at {at}, {entered}"
    rule = "blocked_segment" if at == passed.enter_at else "segment_window"
    return rule, f"{name} is blocked ({code}) at {at}, {entered}"


def _night(passes: Sequence[Pass], daylight: Sequence[Window] | None) -> list[str]:
    if daylight is None:
        return []
    edges = [edge for window in daylight for edge in (window.start, window.end)]
    for passed in passes:
        for at in _instants(passed.enter_at, passed.leave_at, edges):
            if not any(window.start <= at < window.end for window in daylight):
                return [f"night: the column is on {passed.segment} in the dark at {at}"]
    return []
