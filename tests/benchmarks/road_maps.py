"""Road maps of any size for the benchmarks, made in code from a fixed seed: synthetic, and like no real place."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay

from routing.travel.arcs import ArcArrays

SEED: Final = 20160912
SEGMENTS_A_PLACE: Final = 1.32
"""Two arcs a segment but for a few one-way ones: 2.6 arcs a place, as on the road maps that were measured."""
WIDE_KM: Final = 600
MID_LATITUDE: Final = 35.0
_KM_A_DEGREE: Final = 111.195
_TOWNS: Final = 60
_MAIN_KMH, _OTHER_KMH = 45, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadMap:
    """A planar map: places, straight segments between them (`forth` and, unless one-way, back) and main roads.

    Places lie as a country has them, a third of them in towns; segments are drawn from the Delaunay triangulation, the
    shortest tree first so that every place is reached. Main roads are the quickest ways between the towns.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    metres: NDArray[np.int64]
    oneway: NDArray[np.bool_]
    main: NDArray[np.bool_]

    @property
    def places(self) -> int:
        return len(self.longitude)

    @property
    def segments(self) -> int:
        return len(self.start)

    @property
    def seconds(self) -> NDArray[np.int64]:
        """Driving time of each segment in whole seconds, rounded up."""
        kmh = np.where(self.main, _MAIN_KMH, _OTHER_KMH)
        return np.maximum(1, np.ceil(self.metres * 3.6 / kmh)).astype(np.int64)

    def arcs(self) -> ArcArrays:
        """Return the map as the engine takes it: the arcs of a segment side by side."""
        both = np.repeat(np.arange(self.segments), np.where(self.oneway, 1, 2))
        back = np.concatenate(([False], both[1:] == both[:-1]))
        tail, head = np.where(back, self.end[both], self.start[both]), np.where(back, self.start[both], self.end[both])
        seconds = self.seconds[both].astype(np.uint32)
        return ArcArrays(
            places=self.places, segments=self.segments, tail=tail.astype(np.uint32), head=head.astype(np.uint32),
            segment=both.astype(np.uint32), empty_s=seconds, loaded_s=seconds,
            longitude=self.longitude.astype(np.float32), latitude=self.latitude.astype(np.float32),
        )  # fmt: skip


def draw_map(places: int, seed: int = SEED) -> RoadMap:
    """Return the map of so many places; the same seed and number always give the same."""
    chance = np.random.default_rng(seed)
    x, y = _spread(chance, places)
    start, end, tree = _joined(chance, x, y)
    metres = np.maximum(1, np.rint(1000 * np.hypot(x[start] - x[end], y[start] - y[end]))).astype(np.int64)
    oneway = ~tree & (chance.random(len(start)) < 0.05)
    main = _main_roads(chance, places, start, end, metres)
    return RoadMap(
        longitude=36.0 + (x - WIDE_KM / 2) / (_KM_A_DEGREE * np.cos(np.radians(MID_LATITUDE))),
        latitude=MID_LATITUDE + (y - WIDE_KM / 2) / _KM_A_DEGREE,
        start=start, end=end, metres=metres, oneway=oneway, main=main,
    )  # fmt: skip


def _spread(chance: np.random.Generator, places: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    position = chance.random((places, 2)) * WIDE_KM
    in_town = np.flatnonzero(chance.random(places) < 1 / 3)
    centre = chance.random((_TOWNS, 2)) * WIDE_KM
    position[in_town] = centre[chance.integers(_TOWNS, size=len(in_town))] + chance.normal(0, 8, (len(in_town), 2))
    position = np.clip(position, 0, WIDE_KM) + chance.random((places, 2)) * 1e-3
    return position[:, 0], position[:, 1]


def _joined(
    chance: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    corners = Delaunay(np.column_stack((x, y))).simplices.astype(np.int64)
    sides = np.vstack((corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]))
    sides.sort(axis=1)
    sides = np.unique(sides[:, 0] * len(x) + sides[:, 1])
    start, end = np.divmod(sides, len(x))
    length = np.hypot(x[start] - x[end], y[start] - y[end])
    tree = minimum_spanning_tree(csr_array((length, (start, end)), shape=(len(x), len(x)))).tocoo()
    in_tree = np.isin(sides, np.minimum(tree.row, tree.col).astype(np.int64) * len(x) + np.maximum(tree.row, tree.col))
    wanted = int(SEGMENTS_A_PLACE * len(x)) - int(in_tree.sum())
    short = np.flatnonzero(~in_tree & (length < np.quantile(length, 0.9)))
    chosen = in_tree.copy()
    chosen[chance.choice(short, size=min(wanted, len(short)), replace=False)] = True
    return start[chosen], end[chosen], in_tree[chosen]


def _main_roads(
    chance: np.random.Generator,
    places: int,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    metres: NDArray[np.int64],
) -> NDArray[np.bool_]:
    roads = csr_array((metres.astype(np.float64), (start, end)), shape=(places, places))
    towns = chance.choice(places, size=min(places, 40), replace=False)
    used: set[int] = set()
    for town in towns[:12]:
        before = dijkstra(roads, directed=False, indices=np.array([town]), return_predecessors=True)[1][0]
        for other in towns:
            at = int(other)
            while (came := int(before[at])) >= 0:
                used.add(min(at, came) * places + max(at, came))
                at = came
    return np.isin(start * places + end, np.fromiter(used, dtype=np.int64, count=len(used)))
