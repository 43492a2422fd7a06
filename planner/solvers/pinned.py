"""The value of a large case while its first visits stand: more visits week by week, and a bound searched beside.

First visits take most teams where the longest waiting come first, and what is left is a model small enough to search.
Its bound holds for the plans that make these first visits, and is called so.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import pulp

from planner.domain.policy import Limits
from planner.domain.supply import HubId
from planner.solvers import highs
from planner.solvers.aside import printed_aside
from planner.solvers.beside import Beside, Clock
from planner.solvers.case import Case
from planner.solvers.choice import EquityResult, Progress, Report
from planner.solvers.loads import FullModel, full_model
from planner.solvers.option import Option, OptionId
from planner.solvers.reached import first_visits
from planner.solvers.rows import AnyCut
from planner.solvers.standing import Standing
from planner.solvers.stated import Stated
from planner.solvers.wide import BESIDE_UP_TO, Wide

WEEK: Final = 7
"""Days whose visits are made whole together, those after them in parts."""
WEEK_GAP: Final = 4e-3
WEEK_NODES: Final = 20
"""A week's search ends at this gap or after so many nodes."""
AGAIN: Final = ((0, 1), (2, 3), (1, 3), (0, 2))
"""Weeks that are searched once more together: the first two leave most teams idle at first."""
BOUND_NODES: Final = 1
BOUND_GAP: Final = 1e-3
A_TRIFLE: Final = 1e-4
"""Prices are not quite exact: an option is only left out of the search for a bound if it misses the best by more."""
A_SHARE: Final = 0.25
"""The relaxation makes use of an option from this share of a visit on."""


def wide_for(case: Case, equity: EquityResult, cuts: Sequence[AnyCut]) -> Wide:
    """Return the value model for a case of this size."""
    return (Wide if len(case.options) <= BESIDE_UP_TO else Pinned)(case, equity, cuts)


