"""The walk that shares nothing with the search: one complaint for each rule, in the rule's own word."""

from collections.abc import Mapping, Sequence

import pytest

from routing.network import RoadNetwork, SegmentId
from routing.status import Piece, Status
from routing.travel.recheck import Pass, Recheck, recheck
from routing.truck import ANY_TRUCK, Truck
from routing.units import Window
from tests.routing.travel.builders import KM_S, T0, access, after, blocked, gate, network, piece, road

ROADS = network(
    road("a-b", weight_limit_kg=20_000), road("b-c", gate="north"), road("d-c", oneway=True),
    gates=[gate("north", delay_s=600, flow=60)],
)  # fmt: skip
WAY = ("a-b", "b-c")


def walk(
    changed: Mapping[SegmentId, Sequence[Piece]] | None = None,
    *,
    roads: RoadNetwork = ROADS,
    segments: Sequence[SegmentId] = WAY,
    depart_s: int = 0,
    loaded: bool = True,
    truck: Truck = ANY_TRUCK,
    use_unknown: bool = True,
    daylight: Sequence[Window] | None = None,
) -> Recheck:
    return recheck(
        roads, access(roads, changed=changed), segments, "a", T0 + depart_s, 3, loaded=loaded, truck=truck,
        use_unknown=use_unknown, daylight=daylight,
    )  # fmt: skip


def rules(found: Recheck) -> list[str]:
    return [complaint.split(":")[0] for complaint in found.complaints]


def test_a_drive_over_open_roads_has_no_complaint_and_a_time_for_each_pass() -> None:
    arrive = T0 + KM_S + 600 + 180 + KM_S
    assert walk() == Recheck(
        place="c", arrive_at=arrive, complaints=(),
        passes=(
            Pass(segment="a-b", gate=None, enter_at=T0, clear_at=T0, leave_at=T0 + KM_S),
            Pass(segment="b-c", gate="north", enter_at=T0 + KM_S, clear_at=T0 + KM_S + 780, leave_at=arrive),
        ),
    )  # fmt: skip


def test_an_empty_column_is_let_through_without_a_check() -> None:
    assert walk(loaded=False).arrive_at == T0 + KM_S + 180 + KM_S


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        (("a-b", "d-c"), "path: d-c does not begin at b"),
        (("a-b", "b-c", "d-c"), "path: d-c is one-way and leads to c"),
        (("a-z",), "path: a-z is no segment of the network"),
    ],
)
def test_a_path_that_breaks_off_is_told_where(segments: tuple[str, ...], said: str) -> None:
    assert walk(segments=segments).complaints == (said,)


def test_a_blocked_road_is_told_with_the_reason_that_decides() -> None:
    found = walk({"a-b": [piece(0, 86_400, Status.BLOCKED, part="control", code="line_without_consent")]})
    assert rules(found) == ["blocked_segment"]
    assert "line_without_consent" in found.complaints[0]


def test_a_road_that_closes_one_second_before_the_column_has_left_is_a_broken_window() -> None:
    closing = [piece(0, KM_S - 1), piece(KM_S - 1, 86_400, Status.BLOCKED)]
    assert rules(walk({"a-b": closing})) == ["segment_window"]
    assert rules(walk({"a-b": [piece(0, KM_S), piece(KM_S, 86_400, Status.BLOCKED)]})) == []


def test_a_closure_of_ten_seconds_between_two_minutes_is_seen() -> None:
    short = [piece(0, 65), piece(65, 75, Status.BLOCKED), piece(75, 86_400)]
    assert rules(walk({"a-b": short})) == ["segment_window"]


@pytest.mark.parametrize("code", ["outside_hours", "gate_closed"])
def test_a_column_before_a_shut_gate_breaks_its_hours(code: str) -> None:
    shut = [piece(0, 600, Status.BLOCKED, part="gate", code=code), piece(600, 86_400)]
    assert rules(walk({"b-c": shut})) == ["gate_hours"]


def test_a_truck_heavier_than_the_bridge_carries_is_told_both_weights() -> None:
    assert walk(truck=Truck(gross_kg=20_000)).complaints == ()
    assert walk(truck=Truck(gross_kg=20_001)).complaints == ("weight: a-b carries 20000 kg, a truck weighs 20001 kg",)


def test_a_road_without_report_is_a_complaint_only_where_the_policy_refuses_it() -> None:
    unreported = {"a-b": [piece(0, 86_400, Status.UNKNOWN, p=0.5)]}
    assert rules(walk(unreported)) == []
    assert rules(walk(unreported, use_unknown=False)) == ["unknown_segment"]


def test_one_second_in_the_dark_is_night() -> None:
    drive_s = 2 * KM_S + 780
    assert rules(walk(daylight=[after(0, drive_s)])) == []
    assert rules(walk(daylight=[after(0, drive_s - 1)])) == ["night"]
    assert rules(walk(depart_s=10, daylight=[after(11, 9_999)])) == ["night"]


def test_a_drive_beyond_what_was_folded_is_no_proved_drive() -> None:
    assert rules(walk(depart_s=86_390))[0] == "segment_window"


def test_the_last_second_of_a_drive_must_be_folded_too() -> None:
    drive_s = 2 * KM_S + 780
    assert rules(walk(depart_s=86_400 - drive_s)) == []
    assert rules(walk(depart_s=86_400 - drive_s + 1)) == ["segment_window"]


def test_every_broken_rule_of_a_drive_is_told_at_once() -> None:
    found = walk({"b-c": blocked()}, truck=Truck(gross_kg=30_000), daylight=[])
    assert rules(found) == ["weight", "blocked_segment", "night"]
