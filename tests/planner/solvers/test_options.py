"""Options of worlds small enough to be worked out by hand, and what the independent recheck says of them."""

from dataclasses import replace

import pytest

from planner.domain.snapshot import Snapshot
from planner.solvers import options
from planner.solvers.choice import Report
from planner.solvers.option import Option
from planner.solvers.options import OptionSet
from routing.status import Status
from routing.travel.recheck import recheck
from routing.units import HOUR, MINUTE, Instant, Window
from tests.planner.instances import (
    access_map,
    always_open,
    at,
    checkpoint,
    far_site,
    four_towns,
    gate_hours,
    hours,
    hub,
    network,
    papers_in_force,
    piece,
    place,
    road,
    site,
    two_sites_one_gate,
    world,
)


def build(snapshot: Snapshot) -> OptionSet:
    return options.build(snapshot, lambda _: None)


def only(found: OptionSet, *sites: str, day: int) -> Option:
    (option,) = (o for o in found.options if o.sites == sites and o.day == day)
    return option


def complaints(snapshot: Snapshot, option: Option, depart_at: Instant, trucks: int) -> tuple[str, ...]:
    """Return what the recheck says of the way of a single-stop, single-day option."""
    out, back = option.phases[0].runs
    daylight = snapshot.crisis.daylight(snapshot.days[option.day])
    there = recheck(
        snapshot.network, snapshot.access, out.segments, out.start, depart_at, trucks, loaded=True, daylight=daylight
    )
    leave_at = there.arrive_at + snapshot.sites[option.sites[0]].unload_seconds(trucks)
    home = recheck(
        snapshot.network, snapshot.access, back.segments, back.start, leave_at, trucks, loaded=False, daylight=daylight
    )
    return there.complaints + home.complaints


def careful(snapshot: Snapshot, minutes: int) -> Snapshot:
    return replace(snapshot, policy=replace(snapshot.policy, least_slack_s=minutes * MINUTE))


def test_a_least_slack_is_taken_from_the_trucks_or_from_the_last_departures() -> None:
    # The window of 250 minutes takes 90 + 10 a truck: 40 minutes less, four trucks fewer.
    assert only(build(careful(two_sites_one_gate(), 40)), "across", day=1).max_trucks == 12
    assert only(build(careful(two_sites_one_gate(), 39)), "across", day=1).max_trucks == 12
    assert only(build(careful(two_sites_one_gate(), 30)), "across", day=1).max_trucks == 13


def test_where_nothing_is_known_to_close_no_slack_is_asked() -> None:
    asked, free = (only(build(careful(two_sites_one_gate(), m)), "near", day=0) for m in (240, 0))
    assert asked == free


def test_a_gate_with_a_window_lets_one_departure_and_sixteen_trucks_through() -> None:
    option = only(build(two_sites_one_gate()), "across", day=1)
    assert option.max_trucks == 16
    assert option.departures == ((Window(at(1, "09:20"), at(1, "09:20") + 1),),)
    assert option.p == pytest.approx(0.8 * 0.9)
    assert option.causes == {"arrangement:river-gate": 0.8, "gate:river-gate": 0.9}
    assert option.gates == ("river-gate",)
    assert option.needs_escort
    assert option.busy_days == (1,)
    assert option.seconds == (40 + 30 + 30 + 30 + 40) * MINUTE


def test_a_free_road_is_limited_by_the_need_and_by_daylight() -> None:
    option = only(build(two_sites_one_gate()), "near", day=0)
    # 2,000 parcels of 50 kg and as many kits of 10 kg: 120 t. Two hours on the road and 72 minutes of unloading.
    assert option.max_trucks == 12
    assert option.departures == ((Window(at(0, "06:00"), at(0, "18:00") - 192 * MINUTE + 1),),)
    assert option.p == 1.0
    assert not option.needs_escort


def test_the_most_trucks_pass_the_recheck_and_one_more_never_does() -> None:
    snapshot = two_sites_one_gate()
    option = only(build(snapshot), "across", day=1)
    assert complaints(snapshot, option, at(1, "09:20"), option.max_trucks) == ()
    day = snapshot.days[1]
    assert all(complaints(snapshot, option, t, option.max_trucks + 1) for t in range(day.start, day.end, MINUTE))


@pytest.mark.parametrize("make", [two_sites_one_gate, four_towns])
def test_every_departure_passes_the_recheck_and_the_minutes_around_do_not(make: type) -> None:
    snapshot: Snapshot = make()
    for option in build(snapshot).options:
        for window in option.departures[0]:
            assert complaints(snapshot, option, window.start, option.max_trucks) == ()
            assert complaints(snapshot, option, window.end - 1, option.max_trucks) == ()
            assert complaints(snapshot, option, window.start - MINUTE, option.max_trucks)
            assert complaints(snapshot, option, window.end - 1 + MINUTE, option.max_trucks)


