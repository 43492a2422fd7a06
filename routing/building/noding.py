"""Cut lines where roads meet, so that each piece runs from one meeting point to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.building.plane import apart_m, arcs_m, group_near, off_plane, on_plane, plane_lines, true_scale
from routing.network import RoadClass
from routing.readers.roadline import Noted, Points, RoadLine, metres_of

SLOWEST_LAST: Final[tuple[RoadClass, ...]] = ("motorway", "primary", "secondary", "tertiary", "urban", "track")
CENTIMETRE: Final = 0.01
"""The step of positions."""
LEAST_SNAP_M: Final = 0.05
"""Where lines cross, the point is computed on each of them: the two must meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a line between the nodes `a` and `b`, its points running from the one to the other."""

    a: int
    b: int
    points: Points = field(repr=False, compare=False)
    line: RoadLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Noded:
    """Pieces and their nodes; how much was cut, joined and dropped on the way."""

    nodes: Points
    pieces: tuple[Piece, ...]
    cuts: int
    """Places inside a line at which it was cut."""
    moved_most_m: float
    """The farthest that an end was moved to meet another."""
    zero_length: int
    duplicates: tuple[Noted, ...]


def node_lines(lines: Sequence[RoadLine], *, snap_m: float, crossings: bool) -> Noded:
    """Cut lines at every point where they share a vertex, and with `crossings` where they cross, touch or end near.

    Lines on different levels do not cross: a bridge meets only what shares a vertex with it. Ends within `snap_m`
    of each other, or of a line, are joined. Without `crossings` nothing is moved: the file says itself what meets.
    Neither the order of the lines nor the direction in which a two-way road is drawn matters.
    """
    ordered = sorted((_upright(line) for line in lines), key=_key)
    cuts = _Cuts([line.points for line in ordered])
    _cut_at_vertices(cuts)
    if crossings:
        _cut_at_crossings(cuts, ordered)
        _cut_near_ends(cuts, ordered, snap_m)
    nodes, pieces, moved, zero = _pieces(cuts, ordered, max(snap_m, LEAST_SNAP_M) if crossings else 0.0)
    kept, twins = drop_duplicates(pieces, snap_m)
    return Noded(
        nodes=nodes, pieces=tuple(kept), cuts=cuts.inside(), moved_most_m=moved, zero_length=zero,
        duplicates=tuple(twins),
    )  # fmt: skip


class _Cuts:
    """For each line the distances along it, on the plane, at which it is cut."""

    def __init__(self, shapes: Sequence[Points]) -> None:
        self.shapes = shapes
        self.lines = plane_lines(shapes)
        counts = np.array([len(shape) for shape in shapes], dtype=np.int64)
        self.stops = np.cumsum(counts)
        self.starts = self.stops - counts
        self.owner = np.repeat(np.arange(len(counts)), counts)
        self.points = np.concatenate(shapes) if len(shapes) else np.zeros((0, 2))
        plane = on_plane(self.points)
        steps = np.zeros(len(plane))
        steps[1:] = np.hypot(*np.diff(plane, axis=0).T)
        steps[self.starts] = 0.0
        self.vertex_along = np.cumsum(steps)
        self.vertex_along -= np.repeat(self.vertex_along[self.starts], counts)
        self.lengths = self.vertex_along[self.stops - 1]
        self._line: list[NDArray[np.int64]] = []
        self._along: list[NDArray[np.float64]] = []

    def add(self, line: NDArray[np.int64], along: NDArray[np.float64]) -> None:
        self._line.append(line)
        self._along.append(along)

    def sorted(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return lines and distances in order, each once; what is a centimetre apart is one cut."""
        line, along = np.concatenate(self._line), np.concatenate(self._along)
        ends = self.lengths[line]
        along = np.where(along <= CENTIMETRE, 0.0, np.where(along >= ends - CENTIMETRE, ends, along))
        order = np.lexsort((along, line))
        line, along = line[order], along[order]
        new = np.ones(len(line), dtype=bool)
        new[1:] = (line[1:] != line[:-1]) | (along[1:] - along[:-1] > CENTIMETRE)
        return line[new], along[new]

    def inside(self) -> int:
        line, along = self.sorted()
        return int(((along > 0) & (along < self.lengths[line])).sum())


def _cut_at_vertices(cuts: _Cuts) -> None:
    """Cut where a vertex is one of several lines, or is visited twice by one; ends are always cuts."""
    _, which, times = np.unique(cuts.points, axis=0, return_inverse=True, return_counts=True)
    chosen = times[which.reshape(-1)] > 1
    chosen[cuts.starts] = chosen[cuts.stops - 1] = True
    cuts.add(cuts.owner[chosen], cuts.vertex_along[chosen])


