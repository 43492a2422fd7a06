"""Drive a journey through a batch of futures at once."""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr

from planner.futures.assumptions import Assumptions, Spread
from planner.futures.draws import Draws, Factors
from planner.futures.journey import Journey, Passage, Ride
from planner.futures.road import Flags, Road, Times
from routing.network import Gate, GateId
from routing.status import GatePrior


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of a convoy, one entry a future (the first axis of `reached` is the stop)."""

    reached: Flags
    caught: Flags
    """Inside, over a line, when the consent to come back over it lapsed."""
    kept: Flags
    """Not caught, but too late for the hours of a gate on the way out: inside until it opens again."""
    turned_back: Flags


@dataclass(kw_only=True)
class _Column:
    """The column in all futures of a batch: its clock, where it still drives on, and the lines it has crossed."""

    now: Times
    going: Flags
    """Has met nothing that turned it back."""
    caught: Flags
    kept: Flags
    crossed: dict[str, tuple[Road, Times]] = field(default_factory=dict)
    driven: list[tuple[Passage, Times, Times]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Drives journeys through one batch of futures; `priors` are the records of the gates."""

    draws: Draws
    assumptions: Assumptions
    priors: dict[GateId, GatePrior]

    def drive(self, journey: Journey) -> Fate:
        """Return the convoy's fate in each future of the batch."""
        count = self.draws.count
        own = f"{journey.name}/" if self.assumptions.independent else ""
        column = _Column(
            now=np.full(count, journey.rides[0].planned_at, dtype=np.int64),
            going=np.ones(count, dtype=np.bool_),
            caught=np.zeros(count, dtype=np.bool_),
            kept=np.zeros(count, dtype=np.bool_),
        )
        reached = np.zeros((len(journey.convoy.stops), count), dtype=np.bool_)
        for ride in journey.rides:
            if ride.rested:
                column.now = np.maximum(column.now, ride.planned_at)
            (self._out if ride.loaded else self._back)(column, ride, own)
            if ride.stop is not None:
                reached[ride.stop] = column.going
                factor = self.draws.triangular(
                    f"{own}unloading:{journey.convoy.stops[ride.stop].site}:{ride.day}", self.assumptions.unloading
                )
                column.now = column.now + np.rint(ride.unload_s * factor).astype(np.int64)
        return Fate(reached=reached, caught=column.caught, kept=column.kept & ~column.caught, turned_back=~column.going)

    def _out(self, column: _Column, ride: Ride, own: str) -> None:
        factor = self._driving(ride, own)
        for passage in ride.passages:
            enter = column.now
            clear = enter + self._stands_s(passage, ride, own)
            leave = clear + _scaled(passage.drive_s, factor)
            fails = column.going & ~self._lets_pass(passage, enter, leave, own)
            if fails.any():
                self._turn_back(column, fails)
                column.going = column.going & ~fails
            if passage.road.is_line:
                column.crossed.setdefault(passage.road.segment.id, (passage.road, enter))
            column.driven.append((passage, enter, leave))
            column.now = leave

    def _back(self, column: _Column, ride: Ride, own: str) -> None:
        """Drive home: whoever is over a line and finds its consent gone, then or while inside, is caught.

        The hours of a gate only make it wait; the consent may lapse meanwhile.
        """
        factor = self._driving(ride, own)
        last_line = max((k for k, passage in enumerate(ride.passages) if passage.road.is_line), default=-1)
        for k, passage in enumerate(ride.passages):
            takes = passage.queue_s + _scaled(passage.drive_s, factor)
            enter = passage.road.reopened(column.now, takes)
            if column.crossed and k <= last_line:
                column.kept |= column.going & (enter > column.now)
            leave = enter + takes
            if passage.road.is_line and column.crossed:
                since = column.crossed.get(passage.road.segment.id, (passage.road, enter))[1]
                column.caught |= column.going & self._shut(passage.road, since, enter, leave)
            column.now = leave

    def _turn_back(self, column: _Column, fails: Flags) -> None:
        """Send these back over the lines they have crossed, in as much time as they took to come."""
        at, waited = column.now, np.zeros_like(column.now)
        for passage, entered, left in reversed(column.driven):
            if passage.road.is_line:
                came = 2 * at - left + waited
                enter = passage.road.reopened(came, left - entered)
                waited = waited + (enter - came)
                column.kept |= fails & (enter > came)
                column.caught |= fails & self._shut(passage.road, entered, enter, enter + (left - entered))

    def _shut(self, line: Road, since: Times, enter: Times, leave: Times) -> Flags:
        """Tell where a line cannot be crossed any more: its consent lapsed, or it is closed when the column comes."""
        return line.lapsed(self.draws, since, leave) | ~line.passed(self.draws, enter, leave)

    def _lets_pass(self, passage: Passage, enter: Times, leave: Times, own: str) -> Flags:
        good = passage.road.passed(self.draws, enter, leave)
        if passage.gate is not None:
            prior = self.priors[passage.gate.id]
            chance = self.draws.beta(f"{own}record:{passage.gate.id}", prior.passed, prior.turned_back)
            scores = self.draws.scores(f"{own}gate:{passage.gate.id}")
            hours = self.draws.hour_of(enter) if scores.shape[1] > 1 else np.zeros(len(enter), dtype=np.int64)
            good &= ndtr(scores[np.arange(len(enter)), hours]) < chance
        return good

    def _stands_s(self, passage: Passage, ride: Ride, own: str) -> Times:
        if passage.gate is None:
            return np.full(self.draws.count, passage.queue_s, dtype=np.int64)
        return passage.queue_s + np.rint(self._delay(passage.gate, ride, own)).astype(np.int64)

    def _delay(self, gate: Gate, ride: Ride, own: str) -> Factors:
        spread = Spread(low=gate.delay_low_s, mode=gate.delay_mode_s, high=gate.delay_high_s)
        return self.draws.triangular(f"{own}delay:{gate.id}:{ride.day}", spread)

    def _driving(self, ride: Ride, own: str) -> Factors:
        return self.draws.triangular(f"{own}driving:{ride.day}", self.assumptions.driving)


def _scaled(seconds: int, factor: Factors) -> Times:
    scaled: Times = np.rint(seconds * factor).astype(np.int64)
    return scaled
