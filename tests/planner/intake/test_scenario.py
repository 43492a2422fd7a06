"""A what-if file is read whole, or refused with every mistake at once."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from planner.domain.errors import BadInput
from planner.domain.scenario import (
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    PaperGranted,
    Scenario,
    SegmentSet,
)
from planner.intake.scenario import EDITS, read_scenario
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
"""

TWELVE_MISTAKES = """\
title = "what is this"

[[edit]]
kind = "gate_closed"

[[edit]]
kind = "gate_set"
gate = "castello"
state = "ajar"
from = "2016-09-13"

[[edit]]
kind = "gate_hours_set"
gate = 7
opens = "6 am"
closes = "14:00"
from = "2016-09-15"
until = "2016-09-13"
colour = "red"

[[edit]]
kind = "ceasefire_ends"
at = "2016-09-21T19:00"

[[edit]]
kind = "fleet_change"
hub = "mersin"
truck_type = "semi"
trucks = "four"

[[edit]]
kind = "paper_granted"
site = "eastern-aleppo"
steps = ["letter", "blessing"]
from = "2016-09-13"
until = "2016-09-15"
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
    }
    assert {edit.kind for edit in scenario.edits} == set(EDITS)


def test_twelve_mistakes_give_twelve_lines(tmp_path: Path) -> None:
    found = complaints(tmp_path, TWELVE_MISTAKES)
    beginnings = [
        "what-if.toml: 'title' is not known here.",
        "what-if.toml row 3: kind is 'gate_closed'. Give one of: ",
        "what-if.toml row 6: state is 'ajar'. Give one of: open, by_permit, closed.",
        "what-if.toml row 6: until is missing. Give a time like ",
        "what-if.toml row 12: colour is not a value of 'gate_hours_set'. Its values: ",
        "what-if.toml row 12: gate is 7. Give a text in quotes.",
        "what-if.toml row 12: '6 am' is no time of day. Write it like 08:30.",
        "what-if.toml row 12: until is '2016-09-13', which is not after from. Give a later time.",
        "what-if.toml row 21: ceasefire is missing. Fill it in.",
        "what-if.toml row 21: The time '2016-09-21T19:00' has no offset from UTC.",
        "what-if.toml row 25: trucks is 'four'. Give a whole number.",
        "what-if.toml row 31: steps holds 'blessing'. Give some of: permission, letter, clearance.",
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
        "what-if.toml: Two edits change gate castello in overlapping time: "
        "gate_set (gate castello; state closed; from 2016-09-13T21:00Z until 2016-09-15T21:00Z) and "
        "gate_set (gate castello; state open; from 2016-09-12T21:00Z until 2016-09-14T21:00Z). "
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
        ("  [[ edit ]] # first\nkind = 'gate_shut'", "what-if.toml row 1: kind is 'gate_shut'."),
        ("name = ", "what-if.toml: Invalid value (at end of document). Mend the TOML there."),
        ("name = 3", "what-if.toml: name is 3. Give a text in quotes."),
        ("[[edit]]\nkind = ['gate_set']", "what-if.toml row 1: kind is ['gate_set']. Give one of: "),
        ("[[edit]]\nkind = 'escort_change'\nteams = true", "what-if.toml row 1: teams is True. Give a whole number."),
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
