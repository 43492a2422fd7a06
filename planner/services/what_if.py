"""Solve scenarios beside a base plan and say who gains, who loses, and because of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planner.domain.compare import PlanDiff
from planner.domain.plan import Convoy
from planner.domain.scenario import Scenario
from planner.domain.snapshot import Snapshot
from planner.domain.sweep import Base
from planner.domain.world import World
from planner.jobs import Clock, Progress
from planner.services.access import parse_known
from planner.services.layers import Layers
from planner.services.movements import pinned_convoys
from planner.services.plan_records import PlanRecord, diff_plans, get_plan
from planner.services.plans import request_plan, work_run
from planner.services.snapshots import Terms, freeze, horizon_from, planning_as_of, take_snapshot
from planner.services.supposed import check_targets
from planner.store.records import Run
from planner.store.store import Store
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A scenario, its plan, and what changes from the base plan to it."""

    scenario: Scenario
    record: PlanRecord
    difference: PlanDiff


def plan_base(
    store: Store,
    world: World,
    base: Base,
    versions: Mapping[str, str],
    *,
    clock: Clock,
    progress: Progress,
    by: str,
) -> PlanRecord:
    """Return the plan that a scenario file states as its base, made now where nobody has made it yet.

    Raises
    ------
    BadInput
        If what is known lies outside the log, or the days cannot be planned.
    Refused
        If the run failed.
    """
    as_of = planning_as_of(world, base.start, parse_known(base.known, world))
    snapshot = take_snapshot(
        world,
        as_of=as_of,
        horizon=horizon_from(base.start, base.days, world),
        pinned=pinned_convoys(store, world, after=as_of.at),
    )
    run = request_plan(store, snapshot, versions, at=clock(), by=by)
    ended = work_run(store, run, clock, progress, worker=f"base of {by}")
    return get_plan(store, ended.plan or "", world.catalogue.crisis.id)


def run_scenarios(
    store: Store,
    world: World,
    base: PlanRecord,
    scenarios: Sequence[Scenario],
    versions: Mapping[str, str],
    *,
    clock: Clock,
    progress: Progress,
    by: str,
) -> tuple[Outcome, ...]:
    """Solve each scenario as known when the base plan was made, over its horizon and on its terms.

    The search begins from the base plan's convoys as far as they can still run, and answers nothing worse.
    A scenario that was solved before is not solved again.

    Raises
    ------
    BadInput
        If an edit names something that the crisis does not have.
    Refused
        If a run failed.
    """
    found = []
    for scenario in scenarios:
        run = request_scenario(store, world, base, scenario, versions, at=clock(), by=by)
        ended = work_run(store, run, clock, progress, worker=f"what-if of {by}")
        record = get_plan(store, ended.plan or "", world.catalogue.crisis.id)
        found.append(Outcome(scenario=scenario, record=record, difference=diff_plans(base, record, world)))
    return tuple(found)


def request_scenario(
    store: Store,
    world: World,
    base: PlanRecord,
    scenario: Scenario,
    versions: Mapping[str, str],
    *,
    at: Instant,
    by: str,
) -> Run:
    """Queue a scenario as known when the base plan was made, over its horizon and on its terms.

    Raises
    ------
    BadInput
        If an edit names something that the crisis does not have.
    """
    check_targets(scenario, world)
    snapshot = Layers(freeze_as(base, world)).under(scenario)
    return request_plan(store, _beside(base, snapshot), versions, at=at, by=by)


def freeze_as(base: PlanRecord, world: World) -> Snapshot:
    """Return the world as known when a plan was made, over its horizon and on its terms; nothing is supposed."""
    known = base.snapshot
    return freeze(
        world,
        as_of=base.plan.as_of,
        horizon=base.plan.horizon,
        pinned=known.pinned,
        notified=known.notified,
        terms=Terms(
            policy=known.policy, access_policy=known.access_policy, limits=known.limits, seed=known.seed,
        ),
    )  # fmt: skip


def incumbent_of(base: PlanRecord) -> tuple[Convoy, ...]:
    """Return the convoys of a base plan where the search for a scenario begins: those that are not pinned anyway."""
    return tuple(convoy for convoy in base.plan.convoys if convoy.movement is None)


def _beside(base: PlanRecord, snapshot: Snapshot) -> Snapshot:
    """Return a scenario's snapshot with the base plan's convoys as its incumbent.

    Where the scenario changes nothing, the base plan's own snapshot: it is answered already.
    """
    same = replace(snapshot, scenario=base.snapshot.scenario, incumbent=base.snapshot.incumbent)
    if same == base.snapshot:
        return base.snapshot
    return replace(snapshot, incumbent=incumbent_of(base))
