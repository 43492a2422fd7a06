"""Which roads lie within so many metres of a point or of another road."""

import math
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.network import EARTH_RADIUS_M, AreaId, GateId, Position, RoadNetwork, SegmentId, distance_m
from routing.units import Metres

Numbers: TypeAlias = NDArray[np.int64]
"""Segments by their numbers in a geometry, sorted."""

_POINTS_KEPT: Final = 10_000
_BATCH: Final = 256
_MANY: Final = 2_000
"""From so many numbers on a table of all places is sooner made than each of a hundred questions searched."""
_CLEARLY: Final = 1 + 1e-6
_MADE: dict[int, "Geometry"] = {}
_MAKING: Final = threading.RLock()


class Geometry:
    """The shapes of all segments, indexed for questions of distance; segments are numbered in order of their ids.

    Shapes are laid on a Mercator plane, whose scale is true at each latitude once divided by its cosine: within
    15 km the error stays below 0.1 %. A segment without a shape runs straight between its ends. A network never
    changes, so that `of` makes its geometry once, and what was asked before is remembered. May be shared by threads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        """Index the network's segments."""
        self.ids: tuple[SegmentId, ...] = tuple(sorted(network.segments))
        self.number: dict[SegmentId, int] = {segment: number for number, segment in enumerate(self.ids)}
        shapes = [_shape(network, segment) for segment in self.ids]
        corners = np.array([position for shape in shapes for position in shape], dtype=np.float64).reshape(-1, 2)
        owner = np.repeat(np.arange(len(shapes)), [len(shape) for shape in shapes])
        self._middle = np.array([sum(lat for _, lat in shape) / len(shape) for shape in shapes])
        # An empty network has no corners to make lines of.
        lines: object = shapely.linestrings(_mercator(corners), indices=owner) if shapes else ()
        self._lines = np.asarray(lines, dtype=np.object_)
        self._tree = shapely.STRtree(self._lines)
        west, south, east, north = shapely.bounds(self._lines).reshape(-1, 4).T
        self._centre = np.column_stack(((west + east) / 2, (south + north) / 2))
        self._radius = np.hypot(east - west, north - south) / 2
        self.all: Numbers = np.arange(len(self.ids))
        self.lies: tuple[Lie, ...]
        self.lie_of: NDArray[np.int64]
        self.lies, self.lie_of = _lies(network, self.ids)
        self._near_point: OrderedDict[tuple[Position, Metres], Numbers] = OrderedDict()
        self._near_line: dict[tuple[tuple[AreaId, ...], Metres], Numbers] = {}

    @classmethod
    def of(cls, network: RoadNetwork) -> "Geometry":
        """Return the geometry of the network, made the first time that it is asked for."""
        key = id(network)
        with _MAKING:
            if key not in _MADE:
                _MADE[key] = cls(network)
                # Once the network is gone its number may become another's.
                weakref.finalize(network, _MADE.pop, key, None).atexit = False
            return _MADE[key]

    def numbers(self, segments: Iterable[SegmentId]) -> Numbers:
        """Return the numbers of some segments, sorted."""
        return np.unique(np.fromiter((self.number[segment] for segment in segments), dtype=np.int64))

    def names(self, numbers: Numbers) -> Iterator[SegmentId]:
        """Return the segments of some numbers, in their order."""
        return map(self.ids.__getitem__, numbers.tolist())

    def in_areas(self, areas: AbstractSet[AreaId]) -> Numbers:
        """Return the segments that lie in one of the areas, with one end at least."""
        return self._lying(lambda lie: not areas.isdisjoint(lie.areas))

    def between(self, areas: AbstractSet[AreaId]) -> Numbers:
        """Return the segments that join two of the areas."""
        return self._lying(lambda lie: len(lie.areas) > 1 and areas >= set(lie.areas))

    def near_point(self, position: Position, within_m: Metres) -> Numbers:
        """Return the segments that come within so many metres of a point."""
        key = (position, within_m)
        found = self._near_point.get(key)
        if found is None:
            plane = shapely.Point(_mercator(np.array([position], dtype=np.float64))[0])
            found = self._tree.query(plane, predicate="dwithin", distance=within_m / _true_scale(position[1]))
            found.sort()
            with _MAKING:
                self._near_point[key] = found
                if len(self._near_point) > _POINTS_KEPT:
                    self._near_point.popitem(last=False)
        return found

    def near_line(self, areas: tuple[AreaId, ...], within_m: Metres) -> Numbers:
        """Return the segments within so many metres of one that joins the two areas, these among them."""
        key = (areas, within_m)
        if key not in self._near_line:
            self._near_line[key] = self._near_any(self.between(frozenset(areas)), within_m)
        return self._near_line[key]

    def _near_any(self, lines: Numbers, within_m: Metres) -> Numbers:
        """Return what is near to any of the lines: each other segment is measured until it is found near one."""
        near = np.zeros(len(self.ids), dtype=np.bool_)
        near[lines] = True
        reach = within_m / np.cos(np.radians(self._middle[lines]))
        for batch in np.array_split(np.arange(len(lines)), -(-len(lines) // _BATCH) or 1):
            boxes = shapely.bounds(self._lines[lines[batch]]) + np.array([[-1, -1, 1, 1]]) * reach[batch, None]
            which, other = self._tree.query(shapely.box(*boxes.T))
            far = ~near[other]
            which, other = batch[which[far]], other[far]
            # Two circles around the shapes tell of nearly all pairs at once; only what they leave open is measured.
            apart = np.hypot(*(self._centre[lines[which]] - self._centre[other]).T)
            both = self._radius[lines[which]] + self._radius[other]
            near[other[(apart + both) * _CLEARLY <= reach[which]]] = True
            open_still = (apart - both <= reach[which] * _CLEARLY) & ~near[other]
            which, other = which[open_still], other[open_still]
            close = shapely.dwithin(self._lines[lines[which]], self._lines[other], reach[which])
            near[other[close]] = True
        return np.flatnonzero(near)

    def _lying(self, asked: Callable[["Lie"], bool]) -> Numbers:
        chosen = np.array([asked(lie) for lie in self.lies], dtype=np.bool_)
        return np.flatnonzero(chosen[self.lie_of]) if len(chosen) else np.zeros(0, dtype=np.int64)


class Lie(NamedTuple):
    """How a segment lies: in one area or between two, sorted, and on which gate."""

    areas: tuple[AreaId, ...]
    gate: GateId | None


def _lies(network: RoadNetwork, segments: Sequence[SegmentId]) -> tuple[tuple[Lie, ...], NDArray[np.int64]]:
    """Return the different ways to lie, of which there are few, and for each segment the number of its own."""
    area = {place.id: place.area for place in network.places.values()}
    numbers: dict[tuple[AreaId, AreaId, GateId | None], int] = {}
    found: dict[Lie, int] = {}
    of: list[int] = []
    for name in segments:
        segment = network.segments[name]
        ends = (area[segment.start], area[segment.end], segment.gate)
        if ends not in numbers:
            lie = Lie(tuple(sorted({ends[0], ends[1]})), ends[2])
            numbers[ends] = found.setdefault(lie, len(found))
        of.append(numbers[ends])
    return tuple(found), np.array(of, dtype=np.int64)


class Among:
    """Finds at which places of some sorted numbers others stand; made once where that is asked again and again."""

    def __init__(self, numbers: Numbers, every: int) -> None:
        """Make ready for questions about numbers below `every`."""
        self._numbers = numbers
        self._place_of: NDArray[np.int64] | None = None
        if len(numbers) > _MANY:
            self._place_of = np.full(every, -1, dtype=np.int64)
            self._place_of[numbers] = np.arange(len(numbers))

    def places(self, others: Numbers) -> Numbers:
        """Return what `shared_places` returns."""
        if self._place_of is None:
            return shared_places(self._numbers, others)
        found: Numbers = self._place_of[others]
        return found[found >= 0]


def shared_places(numbers: Numbers, others: Numbers) -> Numbers:
    """Return at which places of the numbers stand those that are among the others, both sorted, nothing twice."""
    few, many = (numbers, others) if len(numbers) < len(others) else (others, numbers)
    if not len(few):
        return few
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    shared = many[at] == few
    return np.flatnonzero(shared) if few is numbers else at[shared]


@lru_cache(maxsize=8)  # the incidents of a log are grouped again with each record that is laid on it
def group_points(points: tuple[Position, ...], within_m: Metres) -> tuple[int, ...]:
    """Return for each point the smallest index of its group: points nearer than `within_m` are linked."""
    first = list(range(len(points)))

    def root(k: int) -> int:
        while first[k] != k:
            first[k] = first[first[k]]
            k = first[k]
        return k

    for one, other in _close_pairs(points, within_m):
        a, b = root(one), root(other)
        if a != b:
            first[max(a, b)] = min(a, b)
    return tuple(root(k) for k in range(len(points)))


def _close_pairs(points: Sequence[Position], within_m: Metres) -> Iterator[tuple[int, int]]:
    """Yield the pairs of points that lie within so many metres of each other.

    From south to north each point is compared with the next, with the one after it and so on, all at once, until none
    is near enough by latitude alone. What is too close to the limit for that is measured once more.
    """
    longitude, latitude = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2)).T
    order = np.argsort(latitude, kind="stable")
    longitude, latitude = longitude[order], latitude[order]
    reach = within_m / EARTH_RADIUS_M
    for step in range(1, len(points)):
        south = np.flatnonzero(latitude[step:] - latitude[:-step] <= reach * _CLEARLY)
        if not len(south):
            return
        north = south + step
        eastward = np.sin((longitude[north] - longitude[south]) / 2) ** 2
        half = np.sin((latitude[north] - latitude[south]) / 2) ** 2
        half += np.cos(latitude[north]) * np.cos(latitude[south]) * eastward
        apart = 2 * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
        for k in np.flatnonzero(apart <= reach * _CLEARLY).tolist():
            one, other = int(order[south[k]]), int(order[north[k]])
            if apart[k] * _CLEARLY <= reach or distance_m(points[one], points[other]) <= within_m:
                yield one, other


def _shape(network: RoadNetwork, segment: SegmentId) -> tuple[Position, ...]:
    known = network.segments[segment]
    if len(known.shape) > 1:
        return known.shape
    return network.places[known.start].position, network.places[known.end].position


def _mercator(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.radians(lon_lat[:, 0])
    y = np.log(np.tan(np.pi / 4 + np.radians(lon_lat[:, 1]) / 2))
    return EARTH_RADIUS_M * np.column_stack((x, y))


def _true_scale(lat: float) -> float:
    return math.cos(math.radians(lat))
