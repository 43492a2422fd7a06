"""Among the fairest plans take the one that brings most: expected person-days of assistance, proved by a bound."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulp

from planner.domain.needs import SiteId
from planner.domain.plan import ObjectiveLevel, ProofGrade
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Progress, Report
from planner.solvers.loads import FullModel, full_model, halves, read_chosen
from planner.solvers.option import Option, OptionId
from planner.solvers.pinned import Pinned
from planner.solvers.rows import AnyCut, named_in
from planner.solvers.wide import WIDE_UP_TO, Wide

WHOLE_UP_TO: Final = 40
"""Up to so many options the model in whole trucks is searched as well, once rounding has left a gap. With 66 options
one such search took 22 s for three nodes, with 131 up to 93 s, and none found more than rounding had."""

WIDE_GAP: Final = 1e-3
"""A search among a few visits stops at this gap: whole units lose about as much afterwards."""
FEW: Final = 3
"""Visits to each site that a plan made in moments is chosen among."""
A_TRACE: Final = 0.02
"""A relaxation makes use of a visit from this share on."""
SUPPORT_NODES: Final = 20
"""Nodes of a choice among what relaxations make use of, where whole visits are searched beside."""
REPAIR_LOSS: Final = 0.01
"""After cuts the same visits are kept if they lose no more than this share of the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueResult:
    """The convoys taken, the level with its bound, and what the bound is a bound of.

    `status` is that of the best search: `infeasible` when no plan keeps the equity levels (cuts took it away),
    `limit` when none was found in time.
    """

    chosen: tuple[Chosen, ...]
    level: ObjectiveLevel
    bound_grade: ProofGrade
    status: highs.SolveStatus
    cut_short: bool


@dataclass(frozen=True, slots=True)
class _Search:
    """One model and its answer."""

    full: FullModel
    solved: highs.Solved


def solve_value(
    snapshot: Snapshot,
    options: Sequence[Option],
    equity: EquityResult,
    cuts: Sequence[AnyCut],
    limits: Limits,
    progress: Progress,
) -> ValueResult:
    """Find the best plan that keeps every equity level."""
    return value_of(Wide(Case(snapshot, options), equity, cuts), limits, progress)


def value_of(wide: Wide, limits: Limits, progress: Progress) -> ValueResult:
    """Find the best plan for an indexed case.

    First visits are whole and trucks and units are not: that gives the bound, over all plans that keep the levels.
    Then the visits stand and trucks and units become whole. If nothing comes of that, the best of these visits and
    those of the equity stage is sought, which are known to be possible.
    """
    case, equity, cuts = wide.case, wide.equity, wide.cuts
    if isinstance(wide, Pinned):
        return by_weeks(wide, limits, progress)
    if len(case.options) > WIDE_UP_TO:
        return by_support(wide, limits, progress)
    first = _search(case, equity, cuts, limits, whole=False)
    progress(Report(stage="value", done=0.5, best=first.solved.objective, bound=first.solved.bound))
    if first.solved.status == "infeasible":
        return _nothing(first.solved)
    bound, short = first.solved.bound, first.solved.cut_short
    best = _rounded(case, equity, cuts, limits, _taken(first)) if first.solved.found else None
    if best is None or not best.solved.found:
        taken = _taken(first) if first.solved.found else frozenset()
        best = _among(case, equity, cuts, limits, taken | frozenset(equity.visits))
    close = best.solved.found and highs.relative_gap(best.solved.objective, bound) <= limits.mip_gap
    if not close and len(case.options) <= WHOLE_UP_TO:
        whole = _search(case, equity, cuts, limits, whole=True)
        bound, short = min(bound, whole.solved.bound), short or whole.solved.cut_short
        better = whole.solved.found and (not best.solved.found or whole.solved.objective > best.solved.objective)
        if better or whole.solved.status == "infeasible":
            best = whole
    progress(Report(stage="value", done=1.0, best=best.solved.objective, bound=bound))
    return _result(best, case, bound, cut_short=short or best.solved.cut_short)


