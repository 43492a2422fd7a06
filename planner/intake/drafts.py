"""Records as a file of evidence gives them, before they are compared with the log, and the rows that gave none."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from planner.intake.table import Quarantined, Row, build_some
from routing.errors import RoutingError
from routing.evidence import Evidence
from routing.units import Instant, parse_instant

LONGEST_NOTE: Final = 4_000
_EARLIEST: Final[Instant] = 0
_LATEST: Final[Instant] = 7_258_118_400
"""1970 and 2200: a day outside was mistyped, and far ones break calendars."""
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?")
_WITHOUT_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?")
_IN_WORDS: Final = ("%d %B %Y", "%d-%B-%Y", "%d %b %Y", "%d-%b-%Y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One record without a position: the row that gave it, and what else a reader of the preview should know."""

    row: int
    evidence: Evidence
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What a file gives: records, rows set aside, and what it does not decide although no row is broken."""

    drafts: tuple[Draft, ...]
    quarantined: tuple[Quarantined, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """How a whole file is told: when it was learned, and how far its source and its contents are trusted."""

    learned_at: Instant
    zone: ZoneInfo
    source: str = ""
    """Stands where a row names no source."""
    reliability: str = "C"
    credibility: int = 3
    encoding: str = ""
    parties: Mapping[str, str] = field(default_factory=dict)
    """What the file calls a party, and the party's id in this crisis."""
    within_m: int = 500
    """How far a reported point or line may lie from the road that it speaks of."""
    under: bool = False
    """Whether a map of control is laid under what is on record: areas that somebody holds by then stay as they are."""

    def __post_init__(self) -> None:
        """Refuse a grade outside the Admiralty code: it would set every row aside.

        Raises
        ------
        BadInput
            If it is one.
        """
        if self.reliability not in tuple("ABCDEF") or self.credibility not in range(1, 7):
            raise BadInput(
                f"Reliability {self.reliability!r}, credibility {self.credibility}: give A to F, and 1 to 6."
            )

    def source_of(self, row: Row) -> str:
        """Return who says so: the row's own source, else that of the file.

        Raises
        ------
        BadInput
            If neither is given.
        """
        found = row.optional("source") or self.source
        if not found:
            raise row.wrong("source", "Fill it in, or name a source for the whole file.")
        return found


def draft_all(rows: Iterable[Row], build: Callable[[Row], Draft], before: Iterable[Quarantined]) -> Drafts:
    """Return a draft of every row that can be used, and the rows that cannot, in order."""
    built, aside = build_some(rows, build)
    quarantined = sorted((*before, *aside), key=lambda one: one.row)
    return Drafts(drafts=tuple(draft for _row, draft in built), quarantined=tuple(quarantined))


def read_day(row: Row, column: str, zone: ZoneInfo) -> Instant:
    """Return a day (00:00 in the crisis's zone) or an instant with its offset; months may be written in English.

    05/09/2016 is May to some and September to others: refused.
    """
    text = row.text(column)
    bare = _WITHOUT_TIME.fullmatch(text)
    if bare is not None:
        text = bare.group(1)
    for form in _IN_WORDS:
        try:
            text = datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    if not _ISO.fullmatch(text):
        raise row.wrong(column, "Write it as 2016-09-19, or as 2016-09-19T10:50+03:00.")
    try:
        found = parse_instant(text, zone)
    except RoutingError as cause:
        raise row.wrong(column, str(cause)) from None
    if not _EARLIEST <= found < _LATEST:
        raise row.wrong(column, "Give a day from 1970 to 2199.")
    return found


def read_note(row: Row, column: str) -> str:
    """Return a remark.

    Raises
    ------
    BadInput
        If it is too long to be one.
    """
    text = row.optional(column) or ""
    if len(text) > LONGEST_NOTE:
        raise BadInput(f"{column} has {len(text)} characters; up to {LONGEST_NOTE} are kept. Shorten it.")
    return text


def day_of(at: Instant, zone: ZoneInfo) -> date:
    """Return the local day of an instant."""
    return datetime.fromtimestamp(at, zone).date()
