"""Which closed roads cut a place off, and which few would have to open to reach it again."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import networkx as nx

from routing.network import GateId, PlaceId, RoadNetwork, Segment, SegmentId

_CLOSED_CAPACITY: Final = 1

Node: TypeAlias = int | tuple[int, str]
"""A district, or one of the two sides of a barrier of several segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """What one decision or one repair would lift: a closed gate with all its segments, or a closed segment alone."""

    gate: GateId | None
    segments: tuple[SegmentId, ...]


class Districts:
    """A network with some roads closed, its places joined into districts that open roads connect both ways.

    No smallest cut runs through a district, and there are far fewer of them than places. Made once for a set of
    closed roads, it answers many questions.
    """

    def __init__(
        self, network: RoadNetwork, closed: AbstractSet[SegmentId], barriers: Collection[Barrier] | None = None
    ) -> None:
        """Number the districts and join them by what is left between them; without `barriers` each segment is one."""
        self._network, self._closed = network, closed
        ground: nx.DiGraph[PlaceId] = nx.DiGraph()
        ground.add_nodes_from(network.places)
        ground.add_edges_from(
            way for name, segment in network.segments.items() if name not in closed for way in _directions(segment)
        )
        self._of: dict[PlaceId, Node] = {
            place: number for number, found in enumerate(nx.strongly_connected_components(ground)) for place in found
        }
        self._barriers = _alone(network, closed) if barriers is None else _by_place(network, barriers)
        self._more = len(self._barriers) + 1
        self._cuts: dict[tuple[Node, Node], tuple[Barrier, ...]] = {}
        # Parallel segments share an arc: it can be cut only if all of them are closed, and then costs each of them.
        self._arcs: nx.DiGraph[Node] = nx.DiGraph()
        self._arcs.add_nodes_from(self._of.values())
        for segment in network.segments.values():
            if segment.id not in closed:
                for a, b in _directions(segment):
                    self._join(self._of[a], self._of[b], self._more)
        for number, barrier in enumerate(self._barriers):
            self._join_barrier(number, [network.segments[name] for name in barrier.segments])
        self._open_arcs = nx.subgraph_view(
            self._arcs, filter_edge=lambda a, b: self._arcs.edges[a, b]["capacity"] >= self._more
        )

    def _join_barrier(self, number: int, segments: Sequence[Segment]) -> None:
        """Lead a single road from end to end; several meet at one place, so that whoever passes one passes them all."""
        ways = [(self._of[a], self._of[b]) for segment in segments for a, b in _directions(segment)]
        if len(segments) == 1:
            for a, b in ways:
                self._join(a, b, _CLOSED_CAPACITY)
            return
        before, behind = (number, "before"), (number, "behind")
        self._join(before, behind, _CLOSED_CAPACITY)
        for a, b in ways:
            self._join(a, before, self._more)
            self._join(behind, b, self._more)

    def _join(self, start: Node, end: Node, capacity: int) -> None:
        if start != end:
            already = self._arcs.edges[start, end]["capacity"] if self._arcs.has_edge(start, end) else 0
            self._arcs.add_edge(start, end, capacity=already + capacity)

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
        """Return the segments of the fewest barriers that separate the two places, in order of their ids.

        See `separating`, which names the barriers.
        """
        return tuple(sorted(name for each in self.separating(origin, destination) for name in each.segments))

    def separating(self, origin: PlaceId, destination: PlaceId) -> tuple[Barrier, ...]:
        """Return the fewest barriers that alone separate the two places.

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
        ends = self._of[origin], self._of[destination]
        if ends not in self._cuts:
            self._cuts[ends] = self._cut(*ends)
        return self._cuts[ends]

    def _cut(self, start: Node, end: Node) -> tuple[Barrier, ...]:
        _, (near, far) = nx.minimum_cut(self._arcs, start, end)
        return tuple(
            barrier
            for number, barrier in enumerate(self._barriers)
            if ((number, "before") in near and (number, "behind") in far)
            or (
                len(barrier.segments) == 1
                and any(
                    self._of[a] in near and self._of[b] in far
                    for a, b in _directions(self._network.segments[barrier.segments[0]])
                )
            )
        )


def separating(
    network: RoadNetwork, barriers: Collection[Barrier], origin: PlaceId, destination: PlaceId
) -> tuple[Barrier, ...]:
    """Return the fewest of the barriers that separate two places; all other roads are open.

    A gate whose closed segments do not all meet at one place counts once for each of them: its barrier falls apart.
    """
    closed = {name for barrier in barriers for name in barrier.segments}
    return Districts(network, closed, barriers).separating(origin, destination)


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


def _alone(network: RoadNetwork, closed: AbstractSet[SegmentId]) -> tuple[Barrier, ...]:
    return tuple(Barrier(gate=None, segments=(name,)) for name in sorted(closed) if name in network.segments)


def _by_place(network: RoadNetwork, barriers: Collection[Barrier]) -> tuple[Barrier, ...]:
    """Return the barriers, those taken apart whose segments have no place in common."""
    found: list[Barrier] = []
    for barrier in barriers:
        ends = [{network.segments[name].start, network.segments[name].end} for name in barrier.segments]
        if set.intersection(*ends):
            found.append(barrier)
        else:
            found += [Barrier(gate=barrier.gate, segments=(name,)) for name in barrier.segments]
    return tuple(found)


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
