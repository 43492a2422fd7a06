"""Columns that share a gate, a line, a lane or a day; timed by the solver and by trying every minute."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from planner.domain.plan import Convoy, GatePass, Move, Stop
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers import options
from planner.solvers.choice import BranchCut, CapacityCut, Chosen, Cut, ExclusionCut
from planner.solvers.footprint import footprint
from planner.solvers.ground import Ground
from planner.solvers.option import Option
from planner.solvers.timetable import ScheduleResult, schedule
from routing.units import DAY, HOUR, MINUTE, Window
from tests.planner.instances import (
    at,
    checkpoint,
    far_site,
    four_towns,
    hours,
    hub,
    network,
    papers_in_force,
    place,
    road,
    site,
    two_sites_one_gate,
    world,
)


def find(snapshot: Snapshot, of_hub: str, *sites: str, day: int = 1) -> Option:
    found = options.build(snapshot, lambda _: None).options
    return next(o for o in found if (o.hub, o.sites, o.day) == (of_hub, sites, day))


def chosen(option: Option, *trucks: int) -> Chosen:
    return Chosen(option=option, trucks=tuple({"ten": n} for n in trucks), drops=tuple(() for _ in trucks))


def run(snapshot: Snapshot, *convoys: Chosen) -> ScheduleResult:
    return schedule(snapshot, convoys, Limits())


def keeps(cut: Cut, trucks: dict[str, int]) -> bool:
    """Tell whether a cut lets a choice stand in which these options carry so many trucks."""
    match cut:
        case CapacityCut():
            return not cut.options <= set(trucks) or sum(trucks[o] for o in cut.options) <= cut.most_trucks
        case BranchCut():
            return any(trucks.get(option, 0) < least for option, least in cut.at_least.items())
        case ExclusionCut():
            return not cut.options <= set(trucks)


def two_columns_one_gate(opens: str = "09:00", closes: str = "13:00") -> Snapshot:
    """Return two hubs whose columns go through one single-lane gate to two sites.

    north, south --30 min-- bridge --bridge-gate, 10 min-- far-side --10 min-- east, --10 min-- west. The gate takes
    10 min and 2 for each truck on the way in, 2 for each on the way out.
    """
    roads = network(
        (place("north"), place("south"), place("bridge"), place("far-side"), place("east"), place("west")),
        (
            road("north-bridge", "north", "bridge", 30),
            road("south-bridge", "south", "bridge", 30),
            road("crossing", "bridge", "far-side", 10, "bridge-gate"),
            road("far-east", "far-side", "east", 10),
            road("far-west", "far-side", "west", 10),
        ),
        (checkpoint("bridge-gate", "bridge", delay_minutes=10),),
    )
    sites = (site("east", people=20_000), site("west", people=20_000))
    windows = {"crossing": (hours(1, opens, closes),)}
    papers = papers_in_force("east") + papers_in_force("west")
    return world(roads, windows, sites, (hub("north"), hub("south")), papers=papers)


def by_trying(snapshot: Snapshot, pair: Sequence[Option], trucks: Sequence[int]) -> bool:
    """Tell whether two columns of different hubs can be timed, by trying all pairs of minutes."""
    ground = Ground.of(snapshot)
    marks = [footprint(ground, option, (n,)) for option, n in zip(pair, trucks, strict=True)]
    starts = [[t for windows in mark.domains for w in windows for t in range(w.start, w.end, MINUTE)] for mark in marks]
    stands = [[(stand.start_s, stand.end_s) for stand in mark.stands] for mark in marks]
    return any(
        all(
            a + ends <= b + begins or b + stops <= a + starts_
            for (starts_, ends) in stands[0]
            for (begins, stops) in stands[1]
        )
        for a, b in product(*starts)
    )


def test_two_columns_meet_at_a_single_lane_gate_and_the_cut_keeps_the_best_pair() -> None:
    snapshot = two_columns_one_gate()
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    most = [option.max_trucks for option in pair]
    result = run(snapshot, chosen(pair[0], most[0]), chosen(pair[1], most[1]))
    assert result.timed is None
    assert not result.undecided
    assert all(not keeps(cut, {pair[0].id: most[0], pair[1].id: most[1]}) for cut in result.cuts)
    feasible = [n for n in product(range(4, most[0] + 1), range(4, most[1] + 1)) if by_trying(snapshot, pair, n)]
    for first, second in feasible:
        assert all(keeps(cut, {pair[0].id: first, pair[1].id: second}) for cut in result.cuts)


@pytest.mark.parametrize("trucks", [(4, 4), (6, 14), (10, 10), (12, 9), (14, 6), (16, 4), (16, 16)])
@pytest.mark.parametrize("closes", ["11:00", "12:00", "13:00"])
def test_the_timetable_exists_exactly_where_trying_every_minute_finds_one(trucks: tuple[int, int], closes: str) -> None:
    snapshot = two_columns_one_gate(closes=closes)
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    sizes = tuple(min(n, option.max_trucks) for n, option in zip(trucks, pair, strict=True))
    result = run(snapshot, chosen(pair[0], sizes[0]), chosen(pair[1], sizes[1]))
    assert (result.timed is not None) == by_trying(snapshot, pair, sizes)
    assert not result.undecided


def test_cuts_are_found_until_a_choice_can_be_timed() -> None:
    snapshot = two_columns_one_gate(closes="12:00")
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    points = sorted(product(range(4, pair[0].max_trucks + 1), range(4, pair[1].max_trucks + 1)), key=sum, reverse=True)
    cuts: list[Cut] = []
    timed = False
    while not timed:
        best = next(n for n in points if all(keeps(c, {pair[0].id: n[0], pair[1].id: n[1]}) for c in cuts))
        result = run(snapshot, chosen(pair[0], best[0]), chosen(pair[1], best[1]))
        timed = result.timed is not None
        cuts += result.cuts
        if timed:
            assert sum(best) == max(sum(n) for n in points if by_trying(snapshot, pair, n))
    assert 1 <= len(cuts) <= 20


def test_columns_that_can_never_both_pass_exclude_each_other() -> None:
    # Four trucks alone need 18 + 20 + 24 + 8 + 20 minutes beyond the bridge: 90 of 95.
    snapshot = two_columns_one_gate(closes="10:35")
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    result = run(snapshot, chosen(pair[0], 4), chosen(pair[1], 4))
    assert result.cuts == (ExclusionCut(options=frozenset({pair[0].id, pair[1].id})),)


def test_a_convoy_that_is_not_part_of_the_contradiction_is_not_in_the_cut() -> None:
    snapshot = two_columns_one_gate(closes="10:35")
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    third = find(snapshot, "south", "east")
    result = run(snapshot, chosen(third, 4), chosen(pair[0], 4), chosen(pair[1], 4))
    assert all(len(cut.options) == 2 for cut in result.cuts if isinstance(cut, ExclusionCut))
    assert result.cuts


def test_one_hub_loads_one_convoy_at_a_time() -> None:
    snapshot = two_sites_one_gate()
    across, near = find(snapshot, "hub", "across"), find(snapshot, "hub", "near")
    both = run(snapshot, chosen(across, 16), chosen(near, 8))
    assert both.timed is not None
    assert both.timed[0].loading == hours(0, "16:00", "20:00")
    assert both.timed[1].loading == hours(1, "05:00", "07:00")
    assert both.timed[1].starts[0] >= at(1, "07:00")
    over = run(snapshot, chosen(across, 16), chosen(near, 9))
    assert over.timed is None
    assert over.cuts == (CapacityCut(options=frozenset({across.id, near.id}), most_trucks=24),)


def test_coupled_sites_are_reached_within_their_tolerance() -> None:
    snapshot = four_towns()
    hill, valley = find(snapshot, "north-hub", "hilltop"), find(snapshot, "south-hub", "valley")
    result = run(snapshot, chosen(hill, 5), chosen(valley, 5))
    assert result.timed is not None
    reached = [timed.starts[0] + minutes * MINUTE for timed, minutes in zip(result.timed, (100, 130), strict=True)]
    assert abs(reached[0] - reached[1]) <= 3 * HOUR

    strict = replace(snapshot, groups=(replace(snapshot.groups[0], tolerance_s=0),))
    result = run(strict, chosen(hill, 5), chosen(valley, 5))
    assert result.timed is not None
    assert result.timed[0].starts[0] + 100 * MINUTE == result.timed[1].starts[0] + 130 * MINUTE


def narrow_road(single_lane: bool) -> Snapshot:  # noqa: FBT001 - the one thing that varies
    """Return a road of an hour between two hubs, each with a site at its end, open from 08:00 to 12:00 on day 1."""
    roads = network(
        (place("left"), place("right"), place("left-site"), place("right-site")),
        (
            road("narrow", "left", "right", 80, single_lane=single_lane),
            road("left-end", "left", "left-site", 5),
            road("right-end", "right", "right-site", 5),
        ),
    )
    sites = (site("left-site", people=4_000), site("right-site", people=4_000))
    return world(roads, {"narrow": (hours(1, "08:00", "12:00"),)}, sites, (hub("left"), hub("right")))


@pytest.mark.parametrize(("single_lane", "possible"), [(True, False), (False, True)])
def test_two_columns_never_meet_on_a_single_lane(single_lane: bool, possible: bool) -> None:  # noqa: FBT001
    snapshot = narrow_road(single_lane)
    opposite = find(snapshot, "left", "right-site"), find(snapshot, "right", "left-site")
    # Each is 80 minutes on the road, 34 at the end, 80 on the road: of 240. Out and back of two cross somewhere.
    assert (run(snapshot, *(chosen(option, 4) for option in opposite)).timed is not None) is possible


def kept(snapshot: Snapshot, option: Option, trucks: int, depart: int) -> Convoy:
    """Return a movement that stands in the gate from 10:00 to 12:30 and is loaded all evening."""
    out = option.phases[0].runs[0]
    stood = GatePass(gate="bridge-gate", arrive_at=depart + 30 * MINUTE, clear_at=depart + 180 * MINUTE)
    move = Move(
        start=out.start, end=out.end, depart_at=depart, arrive_at=depart + 200 * MINUTE, segments=out.segments,
        gates=(stood,), loaded=True,
    )  # fmt: skip
    stop = Stop(site=option.sites[0], arrive_at=depart + 200 * MINUTE, unloaded_at=depart + DAY, trucks={}, loads=())
    return Convoy(
        id="c01", hub=option.hub, stops=(stop,), moves=(move,), trucks={"ten": trucks},
        loading=snapshot.days[0], p=1.0, slack_s=0, exposure_truck_s=0, movement="m1",
    )  # fmt: skip


def test_a_pinned_movement_keeps_its_gate() -> None:
    snapshot = two_columns_one_gate()
    north, south = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    pinned = replace(snapshot, pinned=(kept(snapshot, north, 16, at(1, "09:30")),))
    assert run(snapshot, chosen(south, 8)).timed is not None
    result = run(pinned, chosen(south, 8))
    # The gate is free from 09:00 to 10:00 and from 12:30 to 13:00.
    assert result.timed is None
    assert not result.undecided
    assert all(not keeps(cut, {south.id: 8}) for cut in result.cuts)


def test_the_slack_is_the_time_left_before_the_line_closes_behind_the_column() -> None:
    snapshot = two_sites_one_gate()
    across = find(snapshot, "hub", "across")
    # 90 + 10n minutes of 250.
    assert run(snapshot, chosen(across, 16)).smallest_slack_s == 0
    assert run(snapshot, chosen(across, 10)).smallest_slack_s == 60 * MINUTE
    assert run(snapshot, chosen(find(snapshot, "hub", "near"), 10)).smallest_slack_s == DAY


def test_a_far_convoy_is_loaded_the_day_before_it_arrives_and_starts_each_day_by_itself() -> None:
    snapshot = far_site()
    remote = find(snapshot, "hub", "remote")
    result = run(snapshot, chosen(remote, 15))
    assert result.timed is not None
    assert [start // DAY for start in result.timed[0].starts] == [at(d, "06:00") // DAY for d in (0, 1, 2)]
    assert result.timed[0].loading.end <= result.timed[0].starts[0]


def test_trucks_of_a_tour_are_timed_as_they_were_split() -> None:
    roads = network(
        (place("hub"), place("east"), place("west")),
        (
            road("hub-east", "hub", "east", 60),
            road("east-west", "east", "west", 15),
            road("hub-west", "hub", "west", 70),
        ),
    )
    slow = replace(site("west", people=5_000), offload_trucks_per_hour=1)
    snapshot = world(roads, {}, (site("east", people=5_000), slow), (hub("hub"),))
    tour = find(snapshot, "hub", "east", "west")
    assert run(snapshot, chosen(tour, 6, 6)).timed is not None
    over = run(snapshot, chosen(tour, 1, 11))
    # Eleven hours of unloading do not fit, whoever else is on the road; the same twelve trucks split otherwise do.
    assert over.timed is None
    assert over.undecided


def test_nothing_chosen_is_timed_at_once() -> None:
    empty = run(two_sites_one_gate())
    assert (empty.timed, empty.cuts, empty.smallest_slack_s) == ((), (), DAY)


def test_the_same_choice_is_timed_alike_twice() -> None:
    snapshot = two_columns_one_gate()
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    for sizes in ((5, 5), (16, 16)):
        convoys = [chosen(option, n) for option, n in zip(pair, sizes, strict=True)]
        assert run(snapshot, *convoys) == run(snapshot, *convoys)


def test_times_are_whole_minutes_inside_the_windows_of_the_option() -> None:
    snapshot = two_columns_one_gate()
    pair = find(snapshot, "north", "east"), find(snapshot, "south", "west")
    result = run(snapshot, chosen(pair[0], 5), chosen(pair[1], 5))
    assert result.timed is not None
    ground = Ground.of(snapshot)
    for timed, option in zip(result.timed, pair, strict=True):
        (windows,) = footprint(ground, option, (5,)).domains
        assert timed.starts[0] % MINUTE == 0
        assert any(window.contains(timed.starts[0]) for window in windows)
        assert timed.loading == Window(timed.loading.start, timed.loading.start + 90 * MINUTE)
