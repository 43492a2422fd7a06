"""Driving times between many places at once, with any set of roads closed."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.errors import UnknownId
from routing.network import PlaceId, RoadNetwork, SegmentId
from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.travel.hierarchy import AT_HAND, Hierarchy
from routing.travel.metric import Metric, Topology
from routing.travel.orders import ORDERS
from routing.travel.plain_search import PlainMap
from routing.travel.roads import Roads, Shapes
from routing.travel.spread import Spread
from routing.units import Seconds

__all__ = ["UNREACHABLE", "FastestWay", "TravelEngine", "Weights"]

_METRICS_KEPT: Final = 32
_ARCS_KEPT: Final = 8_000_000
"""Metrics are kept up to so many arcs together: at a million places that makes three, some 100 MB each."""
_NOTES_KEPT: Final = 64
_ARCS_NOTED: Final = 2_000_000
"""What is remembered of a large map takes some 30 bytes an arc: fewer notes are kept of it, four at least."""
WORTH_KEEPING: Final = 5_000
"""Places from which on reading an order from disk is quicker than making it."""

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Driving times of all arcs, `UNREACHABLE` where nobody may drive; each such object is one metric of its own."""

    seconds: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class FastestWay:
    """The segments of the fastest way in driving order, its seconds, and its line (see `TravelEngine.line`)."""

    segments: tuple[SegmentId, ...]
    seconds: Seconds
    line: NDArray[np.float64] = field(compare=False)


