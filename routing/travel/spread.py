"""Shortest times from one place to all others or from all to one, and how likely the likeliest ways can be."""

from functools import cached_property
from heapq import heappop, heappush
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra, minimum_spanning_tree

from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.units import Seconds

Times = NDArray[np.int64]
FEW_ROADS: Final = 1_000
"""Up to so many a search in plain Python is quicker than building the matrices that scipy asks for."""
TIMES_KEPT: Final = 30_000
"""So many shortest times are kept for the same weights: of a country's road map those of some dozens of places."""


Graph: TypeAlias = "csr_array[np.float64, tuple[int, int]]"


class _Order(NamedTuple):
    """The arcs sorted by the place at which they begin: which they are, where each place's begin, where they lead."""

    arcs: NDArray[np.int64]
    first: NDArray[np.int32]
    to: NDArray[np.int32]


class Spread:
    """The map sorted for searches from one place outwards; sorted once, whatever the weights."""

    def __init__(self, arcs: ArcArrays) -> None:
        """Keep the arrays; they are sorted when first needed."""
        self._arcs = arcs

    def outwards(self, seconds: Numbers) -> "Reach":
        """Return the shortest times from places under some weights."""
        return Reach(self._graph(self._onward, seconds))

    def inwards(self, seconds: Numbers) -> "Reach":
        """Return the shortest times to places under some weights."""
        return Reach(self._graph(self._backward, seconds))

    def way(self, origin: int, destination: int, seconds: Numbers) -> NDArray[np.int64] | None:
        """Return the arcs of a shortest way in driving order, or None where there is none."""
        graph = self._graph(self._onward, seconds)
        times, befores = dijkstra(graph, indices=np.array([origin]), return_predecessors=True)
        before = befores[0]
        if not np.isfinite(times[0, destination]):
            return None
        found: list[int] = []
        at = destination
        while at != origin:
            came = int(before[at])
            leaving = self._onward.arcs[self._onward.first[came] : self._onward.first[came + 1]]
            there = leaving[self._arcs.head[leaving] == at]
            found.append(int(there[np.argmin(seconds[there])]))
            at = came
        return np.array(found[::-1], dtype=np.int64)

    @cached_property
    def _onward(self) -> _Order:
        return self._sorted(self._arcs.tail, self._arcs.head)

    @cached_property
    def _backward(self) -> _Order:
        return self._sorted(self._arcs.head, self._arcs.tail)

    def _sorted(self, here: Numbers, there: Numbers) -> _Order:
        arcs = np.argsort(here, kind="stable")
        first = np.concatenate(([0], np.cumsum(np.bincount(here, minlength=self._arcs.places))))
        return _Order(arcs, first.astype(np.int32), there[arcs].astype(np.int32))

    def _graph(self, order: _Order, seconds: Numbers) -> "Graph":
        # Parallel arcs stay apart and closed ones are endless: a search needs no sparse matrix in its strict form.
        weights = seconds[order.arcs].astype(np.float64)
        weights[weights >= UNREACHABLE] = np.inf
        return csr_array((weights, order.to, order.first), shape=(self._arcs.places, self._arcs.places))


class Reach:
    """Shortest times between single places and all others under the same weights; of small maps some are kept."""

    def __init__(self, graph: Graph) -> None:
        """Take the map in driving direction, or against it."""
        self._graph = graph
        self._kept: dict[tuple[int, Seconds], Times] = {}
        self._most = TIMES_KEPT // graph.shape[0]

    def times(self, place: int, limit_s: Seconds) -> Times:
        """Return the shortest time of every place, `UNREACHABLE` beyond the limit; must not be changed."""
        key = (place, limit_s)
        found = self._kept.get(key)
        if found is None:
            found = _whole(dijkstra(self._graph, indices=np.array([place]), limit=limit_s)[0])
            if len(self._kept) >= self._most:
                self._kept = {}
            self._kept[key] = found
        return found


