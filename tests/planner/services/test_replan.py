"""Planning again moves what people were told of only where that gains its price, and says so."""

from dataclasses import replace

import pytest

from planner import jobs
from planner.domain.canonical import digest_of
from planner.domain.plan import Convoy, ObjectiveLevel, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.services.plans import make_plan
from tests.planner.instances import at, hours, open_only, two_sites_one_gate

MOVEMENT = "m1"


def silent(_: jobs.Report) -> None:
    """Hear the progress of a run and say nothing."""


def to(plan: Plan, site: str) -> Convoy:
    return next(convoy for convoy in plan.convoys if convoy.stops[0].site == site)


def disturbance(plan: Plan) -> ObjectiveLevel:
    return next(level for level in plan.objective if level.name == "disturbance")


@pytest.fixture(scope="module")
def small_world() -> Snapshot:
    snapshot = two_sites_one_gate()
    return replace(snapshot, limits=replace(snapshot.limits, change_resolves=0))


@pytest.fixture(scope="module")
def best(small_world: Snapshot) -> Plan:
    return make_plan(small_world, silent)


@pytest.fixture(scope="module")
def meagre(small_world: Snapshot) -> Convoy:
    """Four trucks where sixteen could go, told to people as m1."""
    few = replace(small_world, policy=replace(small_world.policy, max_trucks=4))
    return replace(to(make_plan(few, silent), "across"), movement=MOVEMENT)


def test_a_movement_that_is_as_good_as_any_stays_and_nothing_is_said(small_world: Snapshot, best: Plan) -> None:
    told = replace(small_world, notified=(replace(to(best, "across"), movement=MOVEMENT),))
    plan = make_plan(told, silent)
    assert violations(plan, told) == ()
    assert plan.snapshot_digest == digest_of(told)
    assert to(plan, "across").movement == MOVEMENT
    assert to(plan, "across").moves == to(best, "across").moves
    assert (disturbance(plan).value, disturbance(plan).bound) == (0.0, 0.0)


def test_a_movement_moves_where_that_gains_more_than_its_price_and_the_plan_says_what_it_gains(
    small_world: Snapshot, meagre: Convoy, best: Plan
) -> None:
    told = replace(small_world, notified=(meagre,))
    plan = make_plan(told, silent)
    assert violations(plan, told) == ()
    assert MOVEMENT not in {convoy.movement for convoy in plan.convoys}
    assert plan.people_reached == best.people_reached
    assert any(note.startswith("Moved: m1. It gains") for note in plan.notes)
    assert (disturbance(plan).value, disturbance(plan).bound) == (1.0, 0.0)


def test_a_movement_stays_where_its_price_is_higher_and_the_plan_says_what_staying_costs(
    small_world: Snapshot, meagre: Convoy
) -> None:
    dear = replace(small_world, notified=(meagre,), policy=replace(small_world.policy, notified_price=50.0))
    plan = make_plan(dear, silent)
    assert violations(plan, dear) == ()
    kept = next(convoy for convoy in plan.convoys if convoy.movement == MOVEMENT)
    assert (kept.moves, kept.stops, kept.trucks) == (meagre.moves, meagre.stops, meagre.trucks)
    assert any("would gain" in note and note.endswith("they stay.") for note in plan.notes)
    assert disturbance(plan).value == 0.0


def test_a_movement_that_can_no_longer_run_is_told_with_its_rule(small_world: Snapshot, meagre: Convoy) -> None:
    shut = open_only(small_world.access.horizon, (hours(2, "10:00", "14:10"),), cause="arrangement:river-gate")
    event = replace(
        small_world, notified=(meagre,), access=small_world.access.replace_timelines({"fork-across": shut})
    )  # fmt: skip
    plan = make_plan(event, silent)
    assert violations(plan, event) == ()
    assert any(note.startswith("Movement m1 can no longer run: ") and "blocked_segment" in note for note in plan.notes)
    assert to(plan, "across").depart_at > at(2, "00:00")
    assert (disturbance(plan).value, disturbance(plan).bound) == (1.0, 1.0)


def test_a_name_that_people_know_is_not_given_to_another_convoy(small_world: Snapshot, meagre: Convoy) -> None:
    told = replace(small_world, notified=(meagre,), policy=replace(small_world.policy, notified_price=50.0))
    plan = make_plan(told, silent)
    changed = tuple(
        replace(c, trucks={"ten": c.truck_count - 1}) if c.movement == MOVEMENT else c for c in plan.convoys
    )
    assert "pinned" in {violation.rule for violation in violations(replace(plan, convoys=changed), told)}
