"""Levels of a large case: visits alone never prove too little, and made with trucks they are those of the count."""

from dataclasses import replace

import pytest

from planner.domain.needs import CoupledGroup
from planner.domain.snapshot import Snapshot
from planner.solvers.case import Case
from planner.solvers.choice import BranchCut, CapacityCut, ExclusionCut
from planner.solvers.counting import savings
from planner.solvers.equity import options_of_levels
from planner.solvers.fewer import Fewer, Needs, fewer
from planner.solvers.levels import LargeStage
from planner.solvers.rows import AnyCut, SplitCut
from planner.solvers.tonnes import Tonnes
from routing.units import HOUR
from tests.planner import instances as known
from tests.planner.solvers.enumerate import SEEDS, counted_out
from tests.planner.solvers.tiny import PARCEL, batch, option, random_case, settlement, silent, world


def two_towns(*, trucks: int = 5, coupled: bool = False) -> Snapshot:
    """Two towns that need two parcels each, of which one must come; a small truck carries two."""
    towns = tuple(settlement(name, people=1_000, waited=100) for name in ("amber", "birch"))
    group = CoupledGroup(id="pair", name="Pair", sites=("amber", "birch"), tolerance_s=HOUR)
    return world(
        towns, {(town.id, "food"): 2 for town in towns}, hubs=(known.hub("north"),), goods=(PARCEL,),
        stock=(batch("north", "food", 20),), fleets={("north", "small"): trucks}, teams={None: 9},
        groups=(group,) if coupled else (),
    )  # fmt: skip


def left(snapshot: Snapshot, *options: object, named: frozenset[str] = frozenset()) -> Fewer:
    case = Case(snapshot, options)  # type: ignore[arg-type] # options, as made here
    return fewer(case, Needs(case), case.options, named)


def names(options: tuple[object, ...]) -> list[str]:
    return [one.id for one in options]  # type: ignore[attr-defined] # options


@pytest.mark.parametrize("seed", SEEDS)
def test_every_level_of_a_large_case_equals_the_count_of_all_plans(seed: int) -> None:
    snapshot, options, cuts = random_case(seed)
    result = LargeStage(Case(snapshot, options)).solve(cuts, snapshot.limits, silent)
    levels, _ = counted_out(seed)
    thetas = sorted(snapshot.policy.thresholds_days, reverse=True)
    found = dict(result.saved)
    assert [found.get(theta, 0) for theta in thetas] == list(levels)
    assert all(level.proof == "global" and level.gap == 0 for level in result.levels)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_visits_alone_no_level_is_below_the_count_of_all_plans(seed: int) -> None:
    snapshot, drawn, cuts = random_case(seed)
    case, thetas = Case(snapshot, drawn), sorted(snapshot.policy.thresholds_days, reverse=True)
    options = options_of_levels(case, thetas)
    tonnes = Tonnes(case, options, cuts, 0.9)
    for theta, level in zip(thetas, counted_out(seed)[0], strict=True):
        saving = savings(case, options, theta)
        found, _ = tonnes.solve(saving, case.by_id, case.snapshot.sites, snapshot.limits)
        assert found.found
        assert found.bound >= level - 1e-6
        tonnes.keep(saving, level - 0.5)


def test_of_two_ways_to_a_town_the_likelier_is_left() -> None:
    options = [option("sure", "north", ("amber",), 0, p=0.9), option("shaky", "north", ("amber",), 0, p=0.4)]
    assert names(left(two_towns(), *options).whole) == ["sure"]


@pytest.mark.parametrize(
    ("other", "sure"),
    [
        ({}, {"busy": (0, 1)}),
        ({}, {"escort": True}),
        ({}, {"gates": ("gate",)}),
        ({"most": 3}, {"most": 0}),
    ],
)
def test_no_way_stands_for_another_that_takes_less(other: dict[str, object], sure: dict[str, object]) -> None:
    options = [
        option("sure", "north", ("amber",), 0, p=0.9, **sure),  # type: ignore[arg-type] # keywords of an option
        option("shaky", "north", ("amber",), 0, p=0.4, **other),  # type: ignore[arg-type] # keywords of an option
    ]
    assert "shaky" in names(left(two_towns(), *options).whole)


def test_no_way_stands_for_another_where_a_cut_speaks_of_it() -> None:
    options = [option("sure", "north", ("amber",), 0, p=0.9), option("shaky", "north", ("amber",), 0, p=0.4)]
    assert names(left(two_towns(), *options, named=frozenset({"sure"})).whole) == ["shaky", "sure"]


def test_a_tour_that_cannot_be_had_in_parts_may_count_at_one_stop_only() -> None:
    tour = option("tour", "north", ("amber", "birch"), 0)
    one, other = option("one", "north", ("amber",), 0), option("other", "north", ("birch",), 0)
    assert names(left(two_towns(), tour).parts) == ["tour"]
    assert names(left(two_towns(), tour, one).parts) == ["tour"]
    assert names(left(two_towns(), tour, one, other).whole) == ["one", "other", "tour"]
    assert names(left(two_towns(), tour, one, replace(other, day=1, phases=other.phases)).parts) == ["tour"]


def test_coupled_towns_keep_all_their_ways() -> None:
    options = [option("sure", "north", ("amber",), 0, p=0.9), option("shaky", "north", ("amber",), 0, p=0.4)]
    assert names(left(two_towns(coupled=True), *options).parts) == ["shaky", "sure"]


@pytest.mark.parametrize(
    "cut",
    [
        ExclusionCut(options=frozenset({"one", "other"})),
        CapacityCut(options=frozenset({"one", "other"}), most_trucks=1),
        BranchCut(at_least={"one": 1, "other": 1}),
    ],
)
def test_a_cut_keeps_visits_apart(cut: AnyCut) -> None:
    snapshot = two_towns()
    case = Case(snapshot, [option("one", "north", ("amber",), 0), option("other", "north", ("birch",), 0)])
    free = LargeStage(case).solve((), snapshot.limits, silent)
    kept = LargeStage(case).solve((cut,), snapshot.limits, silent)
    assert len(free.visits) == 2
    assert len(kept.visits) == 1


def test_a_tour_may_not_unload_as_a_cut_forbids() -> None:
    snapshot = two_towns()
    case = Case(snapshot, [option("tour", "north", ("amber", "birch"), 0)])
    cut = SplitCut(option="tour", at_least=(1, 1))
    assert LargeStage(case).solve((), snapshot.limits, silent).saved != ()
    assert LargeStage(case).solve((cut,), snapshot.limits, silent).visits == ()


def test_trucks_of_two_kinds_carry_what_the_best_of_them_do() -> None:
    snapshot = two_towns(trucks=1)
    snapshot = replace(snapshot, policy=replace(snapshot.policy, visit_counts_from=1.0))
    case = Case(snapshot, [option("one", "north", ("amber",), 0), option("other", "north", ("birch",), 0)])
    assert len(LargeStage(case).solve((), snapshot.limits, silent).visits) == 1