class TravelEngine:
    """Driving times over one network; every set of closed segments is one more metric on the same hierarchy.

    Times are whole seconds, as segments give them, so that sums are exact. A loaded column waits at each gate for
    the gate's median delay; the time that the rest of a long column takes to pass a gate is not in the table.
    May be shared by threads; a process that receives an engine builds its own hierarchy, or finds it on the shelf.
    """

    def __init__(self, network: RoadNetwork, *, hierarchy: bool = AT_HAND, shelf: Path | None = None) -> None:
        """Order the network once; without `hierarchy` each table is searched afresh (exact too, but slower).

        On a `shelf`, a folder, the order is kept for the next time; worth its while from `WORTH_KEEPING` places on.
        """
        self.network = network
        self.places: tuple[PlaceId, ...] = tuple(sorted(network.places))
        self.index: dict[PlaceId, int] = {place: i for i, place in enumerate(self.places)}
        self._hierarchy, self._shelf = hierarchy, shelf
        self._arcs = ArcArrays.of(network, self.places)
        self.roads = Roads.of(network, self.index)
        self.spread = Spread(self._arcs)
        self._topology: Topology = Hierarchy(self._arcs, shelf) if hierarchy else PlainMap(self._arcs)
        self._lock = threading.RLock()
        self._metrics: OrderedDict[Hashable, _Lent] = OrderedDict()
        self._most = min(_METRICS_KEPT, max(2, _ARCS_KEPT // max(1, len(self._arcs.tail))))
        self._most_notes = min(_NOTES_KEPT, max(4, _ARCS_NOTED // max(1, len(self._arcs.tail))))
        self._notes: OrderedDict[Hashable, object] = OrderedDict()

    @classmethod
    def of(cls, network: RoadNetwork) -> "TravelEngine":
        """Return the engine of a network, made the first time that it is asked for; the last few are kept.

        Its order is looked for, and kept, where `keep_orders_in` says.
        """
        with _MAKING:
            for engine in _MADE:
                if engine.network is network:
                    return engine
            worth_keeping = len(network.places) >= WORTH_KEEPING
            engine = cls(network, shelf=ORDERS.folder if worth_keeping else None)
            _MADE.append(engine)
            return engine

    def __reduce__(self) -> tuple[Callable[..., "TravelEngine"], tuple[RoadNetwork, bool, Path | None]]:
        """Travel to another process as the network alone: the hierarchy's memory cannot be copied."""
        return _build_engine, (self.network, self._hierarchy, self._shelf)

    def seconds_table(
        self,
        sources: Sequence[PlaceId],
        targets: Sequence[PlaceId],
        closed: frozenset[SegmentId] = frozenset(),
        loaded: bool = True,  # noqa: FBT001, FBT002 - a property of the column, as everywhere else
    ) -> NDArray[np.int64]:
        """Return the shortest driving times with some segments closed.

        Returns
        -------
        Seconds, shape (len(sources), len(targets)); `UNREACHABLE` where no open way exists.

        Raises
        ------
        UnknownId
            If a place or a closed segment is not in the network.
        """
        rows, columns = self._indices(sources), self._indices(targets)
        with self._lend((closed, loaded), lambda: self._closing(closed, loaded=loaded)) as metric:
            return metric.table(rows, columns)

    def fastest_way(
        self,
        origin: PlaceId,
        destination: PlaceId,
        closed: frozenset[SegmentId] = frozenset(),
        *,
        loaded: bool = True,
    ) -> FastestWay | None:
        """Return the fastest way with some segments closed, or None where there is none; raises as `seconds_table`.

        It knows nothing of hours and risks: `find_legs` does.
        """
        start, end = self._indices((origin, destination)).tolist()
        with self._lend((closed, loaded), lambda: self._closing(closed, loaded=loaded)) as metric:
            found = metric.way(start, end)
        if found is None:
            return None
        seconds, arcs = found
        numbers = self.segment_numbers(arcs)
        line = self.shapes.line(start, numbers)
        return FastestWay(segments=self.roads.names(numbers), seconds=seconds, line=line)

    def way(self, weights: Weights, origin: PlaceId, destination: PlaceId) -> tuple[Seconds, Numbers] | None:
        """Return the shortest time under some weights and its arcs in driving order, or None where there is no way.

        Raises
        ------
        UnknownId
            If a place is not in the network.
        """
        start, end = self._indices((origin, destination)).tolist()
        with self._lend(weights, lambda: weights.seconds) as metric:
            return metric.way(start, end)

    def line(self, origin: PlaceId, segments: Sequence[SegmentId]) -> NDArray[np.float64]:
        """Return the line on the map of a way: longitudes and latitudes in degrees, from place to place, shape (n, 2).

        Raises
        ------
        UnknownId
            If the place is not in the network.
        """
        (start,) = self._indices((origin,)).tolist()
        return self.shapes.line(start, self.roads.numbers(segments))

    @cached_property
    def shapes(self) -> Shapes:
        """The bends of all segments; gathered when a line is first asked for."""
        return Shapes(self.network, self.roads, self.places)

    @property
    def arc_segments(self) -> Numbers:
        """The segment's number of every arc; must not be changed, like all arrays of the engine."""
        return self._arcs.segment

    @property
    def arc_ends(self) -> tuple[Numbers, Numbers]:
        """Where every arc begins and where it ends, by the places' numbers."""
        return self._arcs.tail, self._arcs.head

    def segment_numbers(self, arcs: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the segments' numbers of some arcs."""
        found: NDArray[np.int64] = self._arcs.segment[arcs].astype(np.int64)
        return found

    def remember(self, key: Hashable, build: Callable[[], Kept]) -> Kept:
        """Return what was built under the key before, or build it; the eldest of many notes are forgotten.

        The builder must give the same for the same key: what is remembered saves time and changes no answer.
        """
        with self._lock:
            if key in self._notes:
                self._notes.move_to_end(key)
                return self._notes[key]  # type: ignore[return-value] # a key always names one type
            built = build()
            self._notes[key] = built
            if len(self._notes) > self._most_notes:
                self._notes.popitem(last=False)
            return built

    def _indices(self, places: Sequence[PlaceId]) -> Numbers:
        try:
            return np.fromiter((self.index[place] for place in places), dtype=np.uint32, count=len(places))
        except KeyError as missing:
            raise UnknownId(
                f"No place {missing.args[0]!r} in the network. Use an id from the places listing."
            ) from None

    def _closing(self, closed: frozenset[SegmentId], *, loaded: bool) -> Numbers:
        return self._arcs.seconds(self._closed_numbers(closed), loaded=loaded)

    def _closed_numbers(self, closed: frozenset[SegmentId]) -> Numbers:
        try:
            return np.fromiter((self.roads.number[name] for name in closed), dtype=np.uint32, count=len(closed))
        except KeyError as missing:
            raise UnknownId(f"No segment {missing.args[0]!r} in the network. Use an id from `access status`.") from None

    @contextmanager
    def _lend(self, key: Hashable, seconds: Callable[[], Numbers]) -> Iterator[Metric]:
        """Lend the metric of some weights: as long as it is out, nobody gives it others."""
        with self._lock:
            lent = self._metrics.get(key) or self._new(seconds())
            self._metrics[key] = lent
            self._metrics.move_to_end(key)
            lent.borrowers += 1
        try:
            yield lent.metric
        finally:
            with self._lock:
                lent.borrowers -= 1

    def _new(self, seconds: Numbers) -> "_Lent":
        """Return a metric for weights not kept; of too many the eldest that nobody has borrowed takes the new ones.

        Where few segments differ that is far quicker than a metric from nothing, and it never takes more memory.
        """
        if len(self._metrics) >= self._most:
            eldest = next((each for each, lent in self._metrics.items() if not lent.borrowers), None)
            if eldest is not None:
                lent = self._metrics.pop(eldest)
                changed = np.flatnonzero(seconds != lent.metric.seconds)
                lent.metric.reweigh(changed, seconds[changed])
                return lent
        return _Lent(self._topology.metric(seconds))


@dataclass(slots=True)
class _Lent:
    """A metric, and how many are asking it now."""

    metric: Metric
    borrowers: int = 0


_MAKING: Final = threading.Lock()
_MADE: Final[deque[TravelEngine]] = deque(maxlen=2)


def _build_engine(network: RoadNetwork, hierarchy: bool, shelf: Path | None) -> TravelEngine:  # noqa: FBT001 - pickle
    return TravelEngine(network, hierarchy=hierarchy, shelf=shelf)
