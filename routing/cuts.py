"""Which closed roads cut a place off, and which few would have to open to reach it again."""

from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final

import networkx as nx

from routing.network import PlaceId, RoadNetwork, Segment, SegmentId

_CLOSED_CAPACITY: Final = 1


class Districts:
    """A network with some roads closed, its places joined into districts that open roads connect both ways.

    No smallest cut runs through a district, and there are far fewer of them than places. Made once for a set of
    closed roads, it answers many questions.
    """

    def __init__(self, network: RoadNetwork, closed: AbstractSet[SegmentId]) -> None:
        """Number the districts and join them by what is left between them."""
        self._network, self._closed = network, closed
        ground: nx.DiGraph[PlaceId] = nx.DiGraph()
        ground.add_nodes_from(network.places)
        ground.add_edges_from(
            way for name, segment in network.segments.items() if name not in closed for way in _directions(segment)
        )
        self._of = {
            place: number for number, found in enumerate(nx.strongly_connected_components(ground)) for place in found
        }
        # Parallel segments share an arc: it can be cut only if all of them are closed, and then costs each of them.
        self._arcs: nx.DiGraph[int] = nx.DiGraph()
        self._arcs.add_nodes_from(self._of.values())
        for segment in network.segments.values():
            capacity = _CLOSED_CAPACITY if segment.id in closed else len(network.segments) + 1
            for a, b in _directions(segment):
                start, end = self._of[a], self._of[b]
                if start != end:
                    before = self._arcs.edges[start, end]["capacity"] if self._arcs.has_edge(start, end) else 0
                    self._arcs.add_edge(start, end, capacity=before + capacity)
        self._open_arcs = nx.subgraph_view(
            self._arcs, filter_edge=lambda a, b: self._arcs.edges[a, b]["capacity"] > len(network.segments)
        )

    def connected(self, origin: PlaceId, destination: PlaceId) -> bool:
        """Tell whether the open segments lead from the origin to the destination, one-way roads respected.

        Raises
        ------
        UnknownId
            If a place is not in the network.
        """
        start, end = (self._of[self._network.get_place(place).id] for place in (origin, destination))
        return start == end or bool(nx.has_path(self._open_arcs, start, end))

    def isolating(self, origin: PlaceId, destination: PlaceId) -> tuple[SegmentId, ...]:
        """Return the fewest closed segments whose closure alone separates the two places, in order of their ids.

        Of several smallest sets the one nearest to the destination. Empty where closures are not what separates
        them: the open segments connect them, or not even the whole network does.

        Raises
        ------
        UnknownId
            If a place is not in the network.

        References
        ----------
        Minimum cut, equal to maximum flow: Ford and Fulkerson (1956), doi 10.4153/CJM-1956-045-5.
        """
        if self.connected(origin, destination):
            return ()
        _, (near, far) = nx.minimum_cut(self._arcs, self._of[origin], self._of[destination])
        crossing = {
            name
            for name in self._closed
            if name in self._network.segments
            for a, b in _directions(self._network.segments[name])
            if self._of[a] in near and self._of[b] in far
        }
        return tuple(sorted(crossing))


def connected(network: RoadNetwork, closed: AbstractSet[SegmentId], origin: PlaceId, destination: PlaceId) -> bool:
    """Tell whether open segments lead from the origin to the destination; raises as `Districts.connected` does."""
    return Districts(network, closed).connected(origin, destination)


def isolating(
    network: RoadNetwork, closed: AbstractSet[SegmentId], origin: PlaceId, destination: PlaceId
) -> tuple[SegmentId, ...]:
    """Return the fewest closed segments that separate two places, for a single question to `Districts`."""
    return Districts(network, closed).isolating(origin, destination)


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
