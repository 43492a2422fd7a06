"""Stored plans: read them, judge them, subtract them."""

from dataclasses import dataclass

from planner.domain.compare import Answer, PlanDiff, compare
from planner.domain.errors import NotFound
from planner.domain.plan import Plan, PlanId
from planner.domain.snapshot import Snapshot
from planner.domain.verify import Violation, violations
from planner.domain.verify.loads import reached_by_site
from planner.domain.world import World
from planner.store.records import StoredPlan
from planner.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """A stored plan with the snapshot that it answers and how long its run took, waiting in the queue included."""

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
    ended = next((r for r in runs if r.study is None and r.plan == stored.card.id and r.ended_at), None)
    seconds = 0.0 if ended is None or ended.ended_at is None else float(ended.ended_at - ended.queued_at)
    return PlanRecord(stored=stored, snapshot=store.load_snapshot(stored.card.snapshot), seconds=seconds)


def find_latest_plan(store: Store, crisis: str) -> Plan | None:
    """Return the latest plan of a crisis without its snapshot; None where there is none yet."""
    with store.reading() as read:
        try:
            return read.get_plan("latest", crisis=crisis).plan
        except NotFound:
            return None


def verify_plan(record: PlanRecord) -> tuple[Violation, ...]:
    """Return every breach of a hard rule by a stored plan."""
    return violations(record.plan, record.snapshot)


def answer(record: PlanRecord) -> Answer:
    """Return a stored plan in the form in which plans are compared."""
    return Answer(plan=record.plan, snapshot=record.snapshot, reached=reached_by_site(record.plan, record.snapshot))


def diff_plans(a: PlanRecord, b: PlanRecord, world: World) -> PlanDiff:
    """Return what changes from one stored plan to another."""
    return compare(answer(a), answer(b), world.log)
