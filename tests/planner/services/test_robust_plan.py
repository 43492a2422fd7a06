"""A robust plan keeps its cap in the futures it was asked for, breaks no rule, repeats, and tells its price."""

from dataclasses import replace
from functools import cache

import pytest

from planner.domain.plan import Plan
from planner.domain.policy import STANDARD, Limits
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.futures.outcome import draw_futures
from planner.intake.seed import find_seed, read_seed
from planner.services import robust_plan
from planner.services.robust_plan import DRAWS, RULE, Solved, solved
from planner.services.snapshots import Terms, horizon_from, planning_as_of, take_snapshot
from planner.solvers.choice import in_silence
from planner.solvers.options import build
from planner.solvers.solve import solve_options
from planner.store.codec import from_body, plan_digest, to_body
from routing.units import parse_instant


@cache
def world_of(cap: float) -> Snapshot:
    world = read_seed(find_seed("two-rivers"))
    day = parse_instant("2031-04-08", world.catalogue.crisis.tz)
    terms = Terms(policy=replace(STANDARD, caught_cap=cap), limits=Limits(change_resolves=0, explain_resolves=0))
    return take_snapshot(
        world, as_of=planning_as_of(world, day), horizon=horizon_from(day, 3, world), terms=terms
    )  # fmt: skip


@cache
def answer(cap: float) -> Solved:
    snapshot = world_of(cap)
    return solved(snapshot, build(snapshot, in_silence), in_silence)


def most_caught(plan: Plan, snapshot: Snapshot) -> float:
    return max(
        (one.caught_inside for one in draw_futures(plan, snapshot, DRAWS, snapshot.seed).convoys), default=0.0
    )  # fmt: skip


def test_without_a_cap_nothing_is_drawn_and_the_plan_is_the_plan() -> None:
    snapshot = world_of(1.0)
    plan = solve_options(snapshot, build(snapshot, in_silence), in_silence)
    assert answer(1.0).plan == plan
    assert plan.robust is None
    assert "robust" not in to_body(plan)
    assert "caught_cap" not in to_body(snapshot.policy)


@pytest.mark.parametrize("cap", [0.05, 0.0])
def test_no_convoy_is_caught_more_often_than_the_cap_and_no_rule_is_broken(cap: float) -> None:
    snapshot, found = world_of(cap), answer(cap)
    free = most_caught(answer(1.0).plan, world_of(1.0))
    assert free > cap, "the cap binds"
    assert most_caught(found.plan, snapshot) <= cap
    assert not violations(found.plan, snapshot)
    price = found.plan.robust
    assert price is not None
    assert price.most_caught <= cap < price.most_caught_free
    assert price.expected == pytest.approx(draw_futures(found.plan, snapshot, DRAWS, snapshot.seed).mean, abs=0.1)
    assert price.expected <= price.expected_free
    assert price.people_free == answer(1.0).plan.people_reached
    assert any(refusal.rule == RULE for refusal in found.options.refusals)


def test_a_cap_that_is_kept_anyway_costs_nothing() -> None:
    price = answer(0.3).plan.robust
    assert price is not None
    assert (price.left_out, price.expected) == (0, price.expected_free)
    assert answer(0.3).plan.convoys == answer(1.0).plan.convoys


def test_it_repeats_byte_by_byte_and_comes_back_from_the_store() -> None:
    snapshot = world_of(0.05)
    again = solved(snapshot, build(snapshot, in_silence), in_silence).plan
    assert plan_digest(again) == plan_digest(answer(0.05).plan)
    assert from_body(Plan, to_body(again)).robust == again.robust
    assert again.snapshot_digest != answer(1.0).plan.snapshot_digest


def test_it_ends_though_no_round_is_left_for_other_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robust_plan, "FREE_ROUNDS", 1)
    snapshot = world_of(0.05)
    found = solved(snapshot, build(snapshot, in_silence), in_silence)
    assert most_caught(found.plan, snapshot) <= 0.05
    kept = {(c.hub, c.stops[0].site) for c in found.plan.convoys}
    assert kept <= {(c.hub, c.stops[0].site) for c in answer(1.0).plan.convoys}
