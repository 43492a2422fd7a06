"""Nearness on the ground for many points and lines at once."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from routing.network import EARTH_RADIUS_M
from routing.readers.roadline import Points

REACH: Final = 1.001
"""Chords are shorter than arcs and the plane's scale changes along a line: searched a thousandth farther."""


def on_plane(points: Points) -> NDArray[np.float64]:
    """Return the points on the plane of Mercator, whose metres are true once multiplied by `true_scale`."""
    x = np.radians(points[:, 0])
    y = np.log(np.tan(np.pi / 4 + np.radians(points[:, 1]) / 2))
    return EARTH_RADIUS_M * np.column_stack((x, y))


def off_plane(plane: NDArray[np.float64]) -> Points:
    """Return the positions of points of the plane, in steps of 1e-7 degrees."""
    lon = np.degrees(plane[:, 0] / EARTH_RADIUS_M)
    lat = np.degrees(2 * np.arctan(np.exp(plane[:, 1] / EARTH_RADIUS_M)) - np.pi / 2)
    return np.round(np.column_stack((lon, lat)), 7) + 0.0


def true_scale(points: Points) -> NDArray[np.float64]:
    """Return metres on the ground for a metre on the plane, at each point."""
    return np.asarray(np.cos(np.radians(points[:, 1])), dtype=np.float64)


def plane_lines(lines: Sequence[Points]) -> NDArray[np.object_]:
    """Return the lines on the plane as shapely's."""
    if not lines:
        return np.zeros(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    built: Any = shapely.linestrings(on_plane(np.concatenate(lines)), indices=owner)
    return np.asarray(built, dtype=object)


def on_sphere(points: Points) -> NDArray[np.float64]:
    """Return the points as metres from the centre of the earth, so that one tree serves every latitude."""
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return EARTH_RADIUS_M * np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def group_near(points: Points, within_m: float) -> NDArray[np.int64]:
    """Return the number of each point's group; points nearer than `within_m` are linked, however long the chain."""
    if len(points) == 0:
        return np.zeros(0, dtype=np.int64)
    distinct, which = np.unique(points, axis=0, return_inverse=True)
    which = which.reshape(-1)
    if within_m <= 0:
        return np.asarray(which, dtype=np.int64)
    pairs = cKDTree(on_sphere(distinct)).query_pairs(within_m, output_type="ndarray")
    size = len(distinct)
    links = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    _, group = connected_components(links, directed=False)
    return np.asarray(group[which], dtype=np.int64)


def arcs_m(a: Points, b: Points) -> NDArray[np.float64]:
    """Return the distance between each two points in metres (haversine)."""
    (lon_a, lat_a), (lon_b, lat_b) = np.radians(a).T, np.radians(b).T
    h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1))), dtype=np.float64)


def apart_m(a: Points, b: Points) -> float:
    """Return how far two drawn lines are apart where they are farthest (Hausdorff), in metres."""
    first, second = plane_lines([a, b])
    scale = float(np.cos(np.radians((a[:, 1].mean() + b[:, 1].mean()) / 2)))
    return float(shapely.hausdorff_distance(first, second)) * scale
