"""Let people in and out of the operation: accounts, their roles, one-time passwords; each step is on record."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from planner.domain.accounts import Account, AccountId, SignIn, parse_username
from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.rights import Role
from planner.services.passwords import hash_password, new_id, new_one_time_password
from planner.store.store import Reading, Store, Writing
from routing.units import Instant

FIRST: Final = (
    ("coordinator", Role.COORDINATOR),
    ("coordinator-2", Role.COORDINATOR),
    ("analyst", Role.ANALYST),
    ("partner", Role.PARTNER),
    ("admin", Role.ADMIN),
)
"""A second coordinator publishes what the first has planned."""
LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password to be told once to the person of an account; it is kept nowhere."""

    account: AccountId
    username: str
    roles: tuple[Role, ...]
    password: str = field(repr=False)


def ensure_first_accounts(store: Store, at: Instant, *, must_change: bool = True) -> tuple[NewPassword, ...]:
    """Create one account a role, two coordinators, where there is no account at all; return their passwords.

    Without `must_change`, as in a demonstration, the passwords stay good.
    """
    with store.reading() as read:
        if read.count_accounts():
            return ()
    made = [_fresh(username, (role,)) for username, role in FIRST]
    hashes = [hash_password(one.password) for one in made]  # slow on purpose, so not inside the transaction
    with store.writing() as write:
        write.begin_accounts()
        if write.count_accounts():
            return ()
        for one, hashed in zip(made, hashes, strict=True):
            _add(write, one, hashed, name=one.username, actor="setup", at=at)
            if not must_change:
                write.change_account(one.account, 1, must_change_password=False)
    return tuple(made)


def add_account(
    store: Store, username: str, roles: Collection[Role], *, name: str = "", actor: str, at: Instant
) -> NewPassword:
    """Create an account and return its one-time password.

    Raises
    ------
    BadInput
        If the username is none, or no role is given.
    Refused
        If the username is taken.
    """
    made = _fresh(parse_username(username), _some(roles))
    shown = _name(name) or made.username
    hashed = hash_password(made.password)
    with store.writing() as write:
        write.begin_accounts()
        _add(write, made, hashed, name=shown, actor=actor, at=at)
    return made


def list_accounts(store: Store) -> tuple[Account, ...]:
    """Return all accounts by username."""
    with store.reading() as read:
        return read.list_accounts()


def get_account(store: Store, username: str) -> Account:
    """Return an account by the name it signs in with; raises `NotFound`."""
    with store.reading() as read:
        return _named(read, username)


def reset_password(store: Store, username: str, *, second_factor: bool = False, actor: str, at: Instant) -> NewPassword:
    """Give an account a new one-time password, unlock it and end its sign-ins and tokens.

    With `second_factor` its codes are forgotten too, as when a phone is lost.
    """
    password = new_one_time_password()
    hashed = hash_password(password)
    with store.writing() as write:
        account = _named(write, username)
        write.change_account(account.id, account.version, password_hash=hashed, must_change_password=True)
        if second_factor:
            forget_second_factor(write, account.id)
        write.forget_failures(account.id)
        ended = _end_all(write, account.id, at)
        write.append_audit(
            actor=actor, action="reset password", target=_target(account), at=at,
            detail={"second_factor": second_factor, "sign_ins_ended": ended},
        )  # fmt: skip
    return NewPassword(
        account=account.id, username=account.username, roles=tuple(sorted(account.roles)), password=password
    )


def forget_second_factor(write: Writing, account: AccountId) -> None:
    """Take the second factor off an account."""
    write.change_account(
        account, write.get_account(account).version, totp_secret=None, totp_counter=None, recovery_codes=[]
    )


def disable_account(store: Store, username: str, *, actor: str, at: Instant) -> Account:
    """Let an account in no more; where it is signed in it is put out at once. Raises `Refused` for the last admin."""
    with store.writing() as write:
        account = _named(write, username)
        if not account.active:
            raise Refused(f"{account.username} is disabled already.")
        _keep_an_admin(write, account, after=frozenset())
        write.change_account(account.id, account.version, active=False)
        ended = _end_all(write, account.id, at)
        write.append_audit(
            actor=actor, action="disable account", target=_target(account), at=at, detail={"sign_ins_ended": ended}
        )
        return write.get_account(account.id)


def enable_account(store: Store, username: str, *, actor: str, at: Instant) -> Account:
    """Let a disabled account in again."""
    with store.writing() as write:
        account = _named(write, username)
        if account.active:
            raise Refused(f"{account.username} is not disabled.")
        write.change_account(account.id, account.version, active=True)
        write.append_audit(actor=actor, action="enable account", target=_target(account), at=at)
        return write.get_account(account.id)