def test_a_coupled_group_gets_options_on_each_day_that_one_of_its_lines_is_open() -> None:
    found = build(four_towns())
    days = {(o.sites[0], o.day) for o in found.options}
    assert days == {("hilltop", 1), ("hilltop", 2), ("valley", 0), ("valley", 1)}


def test_a_far_site_is_reached_with_a_night_on_the_road_each_way() -> None:
    option = only(build(far_site()), "remote", day=1)
    assert [phase.day for phase in option.phases] == [0, 1, 2]
    assert [[(run.start, run.end) for run in phase.runs] for phase in option.phases] == [
        [("hub", "halfway")], [("halfway", "remote"), ("remote", "halfway")], [("halfway", "hub")],
    ]  # fmt: skip
    assert [phase.visits for phase in option.phases] == [(), (0,), ()]
    assert option.busy_days == (0, 1, 2)
    # Three hours, 15 trucks in 90 minutes, three hours back: out of twelve.
    assert option.departures[1] == (Window(at(1, "06:00"), at(1, "10:30") + 1),)


def test_a_site_that_allows_nights_is_unloaded_into_the_night_and_left_in_the_morning() -> None:
    roads = network((place("hub"), place("town")), (road("way", "hub", "town", 280),))
    slow = replace(site("town", people=15_000, overnight=True), offload_trucks_per_hour=4)
    found = build(world(roads, {}, (slow,), (hub("hub"),))).options
    (option,) = (o for o in found if o.day == 1 and o.busy_days == (1, 2))
    assert [phase.day for phase in option.phases] == [1, 2]
    assert [phase.visits for phase in option.phases] == [(0,), ()]
    # There and back in a day would leave 160 minutes to unload: 10 trucks. A night at the site lets 16 be loaded.
    assert option.max_trucks == 16


def test_a_day_trip_is_kept_beside_the_night_because_it_frees_the_trucks() -> None:
    roads = network((place("hub"), place("town")), (road("way", "hub", "town", 280),))
    slow = replace(site("town", people=15_000, overnight=True), offload_trucks_per_hour=4)
    trips = [o for o in build(world(roads, {}, (slow,), (hub("hub"),))).options if o.day == 1]
    assert {(o.max_trucks, o.busy_days) for o in trips} == {(10, (1,)), (16, (1, 2))}


def neighbours() -> Snapshot:
    """Return two sites 15 minutes (11 km) apart, an hour from the hub."""
    roads = network(
        (place("hub"), place("east"), place("west")),
        (
            road("hub-east", "hub", "east", 60),
            road("east-west", "east", "west", 15),
            road("hub-west", "hub", "west", 70),
        ),
    )
    return world(roads, {}, (site("east", people=5_000), site("west", people=5_000)), (hub("hub"),))


def test_two_sites_near_each_other_share_a_convoy_nearest_first() -> None:
    option = only(build(neighbours()), "east", "west", day=1)
    assert [(run.start, run.end) for run in option.phases[0].runs] == [
        ("hub", "east"),
        ("east", "west"),
        ("west", "hub"),
    ]
    assert option.phases[0].visits == (0, 1)
    assert option.max_trucks == 12


def test_sites_beyond_the_spread_do_not_share_a_convoy() -> None:
    snapshot = neighbours()
    apart = replace(snapshot, policy=replace(snapshot.policy, stop_spread_m=11_000))
    assert all(len(option.sites) == 1 for option in build(apart).options)


def two_roads(p_short: float, p_long: float) -> Snapshot:
    """Return a hub and a town joined by a short and a long road, each at its own risk."""
    roads = network(
        (place("hub"), place("town")),
        (road("short", "hub", "town", 60), road("long", "hub", "town", 90)),
    )
    snapshot = world(roads, {}, (site("town", people=5_000),), (hub("hub"),))
    around = snapshot.access.horizon
    risky = {
        name: (piece(around, Status.CONTESTED, p, "clash", part="hazard", cause=f"incidents:{name}"),)
        for name, p in (("short", p_short), ("long", p_long))
    }
    return replace(snapshot, access=access_map(roads, around, risky, as_of=snapshot.as_of))


def test_a_slower_likelier_road_is_kept_and_a_slower_riskier_one_dropped() -> None:
    both = [o for o in build(two_roads(0.5, 0.8)).options if o.day == 1]
    # The likelier option is as good in all that dominance looks at: risk, trucks, days away, gates.
    assert [(o.p, o.phases[0].runs[0].segments) for o in both] == [(0.8, ("long",))]
    one = [o for o in build(two_roads(0.8, 0.5)).options if o.day == 1]
    assert [(o.p, o.phases[0].runs[0].segments) for o in one] == [(0.8, ("short",))]