class Pinned(Wide):
    """The model with the equity stage's visits standing; no other visit counts as a first one."""

    _least = 0.0

    @cached_property
    def full(self) -> FullModel:
        """The model, stated once."""
        visits = frozenset(self.equity.visits)
        full = full_model(
            self.case, self._options(visits), self.cuts, self.equity.saved, whole_trucks=False, whole_units=False,
            pooled=True,
        )  # fmt: skip
        for name in sorted(visits & set(full.visits.runs)):
            full.visits.runs[name].lowBound = 1
        for (name, _), counts in full.first.items():
            counts.upBound = int(name in visits)
        return full

    def _options(self, visits: frozenset[OptionId]) -> list[Option]:
        """Return the first visits and the options to one site that have room beside them: a day and a team."""
        case = self.case
        standing = [option for option in case.options if option.id in visits]
        visited = {(site, option.day) for option in standing for site in option.sites}
        teams = _Teams(case, standing)
        return [
            option
            for option in case.options
            if option.id in visits
            or (
                len(option.sites) == 1
                and (option.sites[0], option.day) not in visited
                and (not option.needs_escort or all(teams.is_left(option.hub, day) for day in option.busy_days))
            )
        ]

    def begin(self, limits: Limits) -> None:
        """Wait with the search for the bound until a value is known: what cannot reach it is not searched."""

    @property
    def is_searched(self) -> bool:
        """Whether a bound is searched beside, now or when a value is known."""
        return True

    def by_weeks(self, limits: Limits, progress: Progress) -> tuple[highs.Solved, frozenset[OptionId]]:
        """Return the relaxation, and visits that bring much: found week by week, and in pairs of weeks again.

        Where they leave a gap, a closer bound is searched beside from then on.
        """
        stated = Stated(self.full.model)
        free, prices = self._priced(stated, limits)
        if not free.found:
            return free, frozenset()
        weeks = self._weeks()
        steps, best = len(weeks) + len(AGAIN), free
        for columns in weeks:
            _make(columns, pulp.LpContinuous)
        for done, columns in enumerate(weeks, start=1):
            _make(columns, pulp.LpInteger)
            best = self._search(stated, limits)
            if not best.found:
                return best, frozenset()
            _fix(columns, best)
            progress(Report(stage="value", done=done / steps, bound=free.bound))
        for done, pair in enumerate(AGAIN, start=len(weeks) + 1):
            loosened = [column for week in pair if week < len(weeks) for column in weeks[week]]
            if not loosened or highs.relative_gap(best.objective, free.bound) <= WEEK_GAP:
                break
            self._loosen(loosened)
            again = self._search(stated, limits, best)
            best = again if again.found and again.objective > best.objective else best
            _fix(loosened, best)
            progress(Report(stage="value", done=done / steps, bound=free.bound))
        made = frozenset(name for name, column in self.full.visits.runs.items() if best.whole(column))
        self._loosen(column for columns in weeks for column in columns)
        if highs.relative_gap(best.objective, free.bound) > WEEK_GAP:
            self._bound_beside(limits, free, prices, best)
        return free, made

    def _priced(self, stated: Stated, limits: Limits) -> tuple[highs.Solved, Mapping[str, float]]:
        """Return the relaxation, and what a visit more or less of each option costs at least."""
        engine = highs.engine_for(stated.lp(relaxed=True), "pinned", limits, seed=self.case.snapshot.seed)
        with printed_aside():
            engine.run()
        free = highs.read(engine, stated.model, stated.variables, 0.0, 1e-6)
        names = (variable.name for variable in stated.variables)
        prices = dict(zip(names, engine.getSolution().col_dual, strict=True)) if free.found else {}
        return free, prices

    def _bound_beside(
        self, limits: Limits, free: highs.Solved, prices: Mapping[str, float], best: highs.Solved
    ) -> None:
        """Search a closer bound among the plans that could bring more than the best known."""
        room = (free.bound - best.objective) * (1 + A_TRIFLE)
        for column in self.full.visits.runs.values():
            if column.lowBound != column.upBound and abs(prices[column.name]) > room:
                column.lowBound = column.upBound = free.whole(column)
        few = replace(limits, mip_nodes=min(limits.mip_nodes, BOUND_NODES))
        self._least = best.objective
        self._beside = Beside(self.full.model, few, seed=self.case.snapshot.seed, gap=BOUND_GAP, nodes=few.mip_nodes)
        self._loosen(self.full.visits.runs.values())

    def found(self, clock: Clock) -> highs.Solved | None:
        """Wait for the bound and return it; what was not searched brings no more than was known."""
        solved = super().found(clock)
        if solved is None or solved.bound >= self._least:
            return solved
        return replace(solved, bound=self._least)

    def worth_adding(self, standing: Collection[OptionId], limits: Limits) -> frozenset[OptionId]:
        """Return the options of which the relaxation makes use beside standing convoys."""
        runs = self.full.visits.runs
        for name, column in runs.items():
            column.lowBound = int(name in standing)
        free = highs.solve(self.full.model, limits, seed=self.case.snapshot.seed, relaxed=True)
        self._loosen(runs.values())
        return frozenset(name for name, column in runs.items() if free.found and free.value(column) > A_SHARE)

    def _weeks(self) -> list[list[pulp.LpVariable]]:
        runs = self.full.visits.runs
        weeks: list[list[pulp.LpVariable]] = [[] for _ in range(-(-self.case.horizon_days // WEEK))]
        for option in self.full.visits.options:
            weeks[option.day // WEEK].append(runs[option.id])
        return weeks

    def _search(self, stated: Stated, limits: Limits, start: highs.Solved | None = None) -> highs.Solved:
        few = _few(limits)
        known = start.values if start is not None else None
        return highs.solve(stated, few, seed=self.case.snapshot.seed, gap=WEEK_GAP, start=known)

    def _loosen(self, columns: Iterable[pulp.LpVariable]) -> None:
        standing = {self.full.visits.runs[name].name for name in self.equity.visits if name in self.full.visits.runs}
        for column in columns:
            column.lowBound, column.upBound = int(column.name in standing), 1


def bound_beside(standing: Standing, known: Pinned, limits: Limits) -> float | None:
    """Return what a plan with a standing plan's first visits brings at most; None where that was not found.

    Its first visits need not be those asked for: some may have had no timetable. Tours of the plan stand as well.
    """
    case, thresholds = known.case, [threshold for threshold, _ in known.equity.saved]
    firsts = {name for name, _ in first_visits(case, standing.chosen, thresholds)}
    firsts |= {item.option.id for item in standing.chosen if len(item.option.sites) > 1}
    saved = tuple(zip(thresholds, standing.saved, strict=True))
    again = Pinned(case, replace(known.equity, visits=tuple(sorted(firsts)), saved=saved), known.cuts)
    free = highs.solve(again.full.model, limits, seed=case.snapshot.seed, relaxed=True)
    return free.bound if free.found else None


class _Teams:
    """The escort teams that standing convoys leave."""

    def __init__(self, case: Case, standing: Iterable[Option]) -> None:
        self._case = case
        self._away = Counter((o.hub, day) for o in standing if o.needs_escort for day in o.busy_days)
        self._known: dict[tuple[HubId, int], bool] = {}

    def is_left(self, hub: HubId, day: int) -> bool:
        """Tell whether one more convoy of a hub may have a team on a day, its own or one of the pool."""
        if (hub, day) not in self._known:
            lent = sum(self._lacking(other, day, 1 if other == hub else 0) for other in self._case.snapshot.hubs)
            self._known[hub, day] = lent <= self._case.teams(None, day)
        return self._known[hub, day]

    def _lacking(self, hub: HubId, day: int, more: int) -> int:
        away = self._away[hub, day] + self._case.pinned_escorts(hub, day) + more
        return max(0, away - self._case.teams(hub, day))


def _few(limits: Limits) -> Limits:
    return replace(limits, mip_nodes=min(limits.mip_nodes, WEEK_NODES))


def _make(columns: Iterable[pulp.LpVariable], category: str) -> None:
    for column in columns:
        column.cat = category


def _fix(columns: Iterable[pulp.LpVariable], solved: highs.Solved) -> None:
    for column in columns:
        column.lowBound = column.upBound = solved.whole(column)
