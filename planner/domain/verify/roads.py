"""Rules of the road: every move is driven again, segment by segment and minute by minute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from planner.domain.plan import Convoy, GatePass, Move, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.violation import Violation
from routing.network import SegmentId
from routing.status import Status
from routing.travel.recheck import Recheck, recheck
from routing.truck import Truck
from routing.units import Instant, Window, intersect_windows, merge_windows

DRIVE_RULES: Final = (
    "path", "travel_time", "blocked_segment", "segment_window", "gate_hours", "window_return", "unknown_segment",
    "truck_limit", "night_driving",
)  # fmt: skip

_RULE_OF_COMPLAINT: Final = {
    **dict.fromkeys(("weight", "axle", "height", "width"), "truck_limit"),
    "night": "night_driving",
}
_ON_THE_WAY_BACK: Final = {"blocked_segment": "window_return", "segment_window": "window_return"}


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
        for move in driven(convoy, snapshot):
            walked = walk(move, convoy, snapshot)
            for complaint in walked.complaints:
                word, _, said = complaint.partition(": ")
                rule = _RULE_OF_COMPLAINT.get(word, word)
                if not move.loaded:
                    rule = _ON_THE_WAY_BACK.get(rule, rule)
                yield Violation(rule=rule, convoy=convoy.id, detail=f"{move.start} to {move.end}: {said}")
            yield from _as_said(convoy, move, walked)
        yield from _one_window(convoy, snapshot)


def walk(move: Move, convoy: Convoy, snapshot: Snapshot) -> Recheck:
    """Return how the convoy drives a move, minute by minute."""
    largest = Truck.largest(snapshot.truck_types[kind].on_the_road for kind, n in convoy.trucks.items() if n > 0)
    around = Window(move.depart_at - 86_400, max(move.arrive_at, move.depart_at) + 86_400)
    return recheck(
        snapshot.network,
        snapshot.access,
        move.segments,
        move.start,
        move.depart_at,
        convoy.truck_count,
        loaded=move.loaded,
        truck=largest,
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
    """From the way out over a line until the way back, a way home never lapses, not even while the column waits.

    Whoever returns by another gate than they came by needs, at each moment inside, the consent at one of the two.
    """
    out: dict[SegmentId, Instant] = {}
    for move in driven(convoy, snapshot):
        for passed in walk(move, convoy, snapshot).passes:
            if move.loaded:
                out.setdefault(passed.segment, passed.enter_at)
                continue
            came_by = {passed.segment: out[passed.segment]} if passed.segment in out else _lines(out, snapshot)
            lapses = _lapses(snapshot, passed.segment)
            if not lapses or not came_by:
                continue
            inside = Window(max(came_by.values()), max(passed.leave_at, max(came_by.values()) + 1))
            for segment in came_by:
                lapses = intersect_windows(lapses, _lapses(snapshot, segment))
            if any(lapse.overlaps(inside) for lapse in lapses):
                yield Violation(
                    rule="window_return",
                    convoy=convoy.id,
                    detail=f"{passed.segment} closes between the way out and the way back",
                )


def _lines(out: Mapping[SegmentId, Instant], snapshot: Snapshot) -> dict[SegmentId, Instant]:
    return {segment: at for segment, at in out.items() if _lapses(snapshot, segment)}


def _lapses(snapshot: Snapshot, segment: SegmentId) -> tuple[Window, ...]:
    """Return when nobody consents to the crossing of a segment's line; gates' hours come back every day."""
    return merge_windows(
        piece.window
        for piece in snapshot.access.timelines.get(segment, ())
        if any(part.status is Status.BLOCKED and part.name in {"control", "ceasefire"} for part in piece.parts)
    )


def driven(convoy: Convoy, snapshot: Snapshot) -> tuple[Move, ...]:
    """Return the moves that are still to be driven: those of a promised convoy that are over are history."""
    if convoy.movement is None:
        return convoy.moves
    return tuple(move for move in convoy.moves if move.arrive_at > snapshot.as_of.at)


def occupancies(convoy: Convoy, snapshot: Snapshot) -> Iterator[Occupancy]:
    """Yield when the convoy is on which segment and in which direction."""
    for move in convoy.moves:
        place = move.start
        for passed in walk(move, convoy, snapshot).passes:
            segment = snapshot.network.get_segment(passed.segment)
            forward = place == segment.start
            place = segment.end if forward else segment.start
            if passed.leave_at > passed.enter_at:
                yield Occupancy(segment=segment.id, forward=forward, window=Window(passed.enter_at, passed.leave_at))