def test_unreported_roads_are_not_used_where_the_policy_refuses_them() -> None:
    snapshot = two_roads(0.8, 0.8)
    unknown = (piece(snapshot.access.horizon, Status.UNKNOWN, 0.5, "no_report"),)
    roads = snapshot.access.replace_timelines({"short": unknown, "long": always_open(snapshot.access.horizon)})
    strict = replace(snapshot, access=roads, policy=replace(snapshot.policy, use_unknown=False))
    assert all("short" not in run.segments for o in build(strict).options for run in o.phases[0].runs)


def test_a_truck_too_heavy_for_the_bridge_takes_the_long_road() -> None:
    snapshot = two_roads(0.9, 0.5)
    weak = replace(snapshot.network.segments["short"], weight_limit_kg=12_000)
    roads = replace(snapshot.network, segments={**snapshot.network.segments, "short": weak})
    option = next(o for o in build(replace(snapshot, network=roads)).options if o.day == 1)
    assert option.phases[0].runs[0].segments == ("long",)


def test_only_the_nearest_four_hubs_with_stock_are_considered() -> None:
    names = [f"hub-{minutes}" for minutes in (20, 30, 40, 50, 60)]
    roads = network(
        (place("town"), *(place(name) for name in names)),
        tuple(road(f"from-{name}", name, "town", int(name[4:])) for name in names),
    )
    found = build(world(roads, {}, (site("town", people=5_000),), tuple(hub(name) for name in names)))
    assert {o.hub for o in found.options} == set(names[:4])
    assert found.refusals == ()


def test_the_same_snapshot_gives_the_same_options_and_says_how_far_it_is() -> None:
    reports: list[Report] = []
    first = options.build(four_towns(), reports.append)
    assert build(four_towns()) == first
    assert [r.done for r in reports] == sorted(r.done for r in reports)
    assert reports[-1].done == 1.0


def test_papers_must_hold_until_the_last_truck_is_unloaded() -> None:
    snapshot = two_sites_one_gate()
    ends = at(1, "12:00")
    papers = tuple(replace(paper, valid=Window(paper.valid.start, ends)) for paper in papers_in_force("across"))
    option = only(build(replace(snapshot, papers=papers)), "across", day=1)
    # At the gate at 10:00, 60 + 2n minutes to the site, 6n to unload: 120 minutes hold seven trucks.
    assert option.max_trucks == 7


def test_a_column_waits_for_nobody_so_gates_far_apart_must_open_in_turn() -> None:
    roads = network(
        (place("hub"), place("mid"), place("town")),
        (road("one", "hub", "mid", 60, "first-gate"), road("two", "mid", "town", 60, "second-gate")),
        (checkpoint("first-gate", "hub", regime="none"), checkpoint("second-gate", "mid", regime="none")),
    )
    windows = {
        "one": (hours(1, "08:00", "10:00"), hours(1, "13:00", "17:00")),
        "two": (hours(1, "09:30", "14:00"),),
    }
    snapshot = world(roads, {}, (site("town", people=3_000),), (hub("hub"),))
    keeping = {road: gate_hours(snapshot.access.horizon, opened) for road, opened in windows.items()}
    option = only(build(replace(snapshot, access=snapshot.access.replace_timelines(keeping))), "town", day=1)
    trucks, depart = option.max_trucks, option.departures[0][0].start
    arrive_mid = depart + (30 + 2 * trucks + 60) * MINUTE
    assert at(1, "08:00") <= depart
    assert at(1, "09:30") <= arrive_mid <= at(1, "10:00")
    assert option.departures[0][-1].end - option.departures[0][0].start < HOUR


def behind_a_border(*, overnight: bool = True) -> Snapshot:
    """Return a world where `town` is three hours away through a border open from 09:00 to 15:00.

    hub --60 min, border-gate-- post --120 min-- town. There and back takes 30 + 60 + 120, unloading, 180 minutes and
    a gate's queue: more than six hours lie between going in and being out.
    """
    roads = network(
        (place("hub"), place("post", overnight=overnight), place("town")),
        (road("border", "hub", "post", 60, "border-gate"), road("inland", "post", "town", 120)),
        (checkpoint("border-gate", "post", regime="none", delay_minutes=90),),
    )
    snapshot = world(roads, {}, (site("town", people=5_000),), (hub("hub"),))
    kept = gate_hours(snapshot.access.horizon, tuple(hours(day, "09:00", "15:00") for day in range(-1, 4)))
    return replace(snapshot, access=snapshot.access.replace_timelines({"border": kept}))


def test_a_column_that_a_border_gives_too_few_hours_rests_behind_it_and_comes_back_on_the_third_day() -> None:
    found = build(behind_a_border()).options
    assert [(option.day, option.busy_days) for option in found] == [(1, (0, 1, 2)), (2, (1, 2, 3))]
    assert [[run.end for run in phase.runs] for phase in found[0].phases] == [["post"], ["town", "post"], ["hub"]]


def test_without_a_place_to_rest_the_border_refuses_by_the_clock() -> None:
    found = build(behind_a_border(overnight=False))
    assert not found.options
    assert {refusal.rule for refusal in found.refusals} == {"gate_hours"}
