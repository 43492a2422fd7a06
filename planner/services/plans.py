"""Make plans: queue a solve, work it or follow whoever does, and let the verifier judge the answer."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from planner import jobs
from planner.domain.errors import PlannerError, Refused
from planner.domain.hurry import Relay
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.jobs import Clock, Progress
from planner.services.plan_records import PlanRecord
from planner.services.replan import plan_with_few_changes
from planner.services.studies import make_study
from planner.store.codec import plan_digest
from planner.store.records import Run, StoredPlan
from planner.store.store import Store
from routing.units import Instant

POLL_S: Final = 0.5
"""Seconds between two looks at a run that another worker has."""


class UnsoundPlan(PlannerError):
    """A solver's plan broke a hard rule: it is thrown away, and the run fails with the rules' names."""


def make_plan(snapshot: Snapshot, progress: Progress) -> Plan:
    """Solve a snapshot, try what would serve those left out, and have the verifier judge it before anybody sees it.

    Raises
    ------
    UnsoundPlan
        If the plan breaks a hard rule.
    """
    plan = plan_with_few_changes(snapshot, progress)
    found = violations(plan, snapshot)
    if found:
        said = "; ".join(f"{v.rule} ({v.convoy or 'plan'}): {v.detail}" for v in found[:5])
        raise UnsoundPlan(f"The plan breaks {len(found)} hard rules and was thrown away: {said}. Please report this.")
    return plan


def request_plan(store: Store, snapshot: Snapshot, versions: Mapping[str, str], *, at: Instant, by: str) -> Run:
    """Queue a solve of a snapshot; the same snapshot with the same versions is solved once."""
    digest = store.save_snapshot(snapshot)
    return jobs.enqueue(store, jobs.run_key(digest, versions), digest, at=at, by=by)


def work_run(
    store: Store,
    run: Run,
    clock: Clock,
    progress: Progress,
    *,
    worker: str,
    pause: Callable[[float], None] = time.sleep,
) -> Run:
    """Work this run here and now; where a worker has it already, follow that worker's progress to the end.

    Should that worker fall silent, the run is taken over when its lease lapses. `pause` waits so many seconds.

    Raises
    ------
    Refused
        If the run failed or was stopped; says why.
    """

    def solve_and_tell(snapshot: Snapshot, beat: Progress) -> Plan:
        return make_plan(snapshot, _to_both(beat, progress))

    def study_and_tell(study: str, stored: StoredPlan, snapshot: Snapshot, beat: Progress) -> object:
        return make_study(study, stored, snapshot, _to_both(beat, progress))

    ended = run
    while ended.state in {"queued", "running"}:
        if ended.state == "queued" or (ended.lease_until or 0) <= clock():
            jobs.work_once(store, solve_and_tell, worker, clock, only=run.id, study=study_and_tell)
        elif ended.progress is not None:
            progress(ended.progress)
        with store.reading() as read:
            ended = read.get_run(run.id)
        if ended.state == "running":
            pause(POLL_S)
    if ended.state == "failed":
        raise Refused(f"Run {ended.id} failed: {ended.error}")
    if ended.state == "stopped":
        raise Refused(f"Run {ended.id} was stopped before it had a plan. Ask again to queue it anew.")
    return ended


def _to_both(first: Progress, second: Progress) -> Progress:
    def both(report: jobs.Report) -> None:
        first(report)
        second(report)

    return Relay(both, first, second)


def replay_plan(record: PlanRecord, progress: Progress) -> str:
    """Solve the stored snapshot again and return the new plan's digest, to be compared with the stored one."""
    return plan_digest(make_plan(record.snapshot, progress))
