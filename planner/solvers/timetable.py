"""Set the clock of the chosen convoys: who is loaded when, who leaves when; or say which of them cannot all run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Final

from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.domain.supply import TruckTypeId
from planner.solvers.choice import BranchCut, CapacityCut, Chosen, Cut, ExclusionCut, Timed
from planner.solvers.clockwork import Clockwork, Solved
from planner.solvers.footprint import (
    Footprint,
    Resource,
    Taken,
    components,
    deadlines,
    footprint,
    shared_resources,
    slack_seconds,
    taken,
)
from planner.solvers.ground import Ground
from planner.solvers.holding import Holding, holdings, tied
from planner.solvers.option import Option
from routing.units import DAY, MINUTE, Seconds, Window

MOST_SPLITS: Final = 800
"""Most ways to spread trucks over stops that a cut looks at; beyond, it keeps only what needs no split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleResult:
    """Times for all chosen convoys in their order, or None and the cuts that keep such a choice from coming back.

    `undecided` tells that a component ran out of its counted time, or that one of the cuts is not proved valid.
    `smallest_slack_s` is a day where nothing closes behind any convoy.
    """

    timed: tuple[Timed, ...] | None
    cuts: tuple[Cut, ...]
    smallest_slack_s: Seconds
    undecided: bool


def schedule(
    snapshot: Snapshot, chosen: tuple[Chosen, ...], limits: Limits, *, with_fleets: bool = False
) -> ScheduleResult:
    """Return the timetable with the largest smallest slack in each component of convoys that share something.

    The master has counted trucks by day. `with_fleets`, no truck is loaded either while it is still out; where no such
    timetable is found, that is as if fleets had not been looked at.

    A component that cannot be timed gives at least one cut: proved to be kept by every choice that can be timed,
    unless the result is marked undecided.
    """
    desk = Desk(ground=Ground.of(snapshot), limits=limits)
    options = [item.option for item in chosen]
    marks = [footprint(desk.ground, item.option, _per_stop(item)) for item in chosen]
    groups = {site: group.id for group in snapshot.groups for site in group.sites}
    shared = [shared_resources(option, mark, groups) for option, mark in zip(options, marks, strict=True)]
    timed = _with_fleets(desk, options, marks, shared, holdings(snapshot, chosen, marks)) if with_fleets else {}
    cuts: list[Cut] = []
    undecided = False
    for members in components(shared):
        if timed.keys() >= set(members):
            continue
        own_options, own_marks = [options[i] for i in members], [marks[i] for i in members]
        solved = desk.time(own_marks)
        if solved.starts:
            for place, index in enumerate(members):
                timed[index] = _timed(options[index], marks[index], solved, place)
            continue
        found, proved = desk.cut(own_options, own_marks) if solved.outcome == "infeasible" else (
            _as_it_is(own_options, own_marks), False
        )  # fmt: skip
        cuts.append(found)
        undecided |= not proved
    if cuts:
        return ScheduleResult(timed=None, cuts=tuple(cuts), smallest_slack_s=0, undecided=undecided)
    slacks = (slack_seconds(desk.ground, options[i], marks[i].trucks, timed[i].starts) for i in sorted(timed))
    return ScheduleResult(
        timed=tuple(timed[i] for i in range(len(chosen))), cuts=(), smallest_slack_s=min(slacks, default=DAY),
        undecided=False,
    )  # fmt: skip


def _with_fleets(
    desk: "Desk",
    options: Sequence[Option],
    marks: Sequence[Footprint],
    shared: Sequence[frozenset[Resource]],
    fleets: Sequence[Holding],
) -> dict[int, Timed]:
    """Return times for the convoys that too few trucks bind together, with what else they share; those found."""
    timed: dict[int, Timed] = {}
    for members, own in tied(shared, fleets):
        solved = desk.time([marks[i] for i in members], own) if own else None
        if solved is not None and solved.starts:
            timed |= {i: _timed(options[i], marks[i], solved, place) for place, i in enumerate(members)}
    return timed


def _per_stop(chosen: Chosen) -> tuple[int, ...]:
    return tuple(sum(stop.values()) for stop in chosen.trucks)


def _timed(option: Option, mark: Footprint, solved: Solved, place: int) -> Timed:
    start = solved.loading[place]
    return Timed(option=option.id, loading=Window(start, start + mark.loading_s), starts=solved.starts[place])


