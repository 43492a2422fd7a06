"""What a column could meet on each segment during a day's drive: open spells, driving times and risks, found once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.errors import RoutingError
from routing.network import PlaceId, RoadNetwork, Segment, SegmentId
from routing.status import AccessMap, Status
from routing.travel.arcs import UNREACHABLE
from routing.travel.column import Column
from routing.travel.engine import TravelEngine, Weights
from routing.travel.kinds import Kinds, Spells
from routing.travel.passage import Stretch, gate_cause, gate_stand_s, lower, path_p, piece_causes, pieces_in
from routing.travel.roads import NO_GATE, Numbers, up_to_cm
from routing.travel.spells import Spell
from routing.travel.spread import Levels, Reach, Times
from routing.units import Instant, Metres, Seconds, Window

P_DIGITS: Final = 12
"""Products of the same causes in another order differ behind this digit, so that they are compared up to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Bounds from every place (by its number in the engine) to one destination, of ways within `limit_s`."""

    limit_s: Seconds
    """No way that takes longer needs to be looked at."""
    seconds: list[Seconds]
    """Shortest driving time over segments that are ever passable; `UNREACHABLE` where no way within the limit leads."""
    p: list[float]
    """Of all ways within the limit the best worst segment: no way on is likelier."""
    calm: tuple[Instant, ...]
    """For each span the departure from which no road on a way within the limit can still be about to open.

    From then on who gets anywhere earlier has no drawback by it. Seen from the origin by the shortest time there.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One segment in one direction, as the search sees it."""

    segment: SegmentId
    to: int
    seconds: Seconds
    passable: tuple[Spell, ...] | None
    """None where it is passable in every span of the survey, from beginning to end."""
    causes: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Straight:
    """A way with its time and lowest p; `steady` if nothing on it opens or closes in any span."""

    numbers: Numbers
    seconds: Seconds
    p: float
    steady: bool


class Survey:
    """The segments as one column would find them in the spans in which a whole drive must lie.

    A segment's causes are the lowest probabilities over all its passable pieces in the spans, whatever the departure,
    so that ways can be compared before their departures are known. What many segments share is worked out once, by
    their timelines; the rest is arithmetic on arrays, so that a survey of a million segments takes a second or two.
    """

    def __init__(
        self, network: RoadNetwork, access: AccessMap, engine: TravelEngine, column: Column, spans: tuple[Window, ...]
    ) -> None:
        """Take note of what to look up; nothing is computed yet.

        Raises
        ------
        RoutingError
            If the column has less than one truck.
        """
        if column.trucks < 1:
            raise RoutingError(f"A column of {column.trucks} trucks cannot drive. Give at least 1.")
        self.access = access  # kept, so that the identity under which a survey is remembered stays its own
        self.spans = spans
        self._network = network
        self._engine = engine
        self._roads = engine.roads
        self._column = column
        self._hops: dict[int, tuple[Hop, ...]] = {}
        self._causes: dict[int, dict[str, float]] = {}

    @classmethod
    def of(
        cls, network: RoadNetwork, access: AccessMap, engine: TravelEngine, column: Column, spans: tuple[Window, ...]
    ) -> "Survey":
        """Return the survey, from the engine's notes if it was made before."""
        key = (id(access), column, spans)
        return engine.remember(key, lambda: cls(network, access, engine, column, spans))

    @cached_property
    def shut(self) -> NDArray[np.bool_]:
        """For each segment by its number: whether the column can at no time pass it."""
        longest = self._spells.longest[self._kinds.of]
        barred = (longest == 0) | self._too_large()
        gates = self._roads.gate
        # Only where it matters is a gate asked: one that is said to let no trucks through is an error.
        for number in np.unique(gates[~barred & (gates != NO_GATE)]).tolist():
            self._gate_s[number] = gate_stand_s(
                self._network, self.access, self._roads.gates[number], loaded=self._column.loaded,
                trucks=self._column.trucks,
            )  # fmt: skip
        shut: NDArray[np.bool_] = barred | (longest < self._roads.drive_s + self._gate_s[self._roads.gate])
        return shut

    def _too_large(self) -> NDArray[np.bool_]:
        """For each segment whether the column's largest truck exceeds one of its limits."""
        truck, roads = self._column.truck, self._roads
        found: NDArray[np.bool_] = truck.gross_kg > self._kinds.limit_kg
        found |= truck.axle_kg > roads.axle_limit_kg
        found |= up_to_cm(truck.height_m) > roads.height_limit_cm
        found |= up_to_cm(truck.width_m) > roads.width_limit_cm
        return found

    def straight(self, origin: PlaceId, destination: PlaceId) -> Straight | None:
        """Return the fastest way there would be if all that is ever passable were so all the time; None without one."""
        found = self._engine.way(self._weights, origin, destination)
        return None if found is None else self._driven(self._engine.segment_numbers(found[1]))

    def likeliest(self, origin: PlaceId, destination: PlaceId) -> float:
        """Return a bound: no way from one place to the other has a higher p."""
        return self._levels.between(self._engine.index[origin], self._engine.index[destination])

    def sure(self, origin: PlaceId, destination: PlaceId, p: float) -> Straight | None:
        """Return the fastest way of segments that are passable all the time and that each have at least this p."""
        kept = self._spells.steady[self._kinds.of] & ~self.shut & (self._p >= p)
        found = self._engine.spread.way(
            self._engine.index[origin], self._engine.index[destination], self._arc_seconds(~kept)
        )
        return None if found is None else self._driven(self._engine.segment_numbers(found))

    def ahead(self, origin: PlaceId, destination: PlaceId, limit_s: Seconds) -> Ahead:
        """Return the bounds that a search within the limit goes by."""
        start, end = self._engine.index[origin], self._engine.index[destination]
        there, onward = self._outwards.times(start, limit_s), self._inwards.times(end, limit_s)
        inside = there + onward <= limit_s
        onward = np.where(inside, onward, UNREACHABLE)
        return Ahead(
            limit_s=limit_s,
            seconds=onward.tolist(),
            p=self._levels.all_to(end, inside).tolist(),
            calm=self._calm(there, onward),
        )

    def hops(self, node: int) -> tuple[Hop, ...]:
        """Return what may be driven from a place; each is worked out the first time that a search gets there."""
        if node not in self._hops:
            place = self._engine.places[node]
            found: list[Hop] = []
            for name in self._network.segments_at(place):
                number = self._roads.number[name]
                if not self.shut[number]:
                    segment = self._network.segments[name]
                    if segment.start != segment.end and (place == segment.start or not segment.oneway):
                        found.append(self._hop(number, segment, place))
            self._hops[node] = tuple(found)
        return self._hops[node]

    def stretches(self, numbers: Numbers) -> tuple[Stretch, ...]:
        """Return the timing of a drive over these segments, of those where something may fail or a gate stands."""
        leave_s = self._leave_s(numbers)
        return tuple(
            Stretch(
                segment=self._network.segments[self._roads.ids[numbers[at]]],
                enter_s=int(leave_s[at - 1]) if at else 0,
                clear_s=int(leave_s[at] - self._roads.drive_s[numbers[at]]),
                leave_s=int(leave_s[at]),
            )
            for at in self._telling(numbers).tolist()
        )

    def metres(self, numbers: Numbers) -> Metres:
        """Return the length of a way over these segments."""
        return int(self._roads.metres[numbers].sum())

    def _leave_s(self, numbers: Numbers) -> Times:
        """Return how many seconds after departure a drive leaves each of its segments."""
        return np.cumsum(self._roads.drive_s[numbers] + self._gate_s[self._roads.gate[numbers]])

    def _telling(self, numbers: Numbers) -> Numbers:
        """Return at which places of a way something may fail or a gate stands."""
        quiet = self._spells.quiet[self._kinds.of[numbers]]
        return np.flatnonzero(~quiet | (self._roads.gate[numbers] != NO_GATE))

    def _driven(self, numbers: Numbers) -> Straight:
        met: dict[str, float] = {}
        for number in numbers[self._telling(numbers)].tolist():
            lower(met, self._causes_of(number))
        return Straight(
            numbers=numbers,
            seconds=int(self._leave_s(numbers)[-1]) if len(numbers) else 0,
            p=round(path_p(met), P_DIGITS),
            steady=bool(self._spells.steady[self._kinds.of[numbers]].all()),
        )

    @cached_property
    def _kinds(self) -> Kinds:
        return self._engine.remember(("kinds", id(self.access)), lambda: Kinds(self._roads, self.access))

    @cached_property
    def _spells(self) -> Spells:
        return Spells(self._kinds.timelines, self.spans, use_unknown=self._column.use_unknown)

    @cached_property
    def _gate_s(self) -> NDArray[np.int64]:
        """How long the column stands at each gate; without one, which is the last entry, not at all."""
        return np.zeros(len(self._roads.gates) + 1, dtype=np.int64)

    @cached_property
    def _weights(self) -> Weights:
        return Weights(self._arc_seconds(self.shut))

    def _arc_seconds(self, shut: NDArray[np.bool_]) -> NDArray[np.uint32]:
        seconds = np.minimum(self._roads.drive_s + self._gate_s[self._roads.gate], UNREACHABLE).astype(np.uint32)
        seconds[shut] = UNREACHABLE
        of_arcs: NDArray[np.uint32] = seconds[self._engine.arc_segments]
        return of_arcs

    @cached_property
    def _outwards(self) -> Reach:
        return self._engine.spread.outwards(self._weights.seconds)

    @cached_property
    def _inwards(self) -> Reach:
        return self._engine.spread.inwards(self._weights.seconds)

    @cached_property
    def _levels(self) -> Levels:
        kept = np.flatnonzero(~self.shut)
        return Levels(len(self._engine.places), self._roads.start[kept], self._roads.end[kept], self._p[kept])

    @cached_property
    def _p(self) -> NDArray[np.float64]:
        """Of each segment that is not shut; what lowers it depends on its timeline and its gate alone."""
        kept = np.flatnonzero(~self.shut)
        many = len(self._roads.gates) + 1
        _, first, of = np.unique(
            self._kinds.of[kept] * many + self._roads.gate[kept] % many, return_index=True, return_inverse=True
        )
        p = np.array([self._p_of(number) for number in kept[first].tolist()], dtype=np.float64)
        found = np.zeros(len(self._roads.ids))
        found[kept] = p[of]
        return found

    def _p_of(self, number: int) -> float:
        return round(path_p(self._causes_of(number)), P_DIGITS)

    def _causes_of(self, number: int) -> dict[str, float]:
        if number not in self._causes:
            segment = self._network.segments[self._roads.ids[number]]
            found: dict[str, float] = {}
            for span in self.spans if not self._spells.quiet[self._kinds.of[number]] else ():
                for piece in pieces_in(self.access.timelines[segment.id], span):
                    passable = self._column.use_unknown or piece.status is not Status.UNKNOWN
                    if passable and piece.status is not Status.BLOCKED:
                        lower(found, piece_causes(piece, segment))
            if self._column.loaded and segment.gate is not None:
                lower(found, gate_cause(self._network, self.access, segment.gate))
            self._causes[number] = {cause: p for cause, p in found.items() if p < 1}
        return self._causes[number]

    def _hop(self, number: int, segment: Segment, place: PlaceId) -> Hop:
        kind = int(self._kinds.of[number])
        return Hop(
            segment=segment.id,
            to=self._engine.index[segment.end if place == segment.start else segment.start],
            seconds=int(self._roads.drive_s[number] + self._gate_s[self._roads.gate[number]]),
            passable=None if self._spells.steady[kind] else self._spells.passable[kind],
            causes=self._causes_of(number),
        )

    def _calm(self, there: Times, onward: Times) -> tuple[Instant, ...]:
        """Return the last departures from the origin that find a road about to open, span by span."""
        tail, head, opens = self._opening
        on_the_way = (there[tail] < UNREACHABLE) & (onward[head] < UNREACHABLE)
        near, opens = there[tail[on_the_way]], opens[:, on_the_way]
        last = [
            int((at[at > 0] - near[at > 0]).max(initial=span.start)) for span, at in zip(self.spans, opens, strict=True)
        ]
        return tuple(last)

    @cached_property
    def _opening(self) -> tuple[Times, Times, Times]:
        """Where the arcs begin and end that open within a span, and when they last do so in each."""
        segments = self._engine.arc_segments
        opens = self._spells.last_opening[:, self._kinds.of]
        some = np.flatnonzero((opens.any(axis=0) & ~self.shut)[segments])
        tail, head = (ends[some].astype(np.int64) for ends in self._engine.arc_ends)
        return tail, head, opens[:, segments[some]]
