"""A plan's timetable for its page: the lanes of the days, each convoy's own day drawn large, and its steps in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from planner.domain.plan import Load, Stop
from planner.services.itinerary import Itinerary, Phase
from planner.services.plan_page import Told
from routing.units import Seconds
from web import plan_words, study_words
from web.desk import the_desk
from web.i18n import gettext as _
from web.plan_steps import Step, list_steps, sites_of, spoken, stop_at, where_of
from web.timetable import (
    Axis,
    Bar,
    Lane,
    Tick,
    day_axis,
    draw_lane,
    draw_lanes,
    figures_below,
    week_axis,
)
from web.words import span

CHARACTER: Final = 0.6
"""Percent of the large chart that a character takes at the desktop's width."""
WIDE: Final = 5.0
"""Percent: a bar so wide bears a word over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word over the large chart."""

    x: float
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What a stop gets of one commodity, over all batches."""

    commodity: Any
    units: int
    kg: int
    litres: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """One convoy's day drawn large."""

    axis: Axis
    lane: Lane
    nights: tuple[Bar, ...]
    hours: tuple[Tick, ...]
    figures: tuple[Tick, ...]
    words: tuple[Word, ...]
    inner: tuple[Word, ...]


class PlanView:
    """What the page of one plan draws, in the reader's direction."""

    def __init__(self, told: Told, *, mirrored: bool, selected: str = "") -> None:
        self.told, self.mirrored = told, mirrored
        self.plan, self.snapshot = told.record.plan, told.record.snapshot
        self.crisis = self.snapshot.crisis
        chosen = told.find(selected.removeprefix("convoy:")) if selected.startswith("convoy:") else None
        self.chosen = chosen or (told.convoys[0] if told.convoys else None)

    @cached_property
    def axis(self) -> Axis:
        """The days of the plan."""
        return week_axis(self.crisis, self.snapshot.days, mirrored=self.mirrored)

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """One lane a convoy, in order of departure."""
        return draw_lanes(self.axis, self.told.convoys, self.plan.horizon)

    @cached_property
    def nights(self) -> tuple[Bar, ...]:
        """When nobody drives."""
        return self.axis.nights(self.crisis.daylight(self.snapshot.access.horizon))

    def lane_of(self, told: Itinerary) -> Lane:
        """Return a convoy's lane."""
        return next(lane for lane in self.lanes if lane.told is told)

    def day_of(self, told: Itinerary) -> int:
        """Return the day of the plan on which the convoy first unloads; the lead lines go there."""
        at = told.convoy.stops[0].arrive_at
        return next((n for n, day in enumerate(self.snapshot.days) if day.contains(at)), 0)

    def kinds(self) -> frozenset[str]:
        """Return the marks that stand on the chart: only those are in its key."""
        return frozenset(bar.mark + (" inside" if bar.inside else "") for lane in self.lanes for bar in lane.bars)

    def large(self, told: Itinerary) -> Large:
        """Return one convoy's day, drawn large."""
        axis = day_axis(self.crisis, told, mirrored=self.mirrored)
        lane = draw_lane(axis, told, self.snapshot.access.horizon)
        several = len(axis.spans)
        return Large(
            axis=axis,
            lane=lane,
            nights=axis.nights(self.crisis.daylight(self.snapshot.access.horizon)),
            hours=axis.hours({1: 1, 2: 3}.get(several, 6)),
            figures=figures_below(axis, told, room=3.6),
            words=tuple(self._words(lane, told)),
            inner=tuple(self._inner(lane)),
        )

    def _words(self, lane: Lane, told: Itinerary) -> Iterator[Word]:
        """Yield names over the bars, those of gates and of the slack first, none over another."""
        wanted: list[tuple[int, Word]] = []
        for bar in lane.bars:
            if bar.mark == "gate" and bar.phase is not None:
                name = where_of(bar.phase, self.snapshot)
                wanted.append((1 if bar.phase.loaded else 2, Word(x=bar.middle, text=name)))
            elif bar.mark == "slack":
                text = _("slack %(span)s", span=span(told.convoy.slack_s).striptags())
                wanted.append((0, Word(x=self._before(lane, bar, text), text=text, strong=True)))
            elif bar.mark == "return" and bar.width > WIDE:
                wanted.append((4, Word(x=bar.middle, text=_("return"))))
            elif bar.mark == "rest" and bar.width > WIDE:
                wanted.append((3, Word(x=bar.middle, text=_("rest"))))
            elif bar.mark == "drive" and bar.width > WIDE:
                wanted.append((5, Word(x=bar.middle, text=_("drive"))))
        taken: list[tuple[float, float]] = []
        for _rank, word in sorted(wanted, key=lambda pair: pair[0]):
            half = CHARACTER * len(word.text) / 2 + 0.4
            x = min(max(word.x, half), 100 - half)
            if all(x + half <= a or x - half >= b for a, b in taken):
                taken.append((x - half, x + half))
                yield Word(x=x, text=word.text, strong=word.strong)

    def _before(self, lane: Lane, bar: Bar, text: str) -> float:
        """Return where the word of the slack stands: over it, but never across the hard end."""
        half = CHARACTER * len(text) / 2 + 0.8
        if lane.end_x is None:
            return bar.middle
        return max(bar.middle, lane.end_x + half) if self.mirrored else min(bar.middle, lane.end_x - half)

    def _inner(self, lane: Lane) -> Iterator[Word]:
        """Yield what stands inside the bars of unloading, as long as it fits."""
        for bar in lane.bars:
            if bar.mark != "unload" or bar.phase is None:
                continue
            site = self.snapshot.sites[bar.phase.where]
            stop = stop_at(lane.told, bar.phase)
            trucks = 0 if stop is None else sum(stop.trucks.values())
            texts = (
                _(
                    "Unload %(trucks)d trucks, %(rate)d an hour, %(span)s",
                    trucks=trucks, rate=site.offload_trucks_per_hour, span=span(bar.phase.window.seconds).striptags(),
                ),
                _("Unload, %(span)s", span=span(bar.phase.window.seconds).striptags()),
                span(bar.phase.window.seconds).striptags(),
            )  # fmt: skip
            text = next((text for text in texts if CHARACTER * len(text) + 1 < bar.width), None)
            if text is not None:
                yield Word(x=bar.middle, text=text, strong=bar.inside)

    def sites_of(self, told: Itinerary) -> str:
        """Return the sites of a convoy by name, in order."""
        return sites_of(told, self.snapshot)

    def name_of(self, phase: Phase) -> str:
        """Return where a phase is, by name."""
        return where_of(phase, self.snapshot)

    def steps(self, told: Itinerary) -> tuple[Step, ...]:
        """Return a convoy's timetable line by line."""
        return list_steps(told, self.snapshot)

    def spoken(self, told: Itinerary) -> str:
        """Return a convoy's timetable as one sentence."""
        return spoken(told, self.snapshot)

    def window_s(self, told: Itinerary) -> Seconds:
        """Return how long the window is that the slack is measured in; 0 where no end is known."""
        return 0 if told.wall is None else told.wall.open.seconds

    def slack_known(self, told: Itinerary) -> bool:
        """Tell whether a closing on the way back is known."""
        return told.wall is not None

    def goods(self, stop: Stop) -> tuple[Goods, ...]:
        """Return what a stop gets, a commodity a row."""
        found: dict[str, list[Load]] = {}
        for load in stop.loads:
            found.setdefault(load.commodity, []).append(load)
        return tuple(
            Goods(
                commodity=self.snapshot.commodities[commodity],
                units=sum(load.units for load in loads),
                kg=sum(load.kg for load in loads),
                litres=sum(load.litres for load in loads),
                people=sum(load.people for load in loads),
            )
            for commodity, loads in found.items()
        )

    def room_of(self, trucks: Mapping[str, int]) -> tuple[int, int]:
        """Return the kilograms and litres that trucks carry."""
        kinds = self.snapshot.truck_types
        return (
            sum(kinds[kind].payload_kg * n for kind, n in trucks.items()),
            sum(kinds[kind].payload_l * n for kind, n in trucks.items()),
        )

    def length_m(self, told: Itinerary) -> int:
        """Return how long the column is on the road, with its gaps."""
        kinds = self.snapshot.truck_types
        metres = sum(kinds[kind].length_m * n for kind, n in told.convoy.trucks.items())
        return metres + self.snapshot.policy.column_gap_m * max(0, told.convoy.truck_count - 1)


def words() -> dict[str, Any]:
    """Return what the templates of plans and runs say with."""
    return {
        "w": plan_words,
        "studied": study_words,
        "clock_of": plan_words.clock_text,
        "day_number": plan_words.local_day,
        "edit_said": plan_words.edit_said,
        "zone_said": the_desk().crisis.zone,
    }
