"""Make, keep, judge and publish plans."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from planner import jobs
from planner.domain.errors import NotFound, PlannerError, Refused
from planner.domain.plan import Convoy, Plan, PlanId
from planner.domain.snapshot import Snapshot
from planner.domain.verify import Violation, violations
from planner.domain.world import World
from planner.jobs import Clock, Progress
from planner.solvers.solve import solve
from planner.store.codec import plan_digest
from planner.store.records import Movement, Run, StoredPlan
from planner.store.store import Store
from routing.units import Instant


class UnsoundPlan(PlannerError):
    """A solver's plan broke a hard rule: it is thrown away, and the run fails with the rules' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """A stored plan with the snapshot that it answers and how long its run took."""

    stored: StoredPlan
    snapshot: Snapshot
    seconds: float

    @property
    def id(self) -> PlanId:
        """The plan's id."""
        return self.stored.card.id

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.stored.plan


def make_plan(snapshot: Snapshot, progress: Progress) -> Plan:
    """Solve a snapshot and let the independent verifier judge the plan before anybody sees it.

    Raises
    ------
    UnsoundPlan
        If the plan breaks a hard rule.
    """
    plan = solve(snapshot, progress)
    found = violations(plan, snapshot)
    if found:
        said = "; ".join(f"{v.rule} ({v.convoy or 'plan'}): {v.detail}" for v in found[:5])
        raise UnsoundPlan(f"The plan breaks {len(found)} hard rules and was thrown away: {said}. Please report this.")
    return plan


def request_plan(store: Store, snapshot: Snapshot, versions: Mapping[str, str], *, at: Instant, by: str) -> Run:
    """Queue a solve of a snapshot; the same snapshot with the same versions is solved once."""
    digest = store.save_snapshot(snapshot)
    return jobs.enqueue(store, jobs.run_key(digest, versions), digest, at=at, by=by)


def work_run(store: Store, run: Run, clock: Clock, progress: Progress, *, worker: str) -> Run:
    """Work this run here and now if nobody else has it, and return how it ended.

    Raises
    ------
    Refused
        If the run failed; says why.
    """

    def solve_and_tell(snapshot: Snapshot, beat: Progress) -> Plan:
        def both(report: jobs.Report) -> None:
            beat(report)
            progress(report)

        return make_plan(snapshot, both)

    if run.state in {"queued", "running"}:
        jobs.work_once(store, solve_and_tell, worker, clock, only=run.id)
    with store.reading() as read:
        ended = read.get_run(run.id)
    if ended.state == "failed":
        raise Refused(f"Run {ended.id} failed: {ended.error}")
    return ended


def get_plan(store: Store, plan: str, crisis: str) -> PlanRecord:
    """Return a plan by id or the `latest` one, with its snapshot.

    Raises
    ------
    NotFound
        If there is no such plan.
    """
    with store.reading() as read:
        stored = read.get_plan(plan, crisis=crisis)
        runs = read.list_runs(crisis, limit=1_000)
    ended = next((r for r in runs if r.plan == stored.card.id and r.ended_at is not None), None)
    seconds = 0.0 if ended is None or ended.ended_at is None else float(ended.ended_at - ended.queued_at)
    return PlanRecord(stored=stored, snapshot=store.load_snapshot(stored.card.snapshot), seconds=seconds)


def verify_plan(record: PlanRecord) -> tuple[Violation, ...]:
    """Return every breach of a hard rule by a stored plan."""
    return violations(record.plan, record.snapshot)


def replay_plan(record: PlanRecord, progress: Progress) -> str:
    """Solve the stored snapshot again and return the new plan's digest, to be compared with the stored one."""
    return plan_digest(make_plan(record.snapshot, progress))


def publish_plan(store: Store, record: PlanRecord, *, by: str, at: Instant) -> tuple[str, ...]:
    """Publish another person's plan: each of its convoys becomes a movement. Return the movements' ids.

    Raises
    ------
    Refused
        If the publisher made the plan, or it is published already.
    """
    if record.stored.card.created_by == by:
        raise Refused(f"Plan {record.id} was made by {by}. A second person publishes it: set QAFILA_ACTOR to their id.")
    crisis = record.snapshot.crisis.id
    with store.writing() as write:
        write.publish_plan(record.id, at=at, by=by)
        known = {movement.id: movement for movement in write.list_movements(crisis)}
        movements = [_movement(record, convoy) for convoy in record.plan.convoys]
        for movement in movements:
            there = known.get(movement.id)
            write.put_movement(crisis, movement if there is None else replace(movement, version=there.version))
        write.append_audit(actor=by, action="publish", target=record.id, at=at, detail={"movements": len(movements)})
    return tuple(movement.id for movement in movements)


def _movement(record: PlanRecord, convoy: Convoy) -> Movement:
    """Return the movement of a convoy; a replanned movement keeps its id."""
    name = convoy.movement or f"{record.id}-{convoy.id}"
    return Movement(
        id=name, plan=record.id, planned_as=convoy.id, convoy=replace(convoy, movement=name),
        detail={"pinned": True, "site": convoy.stops[0].site},
    )  # fmt: skip


def pin_movement(store: Store, world: World, movement: str, *, pinned: bool, by: str, at: Instant) -> None:
    """Pin a movement, so that replanning keeps it as it is, or let it go again.

    Raises
    ------
    NotFound
        If there is no such movement.
    """
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        there = write.get_movement(crisis, movement)
        write.put_movement(crisis, replace(there, detail={**there.detail, "pinned": pinned}))
        write.append_audit(actor=by, action="pin" if pinned else "unpin", target=movement, at=at)


def list_movements(store: Store, crisis: str) -> tuple[Movement, ...]:
    """Return the movements that published plans have made."""
    with store.reading() as read:
        return read.list_movements(crisis)


def pinned_convoys(store: Store, world: World, *, after: Instant) -> tuple[Convoy, ...]:
    """Return the convoys of pinned movements that are not yet back at an instant."""
    found = list_movements(store, world.catalogue.crisis.id)
    return tuple(
        m.convoy for m in found if m.convoy is not None and m.detail.get("pinned") is True and m.convoy.back_at > after
    )


def get_convoy(record: PlanRecord, convoy: str) -> Convoy:
    """Return one convoy of a plan.

    Raises
    ------
    NotFound
        If the plan has no such convoy.
    """
    found = next((c for c in record.plan.convoys if c.id == convoy), None)
    if found is None:
        raise NotFound(
            f"Plan {record.id} has no convoy {convoy!r}. It has: {', '.join(c.id for c in record.plan.convoys)}."
        )
    return found
