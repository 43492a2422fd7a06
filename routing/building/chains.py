"""Merge pieces that follow one another without a choice into one, with their whole geometry."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from routing.building.graph import Graph, split
from routing.building.noding import Piece
from routing.network import RoadClass
from routing.readers.roadline import Points, RoadLine, metres_of, steps_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One segment to be: from node to node, with what is said of all of it."""

    a: int
    b: int
    points: Points = field(repr=False, compare=False)
    road_class: RoadClass
    oneway: bool
    bridge: bool
    weight_limit_kg: int | None
    axle_limit_kg: int | None
    height_limit_m: float | None
    width_limit_m: float | None
    width_m: float | None
    single_lane: bool
    name: str
    name_ar: str
    ref: str


def contract(graph: Graph, fixed: Collection[int], is_border: Callable[[Piece], bool]) -> list[Chain]:
    """Return the chains between nodes that matter.

    A node matters if other than two pieces meet there, if it is `fixed` (a place, a gate, an old end), or if class,
    direction, bridge, limits, width or lanes change. A piece over a border of areas is never merged. A ring
    keeps its own node and one half way round, so that no chain ends where it begins; pieces that are rings
    themselves must have been opened (`open_rings`).
    """
    meeting = _meeting(graph)
    inner = {
        node
        for node, ends in enumerate(meeting)
        if node not in fixed and len(ends) == 2 and _may_merge(graph.pieces, ends, is_border)  # noqa: PLR2004 - a pass
    }
    _keep_rings_open(graph, meeting, inner)
    chains: list[Chain] = []
    used = np.zeros(len(graph.pieces), dtype=bool)
    for node in range(len(graph.nodes)):
        if node in inner:
            continue
        for number, _ in meeting[node]:
            if not used[number]:
                walk = _walk(graph.pieces, meeting, inner, number, node)
                used[[n for n, _ in walk]] = True
                chains.append(_chain(graph.pieces, walk))
    return chains


def open_rings(graph: Graph) -> Graph:
    """Return the graph with each piece that ends where it begins split half way round."""
    at: dict[int, list[tuple[int, Points]]] = {}
    for number, piece in enumerate(graph.pieces):
        if piece.a == piece.b:
            along = np.cumsum(steps_m(piece.points))
            k = int(np.clip(np.searchsorted(along, along[-1] / 2) + 1, 1, len(piece.points) - 2))
            at[number] = [(k - 1, piece.points[k])]
    return split(graph, at)[0] if at else graph


def _meeting(graph: Graph) -> list[list[tuple[int, bool]]]:
    """Return, for each node, the pieces that meet there and whether they begin there."""
    meeting: list[list[tuple[int, bool]]] = [[] for _ in range(len(graph.nodes))]
    for number, piece in enumerate(graph.pieces):
        meeting[piece.a].append((number, True))
        meeting[piece.b].append((number, False))
    return meeting


def _may_merge(pieces: Sequence[Piece], ends: Sequence[tuple[int, bool]], is_border: Callable[[Piece], bool]) -> bool:
    (one, begins), (other, other_begins) = ends
    if one == other or is_border(pieces[one]) or is_border(pieces[other]):
        return False
    a, b = pieces[one].line, pieces[other].line
    if _rules(pieces[one]) != _rules(pieces[other]):
        return False
    # One-ways go on only where one arrives and the other leaves.
    return not (a.oneway or b.oneway) or begins != other_begins


def _rules(piece: Piece) -> tuple[object, ...]:
    line = piece.line
    return (line.road_class, line.oneway, line.bridge, line.weight_limit_kg, line.axle_limit_kg,
            line.height_limit_m, line.width_limit_m, line.width_m, line.single_lane,
            line.feature.startswith("spur/"))  # fmt: skip


