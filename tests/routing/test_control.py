"""Lines between parties: crossed under a ceasefire or an arrangement, else blocked."""

from dataclasses import replace

import pytest

from routing.evidence import Evidence
from routing.network import RoadNetwork
from routing.policy import AccessPolicy
from routing.status import Status
from tests.routing.builders import (
    EAST_SOUTH,
    WEST_NORTH,
    access,
    agreed,
    arranged,
    claimed,
    claimed_over,
    extended,
    gate,
    held,
    log,
    network_of,
    part,
    paused,
    piece,
    place,
    road,
    segment,
    time,
    two_sides,
    violated,
)

LINE = (WEST_NORTH, EAST_SOUTH, road("crossing", "open", "2016-09-12 12:00"))


def test_a_line_without_ceasefire_or_arrangement_is_blocked() -> None:
    found = piece(log(*LINE), "crossing", "2016-09-13 12:00")
    assert found.status is Status.BLOCKED
    assert (found.decided_by, found.deciding().code) == ("control", "line_without_consent")
    assert found.deciding().evidence == (1, 2)


def test_a_road_that_stays_with_one_holder_needs_no_consent() -> None:
    found = piece(log(*LINE, road("supply", "open", "2016-09-13 00:00")), "supply", "2016-09-13 12:00")
    assert found.status is Status.OPEN
    assert part(found, "control").code == "one_holder"
    assert part(found, "ceasefire").code == "not_needed"


@pytest.mark.parametrize(
    ("extra", "code", "p"),
    [
        ((), "ceasefire_in_force", 0.85),
        ((violated("west", "2016-09-13 10:00"),), "ceasefire_strained", 0.7),
    ],
)
def test_a_ceasefire_makes_the_line_contested_at_its_own_p(extra: tuple[Evidence, ...], code: str, p: float) -> None:
    found = piece(log(*LINE, agreed(), *extra), "crossing", "2016-09-13 12:00")
    assert found.status is Status.CONTESTED
    assert (found.deciding().code, found.p) == (code, p)
    assert dict(found.causes) == {"ceasefire:truce:east+west": p}


def test_past_the_firm_end_all_lines_rest_on_one_uncertain_renewal() -> None:
    found = piece(log(*LINE, agreed()), "crossing", "2016-09-15 11:00")
    assert (found.status, found.p, found.deciding().code) == (Status.CONTESTED, 0.5, "ceasefire_announced")
    assert dict(found.causes) == {"ceasefire:truce": 0.5}


def test_a_dispute_is_one_cause_for_all_lines_of_the_pair() -> None:
    found = piece(log(*LINE, agreed(), claimed_over("north", "2016-09-13 10:00")), "crossing", "2016-09-13 12:00")
    assert (found.status, found.p, found.deciding().code) == (Status.CONTESTED, 0.5, "ceasefire_disputed")
    assert dict(found.causes) == {"ceasefire:truce:north+south": 0.5}


def test_an_agreement_that_has_not_begun_covers_nothing() -> None:
    found = piece(log(*LINE, agreed()), "crossing", "2016-09-12 18:59")
    assert (found.status, found.deciding().code) == (Status.BLOCKED, "line_without_consent")


def test_a_collapsed_ceasefire_closes_the_line() -> None:
    over = log(*LINE, agreed(), claimed_over("north", "2016-09-13 10:00"), claimed_over("south", "2016-09-13 11:00"))
    found = piece(over, "crossing", "2016-09-13 12:00")
    assert found.status is Status.BLOCKED
    assert (found.decided_by, found.deciding().code) == ("ceasefire", "ceasefire_over")
    assert found.deciding().evidence == (4, 5, 6)
    assert part(found, "control").status is Status.OPEN


def test_a_suspended_ceasefire_closes_the_line() -> None:
    records = log(
        *LINE,
        agreed(),
        claimed("suspended", "north", "2016-09-13 10:00"),
        claimed("suspended", "south", "2016-09-13 10:00"),
    )
    found = piece(records, "crossing", "2016-09-13 12:00")
    assert (found.status, found.deciding().code) == (Status.BLOCKED, "ceasefire_suspended")


def test_the_line_is_disputed_until_19_00_and_expired_after_with_agreement_extension_and_claims_named() -> None:
    records = log(
        *LINE,
        agreed(),
        extended("2016-09-14 18:00", firm_end="2016-09-16 19:00"),
        extended("2016-09-16 18:00", firm_end="2016-09-19 19:00"),
        claimed_over("north", "2016-09-19 15:00"),
        claimed("in_force", "sponsor-a", "2016-09-19 16:00"),
    )
    timeline = access(records, "2016-09-19 14:00", "2016-09-19 21:00").timeline("crossing")
    assert [(each.window.start, part(each, "ceasefire").code) for each in timeline] == [
        (time("2016-09-19 14:00"), "ceasefire_in_force"),
        (time("2016-09-19 15:00"), "ceasefire_disputed"),
        (time("2016-09-19 16:00"), "ceasefire_disputed"),
        (time("2016-09-19 19:00"), "ceasefire_expired"),
    ]
    assert timeline[-1].deciding().evidence == (4, 5, 6, 7, 8)


