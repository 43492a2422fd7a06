"""The most assistance among the fairest plans: agrees with counting out, with its bound, and within every rule."""

from dataclasses import replace

import pytest

from planner.domain.canonical import digest_of
from planner.domain.snapshot import Snapshot
from planner.solvers.case import Case
from planner.solvers.choice import BranchCut, CapacityCut
from planner.solvers.equity import solve_equity
from planner.solvers.loads import halves
from planner.solvers.option import Option
from planner.solvers.reached import assistance_of
from planner.solvers.rows import AnyCut, FleetCut
from planner.solvers.value import ValueResult, solve_value
from tests.planner import instances as known
from tests.planner.solvers.enumerate import SEEDS, counted_out
from tests.planner.solvers.tiny import FLOUR, KIT, PARCEL, batch, option, random_case, settlement, silent, world


def best(snapshot: Snapshot, *options: Option, cuts: tuple[AnyCut, ...] = ()) -> ValueResult:
    equity = solve_equity(snapshot, options, cuts, snapshot.limits, silent)
    return solve_value(snapshot, options, equity, cuts, snapshot.limits, silent)


def units(result: ValueResult, commodity: str) -> int:
    return sum(d.units for c in result.chosen for stop in c.drops for d in stop if d.commodity == commodity)


def small(food: int = 8, stock: int = 30, **changes: object) -> Snapshot:
    sites = (settlement("amber", people=1_000, waited=200), settlement("birch", people=2_000, waited=100))
    snapshot = world(
        sites, {("amber", "food"): food, ("birch", "food"): food},
        hubs=(known.hub("north"),), goods=(PARCEL, KIT, FLOUR),
        stock=(batch("north", "food", stock),), fleets={("north", "small"): 9}, teams={None: 2},
    )  # fmt: skip
    return replace(snapshot, **changes)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize("seed", SEEDS)
