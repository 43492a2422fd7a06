"""Find which roads a point or a line on a map speaks of, and which places lie on the land inside a polygon."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
import shapely.geometry
from numpy.typing import NDArray

from routing.errors import RoutingError
from routing.network import EARTH_RADIUS_M, PlaceId, Position, RoadNetwork, SegmentId
from routing.units import Metres

FOLLOWED: Final = 0.8
"""A line speaks of a segment when it runs beside so much of it, or when so much of the line runs beside it."""
TOUCHED: Final = 0.2
"""Beside less than this share of a segment a line only crosses it, or ends at its end."""
POCKET: Final = 0.9
WITHIN: Final = 0.99
"""A polygon of at most so much of another's area, of which at least so much lies inside it, is a pocket there."""
_SAME_PLACE_M: Final = 100
"""Two roads whose distances from a point differ by less are equally near: maps are not exact to more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A segment and its distance from what was reported, in metres."""

    segment: SegmentId
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The segments that a line runs along, and those of which it runs along a part only."""

    segments: tuple[SegmentId, ...]
    in_part: tuple[SegmentId, ...]


class SegmentFinder:
    """The shapes of all segments, for questions of what lies near a point or along a line.

    Distances are taken on a Mercator plane and scaled at their latitude, as in `routing.geometry`.
    """

    def __init__(self, network: RoadNetwork) -> None:
        """Index the network's segments."""
        self._ids = tuple(network.segments)
        shapes = [_shape(network, segment) for segment in self._ids]
        self._lines = [shapely.LineString(_plane(shape)) for shape in shapes]
        self._tree = shapely.STRtree(self._lines)

    def near_point(self, position: Position, within_m: Metres) -> tuple[Near, ...]:
        """Return the segments within so many metres of a point, the nearest first."""
        point = shapely.Point(_plane([position])[0])
        scale = _scale(position[1])
        found = self._tree.query(point, predicate="dwithin", distance=within_m / scale)
        near = [Near(segment=self._ids[k], metres=self._lines[k].distance(point) * scale) for k in found]
        return tuple(sorted(near, key=lambda one: (one.metres, one.segment)))

    def nearest(self, position: Position) -> Near | None:
        """Return the nearest segment, however far; None in a network without roads."""
        if not self._ids:
            return None
        point = shapely.Point(_plane([position])[0])
        k = int(self._tree.nearest(point))
        return Near(segment=self._ids[k], metres=self._lines[k].distance(point) * _scale(position[1]))

    def along(self, lines: Sequence[Sequence[Position]], within_m: Metres) -> Followed:
        """Return the segments that run within so many metres of a line, or of its parts together."""
        line = shapely.union_all([shapely.LineString(_plane(part)) for part in lines if len(part) > 1])
        if line.is_empty:
            return Followed(segments=(), in_part=())
        reach = within_m / _scale(lines[0][0][1])
        beside = line.buffer(reach)
        found: list[SegmentId] = []
        in_part: list[SegmentId] = []
        for k in self._tree.query(beside, predicate="intersects"):
            segment = self._lines[k]
            share = segment.intersection(beside).length / segment.length if segment.length else 0.0
            own = line.intersection(segment.buffer(reach)).length / line.length if line.length else 0.0
            if share >= FOLLOWED or own >= FOLLOWED:
                found.append(self._ids[k])
            elif share >= TOUCHED:
                in_part.append(self._ids[k])
        return Followed(segments=tuple(sorted(found)), in_part=tuple(sorted(in_part)))


def only_near(near: Sequence[Near]) -> Near | None:
    """Return the nearest segment if no other is equally near; None where nobody can say which is meant."""
    if not near or (len(near) > 1 and near[1].metres - near[0].metres < _SAME_PLACE_M):
        return None
    return near[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """The land inside a polygon, or several, with the places in it, those on its edge included."""

    shape: shapely.Geometry
    places: frozenset[PlaceId]

    def holds_as_pocket(self, other: "Land") -> bool:
        """Tell whether the other land is a pocket drawn inside this one: smaller by far, and in it but for slivers."""
        area = float(shapely.area(other.shape))
        if area > POCKET * float(shapely.area(self.shape)):
            return False
        return float(shapely.area(shapely.intersection(self.shape, other.shape))) >= WITHIN * area


def read_land(network: RoadNetwork, polygon: Mapping[str, object]) -> Land:
    """Return the land inside a GeoJSON polygon or several.

    Raises
    ------
    RoutingError
        If it is no polygon, or its ring crosses itself, so that inside and outside are not told.
    """
    if polygon.get("type") not in {"Polygon", "MultiPolygon"}:
        raise RoutingError(f"A {polygon.get('type')} encloses nothing. Give a Polygon or a MultiPolygon.")
    try:
        shape = shapely.from_geojson(json.dumps(polygon))
    except (shapely.errors.GEOSException, ValueError) as cause:
        raise RoutingError(f"The polygon cannot be read ({cause}). Close each ring of it.") from cause
    if shape.is_empty or not shape.is_valid:
        raise RoutingError(f"The polygon does not tell inside from outside: {shapely.is_valid_reason(shape)}.")
    shapely.prepare(shape)
    places = list(network.places.values())
    points = shapely.points([place.position for place in places]) if places else np.array([])
    inside = shapely.covers(shape, points)
    found = frozenset(place.id for place, is_in in zip(places, inside, strict=True) if is_in)
    return Land(shape=shape, places=found)


def _shape(network: RoadNetwork, segment: SegmentId) -> Sequence[Position]:
    known = network.segments[segment]
    if len(known.shape) > 1:
        return known.shape
    return network.places[known.start].position, network.places[known.end].position


def _plane(positions: Sequence[Position]) -> NDArray[np.float64]:
    lon_lat = np.radians(np.array(positions, dtype=np.float64).reshape(-1, 2))
    return EARTH_RADIUS_M * np.column_stack((lon_lat[:, 0], np.log(np.tan(np.pi / 4 + lon_lat[:, 1] / 2))))


def _scale(lat: float) -> float:
    return math.cos(math.radians(lat))
