"""Where people are signed in, and their scripts' tokens; of cookie and token only digests are kept."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, select, update

from planner.domain.accounts import WHOLE_DAY_S, Account, AccountId, ApiToken, SignIn, Stage
from planner.domain.errors import NotFound
from planner.store.accounts import to_account
from planner.store.rows import AccountRow, ActorRow, ApiTokenRow, SignInRow
from planner.store.unit import Unit
from routing.units import DAY, Instant

KEPT_S: Final = 30 * DAY
"""How long past sign-ins are listed."""


class SignInReads(Unit):
    """Browsers and tokens of people."""

    def find_sign_in(self, digest: str) -> tuple[SignIn, Account] | None:
        """Return the sign-in behind a cookie's digest with its account as it is now, alive or not."""
        found = self._session.execute(
            select(SignInRow, AccountRow, ActorRow.name)
            .join(AccountRow, AccountRow.id == SignInRow.account)
            .outerjoin(ActorRow, ActorRow.id == AccountRow.id)
            .where(SignInRow.digest == digest)
        ).one_or_none()
        return None if found is None else (_sign_in(found[0]), to_account(found[1], found[2]))

    def list_sign_ins(self, account: AccountId | None = None) -> tuple[SignIn, ...]:
        """Return the sign-ins of an account, or of all, newest first; also those that ended lately."""
        wanted = select(SignInRow).where(SignInRow.stage == "whole").order_by(SignInRow.created_at.desc(), SignInRow.id)
        if account is not None:
            wanted = wanted.where(SignInRow.account == account)
        return tuple(_sign_in(row) for row in self._session.scalars(wanted))

    def find_token(self, digest: str) -> tuple[ApiToken, Account] | None:
        """Return the token with this digest and its account as it is now, alive or not."""
        found = self._session.execute(
            select(ApiTokenRow, AccountRow, ActorRow.name)
            .join(AccountRow, AccountRow.id == ApiTokenRow.account)
            .outerjoin(ActorRow, ActorRow.id == AccountRow.id)
            .where(ApiTokenRow.digest == digest)
        ).one_or_none()
        return None if found is None else (_token(found[0]), to_account(found[1], found[2]))

    def list_tokens(self, account: AccountId) -> tuple[ApiToken, ...]:
        """Return the tokens of an account, newest first."""
        wanted = select(ApiTokenRow).where(ApiTokenRow.account == account)
        rows = self._session.scalars(wanted.order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id))
        return tuple(_token(row) for row in rows)


class SignInWrites(SignInReads):
    """Sign-ins and tokens begun and ended."""

    def add_sign_in(
        self, sign_in: str, *, digest: str, account: AccountId, stage: Stage, device: str, at: Instant
    ) -> None:
        """Begin a sign-in, and forget those that ended long ago."""
        self._session.execute(delete(SignInRow).where(SignInRow.created_at < at - WHOLE_DAY_S - KEPT_S))
        self._session.add(
            SignInRow(
                id=sign_in, digest=digest, account=account, stage=stage, device=device, created_at=at,
                last_seen_at=at, ended_at=None, data={},
            )
        )  # fmt: skip
        self._session.flush()

    def touch_sign_in(self, sign_in: str, at: Instant) -> None:
        """Note that the browser was used."""
        self._session.execute(update(SignInRow).where(SignInRow.id == sign_in).values(last_seen_at=at))

    def put_sign_in_data(self, sign_in: str, data: Mapping[str, object]) -> None:
        """Keep what the pages remember between two requests, such as a notice to show once."""
        self._session.execute(update(SignInRow).where(SignInRow.id == sign_in).values(data=dict(data)))

    def end_sign_in(self, sign_in: str, at: Instant, *, account: AccountId | None = None) -> None:
        """End a sign-in; one of this account where an account is given.

        Raises
        ------
        NotFound
            If there is none that still counts.
        """
        ended = update(SignInRow).where(SignInRow.id == sign_in, SignInRow.ended_at.is_(None))
        if account is not None:
            ended = ended.where(SignInRow.account == account)
        if self._session.scalar(ended.values(ended_at=at).returning(SignInRow.id)) is None:
            raise NotFound("This sign-in has ended already.")

    def end_sign_ins(self, account: AccountId, at: Instant, *, but: str | None = None) -> int:
        """End all sign-ins of an account but one; return how many were alive."""
        ended = update(SignInRow).where(SignInRow.account == account, SignInRow.ended_at.is_(None))
        if but is not None:
            ended = ended.where(SignInRow.id != but)
        return len(self._session.scalars(ended.values(ended_at=at).returning(SignInRow.id)).all())

    def add_token(
        self, token: str, *, digest: str, account: AccountId, label: str, at: Instant, expires_at: Instant
    ) -> None:
        """Keep the digest of a new token."""
        self._session.add(
            ApiTokenRow(
                id=token, digest=digest, account=account, label=label, created_at=at, expires_at=expires_at,
                last_used_at=None, revoked_at=None,
            )
        )  # fmt: skip
        self._session.flush()

    def use_token(self, token: str, at: Instant) -> None:
        """Note that a token was used."""
        self._session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token).values(last_used_at=at))

    def revoke_token(self, token: str, account: AccountId, at: Instant) -> None:
        """Revoke a token of an account.

        Raises
        ------
        NotFound
            If it has no such token that still counts.
        """
        revoked = self._session.scalar(
            update(ApiTokenRow)
            .where(ApiTokenRow.id == token, ApiTokenRow.account == account, ApiTokenRow.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(ApiTokenRow.id)
        )
        if revoked is None:
            raise NotFound("This token was revoked already.")

    def revoke_tokens(self, account: AccountId, at: Instant) -> int:
        """Revoke all tokens of an account; return how many there were."""
        revoked = self._session.scalars(
            update(ApiTokenRow)
            .where(ApiTokenRow.account == account, ApiTokenRow.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(ApiTokenRow.id)
        )
        return len(revoked.all())


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(
        id=row.id, account=row.account, stage="password" if row.stage == "password" else "whole", device=row.device,
        created_at=row.created_at, last_seen_at=row.last_seen_at, ended_at=row.ended_at, data=row.data,
    )  # fmt: skip


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(
        id=row.id, account=row.account, label=row.label, created_at=row.created_at, expires_at=row.expires_at,
        last_used_at=row.last_used_at, revoked_at=row.revoked_at,
    )  # fmt: skip