def test_the_value_equals_the_count_of_all_plans(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    result = best(snapshot, *options, cuts=cuts)
    assert result.level.value == pytest.approx(counted_out(seed)[1], abs=1e-6)
    assert result.level.gap <= snapshot.limits.mip_gap
    assert result.level.bound >= result.level.value - 1e-6
    assert result.bound_grade == "global"
    assert assistance_of(Case(snapshot, options), result.chosen) == pytest.approx(result.level.value)


@pytest.mark.parametrize("seed", range(0, 48, 6))
def test_the_same_snapshot_gives_the_same_choice_byte_by_byte(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    assert digest_of(best(snapshot, *options, cuts=cuts)) == digest_of(best(snapshot, *reversed(options), cuts=cuts))


def test_the_first_half_of_two_needs_is_worth_more_than_the_whole_of_one() -> None:
    snapshot = small(food=8, stock=8)
    result = best(snapshot, *[option(f"{site}0", "north", (site,), 0, most=4) for site in ("amber", "birch")])
    assert [sum(d.units for d in c.drops[0]) for c in result.chosen] == [4, 4]


def test_the_larger_half_of_an_odd_need_comes_first() -> None:
    case = Case(small(food=7), [])
    assert halves(case.lines[0]) == (4, 3)


def test_kilograms_and_litres_both_bind() -> None:
    # A small truck holds 2 parcels by weight; by volume 2 as well, but no more than 2 sacks of flour of 12 l.
    snapshot = small(food=8)
    assert units(best(snapshot, option("amber0", "north", ("amber",), 0, most=2)), "food") == 4
    sacks = replace(snapshot.needs[0], commodity="flour")
    bulky = replace(snapshot, needs=(sacks,), stock=(batch("north", "flour", 30),))
    assert units(best(bulky, option("amber0", "north", ("amber",), 0, most=2)), "flour") == 4


def test_a_site_may_be_visited_again_on_another_day() -> None:
    snapshot = small(food=8)
    result = best(snapshot, *[option(f"amber{day}", "north", ("amber",), day, most=2) for day in (0, 1)])
    assert units(result, "food") == 8


def test_a_site_is_not_visited_twice_on_one_day() -> None:
    result = best(small(food=8), *[option(f"amber0{n}", "north", ("amber",), 0, most=2) for n in "ab"])
    assert len(result.chosen) == 1


def test_papers_limit_the_people_and_strike_goods() -> None:
    paper = known.paper("permission", "amber", people=6)
    # 60 person-days a parcel over 30 days feed two people: three parcels for six people.
    limited = best(small(food=8, papers=(paper,)), option("amber0", "north", ("amber",), 0, most=4))
    assert units(limited, "food") == 3
    struck = best(
        small(food=8, papers=(replace(paper, people=None, struck=("food",)),)), option("amber0", "north", ("amber",), 0)
    )
    assert units(struck, "food") == 0


def test_storage_limits_one_visit() -> None:
    snapshot = small(food=8)
    tight = replace(snapshot.sites["amber"], storage_kg=35)
    tight_snapshot = replace(snapshot, sites={**snapshot.sites, "amber": tight})
    assert units(best(tight_snapshot, option("amber0", "north", ("amber",), 0, most=4)), "food") == 3


def test_a_batch_that_expires_is_used_before_one_that_keeps() -> None:
    stock = (batch("north", "food", 4), batch("north", "food", 4, name="old", until=2))
    result = best(small(food=4, stock=0), option("amber0", "north", ("amber",), 0, most=2))
    assert result.chosen == () or units(result, "food") == 0
    result = best(replace(small(food=4), stock=stock), option("amber0", "north", ("amber",), 0, most=2))
    assert {d.batch for d in result.chosen[0].drops[0]} == {"old"}


def test_a_capacity_cut_binds_only_while_all_its_convoys_run() -> None:
    options = [option(f"{site}0", "north", (site,), 0, most=4) for site in ("amber", "birch")]
    cut = CapacityCut(options=frozenset({"amber0", "birch0"}), most_trucks=5)
    assert sum(c.truck_count for c in best(small(), *options, cuts=(cut,)).chosen) <= 5
    alone = best(small(), options[0], cuts=(cut,))
    assert units(alone, "food") == 8


def test_a_branching_cut_lets_one_of_its_convoys_be_full() -> None:
    options = [option(f"{site}0", "north", (site,), 0, most=4) for site in ("amber", "birch")]
    result = best(small(), *options, cuts=(BranchCut(at_least={"amber0": 4, "birch0": 4}),))
    assert sorted(c.truck_count for c in result.chosen) == [3, 4]


def test_a_fleet_cut_binds_one_type_of_truck_and_lets_another_take_over() -> None:
    snapshot = small(food=12)
    both = replace(snapshot, fleets=(*snapshot.fleets, replace(snapshot.fleets[0], truck_type="large")))
    options = [option(f"{site}0", "north", (site,), 0, most=4) for site in ("amber", "birch")]
    cut = FleetCut(options=frozenset({"amber0", "birch0"}), kind="large", most_trucks=2)
    chosen = best(both, *options, cuts=(cut,)).chosen
    assert len(chosen) == 2
    assert sum(stop.get("large", 0) for item in chosen for stop in item.trucks) == 2
    assert sum(stop.get("small", 0) for item in chosen for stop in item.trucks) > 0
    assert best(both, options[0], cuts=(cut,)).chosen[0].trucks[0]["large"] > 2


def test_no_options_is_a_plan_that_serves_nobody() -> None:
    result = best(small())
    assert result.chosen == ()
    assert result.status == "optimal"
    assert result.level.value == 0


def test_levels_that_cuts_have_taken_away_are_told_not_hidden() -> None:
    snapshot, options = small(), [option("amber0", "north", ("amber",), 0)]
    equity = solve_equity(snapshot, options, (), snapshot.limits, silent)
    cut = CapacityCut(options=frozenset({"amber0"}), most_trucks=0)
    assert solve_value(snapshot, options, equity, (cut,), snapshot.limits, silent).status == "infeasible"
