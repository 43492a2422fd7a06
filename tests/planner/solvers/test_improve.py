"""A plan with a timetable is bettered where there is room; conflicts end in leaving out what can best be spared."""

from dataclasses import replace

from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers.case import Case
from planner.solvers.choice import Chosen
from planner.solvers.equity import equity_of
from planner.solvers.fitting import Fitter
from planner.solvers.ground import Ground
from planner.solvers.improve import Improver
from planner.solvers.one_convoy import departures
from planner.solvers.option import Option
from planner.solvers.options import build
from planner.solvers.room import Rooms
from planner.solvers.rows import SplitCut
from planner.solvers.spared import without_conflicts
from planner.solvers.splits import split_cuts
from planner.solvers.standing import Standing
from planner.solvers.times import Deadline, timetable
from planner.solvers.timetable import Desk, schedule
from planner.solvers.way import way_of
from tests.planner.instances import hours, hub, network, place, road, site, two_sites_one_gate, world
from tests.planner.solvers.test_timetable import chosen, two_columns_one_gate
from tests.planner.solvers.tiny import silent


def rooms(snapshot: Snapshot) -> Rooms:
    return Rooms(desk=Desk(ground=Ground.of(snapshot), limits=Limits()))


def pair(snapshot: Snapshot) -> tuple[Option, Option]:
    """Return the ways of the north column to the east and of the south column to the west, on day 1."""
    found = build(snapshot, silent).options
    east, west = (
        next(o for o in found if (o.hub, o.sites, o.day) == (of_hub, (to,), 1))
        for of_hub, to in (("north", "east"), ("south", "west"))
    )
    return east, west


def test_room_is_the_most_trucks_for_which_the_others_can_still_be_timed() -> None:
    snapshot = two_columns_one_gate()
    east, west = pair(snapshot)
    known = rooms(snapshot)
    for standing in (4, 10, 16):
        room = known.of((chosen(east, standing),), (west,)).get(west.id, 0)
        possible = [
            n
            for n in range(snapshot.policy.min_trucks, west.max_trucks + 1)
            if schedule(snapshot, (chosen(east, standing), chosen(west, n)), Limits()).timed is not None
        ]
        assert room == max(possible, default=0)


def test_a_standing_convoy_has_at_least_the_trucks_that_it_has() -> None:
    snapshot = two_columns_one_gate()
    east, west = pair(snapshot)
    both = (chosen(east, 4), chosen(west, 4))
    found = rooms(snapshot).of(both, (east, west))
    assert found[east.id] >= 4
    assert found[west.id] >= 4


def improver(snapshot: Snapshot) -> Improver:
    case = Case(snapshot, build(snapshot, silent).options)
    deadline = Deadline(snapshot.limits)
    equity = equity_of(case, (), deadline.limits(), silent)
    fitter = Fitter(case=case, equity=equity, least=(), deadline=deadline)
    return Improver(case=case, equity=equity, cuts=[], deadline=deadline, fitter=fitter)


def test_from_an_empty_plan_every_level_and_the_value_rise() -> None:
    search = improver(two_sites_one_gate())
    nothing = Standing.of(search.case, search.equity, (), ())
    found = search.improve(nothing, silent)
    assert found.better_than(nothing)
    assert not nothing.better_than(found)
    assert found.saved == tuple(days for _, days in search.equity.saved)
    assert {s for item in found.chosen for s in item.option.sites} == {"near", "across"}
    assert timetable(search.case.snapshot, found.chosen).timed is not None


def test_a_plan_that_nothing_betters_stays_as_it_is() -> None:
    search = improver(two_sites_one_gate())
    best = search.improve(Standing.of(search.case, search.equity, (), ()), silent)
    assert search.improve(best, silent).chosen == best.chosen


def test_a_worse_threshold_outweighs_any_value() -> None:
    fair = Standing(chosen=(), timed=(), saved=(5, 0), value=1.0)
    rich = Standing(chosen=(), timed=(), saved=(4, 9), value=9.0)
    assert fair.better_than(rich)
    assert not rich.better_than(fair)
    assert not replace(rich, value=9.0 * (1 + 1e-9)).better_than(rich)


# ------------------------------------------------------------------------------------------------------- sparing


def test_of_two_that_exclude_each_other_the_second_visit_is_spared() -> None:
    snapshot = two_columns_one_gate(closes="11:00")
    east, west = pair(snapshot)
    both = (chosen(east, east.max_trucks), chosen(west, west.max_trucks))
    case = Case(snapshot, (east, west))
    assert timetable(snapshot, both).timed is None
    equity = equity_of(case, (), Limits(), silent)
    for fair, kept in (((east.id,), east.id), ((west.id,), west.id)):
        left, times = without_conflicts(case, replace(equity, visits=fair), both)
        assert [item.option.id for item in left] == [kept]
        assert [item.option for item in times] == [kept]


def test_without_a_conflict_nobody_is_left_out() -> None:
    snapshot = two_columns_one_gate()
    east, west = pair(snapshot)
    both: tuple[Chosen, ...] = (chosen(east, 4), chosen(west, 4))
    case = Case(snapshot, (east, west))
    left, _ = without_conflicts(case, equity_of(case, (), Limits(), silent), both)
    assert left == both


# -------------------------------------------------------------------------------------------------------- splits


def slow_and_quick() -> tuple[Snapshot, Option]:
    """Return a tour of day 1 whose road is open for four hours: `quick` unloads six times as fast as `slow`."""
    roads = network(
        (place("base"), place("slow"), place("quick")),
        (road("base-slow", "base", "slow", 30), road("slow-quick", "slow", "quick", 10)),
    )
    sites = (
        replace(site("slow", people=20_000), offload_trucks_per_hour=2),
        replace(site("quick", people=20_000), offload_trucks_per_hour=12),
    )
    snapshot = world(roads, {"base-slow": (hours(1, "09:00", "13:00"),)}, sites, (hub("base"),))
    found = build(snapshot, silent).options
    return snapshot, next(o for o in found if set(o.sites) == {"slow", "quick"} and o.day == 1)


def test_a_split_that_unloads_too_slowly_is_refused_and_a_quick_one_is_not() -> None:
    snapshot, tour = slow_and_quick()
    ground = Ground.of(snapshot)
    slow = tour.sites.index("slow")
    most = tour.max_trucks - 1
    heavy = chosen(tour, *((most, 1) if slow == 0 else (1, most)))
    quick = chosen(tour, *((1, most) if slow == 0 else (most, 1)))
    assert split_cuts(ground, (quick,)) == ()
    (cut,) = split_cuts(ground, (heavy,))
    assert isinstance(cut, SplitCut)
    assert cut.option == tour.id
    assert cut.at_least[slow] <= most
    assert cut.at_least[1 - slow] == 1


def test_a_split_cut_keeps_every_split_that_can_run_alone() -> None:
    snapshot, tour = slow_and_quick()
    ground = Ground.of(snapshot)
    every = [(a, b) for a in range(1, tour.max_trucks) for b in range(1, tour.max_trucks + 1 - a)]
    alone = {trucks for trucks in every if all(departures(ground, way_of(tour), trucks))}
    assert 0 < len(alone) < len(every)
    for trucks in every:
        found = split_cuts(ground, (chosen(tour, *trucks),))
        assert (found == ()) == (trucks in alone)
        assert not [t for t in alone for cut in found if all(n >= m for n, m in zip(t, cut.at_least, strict=True))]
