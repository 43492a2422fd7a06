"""Where things stand on a chart of time: days of 04:00 to 22:00 side by side, mirrored in scripts from the right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.crisis import Crisis
from planner.services.itinerary import Itinerary, Phase
from routing.units import DAY, HOUR, Instant, Window

Mark: TypeAlias = Literal["load", "drive", "gate", "unload", "return", "rest", "window", "slack", "night"]
FIRST_HOUR: Final = 4
LAST_HOUR: Final = 22
"""Nothing is driven outside; what goes on in the night (unloading may) is cut there and goes on at the next dawn."""
WIDE_ENOUGH: Final = 8.0
"""Percent of the chart that a name needs beside another."""
LEAST_SHARE: Final = 0.12
"""Percent: a stay of a minute is still seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A mark from `x` on, `width` wide, both in percent of the chart; `inside` a contested stretch."""

    mark: Mark
    x: float
    width: float
    inside: bool = False
    phase: Phase | None = None

    @property
    def middle(self) -> float:
        """Where a word about it stands."""
        return round(self.x + self.width / 2, 3)

    @property
    def end(self) -> float:
        """The side of it that is farther right on paper."""
        return round(self.x + self.width, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on the chart with its instant; `low` puts its figure on a second line where the first is taken."""

    x: float
    at: Instant
    low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Days (or parts of days) side by side, each of equal width."""

    spans: tuple[Window, ...]
    zone: ZoneInfo
    mirrored: bool

    def x(self, at: Instant) -> float:
        """Return where an instant lies, in percent; what falls between two days lies on their border."""
        each = 100 / len(self.spans)
        for number, span in enumerate(self.spans):
            if at < span.end:
                share = max(0, at - span.start) / span.seconds
                return self._turned((number + share) * each)
        return self._turned(100.0)

    def _turned(self, x: float) -> float:
        return round(100 - x if self.mirrored else x, 3)

    def bar(self, mark: Mark, window: Window, *, inside: bool = False, phase: Phase | None = None) -> Bar | None:
        """Return the bar of a span of time; None where none of it is on the chart."""
        if not any(span.overlaps(window) for span in self.spans):
            return None
        x0, x1 = sorted((self.x(window.start), self.x(window.end)))
        return Bar(mark=mark, x=x0, width=round(max(x1 - x0, LEAST_SHARE), 3), inside=inside, phase=phase)

    def bars(self, mark: Mark, window: Window, *, inside: bool = False, phase: Phase | None = None) -> Iterator[Bar]:
        """Yield the bar of a span once a day that it touches."""
        for span in self.spans:
            part = window.clip(span)
            bar = None if part is None else self.bar(mark, part, inside=inside, phase=phase)
            if bar is not None:
                yield bar

    def nights(self, daylight: Iterable[Window]) -> tuple[Bar, ...]:
        """Return the hours in which nobody drives."""
        found: list[Bar] = []
        lit = list(daylight)
        for span in self.spans:
            day = next((light.clip(span) for light in lit if light.overlaps(span)), None)
            dark = [span] if day is None else _around(span, day)
            found += [bar for window in dark if (bar := self.bar("night", window)) is not None]
        return tuple(found)

    def days(self) -> tuple[Bar, ...]:
        """Return the columns of the days, each with its place; in order of time."""
        return tuple(bar for span in self.spans if (bar := self.bar("window", span)) is not None)

    def hours(self, every: int = 1) -> tuple[Tick, ...]:
        """Return a tick at every whole hour inside, every so many."""
        found: list[Tick] = []
        for span in self.spans:
            first = span.start + -(span.start - _midnight(span.start, self.zone)) % (every * HOUR)
            found += [Tick(x=self.x(at), at=at) for at in range(first, span.end, every * HOUR) if at > span.start]
        return tuple(found)


def _around(span: Window, day: Window) -> list[Window]:
    edges = [(span.start, day.start), (day.end, span.end)]
    return [Window(a, b) for a, b in edges if a < b]


def _midnight(at: Instant, zone: ZoneInfo) -> Instant:
    return int(datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0).timestamp())


def week_axis(crisis: Crisis, days: Sequence[Window], *, mirrored: bool) -> Axis:
    """Return the axis of a plan: its days from 04:00 to 22:00."""
    spans = [Window(_at(day.start, FIRST_HOUR, crisis.tz), _at(day.start, LAST_HOUR, crisis.tz)) for day in days]
    return Axis(spans=tuple(spans), zone=crisis.tz, mirrored=mirrored)


def day_axis(crisis: Crisis, told: Itinerary, *, mirrored: bool) -> Axis:
    """Return the axis of one convoy: the hours of its day, or, where it stays out overnight, its days in full."""
    zone, convoy = crisis.tz, told.convoy
    starts, ends = convoy.depart_at, convoy.back_at
    days = [_midnight(starts, zone)]
    while _midnight(days[-1] + 30 * HOUR, zone) < ends:
        days.append(_midnight(days[-1] + 30 * HOUR, zone))
    if len(days) > 1:
        return week_axis(crisis, [Window(day, day + DAY) for day in days], mirrored=mirrored)
    wall = told.wall
    if wall is not None and wall.ends_at <= _at(days[0], 23, zone):
        ends = max(ends, wall.ends_at)
    first = starts - starts % HOUR - (HOUR if starts % HOUR < HOUR // 2 else 0)
    return Axis(spans=(Window(first, ends - ends % HOUR + 2 * HOUR),), zone=zone, mirrored=mirrored)


def _at(day: Instant, hour: int, zone: ZoneInfo) -> Instant:
    return int(datetime.fromtimestamp(day, zone).replace(hour=hour, minute=0, second=0).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One convoy on a chart: its bars from below to above, and where the hard end stands (None: none is near)."""

    told: Itinerary
    bars: tuple[Bar, ...]
    end_x: float | None
    together_x: float | None = None
    together_lanes: int = 0


