"""The state of a ceasefire, per area and pair of parties, from agreements and claims."""

import pytest

from routing.ceasefire import Standing, read_ceasefires, state_of
from routing.evidence import Evidence
from routing.ledger import read_ledger
from tests.routing.builders import (
    EAST_SOUTH,
    POLICY,
    WEST_NORTH,
    agreed,
    claimed,
    claimed_over,
    extended,
    log,
    piece,
    time,
    two_sides,
    violated,
)

PAIR = ("north", "south")


def standing(records: tuple[Evidence, ...], at: str, area: str = "east", pair: tuple[str, str] = PAIR) -> Standing:
    (truce,) = read_ceasefires(read_ledger(records, len(records), two_sides()))
    return state_of(truce, time(at), area, pair, POLICY)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2016-09-12 18:59", "none"),
        ("2016-09-12 19:00", "in_force"),
        ("2016-09-14 18:59", "in_force"),
        ("2016-09-14 19:00", "announced"),
        ("2016-09-19 18:59", "announced"),
        ("2016-09-19 19:00", "expired"),
    ],
)
def test_an_agreement_runs_from_its_start_over_its_firm_to_its_intended_end(at: str, state: str) -> None:
    assert standing(log(agreed()), at).state == state


def test_an_extension_replaces_the_ends_from_its_valid_start_on() -> None:
    records = log(agreed(), extended("2016-09-14 12:00", firm_end="2016-09-16 19:00"))
    assert standing(records, "2016-09-15 12:00").state == "in_force"
    assert standing(records, "2016-09-17 12:00").state == "announced"
    assert standing(records, "2016-09-15 12:00").evidence == (1, 2)


def test_an_extension_may_shorten_a_ceasefire() -> None:
    records = log(agreed(), extended("2016-09-13 12:00", firm_end="2016-09-13 18:00", intended_end="2016-09-13 18:00"))
    assert standing(records, "2016-09-13 11:59").state == "in_force"
    assert standing(records, "2016-09-13 18:00").state == "expired"


def test_a_ceasefire_says_nothing_of_other_areas_or_other_parties() -> None:
    records = log(agreed(areas=("west",)))
    assert standing(records, "2016-09-13 12:00", area="east").state == "none"
    assert standing(records, "2016-09-13 12:00", area="west", pair=("north", "third")).state == "none"


def test_a_partys_word_against_the_guarantors_leaves_it_disputed_until_its_end() -> None:
    records = log(
        agreed(firm_end="2016-09-19 19:00"),
        claimed_over("north", "2016-09-19 15:00"),
        claimed("in_force", "sponsor-a", "2016-09-19 16:00"),
    )
    assert standing(records, "2016-09-19 14:59").state == "in_force"
    assert standing(records, "2016-09-19 18:59").state == "disputed"
    assert standing(records, "2016-09-19 18:59").evidence == (1, 2, 3)
    assert standing(records, "2016-09-19 19:00").state == "expired"


def test_silence_of_the_other_party_is_no_consent_to_the_end() -> None:
    records = log(agreed(), claimed_over("north", "2016-09-13 12:00"))
    assert standing(records, "2016-09-13 12:00").state == "disputed"


def test_it_is_over_when_both_parties_say_so() -> None:
    records = log(
        agreed(),
        claimed_over("north", "2016-09-13 12:00"),
        claimed_over("south", "2016-09-13 14:00"),
        claimed("in_force", "sponsor-a", "2016-09-13 15:00"),
    )
    assert standing(records, "2016-09-13 13:00").state == "disputed"
    assert standing(records, "2016-09-13 16:00").state == "over"


def test_it_is_over_when_all_guarantors_say_so() -> None:
    records = log(
        agreed(), claimed_over("sponsor-a", "2016-09-13 12:00"), claimed_over("sponsor-b", "2016-09-13 14:00")
    )
    assert standing(records, "2016-09-13 13:00").state == "disputed"
    assert standing(records, "2016-09-13 14:00").state == "over"


def test_it_is_suspended_when_both_parties_have_suspended_or_ended_it() -> None:
    records = log(
        agreed(), claimed("suspended", "north", "2016-09-13 12:00"), claimed_over("south", "2016-09-13 14:00")
    )
    assert standing(records, "2016-09-13 13:00").state == "disputed"
    assert standing(records, "2016-09-13 14:00").state == "suspended"


def test_a_party_may_come_back_to_it() -> None:
    records = log(agreed(), claimed_over("north", "2016-09-13 12:00"), claimed("in_force", "north", "2016-09-13 18:00"))
    assert standing(records, "2016-09-13 18:00").state == "in_force"


def test_a_claim_with_an_end_counts_until_then() -> None:
    records = log(agreed(), claimed("suspended", "north", "2016-09-13 12:00", "2016-09-13 15:00"))
    assert standing(records, "2016-09-13 14:59").state == "disputed"
    assert standing(records, "2016-09-13 15:00").state == "in_force"


def test_an_agreement_made_anew_sets_older_claims_aside() -> None:
    records = log(
        agreed(),
        claimed_over("north", "2016-09-13 12:00"),
        claimed_over("south", "2016-09-13 12:00"),
        agreed("2016-09-13 20:00"),
    )
    assert standing(records, "2016-09-13 21:00").state == "in_force"


def test_a_third_partys_claim_does_not_touch_the_pair() -> None:
    records = log(
        agreed(parties=("north", "south", "third")),
        claimed_over("third", "2016-09-13 12:00"),
    )
    assert standing(records, "2016-09-13 13:00").state == "in_force"
    assert standing(records, "2016-09-13 13:00", pair=("north", "third")).state == "disputed"


def test_a_violation_strains_the_named_area_for_two_days() -> None:
    records = log(agreed(firm_end="2016-09-19 19:00"), violated("east", "2016-09-13 12:00"))
    assert standing(records, "2016-09-15 11:59").state == "strained"
    assert standing(records, "2016-09-15 12:00").state == "in_force"
    assert standing(records, "2016-09-13 13:00", area="west").state == "in_force"


def test_disputed_is_stronger_than_announced_and_that_than_strained() -> None:
    records = log(agreed(), violated("east", "2016-09-14 18:00"))
    assert standing(records, "2016-09-14 20:00").state == "announced"
    disputed = log(agreed(), violated("east", "2016-09-14 18:00"), claimed_over("north", "2016-09-14 19:30"))
    assert standing(disputed, "2016-09-14 20:00").state == "disputed"


def test_a_segment_is_what_the_worse_of_its_two_areas_is() -> None:
    records = log(WEST_NORTH, EAST_SOUTH, agreed(), violated("west", "2016-09-13 12:00"))
    assert piece(records, "crossing", "2016-09-13 13:00").deciding().code == "ceasefire_strained"