def repaired(
    case: Case, equity: EquityResult, cuts: Sequence[AnyCut], limits: Limits, known: ValueResult
) -> ValueResult | None:
    """Mend a choice that new cuts refuse; None if more than a little would be lost by that.

    Its visits, or at least those of the days that the cuts do not speak of, are kept. Its bound holds still, because
    cuts only take away.
    """
    if not known.chosen:
        return None
    for again in _repairs(case, equity, cuts, limits, known):
        if again.solved.found and highs.relative_gap(again.solved.objective, known.level.value) <= REPAIR_LOSS:
            return _result(again, case, known.level.bound, cut_short=again.solved.cut_short)
    return None


def by_support(wide: Wide, limits: Limits, progress: Progress) -> ValueResult:
    """Find a good plan of a large case among the visits that its linear relaxations make use of.

    The relaxation over all plans that keep the levels gives the bound; it and the one with the equity stage's first
    visits standing name the visits to choose among. Nothing is proved of the others but by the bound.
    """
    case, equity, cuts = wide.case, wide.equity, wide.cuts
    free, held = wide.relaxed(limits)
    if not free.found:
        return _nothing(free)
    progress(Report(stage="value", done=0.3, best=None, bound=free.bound))
    support = frozenset(equity.visits).union(*(wide.made_use_of(one, A_TRACE) for one in (free, held)))
    if wide.is_searched:
        # Better visits are found beside: what is chosen here is only where the plan begins.
        limits = replace(limits, mip_nodes=min(limits.mip_nodes, SUPPORT_NODES))
    best = _among(case, equity, cuts, limits, support, sure=_timed(equity))
    if not best.solved.found:
        best = _among(case, equity, cuts, limits, support)
    if not best.solved.found:
        best = _among(case, equity, cuts, limits, frozenset(option.id for option in case.options))
    progress(Report(stage="value", done=1.0, best=best.solved.objective, bound=free.bound))
    return _result(best, case, free.bound, cut_short=best.solved.cut_short)


def by_weeks(wide: Pinned, limits: Limits, progress: Progress) -> ValueResult:
    """Find a good plan of a large case with the equity stage's visits standing, and the rest found week by week.

    The relaxation bounds the value of all plans with these first visits.
    """
    case, equity, cuts = wide.case, wide.equity, wide.cuts
    free, visits = wide.by_weeks(limits, progress)
    if not free.found:
        return _nothing(free)
    best = _rounded(case, equity, cuts, limits, visits, gap=WIDE_GAP)
    if not best.solved.found:
        best = _among(case, equity, cuts, limits, visits | frozenset(equity.visits), sure=_timed(equity))
    progress(Report(stage="value", done=1.0, best=best.solved.objective, bound=free.bound))
    return _result(best, case, free.bound, cut_short=best.solved.cut_short, proof="given the first visits")


def of_visits(wide: Wide, visits: frozenset[OptionId], limits: Limits) -> tuple[Chosen, ...]:
    """Return the convoys that make just these visits and bring most; empty where they cannot keep the levels."""
    search = _rounded(wide.case, wide.equity, wide.cuts, limits, visits)
    return read_chosen(wide.case, search.full, search.solved) if search.solved.found else ()


def _timed(equity: EquityResult) -> frozenset[OptionId]:
    """Return the equity stage's visits where they are known to have a timetable: others of the same worth may not."""
    return frozenset(equity.visits) if equity.timed else frozenset()


def _search(
    case: Case,
    equity: EquityResult,
    cuts: Sequence[AnyCut],
    limits: Limits,
    *,
    whole: bool,
) -> _Search:
    full = full_model(case, case.options, cuts, equity.saved, whole_trucks=whole, whole_units=whole)
    gap = limits.mip_gap if len(case.options) <= WHOLE_UP_TO else max(limits.mip_gap, WIDE_GAP)
    return _Search(full, highs.solve(full.model, limits, seed=case.snapshot.seed, gap=gap))


