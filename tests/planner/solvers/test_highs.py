"""HiGHS answers, and its own word on status, bound and gap is what we hear."""

from dataclasses import replace

import pulp
import pytest

from planner.domain.policy import Limits
from planner.solvers.highs import relative_gap, solve
from planner.solvers.stated import SolverBroke, Stated


def knapsack(items: int = 3) -> tuple[pulp.LpProblem, list[pulp.LpVariable]]:
    model = pulp.LpProblem("knapsack", pulp.LpMaximize)
    takes = [model.add_variable(f"take_{i:02}", cat="Binary") for i in range(items)]
    model += pulp.lpSum((10 + 7 * (i * i % 11)) * take for i, take in enumerate(takes)) + 5
    model += pulp.lpSum((8 + 5 * (i * i % 13)) * take for i, take in enumerate(takes)) <= 12 * items
    return model, takes


def test_a_proved_optimum_has_its_bound_and_no_gap() -> None:
    model, takes = knapsack()
    solved = solve(model, Limits())
    assert solved.status == "optimal"
    assert solved.objective == pytest.approx(10 + 17 + 5) or solved.objective > 32
    assert solved.bound == pytest.approx(solved.objective)
    assert solved.gap <= 1e-6
    assert sum(solved.whole(take) for take in takes) >= 1


def test_the_constant_of_an_objective_is_part_of_the_answer() -> None:
    model = pulp.LpProblem("constant", pulp.LpMinimize)
    x = model.add_variable("x", lowBound=2)
    model += 3 * x + 100
    model += x + 1 >= 5
    assert solve(model, Limits()).objective == pytest.approx(112)


@pytest.mark.parametrize(("least", "status"), [(0, "optimal"), (1, "infeasible")])
def test_a_model_without_columns_holds_only_if_its_rows_ask_for_nothing(least: int, status: str) -> None:
    model = pulp.LpProblem("nothing", pulp.LpMaximize)
    model += pulp.LpAffineExpression() + 5
    model += pulp.LpConstraint(pulp.LpAffineExpression(), pulp.LpConstraintGE, rhs=least)
    assert solve(model, Limits()).status == status


def test_an_infeasible_model_is_a_result() -> None:
    model, takes = knapsack()
    model += pulp.lpSum(takes) >= 4
    solved = solve(model, Limits())
    assert solved.status == "infeasible"
    assert not solved.found
    assert solved.values == {}


def test_a_run_without_time_says_so_and_is_never_called_optimal() -> None:
    model, _ = knapsack(60)
    solved = solve(model, replace(Limits(), wall_s=0))
    assert solved.status in {"limit", "feasible"}
    assert solved.cut_short


def test_an_unbounded_model_is_a_broken_promise() -> None:
    model = pulp.LpProblem("unbounded", pulp.LpMaximize)
    model += model.add_variable("x", lowBound=0)
    with pytest.raises(SolverBroke, match="unbounded"):
        solve(model, Limits())


def test_a_model_without_variables_is_solved_at_once() -> None:
    model = pulp.LpProblem("nothing", pulp.LpMaximize)
    assert solve(model, Limits()).status == "optimal"


def test_the_relaxation_is_never_worse_than_the_whole_numbers() -> None:
    model, _ = knapsack(12)
    assert solve(model, Limits(), relaxed=True).objective >= solve(model, Limits()).objective - 1e-9


def test_a_known_solution_may_be_handed_in() -> None:
    model, takes = knapsack(20)
    first = solve(model, Limits())
    again = solve(model, Limits(), start=first.values)
    assert again.objective == pytest.approx(first.objective)
    assert {t.name for t in takes} == set(first.values)


def test_the_same_model_gives_the_same_bytes_twice() -> None:
    answers = [solve(knapsack(40)[0], Limits(), seed=7).values for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_model_stated_once_follows_its_aim_bounds_kinds_and_new_rows() -> None:
    model, takes = knapsack(12)
    stated = Stated(model)

    def both() -> None:
        at_once, anew = solve(stated, Limits()), solve(model, Limits())
        assert (at_once.status, at_once.values) == (anew.status, anew.values)
        assert at_once.objective == pytest.approx(anew.objective)

    both()
    model.setObjective(pulp.lpSum(takes[::2]) - 3)
    both()
    takes[0].upBound = 0
    takes[1].cat = pulp.LpContinuous
    both()
    model += pulp.lpSum(takes) <= 4
    both()
    model += takes[2] + model.add_variable("another", 0, 1) <= 1
    both()


def test_a_gap_is_relative_to_the_larger_side() -> None:
    assert relative_gap(90.0, 100.0) == pytest.approx(0.1)
    assert relative_gap(0.0, 0.0) == 0.0


def test_ortools_and_highs_live_in_one_process() -> None:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - the second engine must come after the first

    model = cp_model.CpModel()
    model.add(model.new_int_var(0, 5, "x") >= 3)
    assert cp_model.CpSolver().solve(model) == cp_model.OPTIMAL
    assert solve(knapsack()[0], Limits()).status == "optimal"
