"""Rules of rest and of holds: when a column must not drive, and where it may sleep."""

from collections.abc import Iterator

from planner.domain.plan import Move, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.roads import driven, walk
from planner.domain.verify.violation import Violation
from routing.units import Instant, Seconds, Window


def overnight(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A column rests over night only where that is allowed, and drives no longer than allowed between two halts.

    A halt is a stop or a night; a column that only passes through a place has not rested there.
    """
    for convoy in plan.convoys:
        driving, since = 0, convoy.hub
        previous: Move | None = None
        for move in driven(convoy, snapshot):
            if previous is not None:
                stop = next((s for s in convoy.stops if s.arrive_at == previous.arrive_at), None)
                dark = _is_dark_between(snapshot, previous.arrive_at, move.depart_at)
                place = snapshot.network.places[previous.end]
                site = None if stop is None else snapshot.sites[stop.site]
                if dark and not place.overnight and not (site is not None and site.overnight):
                    yield Violation(rule="overnight", convoy=convoy.id, detail=f"rests at {place.id} over night")
                if dark or stop is not None:
                    driving, since = 0, place.id
            driving += _driving_s(move, snapshot)
            if driving > snapshot.policy.max_driving_s:
                yield Violation(
                    rule="overnight",
                    convoy=convoy.id,
                    detail=f"{since} to {move.end}: {driving} s of driving, allowed {snapshot.policy.max_driving_s} s",
                )
            previous = move


def _driving_s(move: Move, snapshot: Snapshot) -> Seconds:
    segments = snapshot.network.segments
    return sum(segments[name].drive_seconds() for name in move.segments if name in segments)


def _is_dark_between(snapshot: Snapshot, start: Instant, end: Instant) -> bool:
    if end <= start:
        return False
    span = Window(start, end)
    return not any(day.covers(span) for day in snapshot.crisis.daylight(Window(start - 86_400, end + 86_400)))


def hold(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """No convoy moves under a hold: anywhere, or over the segments that are held."""
    for convoy in plan.convoys:
        for move in driven(convoy, snapshot):
            for held in snapshot.access.holds:
                if held.segments is None:
                    spans = [Window(move.depart_at, max(move.arrive_at, move.depart_at + 1))]
                else:
                    passes = walk(move, convoy, snapshot).passes
                    spans = [Window(p.enter_at, p.leave_at) for p in passes if p.segment in held.segments]
                if any(held.window.overlaps(span) for span in spans):
                    yield Violation(rule="hold", convoy=convoy.id, detail=f"moves under a hold: {held.reason}")
