"""The seed of Syria keeps what is known of September 2016, each account with its own number."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.seed_data.reading import SYRIA, figures, known_by, moment, permit_steps, records, strings, table


def test_eighteen_besieged_sites_and_eastern_aleppo() -> None:
    sites = {r["id"]: r for r in table(SYRIA, "sites")}
    besieged = {i for i, r in sites.items() if r["listed"] == "besieged"}
    assert len(besieged) == 18
    assert sites["darayya"]["listed_until"] == "2016-08-27"
    aleppo = sites["eastern-aleppo"]
    assert (aleppo["listed"], aleppo["listed_until"]) == ("hard_to_reach", "2016-10-05")
    assert records(SYRIA, "site_status", site="eastern-aleppo", status="besieged")
    assert records(SYRIA, "site_status", site="darayya", status="closed")


def test_at_least_twenty_five_more_sites_are_hard_to_reach() -> None:
    sites = table(SYRIA, "sites")
    assert sum(r["listed"] == "hard_to_reach" and r["id"] != "eastern-aleppo" for r in sites) >= 25
    assert {r["id"] for r in sites if r["group"] == "four-towns"} == {"madaya", "zabadani", "foah", "kafraya"}


def test_disputed_head_counts_stay_apart() -> None:
    people: dict[str, set[int]] = {}
    for row in table(SYRIA, "people"):
        people.setdefault(row["site"], set()).add(int(row["people"]))
    assert people["eastern-aleppo"] == {250_000, 275_000}
    assert people["al-waer"] == {70_000, 75_000}
    assert people["moadamiyet-elsham"] == {35_000, 40_000, 45_000}
    assert min(people["arbin"]) + min(people["zamalka"]) == 39_000
    assert min(people["foah"]) + min(people["kafraya"]) == 20_000


def test_the_truce_runs_from_the_12th_at_19_to_the_19th_at_19_in_three_steps() -> None:
    (agreed,) = records(SYRIA, "ceasefire_agreed")
    assert agreed["valid_from"] == "2016-09-12T19:00:00+03:00"
    assert agreed["firm_end"] == "2016-09-14T19:00:00+03:00"
    assert agreed["intended_end"] == "2016-09-19T19:00:00+03:00"
    ends = [(r["firm_end"], r["synthetic"]) for r in records(SYRIA, "ceasefire_extended")]
    assert ends == [("2016-09-16T19:00:00+03:00", False), ("2016-09-19T19:00:00+03:00", True)]


def test_one_side_calls_the_truce_over_on_the_19th_and_the_sponsors_do_not() -> None:
    claims = {(r["by"], r["says"]) for r in records(SYRIA, "ceasefire_claim")}
    assert claims == {("government", "over"), ("united-states", "in_force"), ("russian-federation", "in_force")}


def test_forty_trucks_for_eastern_aleppo_are_held_for_want_of_a_letter() -> None:
    held = records(SYRIA, "outcome", movement="eastern-aleppo-40")
    assert {(r["what"], r["reason_code"], r["amrf"]) for r in held} == {("held", "letter_missing", 3)}
    assert held[-1]["trucks"] == 40
    requested = held[-1]["people_requested"]
    assert isinstance(requested, list)
    assert {item["count"] for item in requested} == {185_000, 80_000}


def test_thirty_one_trucks_are_attacked_at_urum_al_kubra_and_every_count_is_kept() -> None:
    (attacked,) = records(SYRIA, "outcome", movement="urum-al-kubra-31")
    assert (attacked["what"], attacked["reason_code"], attacked["amrf"]) == ("attacked", "attack", 5)
    assert attacked["happened_at"] == "2016-09-19T19:12:00+03:00"
    assert attacked["trucks"] == 31
    told = records(SYRIA, "incident", hazard="attack_on_aid", place_name="Urum al-Kubra")
    assert set().union(*(figures(r, "killed") for r in told)) == {10, 14, 18, 20}
    assert set().union(*(figures(r, "trucks_hit") for r in told)) == {17, 18}


def test_no_letter_for_eastern_aleppo_is_ever_issued() -> None:
    letters = records(SYRIA, "permit", site="eastern-aleppo", step="letter")
    assert letters
    assert "issued" not in {r["state"] for r in letters}


def test_on_the_13th_the_four_towns_have_neither_arrangement_nor_letter() -> None:
    morning = "2016-09-13T08:00:00+03:00"
    gates = {g for r in known_by(SYRIA, morning) if r["kind"] == "arrangement" for g in strings(r["gates"])}
    assert not gates & {"madaya", "zabadani", "hama-idleb", "foah-kafraya"}
    for site in ("madaya", "zabadani", "foah", "kafraya"):
        assert ("letter", "issued") not in permit_steps(SYRIA, site, morning)


def test_on_the_13th_sites_in_idleb_and_northern_aleppo_are_notified_across_the_border() -> None:
    morning = "2016-09-13T08:00:00+03:00"
    notified = {
        r["site"]
        for r in known_by(SYRIA, morning)
        if r["kind"] == "permit" and r["state"] == "acknowledged" and r.get("gate") in {"bab-al-hawa", "bab-al-salam"}
    }
    assert len(notified - {"eastern-aleppo"}) >= 8


@pytest.mark.parametrize(
    "site",
    ["urum-al-kubra", "talbiseh", "moadamiyet-elsham", "al-waer", "madaya", "zabadani", "foah", "kafraya"],
)
def test_on_the_18th_at_8_the_convoys_of_the_week_have_all_their_papers(site: str) -> None:
    steps = permit_steps(SYRIA, site, "2016-09-18T08:00:00+03:00")
    assert ("permission", "partial") in steps or ("permission", "granted") in steps
    assert {("letter", "issued"), ("clearance", "granted"), ("notification", "acknowledged")} <= steps


def test_arrangements_made_by_the_18th_cover_the_deliveries_after_the_truce() -> None:
    known = [r for r in known_by(SYRIA, "2016-09-18T08:00:00+03:00") if r["kind"] == "arrangement"]
    for outcome in records(SYRIA, "outcome", what="delivered"):
        happened = moment(outcome["happened_at"])
        if not moment("2016-09-20T00:00:00+03:00") <= happened <= moment("2016-09-30T00:00:00+03:00"):
            continue
        assert any(
            outcome["gate"] in strings(r["gates"]) and moment(r["valid_from"]) <= happened < moment(r["valid_to"])
            for r in known
        ), outcome


def test_castello_passes_by_permit_only_from_the_12th_to_the_19th() -> None:
    for gate in ("castello", "castello-north"):
        states = [(r["valid_from"], r["state"]) for r in records(SYRIA, "gate", gate=gate)]
        assert states[0][1] == "closed"
        assert ("2016-09-12T19:00:00+03:00", "by_permit") in states
        assert states[-1] == ("2016-09-19T19:00:00+03:00", "closed")


def test_pauses_of_one_side_are_not_accepted_and_two_reports_of_20_october_are_kept() -> None:
    pauses = records(SYRIA, "pause")
    assert not any(r["accepted"] for r in pauses)
    hours = {(r["opens"], r["closes"]) for r in pauses if str(r["valid_from"]).startswith("2016-10-20")}
    assert hours == {("08:00", "16:00"), ("10:00", "19:00")}


def test_roads_and_border_gates_are_reported_at_least_every_three_days_through_september() -> None:
    for kind, fields in (("road", {"state": "open"}), ("gate", {"gate": "bab-al-hawa"})):
        days = [moment(r["valid_from"]) for r in records(SYRIA, kind, **fields)]
        days = [d for d in days if moment("2016-08-30T00:00:00+03:00") <= d <= moment("2016-09-30T00:00:00+03:00")]
        assert days[-1] - days[0] > timedelta(days=28)
        assert all(b - a < timedelta(hours=72) for a, b in pairwise(days))


def test_all_convoys_are_held_for_two_days_after_the_attack() -> None:
    (hold,) = records(SYRIA, "hold", scope="all")
    assert moment(hold["valid_to"]) - moment(hold["valid_from"]) == timedelta(hours=48)
    assert moment(hold["learned_at"]) > moment("2016-09-19T19:12:00+03:00")


def test_food_for_the_held_trucks_expires_soon() -> None:
    (batch,) = [r for r in table(SYRIA, "stock") if r["batch"] == "rey-40-trucks"]
    kilograms = int(batch["units"]) * 67
    assert batch["expires_at"] == "2016-09-26"
    assert kilograms <= 40 * 25_000


def test_the_hub_knew_of_the_dispatch_to_urum_al_kubra_as_it_left() -> None:
    """Else a plan of that noon would not see trucks on the road: they were known gone hours before the attack."""
    (left,) = [r for r in records(SYRIA, "movement_step", movement="urum-al-kubra-31") if r["step"] == "dispatched"]

    assert left["learned_at"] == left["valid_from"] == "2016-09-19T10:50:00+03:00"
