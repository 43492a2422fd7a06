"""Pieces of road between nodes while the network is being built: which component, which area, split where."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from routing.building.noding import Piece
from routing.readers.roadline import Points, lengths_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes and the pieces between them."""

    nodes: Points
    pieces: tuple[Piece, ...]

    def components(self) -> NDArray[np.int64]:
        """Return the component of each node, the one with most kilometres first; nodes without pieces come last."""
        size = len(self.nodes)
        a, b = self.ends()
        links = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(size, size))
        count, found = connected_components(links, directed=False)
        metres = np.bincount(found[a], weights=self.metres(), minlength=count) if len(a) else np.zeros(count)
        rank = np.empty(count, dtype=np.int64)
        rank[np.argsort(-metres, kind="stable")] = np.arange(count)
        return np.asarray(rank[found], dtype=np.int64)

    def ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the two nodes of each piece."""
        a = np.fromiter((piece.a for piece in self.pieces), dtype=np.int64, count=len(self.pieces))
        b = np.fromiter((piece.b for piece in self.pieces), dtype=np.int64, count=len(self.pieces))
        return a, b

    def metres(self) -> NDArray[np.float64]:
        """Return the length of each piece."""
        return lengths_of([piece.points for piece in self.pieces])


def split(graph: Graph, at: Mapping[int, Sequence[tuple[int, Points]]]) -> tuple[Graph, dict[tuple[int, int], int]]:
    """Split pieces at positions on them.

    `at` has, for pieces by number, the index of the step and the position on it, in order along the piece. Returns
    the new graph - old nodes keep their numbers - and the node made for each piece and place in its list.
    """
    nodes = [graph.nodes]
    count = len(graph.nodes)
    made: dict[tuple[int, int], int] = {}
    pieces: list[Piece] = []
    for number, piece in enumerate(graph.pieces):
        a, last = piece.a, 0
        start = piece.points[:1]
        for k, (step, point) in enumerate(at.get(number, ())):
            made[number, k] = count
            nodes.append(point.reshape(1, 2))
            pieces += _part(piece, a, count, (start, piece.points[last + 1 : step + 1], point.reshape(1, 2)))
            a, last, start, count = count, step, point.reshape(1, 2), count + 1
        pieces += _part(piece, a, piece.b, (start, piece.points[last + 1 :]))
    return Graph(nodes=np.concatenate(nodes), pieces=tuple(pieces)), made


def _part(piece: Piece, a: int, b: int, parts: Sequence[Points]) -> list[Piece]:
    shape = np.concatenate(parts)
    shape = shape[np.concatenate(([True], np.any(shape[1:] != shape[:-1], axis=1)))]
    return [replace(piece, a=a, b=b, points=shape)] if len(shape) > 1 else []


def degrees(graph: Graph) -> NDArray[np.int64]:
    """Return how many ends of pieces meet at each node."""
    a, b = graph.ends()
    return np.bincount(np.concatenate((a, b)), minlength=len(graph.nodes))


def without(pieces: Sequence[Piece], gone: Collection[int]) -> tuple[Piece, ...]:
    """Return the pieces but those of these numbers."""
    return tuple(piece for number, piece in enumerate(pieces) if number not in gone)
