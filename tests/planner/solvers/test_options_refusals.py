"""Each rule that can stand against a convoy says so by its name, with its values and its proof."""

from dataclasses import replace

from planner.domain.snapshot import Snapshot
from planner.domain.supply import Fleet
from planner.solvers import options
from planner.solvers.ground import Ground
from planner.solvers.option import Refusal
from planner.solvers.refusals import too_risky, why_not
from planner.solvers.way import way_of
from routing.status import HoldSpan, Status
from routing.units import MINUTE, Window
from tests.planner.instances import (
    ALWAYS,
    access_map,
    at,
    far_site,
    gate_hours,
    hours,
    hub,
    network,
    open_only,
    paper,
    papers_in_force,
    piece,
    place,
    road,
    site,
    stock,
    two_sites_one_gate,
    world,
)


def refused(snapshot: Snapshot, of_site: str, day: int) -> list[Refusal]:
    found = options.build(snapshot, lambda _: None)
    assert not [o for o in found.options if of_site in o.sites and o.day == day]
    return [r for r in found.refusals if r.site == of_site and r.day == day]


def one_road(minutes: int = 60, *, opens: tuple[Window, ...] | None = None) -> Snapshot:
    roads = network((place("hub"), place("town")), (road("way", "hub", "town", minutes),))
    return world(roads, {} if opens is None else {"way": opens}, (site("town", people=5_000),), (hub("hub"),))


def test_a_line_without_consent_is_a_blocked_segment_with_its_evidence() -> None:
    (refusal,) = refused(two_sites_one_gate(), "across", day=0)
    assert (refusal.hub, refusal.rule) == ("hub", "blocked_segment")
    assert refusal.proof == ("segment:fork-across", "gate:river-gate", "7")
    assert "fork-across" in refusal.reason
    assert "line_without_consent" in refusal.reason


def test_places_that_no_road_joins_are_blocked_without_a_cut() -> None:
    roads = network((place("hub"), place("town"), place("isle")), (road("way", "hub", "town", 60),))
    (refusal,) = refused(world(roads, {}, (site("isle", people=900),), (hub("hub"),)), "isle", day=1)
    assert (refusal.rule, refusal.proof) == ("blocked_segment", ())
    assert "No road joins" in refusal.reason


def test_a_missing_letter_decides_while_the_line_is_open() -> None:
    snapshot = two_sites_one_gate()
    papers = (
        paper("permission", "across", "granted", evidence=21), paper("letter", "across", "refused", evidence=22),
        paper("clearance", "across", "acknowledged", evidence=23),
    )  # fmt: skip
    (refusal,) = refused(replace(snapshot, papers=papers), "across", day=1)
    assert (refusal.rule, refusal.proof) == ("letter", ("22", "gate:river-gate"))
    assert "refused" in refusal.reason


def test_on_a_closed_day_the_missing_letter_comes_first_where_another_day_opens_the_line() -> None:
    snapshot = two_sites_one_gate()
    papers = tuple(p for p in papers_in_force("across") if p.step != "letter")
    assert [r.rule for r in refused(replace(snapshot, papers=papers), "across", day=0)] == ["letter", "blocked_segment"]


def test_a_line_that_never_opens_comes_before_the_missing_papers() -> None:
    snapshot = two_sites_one_gate()
    shut = open_only(snapshot.access.horizon, (), cause="none", evidence=9)
    closed = replace(snapshot, access=snapshot.access.replace_timelines({"fork-across": shut}), papers=())
    rules = [r.rule for r in refused(closed, "across", day=1)]
    assert rules == ["blocked_segment", "permission", "letter", "clearance"]


def test_the_paper_with_the_latest_word_is_named_first() -> None:
    snapshot = two_sites_one_gate()
    papers = (
        paper("permission", "across", "in_principle", evidence=11), paper("letter", "across", "refused", evidence=25)
    )  # fmt: skip
    found = refused(replace(snapshot, papers=papers), "across", day=1)
    assert [(r.rule, r.proof[0]) for r in found] == [
        ("letter", "25"), ("permission", "11"), ("clearance", "gate:river-gate")
    ]  # fmt: skip


def test_a_clearance_that_ends_before_all_is_unloaded_refuses() -> None:
    snapshot = two_sites_one_gate()
    short = Window(ALWAYS.start, at(1, "10:30"))
    papers = tuple(replace(p, valid=short) if p.step == "clearance" else p for p in papers_in_force("across"))
    (refusal,) = refused(replace(snapshot, papers=papers), "across", day=1)
    assert (refusal.rule, refusal.proof[0]) == ("clearance", "23")
    # Four trucks: 38 minutes at the gate, 30 on the road, 24 to unload.
    assert "1 h 32 min" in refusal.reason


