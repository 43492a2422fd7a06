"""Search for every way that is faster, likelier or open at other hours than all others.

Labels run from the origin in order of the shortest time that a way through them can take (bounds from the contraction
hierarchy). A label is a way so far: its seconds, its causes, and the departures from which it works. Columns do not
wait on the road, so that who is earlier at a gate may find it still shut: a label yields to a faster one only where
that cannot matter (see `_covers_any_way_on`), and the result is exact. Should a search grow beyond `LABELS_EXACT`
labels (many gates with hours over many days), a slower way to a place is no longer kept for the sole use of arriving
there later; beyond `LABELS_BY_CAUSE`, a way no longer for failing by other causes than a likelier one. Beyond
`LABELS_MOST` the search ends once it has found a way: none faster than the last label is missing, and of slower ones
the fastest along the surest roads is still given. The limits are counted, so that the same question always has the
same answer.

Before all that the fastest way is asked of the hierarchy. Where nothing on it opens or closes and none can be likelier,
it matches every other and is the answer; where a slower one is open all the time and as likely as any can be, only ways
up to its time are searched. So the work is bounded by what can matter, and not by the size of the map.

References
----------
Multi-criteria label setting: Martins (1984), doi 10.1016/0377-2217(84)90077-8; here with bounds as in A*.
"""

import heapq
from dataclasses import dataclass, field
from typing import Final

from routing.network import PlaceId, SegmentId
from routing.travel.column import LONGEST_DRIVE_S
from routing.travel.engine import UNREACHABLE, TravelEngine
from routing.travel.passage import path_p
from routing.travel.roads import Numbers
from routing.travel.spells import Spell, covered, enter
from routing.travel.survey import P_DIGITS, Ahead, Hop, Straight, Survey
from routing.units import Instant, Seconds

LABELS_EXACT: Final = 300
"""Enough for nearly all pairs of places of a country and one day's light; nine days over 100 gates need thousands."""
LABELS_BY_CAUSE: Final = 1_500
LABELS_MOST: Final = 20_000
"""Some two seconds on a map of 100,000 places; the crises that are planned stay below 1,500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way found: its departures reach up to the end of the spans, beyond those that were asked for.

    `p` is over the causes of the survey: the lowest over the whole span, comparable between ways.
    """

    segments: tuple[SegmentId, ...]
    numbers: Numbers = field(repr=False, compare=False)
    """Of the segments, in the engine."""
    seconds: Seconds
    p: float
    departures: tuple[Spell, ...]


class _Label:
    """A way from the origin to a place; `places` and `names` are bit sets of places passed and causes met."""

    __slots__ = ("before", "causes", "departures", "names", "node", "p", "places", "seconds", "segment")

    def __init__(  # noqa: PLR0913 - a label is made in two places only
        self,
        *,
        node: int,
        seconds: Seconds,
        causes: dict[str, float],
        names: int,
        p: float,
        departures: tuple[Spell, ...],
        places: int,
        before: "_Label | None",
        segment: SegmentId,
    ) -> None:
        self.node = node
        self.seconds = seconds
        self.causes = causes
        self.names = names
        self.p = p
        self.departures = departures
        self.places = places
        self.before = before
        self.segment = segment

    def segments(self) -> tuple[SegmentId, ...]:
        """Return the segments from the origin."""
        found: list[SegmentId] = []
        label: _Label = self
        while label.before is not None:
            found.append(label.segment)
            label = label.before
        return tuple(reversed(found))


