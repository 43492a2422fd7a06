"""Exact departures, gate times and causes of a given way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.errors import RoutingError
from routing.status import GatePrior, Status
from routing.travel.passage import Path, causes, departure_windows, gate_passes, path_p, path_seconds
from routing.units import Window
from tests.routing.travel.builders import (
    KM_S,
    SPAN_S,
    T0,
    World,
    access,
    after,
    gate,
    network,
    piece,
    road,
    worlds,
)
from tests.routing.travel.oracle import drive, simple_paths

NORTH = gate("north", delay_s=600, flow=60, passed=3, turned_back=1)
OVER_NORTH = network(road("a-b"), road("b-c", gate="north"), road("c-d"), gates=[NORTH])
WAY = Path(origin="a", destination="d", segments=("a-b", "b-c", "c-d"), loaded=True)
BACK = Path(origin="d", destination="a", segments=("c-d", "b-c", "a-b"), loaded=False)


def test_the_whole_column_passes_the_gate_before_it_drives_on() -> None:
    roads = access(OVER_NORTH)
    assert gate_passes(OVER_NORTH, roads, WAY, 20) == (("north", KM_S, KM_S + 600 + 20 * 60),)
    assert path_seconds(OVER_NORTH, roads, WAY, 20) == 3 * KM_S + 600 + 1_200


def test_an_empty_column_is_not_checked_but_still_passes_truck_by_truck() -> None:
    assert path_seconds(OVER_NORTH, access(OVER_NORTH), BACK, 20) == 3 * KM_S + 1_200


def test_the_reported_flow_counts_not_the_listed_one_and_part_seconds_round_up() -> None:
    reported = access(OVER_NORTH)
    slower = type(reported)(
        as_of=reported.as_of, horizon=reported.horizon, timelines=reported.timelines, gate_priors={},
        gate_flow={"north": 7},
    )  # fmt: skip
    assert path_seconds(OVER_NORTH, slower, BACK, 1) == 3 * KM_S + 515


def test_a_column_may_leave_a_segment_in_the_second_it_closes_and_not_later() -> None:
    closing = {"c-d": [piece(0, 3_600), piece(3_600, 86_400, Status.BLOCKED)]}
    drive_s = 3 * KM_S + 600 + 60
    found = departure_windows(OVER_NORTH, access(OVER_NORTH, changed=closing), WAY, 1, after(0, 86_400), None)
    assert found == (after(0, 3_600 - drive_s + 1),)


def test_the_segment_of_a_gate_is_occupied_while_the_column_stands_before_it() -> None:
    opening = {"b-c": [piece(0, 3_600, Status.BLOCKED), piece(3_600, 86_400)]}
    found = departure_windows(OVER_NORTH, access(OVER_NORTH, changed=opening), WAY, 1, after(0, 7_200), None)
    assert found == (after(3_600 - KM_S, 7_200),)


def test_a_drive_ends_before_dark_or_does_not_begin() -> None:
    roads = access(OVER_NORTH)
    drive_s = 3 * KM_S + 600 + 60
    days = (after(0, 7_200), after(50_000, 60_000))
    found = departure_windows(OVER_NORTH, roads, WAY, 1, after(0, 86_400), days)
    assert found == (after(0, 7_200 - drive_s + 1), after(50_000, 60_000 - drive_s + 1))


def test_a_road_without_report_is_driven_unless_the_policy_refuses_it() -> None:
    unreported = access(
        OVER_NORTH, changed={"a-b": [piece(0, 86_400, Status.UNKNOWN, causes={"unreported:land": 0.5})]}
    )
    whole = after(0, 3_600)
    assert departure_windows(OVER_NORTH, unreported, WAY, 1, whole, None) == (whole,)
    assert departure_windows(OVER_NORTH, unreported, WAY, 1, whole, None, use_unknown=False) == ()


def test_nothing_departs_so_late_that_it_would_arrive_after_what_was_folded() -> None:
    found = departure_windows(OVER_NORTH, access(OVER_NORTH, 3_600), WAY, 1, after(-100, 9_999), None)
    assert found == (after(0, 3_600 - (3 * KM_S + 660) + 1),)


@pytest.mark.parametrize(
    ("segments", "said"),
    [(("a-b", "c-d"), "cannot be entered at b"), (("a-b",), "ends at b, not at d")],
)
def test_a_way_that_does_not_connect_is_refused(segments: tuple[str, ...], said: str) -> None:
    broken = Path(origin="a", destination="d", segments=segments, loaded=True)
    with pytest.raises(RoutingError, match=said):
        path_seconds(OVER_NORTH, access(OVER_NORTH), broken, 1)


def test_a_column_of_no_trucks_is_refused() -> None:
    with pytest.raises(RoutingError, match="0 trucks"):
        path_seconds(OVER_NORTH, access(OVER_NORTH), WAY, 0)


def test_a_cause_met_on_two_segments_counts_once_at_its_lowest() -> None:
    truce = {
        "a-b": [piece(0, 86_400, Status.CONTESTED, causes={"truce": 0.85})],
        "c-d": [piece(0, 86_400, Status.CONTESTED, causes={"truce": 0.7})],
    }
    met = causes(OVER_NORTH, access(OVER_NORTH, changed=truce), WAY, after(0, 60), 1)
    assert met == {"truce": 0.7, "gate:north": 0.75}
    assert path_p(met) == pytest.approx(0.525)


def test_a_gate_turns_back_the_loaded_way_only_and_by_its_record_so_far() -> None:
    roads = access(OVER_NORTH)
    assert causes(OVER_NORTH, roads, BACK, after(0, 60), 1) == {}
    seen = type(roads)(
        as_of=roads.as_of, horizon=roads.horizon, timelines=roads.timelines, gate_flow={},
        gate_priors={"north": GatePrior(passed=3, turned_back=3, cases=2)},
    )  # fmt: skip
    assert causes(OVER_NORTH, seen, WAY, after(0, 60), 1) == {"gate:north": 0.5}


def test_only_pieces_met_by_a_departure_in_the_window_count() -> None:
    fading = {
        "c-d": [
            piece(0, 2_000, Status.CONTESTED, causes={"strike": 0.3}),
            piece(2_000, 86_400, Status.CONTESTED, causes={"strike": 0.6}),
        ]
    }
    roads = access(OVER_NORTH, changed=fading)
    enters_s = 2 * KM_S + 660
    assert causes(OVER_NORTH, roads, WAY, after(0, 2_000 - enters_s + 1), 1)["strike"] == 0.3
    assert causes(OVER_NORTH, roads, WAY, after(2_000 - enters_s, 5_000), 1)["strike"] == 0.6


def test_drawing_a_damaged_road_in_two_parts_changes_no_cause() -> None:
    damaged = [piece(0, 86_400, Status.CONTESTED, p=0.6, code="road_damaged")]
    one = network(road("a-c", metres=2_000, corridor="m5"))
    two = network(road("a-b", corridor="m5"), road("b-c", corridor="m5"))
    whole = causes(
        one, access(one, changed={"a-c": damaged}), Path(origin="a", destination="c", segments=("a-c",), loaded=True),
        after(0, 60), 1,
    )  # fmt: skip
    parts = causes(
        two, access(two, changed={"a-b": damaged, "b-c": damaged}),
        Path(origin="a", destination="c", segments=("a-b", "b-c"), loaded=True), after(0, 60), 1,
    )  # fmt: skip
    assert whole == parts == {"road:m5": 0.6}


def test_a_way_is_never_likelier_than_its_worst_segment() -> None:
    unexplained = {"c-d": [piece(0, 86_400, Status.CONTESTED, p=0.4, part="hazard")]}
    met = causes(OVER_NORTH, access(OVER_NORTH, changed=unexplained), BACK, after(0, 60), 1)
    assert path_p(met) == 0.4


def test_an_unreported_area_explains_the_physical_part_so_that_it_counts_once() -> None:
    unreported = {"a-b": [piece(0, 86_400, Status.UNKNOWN, p=0.5, causes={"unreported:land": 0.5})]}
    met = causes(OVER_NORTH, access(OVER_NORTH, changed=unreported), BACK, after(0, 60), 1)
    assert met == {"unreported:land": 0.5}


@settings(max_examples=settings().max_examples // 2)
@given(world=worlds(most_roads=6), choice=st.data(), loaded=st.booleans(), trucks=st.integers(1, 4))
def test_departures_are_exactly_the_seconds_that_a_simulation_passes(
    *, world: World, choice: st.DataObject, loaded: bool, trucks: int
) -> None:
    ends = sorted(world.roads.places)
    origin, destination = choice.draw(st.permutations(ends))[:2]
    span = after(0, SPAN_S)
    light = choice.draw(st.sampled_from((None, (after(0, 150), after(170, 390)), (after(20, 60), after(60, 300)))))
    spans = {None: [span], 150: [after(0, 150), after(170, 390)], 60: [after(20, 300)]}[
        None if light is None else light[0].end - T0
    ]
    within = Window(T0 + choice.draw(st.integers(0, 100)), T0 + choice.draw(st.integers(101, SPAN_S)))
    for way in list(simple_paths(world, origin, destination))[:5]:
        path = Path(origin=origin, destination=destination, segments=way, loaded=loaded)
        found = departure_windows(world.roads, world.access, path, trucks, within, light)
        expected = drive(world, way, spans, loaded=loaded, trucks=trucks).departures
        assert {at for window in found for at in range(window.start, window.end)} == {
            at for at in expected if within.contains(at)
        }
        assert (
            path_seconds(world.roads, world.access, path, trucks)
            == drive(world, way, spans, loaded=loaded, trucks=trucks).seconds
        )
