"""Quick driving times by a contraction hierarchy: the map is ordered once, new weights then cost little."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.travel.metric import Metric
from routing.travel.shelf import find_kept, keep
from routing.units import Seconds

try:
    import pyroutingkit
except ImportError:  # A machine without a wheel for it still plans, only slower.
    pyroutingkit = None

AT_HAND: Final = pyroutingkit is not None

FEW_ARCS: Final = 50
"""Up to so many changed arcs are worked in one by one; from there on taking in all weights anew is quicker (measured
at a million places: 100 arcs on main roads 0.63 s one by one, 0.58 s all)."""

_FILES: Final = "rk1"
"""What a kept order depends on besides the map: a release of the library that writes other files needs another."""


class Hierarchy:
    """A map ordered for quick answers; with a shelf the order is found there, or kept there for the next time.

    The library's own classes crash the process on a wrong number and on two threads at once: nobody but this module
    touches them, and only after `Metric` has checked.

    References
    ----------
    Customizable contraction hierarchies: Dibbelt, Strasser, Wagner (2016), doi 10.1145/2886843.
    """

    def __init__(self, arcs: ArcArrays, shelf: Path | None = None) -> None:
        """Order the map, which takes a minute or two for a million places, or read its order from the shelf."""
        self.arcs = arcs
        self.ordered = self._order() if shelf is None else self._from(shelf)

    def metric(self, seconds: Numbers) -> "HierarchyMetric":
        return HierarchyMetric(self, seconds)

    def _from(self, shelf: Path) -> "pyroutingkit.CCHTopology":
        name = f"{self.arcs.digest()}-{_FILES}"
        found = find_kept(shelf, name, self._read)
        if found is None:
            found = self._order()
            keep(shelf, name, lambda folder: found.save(str(folder)))
        return found

    def _order(self) -> "pyroutingkit.CCHTopology":
        arcs = self.arcs
        ordered = pyroutingkit.CCHTopology()
        ordered.build(arcs.tail, arcs.head, arcs.latitude, arcs.longitude, arcs.places)
        return ordered

    def _read(self, folder: Path) -> "pyroutingkit.CCHTopology | None":
        found = pyroutingkit.CCHTopology()
        found.load(str(folder))
        same = found.node_count == self.arcs.places and found.arc_count == len(self.arcs.tail)
        return found if same else None


class HierarchyMetric(Metric):
    """One customized metric of the hierarchy."""

    def __init__(self, hierarchy: Hierarchy, seconds: Numbers) -> None:
        """Stand on the hierarchy, which is kept alive as long as the metric is."""
        super().__init__(hierarchy.arcs, seconds)
        self._hierarchy = hierarchy
        self._customized = pyroutingkit.CCHMetric(hierarchy.ordered)

    def _take_in(self) -> None:
        self._customized.customize(self._seconds)

    def _take_in_change(self, changed: Numbers) -> bool:
        if len(changed) > FEW_ARCS:
            return False
        if len(changed):
            self._customized.update_weights(changed, self._seconds[changed])
        return True

    def _find_table(self, rows: Numbers, columns: Numbers) -> NDArray[np.int64]:
        found: Numbers = self._customized.distances_many_to_many(rows, columns)
        return np.minimum(found.astype(np.int64).reshape(len(rows), len(columns)), UNREACHABLE)

    def _find_way(self, origin: int, destination: int) -> tuple[Seconds, Numbers] | None:
        if origin == destination:
            return 0, np.zeros(0, dtype=np.uint32)
        seconds, _, arcs = self._customized.query(origin, destination)
        return None if seconds >= UNREACHABLE else (int(seconds), np.asarray(arcs, dtype=np.uint32))
