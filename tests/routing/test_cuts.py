"""What isolates a place and what would open it: by hand, and against every subset of small drawn networks."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.cuts import Barrier, connected, isolating, opening, separating
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


def behind(gate_name: str, *names: SegmentId) -> Barrier:
    return Barrier(gate=gate_name, segments=names)


def alone(name: SegmentId) -> Barrier:
    return Barrier(gate=None, segments=(name,))


def test_a_gate_with_three_closed_roads_counts_as_one() -> None:
    # Three roads lead from the checkpoint b to d, and a fourth way with two closed roads goes round it.
    roads = network(road("a-b"), road("b-c"), road("b-d"), road("b-d-2"), road("c-d"), road("a-e"), road("e-d"))
    closed = [behind("north", "b-c", "b-d", "b-d-2"), alone("a-e"), alone("e-d")]
    assert separating(roads, closed, "a", "d") == (closed[0], closed[2])
    each = [alone(name) for barrier in closed for name in barrier.segments]
    assert len(separating(roads, each, "a", "d")) == 4
    assert separating(roads, closed, "a", "c") == (closed[0], closed[2])


def test_a_gate_is_not_passed_for_nothing_by_going_in_at_one_road_and_out_at_another() -> None:
    roads = network(road("a-b"), road("b-c"), road("c-d", oneway=True))
    gate_of_both = behind("north", "a-b", "b-c")
    assert separating(roads, [gate_of_both], "a", "d") == (gate_of_both,)
    assert separating(roads, [gate_of_both], "d", "a") == ()


def test_a_gate_whose_roads_never_meet_counts_for_each_of_them() -> None:
    roads = network(road("a-b"), road("b-d"), road("a-c"), road("c-d"))
    found = separating(roads, [behind("north", "a-b", "c-d")], "a", "d")
    assert found == (behind("north", "a-b"), behind("north", "c-d"))


@st.composite
def barred(draw: st.DrawFn) -> tuple[World, tuple[Barrier, ...]]:
    """Draw a world, close some of its roads, and let a gate or two at some place bar several of them together."""
    world = draw(worlds())
    closed = draw(st.lists(st.sampled_from(sorted(world.roads.segments)), unique=True))
    found: list[Barrier] = []
    for number, place in enumerate(
        draw(st.lists(st.sampled_from(sorted(world.roads.places)), unique=True, max_size=2))
    ):
        here = [name for name in closed if place in (world.roads.segments[name].start, world.roads.segments[name].end)]
        if here:
            found.append(behind(f"gate-{number}", *here))
            closed = [name for name in closed if name not in here]
    return world, (*found, *[alone(name) for name in closed])


@settings(max_examples=settings().max_examples // 2)
@given(drawn=barred(), choice=st.data())
def test_the_fewest_gates_and_roads_separate_as_trying_every_set_of_them_tells(
    *, drawn: tuple[World, tuple[Barrier, ...]], choice: st.DataObject
) -> None:
    world, every = drawn
    origin, destination = choice.draw(st.permutations(sorted(world.roads.places)))[:2]
    found = separating(world.roads, every, origin, destination)

    def parted(chosen: tuple[Barrier, ...]) -> bool:
        return not joined(world, frozenset(n for each in chosen for n in each.segments), origin, destination)

    if not parted(every) or parted(()):
        assert found == ()
        return
    assert parted(found)
    assert len(found) == min(
        size for size in range(len(every) + 1) for chosen in combinations(every, size) if parted(chosen)
    )
