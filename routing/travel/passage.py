"""When a column may set out on a given way, when it passes each gate, and what may fail on it."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from routing.errors import RoutingError
from routing.network import GateId, PlaceId, RoadNetwork, Segment, SegmentId, other_end
from routing.status import AccessMap, GatePrior, Piece, Status
from routing.units import HOUR, Instant, Seconds, Window, intersect_windows, merge_windows

GATE_QUANTILE: Final = 0.5
"""Every timetable takes a gate's delay at this quantile."""

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way over named segments in driving order; `loaded` columns are checked at gates, empty ones only pass."""

    origin: PlaceId
    destination: PlaceId
    segments: tuple[SegmentId, ...]
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One segment of a drive, in seconds after departure.

    The head reaches the segment, and its gate if it has one, at `enter_s`; the last truck is through the gate at
    `clear_s`; the column has left the segment at `leave_s`. The segment is occupied from first to last.
    """

    segment: Segment
    enter_s: Seconds
    clear_s: Seconds
    leave_s: Seconds


def path_seconds(network: RoadNetwork, access: AccessMap, path: Path, trucks: int) -> Seconds:
    """Return how long a column of so many trucks drives the path, gates included, without waiting."""
    drive = stretches(network, access, path, trucks)
    return drive[-1].leave_s if drive else 0


def departure_windows(
    network: RoadNetwork,
    access: AccessMap,
    path: Path,
    trucks: int,
    within: Window,
    daylight: tuple[Window, ...] | None,
    *,
    use_unknown: bool = True,
) -> tuple[Window, ...]:
    """Return exactly the departures from which the drive passes every segment while it is not blocked.

    With `daylight` the whole drive must also lie in one of these windows (those that touch count as one). A column
    may leave a segment in the second in which it closes, so a window of departures ends one second after the last
    good departure. Holds are not roads: they are not looked at here.

    Raises
    ------
    RoutingError
        If the path does not connect, goes against a one-way segment, or `trucks` is less than 1.
    """
    drive = stretches(network, access, path, trucks)
    known = within.clip(access.horizon)
    allowed: tuple[Window, ...] = () if known is None else (known,)
    for stretch in drive:
        if not allowed:
            return ()
        span = Window(allowed[0].start + stretch.enter_s, allowed[-1].end - 1 + stretch.leave_s)
        passable = passable_windows(access, stretch.segment.id, span, use_unknown=use_unknown)
        allowed = intersect_windows(allowed, _departures(passable, stretch.enter_s, stretch.leave_s))
    if daylight is not None and drive:
        allowed = intersect_windows(allowed, _departures(merge_windows(daylight), 0, drive[-1].leave_s))
    return allowed


def gate_passes(
    network: RoadNetwork, access: AccessMap, path: Path, trucks: int
) -> tuple[tuple[GateId, Seconds, Seconds], ...]:
    """Return each gate on the way, with the offsets at which the head arrives and the last truck is through."""
    return tuple(
        (stretch.segment.gate, stretch.enter_s, stretch.clear_s)
        for stretch in stretches(network, access, path, trucks)
        if stretch.segment.gate is not None
    )


def causes(network: RoadNetwork, access: AccessMap, path: Path, depart: Window, trucks: int) -> dict[str, float]:
    """Return every distinct cause that may stop the drive, with its probability of holding; see `causes_on`."""
    return causes_on(network, access, stretches(network, access, path, trucks), depart, loaded=path.loaded)


def causes_on(
    network: RoadNetwork, access: AccessMap, drive: Iterable[Stretch], depart: Window, *, loaded: bool
) -> dict[str, float]:
    """Return every distinct cause that may stop a drive on some stretches, with its probability of holding.

    Of a cause met more than once, and over all departures in the window, the lowest probability counts. Spans in
    which a segment is blocked are left out: nobody drives then.
    """
    found: dict[str, float] = {}
    for stretch in drive:
        span = Window(depart.start + stretch.enter_s, depart.end - 1 + stretch.leave_s)
        for piece in pieces_in(access.timeline(stretch.segment.id), span):
            if piece.status is not Status.BLOCKED:
                lower(found, piece_causes(piece, stretch.segment))
        if loaded and stretch.segment.gate is not None:
            lower(found, gate_cause(network, access, stretch.segment.gate))
    return found


def path_p(met: Mapping[str, float]) -> float:
    """Return the probability that none of the causes fails: each counts once, whatever the number of segments."""
    return math.prod(met[cause] for cause in sorted(met))


