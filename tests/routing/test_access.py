"""The fold as a whole: two clocks, withdrawals, holds, timelines."""

import random

import pytest

from routing.errors import InvalidEvidence
from routing.evidence import Evidence, Statement
from routing.geometry import Geometry, group_points
from routing.network import RoadNetwork
from routing.status import Status
from tests.routing.builders import (
    EAST_SOUTH,
    WEST_NORTH,
    access,
    agreed,
    gate,
    gate_is,
    held,
    hold,
    incident,
    log,
    network_of,
    part,
    piece,
    place,
    reported,
    retracted,
    road,
    segment,
    time,
    two_sides,
)


def test_only_what_was_known_at_the_position_counts() -> None:
    records = log(WEST_NORTH, EAST_SOUTH, agreed(), road("crossing", "open", "2016-09-13 06:00"))
    at = "2016-09-13 12:00"
    assert access(records, at, known=2).at("crossing", time(at)).status is Status.BLOCKED
    assert access(records, at, known=3).at("crossing", time(at)).deciding().code == "ceasefire_in_force"
    assert part(access(records, at, known=3).at("crossing", time(at)), "physical").code == "no_report"
    assert part(access(records, at, known=4).at("crossing", time(at)), "physical").code == "road_open"


def test_a_withdrawn_record_has_no_effect_from_its_withdrawal_on() -> None:
    records = log(road("supply", "closed", "2016-09-12 06:00"), retracted(1, "2016-09-13 06:00"))
    at = "2016-09-13 12:00"
    assert access(records, at, known=1).at("supply", time(at)).status is Status.BLOCKED
    assert access(records, at, known=2).at("supply", time(at)).status is Status.OPEN


def test_a_record_without_a_position_is_not_part_of_the_log() -> None:
    loose = (road("supply", "closed", "2016-09-12 06:00"),)
    assert piece(loose, "supply", "2016-09-13 12:00").status is Status.OPEN


def test_the_worst_part_decides_and_p_is_the_smallest() -> None:
    records = log(
        WEST_NORTH,
        EAST_SOUTH,
        agreed(),
        road("crossing", "damaged", "2016-09-13 06:00"),
        incident("shelling", "2016-09-13 12:00"),
        gate_is("by_permit", "2016-09-13 06:00"),
    )
    found = piece(records, "crossing", "2016-09-13 12:00")
    assert [each.name for each in found.parts] == ["physical", "control", "ceasefire", "gate", "hazard"]
    assert (found.status, found.p, found.decided_by) == (Status.CONTESTED, 0.3, "hazard")
    assert dict(found.causes) == {"ceasefire:truce:east+west": 0.85, "incidents:5": 0.3}


def test_holds_name_the_segments_of_their_scope_and_nothing_is_held_unless_recorded() -> None:
    records = log(
        hold("2016-09-20 00:00", "2016-09-22 00:00"),
        hold("2016-09-20 00:00", "2016-09-22 00:00", "all"),
        hold("2016-09-21 00:00", "2016-09-22 00:00", "gate:gate"),
        hold("2016-09-21 00:00", "2016-09-22 00:00", "area:west"),
        hold("2016-09-01 00:00", "2016-09-02 00:00"),
        incident("attack_on_aid", "2016-09-19 19:12"),
    )
    holds = access(records, "2016-09-19 00:00", "2016-09-25 00:00").holds
    assert [each.segments for each in holds] == [
        None,
        None,
        frozenset({"crossing"}),
        frozenset({"supply", "crossing"}),
    ]
    assert [each.evidence for each in holds] == [(1,), (2,), (3,), (4,)]
    assert holds[0].window.end == time("2016-09-22 00:00")


def test_a_hold_that_is_not_understood_is_refused_and_not_passed_over() -> None:
    with pytest.raises(InvalidEvidence, match="gate:ID or area:ID"):
        access(log(hold("2016-09-20 00:00", "2016-09-22 00:00", "castello")), "2016-09-21 00:00")


