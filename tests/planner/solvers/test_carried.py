"""A plan made for one world, carried into another: what can still run stays, and nothing worse is answered."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.domain.canonical import digest_of
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import violations
from planner.solvers import solve as solving
from planner.solvers.assemble import assemble, in_order
from planner.solvers.carried import Carried, carried
from planner.solvers.case import Case
from planner.solvers.choice import Progress
from planner.solvers.options import build
from planner.solvers.settle import Settled, settle
from planner.solvers.solve import solve
from planner.solvers.times import Deadline
from tests.planner.instances import far_site, four_towns, open_only, two_sites_one_gate
from tests.planner.solvers.tiny import silent


def beside(snapshot: Snapshot, plan: Plan) -> Snapshot:
    return replace(snapshot, incumbent=plan.convoys)


def closed(snapshot: Snapshot, segment: str) -> Snapshot:
    access = snapshot.access
    shut = open_only(access.horizon, (), cause="closed")
    return replace(snapshot, access=access.replace_timelines({segment: shut}))


def over(snapshot: Snapshot) -> Carried:
    return carried(snapshot, build(snapshot, silent).options)


def sites(found: Carried) -> set[str]:
    return {site for item in found.chosen for site in item.option.sites}


def levels(plan: Plan) -> dict[str, float]:
    return {level.name: level.value for level in plan.objective if level.level <= 2}


@pytest.mark.parametrize("make", [two_sites_one_gate, four_towns, far_site])
def test_into_its_own_world_a_plan_is_carried_as_it_is(make: Callable[[], Snapshot]) -> None:
    plan = solve(make(), silent)
    snapshot = beside(make(), plan)
    found = over(snapshot)
    assert plan.convoys
    assert in_order(assemble(snapshot, found.chosen, found.timed)) == plan.convoys


def test_a_convoy_whose_option_the_search_left_out_is_carried_all_the_same() -> None:
    plan = solve(two_sites_one_gate(), silent)
    found = carried(beside(two_sites_one_gate(), plan), ())
    assert sites(found) == {"near", "across"}


def test_only_the_convoy_behind_a_closed_road_stays_behind() -> None:
    plan = solve(two_sites_one_gate(), silent)
    shut = closed(two_sites_one_gate(), "fork-across")
    assert sites(over(beside(shut, plan))) == {"near"}


def test_a_coupled_site_does_not_go_without_the_other() -> None:
    plan = solve(four_towns(), silent)
    shut = closed(four_towns(), "north-hill")
    assert over(beside(shut, plan)).chosen == ()


def test_where_only_teams_are_wanting_one_convoy_goes_and_the_others_stay() -> None:
    plan = solve(two_sites_one_gate(), silent)
    nobody = replace(two_sites_one_gate(), escorts=())
    assert sites(over(beside(nobody, plan))) == {"near"}


def without_luck(case: Case, deadline: Deadline, progress: Progress) -> Settled:
    """Settle as usual, and lose all that was found."""
    return replace(settle(case, deadline, progress), chosen=(), timed=(), levels_kept=False)


@pytest.mark.parametrize("make", [two_sites_one_gate, four_towns, far_site])
def test_a_search_that_finds_nothing_answers_the_plan_it_began_from(
    make: Callable[[], Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = solve(make(), silent)
    snapshot = beside(make(), plan)
    monkeypatch.setattr(solving, "settle", without_luck)
    assert not solve(make(), silent).convoys
    again = solve(snapshot, silent)
    assert levels(again) == pytest.approx(levels(plan))
    assert violations(again, snapshot) == ()


def test_the_better_of_both_is_answered_and_the_same_one_twice() -> None:
    poor = solve(closed(two_sites_one_gate(), "fork-across"), silent)
    rich = solve(two_sites_one_gate(), silent)
    snapshot = beside(two_sites_one_gate(), poor)
    plan = solve(snapshot, silent)
    assert levels(plan) == levels(rich)
    assert violations(plan, snapshot) == ()
    assert digest_of(plan) == digest_of(solve(snapshot, silent))
