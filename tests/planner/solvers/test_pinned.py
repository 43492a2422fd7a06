"""With the first visits standing a large case is searched week by week, and its bound is one of all plans with them."""

import pytest

from planner.domain.canonical import digest_of
from planner.domain.plan import Plan
from planner.domain.verify import violations
from planner.solvers import fitting, levels, pinned
from planner.solvers.case import Case
from planner.solvers.equity import solve_equity
from planner.solvers.options import build
from planner.solvers.pinned import Pinned, bound_beside
from planner.solvers.solve import solve, solve_options
from planner.solvers.standing import Standing
from planner.solvers.times import Deadline
from planner.solvers.value import by_weeks
from tests.planner.drawn import drawn_world
from tests.planner.solvers.enumerate import SEEDS, Counting
from tests.planner.solvers.tiny import random_case, silent


@pytest.fixture
def as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every case be a large one."""
    monkeypatch.setattr(levels, "LARGE_FROM", 0)
    for module in (pinned, fitting):
        monkeypatch.setattr(module, "BESIDE_UP_TO", 0)


def value_of(plan: Plan) -> tuple[float, float, str]:
    (level,) = (level for level in plan.objective if level.name == "value")
    return level.value, level.bound, level.proof


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_with_these_first_visits_is_worth_more_than_the_bound(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    case = Case(snapshot, options)
    equity = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    visits = set(equity.visits)
    found = by_weeks(Pinned(case, equity, cuts), snapshot.limits, silent)
    known = tuple(o for o in options if o.id in visits or len(o.sites) == 1)
    counting = Counting(snapshot, known, cuts)
    _, firsts = counting.leximin()
    worth = [counting.best(first) for first in firsts if {name for name, _ in first} == visits]
    assert all(value is None or found.level.bound >= value - 1e-6 for value in worth)
    assert found.level.value <= found.level.bound + 1e-6
    assert {item.option.id for item in found.chosen} >= visits or not found.chosen
    assert found.level.proof == ("given the first visits" if found.status in {"optimal", "feasible"} else "none")


@pytest.mark.usefixtures("as_large")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_plan_of_a_large_case_breaks_no_rule_and_says_what_its_bound_holds_for(seed: int) -> None:
    snapshot = drawn_world(seed)
    plan = solve(snapshot, silent)
    value, bound, proof = value_of(plan)
    assert plan.convoys
    assert violations(plan, snapshot) == ()
    assert value <= bound
    assert proof == "given the first visits"
    assert any("first visits" in note for note in plan.notes)
    assert plan.status == "feasible"


@pytest.mark.usefixtures("as_large")
def test_a_large_case_has_the_same_plan_each_time() -> None:
    snapshot = drawn_world(1)
    assert digest_of(solve(snapshot, silent)) == digest_of(solve(snapshot, silent))


def test_a_large_case_reaches_the_levels_of_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = drawn_world(1)
    found = build(snapshot, silent)
    small = solve_options(snapshot, found, silent)
    monkeypatch.setattr(levels, "LARGE_FROM", 0)
    for module in (pinned, fitting):
        monkeypatch.setattr(module, "BESIDE_UP_TO", 0)
    large = solve_options(snapshot, found, silent)
    reached = [(level.name, level.bound) for level in large.objective if level.level == 1]
    assert reached == [(level.name, level.bound) for level in small.objective if level.level == 1]
    assert value_of(large)[0] >= value_of(small)[0] * 0.95


def test_a_bound_searched_beside_is_never_below_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((pinned, "WEEK_GAP"), (pinned, "BOUND_GAP")):
        monkeypatch.setattr(module, name, -1.0 if name == "WEEK_GAP" else 0.0)
    snapshot = drawn_world(1)
    case = Case(snapshot, build(snapshot, silent).options)
    equity = solve_equity(snapshot, case.options, (), snapshot.limits, silent)
    with Pinned(case, equity, ()) as model:
        found = by_weeks(model, snapshot.limits, silent)
        beside = model.found(Deadline(snapshot.limits))
    assert beside is not None
    assert found.level.value - 1e-6 <= beside.bound <= found.level.bound + 1e-6


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_a_plan_that_lost_first_visits_is_bounded_beside_its_own(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    case = Case(snapshot, options)
    equity = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    known = Pinned(case, equity, cuts)
    chosen = by_weeks(known, snapshot.limits, silent).chosen[1:]
    standing = Standing.of(case, equity, chosen, ())
    bound = bound_beside(standing, known, snapshot.limits)
    assert bound is not None
    assert standing.value <= bound + 1e-6
