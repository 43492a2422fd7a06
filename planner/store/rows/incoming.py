"""The tables of what comes in beside the log: scans of papers, and incidents that partners submit.

Positions name rows of the log without a foreign key: those rows are never removed, and their own triggers say so first.
"""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from planner.store.rows.base import Body, Row


class ScanRow(Row):
    """A file attached to a record of the log, its content under its digest. Never changed."""

    __tablename__ = "scan"
    __table_args__ = (
        CheckConstraint("media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name="media_type"),
        CheckConstraint("size >= 1", name="size"),
    )

    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[int] = mapped_column(BigInteger)


class SubmissionRow(Row):
    """An incident that a partner submitted; an access officer accepts it as a record or returns it with a reason."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint("state IN ('submitted', 'accepted', 'returned')", name="state"),
        CheckConstraint("(state = 'submitted') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(state = 'accepted') = (position IS NOT NULL)", name="accepted"),
        CheckConstraint("state <> 'returned' OR reason <> ''", name="returned"),
        Index(None, "crisis", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    crisis: Mapped[str] = mapped_column(ForeignKey("crisis.id"))
    actor: Mapped[str]
    at: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[Body]
    state: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int | None]
