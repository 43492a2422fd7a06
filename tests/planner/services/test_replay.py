"""A replay: each morning knows what was known then, what was sent is gone, and the record happens to the plans."""

from dataclasses import replace
from itertools import pairwise

import pytest

from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from planner.services import replay as module
from planner.services.announced import announced
from planner.services.hindsight import Happened, what_happened
from planner.services.replay import Replay, Row, after_sending, replay_days
from planner.services.replay_view import replay_json, tell_replay
from planner.services.snapshots import horizon_from, planning_as_of, take_snapshot
from planner.store.codec import plan_digest
from routing.evidence import known_at
from routing.status import HoldSpan
from routing.travel.engine import TravelEngine
from routing.units import DAY, Window, format_instant, parse_instant
from tests.planner.domain.plans import both_sites, gate_shuts, plan_of, to_across, to_near
from tests.planner.instances import at, open_only


@pytest.fixture(scope="module")
def two_rivers_world() -> World:
    return read_seed(find_seed("two-rivers"))


@pytest.fixture(scope="module")
def september_world() -> World:
    return read_seed(find_seed("syria-2016-09"))


@pytest.fixture(scope="module")
def three_mornings(two_rivers_world: World) -> Replay:
    zone = two_rivers_world.catalogue.crisis.tz
    first, last = (parse_instant(day, zone) for day in ("2031-04-08", "2031-04-10"))
    return replay_days(two_rivers_world, first, last, days=2)


def row(fate: str = "nothing_stops_it") -> Row:
    happened = Happened(fate=fate)  # type: ignore[arg-type] # the tests name the fates
    near = to_near()
    return Row(
        name="c01", origin="planned", sites=("near",), trucks=8, people=7_500, convoy=replace(near, movement="r-c01"),
        slack_s=near.slack_s, happened=happened,
    )  # fmt: skip


def test_every_morning_plans_with_what_was_known_at_eight(two_rivers_world: World, three_mornings: Replay) -> None:
    zone = two_rivers_world.catalogue.crisis.tz
    days = [format_instant(morning.as_of.at, zone)[:16] for morning in three_mornings.mornings]
    assert days == ["2031-04-08T08:00", "2031-04-09T08:00", "2031-04-10T08:00"]
    for morning in three_mornings.mornings:
        assert morning.as_of.known == known_at(two_rivers_world.log, morning.as_of.at)
        assert morning.plan.as_of == morning.as_of


def test_what_is_learned_later_changes_no_plan_of_the_morning(two_rivers_world: World, three_mornings: Replay) -> None:
    first = three_mornings.mornings[0]
    until_then = replace(
        two_rivers_world, log=tuple(r for r in two_rivers_world.log if r.position <= first.as_of.known)
    )
    again = replay_days(until_then, first.day.start, first.day.start, days=2).mornings[0]
    assert plan_digest(again.plan) == plan_digest(first.plan)
    assert again.news == ()


def test_a_promised_convoy_is_kept_until_it_is_back(three_mornings: Replay) -> None:
    kept = 0
    for before, after in pairwise(three_mornings.mornings):
        until = before.as_of.at + 2 * DAY  # a day's notice after the next morning
        promised = [c for c in before.plan.convoys if c.depart_at < until and c.back_at > after.as_of.at]
        withdrawn = {notice.movement for notice in after.plan.pinned}
        there = [(c.hub, c.depart_at, c.stops) for c in after.plan.convoys if c.movement]
        for convoy in promised:
            if convoy.movement not in withdrawn:
                assert (convoy.hub, convoy.depart_at, convoy.stops) in there
                kept += 1
    assert kept


def test_what_was_brought_is_no_longer_needed_and_its_stock_is_gone() -> None:
    _, snapshot = both_sites()
    later = replace(snapshot, as_of=replace(snapshot.as_of, at=at(1, "08:00")))
    after = after_sending(later, [row()])
    need = {(n.site, n.commodity): n.units for n in after.needs}
    assert need["near", "food"] == 2_000 - 1_500
    assert need["across", "food"] == 4_000
    stock = {b.batch: b.units for b in after.stock}
    assert stock["hub-food"] == 5_000 - 1_500
    assert after.sites["near"].last_reached == at(0, "08:48")
    assert after.pinned == ()


@pytest.mark.parametrize("fate", ["held", "turned_back"])
def test_who_never_arrived_brings_the_goods_home(fate: str) -> None:
    _, snapshot = both_sites()
    later = replace(snapshot, as_of=replace(snapshot.as_of, at=at(1, "08:00")))
    after = after_sending(later, [row(fate)])
    assert (after.needs, after.stock, after.sites) == (later.needs, later.stock, later.sites)


