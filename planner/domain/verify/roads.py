"""Rules of the road: every move is driven again, segment by segment and minute by minute."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from planner.domain.plan import Convoy, GatePass, Move, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.violation import Violation
from routing.network import SegmentId
from routing.status import Piece, Status
from routing.travel.recheck import Pass, Recheck, recheck
from routing.units import Instant, Seconds, Window

DRIVE_RULES: Final = (
    "path", "travel_time", "blocked_segment", "segment_window", "gate_hours", "window_return", "unknown_segment",
    "truck_limit", "night_driving",
)  # fmt: skip

_RULE_OF_COMPLAINT: Final = {"weight": "truck_limit", "night": "night_driving"}
_ON_THE_WAY_BACK: Final = {"blocked_segment": "window_return", "segment_window": "window_return"}
_P_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """A column on a segment, from its head's entry until its tail has left."""

    segment: SegmentId
    forward: bool
    window: Window


def drive(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Every move connects, takes the time it says, and meets no closed road, gate or night.

    A road that is closed, or closes, under the empty column on its way back breaks `window_return`.
    """
    for convoy in plan.convoys:
        yield from _connected(convoy, snapshot)
        for move in convoy.moves:
            walked = _walk(move, convoy, snapshot)
            for complaint in walked.complaints:
                word, _, said = complaint.partition(": ")
                rule = _RULE_OF_COMPLAINT.get(word, word)
                if not move.loaded:
                    rule = _ON_THE_WAY_BACK.get(rule, rule)
                yield Violation(rule=rule, convoy=convoy.id, detail=f"{move.start} to {move.end}: {said}")
            yield from _as_said(convoy, move, walked)
        yield from _one_window(convoy, snapshot)


def _walk(move: Move, convoy: Convoy, snapshot: Snapshot) -> Recheck:
    heaviest = max((snapshot.truck_types[kind].gross_kg for kind, n in convoy.trucks.items() if n > 0), default=0)
    around = Window(move.depart_at - 86_400, max(move.arrive_at, move.depart_at) + 86_400)
    return recheck(
        snapshot.network,
        snapshot.access,
        move.segments,
        move.start,
        move.depart_at,
        convoy.truck_count,
        loaded=move.loaded,
        gross_kg=heaviest,
        use_unknown=snapshot.policy.use_unknown,
        daylight=snapshot.crisis.daylight(around),
    )


def _connected(convoy: Convoy, snapshot: Snapshot) -> Iterator[Violation]:
    """From the hub through every stop in order and back, each move starting where and after the last one ended."""

    def wrong(detail: str) -> Violation:
        return Violation(rule="path", convoy=convoy.id, detail=detail)

    hub = snapshot.hubs[convoy.hub].place
    if convoy.moves[0].start != hub or convoy.moves[-1].end != hub:
        yield wrong(f"does not start and end at {hub}")
    for before, after in pairwise(convoy.moves):
        if before.end != after.start:
            yield wrong(f"arrives at {before.end} and leaves from {after.start}")
        if after.depart_at < before.arrive_at:
            yield wrong(f"leaves {after.start} before it arrives there")
    yield from (wrong(detail) for detail in _stops_out_of_place(convoy, snapshot))


def _stops_out_of_place(convoy: Convoy, snapshot: Snapshot) -> Iterator[str]:
    arrivals = list(enumerate(convoy.moves))
    last = -1
    for stop in convoy.stops:
        place = snapshot.sites[stop.site].place
        index = next((i for i, m in arrivals if i > last and m.end == place and m.arrive_at == stop.arrive_at), None)
        if index is None:
            yield f"no move arrives at {stop.site} at the time of the stop"
            continue
        last = index
        if not convoy.moves[index].loaded:
            yield f"arrives empty at {stop.site}"
        if index + 1 == len(convoy.moves) or convoy.moves[index + 1].depart_at < stop.unloaded_at:
            yield f"leaves {stop.site} before it is unloaded"
    if any(move.loaded for move in convoy.moves[last + 1 :]):
        yield "a move after the last stop is said to be loaded"
    if not all(move.loaded for move in convoy.moves[: last + 1]):
        yield "a move before the last stop is said to be empty"


def _as_said(convoy: Convoy, move: Move, walked: Recheck) -> Iterator[Violation]:
    where = f"{move.start} to {move.end}"
    if walked.place != move.end and not any(c.startswith("path") for c in walked.complaints):
        yield Violation(rule="path", convoy=convoy.id, detail=f"{where}: the segments end at {walked.place}")
    elif walked.arrive_at != move.arrive_at:
        yield Violation(
            rule="travel_time",
            convoy=convoy.id,
            detail=f"{where}: said to arrive {move.arrive_at}, arrives {walked.arrive_at}",
        )
    gates = tuple(
        GatePass(gate=p.gate, arrive_at=p.enter_at, clear_at=p.clear_at) for p in walked.passes if p.gate is not None
    )
    if gates != move.gates and walked.arrive_at == move.arrive_at:
        yield Violation(rule="travel_time", convoy=convoy.id, detail=f"{where}: gates are not passed at the times said")


def _one_window(convoy: Convoy, snapshot: Snapshot) -> Iterator[Violation]:
    """Between the way out and the way back over a line, consent never lapses, not even while the column waits."""
    out: dict[SegmentId, Instant] = {}
    for move in convoy.moves:
        for passed in _walk(move, convoy, snapshot).passes:
            if move.loaded:
                out.setdefault(passed.segment, passed.enter_at)
                continue
            start = out.get(passed.segment)
            if start is not None and _consent_lapses(snapshot, passed.segment, Window(start, passed.leave_at)):
                yield Violation(
                    rule="window_return",
                    convoy=convoy.id,
                    detail=f"{passed.segment} closes between the way out and the way back",
                )


def _consent_lapses(snapshot: Snapshot, segment: SegmentId, span: Window) -> bool:
    return any(
        part.status is Status.BLOCKED and part.name in {"control", "ceasefire"}
        for piece in snapshot.access.timeline(segment)
        if piece.window.overlaps(span)
        for part in piece.parts
    )


def overnight(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A column rests over night only where that is allowed, and drives no longer than allowed between two halts."""
    for convoy in plan.convoys:
        for before, after in pairwise(convoy.moves):
            stop = next((s for s in convoy.stops if s.arrive_at == before.arrive_at), None)
            place = snapshot.network.places[before.end]
            ready = before.arrive_at if stop is None else stop.unloaded_at
            if not _is_dark_between(snapshot, ready, after.depart_at):
                continue
            allowed = place.overnight or (stop is not None and snapshot.sites[stop.site].overnight)
            if not allowed:
                yield Violation(rule="overnight", convoy=convoy.id, detail=f"rests at {place.id} over night")
        for move in convoy.moves:
            driving = sum(snapshot.network.get_segment(s).drive_seconds() for s in move.segments)
            if driving > snapshot.policy.max_driving_s:
                yield Violation(
                    rule="overnight",
                    convoy=convoy.id,
                    detail=f"{move.start} to {move.end}: {driving} s of driving, allowed {snapshot.policy.max_driving_s} s",
                )


def _is_dark_between(snapshot: Snapshot, start: Instant, end: Instant) -> bool:
    if end <= start:
        return False
    span = Window(start, end)
    return not any(day.covers(span) for day in snapshot.crisis.daylight(Window(start - 86_400, end + 86_400)))


def hold(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """No convoy moves under a hold."""
    for convoy in plan.convoys:
        for move in convoy.moves:
            span = Window(move.depart_at, max(move.arrive_at, move.depart_at + 1))
            for held in snapshot.access.holds:
                touched = held.segments is None or not held.segments.isdisjoint(move.segments)
                if touched and held.window.overlaps(span):
                    yield Violation(rule="hold", convoy=convoy.id, detail=f"moves under a hold: {held.reason}")


def risk(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The probability of arrival is at least the cap, and is not said to be higher than it is."""
    for convoy in plan.convoys:
        true = arrival_p(convoy, snapshot)
        if convoy.p < snapshot.policy.risk_cap_p - _P_TOLERANCE:
            yield Violation(
                rule="risk", convoy=convoy.id, detail=f"p {convoy.p:.3f} is under {snapshot.policy.risk_cap_p}"
            )
        if convoy.p > true + _P_TOLERANCE:
            yield Violation(rule="risk", convoy=convoy.id, detail=f"p is said to be {convoy.p:.4f} and is {true:.4f}")


def arrival_p(convoy: Convoy, snapshot: Snapshot) -> float:
    """Return the product over the distinct causes that the loaded column meets, each at its lowest."""
    causes: dict[str, float] = {}
    for move in convoy.moves:
        if not move.loaded:
            continue
        for passed in _walk(move, convoy, snapshot).passes:
            for cause, p in _causes(passed, snapshot):
                causes[cause] = min(p, causes.get(cause, 1.0))
    return math.prod(causes[name] for name in sorted(causes))


def _causes(passed: Pass, snapshot: Snapshot) -> Iterator[tuple[str, float]]:
    segment = snapshot.network.get_segment(passed.segment)
    if segment.gate is not None:
        yield f"gate:{segment.gate}", snapshot.access.gate_priors[segment.gate].p
    for piece in snapshot.access.timeline(segment.id):
        if piece.status is Status.BLOCKED or not (
            passed.enter_at < piece.window.end and piece.window.start < passed.leave_at
        ):
            continue
        yield from piece.causes
        yield from _without_cause(piece, segment.corridor, segment.gate)


def _without_cause(piece: Piece, corridor: str, gate: str | None) -> Iterator[tuple[str, float]]:
    """Yield what lowers a piece's p without being among its causes: a damaged or stale road, once a corridor."""
    unreported = any(name.startswith("unreported:") for name, _ in piece.causes)
    for part in piece.parts:
        if part.p < 1 and part.name == "physical" and not unreported:
            yield f"road:{corridor}", part.p
        if part.p < 1 and part.name == "gate" and gate is not None:
            yield f"gate_report:{gate}", part.p


def slack(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The slack printed is not longer than the time left before a segment of the way back closes."""
    for convoy in plan.convoys:
        true = return_slack_s(convoy, snapshot)
        if convoy.slack_s > true:
            yield Violation(
                rule="slack", convoy=convoy.id, detail=f"slack is said to be {convoy.slack_s} s, is {true} s"
            )


def return_slack_s(convoy: Convoy, snapshot: Snapshot) -> Seconds:
    """Return the shortest time between leaving a segment on the way back and that segment's next closing."""
    found = [snapshot.access.horizon.end - convoy.back_at]
    for move in convoy.moves:
        if move.loaded:
            continue
        for passed in _walk(move, convoy, snapshot).passes:
            closing = next(
                (
                    piece.window.start
                    for piece in snapshot.access.timeline(passed.segment)
                    if piece.status is Status.BLOCKED and piece.window.end > passed.leave_at
                ),
                snapshot.access.horizon.end,
            )
            found.append(max(0, closing - passed.leave_at))
    return min(found)


def occupancies(convoy: Convoy, snapshot: Snapshot) -> Iterator[Occupancy]:
    """Yield when the convoy is on which segment and in which direction."""
    for move in convoy.moves:
        place = move.start
        for passed in _walk(move, convoy, snapshot).passes:
            segment = snapshot.network.get_segment(passed.segment)
            forward = place == segment.start
            place = segment.end if forward else segment.start
            if passed.leave_at > passed.enter_at:
                yield Occupancy(segment=segment.id, forward=forward, window=Window(passed.enter_at, passed.leave_at))
