"""Roads are merged through bends and kept apart wherever something changes."""

from typing import Any

import pytest

from routing.building.build import Tolerances
from tests.routing.building.lines import at, build, place, road, towns

NEAR = Tolerances(attach_within_m=10)


def three_in_a_row(**last: Any) -> list[Any]:  # noqa: ANN401 - any field of a line
    return [road("a", (0, 0), (100, 0)), road("b", (100, 0), (200, 30)), road("c", (200, 30), (300, 0), **last)]


def test_a_chain_becomes_one_segment_with_its_whole_geometry() -> None:
    (segment,) = build(three_in_a_row()).network.segments.values()

    assert segment.shape == (at(0, 0), at(100, 0), at(200, 30), at(300, 0))
    assert segment.length_m == 309


@pytest.mark.parametrize(
    "change",
    [
        {"road_class": "track"}, {"oneway": True}, {"bridge": True, "level": 1}, {"weight_limit_kg": 7500},
        {"axle_limit_kg": 8000}, {"height_limit_m": 3.8}, {"width_limit_m": 2.5},
        {"single_lane": True}, {"width_m": 3.0},
    ],
)  # fmt: skip
def test_a_chain_ends_where_something_changes(change: dict[str, Any]) -> None:
    assert len(build(three_in_a_row(**change)).network.segments) == 2


def test_a_change_of_name_ends_no_chain_and_the_longer_name_stays() -> None:
    lines = [road("Short", (0, 0), (50, 0)), road("Long", (50, 0), (300, 0))]

    (segment,) = build(lines).network.segments.values()
    assert segment.name == "Long"


def test_one_ways_go_on_in_their_direction_only() -> None:
    on = [road("a", (0, 0), (100, 0), oneway=True), road("b", (100, 0), (200, 0), oneway=True)]
    (segment,) = build(on).network.segments.values()
    assert (segment.shape[0], segment.shape[-1]) == (at(0, 0), at(200, 0))

    against = [on[0], road("b", (200, 0), (100, 0), oneway=True)]
    assert len(build(against).network.segments) == 2


def test_a_place_ends_a_chain() -> None:
    found = build(three_in_a_row(), towns(place("town", 100, 0)))

    assert len(found.network.segments) == 2
    assert "town" in {end for s in found.network.segments.values() for end in (s.start, s.end)}


def test_a_ring_keeps_two_nodes() -> None:
    ring = road("ring", (0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
    for lines in ([ring], [ring, road("in", (-100, 0), (0, 0))]):
        segments = build(lines).network.segments.values()
        assert all(s.start != s.end for s in segments)
        assert sum(s.length_m for s in segments) == 400 + 100 * (len(lines) - 1)


def test_a_road_through_a_pocket_never_becomes_a_road_past_it() -> None:
    crisis = towns(place("a", 0, 0), place("b", 1000, 50, "pocket"), place("c", 2000, 0))
    found = build([road("through", *((100 * k, 0) for k in range(21)))], crisis, tolerances=NEAR)

    areas = [found.network.areas_of(s) for s in sorted(found.network.segments)]
    assert sum(len(pair) > 1 for pair in areas) == 2


def test_where_a_road_enters_an_area_does_not_depend_on_how_it_was_drawn() -> None:
    crisis = towns(place("a", 0, 0), place("b", 1000, 50, "pocket"), place("c", 2000, 0))
    forth = [(100 * k, 0) for k in range(21)]

    drawn = [build([road("r", *way)], crisis, tolerances=NEAR).network for way in (forth, forth[::-1])]
    assert drawn[0] == drawn[1]
