"""The tables of reports, of who gets them, and of the letters that bring them."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from planner.store.rows.base import JSON_BODY, Row


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
