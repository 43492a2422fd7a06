"""Put the places of a crisis on the roads: at a node near by, else on a new one, with the distance said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from scipy.spatial import cKDTree

from routing.building.graph import Graph, split
from routing.building.noding import Piece
from routing.building.plane import arcs_m, off_plane, on_plane, on_sphere, plane_lines, true_scale
from routing.network import PlaceId, Position
from routing.readers.roadline import Points, RoadLine
from routing.units import Metres

NODE_NEAR_M: Final = 30.0
"""A place takes an end of the piece it lies beside rather than splitting it so near to that end."""
LEAST_SHARE: Final = 0.01
"""A component is a network that places may stand on if it has this share of all kilometres."""

How = Literal["node", "split", "spur"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """How a place came onto the roads: at a node, by a split, or by a straight spur to a node that another holds."""

    place: PlaceId
    node: int
    metres: Metres
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """A place that no suitable road comes near; `metres` is the distance to the nearest, None without any road."""

    place: PlaceId
    metres: Metres | None


def attach(
    graph: Graph, places: Mapping[PlaceId, Position], *, within_m: float, taken: Mapping[int, PlaceId] | None = None
) -> tuple[Graph, tuple[Attached, ...], tuple[Far, ...]]:
    """Return the graph with a node for each place within the limit, how each was attached, and which are too far.

    Suitable is a piece that is no bridge and no tunnel and lies in a component of at least one percent of all
    kilometres: a place on a stray piece of road would be cut off for good. Two places never share a node; of two
    that want one, the nearer has it.
    """
    names = sorted(places)
    if not names:
        return graph, (), ()
    points = np.array([places[name] for name in names], dtype=np.float64)
    suitable = _suitable(graph)
    if len(suitable) == 0:
        return graph, (), tuple(Far(place=name, metres=None) for name in names)
    shapes = [graph.pieces[number].points for number in suitable]
    lines = plane_lines(shapes)
    where = shapely.points(on_plane(points))
    _, nearest = shapely.STRtree(lines).query_nearest(where, all_matches=False)
    along = shapely.line_locate_point(lines[nearest], where)
    feet = off_plane(shapely.get_coordinates(shapely.line_interpolate_point(lines[nearest], along)))
    metres = arcs_m(points, feet)
    far = tuple(Far(place=names[k], metres=round(metres[k])) for k in range(len(names)) if metres[k] > within_m)
    near = sorted((k for k in range(len(names)) if metres[k] <= within_m), key=lambda k: (metres[k], names[k]))
    scale = true_scale(feet)
    wishes: dict[int, list[tuple[float, int]]] = {}
    found: dict[int, tuple[int, How]] = {}
    used = set(taken or {})
    for k in near:
        number = int(suitable[nearest[k]])
        piece, length = graph.pieces[number], float(shapely.length(lines[nearest[k]]))
        to_a, to_b = float(along[k] * scale[k]), float((length - along[k]) * scale[k])
        end = piece.a if to_a <= to_b else piece.b
        if min(to_a, to_b) <= NODE_NEAR_M and end not in used:
            used.add(end)
            found[k] = end, "node"
        elif min(to_a, to_b) <= 1:
            found[k] = end, "spur"
        else:
            wishes.setdefault(number, []).append((float(along[k]), k))
    return _placed(graph, names, points, feet, metres, found, wishes, far)


def _placed(
    graph: Graph,
    names: Sequence[PlaceId],
    points: Points,
    feet: Points,
    metres: Points,
    found: dict[int, tuple[int, How]],
    wishes: Mapping[int, list[tuple[float, int]]],
    far: tuple[Far, ...],
) -> tuple[Graph, tuple[Attached, ...], tuple[Far, ...]]:
    at: dict[int, list[tuple[int, Points]]] = {}
    order: dict[tuple[int, int], int] = {}
    spurs: list[tuple[int, int]] = []
    for number, list_ in wishes.items():
        shape = graph.pieces[number].points
        steps = _distances(shape)
        kept: list[int] = []
        for along, k in sorted(list_):
            if kept and arcs_m(feet[[kept[-1]]], feet[[k]])[0] <= 1:
                spurs.append((k, kept[-1]))
                continue
            step = int(np.clip(np.searchsorted(steps, along, side="right") - 1, 0, len(steps) - 2))
            at.setdefault(number, []).append((step, feet[k]))
            order[number, len(at[number]) - 1] = k
            kept.append(k)
    new, made = split(graph, at)
    for key, node in made.items():
        found[order[key]] = node, "split"
    for k, other in spurs:
        found[k] = found[other][0], "spur"
    return _with_spurs(new, names, points, metres, found, far)


def _with_spurs(
    graph: Graph,
    names: Sequence[PlaceId],
    points: Points,
    metres: Points,
    found: Mapping[int, tuple[int, How]],
    far: tuple[Far, ...],
) -> tuple[Graph, tuple[Attached, ...], tuple[Far, ...]]:
    nodes, pieces = [graph.nodes], list(graph.pieces)
    count = len(graph.nodes)
    attached: list[Attached] = []
    for k in sorted(found, key=lambda k: names[k]):
        node, how = found[k]
        if how == "spur":
            line = RoadLine(row=0, feature=f"spur/{names[k]}", points=points[[k]], road_class="track", name=SPUR)
            own = np.round(points[[k]], 7)
            if np.all(own[0] == graph.nodes[node]):
                own = own + np.array([[0.0, 1e-5]])
            shape = np.concatenate((own, graph.nodes[[node]]))
            pieces.append(Piece(a=count, b=node, points=shape, line=line))
            nodes.append(own)
            node, count = count, count + 1
        attached.append(Attached(place=names[k], node=node, metres=round(metres[k]), how=how))
    return Graph(nodes=np.concatenate(nodes), pieces=tuple(pieces)), tuple(attached), far


SPUR: Final = "Spur, not surveyed"
"""The name of the straight way between a place and the node that another place holds already."""


def _suitable(graph: Graph) -> Sequence[int]:
    component, metres = graph.components(), graph.metres()
    a, _ = graph.ends()
    of_piece = component[a]
    share = np.bincount(of_piece, weights=metres) / max(1.0, metres.sum()) if len(of_piece) else np.zeros(0)
    return [
        number
        for number, piece in enumerate(graph.pieces)
        if not piece.line.bridge and piece.line.level == 0 and share[of_piece[number]] >= LEAST_SHARE
    ]


def _distances(shape: Points) -> Points:
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(on_plane(shape), axis=0).T))))


def hold(graph: Graph, points: Points, within_m: float) -> tuple[Graph, frozenset[int]]:
    """Return the graph with a node for each point that a road passes within the limit, and these nodes.

    They are the ends of segments that evidence names: no chain may swallow them. The nearest node serves, else the
    road is split.
    """
    if len(points) == 0 or not graph.pieces:
        return graph, frozenset()
    a, b = graph.ends()
    used = np.unique(np.concatenate((a, b)))
    near, which = cKDTree(on_sphere(graph.nodes[used])).query(on_sphere(points))
    held = {int(node) for node in used[np.asarray(which)[near <= within_m]]}
    left = points[near > within_m]
    if len(left) == 0:
        return graph, frozenset(held)
    lines = plane_lines([piece.points for piece in graph.pieces])
    where = shapely.points(on_plane(left))
    _, nearest = shapely.STRtree(lines).query_nearest(where, all_matches=False)
    along = shapely.line_locate_point(lines[nearest], where)
    feet = off_plane(shapely.get_coordinates(shapely.line_interpolate_point(lines[nearest], along)))
    wishes: dict[int, dict[float, int]] = {}
    for k in np.flatnonzero(arcs_m(left, feet) <= within_m):
        wishes.setdefault(int(nearest[k]), {})[round(float(along[k]), 1)] = int(k)
    at: dict[int, list[tuple[int, Points]]] = {}
    for number, by_along in wishes.items():
        steps = _distances(graph.pieces[number].points)
        for along_k, of_point in sorted(by_along.items()):
            step = int(np.clip(np.searchsorted(steps, along_k, side="right") - 1, 0, len(steps) - 2))
            at.setdefault(number, []).append((step, feet[of_point]))
    new, made = split(graph, at)
    return new, frozenset(held | set(made.values()))