def find_ways(survey: Survey, engine: TravelEngine, origin: PlaceId, destination: PlaceId) -> tuple[Way, ...]:
    """Return the ways none of which is matched by another, in order of time.

    One matches another if it takes no longer, is no less likely, and for every departure of the other has one that
    leaves no earlier and arrives no later. No way repeats a place.
    """
    if not survey.spans:
        return ()
    fastest = survey.straight(origin, destination)
    longest_s = min(LONGEST_DRIVE_S, max(span.seconds for span in survey.spans))
    if fastest is None or fastest.seconds > longest_s:
        return ()
    most_p = survey.likeliest(origin, destination)
    if fastest.steady and fastest.p >= most_p:
        return (_all_day(survey, engine, fastest),)
    sure = survey.sure(origin, destination, most_p)
    if sure is not None and sure.p >= most_p:
        # Whatever takes longer is matched by this way.
        longest_s = min(longest_s, sure.seconds)
    search = _Search(survey, engine, origin, destination, survey.ahead(origin, destination, longest_s))
    found = [_found(label, engine) for label in search.run()]
    if search.ended_early and sure is not None and sure.seconds <= longest_s and sure.p > max(way.p for way in found):
        found.append(_all_day(survey, engine, sure))
    return tuple(found)


def _all_day(survey: Survey, engine: TravelEngine, way: Straight) -> Way:
    """Return a way that is open all the time: it can be left on whenever there is time for it."""
    ends = ((span.start, min(span.end, span.end - way.seconds + 1)) for span in survey.spans)
    departures = tuple((start, end) for start, end in ends if start < end)
    segments = engine.roads.names(way.numbers)
    return Way(segments=segments, numbers=way.numbers, seconds=way.seconds, p=way.p, departures=departures)


def _found(label: "_Label", engine: TravelEngine) -> Way:
    segments = label.segments()
    return Way(
        segments=segments, numbers=engine.roads.numbers(segments), seconds=label.seconds, p=label.p,
        departures=label.departures,
    )  # fmt: skip