def _cut_at_crossings(cuts: _Cuts, lines: Sequence[RoadLine]) -> None:
    level = np.array([line.level for line in lines])
    tree = shapely.STRtree(cuts.lines)
    # What only touches shares a vertex or ends beside the other, and is cut for that.
    found = [tree.query(cuts.lines, predicate=predicate) for predicate in ("crosses", "overlaps")]
    a, b = np.concatenate(found, axis=1)
    chosen = (a < b) & (level[a] == level[b])
    a, b = a[chosen], b[chosen]
    met = shapely.intersection(cuts.lines[a], cuts.lines[b])
    # Lines that lie on each other for a while are cut where they part; then the twins are told and dropped.
    parts, pair = shapely.get_parts(met, return_index=True)
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    first, last = np.ones(len(of_part), dtype=bool), np.ones(len(of_part), dtype=bool)
    first[1:], last[:-1] = of_part[1:] != of_part[:-1], of_part[1:] != of_part[:-1]
    ends = first | last
    where, pair = np.asarray(shapely.points(points[ends]), dtype=object), pair[of_part[ends]]
    for side in (a, b):
        cuts.add(side[pair], shapely.line_locate_point(cuts.lines[side[pair]], where))
    _cut_at_own_crossings(cuts)


def _cut_at_own_crossings(cuts: _Cuts) -> None:
    """Cut a line where it crosses itself."""
    for i in np.flatnonzero(~shapely.is_simple(cuts.lines)):
        coordinates = shapely.get_coordinates(cuts.lines[i])
        steps = np.array([shapely.LineString(pair) for pair in pairwise(coordinates)])
        starts = np.concatenate(([0.0], np.cumsum(shapely.length(steps))))
        first, second = shapely.STRtree(steps).query(steps, predicate="intersects")
        apart = first + 1 < second
        first, second = first[apart], second[apart]
        points = shapely.get_coordinates(shapely.centroid(shapely.intersection(steps[first], steps[second])))
        for side in (first, second):
            along = starts[side] + np.hypot(*(points - coordinates[side]).T)
            cuts.add(np.full(len(side), i, dtype=np.int64), along)


def _cut_near_ends(cuts: _Cuts, lines: Sequence[RoadLine], snap_m: float) -> None:
    """Cut a line where another one ends beside it."""
    level = np.array([line.level for line in lines])
    ends = np.array([shape[k] for shape in cuts.shapes for k in (0, -1)]).reshape(-1, 2)
    owner = np.repeat(np.arange(len(lines)), 2)
    where = np.asarray(shapely.points(on_plane(ends)), dtype=object)
    end, line = shapely.STRtree(cuts.lines).query(where, predicate="dwithin", distance=snap_m / true_scale(ends))
    other = (owner[end] != line) & (level[owner[end]] == level[line])
    end, line = end[other], line[other]
    cuts.add(line, shapely.line_locate_point(cuts.lines[line], where[end]))


def _pieces(
    cuts: _Cuts, lines: Sequence[RoadLine], snap_m: float
) -> tuple[Points, list[Piece], float, int]:  # fmt: skip
    if len(lines) == 0:
        return np.zeros((0, 2)), [], 0.0, 0
    line, along = cuts.sorted()
    points, is_end = _cut_points(cuts, line, along)
    group = group_near(points, snap_m)
    nodes, group = _settled_nodes(points, is_end, group)
    moved = float(arcs_m(points, nodes[group]).max(initial=0.0))
    pieces: list[Piece] = []
    zero = 0
    starts = np.flatnonzero(np.concatenate(([True], line[1:] != line[:-1])))
    for first, stop in zip(starts, [*starts[1:], len(line)], strict=True):
        i = int(line[first])
        distances = cuts.vertex_along[cuts.starts[i] : cuts.stops[i]]
        lows = np.searchsorted(distances, along[first : stop - 1] + CENTIMETRE, side="right")
        highs = np.searchsorted(distances, along[first + 1 : stop] - CENTIMETRE, side="left")
        for k, low, high in zip(range(first, stop - 1), lows, highs, strict=True):
            a, b = int(group[k]), int(group[k + 1])
            inner = cuts.shapes[i][low:high]
            shape = np.concatenate((nodes[a : a + 1], inner, nodes[b : b + 1]))
            moved_on = np.any(shape[1:] != shape[:-1], axis=1)
            if not moved_on.all():
                shape = shape[np.concatenate(([True], moved_on))]
            if len(shape) < 2 or (a == b and metres_of(shape) <= max(2 * snap_m, LEAST_SNAP_M)):  # noqa: PLR2004 - two ends
                zero += 1
                continue
            pieces.append(Piece(a=a, b=b, points=shape, line=lines[i]))
    return nodes, pieces, moved, zero


def _cut_points(
    cuts: _Cuts, line: NDArray[np.int64], along: NDArray[np.float64]
) -> tuple[Points, NDArray[np.bool_]]:  # fmt: skip
    """Return the position of each cut - the very vertex where there is one - and whether it is an end of its line."""
    is_end = (along <= 0) | (along >= cuts.lengths[line])
    between = shapely.line_interpolate_point(cuts.lines[line], along)
    points = off_plane(shapely.get_coordinates(between))
    # One axis for all vertices: each line begins where the one before it has long ended.
    shift = np.concatenate(([0.0], np.cumsum(cuts.lengths + 1.0)[:-1]))
    axis = cuts.vertex_along + shift[cuts.owner]
    where = along + shift[line]
    after = np.clip(np.searchsorted(axis, where), 1, len(axis) - 1)
    nearest = np.where(np.abs(axis[after - 1] - where) < np.abs(axis[after] - where), after - 1, after)
    there = (np.abs(axis[nearest] - where) <= CENTIMETRE) & (cuts.owner[nearest] == line)
    points[there] = cuts.points[nearest[there]]
    return points, is_end


