"""Driving times by Dijkstra's search, for machines without the hierarchy; exact too, but slower."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.travel.metric import Metric
from routing.units import Seconds


class PlainMap:
    """A map that needs no preparation."""

    def __init__(self, arcs: ArcArrays) -> None:
        """Keep the arrays."""
        self.arcs = arcs

    def metric(self, seconds: Numbers) -> "PlainMetric":
        return PlainMetric(self.arcs, seconds)


class PlainMetric(Metric):
    """A sparse matrix of open arcs; of parallel ones the fastest."""

    def _take_in(self) -> None:
        # A matrix cell holds one number and adds up repeated ones: of parallel arcs only the fastest may enter.
        arcs, seconds = self._arcs, self._seconds
        order = np.argsort(seconds, kind="stable")
        order = order[seconds[order] < UNREACHABLE]
        cells = arcs.tail[order].astype(np.int64) * arcs.places + arcs.head[order]
        kept_cells, first = np.unique(cells, return_index=True)
        kept = order[first]
        shape = (arcs.places, arcs.places)
        self._cells, self._arc_of_cell = kept_cells, kept
        self._graph = csr_array((seconds[kept].astype(np.float64), (arcs.tail[kept], arcs.head[kept])), shape=shape)

    def _take_in_change(self, changed: Numbers) -> bool:
        return not len(changed)

    def _find_table(self, rows: Numbers, columns: Numbers) -> NDArray[np.int64]:
        found = dijkstra(self._graph, indices=rows.astype(np.int64))[:, columns]
        return np.where(np.isfinite(found), found, UNREACHABLE).astype(np.int64)

    def _find_way(self, origin: int, destination: int) -> tuple[Seconds, Numbers] | None:
        times, befores = dijkstra(self._graph, indices=np.array([origin]), return_predecessors=True)
        found, before = times[0], befores[0]
        if not np.isfinite(found[destination]):
            return None
        cells: list[int] = []
        at = destination
        while at != origin:
            cells.append(int(before[at]) * self._arcs.places + at)
            at = int(before[at])
        where = np.searchsorted(self._cells, np.array(cells[::-1], dtype=np.int64))
        return int(found[destination]), self._arc_of_cell[where].astype(np.uint32)