class _Search:
    """One search from one place to another."""

    def __init__(
        self, survey: Survey, engine: TravelEngine, origin: PlaceId, destination: PlaceId, ahead: Ahead
    ) -> None:
        self._survey = survey
        self._origin = engine.index[origin]
        self._destination = engine.index[destination]
        self._ahead = ahead
        self._spans: tuple[Spell, ...] = tuple((span.start, span.end) for span in survey.spans)
        self._settled: dict[int, list[_Label]] = {}
        self._arrived: list[_Label] = []
        self._bits: dict[str, int] = {}
        self._place_bits: dict[int, int] = {}
        self._compared = 0

    def run(self) -> list[_Label]:
        if self._ahead.seconds[self._origin] >= UNREACHABLE:
            return []
        start = _Label(
            node=self._origin, seconds=0, causes={}, names=0, p=1.0, departures=self._spans,
            places=self._bit(self._origin), before=None, segment="",
        )  # fmt: skip
        # With each label waits how many ways and labels it was compared with when it was made.
        queue: list[tuple[Seconds, int, _Label, int, int]] = [(0, 0, start, 0, 0)]
        pushed = 0
        while queue and not self.ended_early:
            _, _, label, arrived, settled = heapq.heappop(queue)
            if self._beaten(label, arrived, settled):
                continue
            if label.node == self._destination:
                self._arrived.append(label)
                continue
            self._settled.setdefault(label.node, []).append(label)
            self._compared += 1
            for hop in self._survey.hops(label.node):
                after = self._extend(label, hop)
                if after is None or self._beaten(after, 0, 0):
                    continue
                pushed += 1
                at_least = after.seconds + self._ahead.seconds[hop.to]
                compared = len(self._arrived), len(self._settled.get(hop.to, ()))
                heapq.heappush(queue, (at_least, pushed, after, *compared))
        return _unmatched(self._arrived)

    @property
    def ended_early(self) -> bool:
        """Whether so much has been searched that a way found must do."""
        return self._compared > LABELS_MOST and bool(self._arrived)

    def _extend(self, label: _Label, hop: Hop) -> _Label | None:
        place = self._bit(hop.to)
        if label.places & place:
            return None
        seconds = label.seconds + hop.seconds
        at_least = seconds + self._ahead.seconds[hop.to]
        if at_least > self._ahead.limit_s or self._ahead.seconds[hop.to] >= UNREACHABLE:
            return None
        departures = label.departures
        if hop.passable is not None:
            departures = enter(departures, hop.passable, label.seconds, seconds)
        departures = enter(departures, self._spans, 0, at_least)
        if not departures:
            return None
        causes, names, p = label.causes, label.names, label.p
        if hop.causes:
            causes, names = self._merge(causes, names, hop.causes)
            p = round(path_p(causes), P_DIGITS)
        return _Label(
            node=hop.to, seconds=seconds, causes=causes, names=names, p=p, departures=departures,
            places=label.places | place, before=label, segment=hop.segment,
        )  # fmt: skip

    def _bit(self, node: int) -> int:
        """Return the place's own bit: of a large map few places are met, and they are numbered as they come."""
        if node not in self._place_bits:
            self._place_bits[node] = 1 << len(self._place_bits)
        return self._place_bits[node]

    def _merge(self, causes: dict[str, float], names: int, more: dict[str, float]) -> tuple[dict[str, float], int]:
        merged = dict(causes)
        for cause, p in more.items():
            merged[cause] = min(p, merged.get(cause, 1.0))
            names |= 1 << self._bits.setdefault(cause, len(self._bits))
        return merged, names

    def _beaten(self, label: _Label, arrived: int, settled: int) -> bool:
        """Tell whether whatever comes of the label is matched by a way found or by another label at its place.

        The first `arrived` ways and `settled` labels have been compared before.
        """
        at_least = label.seconds + self._ahead.seconds[label.node]
        at_most_p = min(label.p, self._ahead.p[label.node])
        for way in self._arrived[arrived:]:
            if way.p >= at_most_p and way.seconds <= at_least and _replaces(way, label, at_least - way.seconds):
                return True
        for other in self._settled.get(label.node, ())[settled:]:
            if other.seconds <= label.seconds and other.p >= label.p and self._yields(label, other):
                return True
        return False

    def _yields(self, label: _Label, other: _Label) -> bool:
        """Tell whether the label may go because of another at its place that is no slower and no less likely."""
        if self._compared <= LABELS_BY_CAUSE and (other.names & ~label.names or not _no_riskier(other, label)):
            return False
        if self._compared <= LABELS_EXACT:
            return self._covers_any_way_on(other, label)
        return _replaces(other, label, label.seconds - other.seconds)

    def _covers_any_way_on(self, other: _Label, label: _Label) -> bool:
        """Tell whether, for every way on from here, the other label leads to a way that matches the label's.

        A spell of departures that lasts until no road ahead is still to open covers all departures up to its end:
        the other column either leaves later and arrives at the same second, or is earlier where nothing is shut any
        more (should the way on cross its own track, the loop is left out). A spell that ends before covers only the
        same second of arrival, and only if the way on cannot cross its track.
        """
        gap = label.seconds - other.seconds
        inside = not other.places & ~label.places
        cover: list[Spell] = []
        for start, end in other.departures:
            if end - 1 >= self._calm_in(start):
                cover.append((start - gap, end))
            elif inside:
                cover.append((start - gap, end - gap))
        return covered(label.departures, cover)

    def _calm_in(self, at: Instant) -> Instant:
        for calm, span in zip(self._ahead.calm, self._spans, strict=True):
            if at < span[1]:
                return calm
        return self._ahead.calm[-1]


def _no_riskier(one: _Label, other: _Label) -> bool:
    return one.causes is other.causes or all(p >= other.causes[cause] for cause, p in one.causes.items())


def _replaces(one: _Label, other: _Label, gap: Seconds) -> bool:
    """Tell whether each departure of the other can be replaced by one up to `gap` seconds later."""
    return covered(other.departures, [(start - gap, end) for start, end in one.departures])


def _unmatched(labels: list[_Label]) -> list[_Label]:
    """Drop ways that a likelier one of the same time matches, which came after them."""
    kept: list[_Label] = []
    for label in reversed(labels):
        gaps = ((other, label.seconds - other.seconds) for other in kept)
        if not any(gap >= 0 and other.p >= label.p and _replaces(other, label, gap) for other, gap in gaps):
            kept.append(label)
    return kept[::-1]