def draw_lane(axis: Axis, told: Itinerary, horizon: Window) -> Lane:
    """Return a convoy's lane. A window is drawn only where it ends within the horizon."""
    wall = told.wall if told.wall is not None and told.wall.ends_at <= horizon.end else None
    bars: list[Bar] = []
    if wall is not None:
        bars += axis.bars("window", wall.open)
    for phase in told.phases:
        bars += axis.bars(phase.kind, phase.window, inside=phase.inside, phase=phase)
    if wall is not None and wall.ends_at > wall.left_at:
        bars += axis.bars("slack", Window(wall.left_at, wall.ends_at))
    shown = wall is not None and any(span.start < wall.ends_at <= span.end for span in axis.spans)
    return Lane(told=told, bars=tuple(bars), end_x=axis.x(wall.ends_at) if wall is not None and shown else None)


def draw_lanes(axis: Axis, told: Sequence[Itinerary], horizon: Window) -> tuple[Lane, ...]:
    """Return the lanes of all convoys; those that arrive together or not at all are joined by one bar."""
    lanes = [draw_lane(axis, one, horizon) for one in told]
    for place, lane in enumerate(lanes):
        group = lane.told.convoy.group
        if group is None or (place and lanes[place - 1].told.convoy.group == group):
            continue
        size = 1
        while place + size < len(lanes) and lanes[place + size].told.convoy.group == group:
            size += 1
        if size > 1:
            arrive = max(one.told.convoy.stops[0].arrive_at for one in lanes[place : place + size])
            lanes[place] = Lane(
                told=lane.told, bars=lane.bars, end_x=lane.end_x, together_x=axis.x(arrive), together_lanes=size
            )
    return tuple(lanes)


def figures_below(axis: Axis, told: Itinerary, *, room: float = 3.4) -> tuple[Tick, ...]:
    """Return the times to be written under the large chart: each change of what the column does, none over another."""
    instants: dict[Instant, None] = dict.fromkeys(
        at
        for phase in told.phases
        if phase.kind not in {"load", "rest"}
        for at in (phase.window.start, phase.window.end)
        if any(span.start <= at <= span.end for span in axis.spans)
    )
    hard = None if told.wall is None else axis.x(told.wall.ends_at)
    ticks: list[Tick] = []
    taken: dict[bool, list[float]] = {False: [] if hard is None else [hard], True: []}
    for at in sorted(instants, key=lambda at: (at not in _leading(told), at)):
        x = axis.x(at)
        for low in (False, True):
            if all(abs(x - other) >= room for other in taken[low]):
                taken[low].append(x)
                ticks.append(Tick(x=x, at=at, low=low))
                break
    return tuple(sorted(ticks, key=lambda tick: tick.at))


def _leading(told: Itinerary) -> frozenset[Instant]:
    """Return the times that matter most: leaving, unloading, being back."""
    stops = [at for stop in told.convoy.stops for at in (stop.arrive_at, stop.unloaded_at)]
    return frozenset({told.convoy.depart_at, told.convoy.back_at, *stops})
