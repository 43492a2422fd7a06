"""Distances on the ground: what the index finds is what measuring every pair finds."""

import gc
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import geometry
from routing.geometry import Geometry, group_points, shared_places
from routing.network import Position, RoadNetwork, distance_m
from tests.routing.builders import network_of, place, segment, two_sides

few = settings(max_examples=settings().max_examples // 2)
points = st.tuples(st.floats(35.9, 36.6), st.floats(33.0, 33.4))


def naive_groups(found: tuple[Position, ...], within_m: int) -> tuple[int, ...]:
    """Spread out from each point over links, the smallest index first."""
    groups: list[int] = []
    for start in range(len(found)):
        reached = {start}
        grown = True
        while grown:
            more = {
                k for k in range(len(found)) if any(distance_m(found[k], found[other]) <= within_m for other in reached)
            }
            grown = not more <= reached
            reached |= more
        groups.append(min(reached))
    return tuple(groups)


@few
@given(st.lists(points, max_size=14).map(tuple), st.sampled_from([1_000, 5_000, 10_000]))
def test_groups_of_points_are_those_of_every_pair_measured(found: tuple[Position, ...], within_m: int) -> None:
    assert group_points(found, within_m) == naive_groups(found, within_m)


def test_two_points_exactly_at_the_limit_are_one_group() -> None:
    one, other = (36.0, 36.0), (36.07, 36.03)
    apart = distance_m(one, other)
    assert group_points((one, other), apart) == (0, 0)  # to the last bit
    assert group_points((one, other), apart * (1 - 1e-12)) == (0, 1)  # as above


@st.composite
def lands(draw: st.DrawFn) -> RoadNetwork:
    """Draw places in two areas and roads between them."""
    spots = draw(st.lists(points, min_size=2, max_size=9, unique=True))
    towns = [place(f"t{k}", spot, draw(st.sampled_from(["east", "west"]))) for k, spot in enumerate(spots)]
    ends = st.tuples(st.sampled_from(towns), st.sampled_from(towns)).filter(lambda two: two[0] is not two[1])
    return network_of(towns, [segment(f"r{k}", *two) for k, two in enumerate(draw(st.lists(ends, max_size=12)))])


@few
@given(lands(), st.sampled_from([2_000, 10_000]))
def test_what_is_near_a_line_is_near_one_of_its_roads(land: RoadNetwork, within_m: int) -> None:
    known = Geometry(land)
    joining = [name for name in land.segments if len(set(land.areas_of(name))) > 1]
    expected: set[str] = set()
    for name in joining:
        one = known.number[name]
        reach = within_m / float(np.cos(np.radians(known._middle[one])))
        expected |= {other for k, other in enumerate(known.ids) if known._lines[one].distance(known._lines[k]) <= reach}
    assert {known.ids[k] for k in known.near_line(("east", "west"), within_m)} == expected


numbers = st.lists(st.integers(0, 40), unique=True).map(lambda some: np.array(sorted(some), dtype=int))


@few
@given(numbers, numbers)
def test_shared_places_are_where_the_shared_numbers_stand(some: geometry.Numbers, others: geometry.Numbers) -> None:
    assert some[shared_places(some, others)].tolist() == sorted(set(some.tolist()) & set(others.tolist()))


def test_a_network_is_indexed_once_and_forgotten_with_it() -> None:
    land = two_sides()
    assert Geometry.of(land) is Geometry.of(land)
    assert Geometry.of(replace(land)) is not Geometry.of(land)
    kept = id(land)
    assert kept in geometry._MADE
    del land
    gc.collect()
    assert kept not in geometry._MADE