class Levels:
    """Bounds on how likely a way can be: it is no likelier than its worst road.

    Roads are taken both ways here: going a one-way road backwards can only make a bound too kind.
    """

    def __init__(self, places: int, start: Times, end: Times, p: NDArray[np.float64]) -> None:
        """Take roads by their ends, each with the probability of getting over it."""
        self._places, self._start, self._end, self._p = places, start, end, p
        self._worst_first = np.unique(p)
        self._districts: dict[int, NDArray[np.int32]] = {}

    def between(self, origin: int, destination: int) -> float:
        """Return the probability of the worst road on the way that has the best such; 0 where there is no way."""
        if origin == destination:
            return 1.0
        if not self._joined(0, origin, destination):
            return 0.0
        # Most places are joined by roads without any risk, so that the best is tried first.
        low, middle = 0, len(self._worst_first) - 1
        high = middle
        while low < high:
            if self._joined(middle, origin, destination):
                low = middle
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return float(self._worst_first[low])

    def _joined(self, level: int, origin: int, destination: int) -> bool:
        if not len(self._worst_first):
            return False
        if level not in self._districts:
            kept = self._p >= self._worst_first[level]
            self._districts[level] = _districts(self._places, self._start[kept], self._end[kept])
        districts = self._districts[level]
        return bool(districts[origin] == districts[destination])

    def all_to(self, destination: int, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return for each place what `between` tells of it, over roads whose ends are both `inside`."""
        few = len(self._start) <= FEW_ROADS
        return self._one_by_one(destination, inside) if few else self.over_many_roads(destination, inside)

    def _one_by_one(self, destination: int, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Go from place to place, over the best road that leads on from any of those reached."""
        best, open_to = [0.0] * self._places, inside.tolist()
        queue = [(-1.0, destination)]
        while queue:
            negative, place = heappop(queue)
            if best[place] >= -negative:
                continue
            best[place] = -negative
            for p, other in self._neighbours[place] if open_to[place] else ():
                through = min(p, -negative)
                if open_to[other] and best[other] < through:
                    heappush(queue, (-through, other))
        return np.array(best)

    @cached_property
    def _neighbours(self) -> list[list[tuple[float, int]]]:
        found: list[list[tuple[float, int]]] = [[] for _ in range(self._places)]
        for start, end, p in zip(self._start.tolist(), self._end.tolist(), self._p.tolist(), strict=True):
            found[start].append((p, end))
            found[end].append((p, start))
        return found

    def over_many_roads(self, destination: int, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return what `all_to` does, by the tree of the best roads: quicker where there are many."""
        best = np.zeros(self._places)
        best[destination] = 1.0
        kept = np.flatnonzero(inside[self._start] & inside[self._end] & (self._start != self._end))
        if not len(kept):
            return best
        # The tree of the best roads holds, between any two places, a way whose worst road is the best possible.
        place, ends = np.unique(np.concatenate((self._start[kept], self._end[kept])), return_inverse=True)
        near, far = np.minimum(*ends.reshape(2, -1)), np.maximum(*ends.reshape(2, -1))
        rank = len(self._worst_first) - np.searchsorted(self._worst_first, self._p[kept])
        tree = minimum_spanning_tree(_lightest(len(place), near, far, rank))
        root = int(np.searchsorted(place, destination))
        if root == len(place) or place[root] != destination:
            return best
        order, before = breadth_first_order(tree, root, directed=False)
        worst = _along(tree, order, before, root)
        best[place[order]] = np.append(self._worst_first, 1.0)[len(self._worst_first) - worst[order]]
        return best


def _whole(times: NDArray[np.float64]) -> Times:
    return np.where(np.isfinite(times), times, UNREACHABLE).astype(np.int64)


def _districts(places: int, start: Times, end: Times) -> NDArray[np.int32]:
    ones = np.ones(len(start), dtype=np.int8)
    joined = csr_array((ones, (start, end)), shape=(places, places))
    return connected_components(joined, directed=False)[1].astype(np.int32)


def _lightest(places: int, near: Times, far: Times, rank: Times) -> "csr_array[np.float64, tuple[int, int]]":
    """Return a matrix with the lowest of the ranks where several roads join the same places."""
    order = np.lexsort((rank, far, near))
    near, far, rank = near[order], far[order], rank[order]
    first = np.concatenate(([True], (near[1:] != near[:-1]) | (far[1:] != far[:-1])))
    return csr_array((rank[first].astype(np.float64), (near[first], far[first])), shape=(places, places))


def _along(
    tree: "csr_array[np.float64, tuple[int, int]]", order: NDArray[np.int32], before: NDArray[np.int32], root: int
) -> Times:
    """Return for each place the highest rank between it and the root, by doubling the steps that are looked back."""
    edges = tree.tocoo()
    here, there, rank = edges.row, edges.col, edges.data.astype(np.int64)
    worst = np.zeros(len(before), dtype=np.int64)
    down, up = before[there] == here, before[here] == there
    worst[there[down]], worst[here[up]] = rank[down], rank[up]
    back = before.astype(np.int64)
    back[root] = root
    while np.any(back[order] != root):
        worst[order] = np.maximum(worst[order], worst[back[order]])
        back[order] = back[back[order]]
    return worst
