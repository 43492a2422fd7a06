"""Driving times between many places at once, with any set of roads closed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.errors import UnknownId
from routing.network import PlaceId, RoadNetwork, SegmentId
from routing.units import Seconds

try:
    import pyroutingkit
except ImportError:  # A machine without a wheel for it still plans, only slower.
    pyroutingkit = None

UNREACHABLE: Final[Seconds] = 2**31 - 1
"""Seconds that stand for "no way": the hierarchy's own infinity, which no sum of driving times comes near."""

_CLOSURES_KEPT: Final = 32
_NOTES_KEPT: Final = 64

Kept = TypeVar("Kept")


class TravelEngine:
    """Driving times over one network; every set of closed segments is one more metric on the same hierarchy.

    Times are whole seconds, as segments give them, so that sums are exact. A loaded column waits at each gate for
    the gate's median delay; the time that the rest of a long column takes to pass a gate is not in the table.
    May be shared by threads; a process that receives an engine builds its own hierarchy.

    References
    ----------
    Customizable contraction hierarchies: Dibbelt, Strasser, Wagner (2016), doi 10.1145/2886843.
    """

    def __init__(self, network: RoadNetwork, *, hierarchy: bool = pyroutingkit is not None) -> None:
        """Order the network once; without `hierarchy` each table is searched afresh (exact too, but slower)."""
        self.network = network
        self.places: tuple[PlaceId, ...] = tuple(sorted(network.places))
        self.index: dict[PlaceId, int] = {place: i for i, place in enumerate(self.places)}
        self._hierarchy = hierarchy
        self._arcs = _Arcs(network, self.index)
        self._topology = (_HierarchyTopology if hierarchy else _SearchTopology)(self._arcs)
        self._lock = threading.RLock()
        self._metrics: OrderedDict[tuple[frozenset[SegmentId], bool], _Metric] = OrderedDict()
        self._notes: OrderedDict[Hashable, object] = OrderedDict()

    def __reduce__(self) -> tuple[Callable[..., "TravelEngine"], tuple[RoadNetwork, bool]]:
        """Travel to another process as the network alone: the hierarchy's memory cannot be copied."""
        return _build_engine, (self.network, self._hierarchy)

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
        return self._metric(closed, loaded).table(rows, columns)

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
            if len(self._notes) > _NOTES_KEPT:
                self._notes.popitem(last=False)
            return built

    def _indices(self, places: Sequence[PlaceId]) -> NDArray[np.uint32]:
        # Checked here, because the hierarchy reads past its memory on a number that is no place.
        try:
            return np.fromiter((self.index[place] for place in places), dtype=np.uint32, count=len(places))
        except KeyError as missing:
            raise UnknownId(
                f"No place {missing.args[0]!r} in the network. Use an id from the places listing."
            ) from None

    def _metric(self, closed: frozenset[SegmentId], loaded: bool) -> "_Metric":  # noqa: FBT001 - as above
        with self._lock:
            key = (closed, loaded)
            if key in self._metrics:
                self._metrics.move_to_end(key)
                return self._metrics[key]
            metric = self._topology.metric(self._arcs.weights(closed, loaded=loaded))
            self._metrics[key] = metric
            if len(self._metrics) > _CLOSURES_KEPT:
                self._metrics.popitem(last=False)
            return metric


class _Metric(Protocol):
    """Driving times under one set of closures."""

    def table(self, rows: NDArray[np.uint32], columns: NDArray[np.uint32]) -> NDArray[np.int64]: ...


