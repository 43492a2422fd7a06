"""In which area a point of a road lies: by outlines where they are given, else by the nearest place that has one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from routing.building.graph import Graph, split
from routing.building.plane import on_sphere
from routing.network import AreaId, Place
from routing.readers.roadline import Points
from routing.readers.vector import Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Districts:
    """Where the areas lie, as far as it is known."""

    outlines: Sequence[Outline]
    anchors: Sequence[Place]
    """Places with an authored area."""

    def areas(self, points: Points) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Return the area of each point and how far away that was read: 0 inside an outline, else the anchor's metres.

        Of overlapping outlines the smallest counts: a pocket is drawn over the land around it. A point outside them
        all is in no area that has an outline. None: nothing says where it lies.
        """
        found = np.full(len(points), None, dtype=object)
        metres = np.zeros(len(points))
        if self.outlines and len(points):
            ordered = sorted(self.outlines, key=lambda outline: (float(shapely.area(outline.land)), outline.id))
            tree = shapely.STRtree([outline.land for outline in ordered])
            point, outline = tree.query(shapely.points(points), predicate="intersects")
            for k in np.lexsort((-outline, point)):
                found[point[k]] = ordered[outline[k]].id
        open_ = np.array([k for k, area in enumerate(found) if area is None], dtype=np.int64)
        drawn = {outline.id for outline in self.outlines}
        ids = sorted((place for place in self.anchors if place.area not in drawn), key=lambda place: place.id)
        if len(open_) and ids:
            tree_of_anchors = cKDTree(on_sphere(np.array([place.position for place in ids])))
            away, nearest = tree_of_anchors.query(on_sphere(points[open_]))
            found[open_] = np.array([place.area for place in ids], dtype=object)[nearest]
            metres[open_] = away
        return found, metres


def cut_at_borders(
    graph: Graph, districts: Districts, fixed: Mapping[int, AreaId]
) -> tuple[Graph, NDArray[np.object_], NDArray[np.float64]]:
    """Return the graph cut wherever a road enters another area, the area of each node, and how far it was read.

    After this no piece touches more than two areas, and none that touches two may be merged with another: a road
    through a pocket must not become a road past it. `fixed` are nodes whose area is on record.
    """
    areas, metres = districts.areas(graph.nodes)
    for node, area in fixed.items():
        areas[node], metres[node] = area, 0.0
    if not graph.pieces:
        return graph, areas, metres
    inner = [piece.points[1:-1] for piece in graph.pieces]
    counts = np.cumsum([0, *(len(points) for points in inner)])
    of_inner, _ = districts.areas(np.concatenate(inner))
    at: dict[int, list[tuple[int, Points]]] = {}
    new_areas: dict[tuple[int, int], AreaId] = {}
    for number, piece in enumerate(graph.pieces):
        told = [areas[piece.a], *of_inner[counts[number] : counts[number + 1]], areas[piece.b]]
        if len(set(told)) == 1:
            continue
        # Cut at the last vertex inside the one area and the first inside the next: what crosses is one step, however
        # the line was drawn, and cut again it stays as it is.
        for k in range(1, len(told) - 1):
            if told[k] != told[k - 1] or told[k] != told[k + 1]:
                at.setdefault(number, []).append((k - 1, piece.points[k]))
                new_areas[number, len(at[number]) - 1] = told[k]
    cut, made = split(graph, at)
    grown = np.concatenate((areas, np.full(len(made), None, dtype=object)))
    away = np.concatenate((metres, np.zeros(len(made))))
    for key, node in made.items():
        grown[node] = new_areas[key]
    return cut, grown, away
