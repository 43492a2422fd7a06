"""The run queue in the database: claim under a lease, fence by attempt, end once."""

from typing import cast

from sqlalchemy import ColumnElement, String, and_, func, literal, or_, select, update

from planner.domain.errors import NotFound, Refused
from planner.domain.plan import Plan, PlanId
from planner.store import codec
from planner.store.plans import PlanReads, PlanWrites
from planner.store.records import Claim, LostClaim, Run, RunId, RunState, Sign, SweepId, Wish
from planner.store.rows import RunRow, SnapshotRow, StudyRow, SweepCellRow
from routing.units import Instant, Seconds

ATTEMPTS = 3
"""A run that has taken so many workers with it is failed instead of taking the next."""
SWEPT_ATTEMPTS = 12
"""One of a sweep is tried longer: workers killed at random meet the same run again by chance."""


class RunReads(PlanReads):
    """Runs and how far they are."""

    def get_run(self, run: RunId) -> Run:
        """Return a run; raises `NotFound`."""
        return _run(self._get(RunRow, run, f"No run {run}. Use a number from the listing of runs."))

    def find_run(self, key: str) -> Run | None:
        """Return the run of a key, or None where nobody has asked for it."""
        row = self._session.scalar(select(RunRow).where(RunRow.key == key))
        return None if row is None else _run(row)

    def list_runs(self, crisis: str, *, limit: int = 50, swept: bool = True) -> tuple[Run, ...]:
        """Return a crisis's runs, newest first; without those that only a sweep asked for where not `swept`."""
        rows = select(RunRow).where(RunRow.crisis == crisis).order_by(RunRow.id.desc()).limit(limit)
        if not swept:
            rows = rows.where(RunRow.rank == 0)
        return tuple(_run(row) for row in self._session.scalars(rows))

    def find_run_of(self, plan: PlanId) -> Run | None:
        """Return the newest run that ended with a plan; None where it came in by another way."""
        solved = (RunRow.plan == plan, RunRow.study.is_(None), RunRow.ended_at.is_not(None))
        rows = select(RunRow).where(*solved).order_by(RunRow.id.desc())
        row = self._session.scalar(rows.limit(1))
        return None if row is None else _run(row)

    def count_workers(self, *, since: Instant) -> int:
        """Return how many workers have shown a sign of life in a run since then."""
        alive = select(func.count(RunRow.worker.distinct())).where(RunRow.heartbeat_at >= since)
        return self._session.scalar(alive) or 0


