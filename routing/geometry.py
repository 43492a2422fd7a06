"""Which roads lie within so many metres of a point or of another road."""

import math
from collections.abc import Collection, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.network import EARTH_RADIUS_M, Position, RoadNetwork, SegmentId, distance_m
from routing.units import Metres


class Geometry:
    """The shapes of all segments, indexed for questions of distance.

    Shapes are laid on a Mercator plane, whose scale is true at each latitude once divided by its cosine: within
    15 km the error stays below 0.1 %. A segment without a shape runs straight between its ends.
    """

    def __init__(self, network: RoadNetwork) -> None:
        """Index the network's segments."""
        self._ids: tuple[SegmentId, ...] = tuple(network.segments)
        self._number = {segment: number for number, segment in enumerate(self._ids)}
        shapes = [_shape(network, segment) for segment in self._ids]
        corners = np.array([position for shape in shapes for position in shape], dtype=np.float64).reshape(-1, 2)
        owner = np.repeat(np.arange(len(shapes)), [len(shape) for shape in shapes])
        self._middle = np.array([sum(lat for _, lat in shape) / len(shape) for shape in shapes])
        # An empty network has no corners to make lines of.
        lines: object = shapely.linestrings(_mercator(corners), indices=owner) if shapes else ()
        self._lines = np.asarray(lines, dtype=np.object_)
        self._tree = shapely.STRtree(self._lines)

    def near_point(self, position: Position, within_m: Metres) -> frozenset[SegmentId]:
        """Return the segments that come within so many metres of a point."""
        plane = shapely.Point(_mercator(np.array([position], dtype=np.float64))[0])
        found = self._tree.query(plane, predicate="dwithin", distance=within_m / _true_scale(position[1]))
        return frozenset(self._ids[number] for number in found)

    def near_segments(self, segments: Collection[SegmentId], within_m: Metres) -> dict[SegmentId, frozenset[SegmentId]]:
        """Return, for each of the segments, those that come within so many metres of it, itself among them."""
        chosen = np.array([self._number[segment] for segment in segments], dtype=np.intp)
        found: dict[SegmentId, set[SegmentId]] = {segment: set() for segment in segments}
        if len(chosen) == 0:
            return {}
        reach = within_m / np.cos(np.radians(self._middle[chosen]))
        pairs = self._tree.query(self._lines[chosen], predicate="dwithin", distance=reach)
        for row, other in pairs.T:
            found[self._ids[chosen[row]]].add(self._ids[other])
        return {segment: frozenset(near) for segment, near in found.items()}


def group_points(points: Sequence[Position], within_m: Metres) -> list[int]:
    """Return for each point the smallest index of its group: points nearer than `within_m` are linked."""
    first = list(range(len(points)))

    def root(k: int) -> int:
        while first[k] != k:
            first[k] = first[first[k]]
            k = first[k]
        return k

    by_latitude = sorted(range(len(points)), key=lambda k: points[k][1])
    reach_deg = math.degrees(within_m / EARTH_RADIUS_M) * 1.001
    for place, k in enumerate(by_latitude):
        for other in by_latitude[place + 1 :]:
            if points[other][1] - points[k][1] > reach_deg:
                break
            a, b = root(k), root(other)
            if a != b and distance_m(points[k], points[other]) <= within_m:
                first[max(a, b)] = min(a, b)
    return [root(k) for k in range(len(points))]


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
