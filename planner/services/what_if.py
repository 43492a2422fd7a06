"""Solve scenarios beside a base plan and say who gains, who loses, and because of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planner.domain.compare import PlanDiff
from planner.domain.scenario import Scenario
from planner.domain.snapshot import Snapshot
from planner.domain.world import World
from planner.jobs import Clock, Progress
from planner.services.plan_records import PlanRecord, diff_plans, get_plan
from planner.services.plans import request_plan, work_run
from planner.services.snapshots import Terms, take_snapshot
from planner.store.records import Run
from planner.store.store import Store
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A scenario, its plan, and what changes from the base plan to it."""

    scenario: Scenario
    record: PlanRecord
    difference: PlanDiff


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
    snapshot = take_snapshot(
        world,
        as_of=base.plan.as_of,
        horizon=base.plan.horizon,
        scenario=scenario,
        pinned=base.snapshot.pinned,
        notified=base.snapshot.notified,
        terms=Terms(
            policy=base.snapshot.policy,
            access_policy=base.snapshot.access_policy,
            limits=base.snapshot.limits,
            seed=base.snapshot.seed,
        ),
    )
    return request_plan(store, _beside(base, snapshot), versions, at=at, by=by)


def _beside(base: PlanRecord, snapshot: Snapshot) -> Snapshot:
    """Return a scenario's snapshot with the base plan's convoys as its incumbent.

    Where the scenario changes nothing, the base plan's own snapshot: it is answered already.
    """
    same = replace(snapshot, scenario=base.snapshot.scenario, incumbent=base.snapshot.incumbent)
    if same == base.snapshot:
        return base.snapshot
    return replace(snapshot, incumbent=tuple(convoy for convoy in base.plan.convoys if convoy.movement is None))
