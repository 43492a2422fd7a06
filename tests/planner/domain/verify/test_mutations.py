"""Whatever single thing is wrong with a plan, the right rule refuses it, and no rule that has nothing to do with it."""

from collections.abc import Callable

import pytest

from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import RULES, violations
from tests.planner.domain.plans import both_sites, both_towns, over_night
from tests.planner.domain.verify.mutations import Mutation, given_up, loaded_days_before, near_on_day_one, promised
from tests.planner.domain.verify.wrong_convoys import FORM, RESOURCES, TOGETHER
from tests.planner.domain.verify.wrong_goods import LOADS, PAPERS
from tests.planner.domain.verify.wrong_roads import ROADS

ALL: tuple[Mutation, ...] = (*ROADS, *PAPERS, *LOADS, *RESOURCES, *TOGETHER, *FORM)


@pytest.mark.parametrize(
    "good",
    [both_sites, both_towns, over_night, near_on_day_one, promised, given_up, loaded_days_before],
    ids=lambda good: good.__name__,
)
def test_a_plan_reckoned_by_hand_breaks_no_rule(good: Callable[[], tuple[Plan, Snapshot]]) -> None:
    assert violations(*good()) == ()


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.says)
def test_one_thing_wrong_is_refused_by_the_right_rule(mutation: Mutation) -> None:
    broken = {violation.rule for violation in violations(*mutation.case())}
    assert broken == {mutation.rule} | mutation.follows


def test_every_rule_has_refused_something() -> None:
    assert {mutation.rule for mutation in ALL} == set(RULES)


def test_every_mutation_has_its_own_name() -> None:
    assert len({mutation.says for mutation in ALL}) == len(ALL) >= 30
