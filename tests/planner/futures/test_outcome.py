"""Futures of a plan: they agree with a plain loop, with what the plan says of itself, and with one another."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from planner.domain.plan import Convoy, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.loads import reached_by_site
from planner.futures.assumptions import Assumptions, Spread
from planner.futures.draws import BATCH, Draws
from planner.futures.drive import Driver, Fate
from planner.futures.journey import journey
from planner.futures.outcome import draw_futures
from routing.status import GatePrior
from routing.units import HOUR, Window
from tests.planner.domain.plans import both_sites, both_towns, gate_shuts, over_night, to_across
from tests.planner.futures.loop import drive_one
from tests.planner.instances import at

ON_TIME = Assumptions(unloading=Spread(low=1, mode=1, high=1), driving=Spread(low=1, mode=1, high=1))
"""No delays but those of the plan (the gates of the examples have none)."""


def certain(plan: Plan, snapshot: Snapshot) -> tuple[Plan, Snapshot]:
    """Return the plan in a world in which nothing ever fails."""
    access = snapshot.access
    sure = {
        name: tuple(
            replace(p, p=1.0, causes=(), parts=tuple(replace(part, p=1.0) for part in p.parts))
            if p.p > 0
            else replace(p, causes=())
            for p in pieces
        )
        for name, pieces in access.timelines.items()
    }
    priors = {gate: GatePrior(passed=10**9, turned_back=1, cases=0) for gate in access.gate_priors}
    return plan, replace(snapshot, access=replace(access, timelines=sure, gate_priors=priors))


def fates(plan: Plan, snapshot: Snapshot, assumed: Assumptions, seed: int, count: int) -> tuple[dict[str, Fate], Draws]:
    """Return the fates of all convoys in one batch, with its draws."""
    draws = Draws(seed=seed, batch=0, count=count, hours=snapshot.access.horizon, lasting_s=assumed.lasting_s)
    driver = Driver(draws=draws, assumptions=assumed, priors=dict(snapshot.access.gate_priors))
    return {c.id: driver.drive(journey(c, snapshot)) for c in plan.convoys}, draws


@pytest.mark.parametrize("example", [both_sites, both_towns, over_night, gate_shuts])
@pytest.mark.parametrize("assumed", [Assumptions(), ON_TIME])
def test_a_hundred_futures_are_those_of_a_plain_loop(
    example: Callable[[], tuple[Plan, Snapshot]], assumed: Assumptions
) -> None:
    plan, snapshot = example()
    quick, draws = fates(plan, snapshot, assumed, seed=4, count=100)
    for convoy in plan.convoys:
        fate = quick[convoy.id]
        for future in range(100):
            slow = drive_one(convoy, snapshot, draws, assumed, future)
            assert list(fate.reached[:, future]) == slow.reached, (convoy.id, future)
            assert bool(fate.caught[future]) == slow.caught, (convoy.id, future)
            assert bool(fate.turned_back[future]) == slow.turned_back, (convoy.id, future)
            assert bool(fate.kept[future]) == slow.kept, (convoy.id, future)


def test_a_gate_that_shuts_for_the_night_keeps_a_column_inside_and_only_consent_that_ends_catches_it() -> None:
    plan, snapshot = gate_shuts()
    across = {c.convoy: c for c in draw_futures(plan, snapshot, 4_000, assumptions=ON_TIME).convoys}["hub-across"]
    assert across.kept_inside + across.caught_inside == pytest.approx(across.arrives)
    assert 0.05 < across.caught_inside < across.kept_inside
    sure = draw_futures(*certain(plan, snapshot), 50, assumptions=ON_TIME).convoys
    assert {c.convoy: (c.arrives, c.caught_inside, c.kept_inside) for c in sure}["hub-across"] == (1, 0, 1)


def test_a_gate_that_does_not_open_again_catches_whoever_waits_for_it() -> None:
    plan, snapshot = certain(*gate_shuts())
    *first, _after = snapshot.access.timelines["fork-across"]
    never = replace(first[-1], window=Window(first[-1].window.start, snapshot.access.horizon.end))
    shut = replace(snapshot, access=snapshot.access.replace_timelines({"fork-across": (*first[:-1], never)}))
    found = {c.convoy: c for c in draw_futures(plan, shut, 50, assumptions=ON_TIME).convoys}["hub-across"]
    assert (found.arrives, found.caught_inside, found.kept_inside) == (1, 1, 0)


def test_where_nothing_fails_the_plan_is_what_happens() -> None:
    plan, snapshot = certain(*both_sites())
    futures = draw_futures(plan, snapshot, 200, assumptions=ON_TIME)
    assert set(futures.people.tolist()) == {sum(reached_by_site(plan, snapshot).values())}
    assert all((c.arrives, c.caught_inside, c.turned_back) == (1, 0, 0) for c in futures.convoys)


def test_a_convoy_arrives_as_often_as_its_p_says() -> None:
    # 0.8 of the arrangement times 9 in 10 at the gate, whatever the hours the two last.
    plan, snapshot = both_sites()
    across = next(
        c for c in draw_futures(plan, snapshot, 20_000, assumptions=ON_TIME).convoys if c.convoy == "hub-across"
    )
    assert across.arrives == pytest.approx(0.72, abs=0.012)
    assert across.turned_back == pytest.approx(1 - across.arrives)


def delayed(convoy: Convoy, seconds: int) -> Convoy:
    """Return the convoy with all its times so many seconds later."""
    return replace(
        convoy,
        moves=tuple(replace(m, depart_at=m.depart_at + seconds, arrive_at=m.arrive_at + seconds) for m in convoy.moves),
        stops=tuple(
            replace(s, arrive_at=s.arrive_at + seconds, unloaded_at=s.unloaded_at + seconds) for s in convoy.stops
        ),
    )


def test_who_has_less_slack_is_caught_more_often() -> None:
    plan, snapshot = certain(*both_sites())
    late = delayed(to_across(), 2_400)
    slow = Assumptions(unloading=Spread(low=1, mode=1.2, high=2))
    early_caught, late_caught = (
        draw_futures(replace(plan, convoys=(c,)), snapshot, 2_000, assumptions=slow).convoys[0].caught_inside
        for c in (to_across(), late)
    )
    assert early_caught < 0.5 < late_caught
    assert late_caught > 0.9  # every minute of delay is one too many: the plan leaves no slack


def test_a_road_that_is_sure_to_close_while_the_column_unloads_catches_it() -> None:
    plan, snapshot = certain(*both_sites())
    name = "fork-across"
    cut = at(1, "12:00")
    pieces = snapshot.access.timelines[name]
    closed = next(p for p in pieces if p.p == 0)
    changed = tuple(
        part
        for p in pieces
        for part in (
            (replace(p, window=Window(p.window.start, cut)), replace(closed, window=Window(cut, p.window.end)))
            if p.window.start < cut < p.window.end
            else (p,)
        )
    )
    sooner = replace(snapshot, access=snapshot.access.replace_timelines({name: changed}))
    found = draw_futures(plan, sooner, 50, assumptions=ON_TIME).convoys
    assert {c.convoy: (c.arrives, c.caught_inside) for c in found} == {"hub-near": (1, 0), "hub-across": (1, 1)}


def test_futures_are_the_same_whatever_else_is_drawn() -> None:
    plan, snapshot = both_sites()
    alone = draw_futures(replace(plan, convoys=plan.convoys[1:]), snapshot, 1_500)
    both = draw_futures(plan, snapshot, 1_500)
    assert alone.convoys[0] == both.convoys[1]
    longer = draw_futures(plan, snapshot, 2_700)
    assert longer.people[:1_500].tolist() == both.people.tolist()
    assert draw_futures(plan, snapshot, 1_500, seed=2).people.tolist() != both.people.tolist()


def test_convoys_that_share_a_cause_fail_together_and_independent_draws_hide_it() -> None:
    plan, snapshot = both_sites()
    twin = replace(to_across(), id="twin")
    two = replace(plan, convoys=(to_across(), twin))
    count = 4_000
    together, _ = fates(two, snapshot, Assumptions(), seed=1, count=count)
    assert together["twin"].reached.tolist() == together["hub-across"].reached.tolist()
    shared = draw_futures(two, snapshot, count)
    apart = draw_futures(two, snapshot, count, assumptions=Assumptions(independent=True))
    assert shared.people.std() > 1.2 * apart.people.std()
    assert shared.cvar() <= apart.cvar()


@given(p=st.floats(0.05, 0.95), lasting_h=st.integers(1, 200), hour=st.integers(0, 71))
def test_a_cause_holds_at_every_hour_with_its_probability(p: float, lasting_h: int, hour: int) -> None:
    draws = Draws(seed=3, batch=0, count=BATCH, hours=Window(0, 72 * HOUR), lasting_s={"truce": lasting_h * HOUR})
    share = float((draws.scores("truce:x")[:, hour] < ndtri(p)).mean())
    assert share == pytest.approx(p, abs=5 * (p * (1 - p) / BATCH) ** 0.5)


def test_neighbouring_hours_are_alike_and_far_ones_are_not() -> None:
    draws = Draws(seed=3, batch=0, count=20_000, hours=Window(0, 240 * HOUR), lasting_s={"truce": 24 * HOUR})
    scores = draws.scores("truce:x")
    correlations = np.asarray(np.corrcoef(scores[:, [0, 1, 24, 240]].T))[0]
    assert correlations[1] == pytest.approx(np.exp(-1 / 24), abs=0.02)
    assert correlations[2] == pytest.approx(np.exp(-1), abs=0.03)
    assert abs(correlations[3]) < 0.03


def test_measures_of_a_known_distribution() -> None:
    plan, snapshot = both_sites()
    futures = replace(draw_futures(plan, snapshot, 10), people=np.arange(100))
    assert (futures.mean, futures.quantile(0.05), futures.quantile(0.5), futures.cvar()) == (49.5, 4, 49, 4.5)
