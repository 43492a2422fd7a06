"""Serve those who have waited longest first: the fewest expected days above each threshold, worst threshold first.

A lexicographic minimum over N_theta, the expected person-days lived in the horizon with more than theta days since
a site was last reached. Only the first visit of a site matters, so the model has visits and trucks and just the
food that makes a visit count. Each proved level becomes a row of the next.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

import pulp

from planner.domain.needs import CommodityId, SiteId
from planner.domain.plan import ObjectiveLevel, ProofGrade
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers import highs
from planner.solvers.case import Case, FoodMinimum
from planner.solvers.choice import EquityResult, Progress, Report
from planner.solvers.counting import Counts, Saving, add_counts, savings, total
from planner.solvers.deprivation import base, can_exceed, counted_sites, scale_of
from planner.solvers.lean import Lean
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import (
    AnyCut,
    SplitCut,
    Visits,
    add_cuts,
    add_day_rows,
    add_stock,
    add_visits,
    named_in,
)
from planner.solvers.stated import Stated

LEAN_FROM = 1_000
"""From so many options on visits alone are asked first. Fewer are quick anyway, and trucks tell apart visits that save
the same: on a case of 737 options those chosen without them left 1.7 % less value."""

WHOLE_DAYS = 0.9
"""Savings are whole numbers: a bound less than one above the value proves it."""


def solve_equity(
    snapshot: Snapshot, options: Sequence[Option], cuts: Sequence[AnyCut], limits: Limits, progress: Progress
) -> EquityResult:
    """Solve all levels, worst threshold first; levels at which no site could be are left out."""
    return equity_of(Case(snapshot, options), cuts, limits, progress)


def equity_of(case: Case, cuts: Sequence[AnyCut], limits: Limits, progress: Progress) -> EquityResult:
    """Solve all levels for an indexed case.

    A level whose proof was cut short keeps the best found, with its bound; the next levels then hold given it.
    """
    return EquityStage(case).solve(cuts, limits, progress)


@dataclass(frozen=True, slots=True)
class Reached:
    """What a level reached before, by which visits; `proved` if no more can be saved."""

    value: int
    visits: frozenset[OptionId]
    proved: bool


class Asked(Protocol):
    """What answers level by level: which options run, and which visits count, is read from its columns."""

    @property
    def visits(self) -> Visits:
        """The columns of the last answer."""

    @property
    def counts(self) -> Counts:
        """Those that tell which visits count."""

    def saving(self, threshold: int) -> Saving:
        """Return what each visit saves at a level."""

    def keep(self, threshold: int, value: int) -> None:
        """Let no later level save less at this one."""

    def solve(self, threshold: int, active: Sequence[SiteId], limits: Limits, known: "Reached | None") -> highs.Solved:
        """Return the most that can be saved at a level by visits to the active sites."""


class EquityStage:
    """Solves all levels, and again under more cuts: levels that the same visits still reach are known at once."""

    def __init__(self, case: Case) -> None:
        """Remember nothing yet."""
        self.case = case
        self._before: dict[int, Reached] = {}

    def solve(self, cuts: Sequence[AnyCut], limits: Limits, progress: Progress) -> EquityResult:
        """Solve all levels under cuts; with each call there may be more of them, never fewer."""
        case = self.case
        levels: list[ObjectiveLevel] = []
        kept: list[tuple[int, int]] = []
        chosen: tuple[OptionId, ...] = ()
        counted: frozenset[tuple[OptionId, SiteId]] = frozenset()
        cut_short = False
        grade: ProofGrade = "global"
        thresholds = sorted(case.snapshot.policy.thresholds_days, reverse=True)
        before, self._before = self._before, {}
        master: Asked | None = None
        for done, threshold in enumerate(thresholds):
            active = [site for site in counted_sites(case) if can_exceed(case, site, threshold)]
            if not active:
                continue
            master = master or self._stated(cuts, thresholds)
            known = before.get(threshold)
            solved = master.solve(threshold, active, limits, known)
            if solved.found:
                chosen = tuple(o.id for o in master.visits.options if solved.whole(master.visits.runs[o.id]))
                counted = frozenset(visit for visit, column in master.counts.items() if solved.whole(column))
            # Without an answer in time, the last level's visits still stand; they save here what they save.
            saving = master.saving(threshold)
            value = sum(days for visit, days in saving.items() if visit in counted)
            most = value if solved.status == "optimal" else max(value, _bound(solved, saving))
            kept.append((threshold, value))
            master.keep(threshold, value)
            self._before[threshold] = Reached(value=value, visits=frozenset(chosen), proved=most == value)
            if known is None or known.value != value:
                # With less to keep here, more may be possible at what follows.
                before = {}
            levels.append(_printed(case, threshold, value, most, grade))
            grade = grade if most == value else "none"
            cut_short |= solved.cut_short
            progress(
                Report(stage="equity", done=(done + 1) / len(thresholds), best=levels[-1].value, bound=levels[-1].bound)
            )
        return EquityResult(levels=tuple(levels), saved=tuple(kept), visits=chosen, cut_short=cut_short)

    def _stated(self, cuts: Sequence[AnyCut], thresholds: Sequence[int]) -> Asked:
        return Master(self.case, cuts, options_of_levels(self.case, thresholds))


def options_of_levels(case: Case, thresholds: Sequence[int]) -> tuple[Option, ...]:
    """Return the options that visit a site that any of these levels counts."""
    lowest = min(thresholds)
    return _options_for(case, [site for site in counted_sites(case) if can_exceed(case, site, lowest)])


class Master:
    """The model of all levels, stated once: a level opens the visits to its sites and aims at what they save."""

    def __init__(self, case: Case, cuts: Sequence[AnyCut], options: Sequence[Option]) -> None:
        """State visits, trucks and the food that makes a visit count."""
        self.case, self.model = case, pulp.LpProblem("equity", pulp.LpMaximize)
        self.visits = add_visits(self.model, case, options, whole_trucks=True)
        self.counts = add_counts(self.model, case, self.visits)
        add_day_rows(self.model, case, self.visits)
        _add_food(self.model, case, self.visits, self.counts)
        add_cuts(self.model, self.visits, cuts)
        named = named_in(cuts)
        # Half a truck would slip through a cut: what cuts speak of stays whole throughout.
        self._trucks = [
            column
            for (option, _), by_type in self.visits.trucks.items()
            if option not in named
            for column in by_type.values()
        ]
        self._savings: dict[int, Saving] = {}
        self._stated = Stated(self.model)
        # How trucks are split over the stops of a tour is not known there: what such cuts refuse would be found again.
        apart = len(options) >= LEAN_FROM and not any(isinstance(cut, SplitCut) for cut in cuts)
        self._lean = Lean(case, options, cuts) if apart else None

    def saving(self, threshold: int) -> Saving:
        """Return what each visit saves at a level."""
        if threshold not in self._savings:
            self._savings[threshold] = savings(self.case, self.visits.options, threshold)
        return self._savings[threshold]

    def keep(self, threshold: int, value: int) -> None:
        """Let no later level save less here."""
        # Half a unit of room: savings are whole numbers, so nothing proved is lost to the solver's tolerance.
        self.model += total(self.counts, self.saving(threshold)) >= value - 0.5
        if self._lean is not None:
            self._lean.keep(self.saving(threshold), value - 0.5)

    def solve(self, threshold: int, active: Sequence[SiteId], limits: Limits, known: Reached | None) -> highs.Solved:
        """Return the most that can be saved at a level by visits to the active sites.

        First with as few trucks as can be, then with trucks in fractions: both are quicker and never prove too little.
        Where whole trucks can make the same visits, that is the answer. Else whole trucks are searched from the start.
        What was proved to be the most under fewer cuts is still that if the same visits reach it.
        """
        wanted = with_coupled(self.case, active)
        opened = {option.id for option in self.visits.options if wanted & set(option.sites)}
        self.model.setObjective(total(self.counts, self.saving(threshold)))
        if known is not None and known.proved:
            self._open(known.visits)
            again = self._search(limits)
            if again.found and again.objective > known.value - WHOLE_DAYS:
                return replace(again, status="optimal")
        if self._lean is not None:
            lean = self._lean.solve(self.saving(threshold), opened, limits)
            whole = self._made(self._lean.made(lean), lean.bound, limits) if lean.found else lean
            if lean.found and whole.status == "optimal":
                return whole
        self._open(opened)
        self._make_trucks(pulp.LpContinuous)
        loose = self._search(limits)
        self._make_trucks(pulp.LpInteger)
        if not loose.found:
            return loose
        whole = self._made({name for name in opened if loose.whole(self.visits.runs[name])}, loose.bound, limits)
        if whole.status == "optimal":
            return whole
        self._open(opened)
        found = self._search(limits, start=whole.values if whole.found else None)
        return replace(found, bound=min(found.bound, loose.bound)) if found.found else found

    def most(self, threshold: int, visits: Collection[OptionId], bound: float, limits: Limits) -> highs.Solved:
        """Return what these visits save at most at a level, in whole trucks; `optimal` if that reaches the bound."""
        self.model.setObjective(total(self.counts, self.saving(threshold)))
        return self._made(visits, bound, limits)

    def _made(self, visits: Collection[OptionId], bound: float, limits: Limits) -> highs.Solved:
        """Make visits with whole trucks; `optimal` if that reaches the bound of all that could be."""
        self._open(visits)
        whole = self._search(limits)
        reached = whole.found and whole.objective > bound - WHOLE_DAYS
        return replace(whole, status="optimal" if reached else "feasible" if whole.found else "limit")

    def _search(self, limits: Limits, start: Mapping[str, float] | None = None) -> highs.Solved:
        return highs.solve(self._stated, limits, seed=self.case.snapshot.seed, abs_gap=WHOLE_DAYS, start=start)

    def _open(self, opened: Collection[OptionId]) -> None:
        for name, runs in self.visits.runs.items():
            runs.upBound = int(name in opened)

    def _make_trucks(self, category: str) -> None:
        for column in self._trucks:
            column.cat = category


def with_coupled(case: Case, active: Sequence[SiteId]) -> frozenset[SiteId]:
    """Return these sites and those that can only be served with them."""
    wanted = set(active)
    for group in case.snapshot.groups:
        if wanted & set(case.open_members(group)):
            wanted |= set(case.open_members(group))
    return frozenset(wanted)


def _options_for(case: Case, active: Sequence[SiteId]) -> tuple[Option, ...]:
    wanted, coupled = with_coupled(case, active), case.coupled_sites
    return tuple(
        option
        for option in case.options
        if wanted & set(option.sites)
        and case.truck_types(option)
        and case.brings_something(option)
        and (
            any(case.minimums[option.id, stop] is not None for stop in range(len(option.sites)))
            or coupled & set(option.sites)
        )
    )


def _add_food(model: pulp.LpProblem, case: Case, visits: Visits, counts: Counts) -> None:
    # (1) and (9): a visit counts with its share of the food need, in kilograms and in litres, out of the stock.
    demands: dict[tuple[OptionId, CommodityId], list[pulp.LpAffineExpression]] = defaultdict(list)
    number = count()
    for option in visits.options:
        for stop, site in enumerate(option.sites):
            least = case.minimums[option.id, stop]
            goods: dict[CommodityId, pulp.LpAffineExpression] = {}
            if least is not None and least.units != {}:
                goods = _food(model, case, (option, stop), least, counts[option.id, site], number)
            if site in case.coupled_sites:
                _add_a_unit(model, case, (option, stop), goods, visits.runs[option.id], number)
            if not goods:
                continue
            for row in _carried(case, visits, (option.id, stop), goods):
                model += row
            for commodity, units in goods.items():
                demands[option.id, commodity].append(units)
    add_stock(model, case, {key: pulp.lpSum(parts) for key, parts in demands.items()}, whole_units=False)


def _food(
    model: pulp.LpProblem, case: Case, at: tuple[Option, int], least: FoodMinimum, counted: pulp.LpVariable,
    number: Iterator[int],
) -> dict[CommodityId, pulp.LpAffineExpression]:  # fmt: skip
    """Return the food of a visit that counts, with rows for what its site may get."""
    (option, stop), goods = at, case.snapshot.commodities
    if least.units is not None:
        return {commodity: units * counted for commodity, units in least.units.items()}
    food = {
        commodity: model.add_variable(f"food_{next(number):06}", 0, cap, pulp.LpInteger) + 0
        for commodity, cap in case.food_caps(option, stop).items()
    }
    kg = pulp.lpSum(goods[c].kg * units for c, units in food.items())
    model += kg >= least.kg * counted
    model += pulp.lpSum(goods[c].litres * units for c, units in food.items()) >= least.litres * counted
    ceiling, storage = case.ceilings[option.sites[stop]], case.snapshot.sites[option.sites[stop]].storage_kg
    if ceiling is not None:
        most = ceiling * case.snapshot.policy.ration_days
        model += pulp.lpSum(goods[c].person_days * u for c, u in food.items()) <= most
    if storage is not None:
        model += kg <= storage
    return food


def _add_a_unit(
    model: pulp.LpProblem, case: Case, at: tuple[Option, int], goods: dict[CommodityId, pulp.LpAffineExpression],
    runs: pulp.LpVariable, number: Iterator[int],
) -> None:  # fmt: skip
    """Let a coupled site get one unit of something at least: the loads ask for it, so the levels must know it."""
    option, stop = at
    for commodity in sorted({line.commodity for line in case.stop_lines[option.id, stop]}):
        one = model.add_variable(f"one_{next(number):06}", 0, 1, pulp.LpInteger)
        goods[commodity] = goods.get(commodity, pulp.LpAffineExpression()) + one
    model += pulp.lpSum(goods.values()) >= runs


def _carried(
    case: Case, visits: Visits, stop: tuple[OptionId, int], food: Mapping[CommodityId, pulp.LpAffineExpression]
) -> Iterator[pulp.LpConstraint]:
    """Yield (7): the trucks of a stop carry what it gets, by weight and by volume."""
    goods, types, option = case.snapshot.commodities, case.snapshot.truck_types, case.by_id[stop[0]]
    trucks = visits.trucks[stop].items()
    kg = pulp.lpSum(goods[c].kg * units for c, units in food.items())
    yield kg <= pulp.lpSum(types[kind].payload_kg * n for kind, n in trucks)
    if not _weight_decides(case, option, food):
        litres = pulp.lpSum(goods[c].litres * units for c, units in food.items())
        yield litres <= pulp.lpSum(types[kind].payload_l * n for kind, n in trucks)


def _weight_decides(case: Case, option: Option, food: Mapping[CommodityId, object]) -> bool:
    """Tell whether trucks that carry this food by weight always have room for it."""
    goods, types = case.snapshot.commodities, [case.snapshot.truck_types[kind] for kind, _ in case.truck_types(option)]
    return all(goods[c].litres * kind.payload_kg <= goods[c].kg * kind.payload_l for c in food for kind in types)


def _bound(solved: highs.Solved, saving: Saving) -> int:
    whole = sum(saving.values())
    return whole if solved.bound != solved.bound or solved.bound > whole else int(solved.bound + 1e-6)


def _printed(case: Case, threshold: int, value: int, most: int, grade: ProofGrade) -> ObjectiveLevel:
    lived, scale = base(case, threshold), scale_of(case)
    reached, bound = (lived - value) / scale, (lived - most) / scale
    return ObjectiveLevel(
        level=1, name=f"equity > {threshold} d", value=reached, bound=bound,
        gap=highs.relative_gap(reached, bound), proof=grade,
    )  # fmt: skip
