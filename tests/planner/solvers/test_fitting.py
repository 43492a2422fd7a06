"""What cannot be timed as it was chosen is made to fit: fewer trucks, or a convoy less, never a first visit first."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers.case import Case
from planner.solvers.choice import Chosen
from planner.solvers.coupling import stop_caps
from planner.solvers.equity import equity_of
from planner.solvers.fitting import Cap, Fitter, loaded_within
from planner.solvers.footprint import Footprint, footprint
from planner.solvers.ground import Ground
from planner.solvers.holding import holdings
from planner.solvers.option import Option
from planner.solvers.options import build
from planner.solvers.times import Deadline, fleet_cuts, timetable
from planner.solvers.timetable import Desk, Wanted, schedule
from planner.solvers.way import way_of
from routing.units import DAY, HOUR
from tests.planner.instances import four_towns, hub, network, place, road, site, two_sites_one_gate, world
from tests.planner.solvers.test_improve import pair
from tests.planner.solvers.test_timetable import chosen, two_columns_one_gate
from tests.planner.solvers.tiny import silent


def too_many(snapshot: Snapshot) -> tuple[Fitter, tuple[Chosen, ...]]:
    """Return two columns at one gate, each with all the trucks it could have alone."""
    both = pair(snapshot)
    case = Case(snapshot, both)
    equity = equity_of(case, (), Limits(), silent)
    caps = {option.id: Cap(stops=(option.max_trucks,)) for option in both}
    full = loaded_within(case, replace(equity, saved=()), (), caps, Limits())
    return Fitter(case=case, equity=equity, least=(), deadline=Deadline(snapshot.limits)), full


def test_two_columns_at_one_gate_keep_as_many_trucks_as_can_pass() -> None:
    snapshot = two_columns_one_gate()
    fitter, both = too_many(snapshot)
    assert timetable(snapshot, both).timed is None
    found = fitter.fit(both, ())
    assert found is not None
    assert timetable(snapshot, found.chosen).timed is not None
    east, west = (item.option for item in both)
    asked = [range(item.truck_count - 7, item.truck_count + 1) for item in both]
    most = max(
        a + b for a, b in product(*asked) if schedule(snapshot, (chosen(east, a), chosen(west, b)), Limits()).timed
    )
    assert sum(item.truck_count for item in found.chosen) == most
    assert len(found.chosen) == 2


def test_where_only_one_can_run_it_is_the_one_that_saves_more_days() -> None:
    snapshot = two_columns_one_gate(closes="10:45")
    for waiting in ("east", "west"):
        long_ago = snapshot.horizon.start - 200 * DAY
        sites = {**snapshot.sites, waiting: replace(snapshot.sites[waiting], last_reached=long_ago)}
        easy = replace(snapshot.policy, visit_counts_from=0.05)
        fitter, both = too_many(replace(snapshot, sites=sites, policy=easy))
        found = fitter.fit(both, ())
        assert found is not None
        assert [item.option.sites for item in found.chosen] == [(waiting,)]


def test_a_choice_that_fits_keeps_its_trucks() -> None:
    snapshot = two_columns_one_gate()
    fitter, both = too_many(snapshot)
    first = fitter.fit(both, ())
    assert first is not None
    again = fitter.fit(first.chosen, ())
    assert again is not None
    assert [item.truck_count for item in again.chosen] == [item.truck_count for item in first.chosen]


def test_coupled_convoys_run_together_or_not_at_all() -> None:
    snapshot = four_towns()
    options = [option for option in build(snapshot, silent).options if option.day == 1 and len(option.sites) == 1]
    hill, valley = (next(o for o in options if o.sites == (name,)) for name in ("hilltop", "valley"))
    fitter = Fitter(
        case=Case(snapshot, (hill, valley)), equity=equity_of(Case(snapshot, (hill, valley)), (), Limits(), silent),
        least=(), deadline=Deadline(snapshot.limits),
    )  # fmt: skip
    marks = [footprint(Ground.of(snapshot), option, (4,)) for option in (hill, valley)]
    wanted = [Wanted(marks=(mark,), worths=(5,)) for mark in marks]
    picked = fitter.desk.worthiest(wanted, [[0, 1]], 1.0)
    assert picked is not None
    assert [kept and kept.mark for kept in picked] == marks
    alone = fitter.desk.worthiest([wanted[0], Wanted(marks=(), worths=())], [[0, 1]], 1.0)
    assert alone == (None, None)


def coupled_tour() -> tuple[Snapshot, Option]:
    """Return a tour to two coupled sites, 20 min apart, which must be reached within an hour."""
    roads = network(
        (place("base"), place("first"), place("second")),
        (road("base-first", "base", "first", 30), road("first-second", "first", "second", 20)),
    )
    sites = tuple(site(name, people=20_000, listing="besieged", group="pair") for name in ("first", "second"))
    snapshot = world(roads, {}, sites, (hub("base"),))
    group = replace(four_towns().groups[0], id="pair", sites=("first", "second"), tolerance_s=HOUR)
    snapshot = replace(snapshot, groups=(group,))
    tour = next(o for o in build(snapshot, silent).options if o.sites == ("first", "second"))
    return snapshot, tour


def test_a_tour_to_coupled_sites_unloads_no_more_than_their_tolerance_allows() -> None:
    snapshot, tour = coupled_tour()
    ground, most = Ground.of(snapshot), tour.max_trucks - 1

    def near(first: int, second: int) -> bool:
        one, other = footprint(ground, tour, (first, second)).arrivals
        return other.at_s - one.at_s <= HOUR

    expected = tuple(
        max((n for n in range(1, most + 1) if near(*((n, 1) if stop == 0 else (1, n)))), default=0) for stop in (0, 1)
    )
    assert tour.stop_caps == stop_caps(ground, way_of(tour), tour.max_trucks) == expected
    assert 0 < expected[0] < most
    assert stop_caps(Ground.of(replace(snapshot, groups=())), way_of(tour), tour.max_trucks) == ()


def two_days_of_one_fleet(trucks: int, *, morning: bool) -> tuple[Snapshot, tuple[Chosen, ...]]:
    """Return convoys to one town on two days in a row, for which the hub has twenty trucks in all."""
    snapshot = two_sites_one_gate()
    if not morning:
        hubs = {name: replace(known, morning=(0, 0)) for name, known in snapshot.hubs.items()}
        snapshot = replace(snapshot, hubs=hubs)
    near = {o.day: o for o in build(snapshot, silent).options if o.sites == ("near",)}
    return snapshot, tuple(chosen(near[day], trucks) for day in (1, 2))


def marks_of(snapshot: Snapshot, both: Sequence[Chosen]) -> list[Footprint]:
    return [footprint(Ground.of(snapshot), item.option, (item.truck_count,)) for item in both]


def test_fleets_tie_only_convoys_that_may_want_more_trucks_than_there_are() -> None:
    snapshot, enough = two_days_of_one_fleet(10, morning=True)
    assert holdings(snapshot, enough, marks_of(snapshot, enough)) == ()
    snapshot, short = two_days_of_one_fleet(12, morning=True)
    (holding,) = holdings(snapshot, short, marks_of(snapshot, short))
    assert (holding.kind, holding.places, holding.trucks, holding.there) == ("ten", (0, 1), (12, 12), 20)


def test_a_timetable_with_fleets_loads_no_truck_that_is_still_out() -> None:
    snapshot, short = two_days_of_one_fleet(12, morning=True)
    timed = schedule(snapshot, short, Limits(), with_fleets=True).timed
    assert timed is not None
    assert fleet_cuts(snapshot, short, timed) == ()


def test_what_a_fleet_cannot_carry_is_left_behind_by_the_truck() -> None:
    snapshot, short = two_days_of_one_fleet(12, morning=False)
    marks = marks_of(snapshot, short)
    fleets = holdings(snapshot, short, marks)
    desk = Desk(ground=Ground.of(snapshot), limits=Limits())
    smaller = [footprint(Ground.of(snapshot), short[1].option, (trucks,)) for trucks in range(4, 13)]
    wanted = [
        Wanted(marks=tuple(own), worths=(0,) * len(own), kinds={"ten": 20}, worth_by_kind={"ten": 5}, most_worth=60)
        for own in ([marks[0]], smaller)
    ]
    first, second = desk.worthiest(wanted, (), 1.0, fleets) or (None, None)
    assert first is not None
    assert second is not None
    held = [replace(item, trucks=(dict(kept.kinds),)) for item, kept in zip(short, (first, second), strict=True)]
    timed = schedule(snapshot, tuple(held), Limits(), with_fleets=True).timed
    assert timed is not None
    assert fleet_cuts(snapshot, held, timed) == ()
    more = chosen(short[1].option, second.mark.column + 1)
    again = schedule(snapshot, (short[0], more), Limits(), with_fleets=True).timed
    assert second.mark.column == 12 or (again is not None and fleet_cuts(snapshot, (short[0], more), again))
