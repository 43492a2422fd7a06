"""What bounds the hours of a column on a way, whatever the day: open roads, the way home, holds, and papers."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.permits import REGIME_STEPS
from planner.solvers.ground import Ground, spells_of
from planner.solvers.way import RunTime, Way, run_times
from planner.solvers.way_home import Inside, Passed, insides
from routing.evidence import PermitStepName
from routing.network import GateId
from routing.travel.spells import Spell, enter
from routing.units import FOREVER, Instant, Seconds

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

    def keep(self, hours: Hours) -> Hours:
        """Return the starts with which the limit is kept; exact where both phases are one."""
        first, last = self.from_phase, self.until_phase
        if first == last:
            kept = lasting(hours[first], self.spells, self.from_s, self.until_s)
            return (*hours[:first], kept, *hours[first + 1 :])
        for start, end in self.spells:
            # The ends lie on two days: the first spell that allows both is taken; only one can hold the night between.
            starts = starting_from(hours[first], start - self.from_s)
            ends = starting_by(hours[last], end - self.until_s)
            if starts and ends:
                return tuple({first: starts, last: ends}.get(phase, spells) for phase, spells in enumerate(hours))
        return (*hours[:first], (), *hours[first + 1 :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a way for some split of its trucks, and how long its phases take; the same on each day.

    `roads` are the hours of the roads, `rules` those of the rules that depend on neither the day nor the hub.
    """

    column: int
    runs: tuple[RunTime, ...]
    lasts_s: tuple[Seconds, ...]
    """Seconds from the start of each phase until all is unloaded that it unloads."""
    roads: tuple[Limit, ...]
    rules: Mapping[RuleName, tuple[Limit, ...]]


def limits_of(ground: Ground, way: Way, trucks: Sequence[int]) -> Limits:
    """Return the limits of a way for so many trucks unloaded at each site; made once, whatever the way's days."""
    parts = tuple((phase.runs, phase.visits) for phase in way.phases)
    return ground.remember(
        (Limits, way.sites, parts, tuple(trucks)), lambda: _laid_out(ground, way, trucks)
    )  # fmt: skip


def _laid_out(ground: Ground, way: Way, trucks: Sequence[int]) -> Limits:
    runs, column = run_times(ground, way, trucks), sum(trucks)
    passed = tuple(_passed(ground, runs, column))
    return Limits(
        column=column, runs=runs,
        lasts_s=tuple(max(t.unloaded_s for t in runs if t.phase == index) for index in range(len(way.phases))),
        roads=tuple(_on(one, ground.spells(one.segment)) for one in passed if not ground.always_open(one.segment)),
        rules={
            "window_return": tuple(home_limit(inside) for inside in insides(ground, passed)),
            "least_slack": tuple(_slack(ground, passed)),
            "hold": tuple(_holds(ground, runs, passed)),
            "permission": tuple(_papers(ground, way, runs, column, "permission")),
            "letter": tuple(_papers(ground, way, runs, column, "letter")),
            "clearance": tuple(_papers(ground, way, runs, column, "clearance")),
        },
    )  # fmt: skip


def _passed(ground: Ground, runs: Iterable[RunTime], column: int) -> Iterator[Passed]:
    for time in runs:
        for passing in ground.drive(time.run, column).passings:
            yield Passed(
                phase=time.phase, loaded=time.run.loaded, segment=passing.segment,
                enter_s=time.start_s + passing.enter_s, leave_s=time.start_s + passing.leave_s,
            )  # fmt: skip


def _on(passed: Passed, spells: tuple[Spell, ...]) -> Limit:
    return Limit(
        from_phase=passed.phase, from_s=passed.enter_s, until_phase=passed.phase, until_s=passed.leave_s, spells=spells
    )  # fmt: skip


def home_limit(inside: Inside) -> Limit:
    """Return the limit of a column that is inside: some way home must be consented to all the time."""
    return Limit(
        from_phase=inside.from_phase, from_s=inside.from_s, until_phase=inside.until_phase, until_s=inside.until_s,
        spells=spells_of(inside.consented),
    )  # fmt: skip


def insides_of(ground: Ground, way: Way, trucks: Sequence[int]) -> tuple[Inside, ...]:
    """Return when a convoy is behind lines that lapse at some time."""
    return tuple(insides(ground, _passed(ground, run_times(ground, way, trucks), sum(trucks))))


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
            yield from (
                Limit(from_phase=t.phase, from_s=t.start_s, until_phase=t.phase, until_s=t.end_s, spells=free)
                for t in runs
            )  # fmt: skip
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


def paper_spans(
    ground: Ground, way: Way, times: Sequence[RunTime], column: int, step: PermitStepName
) -> tuple[PaperSpan, ...]:
    """Return when a step must be in force.

    For each site: from the head's arrival at each gate that is passed with its loads until it is unloaded.
    """
    spans: list[PaperSpan] = []
    unvisited = set(range(len(way.sites)))
    unloaded = {time.site: time for time in times if time.site is not None}
    for time in times:
        for stand in ground.drive(time.run, column).stands if time.run.loaded else ():
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


def _papers(ground: Ground, way: Way, times: Sequence[RunTime], column: int, step: PermitStepName) -> Iterator[Limit]:
    for span in paper_spans(ground, way, times, column, step):
        yield Limit(
            from_phase=span.from_phase, from_s=span.from_s, until_phase=span.until_phase, until_s=span.until_s,
            spells=ground.in_force(span.site, span.gate, step),
        )  # fmt: skip
