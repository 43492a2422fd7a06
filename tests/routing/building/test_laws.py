"""Laws of the building of networks, on roads drawn at random."""

import math
import os
from dataclasses import replace
from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.building.build import Named
from routing.building.noding import node_lines
from routing.readers.roadline import RoadLine, metres_of
from tests.routing.building.lines import build, graph_of, graph_of_network, place, road, total_m, towns

EXAMPLES = 1000 if os.environ.get("QAFILA_PROVE") else 40
WHERE = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda m: (m[0] * 70.0, m[1] * 70.0))
CLASSES = st.sampled_from(["primary", "track"])


@st.composite
def grid_roads(draw: st.DrawFn) -> list[RoadLine]:
    """Roads along the lines of a grid, which meet at shared vertices: noded by construction."""
    count = draw(st.integers(1, 14))
    found: dict[frozenset[tuple[float, float]], RoadLine] = {}
    for k in range(count):
        x, y = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        dx, dy = draw(st.sampled_from([(1, 0), (0, 1), (1, 1)]))
        a, b = (x * 300.0, y * 300.0), ((x + dx) * 300.0, (y + dy) * 300.0)
        said = {"road_class": draw(CLASSES), "oneway": draw(st.booleans())}
        found[frozenset((a, b))] = road(f"r{k}", *((a, b) if draw(st.booleans()) else (b, a)), **said)
    return list(found.values())


@st.composite
def wild_roads(draw: st.DrawFn) -> list[RoadLine]:
    """Roads that cross each other anyhow."""
    found = []
    for k in range(draw(st.integers(1, 7))):
        way = draw(st.lists(WHERE, min_size=2, max_size=5, unique=True))
        jitter = draw(st.floats(0, 3))
        found.append(road(f"w{k}", *((x + jitter, y - jitter) for x, y in way), road_class=draw(CLASSES)))
    return found


@given(lines=wild_roads())
@settings(max_examples=EXAMPLES)
def test_noding_changes_no_length_beyond_the_tolerance(lines: list[RoadLine]) -> None:
    noded = node_lines(lines, snap_m=1, crossings=True)

    before, after = sum(metres_of(line.points) for line in lines), sum(metres_of(p.points) for p in noded.pieces)
    # Each end of a piece moves by `moved_most_m` at most, and what is dropped is told.
    dropped = len(noded.duplicates) + noded.zero_length
    slack = 2 * (noded.moved_most_m + 0.02) * (len(noded.pieces) + dropped) + 1
    assert after <= before + slack
    if not noded.duplicates:
        assert after >= before - slack - 2 * noded.zero_length


@given(lines=grid_roads())
@settings(max_examples=EXAMPLES)
def test_contraction_keeps_the_shortest_way_between_the_nodes_it_keeps(lines: list[RoadLine]) -> None:
    whole, merged = graph_of(lines), graph_of_network(build(lines, noded=True).network)

    for start in merged:
        before = nx.single_source_dijkstra_path_length(whole, start, weight="metres")
        after = nx.single_source_dijkstra_path_length(merged, start, weight="metres")
        assert {end for end in before if end in merged} == set(after)
        for end, metres in after.items():
            assert math.isclose(metres, before[end], abs_tol=len(merged) + 0.002 * metres)


@given(lines=wild_roads(), order=st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES)
def test_neither_the_order_nor_the_drawing_of_roads_matters(lines: list[RoadLine], order: Random) -> None:
    crisis = towns(place("a", 100, 100), place("b", 700, 650, "east"))
    turned = [replace(line, points=line.points[::-1].copy()) if order.random() < 0.5 else line for line in lines]
    order.shuffle(turned)

    assert build(turned, crisis).network == build(lines, crisis).network


@given(lines=wild_roads())
@settings(max_examples=EXAMPLES)
def test_imported_again_the_network_is_equal(lines: list[RoadLine]) -> None:
    first = build(lines, towns(place("a", 100, 100), place("b", 700, 650, "east"))).network
    again = build(lines, first)

    assert again.network == first
    assert again.new == again.gone == 0
    # Spoken of, every end is held: that must not make other roads either.
    assert build(lines, first, named=Named(segments=frozenset(first.segments))).network == first


@given(lines=wild_roads(), more=wild_roads())
@settings(max_examples=EXAMPLES)
def test_roads_added_elsewhere_change_no_id(lines: list[RoadLine], more: list[RoadLine]) -> None:
    first = build(lines)
    away = [replace(line, points=line.points + np.array([0.5, 0.5]), feature=f"more-{line.feature}") for line in more]

    assert first.network.segments.items() <= build([*lines, *away]).network.segments.items()
    assert first.network.segments.items() <= build([*lines, *away], first.network).network.segments.items()


@given(lines=grid_roads())
@settings(max_examples=EXAMPLES)
def test_a_network_written_as_segments_and_read_again_is_as_long(lines: list[RoadLine]) -> None:
    found = build(lines, noded=True).network

    assert total_m(found) == pytest.approx(sum(metres_of(line.points) for line in lines), abs=len(found.segments))
