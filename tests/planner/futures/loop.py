"""The futures of one convoy again, one future and one road at a time: slow, and plain to see."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.futures.assumptions import Assumptions, Spread
from planner.futures.draws import Draws
from routing.network import Segment
from routing.status import Piece, Status
from routing.travel.passage import piece_causes
from routing.units import HOUR, Instant, Window, local_days

CONSENT = ("ceasefire", "arrangement")


@dataclass
class LoopFate:
    """What becomes of the convoy in one future."""

    reached: list[bool]
    caught: bool
    turned_back: bool
    kept: bool = False


def drive_one(convoy: Convoy, snapshot: Snapshot, draws: Draws, assumed: Assumptions, future: int) -> LoopFate:
    """Return what becomes of the convoy in one future of a batch."""
    return _Loop(convoy, snapshot, draws, assumed, future).run()


class _Loop:
    def __init__(self, convoy: Convoy, snapshot: Snapshot, draws: Draws, assumed: Assumptions, future: int) -> None:
        self.convoy, self.snapshot, self.draws, self.assumed, self.future = convoy, snapshot, draws, assumed, future
        self.own = f"{convoy.id}/" if assumed.independent else ""
        self.crossed: list[tuple[str, Instant, Instant]] = []

    def run(self) -> LoopFate:
        convoy, snapshot = self.convoy, self.snapshot
        fate = LoopFate(reached=[False] * len(convoy.stops), caught=False, turned_back=False)
        now, planned_ready, stop = convoy.moves[0].depart_at, convoy.moves[0].depart_at, 0
        for move in convoy.moves:
            day = self.day(move.depart_at)
            if move.depart_at > planned_ready:
                now = max(now, move.depart_at)
            slower = self.factor(f"driving:{day}", self.assumed.driving)
            for name in move.segments:
                segment = snapshot.network.segments[name]
                takes = self.gate_s(segment, loaded=move.loaded, day=day) + round(segment.drive_seconds() * slower)
                enter = now if move.loaded else self.reopened(name, now, takes)
                if self.crossed and any(self.is_line(ahead) for ahead in move.segments[move.segments.index(name) :]):
                    fate.kept |= enter > now
                now = enter + takes
                if move.loaded:
                    if not (self.passable(name, enter, now) and self.let_through(segment, enter)):
                        fate.turned_back = True
                        self.turn_back(fate, enter)
                        return self.told(fate)
                    if self.is_line(name):
                        self.crossed.append((name, enter, now))
                elif self.is_line(name) and self.crossed:
                    since = next((at for line, at, _ in self.crossed if line == name), enter)
                    fate.caught |= self.shut(name, since, enter, now)
            planned_ready = move.arrive_at
            if stop < len(convoy.stops) and convoy.stops[stop].arrive_at == move.arrive_at:
                fate.reached[stop] = True
                seconds = convoy.stops[stop].unloaded_at - convoy.stops[stop].arrive_at
                planned_ready += seconds
                now += round(
                    seconds * self.factor(f"unloading:{convoy.stops[stop].site}:{day}", self.assumed.unloading)
                )
                stop += 1
        return self.told(fate)

    def told(self, fate: LoopFate) -> LoopFate:
        fate.kept = fate.kept and not fate.caught
        return fate

    def reopened(self, name: str, enter: Instant, takes: int) -> Instant:
        while True:
            shut = [
                p
                for p in self.pieces(name)
                if p.window.start < max(enter + takes, enter + 1) and enter < p.window.end and by_hours(p)
            ]
            if not shut:
                return enter
            enter = shut[0].window.end

    def day(self, at: Instant) -> Instant:
        first, last = self.convoy.depart_at, self.convoy.back_at + 1
        days = local_days(Window(first, last), self.snapshot.crisis.tz)
        return next(d.start for d in days if d.contains(at))

    def factor(self, name: str, spread: Spread) -> float:
        return float(self.draws.triangular(self.own + name, spread)[self.future])

    def score(self, cause: str, at: Instant) -> float:
        scores = self.draws.scores(self.own + cause)
        hour = max(0, (at - self.draws.hours.start) // HOUR)
        return float(scores[self.future, min(hour, scores.shape[1] - 1)])

    def gate_s(self, segment: Segment, *, loaded: bool, day: Instant) -> int:
        if segment.gate is None:
            return 0
        gate = self.snapshot.network.gates[segment.gate]
        flow = self.snapshot.access.gate_flow[gate.id]
        queue = -(-self.convoy.truck_count * HOUR // flow)
        spread = Spread(low=gate.delay_low_s, mode=gate.delay_mode_s, high=gate.delay_high_s)
        return queue + (round(self.factor(f"delay:{gate.id}:{day}", spread)) if loaded else 0)

    def let_through(self, segment: Segment, at: Instant) -> bool:
        if segment.gate is None:
            return True
        prior = self.snapshot.access.gate_priors[segment.gate]
        chance = float(
            self.draws.beta(f"{self.own}record:{segment.gate}", prior.passed, prior.turned_back)[self.future]
        )
        return float(ndtr(self.score(f"gate:{segment.gate}", at))) < chance

    def pieces(self, name: str) -> tuple[Piece, ...]:
        return self.snapshot.access.timelines[name]

    def at(self, name: str, at: Instant) -> Piece:
        before = [p for p in self.pieces(name) if p.window.start <= at]
        return before[-1] if before else self.pieces(name)[0]

    def passable(self, name: str, enter: Instant, leave: Instant) -> bool:
        segment = self.snapshot.network.segments[name]
        closed = any(
            p.status is Status.BLOCKED and p.window.start < max(leave, enter + 1) and enter < p.window.end
            for p in self.pieces(name)
        )
        here = self.at(name, enter)
        met = {} if here.status is Status.BLOCKED else piece_causes(here, segment)
        return not closed and all(self.score(cause, enter) < _bar(p) for cause, p in met.items())

    def is_line(self, name: str) -> bool:
        return any(
            part.name in {"control", "ceasefire"} and part.status is not Status.OPEN
            for piece in self.pieces(name)
            for part in piece.parts
        )

    def shut(self, name: str, since: Instant, enter: Instant, leave: Instant) -> bool:
        return self.lapsed(name, since, leave) or not self.passable(name, enter, leave)

    def lapsed(self, name: str, since: Instant, until: Instant) -> bool:
        for piece in self.pieces(name):
            gone = any(part.status is Status.BLOCKED and part.name in {"control", "ceasefire"} for part in piece.parts)
            if gone and piece.window.start <= until and since < piece.window.end:
                return True
        start = self.draws.hours.start
        first, last = max(0, (since - start) // HOUR), min((until - start) // HOUR, self.draws.columns - 1)
        segment = self.snapshot.network.segments[name]
        for hour in range(first, last + 1):
            piece = self.at(name, start + hour * HOUR)
            met = {} if piece.status is Status.BLOCKED and not by_hours(piece) else piece_causes(piece, segment)
            for cause, p in met.items():
                if cause.startswith(CONSENT) and self.score(cause, start + hour * HOUR) >= _bar(p):
                    return True
        return False

    def turn_back(self, fate: LoopFate, at: Instant) -> None:
        waited = 0
        for name, entered, left in reversed(self.crossed):
            came = 2 * at - left + waited
            enter = self.reopened(name, came, left - entered)
            waited += enter - came
            fate.kept |= enter > came
            fate.caught |= self.shut(name, entered, enter, enter + left - entered)


def by_hours(piece: Piece) -> bool:
    """Whether only the hours of a gate close the road."""
    return {part.code for part in piece.parts if part.status is Status.BLOCKED} == {"outside_hours"}


def _bar(p: float) -> float:
    return float(np.float32(ndtri(p)))
