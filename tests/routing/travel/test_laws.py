"""Laws of legs on drawn worlds: closures only take away, the recheck agrees second by second, weights cut off.

Each is tried against code that shares nothing with the search: the recheck, or every way at every second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.network import PlaceId, RoadNetwork, SegmentId
from routing.status import AccessMap, Piece, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, find_legs, refusal
from routing.travel.recheck import recheck
from routing.truck import ANY_TRUCK, Truck
from routing.units import Window
from tests.routing.travel.builders import SPAN_S, T0, World, after, piece, worlds
from tests.routing.travel.oracle import drive, simple_paths, unmatched

few = settings(max_examples=settings().max_examples // 3)
TRUCKS = 2
LIGHT = Truck(gross_kg=5_000, axle_kg=3_000, height_m=2.6, width_m=2.0)
MIDDLE = Truck(gross_kg=12_000, axle_kg=8_000, height_m=3.5, width_m=2.5)
HEAVY = Truck(gross_kg=26_000, axle_kg=11_500, height_m=4.0, width_m=2.55)


NO_LIMITS: dict[str, Any] = dict.fromkeys(("weight_limit_kg", "axle_limit_kg", "height_limit_m", "width_limit_m"))


def legs_of(
    roads: RoadNetwork, known: AccessMap, ends: Sequence[PlaceId], *, truck: Truck = ANY_TRUCK,
    use_unknown: bool = True, daylight: tuple[Window, ...] | None = None,
) -> tuple[Leg, ...]:  # fmt: skip
    return find_legs(
        roads, known, TravelEngine(roads), ends[0], ends[1], after(0, SPAN_S), loaded=True, trucks=TRUCKS,
        truck=truck, use_unknown=use_unknown, daylight=daylight, max_legs=99,
    )  # fmt: skip


def two_places(choice: st.DataObject, world: World) -> list[PlaceId]:
    return choice.draw(st.permutations(sorted(world.roads.places)))[:2]


def closed_from(timeline: Sequence[Piece], start: int, end: int) -> tuple[Piece, ...]:
    """Return the timeline with nothing passing from `start` to `end`, seconds after T0."""
    shut = piece(start, end, Status.BLOCKED)
    around: list[Piece] = []
    for old in timeline:
        for window in (Window(T0 - 1, T0 + start), Window(T0 + end, T0 + SPAN_S + 1)):
            kept = old.window.clip(window)
            if kept is not None:
                around.append(replace(old, window=kept))
    return tuple(sorted([*around, shut], key=lambda each: each.window))


@st.composite
def limited(draw: st.DrawFn) -> World:
    """Draw a world in which every other road carries light trucks only, or middling ones too, by one of four limits."""
    world = draw(worlds(steady=True))
    limit: st.SearchStrategy[dict[str, Any]] = st.sampled_from((
        {}, {}, {}, {}, {"weight_limit_kg": 7_500}, {"weight_limit_kg": 12_000}, {"axle_limit_kg": 8_000},
        {"height_limit_m": 2.6}, {"height_limit_m": 3.99}, {"width_limit_m": 2.5},
    ))  # fmt: skip
    roads = {name: replace(segment, **draw(limit)) for name, segment in world.roads.segments.items()}
    return World(roads=replace(world.roads, segments=roads), access=world.access)


def passes(world: World, leg: Leg, depart: int, known: AccessMap | None = None) -> bool:
    found = recheck(world.roads, known or world.access, leg.segments, leg.origin, depart, TRUCKS, loaded=True)
    return not found.complaints


@few
@given(world=worlds(steady=True), choice=st.data())
def test_a_closure_of_any_length_never_makes_a_leg_faster_or_likelier(*, world: World, choice: st.DataObject) -> None:
    """Steady: what may fail does not change in time, so that a later departure is not likelier by itself."""
    ends = two_places(choice, world)
    shut = choice.draw(st.sampled_from(sorted(world.roads.segments)))
    start = choice.draw(st.integers(0, SPAN_S - 1))
    timeline = closed_from(world.access.timelines[shut], start, choice.draw(st.integers(start + 1, SPAN_S)))
    closed = world.access.replace_timelines({shut: timeline})
    before = legs_of(world.roads, world.access, ends)
    for leg in legs_of(world.roads, closed, ends):
        assert min(each.seconds for each in before) <= leg.seconds
        assert max(each.p for each in before) >= leg.p - 1e-9
        # Whatever still works did so before: each departure is one of the same way, and on it nothing got better.
        for window in leg.departures:
            assert passes(world, leg, window.start)
            assert passes(world, leg, window.end - 1)


@few
@given(world=worlds(), choice=st.data())
def test_a_closure_never_shortens_any_time_of_the_table(*, world: World, choice: st.DataObject) -> None:
    engine = TravelEngine(world.roads)
    names = st.sampled_from(sorted(world.roads.segments))
    closed, more = choice.draw(st.frozensets(names)), choice.draw(names)
    before = engine.seconds_table(engine.places, engine.places, closed)
    assert np.all(before <= engine.seconds_table(engine.places, engine.places, closed | {more}))


@few
@given(world=worlds(), choice=st.data(), use_unknown=st.booleans())
def test_departures_are_exactly_the_seconds_for_which_the_recheck_has_no_complaint(
    *, world: World, choice: st.DataObject, use_unknown: bool
) -> None:
    light = choice.draw(st.sampled_from((None, (after(0, 150), after(170, 390)), (after(20, 60), after(60, 300)))))
    ends = two_places(choice, world)
    for leg in legs_of(world.roads, world.access, ends, use_unknown=use_unknown, daylight=light)[-1:]:
        good = {at for window in leg.departures for at in range(window.start, window.end)}
        told = {
            at
            for at in range(T0, T0 + SPAN_S)
            if not recheck(
                world.roads, world.access, leg.segments, leg.origin, at, TRUCKS, loaded=True, use_unknown=use_unknown,
                daylight=light,
            ).complaints
        }  # fmt: skip
        assert good == told


@few
@given(world=worlds(), choice=st.data())
def test_a_leg_with_any_one_segment_closed_for_one_second_of_its_passage_fails_the_recheck(
    *, world: World, choice: st.DataObject
) -> None:
    for leg in legs_of(world.roads, world.access, two_places(choice, world))[:2]:
        depart = choice.draw(st.sampled_from([window.start for window in leg.departures]))
        driven = recheck(world.roads, world.access, leg.segments, leg.origin, depart, TRUCKS, loaded=True)
        assert driven.complaints == ()
        for passed in driven.passes:
            at = choice.draw(st.integers(passed.enter_at, passed.leave_at - 1)) - T0
            timeline = closed_from(world.access.timelines[passed.segment], at, at + 1)
            assert not passes(world, leg, depart, world.access.replace_timelines({passed.segment: timeline}))


def carries(world: World, way: tuple[SegmentId, ...], truck: Truck) -> bool:
    def within(has: float, limits: Iterator[float | None]) -> bool:
        return all(limit is None or has <= limit for limit in limits)

    roads = [world.roads.segments[name] for name in way]
    return (
        within(truck.gross_kg, (road.weight_limit_kg for road in roads))
        and within(truck.axle_kg, (road.axle_limit_kg for road in roads))
        and within(truck.height_m, (road.height_limit_m for road in roads))
        and within(truck.width_m, (road.width_limit_m for road in roads))
    )


@few
@given(world=limited(), choice=st.data(), truck=st.sampled_from((LIGHT, MIDDLE, HEAVY)))
def test_the_legs_of_a_truck_are_the_unmatched_ones_of_all_ways_that_carry_it(
    *, world: World, choice: st.DataObject, truck: Truck
) -> None:
    ends = two_places(choice, world)
    whole = [after(0, SPAN_S)]
    every = [
        drive(world, way, whole, loaded=True, trucks=TRUCKS)
        for way in simple_paths(world, ends[0], ends[1])
        if carries(world, way, truck)
    ]
    found = legs_of(world.roads, world.access, ends, truck=truck)
    assert all(carries(world, leg.segments, truck) for leg in found)
    assert sorted((leg.seconds, round(leg.p, 9)) for leg in found) == sorted((d.seconds, d.p) for d in unmatched(every))


@few
@given(world=limited(), choice=st.data())
def test_a_heavier_truck_is_never_faster_or_likelier_and_a_leg_of_it_serves_the_lighter(
    *, world: World, choice: st.DataObject
) -> None:
    ends = two_places(choice, world)
    light, heavy = (legs_of(world.roads, world.access, ends, truck=truck) for truck in (LIGHT, HEAVY))
    for leg in heavy:
        assert min(each.seconds for each in light) <= leg.seconds
        assert max(each.p for each in light) >= leg.p - 1e-9
        depart = leg.departures[0].start
        again = recheck(world.roads, world.access, leg.segments, leg.origin, depart, TRUCKS, loaded=True, truck=LIGHT)
        assert again.complaints == ()


@few
@given(world=limited(), choice=st.data())
def test_where_a_large_truck_has_no_leg_but_a_small_one_has_the_limits_are_named_as_the_reason(
    *, world: World, choice: st.DataObject
) -> None:
    ends = two_places(choice, world)
    every = list(simple_paths(world, ends[0], ends[1]))
    if any(carries(world, way, HEAVY) for way in every) or not every:
        return
    said = refusal(world.roads, world.access, ends[0], ends[1], after(0, SPAN_S), truck=HEAVY)
    assert said.reason in {"weight", "size"}
    lifted = {name: replace(world.roads.segments[name], **NO_LIMITS) for name in said.cut}
    freed = replace(world.roads, segments={**world.roads.segments, **lifted})
    assert refusal(freed, world.access, ends[0], ends[1], after(0, SPAN_S), truck=HEAVY) != said


@few
@given(world=limited(), choice=st.data(), truck=st.sampled_from((MIDDLE, HEAVY)))
def test_the_recheck_complains_of_exactly_the_ways_that_do_not_carry_the_truck(
    *, world: World, choice: st.DataObject, truck: Truck
) -> None:
    ends = two_places(choice, world)
    for leg in legs_of(world.roads, world.access, ends):
        again = recheck(
            world.roads, world.access, leg.segments, leg.origin, leg.departures[0].start, TRUCKS, loaded=True,
            truck=truck,
        )  # fmt: skip
        assert (again.complaints == ()) == carries(world, leg.segments, truck)
        assert all(each.split(":")[0] in {"weight", "axle", "height", "width"} for each in again.complaints)
