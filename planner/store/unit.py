"""What all reads and writes share: one session in one transaction, and the row that must be there."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from planner.domain.errors import NotFound
from planner.store.rows import CrisisRow, Row

R = TypeVar("R", bound=Row)


class Unit:
    """One transaction; made by `Store.reading` and `Store.writing`, and of no use after them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def _get(self, table: type[R], key: object, missing: str) -> R:
        row = self._session.get(table, key)
        if row is None:
            raise NotFound(missing)
        return row

    def _get_crisis(self, crisis: str) -> CrisisRow:
        known = ", ".join(self._session.scalars(select(CrisisRow.id).order_by(CrisisRow.id))) or "none"
        return self._get(CrisisRow, crisis, f"No crisis {crisis!r} in this database. Loaded: {known}.")

    def _add_missing(self, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert the rows whose key is not there yet."""
        if not rows:
            return
        on_server = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert if on_server else sqlite.insert
        self._session.execute(insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])

    def _add_one(self, table: type[Row], values: Mapping[str, Any]) -> bool:
        """Insert a row and tell whether it is new; where its key is there already, nothing happens."""
        on_server = self._session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert if on_server else sqlite.insert
        added = insert(table).on_conflict_do_nothing().returning(*inspect(table).primary_key)
        return self._session.execute(added, dict(values)).first() is not None

    def _one_at_a_time(self, what: str) -> None:
        """Let no other transaction pass here until this one ends; embedded, there is only one writer anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))
