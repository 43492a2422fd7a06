"""What is on record against a timetable: the roads by all that is known today, and a convoy driven through them."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.domain.plan import Convoy, Move
from planner.domain.replayed import Fate
from planner.futures.road import shut_by_hours
from routing.network import RoadNetwork
from routing.status import AccessMap, Piece, Status
from routing.travel.passage import Path, Stretch, pieces_in, stretches
from routing.units import Instant, Seconds, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What is on record against a timetable: where and when it is met, and the records that say so.

    `nothing_stops_it` means that only: no record stands against it. Whether a gate would have let it through, nobody
    knows.
    """

    fate: Fate
    at: Instant | None = None
    segment: str = ""
    records: tuple[int, ...] = ()


def what_happened(convoy: Convoy, hindsight: AccessMap, network: RoadNetwork) -> Happened:
    """Drive a timetable through a map of what is on record today."""
    for hold in hindsight.holds:
        near = hold.segments is None or not hold.segments.isdisjoint(convoy.segments)
        if near and hold.window.contains(convoy.depart_at):
            return Happened(fate="held", at=convoy.depart_at, records=hold.evidence)
    crossed: dict[str, Instant] = {}
    waited: Seconds = 0
    for move in convoy.moves:
        path = Path(origin=move.start, destination=move.end, segments=move.segments, loaded=move.loaded)
        for stretch in stretches(network, hindsight, path, convoy.truck_count):
            name, timeline = stretch.segment.id, hindsight.timeline(stretch.segment.id)
            waited += _waits(timeline, move, stretch, waited)
            enter = move.depart_at + stretch.enter_s + waited
            since = enter if move.loaded else crossed.get(name, enter)
            span = Window(since, max(since + 1, move.depart_at + stretch.leave_s + waited))
            stop = next((p for p in pieces_in(timeline, span) if _stops(p, loaded=move.loaded)), None)
            if stop is not None and (move.loaded or crossed):
                fate: Fate = "turned_back" if move.loaded else "caught_inside"
                return Happened(
                    fate=fate, at=max(since, stop.window.start), segment=name, records=stop.deciding().evidence
                )
            if move.loaded and _is_line(timeline):
                crossed.setdefault(name, enter)
    return Happened(fate="nothing_stops_it", at=convoy.stops[-1].unloaded_at)


def _waits(timeline: Sequence[Piece], move: Move, stretch: Stretch, waited: Seconds) -> Seconds:
    """Return how long a column on its way back waits until it can take a road within the hours of its gate."""
    came = move.depart_at + stretch.enter_s + waited
    start, takes = came, max(1, stretch.leave_s - stretch.enter_s)
    for piece in () if move.loaded else timeline:
        if shut_by_hours(piece) and piece.window.overlaps(Window(start, start + takes)):
            start = piece.window.end
    return start - came


def _stops(piece: Piece, *, loaded: bool) -> bool:
    """Whether a piece stops a column; on the way back a gate's hours only make it wait for the morning."""
    return piece.status is Status.BLOCKED and (loaded or not shut_by_hours(piece))


def _is_line(timeline: Sequence[Piece]) -> bool:
    return any(
        part.name in {"control", "ceasefire"} and part.status is not Status.OPEN
        for piece in timeline
        for part in piece.parts
    )
