"""What bounds the hours of a column on a way, whatever the day: open roads, the way home, holds, and papers."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.permits import NOTIFIED_REGIMES, REGIME_STEPS
from planner.solvers.ground import Ground, spell, spells_of
from planner.solvers.way import RunTime, Way, run_times
from planner.solvers.way_home import Inside, Passed, insides
from routing.evidence import PermitStepName
from routing.network import GateId
from routing.travel.spells import Spell, enter
from routing.units import FOREVER, Instant, Seconds, Window, subtract_windows

Hours: TypeAlias = tuple[tuple[Spell, ...], ...]
"""For each phase the spells in which it may start, sorted."""
RuleName: TypeAlias = Literal[
    "window_return", "night_driving", "least_slack", "hold", "permission", "letter", "clearance", "notification",
    "loading",
]  # fmt: skip


def lasting(
    hours: tuple[Spell, ...], spells: tuple[Spell, ...], from_s: Seconds, until_s: Seconds
) -> tuple[Spell, ...]:
    """Return the starts from which one spell lasts between so many seconds later, the second of its end included."""
    if not hours:
        return ()
    # The spells of a whole plan are many, those of a day few: what began last before the first start comes first.
    first = bisect_left(spells, (hours[0][0] + from_s,)) - 1
    return enter(hours, spells[first:] if first > 0 else spells, from_s, until_s)


def starting_from(hours: tuple[Spell, ...], at: Instant) -> tuple[Spell, ...]:
    """Return the starts that are not before an instant."""
    return tuple((max(start, at), end) for start, end in hours if end > at)


def starting_by(hours: tuple[Spell, ...], at: Instant) -> tuple[Spell, ...]:
    """Return the starts that are not after an instant."""
    return tuple((start, min(end, at + 1)) for start, end in hours if start <= at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From `from_s` after the start of one phase until `until_s` after that of another, one of the spells must last.

    The column may be done in the very second in which a spell ends.
    """

    from_phase: int
    from_s: Seconds
    until_phase: int
    until_s: Seconds
    spells: tuple[Spell, ...]

    @property
    def tie(self) -> bool:
        """Whether the limit binds two phases to each other."""
        return self.from_phase != self.until_phase

    def tied(self, first: tuple[Spell, ...], last: tuple[Spell, ...]) -> tuple[tuple[Spell, ...], tuple[Spell, ...]]:
        """Return of the starts of two phases those that the limit allows; none of the first where it allows none.

        The first spell that allows starts of both is taken: only one can hold the night between.
        """
        for start, end in self.spells:
            starts, ends = starting_from(first, start - self.from_s), starting_by(last, end - self.until_s)
            if starts and ends:
                return starts, ends
        return (), last


