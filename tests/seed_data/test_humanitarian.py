"""Tables and logs of every shipped crisis hold together: fields, references, order, sources."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.seed_data.reading import SYRIA, header, ids, log, moment, records, segments, strings, table

CRISES = (SYRIA, "two-rivers")

OUTCOME_FIELDS = "movement site happened_at result what authority_type sectors people_requested people_reached"
PLACED = "sub_district governorate figures follow_up"
# Kind of record: the fields it must have, then the fields it may have.
KINDS: dict[str, tuple[str, str]] = {
    "ceasefire_agreed": ("ceasefire areas parties guarantors firm_end intended_end terms", ""),
    "ceasefire_extended": ("ceasefire firm_end intended_end", ""),
    "ceasefire_claim": ("ceasefire by says", ""),
    "ceasefire_violation": ("ceasefire areas", ""),
    "pause": ("gates by accepted opens closes", ""),
    "arrangement": ("gates parties", "letter group"),
    "road": ("segments state", "weight_limit_kg"),
    "gate": ("gate state", ""),
    "gate_hours": ("gate opens closes", "trucks_per_hour"),
    "incident": ("event_type sub_event_type hazard lon lat place_name geo_precision figures", ""),
    "permit": ("step state site", "gate people struck movement plan lines"),
    "hold": ("scope reason", ""),
    "outcome": (
        OUTCOME_FIELDS,
        "gate trucks reason_code amrf stated_reason hours_lost truck_days_lost lines " + PLACED,
    ),
    "site_status": ("site status", ""),
    "statement": ("by text", ""),
    "sharing": ("movement consent sensitivity", ""),
    "movement_step": (
        "movement step site",
        "trucks lines document gate authority_type reason_code stated_reason",
    ),
}
COMMON = {"kind", "learned_at", "valid_from", "source", "reliability", "credibility", "synthetic", "note"}
VALUES: dict[tuple[str, str], str] = {
    ("ceasefire_claim", "says"): "in_force suspended over",
    ("road", "state"): "open restricted damaged closed",
    ("gate", "state"): "open by_permit closed",
    ("incident", "hazard"): "air_strike shelling armed_clash attack_on_aid none",
    ("permit", "step"): "request permission letter clearance notification",
    ("permit", "state"): "submitted granted partial in_principle refused no_response issued acknowledged withdrawn",
    ("outcome", "result"): "facilitated impeded denied cancelled",
    ("outcome", "what"): (
        "delivered partially_delivered held turned_back attacked looted items_removed delayed cancelled"
    ),
    ("outcome", "authority_type"): (
        "central local checkpoint armed_group neighbour_state party un none not_established"
    ),
    ("site_status", "status"): "besieged hard_to_reach accessible closed",
}


@pytest.mark.parametrize("crisis", CRISES)
@pytest.mark.parametrize(
    "name",
    [
        "sites",
        "people",
        "commodities",
        "needs",
        "hubs",
        "stock",
        "truck_types",
        "fleets",
        "escorts",
        "groups",
        "movements",
    ],
)
def test_every_row_names_its_source_and_says_whether_it_is_synthetic(crisis: str, name: str) -> None:
    rows = table(crisis, name)
    assert rows
    for row in rows:
        assert row["source"].strip(), row
        assert row["synthetic"] in {"yes", "no"}, row
        assert not re.search(r"\bS\d+\b", row["source"]), "cite the source in words"


@pytest.mark.parametrize("crisis", CRISES)
def test_tables_refer_only_to_what_exists(crisis: str) -> None:
    places, sites, hubs = ids(crisis, "places"), ids(crisis, "sites"), ids(crisis, "hubs")
    commodities, trucks = ids(crisis, "commodities"), ids(crisis, "truck_types")
    assert {r["place"] for r in table(crisis, "sites")} == sites
    assert sites <= places
    assert {r["place"] for r in table(crisis, "hubs")} <= places
    assert {r["site"] for r in table(crisis, "people")} == sites
    assert {r["site"] for r in table(crisis, "needs")} == sites
    assert {r["commodity"] for r in table(crisis, "needs")} <= commodities
    assert {r["commodity"] for r in table(crisis, "stock")} <= commodities
    assert {r["hub"] for r in table(crisis, "stock")} == hubs
    assert {r["hub"] for r in table(crisis, "fleets")} == hubs
    assert {r["truck_type"] for r in table(crisis, "fleets")} == trucks
    assert {r["base"] for r in table(crisis, "escorts")} - {""} <= hubs
    assert {r["group"] for r in table(crisis, "sites")} - {""} == ids(crisis, "groups")
    assert {r["site"] for r in table(crisis, "movements")} <= sites
    assert {r["hub"] for r in table(crisis, "movements")} <= hubs


@pytest.mark.parametrize("crisis", CRISES)
def test_loads_are_whole_numbers_and_every_truck_can_carry_a_unit_of_everything(crisis: str) -> None:
    for truck in table(crisis, "truck_types"):
        assert int(truck["payload_kg"]) < int(truck["gross_kg"])
        for item in table(crisis, "commodities"):
            assert 0 < int(item["kg"]) <= int(truck["payload_kg"])
            assert 0 < int(item["litres"]) <= int(truck["payload_l"])
            assert int(item["person_days"]) > 0
            assert 0 <= float(item["removal_rate"]) <= 1
            assert 0 < float(item["priority"]) <= 1


@pytest.mark.parametrize("crisis", CRISES)
def test_food_needed_feeds_at_least_the_smallest_head_count_for_thirty_days(crisis: str) -> None:
    days = {r["id"]: int(r["person_days"]) for r in table(crisis, "commodities") if r["counts_as_food"] == "yes"}
    food: Counter[str] = Counter()
    for row in table(crisis, "needs"):
        food[row["site"]] += int(row["units"]) * days.get(row["commodity"], 0)
    for site in ids(crisis, "sites"):
        people = min(int(r["people"]) for r in table(crisis, "people") if r["site"] == site)
        assert food[site] >= people * 30, site


@pytest.mark.parametrize("crisis", CRISES)
def test_names_are_given_in_arabic_script_too(crisis: str) -> None:
    for name in ("sites", "hubs", "commodities", "movements"):
        for row in table(crisis, name):
            assert any("\u0600" <= letter <= "\u06ff" for letter in row["name_ar"]), row


@pytest.mark.parametrize("crisis", CRISES)
def test_the_header_names_parties_sponsors_daylight_and_the_demo(crisis: str) -> None:
    crisis_header = header(crisis)
    assert crisis_header["id"] == crisis
    assert {"name", "name_ar", "zone", "languages", "working_days", "holidays"} <= set(crisis_header)
    assert {"disclaimer", "disclaimer_ar", "daylight", "demo", "parties", "sponsors"} <= set(crisis_header)
    parties = crisis_header["parties"]
    assert isinstance(parties, list)
    assert {r["party"] for r in table(crisis, "control")} <= {p["id"] for p in parties}


# ---- the log


@pytest.mark.parametrize("crisis", CRISES)
def test_the_log_is_in_the_order_in_which_things_became_known(crisis: str) -> None:
    clocks = [moment(r["learned_at"]) for r in log(crisis)]
    assert clocks == sorted(clocks)


@pytest.mark.parametrize("crisis", CRISES)
def test_records_have_the_fields_of_their_kind_and_no_others(crisis: str) -> None:
    for record in log(crisis):
        required, optional = (set(text.split()) for text in KINDS[str(record["kind"])])
        own = set(record) - {"valid_to"}
        assert own >= COMMON | required, record
        assert own <= COMMON | required | optional, record
        assert str(record["source"]).strip(), record
        assert record["reliability"] in set("ABCDEF")
        assert record["credibility"] in range(1, 7)
        assert isinstance(record["synthetic"], bool)
        for field in own & {"says", "state", "hazard", "step", "result", "what", "authority_type", "status"}:
            allowed = VALUES.get((str(record["kind"]), field))
            assert allowed is None or str(record[field]) in allowed.split(), record
        if "valid_to" in record:
            assert moment(record["valid_from"]) < moment(record["valid_to"]), record


@pytest.mark.parametrize("crisis", CRISES)
def test_the_log_speaks_only_of_what_exists(crisis: str) -> None:
    known = {name: ids(crisis, name) for name in ("sites", "gates", "movements", "areas", "corridors", "groups")}
    pcodes = {r["pcode"] for r in table(crisis, "governorates")}
    pairs = segments(crisis)
    for record in log(crisis):
        for field in ("site", "gate", "movement", "group"):
            if field in record:
                assert record[field] in known[f"{field}s"], record
        for field in ("areas", "gates"):
            assert set(strings(record.get(field, []))) <= known[field], record
        assert record.get("governorate", "") in pcodes | {""}, record
        for target in strings(record.get("segments", [])):
            kind, _, name = target.rpartition(":")
            found = name in known["corridors"] if kind == "corridor" else frozenset(target.split("--")) in pairs
            assert found, target


@pytest.mark.parametrize("crisis", CRISES)
def test_parties_sponsors_and_struck_items_of_the_log_exist(crisis: str) -> None:
    crisis_header, commodities = header(crisis), ids(crisis, "commodities")
    parties, sponsors = crisis_header["parties"], crisis_header["sponsors"]
    assert isinstance(parties, list)
    assert isinstance(sponsors, list)
    party_ids, sponsor_ids = {p["id"] for p in parties}, {s["id"] for s in sponsors}
    for record in log(crisis):
        assert set(strings(record.get("parties", []))) <= party_ids, record
        assert set(strings(record.get("guarantors", []))) <= sponsor_ids, record
        assert set(strings(record.get("struck", []))) <= commodities, record
        if "by" in record and record["kind"] != "statement":
            assert record["by"] in party_ids | sponsor_ids, record


@pytest.mark.parametrize("crisis", CRISES)
def test_each_crisis_has_a_truce_an_arrangement_permits_and_a_hold(crisis: str) -> None:
    kinds = {r["kind"] for r in log(crisis)}
    assert {"ceasefire_agreed", "ceasefire_extended", "ceasefire_claim", "arrangement", "permit", "hold"} <= kinds
    assert {"road", "gate", "gate_hours", "pause", "incident", "outcome", "site_status", "statement"} <= kinds


def test_two_rivers_is_small_dated_2031_and_wholly_fictional() -> None:
    assert len(table("two-rivers", "places")) <= 40
    assert len(ids("two-rivers", "sites")) == 6
    assert len(ids("two-rivers", "gates")) == 5
    assert len(ids("two-rivers", "hubs")) == 2
    assert all(r["synthetic"] is True and str(r["learned_at"]).startswith("2031-") for r in log("two-rivers"))
    for name in ("sites", "people", "places", "corridors", "gates", "needs", "stock", "movements"):
        assert all(r["synthetic"] == "yes" for r in table("two-rivers", name))


def test_two_rivers_has_two_failed_movements() -> None:
    failed = {(r["movement"], r["what"], r["amrf"]) for r in records("two-rivers", "outcome", result="impeded")}
    assert failed == {("kessa-01", "held", 3), ("varn-01", "attacked", 5)}
