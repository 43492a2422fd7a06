"""Scenarios laid over one frozen world: each as if it were alone, the empty one the world itself."""

from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.domain.scenario import (
    BASELINE,
    AccessPolicySet,
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    DrivingHoursSet,
    Edit,
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
from planner.intake.scenario import EDITS
from planner.intake.seed import find_seed, read_seed
from planner.services.layers import Layers
from planner.services.snapshots import freeze, horizon_from, planning_as_of, take_snapshot
from planner.store.codec import pack_snapshot
from routing.units import HOUR, Window, parse_instant

WORLD = read_seed(find_seed("two-rivers"))
DAY_ONE = parse_instant("2031-04-08", WORLD.catalogue.crisis.tz)
AS_OF, HORIZON = planning_as_of(WORLD, DAY_ONE), horizon_from(DAY_ONE, 3, WORLD)
BASE = freeze(WORLD, as_of=AS_OF, horizon=HORIZON)
SEGMENT = min(WORLD.network.segments)

EVERY_KIND: tuple[tuple[Edit, str], ...] = (
    (CeasefireEnds(ceasefire="river-truce", at=DAY_ONE + 30 * HOUR), "access"),
    (GateSet(gate="amber-bridge", state="closed", window=HORIZON), "access"),
    (GateHoursSet(gate="west-ford", opens=9 * HOUR, closes=11 * HOUR, window=HORIZON), "access"),
    (ArrangementAdded(gates=("tarn",), parties=("north", "south"), window=HORIZON), "access"),
    (AreaHeld(area="kessa-pocket", party="south", window=HORIZON), "access"),
    (SegmentSet(segment=SEGMENT, state="closed", window=HORIZON), "access"),
    (AccessPolicySet(name="p_ceasefire_in_force", value=0.5), "access"),
    (PaperGranted(site="kessa", steps=("letter",), window=HORIZON), "papers"),
    (PapersSet(sites=("osk", "tarn"), steps=("letter", "clearance"), state="refused", window=HORIZON), "papers"),
    (FleetChange(hub="ordan", truck_type="semi-25t", trucks=-3), "fleets"),
    (EscortChange(teams=1), "escorts"),
    (StockChange(hub="ordan", commodity="family-ration", units=-4_000), "stock"),
    (NeedScaled(percent=150, site="kessa"), "needs"),
    (DrivingHoursSet(opens=8 * HOUR, closes=15 * HOUR), "crisis"),
    (PlanPolicySet(name="max_trucks", value=10), "policy"),
)
ALSO = {"access": {"access_policy"}}
"""Fields that go with another: a map judged by another policy."""


def test_every_kind_of_edit_is_tried_here() -> None:
    assert {edit.kind for edit, _ in EVERY_KIND} == set(EDITS)


@pytest.mark.parametrize(("edit", "field"), EVERY_KIND, ids=lambda case: getattr(case, "kind", case))
def test_an_edit_changes_its_own_part_and_shares_every_other(edit: Edit, field: str) -> None:
    supposed = Layers(BASE).under(Scenario(name="x", edits=(edit,)))
    assert getattr(supposed, field) != getattr(BASE, field)
    for other in {f.name for f in fields(BASE)} - {field, "scenario"} - ALSO.get(field, set()):
        assert getattr(supposed, other) is getattr(BASE, other)


def test_the_empty_scenario_is_the_baseline() -> None:
    nothing = Layers(BASE).under(Scenario(name="as it is"))
    assert pack_snapshot(replace(nothing, scenario=BASELINE)).digest == pack_snapshot(BASE).digest
    assert pack_snapshot(take_snapshot(WORLD, as_of=AS_OF, horizon=HORIZON)).digest == pack_snapshot(BASE).digest


@settings(max_examples=15)
@given(st.lists(st.permutations([edit for edit, _ in EVERY_KIND]).map(lambda order: order[:4]), max_size=4))
def test_edits_commute_and_what_was_laid_before_leaves_no_trace(sets: Sequence[Sequence[Edit]]) -> None:
    layers = Layers(BASE)
    for edits in sets:
        found = layers.under(Scenario(name="x", edits=tuple(edits)))
        assert found == Layers(BASE).under(Scenario(name="x", edits=tuple(reversed(edits))))


def test_stock_is_taken_from_what_would_be_used_last_and_never_below_nothing() -> None:
    less = Layers(BASE).under(
        Scenario(name="x", edits=(StockChange(hub="ordan", commodity="family-ration", units=-4_000),))
    )
    units = {batch.batch: batch.units for batch in less.stock if batch.commodity == "family-ration"}
    assert (units["OR-2"], units["OR-1"], units["CR-1"]) == (0, 4_200, 1_200)


def test_a_need_is_scaled_up_to_whole_units_and_others_stay() -> None:
    more = Layers(BASE).under(Scenario(name="x", edits=(NeedScaled(percent=150, site="osk", commodity="trauma-kit"),)))
    units = {(need.site, need.commodity): need.units for need in more.needs}
    assert (units["osk", "trauma-kit"], units["tarn", "trauma-kit"]) == (2, 1)


def test_a_map_by_another_policy_is_the_one_that_would_have_been_folded() -> None:
    window = Window(HORIZON.start, HORIZON.start + HOUR)
    edits = (AccessPolicySet(name="p_arrangement", value=0.4), GateSet(gate="tarn", state="open", window=window))
    found = Layers(BASE).under(Scenario(name="x", edits=edits))
    apart = take_snapshot(WORLD, as_of=AS_OF, horizon=HORIZON, scenario=Scenario(name="x", edits=edits))
    assert found.access == apart.access
    assert found.access_policy.p_arrangement == 0.4
