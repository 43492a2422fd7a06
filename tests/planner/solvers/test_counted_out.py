"""The master equals the count of all plans, in worlds at random and in worlds where one rule alone binds.

`make prove` counts out 500 random worlds and 24 of each rule; each run a sample.
"""

import os
from collections.abc import Iterator
from itertools import count, islice

import pytest

from planner.domain.snapshot import Snapshot
from planner.solvers.choice import Cut
from planner.solvers.equity import solve_equity
from planner.solvers.option import Option
from planner.solvers.value import solve_value
from tests.planner.solvers.enumerate import SEEDS, TooManyPlans, count_out
from tests.planner.solvers.tiny import RULES_ALONE, case_of_one_rule, random_case, silent

PROVE = bool(os.environ.get("QAFILA_PROVE"))
RANDOM = 500 if PROVE else 4
OF_EACH_RULE = 24 if PROVE else 1
World = tuple[Snapshot, tuple[Option, ...], tuple[Cut, ...]]
Answer = tuple[tuple[int, ...], float]


def countable(worlds: Iterator[World]) -> Iterator[tuple[World, Answer]]:
    """Yield the worlds whose plans can be counted out, with the count."""
    for world in worlds:
        try:
            yield world, count_out(*world)
        except TooManyPlans:
            continue


def agrees(world: World, counted: Answer) -> None:
    """The levels are the count's, and the value is within the gap that the search may leave, its bound not below."""
    snapshot, options, cuts = world
    equity = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    value = solve_value(snapshot, options, equity, cuts, snapshot.limits, silent)
    assert value.bound_grade == "global"
    saved, thresholds = dict(equity.saved), sorted(snapshot.policy.thresholds_days, reverse=True)
    assert tuple(saved.get(days, 0) for days in thresholds) == counted[0]
    assert value.level.value == pytest.approx(counted[1], rel=snapshot.limits.mip_gap, abs=1e-6)
    assert value.level.value - 1e-6 <= counted[1] <= value.level.bound + 1e-6


def test_the_master_equals_the_count_of_all_plans_in_worlds_at_random() -> None:
    worlds = (random_case(seed) for seed in count(len(SEEDS)))
    for world, counted in islice(countable(worlds), RANDOM):
        agrees(world, counted)


@pytest.mark.parametrize("rule", RULES_ALONE)
def test_the_master_equals_the_count_where_one_rule_alone_binds(rule: str) -> None:
    worlds = (case_of_one_rule(rule, seed) for seed in count())
    for world, counted in islice(countable(worlds), OF_EACH_RULE):
        agrees(world, counted)


def test_a_coupled_visit_that_could_unload_nothing_is_promised_by_no_level() -> None:
    """A world in which the levels once promised a tour to two coupled sites that had trucks for the food of one."""
    world = random_case(197)
    agrees(world, count_out(*world))