def test_who_is_caught_inside_brings_nothing_and_loses_it() -> None:
    _, snapshot = both_sites()
    later = replace(snapshot, as_of=replace(snapshot.as_of, at=at(1, "08:00")))
    after = after_sending(later, [row("caught_inside")])
    assert after.needs == later.needs
    assert {b.batch: b.units for b in after.stock}["hub-food"] == 3_500


def test_a_line_that_lapses_while_the_column_unloads_catches_it_in_hindsight() -> None:
    _, snapshot = both_sites()
    out, home = to_across().moves
    on_time = what_happened(to_across(), snapshot.access, snapshot.network)
    assert on_time == Happened(fate="nothing_stops_it", at=to_across().stops[0].unloaded_at)
    late = replace(home, depart_at=at(1, "14:00"), arrive_at=at(1, "15:34"))
    caught = what_happened(replace(to_across(), moves=(out, late)), snapshot.access, snapshot.network)
    assert (caught.fate, caught.at, caught.segment) == ("caught_inside", at(1, "14:10"), "fork-across")
    early = replace(out, depart_at=at(1, "08:00"), arrive_at=at(1, "10:04"))
    turned = what_happened(replace(to_across(), moves=(early, home)), snapshot.access, snapshot.network)
    assert turned.fate == "turned_back"


def test_hours_of_a_gate_make_a_column_wait_in_hindsight_and_consent_that_ends_meanwhile_catches_it() -> None:
    _, snapshot = gate_shuts()
    kept = what_happened(to_across(), snapshot.access, snapshot.network)
    assert kept.fate == "nothing_stops_it"
    *first, after = snapshot.access.timelines["fork-across"]
    gone = open_only(after.window, (), cause="x", evidence=9)
    ended = snapshot.access.replace_timelines({"fork-across": (*first, *gone)})
    caught = what_happened(to_across(), ended, snapshot.network)
    assert (caught.fate, caught.at, caught.records) == ("caught_inside", at(2, "06:00"), (9,))


def test_a_hold_on_record_holds_who_has_not_left() -> None:
    _, snapshot = both_sites()
    hold = HoldSpan(window=Window(at(1, "09:00"), at(1, "10:00")), segments=None, reason="x", evidence=(9,))
    held = what_happened(to_across(), replace(snapshot.access, holds=(hold,)), snapshot.network)
    assert (held.fate, held.records) == ("held", (9,))


def test_the_json_says_what_the_rows_say(two_rivers_world: World, three_mornings: Replay) -> None:
    told = replay_json(tell_replay(three_mornings, two_rivers_world), two_rivers_world)
    mornings = told["mornings"]
    assert isinstance(mornings, list)
    assert len(mornings) == 3
    for morning, said in zip(three_mornings.mornings, mornings, strict=True):
        assert isinstance(said, dict)
        assert [one["name"] for one in said["convoys"]] == [one.name for one in morning.rows]  # type: ignore[index,union-attr,call-overload]


def test_on_19_september_one_convoy_cannot_be_out_by_the_end_of_the_truce_and_the_forty_trucks_have_no_way(
    september_world: World,
) -> None:
    world, zone = september_world, september_world.catalogue.crisis.tz
    day = parse_instant("2016-09-19", zone)
    as_of = planning_as_of(world, day)
    snapshot = take_snapshot(world, as_of=as_of, horizon=horizon_from(day, 2, world))
    engine = TravelEngine(snapshot.network)
    movements = world.catalogue.movements

    urum = announced(movements["urum-al-kubra-31"], snapshot, engine, as_of.at)
    assert urum.convoy is not None
    stop = urum.convoy.stops[0]
    # 31 trucks at 4 an hour.
    assert stop.unloaded_at - stop.arrive_at == 27_900
    assert urum.closes_at == parse_instant("2016-09-19T19:00+03:00", zone)
    assert urum.slack_s is not None
    assert urum.slack_s < -4 * 3_600

    forty = announced(movements["eastern-aleppo-40"], snapshot, engine, as_of.at)
    assert forty.convoy is None
    assert set(forty.gates) >= {"bab-al-hawa", "castello"}
    assert "letter" in forty.reason
    assert "gate castello" in forty.reason

    rows = {r.name: r for r in module._announced_rows(world, plan_of(snapshot, people=0), snapshot, 1)}
    risk = rows["urum-al-kubra-31"].caught_inside
    assert risk is not None
    # Whoever gets in is caught: it turns back, or it does not get out.
    assert risk == rows["urum-al-kubra-31"].arrives
    talbiseh = rows["talbiseh-2016-09"]
    assert talbiseh.caught_inside is not None
    assert talbiseh.kept_inside is not None
    # Its arrangement holds until the next evening: late, it waits for the morning.
    assert talbiseh.caught_inside < risk
    assert talbiseh.kept_inside > 0
    assert rows["al-waer-2016-09"].refused == "Arranged at gate al-waer for 2016-09-21 to 2016-09-24."
    assert rows["moadamiyet-elsham-2016-09"].rule == "arranged_later"
