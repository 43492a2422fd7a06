"""Places come onto the roads at the nearest suitable point, and it is said how far that was."""

import pytest

from routing.building.build import Tolerances
from routing.network import distance_m
from tests.routing.building.lines import at, build, place, road, towns

EAST = road("east", (0, 0), (2000, 0))


def test_a_place_near_a_node_takes_it_and_elsewhere_the_road_is_split() -> None:
    found = build([EAST], towns(place("end", 10, 5), place("middle", 900, 40)))

    assert [(one.place, one.how, one.metres) for one in found.attached] == [("end", "node", 5), ("middle", "split", 40)]
    assert {(s.start, s.end) for s in found.network.segments.values()} >= {("end", "middle")}
    assert sum(s.length_m for s in found.network.segments.values()) == pytest.approx(2000, abs=2)


def test_a_place_keeps_its_own_position_and_the_road_its_own_line() -> None:
    found = build([EAST], towns(place("middle", 900, 40)))

    assert found.network.places["middle"].position == at(900, 40)
    touching = {end for s in found.network.segments.values() for end in (s.shape[0], s.shape[-1])}
    assert min(distance_m(end, at(900, 0)) for end in touching) < 0.1


def test_a_place_beyond_the_limit_stays_without_a_road_and_is_named() -> None:
    found = build([EAST], towns(place("far", 900, 400)), tolerances=Tolerances(attach_within_m=399))

    assert [(far.place, far.metres) for far in found.far] == [("far", 400)]
    assert "far" in found.network.places
    assert found.network.segments_at("far") == ()


def test_no_place_stands_on_a_bridge() -> None:
    bridge = road("bridge", (0, 0), (2000, 0), bridge=True, level=1)
    found = build([bridge, road("bank", (0, 0), (0, 3000))], towns(place("town", 500, 5)))

    assert found.attached[0].metres == 500


def test_no_place_stands_on_a_stray_piece_of_road() -> None:
    network = [road(f"r{k}", (0, 1000 * k), (3000, 1000 * k)) for k in range(5)] + [road("up", (0, 0), (0, 4000))]
    found = build([*network, road("stray", (900, 300), (950, 300))], towns(place("town", 920, 300)))

    assert found.attached[0].metres == 300


def test_two_places_never_share_a_node() -> None:
    found = build([EAST], towns(place("near", -10, 0), place("next", -300, 0)))

    ways = {one.place: one.how for one in found.attached}
    assert ways == {"near": "node", "next": "spur"}
    (spur,) = (found.network.segments[s] for s in found.network.segments_at("next"))
    assert {spur.start, spur.end} == {"near", "next"}
    assert (spur.road_class, spur.name, spur.length_m) == ("track", "Spur, not surveyed", 300)


def test_places_beside_each_other_split_the_road_in_their_order() -> None:
    found = build([EAST], towns(*(place(f"p{k}", 300 + 200 * k, 10) for k in range(5))))

    pairs = {frozenset((s.start, s.end)) for s in found.network.segments.values()}
    assert {frozenset((f"p{k}", f"p{k + 1}")) for k in range(4)} <= pairs
