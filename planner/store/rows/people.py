"""The tables of who may do what, and who did it."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from planner.store.rows.base import JSON_BODY, Body, Row


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


class SecretRow(Row):
    """What the pages sign and encrypt with, made once for each database."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
