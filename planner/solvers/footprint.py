"""What one chosen convoy takes from the others: the line that loads it, the gates it stands at, the lanes it fills."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from planner.domain.needs import CoupledGroup, SiteId
from planner.domain.plan import Convoy
from planner.domain.supply import HubId
from planner.solvers.ground import Ground
from planner.solvers.limits import Course
from planner.solvers.one_convoy import Domains, departures
from planner.solvers.option import Option
from planner.solvers.way import RunTime, Way, run_times, way_of
from routing.network import GateId, RoadNetwork, SegmentId, other_end
from routing.travel.passage import Path, stretches
from routing.units import DAY, MINUTE, Instant, Seconds, Window

Resource: TypeAlias = tuple[str, str, int]
"""What may have to be shared: what it is, its name, its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The column stands at a gate from `start_s` to `end_s` after the start of a phase."""

    gate: GateId
    phase: int
    start_s: Seconds
    end_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The column is on a single-lane segment from `start_s` to `end_s` after the start of a phase."""

    segment: SegmentId
    forward: bool
    phase: int
    start_s: Seconds
    end_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The column's last truck reaches a site so many seconds after the start of a phase."""

    site: SiteId
    phase: int
    at_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """A way with trucks for each site: when its phases may start, and what it occupies from those starts on.

    `lasts_s` is the time from the start of each phase until its last unloading or the end of its last run.
    """

    way: Way
    trucks: tuple[int, ...]
    domains: Domains
    lasts_s: tuple[Seconds, ...]
    loading_s: Seconds
    loading_starts: tuple[Window, ...]
    stands: tuple[Stand, ...]
    lanes: tuple[Lane, ...]
    arrivals: tuple[Arrival, ...]

    @property
    def column(self) -> int:
        """Trucks of all stops."""
        return sum(self.trucks)

    @property
    def feasible(self) -> bool:
        """Whether the convoy has hours to load and to start in, though not yet one after the other."""
        return all(self.domains) and bool(self.loading_starts)

    def runs_alone(self, groups: Sequence[CoupledGroup]) -> bool:
        """Tell whether the convoy could run if it were alone: each of its parts as early as can be, in whole minutes.

        Coupled sites of one phase must be reached within their tolerance, however the convoy is timed.
        """
        if not _within_tolerance(self.arrivals, groups):
            return False
        ready = _earliest(self.loading_starts, 0)
        lasts = (self.loading_s, *self.lasts_s)
        for before, windows in zip(lasts, self.domains, strict=False):
            if ready is None:
                return False
            ready = _earliest(windows, ready + before)
        return ready is not None


