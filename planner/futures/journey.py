"""A convoy's way as the futures drive it: its runs, halts and rests in order, with what each road asks for."""

from collections.abc import Callable
from dataclasses import dataclass

from planner.domain.plan import Convoy, Move, Stop
from planner.domain.snapshot import Snapshot
from planner.futures.road import Road, road
from routing.network import Gate, SegmentId
from routing.travel.passage import Path, stretches
from routing.units import Instant, Seconds, Window, local_days

Day = int
"""A local day, by its first instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A road of a run: trucks pass its gate one after another in `queue_s`, and all of them drive it in `drive_s`.

    `gate` is there where a loaded column is checked.
    """

    road: Road
    queue_s: Seconds
    drive_s: Seconds
    gate: Gate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A move: it begins as planned where the column rested before, else as soon as the column is ready."""

    planned_at: Instant
    rested: bool
    loaded: bool
    day: Day
    passages: tuple[Passage, ...]
    stop: int | None
    """Which of the convoy's stops it ends at."""
    unload_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """All rides of a convoy."""

    convoy: Convoy
    rides: tuple[Ride, ...]

    @property
    def name(self) -> str:
        """The convoy's id."""
        return self.convoy.id


def journey(convoy: Convoy, snapshot: Snapshot, see: Callable[[SegmentId], Road] | None = None) -> Journey:
    """Return a convoy's journey through the access map of its snapshot; `see` hands out roads that are shared."""
    roads = see or road_of(snapshot)
    days = local_days(Window(convoy.moves[0].depart_at, convoy.moves[-1].arrive_at + 1), snapshot.crisis.tz)
    rides: list[Ride] = []
    ready_at, next_stop = convoy.moves[0].depart_at, 0
    for number, move in enumerate(convoy.moves):
        stop = _stop_at(convoy, move, snapshot, next_stop)
        next_stop += stop is not None
        unload_s = 0 if stop is None else stop.unloaded_at - stop.arrive_at
        rides.append(
            Ride(
                planned_at=move.depart_at,
                rested=number == 0 or move.depart_at > ready_at,
                loaded=move.loaded,
                day=next((day.start for day in days if day.contains(move.depart_at)), days[0].start),
                passages=tuple(_passages(move, convoy, snapshot, roads)),
                stop=None if stop is None else next_stop - 1,
                unload_s=unload_s,
            )
        )
        ready_at = move.arrive_at + unload_s
    return Journey(convoy=convoy, rides=tuple(rides))


def road_of(snapshot: Snapshot, seen_as: str = "") -> Callable[[SegmentId], Road]:
    """Return what gives the road of a segment, each made once."""
    made: dict[SegmentId, Road] = {}

    def see(name: SegmentId) -> Road:
        if name not in made:
            pieces = snapshot.access.timeline(name)
            made[name] = road(snapshot.network.get_segment(name), pieces, snapshot.access.horizon, seen_as)
        return made[name]

    return see


def _stop_at(convoy: Convoy, move: Move, snapshot: Snapshot, next_stop: int) -> Stop | None:
    if next_stop >= len(convoy.stops):
        return None
    stop = convoy.stops[next_stop]
    return stop if (snapshot.sites[stop.site].place, stop.arrive_at) == (move.end, move.arrive_at) else None


def _passages(move: Move, convoy: Convoy, snapshot: Snapshot, see: Callable[[SegmentId], Road]) -> list[Passage]:
    network = snapshot.network
    path = Path(origin=move.start, destination=move.end, segments=move.segments, loaded=move.loaded)
    found = []
    for stretch in stretches(network, snapshot.access, path, convoy.truck_count):
        checked = network.gates[stretch.segment.gate] if move.loaded and stretch.segment.gate is not None else None
        stands_s = stretch.clear_s - stretch.enter_s
        found.append(
            Passage(
                road=see(stretch.segment.id),
                queue_s=stands_s - (0 if checked is None else checked.delay_s(snapshot.policy.gate_delay_quantile)),
                drive_s=stretch.leave_s - stretch.clear_s,
                gate=checked,
            )
        )
    return found
