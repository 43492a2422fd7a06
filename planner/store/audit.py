"""Who did what: a chain of entries in which none can be changed unseen, and the names that can be erased."""

from contextlib import closing
from dataclasses import replace
from typing import Final, cast

from sqlalchemy import delete, insert, select

from planner.domain.canonical import digest_of
from planner.domain.errors import NotFound
from planner.store import codec
from planner.store.records import AuditCheck, AuditEntry, Detail
from planner.store.rows import ActorRow, AuditRow
from planner.store.unit import Unit
from routing.units import Instant

FIRST: Final = ""
"""What the first entry names as the digest before it."""


class AuditReads(Unit):
    """The audit trail and the people in it."""

    def list_audit(self, *, limit: int = 200) -> tuple[AuditEntry, ...]:
        """Return the last entries, newest first."""
        rows = self._session.scalars(select(AuditRow).order_by(AuditRow.position.desc()).limit(limit))
        return tuple(_entry(row) for row in rows)

    def check_audit(self) -> AuditCheck:
        """Walk the chain from its start.

        It shows a changed, missing or inserted entry; a cut end or a chain rewritten as a whole shows only against
        a head that was printed or sent elsewhere before.
        """
        head, count = FIRST, 0
        chain = select(AuditRow).order_by(AuditRow.position).execution_options(yield_per=500)
        with closing(self._session.scalars(chain)) as rows:
            for entry in map(_entry, rows):
                count += 1
                if (entry.position, entry.previous, entry.digest) != (count, head, _seal(entry)):
                    return AuditCheck(ok=False, rows=count, head=head, broken_at=entry.position)
                head = entry.digest
        return AuditCheck(ok=True, rows=count, head=head, broken_at=None)

    def find_actor_name(self, actor: str) -> str | None:
        """Return the name behind an id, or None where it is unknown or was erased."""
        row = self._session.get(ActorRow, actor)
        return None if row is None else row.name


class AuditWrites(AuditReads):
    """Entries added, names put in and erased."""

    def append_audit(
        self, *, actor: str, action: str, target: str, at: Instant, detail: Detail | None = None
    ) -> AuditEntry:
        """Add an entry and return it. `actor` is an id: names and contacts stay out of the chain, which is for ever."""
        facts = codec.to_body(dict(detail or {}))
        codec.to_body({"actor": actor, "action": action, "target": target})
        self._one_at_a_time("audit")
        last = self._session.scalar(select(AuditRow).order_by(AuditRow.position.desc()).limit(1))
        bare = AuditEntry(
            position=1 if last is None else last.position + 1, at=at, actor=actor, action=action, target=target,
            detail=facts, previous=FIRST if last is None else last.digest, digest="",
        )  # fmt: skip
        entry = replace(bare, digest=_seal(bare))
        self._session.execute(insert(AuditRow), [_sealed_part(entry) | {"digest": entry.digest}])
        return entry

    def put_actor(self, actor: str, name: str) -> None:
        """Give an id its name."""
        row = self._session.get(ActorRow, actor)
        if row is None:
            self._session.add(ActorRow(id=actor, name=name))
        else:
            row.name = name
        self._session.flush()

    def erase_actor(self, actor: str) -> None:
        """Forget the name behind an id; what the id did stays on record. Raises `NotFound`."""
        gone = self._session.execute(delete(ActorRow).where(ActorRow.id == actor).returning(ActorRow.id))
        if gone.scalar_one_or_none() is None:
            raise NotFound(f"No name is kept for {actor!r}. Nothing was erased.")


def _sealed_part(entry: AuditEntry) -> dict[str, object]:
    return {
        "position": entry.position, "at": entry.at, "actor": entry.actor, "action": entry.action,
        "target": entry.target, "detail": dict(entry.detail), "previous": entry.previous,
    }  # fmt: skip


def _seal(entry: AuditEntry) -> str:
    return digest_of(_sealed_part(entry))


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        position=row.position, at=row.at, actor=row.actor, action=row.action, target=row.target,
        detail=cast("Detail", row.detail), previous=row.previous, digest=row.digest,
    )  # fmt: skip
