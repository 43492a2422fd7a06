"""The tables of work for the workers: runs, and what is tried in many of them."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from planner.store.rows.base import Body, Row


class Leased:
    """Work that one worker at a time has in hand, until `lease_until`, and that ends once."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str]
    attempt: Mapped[int]
    worker: Mapped[str | None]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class RunRow(Leased, Row):
    """One solve asked for: queued, worked by one worker at a time under a lease, and ended once.

    `study` names what is to be found out `about` a plan that is there; without it the snapshot is to be planned.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'stopped')", name="state"),
        CheckConstraint(
            "state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL AND attempt >= 1)", name="running"
        ),
        CheckConstraint("(state = 'done') = (plan IS NOT NULL)", name="done"),
        CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="failed"),
        CheckConstraint("wanted IN ('keep')", name="wanted"),
        CheckConstraint("(study IS NULL) = (about IS NULL)", name="study"),
        Index(None, "state", "id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshot.digest"))
    attempt_limit: Mapped[int]
    queued_at: Mapped[int] = mapped_column(BigInteger)
    queued_by: Mapped[str]
    heartbeat_at: Mapped[int | None] = mapped_column(BigInteger)
    progress: Mapped[Body | None]
    plan: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))
    wanted: Mapped[str | None]
    rank: Mapped[int] = mapped_column(server_default="0", default=0)
    study: Mapped[str | None]
    about: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))


class SweepRow(Row):
    """Many scenarios asked for at once beside one base plan; `digest` is what makes two sweeps the same."""

    __tablename__ = "sweep"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    name: Mapped[str]
    base: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    body: Mapped[Body]
    created_at: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str]


class SweepCellRow(Row):
    """One scenario of a sweep: the values chosen for it, and its run. Two cells, or two sweeps, may share a run."""

    __tablename__ = "sweep_cell"
    __table_args__ = (Index(None, "run"),)

    sweep: Mapped[int] = mapped_column(ForeignKey("sweep.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chosen: Mapped[Body]
    run: Mapped[int] = mapped_column(ForeignKey("run.id"))


class RoadImportRow(Leased, Row):
    """A road file brought in: read by a worker under a lease, then stored or dropped; its bytes go with its end."""

    __tablename__ = "road_import"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'looked', 'stored', 'failed', 'dropped')", name="state"),
        CheckConstraint("deed IN ('look', 'store')", name="deed"),
        CheckConstraint("state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name="running"),
        CheckConstraint("(state IN ('stored', 'failed', 'dropped')) = (content IS NULL)", name="content"),
        Index(None, "state", "id"),
    )

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    file: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    options: Mapped[Body]
    deed: Mapped[str]
    asked_at: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[str]
    stage: Mapped[str | None]
    report: Mapped[Body | None] = mapped_column(deferred=True)
    allowed: Mapped[Body | None]


class ReplayRow(Leased, Row):
    """A replay of past days: a worker under a lease does a morning at a time, and what is done is kept."""

    __tablename__ = "replay"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'stopped')", name="state"),
        CheckConstraint("state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name="running"),
        CheckConstraint("done >= 0 AND done <= mornings", name="done"),
        Index(None, "state", "id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    wish: Mapped[Body]
    mornings: Mapped[int]
    done: Mapped[int]
    asked_at: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[str]
    stage: Mapped[str | None]
    promised: Mapped[Body | None] = mapped_column(deferred=True)
    answer: Mapped[Body | None] = mapped_column(deferred=True)


class StudyRow(Row):
    """What was found out about a plan after it was made, by kind; found out again, it is replaced."""

    __tablename__ = "study"

    plan: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Body]
    made_at: Mapped[int] = mapped_column(BigInteger)