def test_an_arrangement_of_both_holders_opens_the_gate_within_its_window_only() -> None:
    records = log(*LINE, arranged("2016-09-13 06:00", "2016-09-13 20:00"))
    inside = piece(records, "crossing", "2016-09-13 19:59")
    assert (inside.status, inside.p, inside.deciding().code) == (Status.CONTESTED, 0.8, "arrangement")
    assert dict(inside.causes) == {"arrangement:gate": 0.8}
    assert piece(records, "crossing", "2016-09-13 20:00").status is Status.BLOCKED


def test_one_agreement_over_two_gates_is_one_cause() -> None:
    both = arranged("2016-09-13 06:00", "2016-09-13 20:00", ("north", "south"), "gate", "border-post")
    sides = two_sides()
    with_post = replace(sides, gates={**sides.gates, "border-post": gate("border-post", "hub")})
    found = piece(log(*LINE, both), "crossing", "2016-09-13 12:00", network=with_post)
    assert dict(found.causes) == {"arrangement:border-post+gate": 0.8}


def test_an_arrangement_without_one_of_the_holders_opens_nothing() -> None:
    records = log(*LINE, arranged("2016-09-13 06:00", "2016-09-13 20:00", parties=("north", "third")))
    assert piece(records, "crossing", "2016-09-13 12:00").status is Status.BLOCKED


def test_under_ceasefire_and_arrangement_the_likelier_counts() -> None:
    records = log(*LINE, agreed(), arranged("2016-09-13 06:00", "2016-09-15 20:00"))
    assert piece(records, "crossing", "2016-09-13 12:00").deciding().code == "ceasefire_in_force"
    assert piece(records, "crossing", "2016-09-15 11:00").deciding().code == "arrangement"


def test_an_arrangement_outlives_the_ceasefire() -> None:
    records = log(*LINE[:2], agreed(), arranged("2016-09-22 06:00", "2016-09-22 20:00"))
    assert part(piece(records, "crossing", "2016-09-22 12:00"), "ceasefire").code == "arrangement"


def test_a_pause_that_both_accept_opens_the_line_within_its_daily_hours() -> None:
    records = log(*LINE, paused("north", "2016-09-12 00:00", "2016-09-15 00:00", accepted=True))
    assert piece(records, "crossing", "2016-09-13 10:00").deciding().code == "pause"
    assert piece(records, "crossing", "2016-09-13 13:00").status is Status.BLOCKED


def test_a_pause_announced_by_one_side_opens_nothing() -> None:
    records = log(*LINE, paused("north", "2016-09-12 00:00", "2016-09-15 00:00", accepted=False))
    assert piece(records, "crossing", "2016-09-13 10:00").deciding().code == "line_without_consent"


def test_a_pause_of_somebody_else_opens_nothing() -> None:
    records = log(*LINE, paused("third", "2016-09-12 00:00", "2016-09-15 00:00", accepted=True))
    assert piece(records, "crossing", "2016-09-13 10:00").status is Status.BLOCKED


def test_the_latest_control_record_by_valid_start_tells_the_holder() -> None:
    records = log(WEST_NORTH, held("east", "north", "2016-09-13 12:00"), EAST_SOUTH)
    assert part(piece(records, "crossing", "2016-09-13 11:59"), "control").code == "line_without_consent"
    assert part(piece(records, "crossing", "2016-09-13 12:00"), "control").code == "one_holder"


def test_an_area_of_which_no_holder_is_reported_is_unknown() -> None:
    found = part(piece(log(WEST_NORTH), "crossing", "2016-09-13 12:00"), "control")
    assert (found.status, found.p, found.code) == (Status.UNKNOWN, 0.5, "control_not_reported")


@pytest.fixture
def across_the_border() -> RoadNetwork:
    depot = place("depot", (36.00, 36.0), "abroad")
    customs = place("customs", (36.02, 36.0), "west")
    inside = place("inside", (36.05, 36.0), "west")
    return network_of(
        [depot, customs, inside],
        [segment("border", depot, customs, "gate"), segment("behind", customs, inside)],
        [gate("gate", "customs", "notification")],
    )


@pytest.mark.parametrize("party", ["neighbour", "neutral"])
def test_a_border_is_left_to_its_gate_and_calls_for_no_reports_beside_it(
    across_the_border: RoadNetwork, party: str
) -> None:
    records = log(held("abroad", party), WEST_NORTH, road("border", "open", "2016-09-13 06:00"))
    found = piece(records, "border", "2016-09-13 12:00", across_the_border)
    assert (found.status, part(found, "control").code) == (Status.OPEN, "border")
    assert part(piece(records, "behind", "2016-09-13 12:00", across_the_border), "physical").code == "not_reported"


def test_a_ceasefire_less_likely_than_the_threshold_blocks() -> None:
    found = access(log(*LINE, agreed()), "2016-09-13 12:00", policy=AccessPolicy(p_ceasefire_in_force=0.1)).at(
        "crossing", time("2016-09-13 12:00")
    )
    assert (found.status, found.deciding().code) == (Status.BLOCKED, "ceasefire_in_force")
