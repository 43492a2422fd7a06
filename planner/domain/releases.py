"""Reports that leave the house: drafted, reviewed by a second person, released and signed; and who gets them."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.canonical import digest_of
from planner.domain.errors import InvalidValue
from routing.units import MINUTE, Instant, Seconds

ReleaseState: TypeAlias = Literal["draft", "approved", "returned", "released", "discarded"]
LetterState: TypeAlias = Literal["queued", "sending", "sent", "failed", "needless"]
"""`needless`: an alert of news that turned out to touch no convoy; it is not sent."""
Verdict: TypeAlias = Literal["approved", "returned"]
ATTEMPTS: Final = 8
"""A letter that was refused so often waits for somebody to look at it."""
FIRST_WAIT_S: Final[Seconds] = MINUTE
"""The second try comes after so long, each further one after twice as long as the one before."""
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,39}\Z")
_EMAIL: Final = re.compile(r"[^@\s,;<>\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,250}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFile:
    """One file of a report; its content is kept beside it and never changes."""

    name: str
    media: str
    language: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A report on its way out. Its files are those that the reviewer saw; once released nothing of it changes.

    `events` are the single failures that it tells of, for the house alone. `superseded_by` None: nothing newer.
    """

    id: int
    crisis: str
    kind: str
    subject: str
    tier: str
    state: ReleaseState
    generated_at: Instant
    drafted_at: Instant
    drafted_by: str
    reviewed_at: Instant | None
    reviewed_by: str | None
    review_note: str
    released_at: Instant | None
    released_by: str | None
    supersedes: int | None
    superseded_by: int | None
    manifest: str | None
    signature: str | None
    events: tuple[str, ...]
    files: tuple[ReleaseFile, ...]

    def file(self, name: str) -> ReleaseFile | None:
        """Return a file by its name; None where it has none of that name."""
        return next((file for file in self.files if file.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An organisation that gets the released reports of one tier; `account` is whose token opens its feed.

    `email` None: nothing is mailed, it fetches its reports. `version` 0 means not yet stored.
    """

    id: str
    organisation: str
    email: str | None
    tier: str
    language: str
    formats: tuple[str, ...]
    account: str | None
    active: bool = True
    version: int = 0
    alerts: bool = False
    """Whether whoever is on duty there hears by mail of news that touches convoys; only of tier T3."""

    def __post_init__(self) -> None:
        """Refuse an id that is no slug, an address that is none, or an organisation without a name.

        Raises
        ------
        InvalidValue
            Naming the value and the way out.
        """
        if _SLUG.match(self.id) is None:
            raise InvalidValue(f"{self.id!r} is no id of a recipient. Use 2 to 40 of a-z, 0-9 and -, a letter first.")
        if self.email is not None and _EMAIL.match(self.email) is None:
            raise InvalidValue(f"{self.email!r} is no e-mail address. Write it like desk@example.org.")
        if not self.organisation.strip() or any(c < " " for c in self.organisation):
            raise InvalidValue("The organisation has no name in one line. Give one.")
        if self.alerts and (self.tier != "T3" or self.email is None):
            raise InvalidValue(f"{self.id} cannot be alerted: that needs an e-mail address and tier T3.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One released report, or one alert of news, for one recipient, sent once.

    `key` is the same in every try, so that a server can tell. `news` are the first and the last record of an alert.
    """

    id: int
    release: int | None
    news: tuple[int, int] | None
    recipient: str
    key: str
    state: LetterState
    attempt: int
    next_at: Instant
    error: str | None
    sent_at: Instant | None


def alert_key(crisis: str, news: tuple[int, int], recipient: str) -> str:
    """Return the key of an alert: the same news for the same recipient is one message, however often it is queued."""
    return digest_of({"alert": crisis, "news": list(news), "recipient": recipient})[:32]


def wait_s(attempt: int) -> Seconds:
    """Return how long to wait after a try that failed: twice as long each time."""
    return FIRST_WAIT_S << max(0, attempt - 1)
