"""A what-if file is read whole, or refused with every mistake at once."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from planner.domain.errors import BadInput
from planner.domain.scenario import (
    AccessPolicySet,
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    DrivingHoursSet,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    NeedScaled,
    PaperGranted,
    PapersSet,
    PlanPolicySet,
    Scenario,
    SegmentSet,
    StockChange,
)
from planner.intake.scenario import EDITS, parse_scenario, read_scenario
from planner.intake.seed import find_seed, read_seed
from routing.units import HOUR, Window, parse_instant

ZONE = ZoneInfo("Asia/Damascus")

ALL_KINDS = """\
name = "one of each"

[[edit]]
kind = "ceasefire_ends"
ceasefire = "truce"
at = "2016-09-21T19:00+03:00"

[[edit]]
kind = "gate_set"
gate = "castello"
state = "open"
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "gate_hours_set"
gate = "castello"
opens = "06:00"
closes = "14:00"
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "arrangement_added"
gates = ["castello"]
parties = ["government", "opposition"]
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "area_held"
area = "north"
party = "government"
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "segment_set"
segment = "a--b"
state = "closed"
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "paper_granted"
site = "eastern-aleppo"
steps = ["letter"]
people = 80000
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "fleet_change"
hub = "mersin"
truck_type = "semi"
trucks = -4

[[edit]]
kind = "escort_change"
teams = 2

[[edit]]
kind = "papers_set"
sites = ["madaya", "foah"]
steps = ["permission"]
state = "refused"
from = "2016-09-13"
until = "2016-09-15"

[[edit]]
kind = "stock_change"
hub = "mersin"
commodity = "flour-bag"
units = -300

[[edit]]
kind = "need_scaled"
site = "madaya"
percent = 120

[[edit]]
kind = "driving_hours_set"
opens = "07:00"
closes = "15:00"

[[edit]]
kind = "plan_policy_set"
name = "thresholds_days"
value = [90, 30]

[[edit]]
kind = "access_policy_set"
name = "p_arrangement"
value = 0.5
"""

TWELVE_MISTAKES = """\
title = "what is this"

[base]
from = "2031-04-08"
days = 0

[[edit]]
kind = "gate_closed"

[[edit]]
kind = "gate_set"
gate = "castello"
state = "open"
from = "2031-04-09"

[[edit]]
kind = "gate_hours_set"
gate = 7
opens = "6 am"
closes = "14:00"
from = "2031-04-10"
until = "2031-04-09"

[[edit]]
kind = "papers_set"
sites = ["kessa", "atlantis"]
steps = ["letter", "blessing"]
state = "granted"
from = "2031-04-09"
until = "2031-04-10"

[[edit]]
kind = "papers_set"
sites = ["kessa", "atlantis"]
steps = ["letter"]
state = "granted"
from = "2031-04-09"
until = "2031-04-10"

[[edit]]
kind = "paper_granted"
site = "kessa"
steps = ["letter"]
from = "2031-04-09"
until = "2031-04-10"

[[edit]]
kind = "plan_policy_set"
name = "risk_cap_p"
value = 7.0

