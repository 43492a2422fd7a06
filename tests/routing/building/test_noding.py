"""Where roads meet they are cut; where one is drawn twice, once is enough; on different levels they do not meet."""

import pytest

from routing.building.noding import node_lines
from routing.readers.roadline import metres_of
from tests.routing.building.lines import at, build, road, total_m


def test_roads_that_cross_are_cut_where_they_cross() -> None:
    found = build([road("east", (-100, 0), (100, 0)), road("north", (0, -100), (0, 100))])

    assert len(found.network.segments) == 4
    assert len(found.network.places) == 5
    assert total_m(found.network) == 400
    assert found.noded.cuts == 2


def test_lines_that_say_themselves_where_they_meet_are_not_cut_where_they_cross() -> None:
    lines = [road("east", (-100, 0), (100, 0)), road("north", (0, -100), (0, 100))]

    assert len(build(lines, noded=True).network.segments) == 2


def test_a_shared_vertex_inside_two_lines_is_a_junction() -> None:
    lines = [road("east", (-100, 0), (0, 0), (100, 0)), road("north", (0, -100), (0, 0), (0, 100))]

    for noded in (False, True):
        assert len(build(lines, noded=noded).network.segments) == 4


@pytest.mark.parametrize("said", [{"bridge": True, "level": 1}, {"level": -1}])
def test_a_bridge_or_tunnel_does_not_meet_the_road_it_crosses(said: dict[str, object]) -> None:
    found = build([road("east", (-100, 0), (100, 0)), road("north", (0, -100), (0, 100), **said)])

    assert len(found.network.segments) == 2
    assert found.noded.cuts == 0


def test_a_bridge_meets_the_road_at_its_ends() -> None:
    over = road("over", (0, 0), (50, 0), bridge=True, level=1)
    found = build([road("to", (-100, 0), (0, 0)), over, road("on", (50, 0), (100, 0))])

    assert sorted(s.bridge for s in found.network.segments.values()) == [False, False, True]
    assert len(found.network.places) == 4


def test_an_end_near_a_line_is_joined_within_the_tolerance_and_not_beyond() -> None:
    lines = [road("east", (-100, 0), (100, 0)), road("north", (3, 0.8), (3, 100))]

    joined = build(lines)
    assert len(joined.network.segments) == 3
    assert 0 < joined.noded.moved_most_m <= 1.0
    apart = build([lines[0], road("north", (3, 1.3), (3, 100))])
    assert len(apart.network.segments) == 2
    assert apart.noded.moved_most_m == 0


def test_ends_near_each_other_become_one_node() -> None:
    found = build([road("a", (-100, 0), (0, 0)), road("b", (0.4, 0.4), (100, 0), road_class="track"),
                   road("c", (0.2, 0.5), (0, 100))])  # fmt: skip

    assert len(found.network.places) == 4


def test_a_line_that_crosses_itself_is_cut_there() -> None:
    found = build([road("loop", (-100, 0), (100, 0), (100, 100), (0, 100), (0, -100))])

    # In, out, and the loop, which has a node half way round so that it does not end where it begins.
    assert len(found.network.segments) == 4
    assert all(s.start != s.end for s in found.network.segments.values())


def test_lines_without_length_are_dropped() -> None:
    found = build([road("east", (-100, 0), (100, 0)), road("dot", (100, 0), (100.4, 0))])

    assert len(found.network.segments) == 1
    assert found.noded.zero_length == 1


def test_a_road_drawn_twice_is_one_with_the_stricter_word_of_both() -> None:
    found = build([
        road("one", (0, 0), (50, 1), (100, 0), weight_limit_kg=12000, height_limit_m=3.5),
        road("two", (100, 0.3), (50, 1.2), (0, 0.3), weight_limit_kg=7500, road_class="track", bridge=False,
             height_limit_m=4.2, width_limit_m=2.3, axle_limit_kg=6000),
    ])  # fmt: skip

    (segment,) = found.network.segments.values()
    assert (segment.weight_limit_kg, segment.road_class) == (7500, "track")
    assert (segment.height_limit_m, segment.width_limit_m, segment.axle_limit_kg) == (3.5, 2.3, 6000)
    assert [twin.reason for twin in found.noded.duplicates] == ["it draws the road of one again"]


def test_lines_that_share_a_stretch_are_one_road_there() -> None:
    found = build([road("long", (0, 0), (300, 0)), road("part", (100, 0), (200, 0), (200, 100))])

    assert total_m(found.network) == 400
    assert len(found.noded.duplicates) == 1


def test_parallel_carriageways_stay_two() -> None:
    found = build([
        road("out", (0, 0), (500, 0), oneway=True), road("back", (500, 12), (0, 12), oneway=True),
        road("west", (0, 0), (0, 12)), road("east", (500, 0), (500, 12)),
    ])  # fmt: skip

    assert sum(s.oneway for s in found.network.segments.values()) == 2
    assert len(found.network.segments) == 4


def test_opposite_one_ways_on_one_line_stay_two() -> None:
    found = build([road("out", (0, 0), (500, 0), oneway=True), road("back", (500, 0), (0, 0), oneway=True)])

    assert len(found.network.segments) == 2
    assert {s.start for s in found.network.segments.values()} == {s.end for s in found.network.segments.values()}


def test_a_bow_between_two_nodes_is_no_duplicate_of_the_straight_road() -> None:
    found = build([road("straight", (0, 0), (500, 0)), road("bow", (0, 0), (250, 40), (500, 0))])

    assert len(found.network.segments) == 2


def test_the_geometry_of_a_piece_is_that_of_its_line() -> None:
    bend = road("bend", (0, 0), (50, 20), (100, 0))
    noded = node_lines([bend], snap_m=1, crossings=True)

    assert noded.pieces[0].points.tolist() == [list(at(0, 0)), list(at(50, 20)), list(at(100, 0))]
    assert metres_of(noded.pieces[0].points) == pytest.approx(107.7, abs=0.1)
