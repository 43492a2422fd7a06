"""The longest waiting come first: levels are proved, agree with counting out, and take nothing on credit."""

from dataclasses import replace

import pytest

from planner.domain.needs import CoupledGroup
from planner.domain.snapshot import Snapshot
from planner.solvers.case import Case
from planner.solvers.choice import EquityResult, ExclusionCut
from planner.solvers.counting import savings
from planner.solvers.deprivation import days_above
from planner.solvers.equity import EquityStage, equity_of, solve_equity
from planner.solvers.lean import Lean
from planner.solvers.option import Option
from tests.planner import instances as known
from tests.planner.solvers.enumerate import SEEDS, counted_out
from tests.planner.solvers.tiny import PARCEL, batch, option, random_case, settlement, silent, world


def equity(snapshot: Snapshot, *options: Option) -> EquityResult:
    return solve_equity(snapshot, options, (), snapshot.limits, silent)


def one_hub(**needs: int) -> Snapshot:
    """Two sites, one of which waits since 200 days and one since 100, and a team for one convoy a day."""
    sites = (settlement("amber", people=1_000, waited=200), settlement("birch", people=2_000, waited=100))
    return world(
        sites, {(site, "food"): units for site, units in needs.items()}, hubs=(known.hub("north"),), goods=(PARCEL,),
        stock=(batch("north", "food", 20),), fleets={("north", "small"): 5}, teams={None: 1},
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_every_level_equals_the_count_of_all_plans(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    result = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    levels, _ = counted_out(seed)
    thetas = sorted(snapshot.policy.thresholds_days, reverse=True)
    found = dict(result.saved)
    assert [found.get(theta, 0) for theta in thetas] == list(levels)
    assert all(level.proof == "global" and level.gap == 0 for level in result.levels)


@pytest.mark.parametrize("seed", SEEDS[::6])
def test_levels_asked_of_visits_alone_first_are_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, options, cuts = random_case(seed)
    at_once = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    monkeypatch.setattr("planner.solvers.equity.LEAN_FROM", 0)
    assert solve_equity(snapshot, options, cuts, snapshot.limits, silent).levels == at_once.levels


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_with_the_fewest_and_largest_trucks_no_level_is_below_the_count_of_all_plans(seed: int) -> None:
    snapshot, drawn, cuts = random_case(seed)
    case = Case(snapshot, drawn)
    usable = [option for option in case.options if case.truck_types(option)]
    lean = Lean(case, usable, cuts)
    thetas = sorted(snapshot.policy.thresholds_days, reverse=True)
    for theta, level in zip(thetas, counted_out(seed)[0], strict=True):
        saving = savings(case, usable, theta)
        found = lean.solve(saving, case.by_id, snapshot.limits)
        assert found.found
        assert found.bound >= level - 1e-6
        lean.keep(saving, level - 0.5)


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_levels_solved_again_under_more_cuts_are_those_solved_under_them_at_once(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    case = Case(snapshot, options)
    stage = EquityStage(case)
    stage.solve((), snapshot.limits, silent)
    again, at_once = stage.solve(cuts, snapshot.limits, silent), equity_of(case, cuts, snapshot.limits, silent)
    assert (again.saved, again.levels) == (at_once.saved, at_once.levels)


def test_the_site_that_waits_longer_is_served_first_though_fewer_people_live_there() -> None:
    snapshot = one_hub(amber=4, birch=4)
    options = [option(f"{s}{d}", "north", (s,), d, escort=True) for s in ("amber", "birch") for d in (0, 1)]
    assert set(equity(snapshot, *options).visits) == {"amber0", "birch1"}


def test_a_level_is_the_days_lived_above_it() -> None:
    snapshot = one_hub(amber=4, birch=4)
    result = equity(snapshot, option("amber0", "north", ("amber",), 0, p=0.9))
    first = result.levels[0]
    assert first.name == "equity > 150 d"
    assert first.level == 1
    # Two days, 1,000 people, nine chances in ten to be reached on the first of them.
    assert first.value == pytest.approx(2 * 1_000 * (1 - 0.9))
    assert [level.name for level in result.levels] == ["equity > 150 d", "equity > 60 d", "equity > 30 d"]


def test_sites_may_count_alike_whatever_their_people() -> None:
    snapshot = one_hub(amber=4, birch=4)
    alike = replace(snapshot, policy=replace(snapshot.policy, equity_weights="site"))
    result = equity(alike, option("amber0", "north", ("amber",), 0, p=0.75))
    assert result.levels[0].value == pytest.approx(2 * 0.25)


def test_a_visit_counts_only_with_its_share_of_the_food() -> None:
    snapshot = one_hub(amber=10, birch=10)
    light = option("amber0", "north", ("amber",), 0, most=1)
    assert equity(snapshot, light).visits == ()
    assert equity(snapshot, replace(light, max_trucks=2)).visits == ("amber0",)


def test_food_is_not_given_out_twice() -> None:
    snapshot = replace(one_hub(amber=10, birch=10), stock=(batch("north", "food", 5),))
    options = [option(f"{site}0", "north", (site,), 0) for site in ("amber", "birch")]
    assert equity(snapshot, *options).visits == ("amber0",)


def test_a_batch_that_comes_later_feeds_later_convoys_only() -> None:
    snapshot = replace(one_hub(amber=10, birch=10), stock=(batch("north", "food", 5, day=0),))
    days = [option(f"amber{day}", "north", ("amber",), day) for day in (0, 1)]
    assert equity(snapshot, *days).visits == ("amber1",)


def test_coupled_sites_are_served_together_or_not_at_all() -> None:
    group = CoupledGroup(id="pair", name="Pair", sites=("amber", "birch"), tolerance_s=3_600)
    snapshot = replace(one_hub(amber=4, birch=4), groups=(group,))
    amber = [option(f"amber{day}", "north", ("amber",), day) for day in (0, 1)]
    assert equity(snapshot, *amber).visits == ()
    assert set(equity(snapshot, *amber, option("birch1", "north", ("birch",), 1)).visits) == {"amber1", "birch1"}


def test_a_cut_on_the_best_pair_leaves_the_next_best() -> None:
    snapshot = one_hub(amber=4, birch=4)
    options = [option(f"{site}0", "north", (site,), 0) for site in ("amber", "birch")]
    cut = ExclusionCut(options=frozenset({"amber0", "birch0"}))
    result = solve_equity(snapshot, options, (cut,), snapshot.limits, silent)
    assert result.visits == ("amber0",)


def test_an_impossible_site_changes_no_visit_and_saves_nothing() -> None:
    snapshot = one_hub(amber=4, birch=4)
    options = [option(f"{site}0", "north", (site,), 0) for site in ("amber", "birch")]
    closed_in = settlement("far", people=50_000, waited=250)
    needs = (*snapshot.needs, *known.needs(closed_in, snapshot.horizon))
    larger = replace(
        snapshot, sites={**snapshot.sites, "far": closed_in}, needs=tuple(n for n in needs if n.commodity == "food")
    )
    before, after = equity(snapshot, *options), equity(larger, *options)
    assert after.visits == before.visits
    assert after.saved == before.saved
    assert after.levels[0].value == before.levels[0].value + 2 * 50_000


def test_days_before_the_visit_are_never_saved() -> None:
    assert days_above(100, 0, 3, 60) == 3
    assert days_above(100, 2, 3, 60) == 1
    assert days_above(59, 0, 3, 60) == 1
    assert days_above(20, 0, 3, 60) == 0


def test_never_reached_stands_for_the_days_that_policy_says() -> None:
    snapshot = one_hub(amber=4, birch=4)
    unknown = replace(snapshot.sites["amber"], last_reached=None)
    snapshot = replace(snapshot, sites={**snapshot.sites, "amber": unknown})
    assert equity(snapshot, option("amber0", "north", ("amber",), 0)).levels[0].name == "equity > 300 d"


def test_the_pool_of_teams_lends_what_a_hub_lacks() -> None:
    snapshot = one_hub(amber=4, birch=4)
    options = [option(f"{site}0", "north", (site,), 0, escort=True) for site in ("amber", "birch")]
    assert equity(snapshot, *options).visits == ("amber0",)
    own = replace(snapshot.escorts[0], id="own", base="north")
    assert len(equity(replace(snapshot, escorts=(*snapshot.escorts, own)), *options).visits) == 2
