"""What is searched in a process of its own is what would be searched here; nothing there can break a plan."""

import sys
from dataclasses import dataclass

import pulp
import pytest

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.beside import Beside
from tests.planner.solvers.test_highs import knapsack


@dataclass
class Clock:
    """A clock that is set by hand."""

    over: bool = False

    def is_reached(self) -> bool:
        """Tell whether there is no time left."""
        return self.over

    def limits(self) -> Limits:
        """Return plenty."""
        return Limits()


def search(model: pulp.LpProblem | None = None) -> Beside:
    return Beside(model or knapsack(40)[0], Limits(), seed=7, gap=1e-4, nodes=50)


def test_the_answer_is_that_of_a_search_made_here() -> None:
    with search() as under_way:
        found = under_way.answer(Clock())
    assert found == highs.solve(knapsack(40)[0], Limits(mip_nodes=50), seed=7, gap=1e-4)


@pytest.mark.parametrize("interpreter", ["/nowhere/python", "/bin/false", "/bin/echo"])
def test_without_a_process_or_with_one_that_fails_the_answer_is_the_same(
    interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = highs.solve(knapsack(40)[0], Limits(mip_nodes=50), seed=7, gap=1e-4)
    monkeypatch.setattr(sys, "executable", interpreter)
    with search() as under_way:
        assert under_way.answer(Clock()) == here


def test_who_is_in_a_hurry_waits_for_nothing_and_leaves_no_process() -> None:
    with search() as under_way:
        process = under_way._process
        assert process is not None
        assert under_way.answer(Clock(over=True)) is None
    assert process.poll() is not None


def test_a_search_that_nobody_asks_for_an_answer_ends_with_its_context() -> None:
    with search() as under_way:
        process = under_way._process
    assert process is not None
    assert process.poll() is not None


def test_what_has_no_solution_or_breaks_is_told_and_not_raised() -> None:
    model, takes = knapsack()
    model += pulp.lpSum(takes) >= 4
    unbounded = pulp.LpProblem("unbounded", pulp.LpMaximize)
    unbounded += unbounded.add_variable("x", 0)
    with search(model) as under_way, search(unbounded) as broken:
        found = under_way.answer(Clock())
        assert found is not None
        assert found.status == "infeasible"
        assert broken.answer(Clock()) is None