class _Arcs:
    """The network as arrays: one arc for each direction in which a segment may be driven."""

    def __init__(self, network: RoadNetwork, index: dict[PlaceId, int]) -> None:
        tail: list[int] = []
        head: list[int] = []
        empty: list[int] = []
        delay: list[int] = []
        self.of_segment: dict[SegmentId, tuple[int, ...]] = {}
        for segment in network.segments.values():
            ends = [(segment.start, segment.end)] if segment.oneway else [
                (segment.start, segment.end), (segment.end, segment.start)
            ]  # fmt: skip
            self.of_segment[segment.id] = tuple(range(len(tail), len(tail) + len(ends)))
            for start, end in ends:
                tail.append(index[start])
                head.append(index[end])
                empty.append(segment.drive_seconds())
                delay.append(network.gates[segment.gate].delay_s() if segment.gate is not None else 0)
        self.nodes = len(index)
        self.tail = np.array(tail, dtype=np.uint32)
        self.head = np.array(head, dtype=np.uint32)
        positions = [network.places[place].position for place in index]
        self.longitude = np.array([position[0] for position in positions], dtype=np.float32)
        self.latitude = np.array([position[1] for position in positions], dtype=np.float32)
        self._empty = np.array(empty, dtype=np.int64)
        self._loaded = self._empty + np.array(delay, dtype=np.int64)

    def weights(self, closed: frozenset[SegmentId], *, loaded: bool) -> NDArray[np.uint32]:
        seconds = (self._loaded if loaded else self._empty).copy()
        for segment in closed:
            try:
                seconds[list(self.of_segment[segment])] = UNREACHABLE
            except KeyError:
                raise UnknownId(f"No segment {segment!r} in the network. Use an id from `access status`.") from None
        return np.minimum(seconds, UNREACHABLE).astype(np.uint32)


class _HierarchyTopology:
    """A contraction hierarchy, ordered once for the shape of the network."""

    def __init__(self, arcs: _Arcs) -> None:
        self._topology = pyroutingkit.CCHTopology()
        self._topology.build(arcs.tail, arcs.head, arcs.latitude, arcs.longitude, arcs.nodes)

    def metric(self, weights: NDArray[np.uint32]) -> "_HierarchyMetric":
        return _HierarchyMetric(self._topology, weights)


class _HierarchyMetric:
    """One customized metric: never customized again, and used by one thread at a time, as the library demands."""

    def __init__(self, topology: "pyroutingkit.CCHTopology", weights: NDArray[np.uint32]) -> None:
        self._lock = threading.Lock()
        self._metric = pyroutingkit.CCHMetric(topology)
        self._metric.customize(weights)

    def table(self, rows: NDArray[np.uint32], columns: NDArray[np.uint32]) -> NDArray[np.int64]:
        with self._lock:
            found: NDArray[np.uint32] = self._metric.distances_many_to_many(rows, columns)
        return np.minimum(found.astype(np.int64).reshape(len(rows), len(columns)), UNREACHABLE)


class _SearchTopology:
    """The same answers by Dijkstra's search, for machines without the hierarchy."""

    def __init__(self, arcs: _Arcs) -> None:
        self._arcs = arcs

    def metric(self, weights: NDArray[np.uint32]) -> "_SearchMetric":
        return _SearchMetric(self._arcs, weights)


class _SearchMetric:
    """A sparse matrix of open arcs; of parallel ones the fastest."""

    def __init__(self, arcs: _Arcs, weights: NDArray[np.uint32]) -> None:
        # A matrix cell holds one number and adds up repeated ones: of parallel arcs only the fastest may enter.
        order = np.argsort(weights, kind="stable")
        order = order[weights[order] < UNREACHABLE]
        cells = arcs.tail[order].astype(np.int64) * arcs.nodes + arcs.head[order]
        _, first = np.unique(cells, return_index=True)
        kept = order[first]
        shape = (arcs.nodes, arcs.nodes)
        self._graph = csr_array((weights[kept].astype(np.float64), (arcs.tail[kept], arcs.head[kept])), shape=shape)

    def table(self, rows: NDArray[np.uint32], columns: NDArray[np.uint32]) -> NDArray[np.int64]:
        if len(rows) == 0 or len(columns) == 0:
            return np.zeros((len(rows), len(columns)), dtype=np.int64)
        found = dijkstra(self._graph, indices=rows.astype(np.int64))[:, columns]
        return np.where(np.isfinite(found), found, UNREACHABLE).astype(np.int64)


def _build_engine(network: RoadNetwork, hierarchy: bool) -> TravelEngine:  # noqa: FBT001 - called by pickle only
    return TravelEngine(network, hierarchy=hierarchy)
