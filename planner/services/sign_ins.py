"""Sign people in and out, remember their wrong tries, and let their scripts speak for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from planner.domain.accounts import TOUCH_S, Account, AccountId, ApiToken, SignIn, Stage
from planner.domain.errors import BadInput, Refused
from planner.services.accounts import forget_second_factor
from planner.services.passwords import digest_of_token, new_id, new_token
from planner.store.store import Store
from routing.units import DAY, Instant

TOKEN_PREFIX: Final = "qafila_"  # noqa: S105 - how a token begins, so that one that leaks is recognised
TOKEN_DAYS: Final = (30, 90, 365)
"""For how long a token can be made."""
TOKENS_AT_MOST: Final = 20
LONGEST_LABEL: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in and the token for its cookie, which is kept nowhere else."""

    sign_in: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A script's token, to be shown once."""

    id: str
    token: str = field(repr=False)
    expires_at: Instant


def begin_sign_in(
    store: Store, account: AccountId, *, stage: Stage, device: str, instead_of: str | None, at: Instant
) -> Begun:
    """Begin a sign-in under a new token; the one it comes instead of ends. A whole one begins a visit.

    Raises
    ------
    Refused
        If the account was disabled or locked since its password was checked.
    """
    begun = Begun(sign_in=new_id("s"), token=new_token())
    with store.writing() as write:
        now = write.get_account(account)
        if not now.active or now.is_locked(at):
            raise Refused("This account cannot sign in now.")
        if instead_of is not None:
            write.end_sign_in(instead_of, at)
        write.add_sign_in(
            begun.sign_in, digest=digest_of_token(begun.token), account=account, stage=stage, device=device, at=at
        )
        if stage == "whole":
            write.forget_failures(account)
            write.begin_visit(account, at)
            write.append_audit(
                actor=account, action="sign in", target=f"account:{account}", at=at, detail={"device": device}
            )
    return begun


def sign_out(store: Store, sign_in: SignIn, at: Instant) -> None:
    """End a sign-in at its person's wish."""
    with store.writing() as write:
        write.end_sign_in(sign_in.id, at)
        write.append_audit(
            actor=sign_in.account, action="sign out", target=f"account:{sign_in.account}", at=at,
            detail={"sign_in": sign_in.id},
        )  # fmt: skip


def find_signed_in(store: Store, token: str, at: Instant) -> tuple[SignIn, Account] | None:
    """Return who is signed in by a cookie's token, as they are now; None where it counts no more."""
    with store.reading() as read:
        found = read.find_sign_in(digest_of_token(token))
    if found is None or not found[0].is_alive(at) or not found[1].active:
        return None
    return found


def find_by_token(store: Store, token: str, at: Instant) -> tuple[ApiToken, Account] | None:
    """Return whose script speaks by a token, as they are now; None where it counts no more."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    with store.reading() as read:
        found = read.find_token(digest_of_token(token))
    if found is None or not found[0].is_alive(at) or not found[1].active:
        return None
    return found


def note_life(store: Store, sign_in: SignIn, at: Instant) -> None:
    """Note that a browser is used, at most once a minute."""
    if at - sign_in.last_seen_at < TOUCH_S:
        return
    with store.writing() as write:
        write.touch_sign_in(sign_in.id, at)
        write.see_account(sign_in.account, at)


def note_use(store: Store, token: ApiToken, at: Instant) -> None:
    """Note that a token is used, at most once a minute."""
    if token.last_used_at is not None and at - token.last_used_at < TOUCH_S:
        return
    with store.writing() as write:
        write.use_token(token.id, at)


def note_fetch(store: Store, account: AccountId, *, what: str, at: Instant) -> None:
    """Put on record that somebody asked for what is released to them."""
    with store.writing() as write:
        write.append_audit(actor=account, action="fetch", target=what, at=at)


def note_failure(store: Store, account: AccountId, *, what: str, at: Instant) -> None:
    """Count a wrong password or code and put it on record; after ten the account rests a quarter of an hour."""
    with store.writing() as write:
        if write.get_account(account).is_locked(at):
            return  # else whoever hammers at a locked door fills the audit trail
        locked = write.count_failure(account, at)
        write.append_audit(
            actor=account, action="lock account" if locked else "refuse sign-in", target=f"account:{account}", at=at,
            detail={"wrong": what},
        )  # fmt: skip


def note_refusal(store: Store, account: AccountId, *, right: str, where: str, at: Instant) -> None:
    """Put on record that somebody asked for what their roles do not allow."""
    with store.writing() as write:
        write.append_audit(actor=account, action="refuse", target=where, at=at, detail={"right": right})


def change_password(store: Store, account: Account, password_hash: str, *, sign_in: str, at: Instant) -> None:
    """Keep a person's new password and end all their sign-ins but this one."""
    with store.writing() as write:
        write.change_account(account.id, account.version, password_hash=password_hash, must_change_password=False)
        ended = write.end_sign_ins(account.id, at, but=sign_in)
        write.append_audit(
            actor=account.id, action="change password", target=f"account:{account.id}", at=at,
            detail={"sign_ins_ended": ended},
        )  # fmt: skip


