"""The rail of time under the map: where each thing lies on it, and which marks have room for their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from planner.services.time_rail import (
    RailEvent,
    TruceSpan,
    Turns,
    count_turns,
    log_span,
    rail_events,
    truce_spans,
)
from routing.units import DAY, HOUR, AsOf, Instant, Window, local_midnight
from web.desk import the_desk
from web.evidence_words import tell_short
from web.frame import language
from web.i18n import RIGHT_TO_LEFT

SPANS: Final = {"near": (10, 8), "month": (16, 15)}
"""How many days before and after the page's time the rail shows."""
WIDE: Final = 920.0
"""Pixels for which words are laid out; on a narrower rail none are shown."""
LETTER: Final = 6.1
ROWS: Final = (9.0, 28.0, 47.0)
"""Where named marks stand, in pixels from above."""
UNNAMED: Final = 65.0
"""Where those stand that there is no room to name."""
LONGEST: Final = 34
TURNS_A_DAY: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark on the rail: its event, where it stands, its words, whether they are shown and on which side."""

    event: RailEvent
    x: float
    y: float
    words: str
    shown: bool
    before: bool


@dataclass(frozen=True, kw_only=True)
class Rail:
    """The rail: its window, its days, its marks and truces. Places are in percent, mirrored where people read so."""

    window: Window
    span: str
    now: Instant
    mirrored: bool
    days: tuple[Window, ...]
    marks: tuple[Mark, ...]
    truces: tuple[TruceSpan, ...]
    turns: tuple[Turns, ...]

    def at(self, instant: Instant) -> float:
        """Return where an instant lies, in percent from the left."""
        inside = min(max(instant, self.window.start), self.window.end)
        share = 100 * (inside - self.window.start) / self.window.seconds
        return round(100 - share if self.mirrored else share, 3)

    def left(self, window: Window) -> float:
        """Return where the left side of a span lies, in percent."""
        return min(self.at(window.start), self.at(window.end))

    def wide(self, window: Window) -> float:
        """Return how wide a span is, in percent."""
        return round(abs(self.at(window.end) - self.at(window.start)), 3)

    @property
    def past(self) -> Window:
        """What lies before the page's time."""
        return Window(self.window.start, max(self.now, self.window.start + 1))

    @property
    def after(self) -> Window:
        """What lies after the page's time."""
        return Window(min(self.now, self.window.end - 1), self.window.end)

    @property
    def hours(self) -> int:
        """How many hours it holds."""
        return self.window.seconds // HOUR

    @property
    def hour_now(self) -> int:
        """The page's time as hours after its start."""
        return (self.now - self.window.start) // HOUR

    @property
    def known(self) -> int:
        """How many of its marks' records are known."""
        return sum(len(mark.event.records) for mark in self.marks if mark.event.known)

    @property
    def all(self) -> int:
        """How many records its marks stand for."""
        return sum(len(mark.event.records) for mark in self.marks)

    @property
    def most_turns(self) -> int:
        """The highest of its bars."""
        return max((max(one.worse, one.better) for one in self.turns), default=0) or 1


def rail_window(now: Instant, span: str) -> Window:
    """Return whole days around the page's time, within what the log speaks of where that leaves any."""
    desk = the_desk()
    before, after = SPANS[span]
    start = local_midnight(now - before * DAY, desk.zone)
    end = local_midnight(now + (after + 1) * DAY, desk.zone)
    told = log_span(desk.world())
    if told is not None:
        first, last = local_midnight(told.start, desk.zone), local_midnight(told.end + 7 * DAY, desk.zone)
        start = max(start, first) if first <= local_midnight(now, desk.zone) else start
        end = min(end, last) if last > now + DAY else end
    return Window(start, max(end, start + 2 * DAY))


def make_rail(question: AsOf, span: str, *, turned: bool = False) -> Rail:
    """Return the rail around a question; `turned` counts the stretches that turned instead of naming events."""
    desk = the_desk()
    world = desk.world()
    window = rail_window(question.at, span)
    bare = Rail(
        window=window, span=span, now=question.at, mirrored=language() in RIGHT_TO_LEFT,
        days=desk.crisis.days(window), marks=(), truces=truce_spans(world, window, question.known), turns=(),
    )  # fmt: skip
    events = rail_events(world, window, question.known)
    marks = _place(bare, events)
    turns: tuple[Turns, ...] = ()
    if turned:
        around = desk.access_around(question)
        step = DAY // TURNS_A_DAY
        starts = range(window.start, window.end, step)
        bins = [Window(max(s, around.horizon.start), min(s + step, around.horizon.end)) for s in starts
                if s + step > around.horizon.start and s < around.horizon.end - 1]  # fmt: skip
        turns = count_turns(around, bins)
    return Rail(
        window=window, span=span, now=question.at, mirrored=bare.mirrored, days=bare.days, marks=marks,
        truces=bare.truces, turns=turns,
    )  # fmt: skip


def _place(rail: Rail, events: Sequence[RailEvent]) -> tuple[Mark, ...]:
    """Name the events that there is room for, the most important first; the others stand small above the bar."""
    world = the_desk().world()
    spots = [rail.at(event.at) * WIDE / 100 for event in events]
    words = [_cut(tell_short(event, world)) for event in events]
    taken: dict[int, list[tuple[float, float]]] = {row: [] for row in range(len(ROWS))}
    placed: dict[int, tuple[int, bool]] = {}
    for index in sorted(range(len(events)), key=lambda i: (events[i].importance, not events[i].known, i)):
        found = _room(spots[index], len(words[index]) * LETTER, taken)
        if found is not None:
            row, span, before = found
            taken[row].append(span)
            placed[index] = row, before
    return tuple(
        Mark(
            event=event, x=rail.at(event.at), y=ROWS[placed[index][0]] if index in placed else UNNAMED,
            words=words[index], shown=index in placed, before=index in placed and placed[index][1],
        )
        for index, event in enumerate(events)
    )  # fmt: skip


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip(" ,") + "…"


def _room(
    x: float, width: float, taken: Mapping[int, Sequence[tuple[float, float]]]
) -> tuple[int, tuple[float, float], bool] | None:
    """Return the first row with room for a mark and its words, their span, and whether words stand before it."""
    for row, spans in taken.items():
        for left, right, before in ((x - 8, x + 14 + width, False), (x - 14 - width, x + 8, True)):
            if left >= -8 and right <= WIDE + 8 and all(right <= a or left >= b for a, b in spans):  # noqa: PLR2004 - half a mark
                return row, (left, right), before
    return None
