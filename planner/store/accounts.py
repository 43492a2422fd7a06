"""Those who may sign in: added, changed under a version, locked after too many wrong tries."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Select, func, or_, select, update

from planner.domain.accounts import FAILURES_ALLOWED, LOCKED_S, Account, AccountId
from planner.domain.errors import NotFound, Refused
from planner.domain.rights import Role
from planner.store.records import ChangedMeanwhile
from planner.store.rows import AccountRow, ActorRow, SecretRow
from planner.store.unit import Unit
from routing.units import Instant

SECRET_BYTES: Final = 32
_CHANGEABLE: Final = frozenset(
    {"password_hash", "active", "roles", "must_change_password", "totp_secret", "totp_counter", "recovery_codes"}
)


class AccountReads(Unit):
    """The accounts and the names behind them."""

    def list_accounts(self) -> tuple[Account, ...]:
        """Return all accounts by username."""
        rows = self._session.execute(_accounts().order_by(AccountRow.username))
        return tuple(to_account(row, name) for row, name in rows)

    def count_accounts(self) -> int:
        """Return how many accounts there are."""
        return self._session.scalar(select(func.count()).select_from(AccountRow)) or 0

    def find_account(self, username: str) -> Account | None:
        """Return the account that signs in with a name, or None."""
        found = self._session.execute(_accounts().where(AccountRow.username == username)).one_or_none()
        return None if found is None else to_account(found[0], found[1])

    def get_account(self, account: AccountId) -> Account:
        """Return an account by its id.

        Raises
        ------
        NotFound
            If there is none.
        """
        found = self._session.execute(_accounts().where(AccountRow.id == account)).one_or_none()
        if found is None:
            raise NotFound(f"No account {account!r}. List them: qafila user list.")
        return to_account(found[0], found[1])

    def find_secret(self, name: str) -> bytes | None:
        """Return what the pages sign or encrypt with, or None where it is not made yet."""
        return self._session.scalar(select(SecretRow.value).where(SecretRow.name == name))


class AccountWrites(AccountReads):
    """Accounts added and changed."""

    def begin_accounts(self) -> None:
        """Let nobody else add accounts until this transaction ends."""
        self._one_at_a_time("accounts")

    def add_account(
        self, account: AccountId, *, username: str, password_hash: str, roles: Collection[Role], at: Instant
    ) -> None:
        """Add an account whose password is to be changed when it is first used.

        Raises
        ------
        Refused
            If the username is taken.
        """
        added = self._add_one(
            AccountRow,
            {
                "id": account, "username": username, "password_hash": password_hash, "active": True,
                "roles": sorted(roles), "must_change_password": True, "totp_secret": None, "totp_counter": None,
                "recovery_codes": [], "failed_count": 0, "locked_until": None, "created_at": at,
                "last_seen_at": None, "visit_before": None, "version": 1,
            },
        )  # fmt: skip
        if not added:
            raise Refused(f"The name {username!r} is taken. Choose another, or reset that account's password.")

    def change_account(self, account: AccountId, version: int, **changes: Any) -> None:  # noqa: ANN401 - column values
        """Change columns of an account that still has this version.

        Raises
        ------
        ChangedMeanwhile
            If somebody else changed it first.
        """
        unknown = set(changes) - _CHANGEABLE
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: no columns to be changed here.")
        changed = self._session.execute(
            update(AccountRow)
            .where(AccountRow.id == account, AccountRow.version == version)
            .values(**changes, version=version + 1)
            .returning(AccountRow.id)
        )
        if changed.scalar_one_or_none() is None:
            raise ChangedMeanwhile("Somebody else changed this account just now. Look at it again and repeat.")

    def count_failure(self, account: AccountId, at: Instant) -> bool:
        """Count a wrong password or code; tell whether the account is locked by it. While locked nothing is counted."""
        count = self._session.scalar(
            update(AccountRow)
            .where(AccountRow.id == account, or_(AccountRow.locked_until.is_(None), AccountRow.locked_until <= at))
            .values(failed_count=AccountRow.failed_count + 1, locked_until=None)
            .returning(AccountRow.failed_count)
        )
        if count is None or count < FAILURES_ALLOWED:
            return False
        self._session.execute(
            update(AccountRow).where(AccountRow.id == account).values(failed_count=0, locked_until=at + LOCKED_S)
        )
        return True

    def forget_failures(self, account: AccountId) -> None:
        """Start counting anew, as after a sign-in that went through."""
        self._session.execute(
            update(AccountRow).where(AccountRow.id == account).values(failed_count=0, locked_until=None)
        )

    def take_code(self, account: AccountId, counter: int) -> bool:
        """Use up a one-time code's time step; False where that step or a later one was used already."""
        taken = self._session.scalar(
            update(AccountRow)
            .where(AccountRow.id == account, or_(AccountRow.totp_counter.is_(None), AccountRow.totp_counter < counter))
            .values(totp_counter=counter)
            .returning(AccountRow.id)
        )
        return taken is not None

    def begin_visit(self, account: AccountId, at: Instant) -> None:
        """Note that a visit begins: what was the last sign of life is the end of the visit before."""
        self._session.execute(
            update(AccountRow)
            .where(AccountRow.id == account)
            .values(visit_before=AccountRow.last_seen_at, last_seen_at=at)
        )

    def see_account(self, account: AccountId, at: Instant) -> None:
        """Note a sign of life."""
        self._session.execute(update(AccountRow).where(AccountRow.id == account).values(last_seen_at=at))

    def get_or_make_secret(self, name: str) -> bytes:
        """Return what the pages sign or encrypt with, made at random where it was not there."""
        self._add_one(SecretRow, {"name": name, "value": secrets.token_bytes(SECRET_BYTES)})
        found = self.find_secret(name)
        assert found is not None  # noqa: S101 - added a line ago
        return found


def _accounts() -> Select[AccountRow, str]:
    return select(AccountRow, ActorRow.name).outerjoin(ActorRow, ActorRow.id == AccountRow.id)


def to_account(row: AccountRow, name: str | None) -> Account:
    """Return an account with the name that the actors hold for it."""
    known: Mapping[str, Role] = {role.value: role for role in Role}
    return Account(
        id=row.id, username=row.username, name=name or "", password_hash=row.password_hash, active=row.active,
        roles=frozenset(known[role] for role in row.roles if role in known),
        must_change_password=row.must_change_password, totp_secret=row.totp_secret, totp_counter=row.totp_counter,
        recovery_codes=tuple(row.recovery_codes), failed_count=row.failed_count, locked_until=row.locked_until,
        created_at=row.created_at, last_seen_at=row.last_seen_at, visit_before=row.visit_before, version=row.version,
    )  # fmt: skip
