"""What cannot be timed as it was chosen is made to fit: fewer trucks, or a convoy less, never a first visit first."""

from dataclasses import replace
from itertools import product

from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers.case import Case
from planner.solvers.choice import Chosen
from planner.solvers.coupling import stop_caps
from planner.solvers.equity import equity_of
from planner.solvers.fitting import Fitter, loaded_within
from planner.solvers.footprint import footprint
from planner.solvers.ground import Ground
from planner.solvers.option import Option
from planner.solvers.options import build
from planner.solvers.times import Deadline, timetable
from planner.solvers.timetable import schedule
from planner.solvers.way import way_of
from routing.units import DAY, HOUR
from tests.planner.instances import four_towns, hub, network, place, road, site, world
from tests.planner.solvers.test_improve import pair
from tests.planner.solvers.test_timetable import chosen, two_columns_one_gate
from tests.planner.solvers.tiny import silent


def too_many(snapshot: Snapshot) -> tuple[Fitter, tuple[Chosen, ...]]:
    """Return two columns at one gate, each with all the trucks it could have alone."""
    both = pair(snapshot)
    case = Case(snapshot, both)
    equity = equity_of(case, (), Limits(), silent)
    caps = {option.id: (option.max_trucks,) for option in both}
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
    picked = fitter.desk.worthiest([[marks[0]], [marks[1]]], [[5], [5]], [[0, 1]], 1.0)
    assert picked == tuple(marks)
    alone = fitter.desk.worthiest([[marks[0]], []], [[5], []], [[0, 1]], 1.0)
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