def _repairs(
    case: Case, equity: EquityResult, cuts: Sequence[AnyCut], limits: Limits, known: ValueResult
) -> Iterator[_Search]:
    visits = frozenset(item.option.id for item in known.chosen)
    yield _rounded(case, equity, cuts, limits, visits)
    touched = [case.by_id[name] for name in sorted(named_in(cuts) & visits)]
    days, hubs = {option.day for option in touched}, {option.hub for option in touched}
    sites = {site for option in touched for site in option.sites}
    stirred = frozenset(o.id for o in case.options if o.day in days and (o.hub in hubs or sites & set(o.sites)))
    # Rather fewer visits than other ones: that is settled in a moment.
    yield _among(
        case, equity, cuts, limits, visits | frozenset(equity.visits), sure=(visits - stirred) | _timed(equity)
    )
    if len(case.options) <= WHOLE_UP_TO:
        yield _among(
            case,
            equity,
            cuts,
            limits,
            visits | frozenset(equity.visits) | stirred,
            sure=(visits - stirred) | _timed(equity),
        )


def _among(
    case: Case,
    equity: EquityResult,
    cuts: Sequence[AnyCut],
    limits: Limits,
    visits: frozenset[OptionId],
    sure: frozenset[OptionId] = frozenset(),
) -> _Search:
    """Choose again among a few visits, in whole trucks, `sure` ones running anyway; then make the units whole."""
    options = [option for option in case.options if option.id in visits]
    full = full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=False)
    for option in sure & set(full.visits.runs):
        full.visits.runs[option].lowBound = 1
    gap = max(limits.mip_gap, WIDE_GAP)
    search = _Search(full, highs.solve(full.model, limits, seed=case.snapshot.seed, gap=gap))
    return _rounded(case, equity, cuts, limits, _taken(search)) if search.solved.found else search


def _rounded(
    case: Case, equity: EquityResult, cuts: Sequence[AnyCut], limits: Limits, taken: frozenset[OptionId],
    gap: float | None = None,
) -> _Search:  # fmt: skip
    """Make trucks whole with these visits, then units: each within one of where it was, or anywhere if need be."""
    options = [option for option in case.options if option.id in taken]
    first = _run_all(full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=False))
    loose = highs.solve(first.model, limits, seed=case.snapshot.seed, gap=limits.mip_gap if gap is None else gap)
    if not loose.found:
        return _Search(first, loose)
    return _Search(*whole_loads(case, equity, cuts, limits, first, loose))


def whole_loads(
    case: Case,
    equity: EquityResult,
    cuts: Sequence[AnyCut],
    limits: Limits,
    loose: FullModel,
    solved: highs.Solved,
) -> tuple[FullModel, highs.Solved]:
    """Load the trucks of a solution in whole units as well as can be: each number within one of where it was.

    If that is not possible, anywhere. Its answer is `infeasible` if there is no such load at all.
    """
    best, where = _loaded(case, equity, cuts, limits, (loose, solved), whole=False, around=None)
    full, whole = loose, solved
    for around in ((best, where), None):
        full, whole = _loaded(case, equity, cuts, limits, (loose, solved), whole=True, around=around)
        if whole.found:
            break
    return full, whole


def _loaded(
    case: Case,
    equity: EquityResult,
    cuts: Sequence[AnyCut],
    limits: Limits,
    given: tuple[FullModel, highs.Solved],
    *,
    whole: bool,
    around: tuple[FullModel, highs.Solved] | None,
) -> tuple[FullModel, highs.Solved]:
    loose, solved = given
    options = [option for option in loose.visits.options if solved.whole(loose.visits.runs[option.id])]
    full = _run_all(full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=whole))
    for stop, trucks in full.visits.trucks.items():
        for kind, column in trucks.items():
            column.lowBound = column.upBound = solved.whole(loose.visits.trucks[stop][kind])
    if around is not None and around[1].found:
        for share, column in full.units.items():
            near = math.floor(around[1].value(around[0].units[share]) + 1e-6)
            column.lowBound, column.upBound = near, min(near + 1, column.upBound)
    return full, highs.solve(full.model, limits, seed=case.snapshot.seed, gap=limits.mip_gap / 10)