def under(limits: Iterable[Limit], hours: Hours) -> Hours:
    """Return the starts that keep all the limits; as soon as a phase has none the others are left as they are."""
    kept = list(hours)
    for limit in limits:
        first, last = limit.from_phase, limit.until_phase
        if first == last:
            kept[first] = lasting(kept[first], limit.spells, limit.from_s, limit.until_s)
        else:
            kept[first], kept[last] = limit.tied(kept[first], kept[last])
        if not kept[first]:
            break
    return tuple(kept)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a way for some split of its trucks, and how long its phases take; the same on each day.

    `by_day` are the hours of the roads and of daylight, `by_night` those of the roads alone; `rules` are those of the
    rules that depend on neither the day nor the hub.
    """

    column: int
    runs: tuple[RunTime, ...]
    lasts_s: tuple[Seconds, ...]
    """Seconds from the start of each phase until all is unloaded that it unloads."""
    notified: bool
    """Whether a gate on the way out asks for notice."""
    days: tuple[Spell, ...]
    """Those for which access is known."""
    by_day: tuple[Limit, ...]
    by_night: tuple[Limit, ...]
    rules: Mapping[RuleName, tuple[Limit, ...]]

    @cached_property
    def ties(self) -> tuple[Limit, ...]:
        """The limits that bind two phases to each other."""
        return tuple(limit for limits in self.rules.values() for limit in limits if limit.tie)

    @cached_property
    def starts(self) -> Hours:
        """The starts of each phase on all days under all limits but the ties; none of them reaches over midnight."""
        alone = (limit for limits in self.rules.values() for limit in limits if not limit.tie)
        return under((*self.by_day, *alone), (self.days,) * len(self.lasts_s))


class Course:
    """A way whatever its days: its limits for each split of its trucks, laid out when they are first asked for."""

    def __init__(self, ground: Ground, way: Way) -> None:
        """Take note of the way; nothing is laid out yet."""
        self._ground, self._way = ground, way
        self._limits: dict[tuple[int, ...], Limits] = {}

    @classmethod
    def of(cls, ground: Ground, way: Way) -> "Course":
        """Return the course of a way, the one of another day if it is the same but for its days."""
        parts = tuple((phase.runs, phase.visits) for phase in way.phases)
        return ground.remember((cls, way.sites, parts), lambda: cls(ground, way))

    def limits(self, trucks: Sequence[int]) -> Limits:
        """Return the limits for so many trucks unloaded at each site."""
        key = tuple(trucks)
        if key not in self._limits:
            self._limits[key] = _laid_out(self._ground, self._way, key)
        return self._limits[key]


def _laid_out(ground: Ground, way: Way, trucks: Sequence[int]) -> Limits:
    runs, column = run_times(ground, way, trucks), sum(trucks)
    passed = tuple(_passed(runs))
    roads = tuple(_on(one, ground.spells(one.segment)) for one in passed if not ground.always_open(one.segment))
    gates = (ground.network.gates[gate] for run in way.loaded_runs for gate in run.gates)
    return Limits(
        column=column, runs=runs,
        lasts_s=tuple(max(t.unloaded_s for t in runs if t.phase == index) for index in range(len(way.phases))),
        notified=any(gate.regime in NOTIFIED_REGIMES for gate in gates),
        days=ground.every_day,
        by_day=(*_in_light(ground, runs), *roads),
        by_night=(*_known(ground, runs), *roads),
        rules={
            "window_return": tuple(home_limit(inside) for inside in insides(ground, passed)),
            "least_slack": tuple(_slack(ground, passed)),
            "hold": tuple(_holds(ground, runs, passed)),
            "permission": tuple(_papers(ground, way, runs, "permission")),
            "letter": tuple(_papers(ground, way, runs, "letter")),
            "clearance": tuple(_papers(ground, way, runs, "clearance")),
        },
    )  # fmt: skip


def _known(ground: Ground, runs: Iterable[RunTime]) -> Iterator[Limit]:
    """Yield that each run starts on the day of its phase and ends before access is no longer known."""
    for time in runs:
        yield _during(time.phase, 0, time.start_s + 1, ground.every_day)
        yield _during(time.phase, time.start_s, time.end_s, (spell(ground.access.horizon),))


def _in_light(ground: Ground, runs: Iterable[RunTime]) -> Iterator[Limit]:
    """Yield that each run is driven in the daylight of the day of its phase."""
    for phase, of_phase in groupby(runs, key=attrgetter("phase")):
        times = tuple(of_phase)
        if ground.one_light_a_day and all(time.run.segments for time in times):
            # The first run starts with the phase: all of it lies in the one light of its day.
            yield _during(phase, 0, times[-1].end_s, ground.every_light)
            continue
        for time in times:
            # Who does not drive needs no light, only the day.
            yield _during(phase, 0, time.end_s if time.run.segments else time.start_s + 1, ground.every_day)
            if time.run.segments:
                yield _during(phase, time.start_s, time.end_s, ground.every_light)


def _during(phase: int, from_s: Seconds, until_s: Seconds, spells: tuple[Spell, ...]) -> Limit:
    return Limit(from_phase=phase, from_s=from_s, until_phase=phase, until_s=until_s, spells=spells)


def _passed(runs: Iterable[RunTime]) -> Iterator[Passed]:
    for time in runs:
        for passing in time.drive.passings:
            yield Passed(
                phase=time.phase, loaded=time.run.loaded, segment=passing.segment,
                enter_s=time.start_s + passing.enter_s, leave_s=time.start_s + passing.leave_s,
            )  # fmt: skip


def _on(passed: Passed, spells: tuple[Spell, ...]) -> Limit:
    return _during(passed.phase, passed.enter_s, passed.leave_s, spells)


def home_limit(inside: Inside) -> Limit:
    """Return the limit of a column that is inside: some way home must be consented to all the time."""
    return Limit(
        from_phase=inside.from_phase, from_s=inside.from_s, until_phase=inside.until_phase, until_s=inside.until_s,
        spells=_between(inside.lapses),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _between(lapses: tuple[Window, ...]) -> tuple[Spell, ...]:
    return spells_of(subtract_windows(Window(0), lapses))


def insides_of(ground: Ground, way: Way, trucks: Sequence[int]) -> tuple[Inside, ...]:
    """Return when a convoy is behind lines that lapse at some time."""
    return tuple(insides(ground, _passed(run_times(ground, way, trucks))))


def _slack(ground: Ground, passed: Iterable[Passed]) -> Iterator[Limit]:
    """Yield that the empty column is off each road long enough before that road closes."""
    least = ground.snapshot.policy.least_slack_s
    for one in passed if least else ():
        if not one.loaded and ground.closes(one.segment):
            spans = ground.passable(one.segment)
            yield _on(one, tuple((s.start, s.end - (0 if ground.lasts(s) else least)) for s in spans))


def _holds(ground: Ground, runs: Sequence[RunTime], passed: Sequence[Passed]) -> Iterator[Limit]:
    """Yield that the column is not on the road, or not on the roads of a hold, while nobody moves there."""
    for hold in ground.access.holds:
        free = ((0, hold.window.start), (hold.window.end, FOREVER))
        if hold.segments is None:
            yield from (_during(time.phase, time.start_s, time.end_s, free) for time in runs)
        else:
            yield from (_on(one, free) for one in passed if one.segment in hold.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSpan:
    """A paper must hold from `from_s` after the start of one phase until `until_s` after the start of another."""

    site: SiteId
    gate: GateId
    from_phase: int
    from_s: Seconds
    until_phase: int
    until_s: Seconds


def paper_spans(ground: Ground, way: Way, times: Sequence[RunTime], step: PermitStepName) -> tuple[PaperSpan, ...]:
    """Return when a step must be in force.

    For each site: from the head's arrival at each gate that is passed with its loads until it is unloaded.
    """
    spans: list[PaperSpan] = []
    unvisited = set(range(len(way.sites)))
    unloaded = {time.site: time for time in times if time.site is not None}
    for time in times:
        for stand in time.drive.stands if time.run.loaded else ():
            if step not in REGIME_STEPS[ground.network.gates[stand.gate].regime]:
                continue
            spans += [
                PaperSpan(
                    site=way.sites[index], gate=stand.gate, from_phase=time.phase,
                    from_s=time.start_s + stand.arrive_s, until_phase=unloaded[index].phase,
                    until_s=unloaded[index].unloaded_s,
                )
                for index in sorted(unvisited)
            ]  # fmt: skip
        unvisited.discard(-1 if time.site is None else time.site)
    return tuple(spans)


def _papers(ground: Ground, way: Way, times: Sequence[RunTime], step: PermitStepName) -> Iterator[Limit]:
    for span in paper_spans(ground, way, times, step):
        yield Limit(
            from_phase=span.from_phase, from_s=span.from_s, until_phase=span.until_phase, until_s=span.until_s,
            spells=ground.in_force(span.site, span.gate, step),
        )  # fmt: skip
