"""Do what a form asks once, however often it is sent: its token is kept with the first write made for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from planner.domain.errors import BadInput, Refused
from planner.store.rows import ReceiptRow
from planner.store.unit import Unit
from routing.units import DAY, Instant

if TYPE_CHECKING:
    from planner.store.store import Store

KEPT_S: Final = 30 * DAY
"""A form that was left open longer is taken as a new one."""
LONGEST: Final = 200
"""Characters of a token."""


class AlreadyDone(Refused):
    """The same form was sent before and is done; `location` is where its answer led, None while that is not known."""

    def __init__(self, location: str | None) -> None:
        super().__init__("This was sent before and is done; nothing was done twice.")
        self.location = location


@dataclass(kw_only=True)
class _Pending:
    token: str
    actor: str
    at: Instant
    kept: bool = False


_pending: ContextVar[_Pending | None] = ContextVar("qafila_receipt", default=None)


@contextmanager
def receipt(token: str, *, actor: str, at: Instant) -> Iterator[None]:
    """Keep a receipt in the same transaction as the first write made under it by this thread.

    A write that fails leaves no receipt. A deed of several transactions is guarded by its first one.

    Raises
    ------
    AlreadyDone
        From the first write, if there is a receipt already; of two at the same time one waits for the other.
    BadInput
        If the token is empty or endless, or belongs to somebody else.
    """
    if not token or len(token) > LONGEST:
        raise BadInput(f"A form's token has 1 to {LONGEST} characters; this one has {len(token)}. Load the form again.")
    before = _pending.set(_Pending(token=token, actor=actor, at=at))
    try:
        yield
    finally:
        _pending.reset(before)


def keep_pending(unit: "ReceiptWrites") -> None:
    """Keep the pending receipt, if there is one, in a transaction that begins; `Store.writing` does this."""
    pending = _pending.get()
    if pending is not None and not pending.kept:
        unit.put_receipt(pending.token, actor=pending.actor, at=pending.at)


def committed() -> None:
    """Note that the transaction holding the pending receipt was kept; `Store.writing` does this."""
    pending = _pending.get()
    if pending is not None:
        pending.kept = True


def note_location(store: "Store", token: str, location: str) -> None:
    """Write down where the answer of a done form led, so that sending it again leads there too."""
    with store.writing() as write:
        write.put_location(token, location)


class ReceiptReads(Unit):
    """What is known of forms that were sent."""

    def find_location(self, token: str, *, actor: str) -> str | None:
        """Return where the answer of somebody's done form led; None where it is not done or its answer led nowhere."""
        asked = select(ReceiptRow.location).where(ReceiptRow.token == token, ReceiptRow.actor == actor)
        return self._session.execute(asked).scalar_one_or_none()


class ReceiptWrites(Unit):
    """Receipts of forms that were sent."""

    def put_receipt(self, token: str, *, actor: str, at: Instant) -> None:
        """Keep a receipt.

        Raises
        ------
        AlreadyDone
            If there is one.
        BadInput
            If there is one of somebody else.
        """
        if self._add_one(ReceiptRow, {"token": token, "actor": actor, "at": at, "location": None}):
            self._session.execute(delete(ReceiptRow).where(ReceiptRow.at < at - KEPT_S))
            return
        kept = self._session.execute(
            select(ReceiptRow.actor, ReceiptRow.location).where(ReceiptRow.token == token)
        ).one()
        if kept.actor != actor:
            raise BadInput("This form was sent by somebody else. Load it again and send it once more.")
        raise AlreadyDone(kept.location)

    def put_location(self, token: str, location: str) -> None:
        """Write down where an answer led; nothing happens where no write was made under the token."""
        self._session.execute(update(ReceiptRow).where(ReceiptRow.token == token).values(location=location))
