"""The tables, one class each: what is kept, and what the database itself refuses."""

from typing import Any, Final, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Body: TypeAlias = dict[str, Any]
"""A JSON object as a driver returns it; `planner.store.codec` gives it a type."""

JSON_BODY: Final = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """Root of all tables. Instants are whole seconds since 1970 in UTC."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {Body: JSON_BODY, str: String(), bytes: LargeBinary()}  # noqa: RUF012 - SQLAlchemy's own declaration


class CrisisRow(Row):
    """A crisis as it is described, edited rarely; `revision` counts the changes of all rows that belong to it."""

    __tablename__ = "crisis"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Body]
    version: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="0", default=0)


class BlobRow(Row):
    """A part of a snapshot, compressed, under the digest of its uncompressed bytes. Never changed.

    With `like` the content is only what differs from that other part.
    """

    __tablename__ = "blob"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str]
    content: Mapped[bytes]
    like: Mapped[str | None] = mapped_column(String(64))


class NetworkRow(Row):
    """Which network a crisis uses now."""

    __tablename__ = "network"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"), primary_key=True)
    blob: Mapped[str] = mapped_column(ForeignKey("blob.digest"))
    version: Mapped[int]


class LogRow(Row):
    """A record of evidence. Added at the end, never changed, never removed."""

    __tablename__ = "log"
    __table_args__ = (
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("valid_to > valid_from", name="valid"),
        CheckConstraint("reliability IN ('A', 'B', 'C', 'D', 'E', 'F')", name="reliability"),
        CheckConstraint("credibility BETWEEN 1 AND 6", name="credibility"),
        CheckConstraint("corrects < position", name="corrects"),
        ForeignKeyConstraint(["crisis", "corrects"], ["log.crisis", "log.position"]),
    )

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    learned_at: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str]
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_to: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    source: Mapped[str]
    reliability: Mapped[str] = mapped_column(String(1))
    credibility: Mapped[int]
    note: Mapped[str]
    synthetic: Mapped[bool]
    corrects: Mapped[int | None]
    fact: Mapped[Body]


class ReferenceRow(Row):
    """A site, hub, need or the like: one JSON document each, with a version so that no edit is lost."""

    __tablename__ = "reference"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "kind IN ('governorate', 'site', 'commodity', 'need', 'group', 'hub', 'stock', 'truck_type', 'fleet', "
            "'escort', 'reported_movement')",
            name="kind",
        ),
    )

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Body]
    version: Mapped[int]


class SnapshotRow(Row):
    """All that one solve may see, as the digests of its parts. Never changed."""

    __tablename__ = "snapshot"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    manifest: Mapped[Body]


class PlanRow(Row):
    """A plan. Only whether it is published changes."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("state IN ('published', 'unpublished')", name="state"),
        CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL AND published_by IS NOT NULL)", name="published"
        ),
        Index(None, "crisis", "number"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshot.digest"))
    body: Mapped[Body]
    created_at: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str]
    state: Mapped[str]
    published_at: Mapped[int | None] = mapped_column(BigInteger)
    published_by: Mapped[str | None]
    supposed: Mapped[bool] = mapped_column(server_default=false())


class MovementRow(Row):
    """A convoy that somebody has promised: it keeps its id through all later plans."""

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(plan IS NULL) = (convoy IS NULL)", name="origin"),
    )

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    plan: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))
    convoy: Mapped[str | None]
    body: Mapped[Body]
    version: Mapped[int]


class RunRow(Row):
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

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshot.digest"))
    state: Mapped[str]
    attempt: Mapped[int]
    attempt_limit: Mapped[int]
    queued_at: Mapped[int] = mapped_column(BigInteger)
    queued_by: Mapped[str]
    worker: Mapped[str | None]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    heartbeat_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    progress: Mapped[Body | None]
    plan: Mapped[str | None] = mapped_column(ForeignKey("plan.id"))
    error: Mapped[str | None]
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


