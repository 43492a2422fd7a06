"""The tables of plans: parts and snapshots they were made from, and the movements that they promise."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from planner.store.rows.base import Body, Row


class BlobRow(Row):
    """A part of a snapshot, compressed, under the digest of its uncompressed bytes. Never changed.

    With `like` the content is only what differs from that other part.
    """

    __tablename__ = "blob"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str]
    content: Mapped[bytes]
    like: Mapped[str | None] = mapped_column(String(64))


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
