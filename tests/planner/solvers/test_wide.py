"""Pooled loads bound every plan, and a plan is the same whether or not a second process searches them beside."""

import sys

import pytest

from planner.domain.canonical import digest_of
from planner.solvers import highs, settle, value, wide
from planner.solvers.case import Case
from planner.solvers.equity import solve_equity
from planner.solvers.loads import full_model
from planner.solvers.options import build
from planner.solvers.solve import solve
from planner.solvers.wide import Wide
from tests.planner.drawn import drawn_world
from tests.planner.solvers.enumerate import SEEDS, counted_out
from tests.planner.solvers.tiny import random_case, silent


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_pooled_loads_are_never_worth_less_than_the_best_plan(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    case = Case(snapshot, options)
    equity = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    pooled = highs.solve(Wide(case, equity, cuts).full.model, snapshot.limits)
    apart = full_model(case, case.options, cuts, equity.saved, whole_trucks=False, whole_units=False)
    assert pooled.bound >= counted_out(seed)[1] - 1e-6
    assert pooled.bound >= highs.solve(apart.model, snapshot.limits).objective - 1e-6


def test_pooled_loads_have_fewer_columns_and_ask_each_first_visit_for_its_own_trucks() -> None:
    snapshot = drawn_world(1)
    case = Case(snapshot, build(snapshot, silent).options)
    equity = solve_equity(snapshot, case.options, (), snapshot.limits, silent)
    pooled = Wide(case, equity, ()).full
    apart = full_model(case, case.options, (), equity.saved, whole_trucks=False, whole_units=False)
    assert len(pooled.units) < len(apart.units)
    assert pooled.visits.runs.keys() == apart.visits.runs.keys()


@pytest.mark.parametrize("seed", [1, 3])
def test_the_plan_is_the_same_without_a_second_process(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (wide, value, settle):
        monkeypatch.setattr(module, "WIDE_UP_TO", 0)
    snapshot = drawn_world(seed)
    two = solve(snapshot, silent)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert digest_of(solve(snapshot, silent)) == digest_of(two)
    assert all(level.bound >= level.value for level in two.objective if level.name == "value")
