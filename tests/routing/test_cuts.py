"""What isolates a place and what would open it: by hand, and against every subset of small drawn networks."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.cuts import connected, isolating, opening
from routing.errors import UnknownId
from routing.network import PlaceId, SegmentId
from tests.routing.travel.builders import World, network, road, worlds

# Two roads from a over b and c to d; a third place e behind d on one road; z apart.
ROADS = network(road("a-b"), road("b-d"), road("a-c", metres=3_000), road("c-d"), road("d-e"), road("y-z"))
ALL = frozenset(ROADS.segments)


def test_one_bridge_alone_isolates_although_more_is_closed() -> None:
    assert isolating(ROADS, ALL, "a", "e") == ("d-e",)


def test_two_roads_must_both_be_closed_to_isolate() -> None:
    assert isolating(ROADS, frozenset({"a-b", "c-d", "d-e"}), "a", "d") == ("a-b", "c-d")
    assert isolating(ROADS, frozenset({"a-b"}), "a", "d") == ()


def test_parallel_roads_count_one_by_one() -> None:
    doubled = network(road("a-b"), road("a-b-2"), road("b-c"))
    assert isolating(doubled, frozenset({"a-b", "a-b-2", "b-c"}), "a", "c") == ("b-c",)
    assert isolating(doubled, frozenset({"a-b", "a-b-2"}), "a", "c") == ("a-b", "a-b-2")


def test_a_place_without_any_road_is_not_isolated_by_closures() -> None:
    assert isolating(ROADS, ALL, "a", "z") == ()
    assert opening(ROADS, ALL, "a", "z") == ()
    assert not connected(ROADS, frozenset(), "a", "z")


def test_the_fewest_roads_are_opened_and_of_equals_the_fastest_way() -> None:
    assert opening(ROADS, frozenset({"a-b", "b-d", "a-c"}), "a", "e") == ("a-c",)
    assert opening(ROADS, frozenset({"a-b", "a-c", "d-e"}), "a", "e") == ("a-b", "d-e")
    assert opening(ROADS, frozenset({"a-b"}), "a", "e") == ()


def test_a_one_way_road_opens_nothing_against_its_direction() -> None:
    oneway = network(road("b-a", oneway=True), road("a-c"), road("c-b", metres=9_000))
    assert opening(oneway, frozenset({"b-a", "a-c"}), "a", "b") == ("a-c",)
    assert isolating(oneway, frozenset({"a-c"}), "a", "b") == ("a-c",)


def test_an_unknown_place_is_refused_by_name() -> None:
    for question in (isolating, opening, connected):
        with pytest.raises(UnknownId, match="'atlantis'"):
            question(ROADS, ALL, "a", "atlantis")


def joined(world: World, closed: frozenset[SegmentId], origin: PlaceId, destination: PlaceId) -> bool:
    """Tell by spreading out from the origin."""
    reached = {origin}
    for _ in world.roads.places:
        for segment in world.roads.segments.values():
            if segment.id not in closed:
                if segment.start in reached:
                    reached.add(segment.end)
                if segment.end in reached and not segment.oneway:
                    reached.add(segment.start)
    return destination in reached


@settings(max_examples=settings().max_examples // 2)
@given(world=worlds(), choice=st.data())
def test_cuts_are_the_smallest_of_all_sets_of_closed_roads(*, world: World, choice: st.DataObject) -> None:
    origin, destination = choice.draw(st.permutations(sorted(world.roads.places)))[:2]
    closed = frozenset(choice.draw(st.sets(st.sampled_from(sorted(world.roads.segments)))))
    sets = [frozenset(some) for size in range(len(closed) + 1) for some in combinations(sorted(closed), size)]
    assert connected(world.roads, closed, origin, destination) == joined(world, closed, origin, destination)

    cut = frozenset(isolating(world.roads, closed, origin, destination))
    separating = [some for some in sets if not joined(world, some, origin, destination)]
    assert len(cut) == min((len(some) for some in separating), default=0)
    assert not separating or cut in separating

    opened = frozenset(opening(world.roads, closed, origin, destination))
    enough = [some for some in sets if joined(world, closed - some, origin, destination)]
    assert len(opened) == min((len(some) for some in enough), default=0)
    assert not enough or opened in enough
