"""Weights, widths, directions and levels as other people write them."""

import pytest

from routing.readers.attributes import Row, parse_size_limit_m, parse_weight_kg, parse_width_m, read_line
from routing.readers.classes import default_table
from routing.readers.roadline import Notes, RoadLine
from tests.routing.building.lines import points

TABLE = default_table()


def read(**tags: object) -> tuple[RoadLine, Notes]:
    warnings = Notes()
    row = Row(number=7, feature="way/7", tags=tags)
    return read_line(row, points((36, 35), (36.1, 35)), "primary", TABLE, warnings), warnings


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("7.5 t", 7500), ("7.5", 7500), ("7,5t", 7500), ("7500 kg", 7500), ("7500kg", 7500), ("16000 lbs", 7257),
        ("12 st", 10886), ("40 tonnes", 40000), ("3.5T", 3500),
    ],
)  # fmt: skip
def test_a_weight_limit_is_read_in_its_unit(text: str, kg: int) -> None:
    assert parse_weight_kg(text, "t") == kg


@pytest.mark.parametrize(
    "text", ["heavy", "-5 t", "7500", "7500 t", "0.1 t", "7.5 tt", "5 t 3", "1e3 kg", "VII t", f"{10**400} t"]
)
def test_what_is_no_weight_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no weight"):
        parse_weight_kg(text, "t")


def test_a_bare_number_has_the_unit_of_the_table() -> None:
    assert parse_weight_kg("7500", "kg") == 7500


def test_a_weight_limit_that_makes_no_sense_is_a_warning_with_row_and_value() -> None:
    found, warnings = read(maxweight="heavy")

    assert found.weight_limit_kg is None
    assert [(w.row, w.feature, w.value) for w in warnings] == [(7, "way/7", "heavy")]


def test_of_several_weight_limits_the_strictest_holds() -> None:
    assert read(maxweight="18 t;7.5 t")[0].weight_limit_kg == 7500


@pytest.mark.parametrize("text", ["none", "unsigned", "", "0", 0.0])
def test_no_limit_is_neither_a_limit_nor_a_warning(text: object) -> None:
    found, warnings = read(maxweight=text)

    assert found.weight_limit_kg is None
    assert len(warnings) == 0


@pytest.mark.parametrize(("text", "metres"), [("3.5", 3.5), ("3.5 m", 3.5), ("12 ft", 3.66), ("350 cm", 3.5)])
def test_a_width_is_read_in_metres(text: str, metres: float) -> None:
    assert parse_width_m(text) == metres


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("3.8", 3.8), ("3,85 m", 3.85), ("380 cm", 3.8), ("12'6\"", 3.81), ("12 ft 6 in", 3.81), ("13'", 3.96),
        ("12 ft", 3.65), ("4", 4.0), ("3.999", 3.99),
    ],
)  # fmt: skip
def test_a_limit_of_height_is_read_in_metres_and_feet_and_never_rounded_up(text: str, metres: float) -> None:
    assert parse_size_limit_m(text) == metres


@pytest.mark.parametrize("text", ["low", "-3", "0.2", "380", "3.8 t", "12'6'6", "below_default"])
def test_what_is_no_limit_of_height_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no l"):
        parse_size_limit_m(text)


def test_limits_of_axle_height_and_width_are_read_and_nonsense_is_a_warning_each() -> None:
    found, warnings = read(**{"maxaxleload": "8", "maxheight": "3.8;4", "maxwidth:physical": "2.5 m"})
    assert (found.axle_limit_kg, found.height_limit_m, found.width_limit_m) == (8_000, 3.8, 2.5)
    assert found.width_m == 7.0
    assert not list(warnings)

    found, warnings = read(maxaxleload="many", maxheight="low", maxwidth="none")
    assert (found.axle_limit_kg, found.height_limit_m, found.width_limit_m) == (None, None, None)
    assert [(each.reason, each.value) for each in warnings] == [
        ("the axle limit makes no sense and is left out", "many"),
        ("the height limit makes no sense and is left out", "low"),
    ]


def test_a_road_without_a_width_has_that_of_its_class() -> None:
    assert read()[0].width_m == 7.0
    assert read(width="3.2")[0].width_m == 3.2


def test_a_narrow_road_or_one_lane_both_ways_is_single_lane() -> None:
    assert read(width="4.4")[0].single_lane
    assert read(lanes="1")[0].single_lane
    assert not read(lanes="1", oneway="yes")[0].single_lane
    assert not read(width="4.5")[0].single_lane


def test_minus_one_is_one_way_against_the_drawing() -> None:
    found, _ = read(oneway="-1")

    assert found.oneway
    assert found.points.tolist() == [[36.1, 35], [36, 35]]


@pytest.mark.parametrize(
    ("tags", "oneway"),
    [
        ({"oneway": "yes"}, True), ({"oneway": "1"}, True), ({"oneway": "no"}, False), ({}, False),
        ({"oneway": "B"}, False), ({"oneway": "F"}, True), ({"junction": "roundabout"}, True),
        ({"highway": "motorway"}, True), ({"highway": "motorway", "oneway": "no"}, False),
    ],
)  # fmt: skip
def test_directions_are_read_as_they_are_meant(tags: dict[str, object], oneway: bool) -> None:  # noqa: FBT001 - the case
    assert read(**tags)[0].oneway is oneway


def test_a_direction_that_changes_is_both_ways_with_a_warning() -> None:
    found, warnings = read(oneway="reversible")

    assert not found.oneway
    assert next(iter(warnings)).value == "reversible"


@pytest.mark.parametrize(
    ("tags", "bridge", "level"),
    [
        ({"bridge": "yes"}, True, 1), ({"bridge": "viaduct", "layer": "2"}, True, 2), ({"tunnel": "T"}, False, -1),
        ({"bridge": "F"}, False, 0), ({"layer": "-1"}, False, -1), ({"layer": "up"}, False, 0),
    ],
)  # fmt: skip
def test_bridges_and_tunnels_lie_on_other_levels(tags: dict[str, object], bridge: bool, level: int) -> None:  # noqa: FBT001 - the case
    found, _ = read(**tags)

    assert (found.bridge, found.level) == (bridge, level)