def _as_it_is(options: Sequence[Option], marks: Sequence[Footprint]) -> BranchCut:
    return BranchCut(at_least={option.id: mark.column for option, mark in zip(options, marks, strict=True)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A convoy that may run with one of its footprints, all feasible, and what each of them is worth.

    Where trucks are short, the most of each kind are given, what a truck of it is worth besides, and what all its loads
    are worth together.
    """

    marks: tuple[Footprint, ...]
    worths: tuple[int, ...]
    kinds: Mapping[TruckTypeId, int] = field(default_factory=dict)
    worth_by_kind: Mapping[TruckTypeId, int] = field(default_factory=dict)
    most_worth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The footprint with which a convoy runs, and its trucks by kind where these were left open."""

    mark: Footprint
    kinds: Mapping[TruckTypeId, int]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Times convoys with given footprints, and says what refuses them."""

    ground: Ground
    limits: Limits

    def clockwork(self, convoys: Sequence[Sequence[Footprint]]) -> Clockwork | None:
        """Return the model of convoys with some footprints each; None where one of them has no feasible one."""
        feasible = [[mark for mark in marks if mark.feasible] for marks in convoys]
        if not all(feasible):
            return None
        work = self._work()
        for marks in feasible:
            work.add_convoy(marks)
        work.lay_rules()
        return work

    def _work(self) -> Clockwork:
        snapshot = self.ground.snapshot
        base = self.ground.access.horizon.start // MINUTE * MINUTE
        return Clockwork(base=base, taken=self.taken, groups=snapshot.groups, day_of=snapshot.days)

    @cached_property
    def taken(self) -> Taken:
        """What promised convoys occupy."""
        return taken(self.ground)

    def time(self, marks: Sequence[Footprint], fleets: Sequence[Holding] = ()) -> Solved:
        """Return the best timetable of convoys with their trucks as they are."""
        work = self.clockwork([(mark,) for mark in marks])
        if work is None:
            return Solved(outcome="infeasible")
        for holding in fleets:
            work.share_trucks(holding)
        work.aim_at_slack([deadlines(self.ground, mark.way, mark.trucks, mark.domains) for mark in marks])
        return work.solve(self.limits.timetable_deterministic_s)

    def impossible(self, convoys: Sequence[Sequence[Footprint]], fleets: Sequence[Holding] = ()) -> bool:
        """Tell whether it is proved that the convoys cannot run together, each with any one of its footprints."""
        work = self.clockwork(convoys)
        if work is None:
            return True
        for holding in fleets:
            work.share_trucks(holding)
        return work.solve(self.limits.timetable_deterministic_s).outcome == "infeasible"

    def worthiest(
        self,
        convoys: Sequence[Wanted],
        bundles: Sequence[Sequence[int]],
        deterministic_s: float,
        fleets: Sequence[Holding] = (),
    ) -> tuple[Kept | None, ...] | None:
        """Return what can be kept of each convoy, None for those that stay away, so that all run together.

        What is worth most in all is sought. The convoys of a bundle, given by their places, run together or not at
        all. None if nothing was found in the counted time.
        """
        work = self._work()
        for wanted in convoys:
            work.add_convoy(wanted.marks, optional=True, kinds=wanted.kinds)
        work.lay_rules()
        work.bundle(bundles)
        for holding in fleets:
            work.share_trucks(holding)
        work.aim_at_worth(
            [wanted.worths for wanted in convoys],
            [wanted.worth_by_kind for wanted in convoys],
            [wanted.most_worth for wanted in convoys],
        )
        solved = work.solve(deterministic_s)
        if solved.picked is None:
            return None
        pairs = zip(solved.picked, solved.kinds, strict=True)
        return tuple(None if mark is None else Kept(mark=mark, kinds=kinds) for mark, kinds in pairs)

    # --------------------------------------------------------------------------------------------------- cuts

    def cut(self, options: Sequence[Option], marks: Sequence[Footprint]) -> tuple[Cut, bool]:
        """Return a cut that refuses these convoys with these trucks, and whether it is proved.

        First the convoys that are not needed for the contradiction are left out. If the rest cannot run with any
        numbers of trucks, they exclude each other. Else, if all their trucks together are more than they can ever
        carry, that capacity is the cut. Else at least one of them must carry fewer than now: proved by timing every
        larger number too, because more trucks are not always harder to time (a column that unloads longer may find
        a gate open again).
        """
        options, marks = self._core(options, marks)
        names, total = frozenset(option.id for option in options), sum(mark.column for mark in marks)
        every = [self._variants(option, 1) for option in options]
        if all(variants is not None for variants in every):
            work = self.clockwork([variants for variants in every if variants is not None])
            if work is None:
                return ExclusionCut(options=names), True
            work.aim_at_trucks()
            most = work.solve(self.limits.timetable_deterministic_s)
            if most.outcome == "infeasible":
                return ExclusionCut(options=names), True
            if most.outcome != "undecided" and most.bound < total:
                return CapacityCut(options=names, most_trucks=most.bound), True
        return self._branch(options, marks)

    def _core(self, options: Sequence[Option], marks: Sequence[Footprint]) -> tuple[list[Option], list[Footprint]]:
        kept = list(range(len(options)))
        for index in range(len(options)):
            fewer = [i for i in kept if i != index]
            if fewer and self.impossible([(marks[i],) for i in fewer]):
                kept = fewer
        return [options[i] for i in kept], [marks[i] for i in kept]

    def _branch(self, options: Sequence[Option], marks: Sequence[Footprint]) -> tuple[BranchCut, bool]:
        """Return the branching with the fewest trucks that is still proved."""
        least = [mark.column for mark in marks]
        convoys = [self._variants(option, fewest) for option, fewest in zip(options, least, strict=True)]
        known = [variants for variants in convoys if variants is not None]
        if len(known) < len(convoys) or not self.impossible(known):
            return _as_it_is(options, marks), False
        for place, option in enumerate(options):
            low, high = self._fewest(option), least[place]
            while low < high:
                middle = (low + high) // 2
                wider = self._variants(option, middle)
                trial = [*known[:place], wider or known[place], *known[place + 1 :]]
                if wider is not None and self.impossible(trial):
                    high, known = middle, trial
                else:
                    low = middle + 1
            least[place] = high
        return BranchCut(at_least={option.id: trucks for option, trucks in zip(options, least, strict=True)}), True

    def _fewest(self, option: Option) -> int:
        return max(self.ground.snapshot.policy.min_trucks, len(option.sites))

    def _variants(self, option: Option, least: int) -> tuple[Footprint, ...] | None:
        """Return the footprints of an option with at least so many trucks in all splits; None if they are too many."""
        low, most = max(least, self._fewest(option)), option.max_trucks
        splits = [
            trucks
            for trucks in product(range(1, most + 1), repeat=len(option.sites) - 1)
            if sum(trucks) < most
        ]  # fmt: skip
        found = [
            (*first, column - sum(first)) for column in range(low, most + 1) for first in splits if sum(first) < column
        ]
        if len(found) > MOST_SPLITS:
            return None
        return tuple(footprint(self.ground, option, trucks) for trucks in found)
