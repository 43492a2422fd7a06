"""CP-SAT answers models of whole numbers as HiGHS does, and never promises too little."""

from dataclasses import replace

import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.cpsat import solve_whole
from planner.solvers.stated import Stated

NUMBERS = st.integers(0, 9)


@st.composite
def models(draw: st.DrawFn) -> pulp.LpProblem:
    """Draw a small model: whole columns, rows that end above or begin below, factors of either sign or in halves."""
    model = pulp.LpProblem("drawn", pulp.LpMaximize)
    columns = [model.add_variable(f"x_{i}", 0, draw(st.integers(0, 4)), pulp.LpInteger) for i in range(4)]
    model += pulp.lpSum(draw(st.integers(-5, 9)) * x for x in columns) + draw(NUMBERS)
    for _ in range(draw(st.integers(1, 4))):
        total = pulp.lpSum(draw(st.integers(-4, 9)) / draw(st.sampled_from((1, 1, 2))) * x for x in columns)
        if draw(st.booleans()):
            model += total <= draw(st.integers(0, 30))
        else:
            model += total >= draw(st.integers(-9, 3))
    return model


@given(models(), st.integers(0, 3))
def test_it_finds_what_highs_finds(model: pulp.LpProblem, seed: int) -> None:
    known = highs.solve(model, Limits())
    found = solve_whole(Stated(model), Limits(), seed=seed)
    assert found.status == known.status
    if found.found:
        assert found.objective == pytest.approx(known.objective)
        assert found.bound == pytest.approx(known.objective)


def test_a_row_in_thirds_lets_through_what_the_model_does() -> None:
    model = pulp.LpProblem("thirds", pulp.LpMaximize)
    trucks = model.add_variable("trucks", 0, 9, pulp.LpInteger)
    model += 1 * trucks
    model += trucks * (1 / 3) <= 2 + 1e-12
    assert solve_whole(Stated(model), Limits()).bound >= 6


def test_stocks_of_millions_are_not_cut_down() -> None:
    model = pulp.LpProblem("stock", pulp.LpMaximize)
    units = model.add_variable("units", 0, 40_000_000, pulp.LpInteger)
    model += 1 * units
    model += 2 * units <= 50_000_000
    assert solve_whole(Stated(model), Limits()).objective == 25_000_000


def test_a_search_with_no_time_says_nothing_is_known() -> None:
    model = pulp.LpProblem("large", pulp.LpMaximize)
    takes = [model.add_variable(f"take_{i:03}", cat="Binary") for i in range(400)]
    model += pulp.lpSum((1_000 + 7 * (i * i % 611)) * take for i, take in enumerate(takes))
    for k in range(40):
        model += pulp.lpSum((8 + (i * i * (k + 3)) % 97) * take for i, take in enumerate(takes)) <= 5_000
    stopped = solve_whole(Stated(model), replace(Limits(), wall_s=0))
    assert stopped.status in {"limit", "feasible"}
    assert stopped.cut_short
    counted = solve_whole(Stated(model), replace(Limits(), mip_nodes=1))
    assert counted.status in {"limit", "feasible"}
    assert not counted.cut_short
