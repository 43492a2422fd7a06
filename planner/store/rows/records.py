"""The tables of what is known: crises, roads, the log, lists, and the receipts of what was entered once."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from planner.store.rows.base import Body, Row


class CrisisRow(Row):
    """A crisis as it is described, edited rarely; `revision` counts the changes of all rows that belong to it."""

    __tablename__ = "crisis"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Body]
    version: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="0", default=0)


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


class ReceiptRow(Row):
    """A form that was sent and done, kept with the first write made for it."""

    __tablename__ = "receipt"
    __table_args__ = (Index(None, "at"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str]
    at: Mapped[int] = mapped_column(BigInteger)
    location: Mapped[str | None]