class RoadImportRow(Row):
    """A road file brought in: read by a worker under a lease, then stored or dropped; its bytes go with its end."""

    __tablename__ = "road_import"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'looked', 'stored', 'failed', 'dropped')", name="state"),
        CheckConstraint("deed IN ('look', 'store')", name="deed"),
        CheckConstraint("state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name="running"),
        CheckConstraint("(state IN ('stored', 'failed', 'dropped')) = (content IS NULL)", name="content"),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    file: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    options: Mapped[Body]
    state: Mapped[str]
    deed: Mapped[str]
    attempt: Mapped[int]
    asked_at: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[str]
    worker: Mapped[str | None]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str | None]
    report: Mapped[Body | None] = mapped_column(deferred=True)
    allowed: Mapped[Body | None]
    error: Mapped[str | None]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class ReplayRow(Row):
    """A replay of past days: a worker under a lease does a morning at a time, and what is done is kept."""

    __tablename__ = "replay"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'stopped')", name="state"),
        CheckConstraint("state <> 'running' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name="running"),
        CheckConstraint("done >= 0 AND done <= mornings", name="done"),
        Index(None, "state", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    wish: Mapped[Body]
    mornings: Mapped[int]
    done: Mapped[int]
    state: Mapped[str]
    attempt: Mapped[int]
    asked_at: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[str]
    worker: Mapped[str | None]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str | None]
    promised: Mapped[Body | None] = mapped_column(deferred=True)
    answer: Mapped[Body | None] = mapped_column(deferred=True)
    error: Mapped[str | None]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class StudyRow(Row):
    """What was found out about a plan after it was made, by kind; found out again, it is replaced."""

    __tablename__ = "study"

    plan: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Body]
    made_at: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Row):
    """Who did what, each row sealed with the digest of the one before it. Never changed, never removed."""

    __tablename__ = "audit"
    __table_args__ = (CheckConstraint("position >= 1", name="position"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    detail: Mapped[Body]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class ActorRow(Row):
    """The name behind an id in log, plans and audit: the only place that holds it, so that it can be erased."""

    __tablename__ = "actor"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class AccountRow(Row):
    """Somebody who may sign in; the name behind the id is the actor's."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("failed_count >= 0", name="failed_count"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    active: Mapped[bool]
    roles: Mapped[list[str]] = mapped_column(JSON_BODY)
    must_change_password: Mapped[bool]
    totp_secret: Mapped[str | None]
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)
    recovery_codes: Mapped[list[str]] = mapped_column(JSON_BODY)
    failed_count: Mapped[int]
    locked_until: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    last_seen_at: Mapped[int | None] = mapped_column(BigInteger)
    visit_before: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]


class SignInRow(Row):
    """A browser that somebody signed in with, found by the digest of the token that its cookie holds."""

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("stage IN ('password', 'whole')", name="stage"),
        CheckConstraint("ended_at >= created_at", name="ended"),
        Index(None, "account", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"))
    stage: Mapped[str]
    device: Mapped[str]
    created_at: Mapped[int] = mapped_column(BigInteger)
    last_seen_at: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[Body]


class ApiTokenRow(Row):
    """A token by which a person's script speaks for them, found by its digest."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires"),
        Index(None, "account", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str]
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    last_used_at: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


class ReceiptRow(Row):
    """A form that was sent and done, kept with the first write made for it."""

    __tablename__ = "receipt"
    __table_args__ = (Index(None, "at"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    at: Mapped[int] = mapped_column(BigInteger)
    location: Mapped[str | None]


class ReportRow(Row):
    """A report drafted for one tier. Nothing of it changes once it is released; it is never removed."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'approved', 'returned', 'released', 'discarded')", name="state"),
        CheckConstraint("tier IN ('T0', 'T1', 'T2', 'T3')", name="tier"),
        CheckConstraint("reviewed_by <> drafted_by", name="second_person"),
        CheckConstraint(
            "state NOT IN ('approved', 'released') OR (reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL)",
            name="reviewed",
        ),
        CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL AND released_by IS NOT NULL AND manifest IS NOT NULL "
            "AND signature IS NOT NULL)",
            name="released",
        ),
        Index(None, "crisis", "tier", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    tier: Mapped[str]
    state: Mapped[str]
    generated_at: Mapped[int] = mapped_column(BigInteger)
    drafted_at: Mapped[int] = mapped_column(BigInteger)
    drafted_by: Mapped[str]
    reviewed_at: Mapped[int | None] = mapped_column(BigInteger)
    reviewed_by: Mapped[str | None]
    review_note: Mapped[str]
    released_at: Mapped[int | None] = mapped_column(BigInteger)
    released_by: Mapped[str | None]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    manifest: Mapped[str | None]
    signature: Mapped[str | None]
    events: Mapped[list[str]] = mapped_column(JSON_BODY)


class ReportFileRow(Row):
    """A file of a report as the reviewer saw it. Never changed, never removed."""

    __tablename__ = "report_file"

    report: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    media: Mapped[str]
    language: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes]


class RecipientRow(Row):
    """An organisation that gets the reports of a tier. The address can be erased; letters hold the id alone."""

    __tablename__ = "recipient"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("tier IN ('T0', 'T1', 'T2', 'T3')", name="tier"),
        CheckConstraint("NOT alerts OR (tier = 'T3' AND email IS NOT NULL)", name="alerts"),
    )

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    organisation: Mapped[str]
    email: Mapped[str | None]
    tier: Mapped[str]
    language: Mapped[str]
    formats: Mapped[list[str]] = mapped_column(JSON_BODY)
    account: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    active: Mapped[bool]
    version: Mapped[int]
    alerts: Mapped[bool] = mapped_column(server_default=false())


class LetterRow(Row):
    """A released report, or an alert, for a recipient: sent once, whoever sends it and however often they are killed.

    An alert is of the records from `news_first` to `news_last` of the crisis's log.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'needless')", name="state"),
        CheckConstraint(
            "(report IS NULL) = (news_first IS NOT NULL) AND (news_first IS NULL) = (news_last IS NULL)", name="about"
        ),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint("state <> 'sending' OR (lease_until IS NOT NULL AND attempt >= 1)", name="sending"),
        Index(None, "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    report: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    news_first: Mapped[int | None]
    news_last: Mapped[int | None]
    recipient: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    attempt: Mapped[int]
    next_at: Mapped[int] = mapped_column(BigInteger)
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    sent_at: Mapped[int | None] = mapped_column(BigInteger)


class SecretRow(Row):
    """What the pages sign and encrypt with, made once for each database."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
