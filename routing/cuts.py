"""Which closed roads cut a place off, and which few would have to open to reach it again."""

from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final

import networkx as nx

from routing.network import PlaceId, RoadNetwork, Segment, SegmentId

_CLOSED_CAPACITY: Final = 1


def connected(network: RoadNetwork, closed: AbstractSet[SegmentId], origin: PlaceId, destination: PlaceId) -> bool:
    """Tell whether the open segments lead from the origin to the destination, one-way roads respected.

    Raises
    ------
    UnknownId
        If a place is not in the network.
    """
    for place in (origin, destination):
        network.get_place(place)
    graph: nx.DiGraph[PlaceId] = nx.DiGraph()
    graph.add_nodes_from((origin, destination))
    for segment in network.segments.values():
        if segment.id not in closed:
            graph.add_edges_from(_directions(segment))
    return bool(nx.has_path(graph, origin, destination))


def isolating(
    network: RoadNetwork, closed: AbstractSet[SegmentId], origin: PlaceId, destination: PlaceId
) -> tuple[SegmentId, ...]:
    """Return the fewest closed segments whose closure alone separates the two places, in order of their ids.

    Of several smallest sets the one nearest to the destination. Empty where closures are not what separates them:
    the open segments connect them, or not even the whole network does.

    Raises
    ------
    UnknownId
        If a place is not in the network.

    References
    ----------
    Minimum cut, equal to maximum flow: Ford and Fulkerson (1956), doi 10.4153/CJM-1956-045-5.
    """
    if origin == destination or connected(network, closed, origin, destination):
        return ()
    district = _districts(network, closed, origin, destination)
    # Parallel segments share an arc: it can be cut only if all of them are closed, and then costs each of them.
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from((district[origin], district[destination]))
    for segment in network.segments.values():
        capacity = _CLOSED_CAPACITY if segment.id in closed else len(network.segments) + 1
        for a, b in _directions(segment):
            start, end = district[a], district[b]
            if start != end:
                before = graph.edges[start, end]["capacity"] if graph.has_edge(start, end) else 0
                graph.add_edge(start, end, capacity=before + capacity)
    _, (near, far) = nx.minimum_cut(graph, district[origin], district[destination])
    crossing = {
        segment.id
        for segment in network.segments.values()
        for a, b in _directions(segment)
        if segment.id in closed and district[a] in near and district[b] in far
    }
    return tuple(sorted(crossing))


def _districts(network: RoadNetwork, closed: AbstractSet[SegmentId], *places: PlaceId) -> dict[PlaceId, int]:
    """Number the places so that those which open roads join both ways share a number.

    No smallest cut runs through such a district, and there are far fewer of them than places: the cut is found on
    the districts.
    """
    graph: nx.DiGraph[PlaceId] = nx.DiGraph()
    graph.add_nodes_from(places)
    for segment in network.segments.values():
        graph.add_nodes_from((segment.start, segment.end))
        if segment.id not in closed:
            graph.add_edges_from(_directions(segment))
    return {place: number for number, found in enumerate(nx.strongly_connected_components(graph)) for place in found}


def opening(
    network: RoadNetwork, closed: AbstractSet[SegmentId], origin: PlaceId, destination: PlaceId
) -> tuple[SegmentId, ...]:
    """Return the fewest closed segments that would have to open for a way to exist, in driving order.

    Of several equally small sets the one with the shortest driving time. Empty where nothing needs to open or where
    opening does not help; `connected` tells which.

    Raises
    ------
    UnknownId
        If a place is not in the network.
    """
    graph = _roads(network, origin, destination)
    # One closed segment outweighs any drive, so that the count decides and time only breaks ties.
    whole_network_s = 1 + sum(segment.drive_seconds() for segment in network.segments.values())
    best: nx.DiGraph[PlaceId] = nx.DiGraph()
    best.add_nodes_from((origin, destination))
    for a, b, name in graph.edges(keys=True):
        cost = network.segments[name].drive_seconds() + (whole_network_s if name in closed else 0)
        if not best.has_edge(a, b) or cost < best.edges[a, b]["cost"]:
            best.add_edge(a, b, cost=cost, segment=name)
    try:
        places = nx.dijkstra_path(best, origin, destination, weight="cost")
    except nx.NetworkXNoPath:
        return ()
    way = [best.edges[a, b]["segment"] for a, b in pairwise(places)]
    return tuple(name for name in way if name in closed)


def _roads(network: RoadNetwork, *places: PlaceId) -> "nx.MultiDiGraph[PlaceId]":
    """Return every direction of every segment, after checking that the places exist."""
    for place in places:
        network.get_place(place)
    graph: nx.MultiDiGraph[PlaceId] = nx.MultiDiGraph()
    graph.add_nodes_from(places)
    for name in sorted(network.segments):
        for a, b in _directions(network.segments[name]):
            graph.add_edge(a, b, key=name)
    return graph


def _directions(segment: Segment) -> tuple[tuple[PlaceId, PlaceId], ...]:
    forth = (segment.start, segment.end)
    return (forth,) if segment.oneway else (forth, (segment.end, segment.start))