@pytest.mark.parametrize(
    "record", [road("nowhere", "open", "2016-09-13 06:00"), held("nowhere", "north"), agreed(areas=("nowhere", "west"))]
)
def test_a_record_that_names_something_unknown_is_refused(record: Evidence) -> None:
    with pytest.raises(InvalidEvidence, match="nowhere"):
        access(log(record), "2016-09-13 12:00")


def test_statements_have_no_effect_of_their_own() -> None:
    said = reported(Statement(by="somebody", text="the truce is dead"), "2016-09-13 06:00")
    at = "2016-09-13 12:00"
    assert piece(log(WEST_NORTH, EAST_SOUTH, agreed(), said), "crossing", at) == piece(
        log(WEST_NORTH, EAST_SOUTH, agreed()), "crossing", at
    )


def test_a_road_whose_shape_is_missing_runs_straight_between_its_ends() -> None:
    known = two_sides()
    bare = RoadNetwork(
        places=known.places,
        segments={"supply": segment("supply", known.places["hub"], known.places["post"])},
        gates={},
        areas=known.areas,
    )
    geometry = Geometry(bare)
    assert [geometry.ids[number] for number in geometry.near_point((36.1, 36.05), 6_000)] == ["supply"]
    assert len(geometry.near_point((36.1, 36.05), 5_000)) == 0


def test_an_empty_network_has_an_empty_map() -> None:
    empty = RoadNetwork(places={}, segments={}, gates={}, areas={})
    assert access(log(incident("shelling", "2016-09-13 06:00")), "2016-09-13 12:00", network=empty).timelines == {}


def test_points_are_grouped_by_way_of_others_and_named_by_the_first() -> None:
    points = ((36.0, 36.0), (37.0, 36.0), (36.1, 36.0), (36.2, 36.0))
    assert group_points(points, 10_000) == (0, 1, 0, 0)
    assert group_points(points, 1_000) == (0, 1, 2, 3)


def country(segments: int, records: int) -> tuple[RoadNetwork, tuple[Evidence, ...]]:
    """A grid of towns in four areas with gates on the lines, and a log over twelve days."""
    side = round((segments / 2) ** 0.5)
    towns = {
        (x, y): place(f"t{x}-{y}", (36 + x * 0.2, 33 + y * 0.2), f"area{x * 2 // side}{y * 2 // side}")
        for x in range(side)
        for y in range(side)
    }
    roads, gates = [], []
    for (x, y), town in towns.items():
        for step in ((1, 0), (0, 1)):
            other = towns.get((x + step[0], y + step[1]))
            if other is None:
                continue
            name = f"{town.id}--{other.id}"
            if town.area != other.area:
                gates.append(gate(f"gate-{name}", town.id, opens="07:00", closes="19:00"))
            roads.append(segment(name, town, other, f"gate-{name}" if town.area != other.area else None))
    draw = random.Random(2016)  # noqa: S311 - a repeatable country, not a secret
    rows = [held(f"area{a}{b}", "north" if a == b else "south") for a in "01" for b in "01"]
    rows.append(agreed("2016-09-12 19:00", areas=("area00", "area01", "area10", "area11")))
    while len(rows) < records:
        day = f"2016-09-{draw.randint(8, 22):02d} {draw.randint(0, 23):02d}:00"
        if draw.random() < 0.4:
            where = (36 + draw.random() * side * 0.2, 33 + draw.random() * side * 0.2)
            rows.append(incident(draw.choice(["shelling", "air_strike", "armed_clash"]), day, where))
        else:
            rows.append(road(draw.choice(roads).id, "open", day))
    return network_of(list(towns.values()), roads, gates), log(*rows)


def test_segments_to_which_the_same_reports_apply_share_one_timeline() -> None:
    network, records = country(segments=200, records=60)
    found = access(records, "2016-09-12 00:00", "2016-09-24 00:00", network=network)
    assert found.timelines.keys() == network.segments.keys()
    distinct = {id(timeline) for timeline in found.timelines.values()}
    assert len(distinct) < len(network.segments)