def set_second_factor(
    store: Store, account: Account, *, secret: str, counter: int, recovery_codes: Sequence[str], at: Instant
) -> None:
    """Ask this account for a code at each sign-in from now on; the code that proved it is used up."""
    with store.writing() as write:
        write.change_account(
            account.id, account.version, totp_secret=secret, totp_counter=counter, recovery_codes=list(recovery_codes)
        )
        write.append_audit(actor=account.id, action="set up second factor", target=f"account:{account.id}", at=at)


def drop_second_factor(store: Store, account: Account, at: Instant) -> None:
    """Ask this account for no code any more."""
    with store.writing() as write:
        forget_second_factor(write, account.id)
        write.append_audit(actor=account.id, action="drop second factor", target=f"account:{account.id}", at=at)


def note_new_recovery_codes(store: Store, account: AccountId, at: Instant) -> None:
    """Put on record that an account has new recovery codes; the old ones count no more."""
    with store.writing() as write:
        write.append_audit(actor=account, action="renew recovery codes", target=f"account:{account}", at=at)


def make_token(store: Store, account: AccountId, label: str, days: int, at: Instant) -> NewToken:
    """Make a token for a person's script.

    Raises
    ------
    BadInput
        If it has no label or an odd life.
    Refused
        If there are many already.
    """
    said = " ".join(label.split())
    if not said or len(said) > LONGEST_LABEL:
        raise BadInput(f"Say in 1 to {LONGEST_LABEL} characters what the token is for.")
    if days not in TOKEN_DAYS:
        raise BadInput(f"A token lives {', '.join(map(str, TOKEN_DAYS))} days; not {days}.")
    made = NewToken(id=new_id("t"), token=TOKEN_PREFIX + new_token(), expires_at=at + days * DAY)
    with store.writing() as write:
        if sum(token.is_alive(at) for token in write.list_tokens(account)) >= TOKENS_AT_MOST:
            raise Refused(f"There are {TOKENS_AT_MOST} tokens already. Revoke one that is not used.")
        write.add_token(
            made.id, digest=digest_of_token(made.token), account=account, label=said, at=at, expires_at=made.expires_at
        )
        write.append_audit(
            actor=account, action="make token", target=f"account:{account}", at=at,
            detail={"token": made.id, "days": days},
        )  # fmt: skip
    return made


def list_tokens(store: Store, account: AccountId, at: Instant) -> tuple[ApiToken, ...]:
    """Return the tokens of an account that still count, newest first."""
    with store.reading() as read:
        return tuple(token for token in read.list_tokens(account) if token.is_alive(at))


def revoke_token(store: Store, account: AccountId, token: str, at: Instant) -> None:
    """Let a token speak for its person no more. Raises `NotFound`."""
    with store.writing() as write:
        write.revoke_token(token, account, at)
        write.append_audit(
            actor=account, action="revoke token", target=f"account:{account}", at=at, detail={"token": token}
        )