def set_roles(
    store: Store, username: str, roles: Collection[Role], *, version: int | None = None, actor: str, at: Instant
) -> Account:
    """Give an account these roles instead of those it has; they count from its next request on.

    Raises
    ------
    ChangedMeanwhile
        If a version is given and the account has another by now.
    Refused
        If nobody would be left who administers.
    """
    wanted = _some(roles)
    with store.writing() as write:
        account = _named(write, username)
        _keep_an_admin(write, account, after=frozenset(wanted))
        write.change_account(account.id, account.version if version is None else version, roles=sorted(wanted))
        write.append_audit(
            actor=actor, action="set roles", target=_target(account), at=at,
            detail={"before": " ".join(sorted(account.roles)), "after": " ".join(sorted(wanted))},
        )  # fmt: skip
        return write.get_account(account.id)


def set_name(store: Store, username: str, name: str, *, actor: str, at: Instant) -> None:
    """Change the name that is shown for an account; the audit trail does not hold it."""
    shown = _name(name)
    if not shown:
        raise BadInput("A name is needed. To forget one, erase it.")
    with store.writing() as write:
        account = _named(write, username)
        write.put_actor(account.id, shown)
        write.append_audit(actor=actor, action="set name", target=_target(account), at=at)


def erase_name(store: Store, username: str, *, actor: str, at: Instant) -> None:
    """Forget the name behind an account; what it did stays on record under its id."""
    with store.writing() as write:
        account = _named(write, username)
        write.erase_actor(account.id)
        write.append_audit(actor=actor, action="erase name", target=_target(account), at=at)


def list_sign_ins(store: Store, account: AccountId, at: Instant) -> tuple[SignIn, ...]:
    """Return the sign-ins of an account that still count, newest first."""
    with store.reading() as read:
        return tuple(one for one in read.list_sign_ins(account) if one.is_alive(at))


def end_sign_in(store: Store, sign_in: str, *, account: AccountId, actor: str, at: Instant) -> None:
    """End one sign-in of an account; the account itself or an administrator asks for it. Raises `NotFound`."""
    with store.writing() as write:
        write.end_sign_in(sign_in, at, account=account)
        write.append_audit(
            actor=actor, action="end sign-in", target=f"account:{account}", at=at, detail={"sign_in": sign_in}
        )


def end_sign_ins(store: Store, account: AccountId, *, but: str | None = None, actor: str, at: Instant) -> int:
    """End all sign-ins of an account, but one if so asked; return how many."""
    with store.writing() as write:
        ended = write.end_sign_ins(account, at, but=but)
        write.append_audit(
            actor=actor, action="end sign-ins", target=f"account:{account}", at=at, detail={"sign_ins_ended": ended}
        )
    return ended


def _fresh(username: str, roles: tuple[Role, ...]) -> NewPassword:
    return NewPassword(account=new_id("p"), username=username, roles=roles, password=new_one_time_password())


def _add(write: Writing, one: NewPassword, hashed: str, *, name: str, actor: str, at: Instant) -> None:
    write.add_account(one.account, username=one.username, password_hash=hashed, roles=one.roles, at=at)
    write.put_actor(one.account, name)
    write.append_audit(
        actor=actor, action="add account", target=f"account:{one.account}", at=at,
        detail={"roles": " ".join(one.roles)},
    )  # fmt: skip


def _end_all(write: Writing, account: AccountId, at: Instant) -> int:
    write.revoke_tokens(account, at)
    return write.end_sign_ins(account, at)


def _named(read: Reading, username: str) -> Account:
    account = read.find_account(username.strip().lower())
    if account is None:
        raise NotFound(f"No account {username!r}. List them: qafila user list.")
    return account


def _keep_an_admin(read: Reading, account: Account, *, after: frozenset[Role]) -> None:
    if Role.ADMIN not in account.roles or Role.ADMIN in after or not account.active:
        return
    others = [a for a in read.list_accounts() if a.id != account.id and a.active and Role.ADMIN in a.roles]
    if not others:
        raise Refused(f"{account.username} is the last administrator. Make somebody else one first.")


def _some(roles: Collection[Role]) -> tuple[Role, ...]:
    if not roles:
        raise BadInput(f"An account needs a role. Roles are: {', '.join(Role)}.")
    return tuple(sorted(set(roles)))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise BadInput(f"A name has at most {LONGEST_NAME} characters; this one has {len(name)}.")
    return name


def _target(account: Account) -> str:
    return f"account:{account.id}"
