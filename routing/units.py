"""Times, windows and the two clocks, in whole seconds of UTC."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from routing.errors import NaiveTime, RoutingError

Instant: TypeAlias = int
"""Seconds since 1970-01-01T00:00Z. All times inside the product are instants; texts exist only at the border."""

Seconds: TypeAlias = int
Metres: TypeAlias = int

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
FOREVER: Final[Instant] = 253_402_300_799
"""9999-12-31T23:59:59Z: the end of a window nobody has ended."""

_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open span of time: `start` belongs to it, `end` does not."""

    start: Instant
    end: Instant = FOREVER

    def __post_init__(self) -> None:
        """Refuse a window that ends before it starts.

        Raises
        ------
        RoutingError
            If `end` is not after `start`.
        """
        if self.end <= self.start:
            raise RoutingError(
                f"The window {self.start}..{self.end} ends before it starts. Give an end after the start."
            )

    @property
    def seconds(self) -> Seconds:
        """Length of the window in seconds."""
        return self.end - self.start

    def contains(self, at: Instant) -> bool:
        """Tell whether the instant lies in the window."""
        return self.start <= at < self.end

    def covers(self, other: "Window") -> bool:
        """Tell whether the whole of `other` lies in this window."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Window") -> bool:
        """Tell whether the two windows share at least one second."""
        return self.start < other.end and other.start < self.end

    def clip(self, other: "Window") -> "Window | None":
        """Return the part that both share, or None where they share nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start < end else None

    def shift(self, seconds: Seconds) -> "Window":
        """Return the window moved by so many seconds."""
        return Window(self.start + seconds, self.end + seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """Two clocks: when it held on the road (`at`), and how much of the log was known (`known`, a position)."""

    at: Instant
    known: int


def merge_windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the union as sorted windows that neither overlap nor touch."""
    merged: list[Window] = []
    for window in sorted(windows):
        if merged and window.start <= merged[-1].end:
            merged[-1] = Window(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return tuple(merged)


def intersect_windows(left: Sequence[Window], right: Sequence[Window]) -> tuple[Window, ...]:
    """Return the instants in both sets; each set sorted and free of overlaps."""
    shared: list[Window] = []
    i = j = 0
    while i < len(left) and j < len(right):
        both = left[i].clip(right[j])
        if both is not None:
            shared.append(both)
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(shared)


def subtract_windows(whole: Window, holes: Iterable[Window]) -> tuple[Window, ...]:
    """Return what is left of `whole` outside all `holes`."""
    edges = [whole.start]
    for hole in merge_windows(holes):
        inside = hole.clip(whole)
        if inside is not None:
            edges += [inside.start, inside.end]
    edges.append(whole.end)
    return tuple(Window(a, b) for a, b in list(pairwise(edges))[::2] if a < b)


def parse_instant(text: str, zone: ZoneInfo) -> Instant:
    """Read an ISO 8601 date-time with offset; a bare date is 00:00 in `zone`.

    Raises
    ------
    NaiveTime
        If a date-time has no offset.
    RoutingError
        If the text is no ISO 8601 date or date-time.
    """
    stripped = text.strip()
    try:
        if _BARE_DATE.match(stripped):
            return int(datetime.combine(date.fromisoformat(stripped), time(), zone).timestamp())
        moment = datetime.fromisoformat(stripped)
    except ValueError as cause:
        raise RoutingError(
            f"{text!r} is no date or time. Write it like 2016-09-12 or 2016-09-12T19:00+03:00."
        ) from cause
    if moment.tzinfo is None:
        raise NaiveTime(f"The time {text!r} has no offset from UTC. Add one, as in 2016-09-12T19:00+03:00.")
    return int(moment.timestamp())


def format_instant(at: Instant, zone: ZoneInfo) -> str:
    """Write an instant as ISO 8601 with the offset of `zone`."""
    return datetime.fromtimestamp(at, zone).isoformat()


def parse_clock(text: str) -> Seconds:
    """Read a time of day HH:MM as seconds after midnight.

    Raises
    ------
    RoutingError
        If the text is no time of day.
    """
    if text.strip() == "24:00":
        return DAY
    found = _CLOCK.match(text.strip())
    if found is None:
        raise RoutingError(f"{text!r} is no time of day. Write it like 08:30.")
    return int(found[1]) * HOUR + int(found[2]) * MINUTE


def local_midnight(at: Instant, zone: ZoneInfo) -> Instant:
    """Return 00:00 of the local day that holds the instant."""
    moment = datetime.fromtimestamp(at, zone)
    return int(datetime.combine(moment.date(), time(), zone).timestamp())


@lru_cache(maxsize=4096)
def daily_windows(within: Window, opens: Seconds, closes: Seconds, zone: ZoneInfo) -> tuple[Window, ...]:
    """Return the same hours of each local day, clipped to `within`.

    `opens` and `closes` are seconds after local midnight; hours that pass midnight (`closes` <= `opens`) run
    into the next day. Days with a clock change keep their wall-clock hours.
    """
    found: list[Window] = []
    day = datetime.fromtimestamp(within.start, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(within.end, UTC).astimezone(zone).date()
    while day <= last:
        start = _wall(day, opens, zone)
        end = _wall(day, closes if closes > opens else closes + DAY, zone)
        clipped = Window(start, end).clip(within)
        if clipped is not None:
            found.append(clipped)
        day += timedelta(days=1)
    return merge_windows(found)


@lru_cache(maxsize=1024)
def local_days(within: Window, zone: ZoneInfo) -> tuple[Window, ...]:
    """Return the local calendar days of a window in order, the first and last clipped to it."""
    found: list[Window] = []
    day = datetime.fromtimestamp(within.start, zone).date()
    while (start := _wall(day, 0, zone)) < within.end:
        clipped = Window(start, _wall(day, DAY, zone)).clip(within)
        if clipped is not None:
            found.append(clipped)
        day += timedelta(days=1)
    return tuple(found)


def _wall(day: date, seconds: Seconds, zone: ZoneInfo) -> Instant:
    whole_days, rest = divmod(seconds, DAY)
    moment = datetime.combine(day + timedelta(days=whole_days), time(), zone)
    naive = moment.replace(tzinfo=None) + timedelta(seconds=rest)
    return int(naive.replace(tzinfo=zone).timestamp())
