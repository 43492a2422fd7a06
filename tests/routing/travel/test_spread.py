"""Bounds of a search: shortest times outwards up to a limit, and how likely the best way can be at most."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.travel import spread
from routing.travel.arcs import UNREACHABLE, ArcArrays
from routing.travel.plain_search import PlainMap
from routing.travel.spread import Levels, Spread
from tests.routing.travel.test_metric import CHAIN, NONE, graphs

few = settings(max_examples=settings().max_examples // 3)


@few
@given(arcs=graphs(), choice=st.data())
def test_times_outwards_and_ways_are_those_of_the_table_within_the_limit(
    *, arcs: ArcArrays, choice: st.DataObject
) -> None:
    number = st.integers(0, len(arcs.tail) - 1)
    seconds = arcs.seconds(np.array(choice.draw(st.lists(number, max_size=9)), dtype=np.uint32), loaded=True)
    place, limit_s = choice.draw(st.integers(0, arcs.places - 1)), choice.draw(st.integers(0, 3_000))
    everywhere = np.arange(arcs.places)
    table = PlainMap(arcs).metric(seconds).table(everywhere, everywhere)
    within = np.where(table <= limit_s, table, UNREACHABLE)
    searched = Spread(arcs)
    np.testing.assert_array_equal(searched.outwards(seconds).times(place, limit_s), within[place])
    np.testing.assert_array_equal(searched.inwards(seconds).times(place, limit_s), within[:, place])
    for other in everywhere.tolist():
        way = searched.way(place, other, seconds)
        if way is None:
            assert table[place, other] == UNREACHABLE
            continue
        assert seconds[way].astype(np.int64).sum() == table[place, other]
        assert [place, *arcs.head[way].tolist()] == [*arcs.tail[way].tolist(), other]


def widest(places: int, roads: list[tuple[int, int, float]], origin: int) -> list[float]:
    """Return for each place the best worst road between it and the origin, by going on until nothing gets better."""
    best = [1.0 if place == origin else 0.0 for place in range(places)]
    for _ in range(places):
        for a, b, p in roads:
            best[a], best[b] = max(best[a], min(p, best[b])), max(best[b], min(p, best[a]))
    return best


@few
@given(choice=st.data(), places=st.integers(2, 12))
def test_a_bound_on_p_is_that_of_the_worst_road_on_the_best_way(*, choice: st.DataObject, places: int) -> None:
    place = st.integers(0, places - 1)
    road = st.tuples(place, place, st.sampled_from((0.2, 0.5, 0.8, 0.9, 1.0)))
    roads = choice.draw(st.lists(road, max_size=25))
    start, end, p = (np.array([each[k] for each in roads]) for k in range(3))
    levels = Levels(places, start.astype(np.int64), end.astype(np.int64), p.astype(np.float64))
    destination = choice.draw(place)
    expected = widest(places, roads, destination)
    assert [levels.between(other, destination) for other in range(places)] == expected
    everywhere = np.ones(places, dtype=np.bool_)
    assert levels.all_to(destination, everywhere).tolist() == expected
    assert levels.over_many_roads(destination, everywhere).tolist() == expected
    inside = np.array(choice.draw(st.lists(st.booleans(), min_size=places, max_size=places)))
    kept = [(a, b, p) for a, b, p in roads if inside[a] and inside[b]]
    expected = widest(places, kept, destination)
    assert levels.all_to(destination, inside).tolist() == expected
    assert levels.over_many_roads(destination, inside).tolist() == expected


def test_times_asked_for_again_are_the_same_and_those_of_another_limit_are_not() -> None:
    reach = Spread(CHAIN).outwards(CHAIN.seconds(NONE, loaded=True))
    within = reach.times(0, 30)
    assert within.tolist() == [0, 10, 30, UNREACHABLE]
    assert reach.times(0, 30) is within
    assert reach.times(0, 60).tolist() == [0, 10, 30, 60]


def test_of_a_large_map_no_more_times_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "TIMES_KEPT", 2 * CHAIN.places)
    reach = Spread(CHAIN).outwards(CHAIN.seconds(NONE, loaded=True))
    first = reach.times(0, 60)
    for place in (1, 2, 3):
        reach.times(place, 60)
    assert reach.times(0, 60) is not first
    assert reach.times(0, 60).tolist() == first.tolist()
