"""Who may sign in, where they are signed in, and the tokens by which their scripts do; names live elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from planner.domain.errors import InvalidValue
from planner.domain.rights import Role
from routing.units import Instant, Seconds

AccountId: TypeAlias = str
"""Random: it stands in log, plans and audit for ever, and says nothing about the person."""
Stage: TypeAlias = Literal["password", "whole"]
"""How far a sign-in is: the password was right and a code is still asked for, or all was."""

FAILURES_ALLOWED: Final = 10
"""Wrong passwords and codes in a row before an account rests."""
LOCKED_S: Final[Seconds] = 15 * 60
IDLE_S: Final[Seconds] = 30 * 60
WHOLE_DAY_S: Final[Seconds] = 12 * 3600
"""A sign-in ends then, however busy it was."""
CODE_WITHIN_S: Final[Seconds] = 5 * 60
"""How long the second step of a sign-in waits."""
TOUCH_S: Final[Seconds] = 60
"""Signs of life are written once in this time, not with every page."""

_USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}\Z")


def parse_username(text: str) -> str:
    """Return the name somebody signs in with, in lower case.

    Raises
    ------
    InvalidValue
        If it is no such name.
    """
    name = text.strip().lower()
    if _USERNAME.match(name) is None:
        raise InvalidValue(
            f"{text!r} is no name to sign in with. Use 2 to 32 letters a-z, digits, dots, - and _, a letter first."
        )
    return name


def parse_role(text: str) -> Role:
    """Return a role by its name.

    Raises
    ------
    InvalidValue
        Naming the roles there are.
    """
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise InvalidValue(f"{text!r} is no role. Roles are: {', '.join(Role)}.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in. Their name is kept with the actors, so that it can be erased."""

    id: AccountId
    username: str
    name: str
    """As it is now with the actors; empty where it was erased."""
    password_hash: str = field(repr=False)
    active: bool
    roles: frozenset[Role]
    must_change_password: bool
    totp_secret: str | None = field(repr=False)
    """Encrypted; None where no second factor is set up."""
    totp_counter: int | None
    """The time step of the last code that was taken: none before it is taken again."""
    recovery_codes: tuple[str, ...] = field(repr=False)
    """Encrypted, each good once."""
    failed_count: int
    locked_until: Instant | None
    created_at: Instant
    last_seen_at: Instant | None
    visit_before: Instant | None
    """When the visit before the present one ended; None at the first."""
    version: int

    def is_locked(self, at: Instant) -> bool:
        """Tell whether the account rests after too many wrong tries."""
        return self.locked_until is not None and at < self.locked_until


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One browser that somebody has signed in with."""

    id: str
    account: AccountId
    stage: Stage
    device: str
    """A class of browser and system, like `Firefox, Windows`; nothing finer."""
    created_at: Instant
    last_seen_at: Instant
    ended_at: Instant | None
    data: Mapping[str, object]

    def is_alive(self, at: Instant) -> bool:
        """Tell whether it still counts."""
        if self.ended_at is not None:
            return False
        if self.stage == "password":
            return at - self.created_at < CODE_WITHIN_S
        return at - self.last_seen_at < IDLE_S and at - self.created_at < WHOLE_DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token by which a person's script speaks for them; only its digest is kept."""

    id: str
    account: AccountId
    label: str
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None

    def is_alive(self, at: Instant) -> bool:
        """Tell whether it still counts."""
        return self.revoked_at is None and at < self.expires_at