def test_a_gate_that_asks_for_notification_is_passed_a_day_later_at_the_earliest() -> None:
    snapshot = two_sites_one_gate()
    late = replace(snapshot, as_of=replace(snapshot.as_of, at=at(0, "12:00")))
    (refusal,) = refused(late, "across", day=1)
    assert refusal.rule == "notification"
    assert "24 h 00 min" in refusal.reason


def test_a_window_shorter_than_drive_unloading_and_return_says_both() -> None:
    snapshot = two_sites_one_gate()
    windows = open_only(snapshot.access.horizon, (hours(1, "10:00", "12:00"),), cause="arrangement:river-gate")
    short = replace(snapshot, access=snapshot.access.replace_timelines({"fork-across": windows}))
    (refusal,) = refused(short, "across", day=1)
    assert refusal.rule == "window_return"
    # 90 + 10 x 4 minutes.
    assert "needs 2 h 10 min" in refusal.reason
    assert "window has 2 h 00 min" in refusal.reason
    assert "segment:fork-across" in refusal.proof


def test_a_window_that_leaves_too_little_time_behind_the_column_says_how_much_and_how_much_is_asked() -> None:
    snapshot = two_sites_one_gate()
    windows = open_only(snapshot.access.horizon, (hours(1, "10:00", "12:30"),), cause="arrangement:river-gate")
    short = replace(
        snapshot, access=snapshot.access.replace_timelines({"fork-across": windows}),
        policy=replace(snapshot.policy, least_slack_s=30 * MINUTE),
    )  # fmt: skip
    (refusal,) = refused(short, "across", day=1)
    # Four trucks take 2 h 10 min of the window's 2 h 30.
    assert refusal.rule == "least_slack"
    assert "fork-across at best 20 min before it closes" in refusal.reason
    assert "30 min are asked for" in refusal.reason
    assert {"segment:fork-across", "gate:river-gate"} <= set(refusal.proof)


def test_a_window_cut_by_the_gates_hours_names_the_gate() -> None:
    snapshot = two_sites_one_gate()
    around = snapshot.access.horizon
    pieces = (
        piece(Window(around.start, at(1, "10:00")), Status.BLOCKED, 0.0, "outside_hours", part="gate"),
        piece(hours(1, "10:00", "12:00"), Status.CONTESTED, 0.8, "gate_by_permit", part="gate"),
        piece(Window(at(1, "12:00"), around.end), Status.BLOCKED, 0.0, "outside_hours", part="gate"),
    )
    closed = replace(snapshot, access=snapshot.access.replace_timelines({"fork-across": pieces}))
    (refusal,) = refused(closed, "across", day=1)
    assert refusal.rule == "gate_hours"
    assert "gate:river-gate" in refusal.proof


def test_a_window_by_night_is_night_driving() -> None:
    (refusal,) = refused(one_road(opens=(Window(at(1, "16:30"), at(2, "00:00")),)), "town", day=1)
    assert refusal.rule == "night_driving"
    assert "2 h 24 min" in refusal.reason


def test_a_drive_of_more_than_five_hours_needs_a_place_to_rest() -> None:
    snapshot = far_site()
    halfway = replace(snapshot.network.places["halfway"], overnight=False)
    roads = replace(snapshot.network, places={**snapshot.network.places, "halfway": halfway})
    (refusal,) = refused(replace(snapshot, network=roads), "remote", day=1)
    assert refusal.rule == "driving_time"
    assert "7 h 00 min" in refusal.reason


def test_a_probability_of_arrival_below_the_cap_is_refused_with_its_causes() -> None:
    snapshot = one_road()
    around = snapshot.access.horizon
    risky = {"way": (piece(around, Status.CONTESTED, 0.25, "clash", part="hazard", cause="incidents:4"),)}
    snapshot = replace(snapshot, access=access_map(snapshot.network, around, risky, as_of=snapshot.as_of))
    (refusal,) = refused(snapshot, "town", day=1)
    assert refusal.rule == "risk"
    assert "0.25" in refusal.reason
    assert "incidents:4" in refusal.reason


def test_causes_that_are_as_likely_are_named_in_one_order_however_they_were_met() -> None:
    found = options.build(one_road(), lambda _: None)
    way = way_of(found.options[0])
    met = {"mines:2": 0.5, "clash:1": 0.5, "gate:a": 0.4}
    forth, back = (too_risky(way, 0.1, 0.3, causes) for causes in (met.items(), reversed(met.items())))
    assert forth == back
    assert forth.reason.endswith("gate:a 0.40, clash:1 0.50, mines:2 0.50.")


def test_no_convoy_moves_under_a_hold() -> None:
    snapshot = one_road()
    hold = HoldSpan(window=hours(1, "00:00", "23:00"), segments=None, reason="attack on aid", evidence=(17,))
    (refusal,) = refused(replace(snapshot, access=replace(snapshot.access, holds=(hold,))), "town", day=1)
    assert (refusal.rule, refusal.proof) == ("hold", ("17",))