[[edit]]
kind = "fleet_change"
hub = "ordan"
truck_type = "semi-25t"
trucks = "four"
"""


def read(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "what-if.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path, ZONE)


def complaints(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    return str(caught.value).splitlines()


def test_every_kind_of_edit_can_be_written(tmp_path: Path) -> None:
    scenario = read(tmp_path, ALL_KINDS)
    window = Window(parse_instant("2016-09-13", ZONE), parse_instant("2016-09-15", ZONE))
    assert scenario.name == "one of each"
    assert set(scenario.edits) == {
        CeasefireEnds(ceasefire="truce", at=parse_instant("2016-09-21T19:00+03:00", ZONE)),
        GateSet(gate="castello", state="open", window=window),
        GateHoursSet(gate="castello", opens=6 * HOUR, closes=14 * HOUR, window=window),
        ArrangementAdded(gates=("castello",), parties=("government", "opposition"), window=window),
        AreaHeld(area="north", party="government", window=window),
        SegmentSet(segment="a--b", state="closed", window=window),
        PaperGranted(site="eastern-aleppo", steps=("letter",), people=80_000, window=window),
        FleetChange(hub="mersin", truck_type="semi", trucks=-4),
        EscortChange(teams=2),
        PapersSet(sites=("madaya", "foah"), steps=("permission",), state="refused", window=window),
        StockChange(hub="mersin", commodity="flour-bag", units=-300),
        NeedScaled(site="madaya", percent=120),
        DrivingHoursSet(opens=7 * HOUR, closes=15 * HOUR),
        PlanPolicySet(name="thresholds_days", value=(90, 30)),
        AccessPolicySet(name="p_arrangement", value=0.5),
    }
    assert {edit.kind for edit in scenario.edits} == set(EDITS)


def test_twelve_mistakes_give_twelve_lines_each_with_its_row() -> None:
    world = read_seed(find_seed("two-rivers"))
    with pytest.raises(BadInput) as caught:
        parse_scenario("what-if.toml", TWELVE_MISTAKES, ZONE, world)
    found = str(caught.value).splitlines()
    beginnings = [
        "what-if.toml: 'title' is not known here.",
        "what-if.toml row 5: days is 0. Give a whole number from 1.",
        "what-if.toml row 8: kind is 'gate_closed'. Give one of: ",
        "what-if.toml row 10: until is missing. Give a time like ",
        "what-if.toml row 18: gate is 7. Give a text in quotes.",
        "what-if.toml row 19: '6 am' is no time of day. Write it like 08:30.",
        "what-if.toml row 22: until is '2031-04-09', which is not after from. Give a later time.",
        "what-if.toml row 27: steps holds 'blessing'. Give some of: permission, letter, clearance.",
        "what-if.toml row 56: trucks is 'four'. Give a whole number.",
        "what-if.toml row 34: no site 'atlantis'. There are: ilva, kessa, ",
        "what-if.toml row 50: risk_cap_p is 7.0. Give a number from 0 to 1.",
        "what-if.toml row 32 and row 40: Two edits change papers kessa/letter in overlapping time: ",
    ]
    assert len(found) == len(beginnings) == 12
    assert [line for line, begins in zip(found, beginnings, strict=True) if not line.startswith(begins)] == []


def test_two_edits_of_one_gate_in_overlapping_time_are_refused_naming_both(tmp_path: Path) -> None:
    text = "".join(
        f'[[edit]]\nkind = "gate_set"\ngate = "castello"\nstate = "{state}"\nfrom = "{start}"\nuntil = "{end}"\n'
        for state, start, end in (("open", "2016-09-13", "2016-09-15"), ("closed", "2016-09-14", "2016-09-16"))
    )
    (said,) = complaints(tmp_path, text)
    assert said == (
        "what-if.toml row 1 and row 7: Two edits change gate castello in overlapping time: "
        "gate_set (gate castello; state open; from 2016-09-12T21:00Z until 2016-09-14T21:00Z) and "
        "gate_set (gate castello; state closed; from 2016-09-13T21:00Z until 2016-09-15T21:00Z). "
        "Drop one or shorten its window."
    )


def test_a_file_without_edits_is_the_baseline_by_another_name(tmp_path: Path) -> None:
    assert read(tmp_path, 'description = "nothing"') == Scenario(name="what-if")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("edit = 3", "what-if.toml: edit is 3. Write each as a table that begins with [[edit]]."),
        ("[edit]\nkind = 'gate_set'", "what-if.toml: edit is {'kind': 'gate_set'}. Write each as a table"),
        ("edit = [{kind = 'gate_shut'}]", "what-if.toml edit 1: kind is 'gate_shut'."),
        ("  [[ edit ]] # first\nkind = 'gate_shut'", "what-if.toml row 2: kind is 'gate_shut'."),
        ("name = ", "what-if.toml: Invalid value (at end of document). Mend the TOML there."),
        ("name = 3", "what-if.toml: name is 3. Give a text in quotes."),
        ("[[edit]]\nkind = ['gate_set']", "what-if.toml row 2: kind is ['gate_set']. Give one of: "),
        ("[[edit]]\nkind = 'escort_change'\nteams = true", "what-if.toml row 3: teams is True. Give a whole number."),
    ],
)
def test_a_file_of_another_shape_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (found,) = complaints(tmp_path, text)
    assert found.startswith(said)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml is missing\. Add it, or check the path .*/none\.toml\."):
        read_scenario(tmp_path / "none.toml", ZONE)
    with pytest.raises(BadInput, match="cannot be read"):
        read_scenario(tmp_path, ZONE)
