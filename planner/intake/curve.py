"""Draw a smooth road through the waypoints of a corridor."""

import math
from collections.abc import Sequence

from routing.network import Position

POINTS_A_SPAN = 6
"""Shape points drawn between two waypoints; at 25 km between waypoints one point every 4 km."""


def smooth(waypoints: Sequence[Position]) -> tuple[tuple[Position, ...], ...]:
    """Return, for each span between two waypoints, the positions of a curve through all of them.

    A centripetal Catmull-Rom spline (Barry and Goldman 1988; Yuksel, Schaefer and Keyser 2011): it passes through
    every waypoint and makes no loops. The ends are extended by reflection. Positions are rounded to 5 decimals,
    about a metre.
    """
    first, last = waypoints[0], waypoints[-1]
    padded = [_reflect(waypoints[1], first), *waypoints, _reflect(waypoints[-2], last)]
    spans = []
    for i in range(len(waypoints) - 1):
        p0, p1, p2, p3 = padded[i : i + 4]
        inner = [_on_curve(p0, p1, p2, p3, k / POINTS_A_SPAN) for k in range(1, POINTS_A_SPAN)]
        spans.append((_rounded(p1), *(_rounded(p) for p in inner), _rounded(p2)))
    return tuple(spans)


def _reflect(point: Position, about: Position) -> Position:
    return 2 * about[0] - point[0], 2 * about[1] - point[1]


def _rounded(point: Position) -> Position:
    return round(point[0], 5), round(point[1], 5)


def _knot(start: float, a: Position, b: Position) -> float:
    return start + math.sqrt(max(math.dist(a, b), 1e-9))


def _between(a: Position, b: Position, ta: float, tb: float, t: float) -> Position:
    weight = (t - ta) / (tb - ta)
    return a[0] + (b[0] - a[0]) * weight, a[1] + (b[1] - a[1]) * weight


def _on_curve(p0: Position, p1: Position, p2: Position, p3: Position, share: float) -> Position:
    t1 = _knot(0.0, p0, p1)
    t2 = _knot(t1, p1, p2)
    t3 = _knot(t2, p2, p3)
    t = t1 + (t2 - t1) * share
    a1 = _between(p0, p1, 0.0, t1, t)
    a2 = _between(p1, p2, t1, t2, t)
    a3 = _between(p2, p3, t2, t3, t)
    b1 = _between(a1, a2, 0.0, t2, t)
    b2 = _between(a2, a3, t1, t3, t)
    return _between(b1, b2, t1, t2, t)
