"""Among plans of the same visits and worth take the one with least time under threat, then the fewest truck-hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulp

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.assemble import exposure_floor
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult
from planner.solvers.ground import Ground
from planner.solvers.loads import FullModel, full_model, read_chosen
from planner.solvers.option import Option
from planner.solvers.rows import AnyCut
from planner.solvers.value import WHOLE_UP_TO, whole_loads

EXPOSURE_GAP: Final = 2e-2
EXPOSURE_NODES: Final = 1
"""In a large case the last level is printed with its gap: a closer proof is not worth more time than the plan."""

VALUE_KEPT: Final = 1 - 1e-4
"""Share of the value that must be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureResult:
    """The choice, and a proved floor of truck-seconds under threat for its visits; None where nothing was found."""

    chosen: tuple[Chosen, ...] | None
    floor_truck_s: float
    cut_short: bool


def least_exposure(
    case: Case,
    ground: Ground,
    equity: EquityResult,
    cuts: Sequence[AnyCut],
    chosen: Sequence[Chosen],
    least_value: float,
    limits: Limits,
) -> ExposureResult:
    """Choose again among all ways to make the same visits: same hub, same sites, same day.

    Every truck costs the time that the shortest column on its way spends under threat. A larger column takes
    longer, so the bound found is a floor of the true exposure, not the exposure itself. In a large case the floor is
    that of the linear relaxation, and no stop gets more trucks of a kind than now.
    """
    visits = {(item.option.hub, item.option.sites, item.option.day) for item in chosen}
    options = [o for o in case.options if (o.hub, o.sites, o.day) in visits]
    full = full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=False)
    model = full.model
    model += full.assistance >= least_value
    least = case.snapshot.policy.min_trucks
    threat = _per_truck(full, {o.id: exposure_floor(ground, o, max(least, len(o.sites))) for o in options})
    known, loose = _as_chosen(full, chosen), None
    if len(case.options) > WHOLE_UP_TO:
        full.model.sense = pulp.LpMinimize
        full.model.setObjective(threat)
        loose = highs.solve(full.model, limits, seed=case.snapshot.seed, relaxed=True)
        _hold_trucks(full, chosen)
    first = _minimise(case, full, threat, limits, start=known)
    if not first.found:
        return ExposureResult(chosen=None, floor_truck_s=0.0, cut_short=first.cut_short)
    model += threat <= first.objective * (1 + 1e-6) + 1
    # Useless trucks and useless visits go with this: an hour of a truck is never free.
    second = _minimise(case, full, _per_truck(full, {o.id: o.seconds for o in options}), limits, start=first.values)
    # The trucks that are left are loaded as fully as they can be: the share of value given up is not wasted.
    loaded, best = whole_loads(case, equity, cuts, limits, full, second if second.found else first)
    return ExposureResult(
        chosen=read_chosen(case, loaded, best) if best.found else None,
        floor_truck_s=max(0.0, min(first.bound, first.objective) if loose is None else loose.bound),
        cut_short=first.cut_short or second.cut_short,
    )


def _hold_trucks(full: FullModel, chosen: Sequence[Chosen]) -> None:
    """Let the ways of each visit have no more trucks of a type at a stop than now: with more there may be no time."""
    now = {(i.option.hub, i.option.sites, i.option.day): i.trucks for i in chosen}
    for option in full.visits.options:
        trucks = now[option.hub, option.sites, option.day]
        for stop in range(len(option.sites)):
            for kind, column in full.visits.trucks[option.id, stop].items():
                column.upBound = min(column.upBound, trucks[stop].get(kind, 0))


def _as_chosen(full: FullModel, chosen: Sequence[Chosen]) -> Mapping[str, float]:
    """Return the visits and trucks of a choice as columns: HiGHS may not find as good ones by itself."""
    known = {column.name: 0.0 for column in full.visits.runs.values()}
    known |= {column.name: 0.0 for by_kind in full.visits.trucks.values() for column in by_kind.values()}
    for item in chosen:
        known[full.visits.runs[item.option.id].name] = 1.0
        for stop, trucks in enumerate(item.trucks):
            known |= {full.visits.trucks[item.option.id, stop][kind].name: float(n) for kind, n in trucks.items()}
    return known


def _minimise(
    case: Case, full: FullModel, cost: pulp.LpAffineExpression, limits: Limits, start: Mapping[str, float]
) -> highs.Solved:
    full.model.sense = pulp.LpMinimize
    full.model.setObjective(cost)
    if len(case.options) <= WHOLE_UP_TO:
        return highs.solve(full.model, limits, seed=case.snapshot.seed, gap=limits.mip_gap, start=start)
    few = replace(limits, mip_nodes=min(limits.mip_nodes, EXPOSURE_NODES))
    return highs.solve(full.model, few, seed=case.snapshot.seed, gap=EXPOSURE_GAP, start=start)


def _per_truck(full: FullModel, seconds: dict[str, int]) -> pulp.LpAffineExpression:
    return pulp.lpSum(seconds[o.id] * full.visits.truck_sum(o) for o in _known(full, seconds))


def _known(full: FullModel, seconds: dict[str, int]) -> list[Option]:
    return [option for option in full.visits.options if seconds[option.id] > 0]
