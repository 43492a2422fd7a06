"""The physical state of a road: who reported last, who disagrees, and how old the report is."""

from dataclasses import replace

import pytest

from routing.evidence import Evidence, RoadReport, RoadState
from routing.status import Part, Status
from tests.routing.builders import EAST_SOUTH, WEST_NORTH, access, held, log, part, piece, road, time, two_sides

SIDES = (WEST_NORTH, EAST_SOUTH)


def physical(records: tuple[Evidence, ...], at: str, name: str = "supply") -> Part:
    return part(piece(records, name, at), "physical")


def test_a_closed_road_is_blocked_however_old_the_report() -> None:
    found = physical(log(*SIDES, road("supply", "closed", "2016-08-01 08:00")), "2016-09-13 12:00")
    assert (found.status, found.code, found.evidence) == (Status.BLOCKED, "road_closed", (3,))


@pytest.mark.parametrize(("state", "p"), [("restricted", 0.8), ("damaged", 0.6)])
def test_a_damaged_or_restricted_road_is_passable_at_a_risk(state: str, p: float) -> None:
    found = physical(log(*SIDES, road("supply", state, "2016-09-13 08:00")), "2016-09-13 12:00")  # type: ignore[arg-type] # parametrised
    assert (found.status, found.code, found.p) == (Status.CONTESTED, f"road_{state}", p)


def test_an_open_report_goes_stale_after_72_hours() -> None:
    records = log(*SIDES, road("supply", "open", "2016-09-10 12:00"))
    assert physical(records, "2016-09-13 11:59").code == "road_open"
    stale = physical(records, "2016-09-13 12:00")
    assert (stale.status, stale.code, stale.p) == (Status.CONTESTED, "stale_report", 0.8)


def test_in_a_timeline_of_past_days_the_report_turns_stale_to_the_second() -> None:
    records = log(*SIDES, road("supply", "open", "2016-09-10 12:00"))
    found = access(records, "2016-09-11 00:00", "2016-09-15 00:00", now="2016-09-13 12:00").timeline("supply")
    assert [(each.window.start, part(each, "physical").code) for each in found] == [
        (time("2016-09-11 00:00"), "road_open"),
        (time("2016-09-13 12:00"), "stale_report"),
    ]


def test_a_forecast_is_as_fresh_as_the_newest_report_known_now() -> None:
    records = log(*SIDES, road("supply", "open", "2016-09-10 12:00"))
    ahead = access(records, "2016-09-12 00:00", "2016-09-18 00:00", now="2016-09-12 08:00")
    assert part(ahead.at("supply", time("2016-09-17 12:00")), "physical").code == "road_open"


def test_the_newest_report_decides_by_valid_time_not_by_the_order_of_the_log() -> None:
    records = log(*SIDES, road("supply", "closed", "2016-09-12 08:00"), road("supply", "open", "2016-09-10 08:00"))
    assert physical(records, "2016-09-12 12:00").code == "road_closed"


def test_the_same_source_supersedes_itself() -> None:
    records = log(*SIDES, road("supply", "closed", "2016-09-13 06:00"), road("supply", "open", "2016-09-13 08:00"))
    assert physical(records, "2016-09-13 12:00").code == "road_open"


def test_another_sources_worse_report_of_the_same_day_disputes_the_newest() -> None:
    records = log(
        *SIDES,
        road("supply", "closed", "2016-09-13 06:00", source="drivers"),
        road("supply", "open", "2016-09-13 08:00"),
    )
    found = physical(records, "2016-09-13 12:00")
    assert (found.status, found.code, found.p) == (Status.CONTESTED, "disputed_report", 0.5)
    assert (found.evidence, found.detail) == ((3, 4), "open | closed")


def test_another_sources_older_or_better_report_disputes_nothing() -> None:
    older = log(
        *SIDES,
        road("supply", "closed", "2016-09-12 07:59", source="drivers"),
        road("supply", "open", "2016-09-13 08:00"),
    )
    assert physical(older, "2016-09-13 12:00").code == "road_open"
    better = log(
        *SIDES,
        road("supply", "open", "2016-09-13 06:00", source="drivers"),
        road("supply", "damaged", "2016-09-13 08:00"),
    )
    assert physical(better, "2016-09-13 12:00").code == "road_damaged"


def test_a_closure_with_an_end_gives_way_to_the_report_before_it() -> None:
    records = log(
        *SIDES,
        road("supply", "open", "2016-09-13 06:00"),
        road("supply", "closed", "2016-09-13 10:00", "2016-09-13 14:00"),
    )
    assert physical(records, "2016-09-13 13:59").code == "road_closed"
    assert physical(records, "2016-09-13 14:00").code == "road_open"


@pytest.mark.parametrize("name", ["supply", "inland"])
def test_near_a_line_a_road_never_reported_on_is_unknown(name: str) -> None:
    found = piece(log(*SIDES), name, "2016-09-13 12:00")
    area = "west" if name == "supply" else "east"
    assert (found.status, found.p, found.deciding().code) == (Status.UNKNOWN, 0.5, "no_report")
    assert dict(found.causes) == {f"unreported:{area}": 0.5}


def test_far_from_every_line_no_report_is_needed() -> None:
    found = piece(log(*SIDES), "remote", "2016-09-13 12:00")
    assert (found.status, found.p, found.deciding().code) == (Status.OPEN, 1.0, "not_reported")


def test_a_report_is_needed_from_the_hour_at_which_the_line_comes_near() -> None:
    records = log(WEST_NORTH, held("east", "north"), held("east", "south", "2016-09-13 12:00"))
    assert physical(records, "2016-09-13 11:59").code == "not_reported"
    assert physical(records, "2016-09-13 12:00").code == "no_report"


def test_on_a_gate_a_report_is_needed_even_without_a_line() -> None:
    records = log(WEST_NORTH, held("east", "north"))
    assert physical(records, "2016-09-13 12:00", "crossing").code == "no_report"


def limited(state: RoadState, since: str, limit_kg: int | None) -> Evidence:
    told = road("supply", state, since)
    fact = told.fact
    assert isinstance(fact, RoadReport)
    return replace(told, fact=replace(fact, weight_limit_kg=limit_kg))


def test_a_reported_weight_limit_holds_until_a_later_report_lifts_it() -> None:
    records = log(*SIDES, limited("damaged", "2016-09-12 08:00", 20_000), limited("open", "2016-09-15 08:00", None))
    supply = two_sides().segments["supply"]
    assert access(records, "2016-09-13 00:00", "2016-09-14 00:00").limit_kg(supply) == 20_000
    assert access(records, "2016-09-14 00:00", "2016-09-16 00:00").limit_kg(supply) == 20_000
    assert access(records, "2016-09-16 00:00", "2016-09-17 00:00").limit_kg(supply) is None