def _keep_rings_open(graph: Graph, meeting: list[list[tuple[int, bool]]], inner: set[int]) -> None:
    """Take nodes out of `inner` wherever a chain would end where it begins."""
    seen = np.zeros(len(graph.pieces), dtype=bool)
    for node in range(len(graph.nodes)):
        for number, _ in () if node in inner else meeting[node]:
            if not seen[number]:
                walk = _walk(graph.pieces, meeting, inner, number, node)
                seen[[n for n, _ in walk]] = True
                if _ends(graph.pieces, walk)[1] == node:
                    inner.discard(_half_way(graph, walk))
    # Rings that touch no kept node at all: keep the westernmost and the one half way round.
    for node in sorted(inner, key=lambda n: tuple(graph.nodes[n])):
        if node in inner and not seen[meeting[node][0][0]]:
            inner.discard(node)
            walk = _walk(graph.pieces, meeting, inner, min(n for n, _ in meeting[node]), node)
            seen[[n for n, _ in walk]] = True
            inner.discard(_half_way(graph, walk))


def _half_way(graph: Graph, walk: Sequence[tuple[int, bool]]) -> int:
    lengths = np.cumsum([metres_of(graph.pieces[number].points) for number, _ in walk])
    between = [graph.pieces[n].b if forth else graph.pieces[n].a for n, forth in walk[:-1]]
    off = [(round(abs(float(lengths[k]) - lengths[-1] / 2), 3), tuple(graph.nodes[node]), node)
           for k, node in enumerate(between)]  # fmt: skip
    return min(off)[2]


def _walk(
    pieces: Sequence[Piece], meeting: list[list[tuple[int, bool]]], inner: Collection[int], number: int, node: int
) -> list[tuple[int, bool]]:
    """Return the pieces from a node on until the next that is kept, and whether each is driven as it is drawn."""
    walk: list[tuple[int, bool]] = []
    while True:
        forth = pieces[number].a == node
        walk.append((number, forth))
        node = pieces[number].b if forth else pieces[number].a
        if node not in inner:
            return walk
        number = next(n for n, _ in meeting[node] if n != number)


def _ends(pieces: Sequence[Piece], walk: Sequence[tuple[int, bool]]) -> tuple[int, int]:
    (first, forth), (last, last_forth) = walk[0], walk[-1]
    start = pieces[first].a if forth else pieces[first].b
    return start, pieces[last].b if last_forth else pieces[last].a


def _chain(pieces: Sequence[Piece], walk: Sequence[tuple[int, bool]]) -> Chain:
    first = pieces[walk[0][0]].line
    if first.oneway and not walk[0][1]:
        walk = [(number, not forth) for number, forth in reversed(walk)]
    drawn = [pieces[number].points if forth else pieces[number].points[::-1] for number, forth in walk]
    points = np.concatenate([drawn[0], *(shape[1:] for shape in drawn[1:])])
    a, b = _ends(pieces, walk)
    if not first.oneway and tuple(points[0]) > tuple(points[-1]):
        a, b, points = b, a, np.ascontiguousarray(points[::-1])
    along = [pieces[number] for number, _ in walk]
    return Chain(
        a=a, b=b, points=points, road_class=first.road_class, oneway=first.oneway, bridge=first.bridge,
        weight_limit_kg=first.weight_limit_kg, axle_limit_kg=first.axle_limit_kg, height_limit_m=first.height_limit_m,
        width_limit_m=first.width_limit_m, width_m=first.width_m, single_lane=first.single_lane,
        name=_longest(along, lambda line: line.name), name_ar=_longest(along, lambda line: line.name_ar),
        ref=_longest(along, lambda line: line.ref),
    )  # fmt: skip


def _longest(pieces: Sequence[Piece], said: Callable[[RoadLine], str]) -> str:
    """Return what is said of most of the way, as far as anything is said."""
    words = {said(piece.line) for piece in pieces} - {""}
    if len(words) < 2:  # noqa: PLR2004 - nothing to choose
        return next(iter(words), "")
    metres = {word: sum(metres_of(p.points) for p in pieces if said(p.line) == word) for word in words}
    return max(sorted(words), key=lambda word: round(metres[word], 3))