def _earliest(windows: Iterable[Window], after: Instant) -> Instant | None:
    """Return the first whole minute in the windows that is not before an instant."""
    minutes = ((-(-max(window.start, after) // MINUTE) * MINUTE, window.end) for window in windows)
    return min((minute for minute, end in minutes if minute < end), default=None)


def footprint(ground: Ground, option: Option, trucks: Sequence[int]) -> Footprint:
    """Return what an option occupies with so many trucks for each of its sites."""
    way, column = way_of(option), sum(trucks)
    limits = Course.of(ground, way).limits(trucks)
    times = limits.runs
    return Footprint(
        way=way, trucks=tuple(trucks), domains=departures(ground, way, trucks), lasts_s=limits.lasts_s,
        loading_s=ground.snapshot.hubs[way.hub].loading_seconds(column),
        loading_starts=ground.loading_starts(way.hub, way.phases[0].day, column),
        stands=tuple(_stands(times)), lanes=tuple(_lanes(ground, times)),
        arrivals=tuple(
            Arrival(site=way.sites[time.site], phase=time.phase, at_s=time.end_s)
            for time in times
            if time.site is not None
        ),
    )  # fmt: skip


def _within_tolerance(arrivals: Sequence[Arrival], groups: Sequence[CoupledGroup]) -> bool:
    """Tell whether a convoy reaches the coupled sites of each phase within their tolerance."""
    return not any(
        one.phase == other.phase and abs(one.at_s - other.at_s) > group.tolerance_s
        for group in groups
        for one, other in combinations([arrival for arrival in arrivals if arrival.site in group.sites], 2)
    )


def _stands(times: Sequence[RunTime]) -> Iterator[Stand]:
    for time in times:
        for stand in time.drive.stands:
            yield Stand(
                gate=stand.gate, phase=time.phase,
                start_s=time.start_s + stand.arrive_s, end_s=time.start_s + stand.clear_s,
            )  # fmt: skip


def _lanes(ground: Ground, times: Sequence[RunTime]) -> Iterator[Lane]:
    for time in times:
        for passing in time.drive.passings:
            if ground.network.segments[passing.segment].single_lane:
                yield Lane(
                    segment=passing.segment, forward=passing.forward, phase=time.phase,
                    start_s=time.start_s + passing.enter_s, end_s=time.start_s + passing.leave_s,
                )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Starts of a phase for which the way back is closed behind the column at one and the same time.

    `slack` of a start is `latest` less the start; `latest` None means that nothing on the way back ever closes.
    """

    starts: Window
    latest: Instant | None


def deadlines(ground: Ground, way: Way, trucks: Sequence[int], domains: Domains) -> tuple[tuple[Deadline, ...], ...]:
    """Return, for each phase, its starts by the closing that comes first behind the column on empty runs."""
    found = [[Deadline(starts=window, latest=None) for window in windows] for windows in domains]
    for time in run_times(ground, way, trucks):
        for passing in time.drive.passings if not time.run.loaded else ():
            enter, leave = time.start_s + passing.enter_s, time.start_s + passing.leave_s
            found[time.phase] = [
                part
                for deadline in found[time.phase]
                for span in ground.passable(passing.segment)
                if (part := _within(ground, deadline, span, enter, leave)) is not None
            ]
    return tuple(tuple(phase) for phase in found)


def _within(ground: Ground, deadline: Deadline, span: Window, enter: Seconds, leave: Seconds) -> Deadline | None:
    if span.end - leave < span.start - enter:
        return None
    starts = deadline.starts.clip(Window(span.start - enter, span.end - leave + 1))
    if starts is None:
        return None
    # What stays open until the end of what is known does not close.
    closing = None if ground.lasts(span) else span.end - leave
    both = [latest for latest in (closing, deadline.latest) if latest is not None]
    return Deadline(starts=starts, latest=min(both, default=None))


def slack_seconds(ground: Ground, option: Option, trucks: Sequence[int], starts: Sequence[Instant]) -> Seconds:
    """Return the shortest time between the column's leaving a segment on its way back and that segment's closing.

    A day (86,400 s) at most, also where nothing closes. `starts` are those of the phases.
    """
    domains = tuple((Window(start, start + 1),) for start in starts)
    phases = deadlines(ground, way_of(option), trucks, domains)
    slacks = [part.latest - part.starts.start for phase in phases for part in phase if part.latest is not None]
    return max(0, min(DAY, *slacks)) if slacks else DAY


# --------------------------------------------------------------------------------------------------- pinned convoys


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What movements that are kept as they are occupy: loading lines, gates, single lanes, arrivals by site."""

    loading: Mapping[HubId, tuple[Window, ...]]
    gates: Mapping[GateId, tuple[Window, ...]]
    lanes: Mapping[tuple[SegmentId, bool], tuple[Window, ...]]
    arrivals: tuple[tuple[SiteId, Instant], ...]


def taken(ground: Ground) -> Taken:
    """Return what the pinned convoys of the snapshot occupy."""
    loading: dict[HubId, tuple[Window, ...]] = {}
    gates: dict[GateId, tuple[Window, ...]] = {}
    lanes: dict[tuple[SegmentId, bool], tuple[Window, ...]] = {}
    for convoy in ground.snapshot.pinned:
        loading[convoy.hub] = (*loading.get(convoy.hub, ()), convoy.loading)
        for move in convoy.moves:
            for stood in move.gates:
                if stood.clear_at > stood.arrive_at:
                    gates[stood.gate] = (*gates.get(stood.gate, ()), Window(stood.arrive_at, stood.clear_at))
        for lane, window in _pinned_lanes(ground, convoy):
            lanes[lane] = (*lanes.get(lane, ()), window)
    arrivals = tuple((stop.site, stop.arrive_at) for convoy in ground.snapshot.pinned for stop in convoy.stops)
    return Taken(loading=loading, gates=gates, lanes=lanes, arrivals=arrivals)


def _pinned_lanes(ground: Ground, convoy: Convoy) -> Iterator[tuple[tuple[SegmentId, bool], Window]]:
    network: RoadNetwork = ground.network
    for move in convoy.moves:
        here = move.start
        path = Path(origin=move.start, destination=move.end, segments=move.segments, loaded=move.loaded)
        for stretch in stretches(network, ground.access, path, convoy.truck_count):
            segment = stretch.segment
            if segment.single_lane:
                window = Window(move.depart_at + stretch.enter_s, move.depart_at + stretch.leave_s)
                yield (segment.id, segment.start == here), window
            here = other_end(segment, here)


def shared_resources(option: Option, mark: Footprint, groups: Mapping[SiteId, str]) -> frozenset[Resource]:
    """Return what an option may have to share, each with its day: options that share nothing are timed apart."""
    days = [phase.day for phase in option.phases]
    found = {("hub", option.hub, days[0])}
    found |= {("gate", stand.gate, days[stand.phase]) for stand in mark.stands}
    found |= {("lane", lane.segment, days[lane.phase]) for lane in mark.lanes}
    found |= {("group", groups[site], option.day) for site in option.sites if site in groups}
    return frozenset(found)


def components(resources: Sequence[frozenset[Resource]]) -> tuple[tuple[int, ...], ...]:
    """Return the indices that are connected by shared resources, each component and all of them in order."""
    root = list(range(len(resources)))

    def find(index: int) -> int:
        while root[index] != index:
            index = root[index]
        return index

    for first, second in combinations(range(len(resources)), 2):
        if resources[first] & resources[second]:
            a, b = find(first), find(second)
            root[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for index in range(len(resources)):
        groups.setdefault(find(index), []).append(index)
    return tuple(tuple(members) for _, members in sorted(groups.items()))
