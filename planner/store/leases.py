"""Rows that one worker at a time has in hand: taken under a lease, fenced by attempt and name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from planner.store.rows import ReplayRow, RoadImportRow
from routing.units import Instant, Seconds

ATTEMPTS: Final = 3
"""What has taken so many workers with it is failed instead of taking the next."""
Staged: TypeAlias = type[RoadImportRow] | type[ReplayRow]
"""The leased rows that tell their stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Who has which row in hand, at which attempt."""

    row: int
    attempt: int
    worker: str


def take_oldest(
    session: Session, table: Staged, worker: str, *, now: Instant, lease_s: Seconds, given_up: Mapping[str, Any]
) -> int | None:
    """Take the oldest row that waits or whose worker has gone silent, and return its number; None where there is none.

    A row that has used up its attempts gets the values `given_up` on the way.
    """
    lapsed = and_(table.state == "running", table.lease_until <= now)
    session.execute(
        update(table)
        .where(lapsed, table.attempt >= ATTEMPTS)
        .values(state="failed", ended_at=now, lease_until=None, **given_up)
        .execution_options(synchronize_session=False)
    )
    waiting = select(table.id).where(or_(table.state == "queued", lapsed)).order_by(table.id).limit(1)
    return session.execute(
        update(table)
        # Embedded, FOR UPDATE is left out: the write lock of the whole database does its work.
        .where(table.id == waiting.with_for_update(skip_locked=True).scalar_subquery())
        .values(state="running", attempt=table.attempt + 1, worker=worker, lease_until=now + lease_s, stage=None)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def set_held(session: Session, table: Staged, held: Held, values: Mapping[str, Any]) -> bool:
    """Change a row that is still in that worker's hands, and tell whether it was."""
    changed = session.execute(
        update(table)
        .where(
            table.id == held.row, table.attempt == held.attempt, table.worker == held.worker, table.state == "running"
        )
        .values(**values)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None
