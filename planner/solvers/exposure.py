"""Among plans of the same visits and worth take the one with least time under threat, then the fewest truck-hours."""

from collections.abc import Sequence
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

EXPOSURE_GAP: Final = 5e-3
EXPOSURE_NODES: Final = 100
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
    longer, so the bound found is a floor of the true exposure, not the exposure itself.
    """
    visits = {(item.option.hub, item.option.sites, item.option.day) for item in chosen}
    options = [o for o in case.options if (o.hub, o.sites, o.day) in visits]
    full = full_model(case, options, cuts, equity.saved, whole_trucks=True, whole_units=False)
    model = full.model
    model += full.assistance >= least_value
    least = case.snapshot.policy.min_trucks
    threat = _per_truck(full, {o.id: exposure_floor(ground, o, max(least, len(o.sites))) for o in options})
    first = _minimise(case, full, threat, limits)
    if not first.found:
        return ExposureResult(chosen=None, floor_truck_s=0.0, cut_short=first.cut_short)
    model += threat <= first.objective * (1 + 1e-6) + 1
    # Useless trucks and useless visits go with this: an hour of a truck is never free.
    second = _minimise(case, full, _per_truck(full, {o.id: o.seconds for o in options}), limits, start=first)
    # The trucks that are left are loaded as fully as they can be: the share of value given up is not wasted.
    loaded, best = whole_loads(case, equity, cuts, limits, full, second if second.found else first)
    return ExposureResult(
        chosen=read_chosen(case, loaded, best) if best.found else None,
        floor_truck_s=max(0.0, min(first.bound, first.objective)),
        cut_short=first.cut_short or second.cut_short,
    )


def _minimise(
    case: Case, full: FullModel, cost: pulp.LpAffineExpression, limits: Limits, start: highs.Solved | None = None
) -> highs.Solved:
    full.model.sense = pulp.LpMinimize
    full.model.setObjective(cost)
    known = start.values if start is not None else None
    if len(case.options) <= WHOLE_UP_TO:
        return highs.solve(full.model, limits, seed=case.snapshot.seed, gap=limits.mip_gap, start=known)
    few = replace(limits, mip_nodes=min(limits.mip_nodes, EXPOSURE_NODES))
    return highs.solve(full.model, few, seed=case.snapshot.seed, gap=EXPOSURE_GAP, start=known)


def _per_truck(full: FullModel, seconds: dict[str, int]) -> pulp.LpAffineExpression:
    return pulp.lpSum(seconds[o.id] * full.visits.truck_sum(o) for o in _known(full, seconds))


def _known(full: FullModel, seconds: dict[str, int]) -> list[Option]:
    return [option for option in full.visits.options if seconds[option.id] > 0]
