"""Rules of the figures printed with a convoy: its chance to arrive, its slack and its time under threat."""

import math
from collections.abc import Iterator
from typing import Final

from planner.domain.plan import Convoy, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.roads import driven, walk
from planner.domain.verify.violation import Violation
from routing.status import Piece, Status
from routing.travel.recheck import Pass
from routing.units import Instant, Seconds

_P_TOLERANCE: Final = 1e-6


def risk(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The probability of arrival is at least the cap, and is what it is said to be; a promise keeps its old figure."""
    for convoy in plan.convoys:
        true = arrival_p(convoy, snapshot)
        if true < snapshot.policy.risk_cap_p - _P_TOLERANCE:
            yield Violation(rule="risk", convoy=convoy.id, detail=f"p {true:.3f} is under {snapshot.policy.risk_cap_p}")
        if convoy.movement is None and abs(convoy.p - true) > _P_TOLERANCE:
            yield Violation(rule="risk", convoy=convoy.id, detail=f"p is said to be {convoy.p:.4f} and is {true:.4f}")


def arrival_p(convoy: Convoy, snapshot: Snapshot) -> float:
    """Return the product over the distinct causes that the loaded column meets, each at its lowest."""
    causes: dict[str, float] = {}
    for move in driven(convoy, snapshot):
        if not move.loaded:
            continue
        for passed in walk(move, convoy, snapshot).passes:
            for cause, p in _causes(passed, snapshot):
                causes[cause] = min(p, causes.get(cause, 1.0))
    return math.prod(causes[name] for name in sorted(causes))


def _causes(passed: Pass, snapshot: Snapshot) -> Iterator[tuple[str, float]]:
    segment = snapshot.network.get_segment(passed.segment)
    if segment.gate is not None:
        yield f"gate:{segment.gate}", snapshot.access.gate_priors[segment.gate].p
    for piece in snapshot.access.timelines.get(segment.id, ()):
        if piece.status is Status.BLOCKED or not (
            passed.enter_at < piece.window.end and piece.window.start < passed.leave_at
        ):
            continue
        found = dict(piece.causes)
        for name, p in _without_cause(piece, segment.corridor, segment.gate):
            found[name] = min(p, found.get(name, 1.0))
        if math.prod(found.values()) > piece.p + _P_TOLERANCE:
            # Whatever lowers the piece beyond its causes is the road itself.
            found[f"road:{segment.corridor}"] = piece.p
        yield from found.items()


def _without_cause(piece: Piece, corridor: str, gate: str | None) -> Iterator[tuple[str, float]]:
    """Yield what lowers a piece's p without being among its causes: a damaged or stale road, once a corridor."""
    unreported = any(name.startswith("unreported:") for name, _ in piece.causes)
    for part in piece.parts:
        if part.p < 1 and part.name == "physical" and not unreported:
            yield f"road:{corridor}", part.p
        if part.p < 1 and part.name == "gate" and gate is not None:
            yield f"gate_report:{gate}", part.p


def slack(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The slack printed is the time left before a segment of the way back closes; a promise keeps its old figure."""
    for convoy in plan.convoys:
        true = return_slack_s(convoy, snapshot)
        if convoy.movement is None and convoy.slack_s != true:
            yield Violation(
                rule="slack", convoy=convoy.id, detail=f"slack is said to be {convoy.slack_s} s, is {true} s"
            )


def least_slack(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The empty column is off each road long enough before that road closes; a promise keeps what it was given."""
    least = snapshot.policy.least_slack_s
    for convoy in plan.convoys if least else ():
        known = [closing - left_at for left_at, closing in _way_back(convoy, snapshot) if closing is not None]
        if convoy.movement is None and min(known, default=least) < least:
            yield Violation(
                rule="least_slack", convoy=convoy.id,
                detail=f"{max(0, min(known))} s before the way back closes, asked are {least} s",
            )  # fmt: skip


def return_slack_s(convoy: Convoy, snapshot: Snapshot) -> Seconds:
    """Return the shortest time between leaving a segment on the way back and that segment's next closing.

    Where no closing is known, the end of the time for which access is known stands for it.
    """
    end = snapshot.access.horizon.end
    found = [(end if closing is None else closing) - left_at for left_at, closing in _way_back(convoy, snapshot)]
    return min((end - convoy.back_at, *(max(0, seconds) for seconds in found)))


def _way_back(convoy: Convoy, snapshot: Snapshot) -> Iterator[tuple[Instant, Instant | None]]:
    """Yield when the empty column has left each segment, and when that segment closes next if it is known to."""
    for move in convoy.moves:
        for passed in walk(move, convoy, snapshot).passes if not move.loaded else ():
            pieces = snapshot.access.timelines.get(passed.segment, ())
            closings = (p.window.start for p in pieces if p.status is Status.BLOCKED and p.window.end > passed.leave_at)
            yield passed.leave_at, next(closings, None)


def exposure(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The time under threat printed is that between the first and the last contested or unreported segment."""
    for convoy in plan.convoys:
        true = convoy.truck_count * _exposed_s(convoy, snapshot)
        if convoy.movement is None and convoy.exposure_truck_s != true:
            yield Violation(
                rule="exposure",
                convoy=convoy.id,
                detail=f"said to be {convoy.exposure_truck_s} truck-seconds under threat, are {true}",
            )


def _exposed_s(convoy: Convoy, snapshot: Snapshot) -> Seconds:
    threatened = {Status.CONTESTED, Status.UNKNOWN}
    inside = [
        passed
        for move in convoy.moves
        for passed in walk(move, convoy, snapshot).passes
        if any(
            piece.status in threatened and piece.window.start < passed.leave_at and passed.enter_at < piece.window.end
            for piece in snapshot.access.timelines.get(passed.segment, ())
        )
    ]
    return inside[-1].leave_at - inside[0].enter_at if inside else 0
