"""A scenario is a set of edits: in any order the same, and never of two minds on one target."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.canonical import digest_of
from planner.domain.errors import ConflictingEdits
from planner.domain.scenario import (
    BASELINE,
    AreaHeld,
    CeasefireEnds,
    Edit,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    PaperGranted,
    Scenario,
    SegmentSet,
)
from routing.units import HOUR, Window
from tests.planner.instances import at, hours

MORNING, NOON, EVENING = hours(0, "06:00", "10:00"), hours(0, "09:00", "14:00"), hours(0, "14:00", "18:00")

FREE: tuple[Edit, ...] = (
    CeasefireEnds(ceasefire="truce", at=at(3, "19:00")),
    GateSet(gate="castello", state="open", window=MORNING),
    GateSet(gate="castello", state="closed", window=EVENING),
    GateHoursSet(gate="castello", opens=6 * HOUR, closes=9 * HOUR, window=MORNING),
    AreaHeld(area="north", party="government", window=MORNING),
    SegmentSet(segment="a--b", state="closed", window=MORNING),
    PaperGranted(site="zabadani", steps=("letter",), window=MORNING),
    FleetChange(hub="mersin", truck_type="semi", trucks=-4),
    EscortChange(teams=2),
)
"""Edits of which no two touch the same target at the same time."""


@given(st.permutations(FREE), st.sets(st.integers(0, len(FREE) - 1)))
def test_edits_commute_and_count_once(order: list[Edit], again: set[int]) -> None:
    scenario = Scenario(name="x", edits=(*order, *(FREE[i] for i in again)))
    assert scenario == Scenario(name="x", edits=FREE)
    assert digest_of(scenario) == digest_of(Scenario(name="x", edits=FREE))


def test_the_baseline_has_no_edits() -> None:
    assert BASELINE.edits == ()


@pytest.mark.parametrize(
    ("first", "second", "target"),
    [
        (
            GateSet(gate="castello", state="open", window=MORNING),
            GateSet(gate="castello", state="closed", window=NOON),
            "gate castello",
        ),
        (CeasefireEnds(ceasefire="truce", at=5), CeasefireEnds(ceasefire="truce", at=6), "ceasefire truce"),
        (
            FleetChange(hub="mersin", truck_type="semi", trucks=1),
            FleetChange(hub="mersin", truck_type="semi", trucks=2),
            "fleet mersin/semi",
        ),
        (EscortChange(teams=1), EscortChange(teams=2), "escorts all"),
        (
            PaperGranted(site="zabadani", steps=("letter", "clearance"), window=MORNING),
            PaperGranted(site="zabadani", steps=("letter",), window=NOON, people=900),
            "papers zabadani/letter",
        ),
        (
            PaperGranted(site="zabadani", steps=("letter",), window=MORNING),
            PaperGranted(site="zabadani", steps=("letter",), gate="north-gate", window=NOON),
            "papers zabadani/letter",
        ),
    ],
)
def test_two_edits_on_one_target_in_overlapping_time_are_refused_naming_both(
    first: Edit, second: Edit, target: str
) -> None:
    with pytest.raises(ConflictingEdits) as caught:
        Scenario(name="x", edits=(first, second))
    said = str(caught.value)
    assert said.startswith(f"Two edits change {target} in overlapping time: {first.kind} (")
    assert said.count(first.kind) == 2
    assert said.endswith("Drop one or shorten its window.")


def test_every_conflict_is_said_at_once() -> None:
    three = tuple(GateSet(gate=f"g{i}", state=state, window=MORNING) for i in (1, 2) for state in ("open", "closed"))
    with pytest.raises(ConflictingEdits) as caught:
        Scenario(name="x", edits=three)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            GateSet(gate="castello", state="open", window=MORNING),
            GateSet(gate="castello", state="closed", window=EVENING),
        ),
        (GateSet(gate="castello", state="open", window=MORNING), GateSet(gate="ramouseh", state="open", window=NOON)),
        (
            GateSet(gate="castello", state="open", window=MORNING),
            GateHoursSet(gate="castello", opens=0, closes=HOUR, window=MORNING),
        ),
        (
            PaperGranted(site="zabadani", steps=("letter",), gate="north-gate", window=MORNING),
            PaperGranted(site="zabadani", steps=("letter",), gate="south-gate", window=MORNING),
        ),
        (
            PaperGranted(site="zabadani", steps=("letter",), window=MORNING),
            PaperGranted(site="madaya", steps=("letter",), window=MORNING),
        ),
    ],
)
def test_edits_of_other_targets_or_times_stand_side_by_side(first: Edit, second: Edit) -> None:
    assert len(Scenario(name="x", edits=(first, second)).edits) == 2


@given(st.integers(0, 20), st.integers(1, 10), st.integers(0, 20), st.integers(1, 10))
def test_two_states_of_a_gate_are_refused_exactly_if_their_windows_share_a_second(
    a: int, m: int, b: int, n: int
) -> None:
    one, two = Window(a, a + m), Window(b, b + n)
    edits = (GateSet(gate="g", state="open", window=one), GateSet(gate="g", state="closed", window=two))
    if set(range(a, a + m)) & set(range(b, b + n)):
        with pytest.raises(ConflictingEdits):
            Scenario(name="x", edits=edits)
    else:
        assert len(Scenario(name="x", edits=edits).edits) == 2