def _run_all(full: FullModel) -> FullModel:
    for runs in full.visits.runs.values():
        runs.lowBound = 1
    return full


def least_trucks(case: Case, equity: EquityResult, cuts: Sequence[AnyCut], limits: Limits) -> tuple[Chosen, ...]:
    """Return the equity stage's visits with the fewest trucks that keep its levels; empty if cuts forbid them."""
    options = [case.by_id[name] for name in equity.visits]
    full = full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=True)
    model = full.model
    model.sense = pulp.LpMinimize
    model.setObjective(pulp.lpSum(full.visits.truck_sum(option) for option in full.visits.options))
    solved = highs.solve(model, limits, seed=case.snapshot.seed)
    return read_chosen(case, full, solved) if solved.found else ()


def no_time_for(case: Case) -> ValueResult:
    """Return what is known of the value without a search: nothing brings more than all needs would be worth."""
    goods, policy = case.snapshot.commodities, case.snapshot.policy
    bound = 0.0
    for line in case.lines:
        first, second = halves(line)
        worth = goods[line.commodity].person_days * goods[line.commodity].priority
        worth *= case.snapshot.sites[line.site].severity
        bound += worth * (first * policy.first_half_value + second * policy.second_half_value)
    level = ObjectiveLevel(
        level=2, name="value", value=0.0, bound=bound, gap=highs.relative_gap(0.0, bound), proof="global"
    )
    return ValueResult(chosen=(), level=level, bound_grade="global", status="limit", cut_short=True)


def among_few(case: Case, equity: EquityResult, cuts: Sequence[AnyCut], limits: Limits) -> tuple[Chosen, ...]:
    """Return convoys that bring much, chosen in moments among a few of the first to each site; no level is kept.

    A plan for the case that nothing better was found in time.
    """
    few: dict[SiteId, list[Option]] = defaultdict(list)
    for option in sorted(case.options, key=lambda o: (o.day, len(o.sites), -o.max_trucks, o.id)):
        if any(len(few[site]) < FEW for site in option.sites):
            for site in option.sites:
                few[site].append(option)
    visits = frozenset(option.id for options in few.values() for option in options)
    search = _among(case, replace(equity, saved=()), cuts, limits, visits)
    return read_chosen(case, search.full, search.solved) if search.solved.found else ()


def _taken(search: _Search) -> frozenset[OptionId]:
    runs = search.full.visits.runs
    return frozenset(option for option, column in runs.items() if search.solved.whole(column))


def _nothing(solved: highs.Solved) -> ValueResult:
    level = ObjectiveLevel(level=2, name="value", value=0.0, bound=0.0, gap=0.0, proof="none")
    return ValueResult(chosen=(), level=level, bound_grade="none", status=solved.status, cut_short=False)


def _result(
    search: _Search, case: Case, bound: float, *, cut_short: bool = False, proof: ProofGrade = "global"
) -> ValueResult:
    solved = search.solved
    found = solved.found
    chosen = read_chosen(case, search.full, solved) if found else ()
    value = sum(solved.whole(column) * weight for column, weight in search.full.assistance.items()) if found else 0.0
    bound = max(bound, value) if found else 0.0
    grade: ProofGrade = proof if found else "none"
    return ValueResult(
        chosen=chosen,
        level=ObjectiveLevel(
            level=2, name="value", value=value, bound=bound, gap=highs.relative_gap(value, bound), proof=grade
        ),
        bound_grade=grade,
        status=solved.status,
        cut_short=cut_short,
    )
