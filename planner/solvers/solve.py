"""From a frozen snapshot to a plan: options, equity, value, timetable, least exposure, and why the rest is unmet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from planner.domain.canonical import digest_of
from planner.domain.needs import SiteId
from planner.domain.plan import Convoy, ObjectiveLevel, Plan, PlanStatus
from planner.domain.snapshot import Snapshot
from planner.solvers.assemble import assemble, in_order, people_reached
from planner.solvers.carried import carried
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Progress, Report
from planner.solvers.deprivation import base, scale_of
from planner.solvers.exposure import VALUE_KEPT, least_exposure
from planner.solvers.ground import Ground
from planner.solvers.highs import relative_gap
from planner.solvers.option import Option
from planner.solvers.options import OptionSet, build
from planner.solvers.promised import kept, notices
from planner.solvers.reached import assistance_of, saved_by
from planner.solvers.settle import Settled, carried_on, settle, with_bound
from planner.solvers.times import Deadline, timetable
from planner.solvers.unmet import Proofs, explain

PROVED_GAP: Final = 1e-3
"""A level counts as proved within this gap: whole trucks and units cannot always come closer."""


def solve(snapshot: Snapshot, progress: Progress) -> Plan:
    """Return the best plan found, every level with its value, bound and gap; serving nobody may be best.

    The same snapshot gives the same plan, byte by byte, unless the safety stop by wall time ended it
    (`cut_short`).
    """
    return solve_options(snapshot, build(snapshot, progress), progress)


def solve_options(snapshot: Snapshot, found: OptionSet, progress: Progress) -> Plan:
    """Return the best plan found among these options of the snapshot, with why the rest stays unmet."""
    deadline = Deadline(snapshot.limits, progress)
    over = carried(snapshot, found.options)
    # Options of convoys carried over are among those that the bounds are proved over.
    options = {option.id: option for option in (*found.options, *over.options)}
    case = Case(snapshot, options.values())
    fresh = settle(case, deadline, progress)
    best = carried_on(case, fresh, over, deadline, progress) if over.chosen else fresh
    settled, exposure_floor = _least_exposed(case, best, deadline)
    plan, proofs = _planned(case, settled, exposure_floor, digest_of(snapshot))
    progress(Report(stage="unmet", done=0.0))
    unmet = explain(case, found.refusals, plan.convoys, proofs, deadline)
    progress(Report(stage="unmet", done=1.0))
    return replace(plan, unmet=unmet, cut_short=plan.cut_short or deadline.met)


def plan_among(snapshot: Snapshot, options: Iterable[Option], deadline: Deadline, progress: Progress) -> Plan:
    """Return the best plan found among options, to see who could be served: no digest and no explanations.

    The last stage is left out: of ways of the same worth, not the least exposed ones are sought.
    """
    case = Case(snapshot, options)
    return _planned(case, settle(case, deadline, progress), 0.0, digest="")[0]


def _planned(case: Case, settled: Settled, exposure_floor: float, digest: str) -> tuple[Plan, Proofs]:
    snapshot = case.snapshot
    new = assemble(snapshot, settled.chosen, settled.timed)
    promised = kept(snapshot)
    convoys = in_order((*new, *promised))
    levels = _levels(case, settled, convoys, new, exposure_floor)
    kept_levels = replace(settled.equity, saved=(), levels=()) if not settled.levels_kept else settled.equity
    proofs = Proofs(
        equity=kept_levels, cuts=settled.cuts, value=levels[-3].value, proved=_proved(levels[:-2], PROVED_GAP)
    )
    reached = people_reached(snapshot, convoys, dict(case.ceilings))
    plan = Plan(
        snapshot_digest=digest,
        as_of=snapshot.as_of,
        horizon=snapshot.horizon,
        status=_status(settled, levels),
        cut_short=settled.cut_short,
        objective=levels,
        convoys=convoys,
        unmet=(),
        people_reached=sum(reached.values()),
        coverage_by_site=_coverage(snapshot, convoys),
        pinned=notices(snapshot),
        notes=_notes(settled),
    )
    return plan, proofs


def _least_exposed(case: Case, settled: Settled, deadline: Deadline) -> tuple[Settled, float]:
    if not settled.chosen or not settled.levels_kept or deadline.is_reached():
        return settled, 0.0
    least = max(assistance_of(case, settled.chosen) * VALUE_KEPT, settled.floor)
    result = least_exposure(
        case, Ground.of(case.snapshot), settled.equity, settled.cuts, settled.chosen, least, deadline.limits()
    )
    if result.chosen is None:
        return settled, 0.0
    told = timetable(case.snapshot, result.chosen)
    short = settled.cut_short or result.cut_short
    if told.timed is None:
        return replace(settled, cut_short=short), result.floor_truck_s
    return replace(settled, chosen=result.chosen, timed=told.timed, cut_short=short), result.floor_truck_s


def _levels(
    case: Case, settled: Settled, convoys: Sequence[Convoy], new: Sequence[Convoy], exposure_floor: float
) -> tuple[ObjectiveLevel, ...]:
    equity = settled.equity.levels
    if not settled.levels_kept or case.snapshot.policy.equity_tolerance > 0:
        equity = _equity_after_all(case, settled.equity, settled.chosen)
    value = assistance_of(case, settled.chosen)
    known = settled.value.level
    changed = float(len(notices(case.snapshot)))
    exposed = float(sum(convoy.exposure_truck_s for convoy in convoys))
    promised = exposed - sum(convoy.exposure_truck_s for convoy in new)
    floor = min(exposed, promised + exposure_floor)
    return (
        *equity,
        with_bound(replace(known, value=value), max(known.bound, value)),
        # A promise is broken only where it can no longer be kept, and that is checked road by road.
        ObjectiveLevel(level=3, name="disturbance", value=changed, bound=changed, gap=0.0, proof="global"),
        ObjectiveLevel(
            level=4, name="exposure", value=exposed, bound=floor, gap=relative_gap(exposed, floor),
            proof="given the first visits",
        ),
    )  # fmt: skip


def _equity_after_all(case: Case, equity: EquityResult, chosen: Sequence[Chosen]) -> tuple[ObjectiveLevel, ...]:
    # Convoys were left out after the levels were proved: say what is really reached.
    thresholds = [threshold for threshold, _ in equity.saved]
    found = []
    for level, threshold, days in zip(equity.levels, thresholds, saved_by(case, chosen, thresholds), strict=True):
        reached = (base(case, threshold) - days) / scale_of(case)
        found.append(with_bound(replace(level, value=reached), min(level.bound, reached)))
    return tuple(found)


def _proved(levels: Sequence[ObjectiveLevel], gap: float) -> bool:
    return all(level.gap <= gap and level.proof == "global" for level in levels)


def _status(settled: Settled, levels: Sequence[ObjectiveLevel]) -> PlanStatus:
    if settled.value.status == "limit" and not settled.chosen:
        return "no_plan"
    return "optimal" if _proved(levels[:-2], PROVED_GAP) else "feasible"


def _coverage(snapshot: Snapshot, convoys: Sequence[Convoy]) -> Mapping[SiteId, float]:
    """Return the share of each site's need, in person-days over all commodities, that is brought."""
    goods = snapshot.commodities
    needed: dict[SiteId, int] = defaultdict(int)
    brought: dict[SiteId, int] = defaultdict(int)
    for need in snapshot.needs:
        if need.window.overlaps(snapshot.horizon):
            needed[need.site] += need.units * goods[need.commodity].person_days
    for convoy in convoys:
        for stop in convoy.stops:
            brought[stop.site] += sum(load.units * goods[load.commodity].person_days for load in stop.loads)
    return {site: min(1.0, brought[site] / total) for site, total in sorted(needed.items()) if total > 0}


def _notes(settled: Settled) -> tuple[str, ...]:
    found = []
    if settled.value.level.proof == "given the first visits":
        found.append(
            "The bound on the value holds for plans that make these first visits and go to one site at a time after "
            "them: other first visits, and tours after them, were not searched."
        )
    if settled.left_out:
        found.append(
            f"{settled.left_out} convoys were left out: no timetable was found for them in the counted rounds."
        )
    if not settled.levels_kept:
        found.append("The equity levels proved for visits could not all be kept: the levels printed are the plan's.")
    return tuple(found)
