"""Other balances between those worst off, the total and risk: each a plan of its own, none breaking a rule."""

from dataclasses import replace

import pytest

from planner.domain.plan import Plan
from planner.domain.policy import PlanPolicy
from planner.domain.snapshot import Snapshot
from planner.domain.tradeoff import Balance, Tradeoff
from planner.domain.verify import violations
from planner.services.tradeoffs import CAPS, TOLERANCES, balance_of, balanced, find_tradeoff, other_balances
from planner.solvers.choice import Report
from planner.solvers.options import build
from planner.solvers.solve import solve_options
from planner.store import codec
from routing.units import DAY
from tests.planner.instances import two_sites_one_gate
from tests.planner.solvers.tiny import silent


def planned(snapshot: Snapshot) -> Plan:
    return solve_options(snapshot, build(snapshot, silent), silent)


@pytest.fixture(scope="module")
def torn() -> tuple[Snapshot, Plan, Tradeoff]:
    """Four trucks a day; few wait long at `near`, whose aid is worth little, and many a shorter time at `across`."""
    snapshot = two_sites_one_gate()
    near, across = snapshot.sites["near"], snapshot.sites["across"]
    start = snapshot.horizon.start
    snapshot = replace(
        snapshot,
        sites={
            "near": replace(near, last_reached=start - 320 * DAY, severity=1),
            "across": replace(across, last_reached=start - 100 * DAY, severity=5),
        },
        fleets=tuple(replace(fleet, trucks=4 if fleet.hub == "hub" else 0) for fleet in snapshot.fleets),
    )
    plan = planned(snapshot)
    return snapshot, plan, find_tradeoff(plan, "digest", snapshot, silent)


def test_the_plan_comes_first_and_each_balance_once(torn: tuple[Snapshot, Plan, Tradeoff]) -> None:
    snapshot, plan, found = torn
    assert found.balances[0] == balance_of(plan, snapshot.policy)
    asked = [(one.equity_tolerance, one.risk_cap_p) for one in found.balances]
    assert asked == [(0.0, 0.3), *((t, 0.3) for t in TOLERANCES), *((0.0, cap) for cap in CAPS)]
    assert not found.cut_short


def test_giving_up_days_never_lowers_the_value_and_is_bounded_at_every_level(
    torn: tuple[Snapshot, Plan, Tradeoff],
) -> None:
    snapshot, _plan, found = torn
    own = found.balances[0]
    nobody = dict(balance_of(planned(replace(snapshot, fleets=())), snapshot.policy).waiting)
    for one in found.balances[1 : 1 + len(TOLERANCES)]:
        assert one.value >= own.value * (1 - 1e-3)
        for (days, lived), (_, least) in zip(one.waiting, own.waiting, strict=True):
            saved, given_up = nobody[days] - least, lived - least
            assert given_up <= one.equity_tolerance * saved + 1


def test_the_total_alone_serves_others_than_those_who_wait_longest(torn: tuple[Snapshot, Plan, Tradeoff]) -> None:
    _snapshot, _, found = torn
    own, total = found.balances[0], next(one for one in found.balances if one.equity_tolerance == 1.0)
    assert total.value > own.value
    assert total.waiting[0][1] >= own.waiting[0][1]
    assert not own.as_good_as(total)


def test_a_balance_can_be_made_a_plan_and_keeps_every_rule(torn: tuple[Snapshot, Plan, Tradeoff]) -> None:
    snapshot, plan, found = torn
    policy = next(other_balances(snapshot.policy))
    asked = balanced(snapshot, plan, policy)
    again = planned(asked)
    assert violations(again, asked) == ()
    assert balance_of(again, policy) == found.balances[1]


def test_a_higher_least_probability_is_kept_by_every_convoy(torn: tuple[Snapshot, Plan, Tradeoff]) -> None:
    for one in torn[2].balances:
        assert one.lowest_p >= one.risk_cap_p


def test_a_trade_off_is_kept_as_it_was_found(torn: tuple[Snapshot, Plan, Tradeoff]) -> None:
    assert codec.from_body(Tradeoff, codec.to_body(torn[2])) == torn[2]


def test_whoever_is_in_a_hurry_gets_the_plan_alone(torn: tuple[Snapshot, Plan, Tradeoff]) -> None:
    class Hurried:
        hurry = True

        def __call__(self, _: Report) -> None: ...

    snapshot, plan, _ = torn
    found = find_tradeoff(plan, "digest", snapshot, Hurried())
    assert found.cut_short
    assert len(found.balances) == 1


def test_a_policy_that_gives_up_nothing_is_written_as_before() -> None:
    assert [field for field in ("equity_tolerance",) if field.encode() in codec.pack_part(PlanPolicy())] == []


def test_what_is_worse_in_one_thing_is_not_as_good() -> None:
    one = Balance(
        equity_tolerance=0, risk_cap_p=0.3, people=1, value=10.0, waiting=((300, 5.0),), convoys=1, trucks=4, p=0.8,
        lowest_p=0.8,
    )  # fmt: skip
    assert one.as_good_as(replace(one, value=9.0))
    assert not one.as_good_as(replace(one, value=11.0))
    assert not replace(one, waiting=((300, 6.0),)).as_good_as(one)
    assert not replace(one, lowest_p=0.7).as_good_as(one)