def test_a_hold_over_other_segments_stops_nobody_and_one_of_an_hour_only_that_hour() -> None:
    snapshot = one_road()
    hold = HoldSpan(window=hours(1, "00:00", "23:00"), segments=frozenset({"elsewhere"}), reason="", evidence=(17,))
    free = options.build(replace(snapshot, access=replace(snapshot.access, holds=(hold,))), lambda _: None)
    assert free == options.build(snapshot, lambda _: None)
    hour = replace(hold, window=hours(1, "09:00", "10:00"), segments=frozenset({"way"}))
    held = options.build(replace(snapshot, access=replace(snapshot.access, holds=(hour,))), lambda _: None)
    (option,) = (o for o in held.options if o.day == 1)
    # 60 min out, 36 to unload six trucks, 60 back: home by 09:00, or leaving from 10:00 on.
    assert option.max_trucks == 6
    assert option.departures[0] == (
        Window(at(1, "06:00"), at(1, "06:24") + 1),
        Window(at(1, "10:00"), at(1, "15:24") + 1),
    )


def test_too_few_trucks_stock_of_other_things_or_no_need_on_the_day_refuse() -> None:
    snapshot = one_road()
    few = Fleet(hub="hub", truck_type="ten", trucks=3, available=ALWAYS, source="synthetic", synthetic=True)
    (refusal,) = refused(replace(snapshot, fleets=(few,)), "town", day=1)
    assert refusal.rule == "fleet"
    assert "3 trucks" in refusal.reason

    empty = replace(snapshot, stock=stock(hub("hub"), food=0, kits=0))
    (refusal,) = refused(empty, "town", day=1)
    assert refusal.rule == "stock"
    assert "food, kits" in refusal.reason

    late = tuple(replace(batch, available_from=at(2, "00:00")) for batch in snapshot.stock)
    assert refused(replace(snapshot, stock=late), "town", day=1)[0].rule == "stock"

    later = tuple(replace(need, window=Window(at(2, "00:00"), at(3, "00:00"))) for need in snapshot.needs)
    assert refused(replace(snapshot, needs=later), "town", day=1)[0].rule == "need"

    gone = replace(snapshot.sites["town"], listing="closed")
    assert refused(replace(snapshot, sites={"town": gone}), "town", day=1)[0].rule == "need"


def test_nothing_is_loaded_before_the_plan_is_made() -> None:
    snapshot = one_road()
    morning = replace(snapshot, as_of=replace(snapshot.as_of, at=at(0, "08:00")))
    (refusal,) = refused(morning, "town", day=0)
    assert refusal.rule == "loading"


def a_night_inside(*, lapsing: bool) -> Snapshot:
    """A town where columns may stay, behind a road that is open three hours a day: too short to be back in."""
    roads = network((place("hub"), place("town", overnight=True)), (road("way", "hub", "town", 90),))
    opens = [hours(day, "10:00", "13:00") for day in (0, 1, 2)]
    snapshot = world(roads, {}, (site("town", people=5_000, overnight=True),), (hub("hub"),))
    horizon = snapshot.access.horizon
    timeline = open_only(horizon, opens, cause="arrangement") if lapsing else gate_hours(horizon, opens)
    return replace(snapshot, access=snapshot.access.replace_timelines({"way": timeline}))


def test_a_line_that_lapses_behind_a_column_for_the_night_refuses_it_with_what_withholds_consent() -> None:
    lapsing = a_night_inside(lapsing=True)
    assert [refusal.rule for refusal in refused(lapsing, "town", day=1)] == ["window_return"]
    open_gate = options.build(a_night_inside(lapsing=False), lambda _: None)
    night = next(option for option in open_gate.options if len(option.phases) > 1 and option.day == 1)
    verdict = why_not(Ground.of(lapsing), way_of(night), 4)
    assert (verdict.rule, verdict.proof) == ("window_return", ("segment:way", "7"))
    assert "Nobody consents to the way home through way from 2016-09-13T13:00" in verdict.reason


def test_a_gate_that_only_closes_for_the_night_does_not_refuse_a_night_inside() -> None:
    found = options.build(a_night_inside(lapsing=False), lambda _: None)
    assert {option.day for option in found.options if len(option.phases) > 1} == {0, 1}


def test_a_line_that_lapses_between_two_windows_of_a_day_splits_the_departures() -> None:
    snapshot = one_road(30, opens=(hours(1, "08:00", "11:00"), hours(1, "12:00", "17:00")))
    found = [o for o in options.build(snapshot, lambda _: None).options if o.day == 1]
    assert found
    for option in found:
        for window in option.departures[0]:
            # 84 minutes there, unloading and back: in by the first window and out by the second would be caught.
            assert not window.overlaps(Window(at(1, "09:37"), at(1, "12:00")))
