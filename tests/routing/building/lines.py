"""Roads of a few metres for tests, on a plane of metres east and north of 36 E, 35 N."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from routing.building.build import Built, build_network
from routing.network import EARTH_RADIUS_M, Area, Place, Position, RoadNetwork
from routing.readers.roadline import Points, RoadLine

DEGREE_M = math.radians(1) * EARTH_RADIUS_M
NOBODY = RoadNetwork(places={}, segments={}, gates={}, areas={})


def at(east: float, north: float) -> Position:
    """Return a position so many metres from 36 E, 35 N."""
    return round(36 + east / DEGREE_M / math.cos(math.radians(35)), 7), round(35 + north / DEGREE_M, 7)


def points(*positions: tuple[float, float]) -> Points:
    return np.array(positions, dtype=np.float64)


def road(name: str, *metres: tuple[float, float], **said: Any) -> RoadLine:  # noqa: ANN401 - any field of a line
    """Return a road through points in metres."""
    plain = RoadLine(row=1, feature=name, points=points(*(at(*m) for m in metres)), road_class="primary", name=name)
    return replace(plain, **said)


def place(name: str, east: float, north: float, area: str = "west") -> Place:
    return Place(id=name, name=name, name_ar=name, kind="town", position=at(east, north), area=area)


def towns(*places: Place) -> RoadNetwork:
    """Return a crisis that has places and no roads yet."""
    areas = {p.area: Area(id=p.area, name=p.area, name_ar=p.area) for p in places}
    return RoadNetwork(places={p.id: p for p in places}, segments={}, gates={}, areas=areas)


def build(lines: Sequence[RoadLine], old: RoadNetwork = NOBODY, *, noded: bool = False, **how: Any) -> Built:  # noqa: ANN401 - as `build_network`
    return build_network(lines, noded=noded, old=old, **how)


def ends(network: RoadNetwork) -> Mapping[str, tuple[Position, Position]]:
    """Return where each segment begins and ends."""
    return {s.id: (s.shape[0], s.shape[-1]) for s in network.segments.values()}


def total_m(network: RoadNetwork) -> int:
    return sum(segment.length_m for segment in network.segments.values())


def graph_of(lines: Sequence[RoadLine]) -> "nx.DiGraph[Position]":
    """Return the roads vertex by vertex: the plainest network there is, to compare with."""
    graph: nx.DiGraph[Position] = nx.DiGraph()
    for line in lines:
        for a, b in pairwise(map(tuple, line.points.tolist())):
            metres = math.hypot((a[0] - b[0]) * DEGREE_M * math.cos(math.radians(35)), (a[1] - b[1]) * DEGREE_M)
            for start, end in [(a, b)] if line.oneway else [(a, b), (b, a)]:
                if metres < graph.get_edge_data(start, end, {"metres": math.inf})["metres"]:
                    graph.add_edge(start, end, metres=metres)
    return graph


def graph_of_network(network: RoadNetwork) -> "nx.DiGraph[Position]":
    """Return the network between the drawn ends of its segments."""
    graph: nx.DiGraph[Position] = nx.DiGraph()
    for s in network.segments.values():
        a, b = s.shape[0], s.shape[-1]
        for start, end in [(a, b)] if s.oneway else [(a, b), (b, a)]:
            if s.length_m < graph.get_edge_data(start, end, {"metres": math.inf})["metres"]:
                graph.add_edge(start, end, metres=s.length_m)
    return graph