def stretches(network: RoadNetwork, access: AccessMap, path: Path, trucks: int) -> tuple[Stretch, ...]:
    """Return the timing of the drive, segment by segment.

    Raises
    ------
    RoutingError
        If the path does not connect, goes against a one-way segment, or `trucks` is less than 1.
    """
    place, now = path.origin, 0
    drive: list[Stretch] = []
    for segment in (network.get_segment(name) for name in path.segments):
        if place != segment.start and (segment.oneway or place != segment.end):
            raise RoutingError(
                f"Segment {segment.id} cannot be entered at {place}. Give the segments in driving order."
            )
        clear = now + gate_seconds(network, access, segment, loaded=path.loaded, trucks=trucks)
        leave = clear + segment.drive_seconds()
        drive.append(Stretch(segment=segment, enter_s=now, clear_s=clear, leave_s=leave))
        place, now = other_end(segment, place), leave
    if place != path.destination:
        raise RoutingError(f"The path ends at {place}, not at {path.destination}. Give all of its segments.")
    return tuple(drive)


def gate_seconds(network: RoadNetwork, access: AccessMap, segment: Segment, *, loaded: bool, trucks: int) -> Seconds:
    """Return how long the column stands at the gate at the segment's entrance: 0 without a gate; raises as below."""
    if trucks < 1:
        raise RoutingError(f"A column of {trucks} trucks cannot drive. Give at least 1.")
    return 0 if segment.gate is None else gate_stand_s(network, access, segment.gate, loaded=loaded, trucks=trucks)


def gate_stand_s(network: RoadNetwork, access: AccessMap, gate: GateId, *, loaded: bool, trucks: int) -> Seconds:
    """Return how long a column stands at a gate.

    A loaded column is checked for the gate's median delay; loaded or empty, its trucks then pass one after another.

    Raises
    ------
    RoutingError
        If `trucks` is less than 1, or the gate is said to let through no trucks at all.
    """
    listed = network.get_gate(gate)
    flow = access.gate_flow.get(gate, listed.trucks_per_hour)
    if flow < 1:
        raise RoutingError(f"Gate {gate} lets {flow} trucks an hour through. Report it closed instead.")
    return (listed.delay_s(GATE_QUANTILE) if loaded else 0) + -(-trucks * HOUR // flow)


def passable_windows(
    access: AccessMap, segment: SegmentId, span: Window, *, use_unknown: bool = True
) -> tuple[Window, ...]:
    """Return when the segment is not blocked, merged; pieces that only reach into `span` are whole."""
    return passable_in(access.timeline(segment), span, use_unknown=use_unknown)


def passable_in(timeline: Sequence[Piece], span: Window, *, use_unknown: bool = True) -> tuple[Window, ...]:
    """Return of a timeline what `passable_windows` returns of a segment's."""
    return merge_windows(
        piece.window
        for piece in pieces_in(timeline, span)
        if piece.status is not Status.BLOCKED and (use_unknown or piece.status is not Status.UNKNOWN)
    )


def pieces_in(timeline: Sequence[Piece], span: Window) -> Iterator[Piece]:
    """Yield the pieces that share at least one second with the span, in order of time."""
    first = bisect_right(timeline, span.start, key=_piece_start) - 1
    for piece in timeline[max(first, 0) :]:
        if piece.window.start >= span.end:
            return
        if piece.window.end > span.start:
            yield piece


def piece_causes(piece: Piece, segment: Segment) -> dict[str, float]:
    """Return what may fail on the segment in this span, so that their product is never above the piece's p.

    A part that lowers p without naming a cause counts once a corridor, because a road is damaged, or its last report
    is old, for its whole length; were it counted by segment, drawing the map finer would make a way look riskier.
    """
    found = dict(piece.causes)
    unreported = any(cause.startswith("unreported:") for cause in found)
    for part in piece.parts:
        if part.p >= 1:
            continue
        if part.name == "physical" and not unreported:
            lower(found, {f"road:{segment.corridor}": part.p})
        elif part.name == "gate" and segment.gate is not None:
            lower(found, {f"gate_report:{segment.gate}": part.p})
    if path_p(found) > piece.p + _ROUNDING:
        lower(found, {f"road:{segment.corridor}": piece.p})
    return found


def gate_cause(network: RoadNetwork, access: AccessMap, gate: GateId) -> dict[str, float]:
    """Return the gate as a cause, with the mean of its record so far."""
    listed = network.get_gate(gate)
    unseen = GatePrior(passed=listed.prior_passed, turned_back=listed.prior_turned_back, cases=0)
    return {f"gate:{gate}": access.gate_priors.get(gate, unseen).p}


def lower(found: dict[str, float], more: Mapping[str, float]) -> None:
    """Add causes to `found`, keeping the lower probability of one that is already there."""
    for cause, p in more.items():
        found[cause] = min(p, found.get(cause, 1.0))


def _departures(passable: Sequence[Window], enter_s: Seconds, leave_s: Seconds) -> tuple[Window, ...]:
    return tuple(
        Window(window.start - enter_s, window.end - leave_s + 1)
        for window in passable
        if window.end - leave_s >= window.start - enter_s
    )


def _piece_start(piece: Piece) -> Instant:
    return piece.window.start