def _settled_nodes(
    points: Points, is_end: NDArray[np.bool_], group: NDArray[np.int64]
) -> tuple[Points, NDArray[np.int64]]:  # fmt: skip
    """Return one point a group - of its ends, else of all, the westernmost - and the groups in order of these."""
    order = np.lexsort((points[:, 1], points[:, 0], ~is_end, group))
    first = order[np.concatenate(([True], group[order][1:] != group[order][:-1]))]
    chosen = points[first]
    rank = np.lexsort((chosen[:, 1], chosen[:, 0]))
    new = np.empty(len(rank), dtype=np.int64)
    new[rank] = np.arange(len(rank))
    return chosen[rank], new[group]


def drop_duplicates(pieces: Sequence[Piece], within_m: float) -> tuple[list[Piece], list[Noted]]:
    """Return the pieces without those that draw a road a second time, and what was dropped.

    Of two drawings the stricter word holds: the lower weight limit, the slower class, one direction. Opposite
    one-ways on one line stay two.
    """
    by_ends: dict[tuple[int, int], list[Piece]] = {}
    for piece in pieces:
        by_ends.setdefault((min(piece.a, piece.b), max(piece.a, piece.b)), []).append(piece)
    kept: list[Piece] = []
    twins: list[Noted] = []
    for together in by_ends.values():
        chosen: list[Piece] = []
        for piece in together:
            twin = next((k for k, other in enumerate(chosen) if _same_road(other, piece, within_m)), None)
            if twin is None:
                chosen.append(piece)
                continue
            reason = f"it draws the road of {chosen[twin].line.feature} again"
            twins.append(Noted(row=piece.line.row, feature=piece.line.feature, reason=reason, value=""))
            chosen[twin] = _stricter(chosen[twin], piece)
        kept += chosen
    return kept, twins


def _same_road(one: Piece, other: Piece, within_m: float) -> bool:
    if one.line.oneway and other.line.oneway and not _same_way(one, other):
        return False
    if one.line.level != other.line.level:
        return False
    lengths = metres_of(one.points), metres_of(other.points)
    if abs(lengths[0] - lengths[1]) > 2 * within_m + 0.01 * max(lengths):
        return False
    return apart_m(one.points, other.points) <= max(within_m, LEAST_SNAP_M)


def _same_way(one: Piece, other: Piece) -> bool:
    if one.a != one.b:
        return one.a == other.a
    # Rings: the same way round if the second points are the nearer ones.
    return bool(arcs_m(one.points[[1]], other.points[[1]])[0] <= arcs_m(one.points[[1]], other.points[[-2]])[0])


def _stricter(one: Piece, other: Piece) -> Piece:
    a, b = one.line, other.line
    line = replace(
        a, name=a.name or b.name, name_ar=a.name_ar or b.name_ar, ref=a.ref or b.ref,
        road_class=max(a.road_class, b.road_class, key=SLOWEST_LAST.index), oneway=a.oneway or b.oneway,
        bridge=a.bridge or b.bridge, weight_limit_kg=_least(a.weight_limit_kg, b.weight_limit_kg),
        axle_limit_kg=_least(a.axle_limit_kg, b.axle_limit_kg), width_m=_least(a.width_m, b.width_m),
        height_limit_m=_least(a.height_limit_m, b.height_limit_m),
        width_limit_m=_least(a.width_limit_m, b.width_limit_m),
        single_lane=a.single_lane or b.single_lane,
    )  # fmt: skip
    keeper = other if other.line.oneway and not a.oneway else one
    return replace(keeper, line=line)


Said = TypeVar("Said", int, float)


def _least(one: Said | None, other: Said | None) -> Said | None:
    return min((said for said in (one, other) if said is not None), default=None)


def _upright(line: RoadLine) -> RoadLine:
    """Return a two-way line drawn from its lesser end, so that it does not matter how it was drawn."""
    forth, back = line.points, line.points[::-1]
    if line.oneway or tuple(forth.ravel()) <= tuple(back.ravel()):
        return line
    return replace(line, points=np.ascontiguousarray(back))


def _key(line: RoadLine) -> tuple[object, ...]:
    said = (line.name, line.name_ar, line.ref, line.road_class, line.oneway, line.bridge, line.level)
    limits = (
        line.weight_limit_kg or 0,
        line.axle_limit_kg or 0,
        line.height_limit_m or 0.0,
        line.width_limit_m or 0.0,
        line.width_m or 0.0,
        line.single_lane,
    )
    return (tuple(line.points[0]), tuple(line.points[-1]), len(line.points), line.points.tobytes(), said, limits,
            line.feature, line.row)  # fmt: skip