class RunWrites(RunReads, PlanWrites):
    """Runs queued, claimed and ended."""

    def enqueue_run(
        self, key: str, snapshot: str, *, at: Instant, by: str, rank: int = 0, study: str | None = None,
        about: PlanId | None = None,
    ) -> Run:  # fmt: skip
        """Queue a run once: the same key again returns the run there is. A study is about a plan of the snapshot.

        It is queued anew if it failed, was stopped, or was ended early: whoever asks again wants the whole answer. So
        it is where what a study found is no longer there. Runs of a lower rank are worked first: a plan that somebody
        waits for is not held up by a sweep.

        Raises
        ------
        NotFound
            If the snapshot is not stored.
        """
        row = self._get(SnapshotRow, snapshot, f"No snapshot {snapshot!r} in this database. Save it first.")
        first = {
            "key": key, "crisis": row.crisis, "snapshot": snapshot, "state": "queued", "attempt": 0,
            "attempt_limit": SWEPT_ATTEMPTS if rank else ATTEMPTS, "queued_at": at, "queued_by": by, "study": study,
            "about": about, "rank": rank,
        }  # fmt: skip
        self._add_missing(RunRow, [first])
        run = self._session.scalars(select(RunRow).where(RunRow.key == key).with_for_update()).one()
        lost = run.study is not None and self._session.get(StudyRow, (run.about, run.study)) is None
        if run.state in {"failed", "stopped"} or (run.state == "done" and (run.wanted is not None or lost)):
            # Attempts go on counting: a worker of an earlier life must stay fenced off.
            run.state, run.attempt_limit = "queued", run.attempt + (SWEPT_ATTEMPTS if rank else ATTEMPTS)
            run.queued_at, run.queued_by = at, by
            run.error = run.ended_at = run.progress = run.wanted = run.plan = None
        run.rank = min(run.rank, rank)
        self._session.flush()
        return _run(run)

    def claim_run(
        self, worker: str, *, now: Instant, lease_s: Seconds, only: RunId | None = None, sweep: SweepId | None = None,
        studies: bool = False,
    ) -> Claim | None:  # fmt: skip
        """Take the oldest run of the lowest rank that is queued or whose worker is silent; None where there is none.

        `only` takes that run or nothing, `sweep` one of that sweep; studies are taken by those who can make them. A run
        that has used up its attempts is failed on the way.
        """
        lapsed = and_(RunRow.state == "running", RunRow.lease_until <= now)
        self._session.execute(
            update(RunRow)
            .where(lapsed, RunRow.attempt >= RunRow.attempt_limit)
            .values(
                state="failed", ended_at=now, lease_until=None,
                error=literal("Its worker died ") + RunRow.attempt.cast(String)
                + literal(" times. Look into the worker's log (memory?) and queue it again."),
            )
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        waiting = select(RunRow.id).where(or_(RunRow.state == "queued", lapsed)).limit(1)
        waiting = waiting.order_by(RunRow.rank, RunRow.id)
        if only is not None:
            waiting = waiting.where(RunRow.id == only)
        if sweep is not None:
            waiting = waiting.where(RunRow.id.in_(select(SweepCellRow.run).where(SweepCellRow.sweep == sweep)))
        if not studies:
            waiting = waiting.where(RunRow.study.is_(None))
        taken = self._session.execute(
            update(RunRow)
            # Embedded, FOR UPDATE is left out: the write lock of the whole database does its work.
            .where(RunRow.id == waiting.with_for_update(skip_locked=True).scalar_subquery())
            .values(
                state="running", attempt=RunRow.attempt + 1, worker=worker, lease_until=now + lease_s, heartbeat_at=now,
                # What somebody wanted to keep is lost with the worker that had it; this one has nothing yet.
                wanted=None,
            )
            .returning(RunRow.id, RunRow.attempt, RunRow.snapshot, RunRow.study, RunRow.about)
            .execution_options(synchronize_session=False)
        ).one_or_none()  # fmt: skip
        if taken is None:
            return None
        return Claim(
            run=taken.id, attempt=taken.attempt, worker=worker, snapshot=taken.snapshot, lease_s=lease_s,
            study=taken.study, about=taken.about,
        )  # fmt: skip

    def beat(self, claim: Claim, *, now: Instant, sign: Sign | None) -> Wish | None:
        """Say that the worker lives and how far it is, and return what is wanted of it; None when the claim is lost."""
        values: dict[str, object] = {"lease_until": now + claim.lease_s, "heartbeat_at": now}
        if sign is not None:
            values["progress"] = codec.to_body(sign)
        row = self._session.execute(
            update(RunRow)
            .where(*_fence(claim))
            .values(**values)
            .returning(RunRow.id, RunRow.wanted)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return None if row is None else _wish(row.wanted)

    def finish_run(self, claim: Claim, plan: Plan, *, at: Instant) -> PlanId:
        """Keep the plan and end the run, both or neither, and return the plan's id.

        Raises
        ------
        LostClaim
            If the run has been taken over, stopped or ended since.
        Refused
            If the plan answers another snapshot.
        """
        row = self._claimed(claim)
        if plan.snapshot_digest != row.snapshot:
            raise Refused(
                f"The plan answers snapshot {plan.snapshot_digest[:12]}, but run {claim.run} asked for "
                f"{row.snapshot[:12]}. Solve the snapshot that was loaded."
            )
        card = self.save_plan(plan, created_at=at, created_by=row.queued_by)
        row.state, row.plan, row.ended_at, row.lease_until = "done", card.id, at, None
        self._session.flush()
        return card.id

    def finish_study(self, claim: Claim, found: object, *, at: Instant) -> None:
        """Keep what a study found beside its plan and end the run, both or neither; raises `LostClaim`."""
        row = self._claimed(claim)
        if row.study is None or row.about is None:
            raise Refused(f"Run {claim.run} asks for a plan, not for a study. Finish it with a plan.")
        self.save_study(row.about, row.study, found, at=at)
        row.state, row.plan, row.ended_at, row.lease_until = "done", row.about, at, None
        self._session.flush()

    def fail_run(self, claim: Claim, error: str, *, at: Instant) -> None:
        """End the run without a plan; raises `LostClaim` as `finish_run` does."""
        self._end(claim, {"state": "failed", "error": error or "no reason given", "ended_at": at, "lease_until": None})

    def release_worker(self, worker: str) -> int:
        """Put all runs of a worker that is known to be dead back into the queue, and return how many they were.

        Nothing else may be called by its name any more. A run that has used up its attempts is left to `claim_run`.
        """
        released = self._session.execute(
            update(RunRow)
            .where(RunRow.worker == worker, RunRow.state == "running", RunRow.attempt < RunRow.attempt_limit)
            .values(state="queued", wanted=None, progress=None, worker=None, lease_until=None)
            .returning(RunRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(released.all())

    def release_run(self, claim: Claim) -> None:
        """Put the run back into the queue, for a worker that must leave; raises `LostClaim`."""
        values: dict[str, object] = {"wanted": None, "progress": None, "worker": None, "lease_until": None}
        self._end(claim, {"state": "queued", **values})

    def stop_run(self, run: RunId, *, at: Instant) -> Run:
        """End a queued or running run without a plan; its worker notices at its next beat.

        Raises
        ------
        Refused
            If it has ended already.
        NotFound
            If there is no such run.
        """
        row = self._session.scalar(select(RunRow).where(RunRow.id == run).with_for_update())
        if row is None:
            raise NotFound(f"No run {run}. Use a number from the listing of runs.")
        if row.state not in {"queued", "running"}:
            raise Refused(f"Run {run} is {row.state} already. Nothing was changed.")
        row.state, row.ended_at, row.lease_until = "stopped", at, None
        self._session.flush()
        return _run(row)

    def keep_best(self, run: RunId) -> Run:
        """Ask the worker of a running run to end with the best it has; it hears at its next beat.

        Raises
        ------
        Refused
            If it is not being worked: what has not begun has nothing to keep.
        NotFound
            If there is no such run.
        """
        row = self._session.scalar(select(RunRow).where(RunRow.id == run).with_for_update())
        if row is None:
            raise NotFound(f"No run {run}. Use a number from the listing of runs.")
        if row.state == "queued":
            raise Refused(f"Run {run} waits for a worker and has nothing to keep yet. Stop it, or let it begin.")
        if row.state != "running":
            raise Refused(f"Run {run} is {row.state} already. Nothing was changed.")
        row.wanted = "keep"
        self._session.flush()
        return _run(row)

    def _claimed(self, claim: Claim) -> RunRow:
        mine = select(RunRow).where(*_fence(claim)).with_for_update().execution_options(populate_existing=True)
        row = self._session.scalar(mine)
        if row is None:
            raise _lost(claim)
        return row

    def _end(self, claim: Claim, values: dict[str, object]) -> None:
        if not self._update_claimed(claim, values):
            raise _lost(claim)

    def _update_claimed(self, claim: Claim, values: dict[str, object]) -> bool:
        changed = self._session.execute(
            update(RunRow)
            .where(*_fence(claim))
            .values(**values)
            .returning(RunRow.id)
            .execution_options(synchronize_session=False)
        )
        return changed.scalar_one_or_none() is not None


def _fence(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        RunRow.id == claim.run,
        RunRow.attempt == claim.attempt,
        RunRow.worker == claim.worker,
        RunRow.state == "running",
    )


def _lost(claim: Claim) -> LostClaim:
    return LostClaim(
        f"Run {claim.run} is no longer {claim.worker}'s (attempt {claim.attempt}): taken over, stopped or ended. "
        "Its result is dropped."
    )


def _wish(wanted: str | None) -> Wish:
    return "go on" if wanted is None else cast("Wish", wanted)


def _run(row: RunRow) -> Run:
    return Run(
        id=row.id, key=row.key, crisis=row.crisis, snapshot=row.snapshot, state=cast("RunState", row.state),
        attempt=row.attempt, queued_at=row.queued_at, queued_by=row.queued_by, worker=row.worker,
        lease_until=row.lease_until, heartbeat_at=row.heartbeat_at, ended_at=row.ended_at,
        progress=None if row.progress is None else codec.from_body(Sign, row.progress),
        plan=row.plan, error=row.error, wish=_wish(row.wanted), study=row.study, about=row.about,
    )  # fmt: skip
