"""Driving times: the hierarchy, the fallback and a plain search must agree on every pair."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from routing.errors import UnknownId
from routing.network import RoadNetwork
from routing.travel.engine import UNREACHABLE, TravelEngine
from tests.routing.travel.builders import KM_S, World, gate, network, road, worlds


def searched(roads: RoadNetwork, closed: frozenset[str], *, loaded: bool) -> NDArray[np.int64]:
    places = sorted(roads.places)
    fastest: dict[tuple[int, int], int] = {}
    for segment in roads.segments.values():
        seconds = segment.drive_seconds()
        if loaded and segment.gate is not None:
            seconds += roads.gates[segment.gate].delay_s(0.5)
        ends = [(segment.start, segment.end)] + ([] if segment.oneway else [(segment.end, segment.start)])
        for start, end in ends if segment.id not in closed else []:
            cell = places.index(start), places.index(end)
            fastest[cell] = min(seconds, fastest.get(cell, seconds))
    cells = sorted(fastest)
    graph = coo_array(
        ([float(fastest[cell]) for cell in cells], ([a for a, _ in cells], [b for _, b in cells])),
        shape=(len(places), len(places)),
    )
    found = dijkstra(graph.tocsr())
    return np.where(np.isfinite(found), found, UNREACHABLE).astype(np.int64)


@settings(max_examples=settings().max_examples // 2)
@given(world=worlds(), choice=st.data(), loaded=st.booleans())
def test_both_engines_equal_a_plain_search_whatever_is_closed(
    *, world: World, choice: st.DataObject, loaded: bool
) -> None:
    closed = frozenset(choice.draw(st.sets(st.sampled_from(sorted(world.roads.segments)))))
    expected = searched(world.roads, closed, loaded=loaded)
    for hierarchy in (True, False):
        engine = TravelEngine(world.roads, hierarchy=hierarchy)
        found = engine.seconds_table(engine.places, engine.places, closed, loaded)
        np.testing.assert_array_equal(found, expected)


def test_a_closure_in_one_table_does_not_touch_the_next() -> None:
    engine = TravelEngine(network(road("a-b")))
    assert engine.seconds_table(["a"], ["b"], frozenset({"a-b"}))[0, 0] == UNREACHABLE
    assert engine.seconds_table(["a"], ["b"])[0, 0] == KM_S


def test_a_loaded_column_waits_at_the_gate_and_an_empty_one_does_not() -> None:
    engine = TravelEngine(network(road("a-b", gate="north"), gates=[gate("north", delay_s=600)]))
    assert engine.seconds_table(["a"], ["b"], loaded=True)[0, 0] == KM_S + 600
    assert engine.seconds_table(["a"], ["b"], loaded=False)[0, 0] == KM_S


def test_a_place_or_segment_that_does_not_exist_is_refused_by_name() -> None:
    engine = TravelEngine(network(road("a-b")))
    with pytest.raises(UnknownId, match="'atlantis'"):
        engine.seconds_table(["a"], ["atlantis"])
    with pytest.raises(UnknownId, match="'a-z'"):
        engine.seconds_table(["a"], ["b"], frozenset({"a-z"}))


@pytest.mark.parametrize("hierarchy", [True, False])
def test_a_table_of_nothing_is_empty(*, hierarchy: bool) -> None:
    engine = TravelEngine(network(), hierarchy=hierarchy)
    assert engine.seconds_table([], ["a"]).shape == (0, 1)
    assert engine.seconds_table(["a"], ["a"]).tolist() == [[0]]


def test_an_engine_sent_to_another_process_gives_the_same_times() -> None:
    engine = TravelEngine(network(road("a-b"), road("b-c")))
    copied = pickle.loads(pickle.dumps(engine))  # noqa: S301 - our own bytes
    assert copied.seconds_table(["a"], ["c"]).tolist() == [[2 * KM_S]]


def test_the_fastest_way_has_its_segments_and_its_line_from_place_to_place() -> None:
    bent = replace(road("a-b"), shape=((36.0, 35.0), (36.04, 35.2), (36.1, 35.1)))
    back = replace(road("c-b"), shape=((36.2, 35.2), (36.12, 35.3), (36.1, 35.1)))
    roads = network(bent, back, road("a-c", metres=9_000))
    way = TravelEngine(roads).fastest_way("a", "c")
    assert way is not None
    assert (way.segments, way.seconds) == (("a-b", "c-b"), 2 * KM_S)
    assert way.line.tolist() == [[36.0, 35.0], [36.04, 35.2], [36.1, 35.1], [36.12, 35.3], [36.2, 35.2]]
    assert TravelEngine(roads).line("c", ("c-b", "a-b")).tolist() == way.line.tolist()[::-1]
    assert TravelEngine(roads).line("c", ()).tolist() == [[36.2, 35.2]]
    assert TravelEngine(roads).fastest_way("a", "c", frozenset({"a-b", "a-c"})) is None


@pytest.mark.parametrize("most", [1, 2])
@settings(max_examples=settings().max_examples // 4)
@given(world=worlds(), choice=st.data())
def test_an_engine_that_may_keep_few_metrics_gives_the_same_times(
    most: int, *, world: World, choice: st.DataObject
) -> None:
    engine, roomy = TravelEngine(world.roads), TravelEngine(world.roads)
    engine._most = most
    for closed in choice.draw(st.lists(st.frozensets(st.sampled_from(sorted(world.roads.segments))), max_size=6)):
        loaded = choice.draw(st.booleans())
        found = engine.seconds_table(engine.places, engine.places, closed, loaded)
        np.testing.assert_array_equal(found, roomy.seconds_table(engine.places, engine.places, closed, loaded))
    assert len(engine._metrics) <= most


def test_threads_that_ask_for_other_closures_at_once_each_get_their_own_answer() -> None:
    names = [f"p{k}-p{k + 1}" for k in range(12)]
    roads = network(*[road(name) for name in names])
    engine = TravelEngine(roads)
    engine._most = 2

    def ask(shut: int) -> bool:
        return all(
            (engine.seconds_table(["p0"], [f"p{k}"], frozenset({names[shut]}))[0, 0] < UNREACHABLE) == (k <= shut)
            for k in range(1, 13)
            for _ in range(10)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(12)))
    assert all(lent.borrowers == 0 for lent in engine._metrics.values())
