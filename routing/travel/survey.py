"""What a column could meet on each segment during a day's drive: open spells, driving times and risks, found once."""

import heapq
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from routing.network import PlaceId, RoadNetwork, Segment, SegmentId
from routing.status import AccessMap, Status
from routing.travel.engine import UNREACHABLE, TravelEngine
from routing.travel.passage import (
    gate_cause,
    gate_seconds,
    lower,
    passable_windows,
    path_p,
    piece_causes,
    pieces_in,
)
from routing.units import DAY, Instant, Seconds, Window, merge_windows

LONGEST_DRIVE_S: Final[Seconds] = DAY
"""Where no daylight bounds a drive this does: who is on the road for longer rests, and that makes two legs."""

P_DIGITS: Final = 12
"""Products of the same causes in another order differ behind this digit, so that they are compared up to it."""

Spell: TypeAlias = tuple[Instant, Instant]
"""A half-open span, as plain numbers because the search handles very many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What of a column decides where it may drive; `gross_kg` is the weight of its heaviest truck."""

    loaded: bool
    trucks: int
    gross_kg: int
    use_unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Bounds from every place (by its number in the engine) to one destination."""

    seconds: list[Seconds]
    """Shortest driving time over segments that are ever passable; `UNREACHABLE` where there is no way."""
    p: list[float]
    """Of all ways the best worst segment: no way on is likelier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One segment in one direction, as the search sees it."""

    segment: SegmentId
    to: int
    seconds: Seconds
    passable: tuple[Spell, ...] | None
    """None where it is passable in every span of the survey, from beginning to end."""
    causes: dict[str, float]


class Survey:
    """The segments as one column would find them in the spans in which a whole drive must lie.

    A segment's causes are the lowest probabilities over all its passable pieces in the spans, whatever the departure,
    so that ways can be compared before their departures are known.
    """

    def __init__(
        self, network: RoadNetwork, access: AccessMap, engine: TravelEngine, column: Column, spans: tuple[Window, ...]
    ) -> None:
        """Take note of what to look up; nothing is computed yet."""
        self.access = access  # kept, so that the identity under which a survey is remembered stays its own
        self.spans = spans
        self._network = network
        self._engine = engine
        self._column = column
        self._hops: dict[int, tuple[Hop, ...]] = {}
        self._ahead: dict[PlaceId, Ahead] = {}

    @classmethod
    def of(
        cls, network: RoadNetwork, access: AccessMap, engine: TravelEngine, column: Column, spans: tuple[Window, ...]
    ) -> "Survey":
        """Return the survey, from the engine's notes if it was made before."""
        key = (id(access), column, spans)
        return engine.remember(key, lambda: cls(network, access, engine, column, spans))

    @cached_property
    def closed(self) -> frozenset[SegmentId]:
        """The segments that the column can at no time pass."""
        return frozenset(
            name
            for name, segment in self._network.segments.items()
            if self.overweight(segment) or not self._passable[name] or not self._fits(segment)
        )

    def overweight(self, segment: Segment) -> bool:
        """Tell whether the segment is limited to less than the column's heaviest truck."""
        limit_kg = self.access.limit_kg(segment)
        return limit_kg is not None and self._column.gross_kg > limit_kg

    def hops(self, node: int) -> tuple[Hop, ...]:
        """Return what may be driven from a place; each is worked out the first time that a search gets there."""
        if node not in self._hops:
            place = self._engine.places[node]
            self._hops[node] = tuple(
                self._hop(segment, place)
                for segment in (self._network.segments[name] for name in self._network.segments_at(place))
                if segment.id not in self.closed
                and segment.start != segment.end
                and (place == segment.start or not segment.oneway)
            )
        return self._hops[node]

    def ahead(self, destination: PlaceId) -> Ahead:
        """Return the bounds towards a destination, from the hierarchy for time."""
        if destination not in self._ahead:
            table = self._table(self._engine.places, (destination,))
            seconds: list[Seconds] = table[:, 0].tolist()
            self._ahead[destination] = Ahead(seconds=seconds, p=self._widest(self._engine.index[destination]))
        return self._ahead[destination]

    def calm_from(self, origin: PlaceId, destination: PlaceId) -> tuple[Instant, ...]:
        """Return for each span the departure from which no road on the way can still be about to open.

        From then on who gets anywhere earlier has no drawback by it. Only segments on some way between the two
        places count, seen from the origin by the shortest time to them.
        """
        there: list[Seconds] = self._table((origin,), self._engine.places)[0].tolist()
        onward = self.ahead(destination).seconds
        calm = [span.start for span in self.spans]
        for near, far, which, at in self._openings:
            if there[near] < UNREACHABLE and onward[far] < UNREACHABLE:
                calm[which] = max(calm[which], at - there[near])
        return tuple(calm)

    @cached_property
    def _passable(self) -> dict[SegmentId, tuple[Spell, ...]]:
        return {name: self._spells(name) for name in self._network.segments}

    def _spells(self, name: SegmentId) -> tuple[Spell, ...]:
        found: list[Spell] = []
        for span in self.spans:
            windows = passable_windows(self.access, name, span, use_unknown=self._column.use_unknown)
            clipped = (window.clip(span) for window in windows)
            found += [(window.start, window.end) for window in clipped if window is not None]
        return tuple(found)

    @cached_property
    def _whole(self) -> tuple[Spell, ...]:
        return tuple((span.start, span.end) for span in self.spans)

    @cached_property
    def _openings(self) -> list[tuple[int, int, int, Instant]]:
        """From where to where, in which span and when a direction of a segment opens for the last time."""
        found: list[tuple[int, int, int, Instant]] = []
        for name, spells in self._passable.items():
            if spells == self._whole or name in self.closed:
                continue
            segment = self._network.segments[name]
            ends = (self._engine.index[segment.start], self._engine.index[segment.end])
            for which, span in enumerate(self.spans):
                last = max((start for start, _ in spells if span.start < start < span.end), default=None)
                if last is not None:
                    found.append((*ends, which, last))
                    found += [] if segment.oneway else [(*ends[::-1], which, last)]
        return found

    def _seconds(self, segment: Segment) -> Seconds:
        gate = gate_seconds(self._network, self.access, segment, loaded=self._column.loaded, trucks=self._column.trucks)
        return gate + segment.drive_seconds()

    def _fits(self, segment: Segment) -> bool:
        seconds = self._seconds(segment)
        return any(end - start >= seconds for start, end in self._passable[segment.id])

    def _hop(self, segment: Segment, place: PlaceId) -> Hop:
        spells = self._passable[segment.id]
        return Hop(
            segment=segment.id,
            to=self._engine.index[segment.end if place == segment.start else segment.start],
            seconds=self._seconds(segment),
            passable=None if spells == self._whole else spells,
            causes=self._causes[segment.id],
        )

    @cached_property
    def _causes(self) -> dict[SegmentId, dict[str, float]]:
        return {
            name: self._causes_of(segment)
            for name, segment in self._network.segments.items()
            if name not in self.closed
        }

    def _causes_of(self, segment: Segment) -> dict[str, float]:
        found: dict[str, float] = {}
        for span in self.spans:
            for piece in pieces_in(self.access.timeline(segment.id), span):
                passable = self._column.use_unknown or piece.status is not Status.UNKNOWN
                if passable and piece.status is not Status.BLOCKED:
                    lower(found, piece_causes(piece, segment))
        if self._column.loaded and segment.gate is not None:
            lower(found, gate_cause(self._network, self.access, segment.gate))
        return {cause: p for cause, p in found.items() if p < 1}

    @cached_property
    def _p(self) -> dict[SegmentId, float]:
        return {name: round(path_p(met), P_DIGITS) for name, met in self._causes.items()}

    def _widest(self, destination: int) -> list[float]:
        best = [0.0] * len(self._engine.places)
        best[destination] = 1.0
        queue = [(-1.0, destination)]
        while queue:
            minus_p, node = heapq.heappop(queue)
            if -minus_p < best[node]:
                continue
            # Roads are taken both ways here: going a one-way road backwards can only make the bound too kind.
            place = self._engine.places[node]
            for name in self._network.segments_at(place):
                if name in self.closed:
                    continue
                segment = self._network.segments[name]
                other = self._engine.index[segment.end if place == segment.start else segment.start]
                p = min(-minus_p, self._p[name])
                if p > best[other]:
                    best[other] = p
                    heapq.heappush(queue, (-p, other))
        return best

    def _table(self, sources: tuple[PlaceId, ...], targets: tuple[PlaceId, ...]) -> NDArray[np.int64]:
        return self._engine.seconds_table(sources, targets, self.closed, self._column.loaded)


def drive_spans(access: AccessMap, departures: Window, daylight: tuple[Window, ...] | None) -> tuple[Window, ...]:
    """Return the spans in which a whole drive must lie that leaves within `departures`.

    These are the days' light, or without it one span up to the longest drive after the last departure.
    """
    light = (
        (Window(departures.start, departures.end + LONGEST_DRIVE_S),) if daylight is None else merge_windows(daylight)
    )
    known = (window.clip(access.horizon) for window in light if window.overlaps(departures))
    clipped = (window.clip(Window(departures.start)) for window in known if window is not None)
    return tuple(window for window in clipped if window is not None)
