"""The months in figures: October 2016's sentence, September by hand, and what no figure may claim."""

from dataclasses import replace

import pytest

from planner.cli.requests import sentence
from planner.domain.errors import BadInput
from planner.domain.request_fold import fold_requests
from planner.domain.requests import PublishedStop
from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from planner.services.monthly import monthly_count
from routing.deliveries import ItemLine
from routing.evidence import known_at, standing
from routing.units import DAY, AsOf, parse_instant


@pytest.fixture(scope="module")
def syria() -> World:
    return read_seed(find_seed("syria-2016-09"))


def as_known(world: World, text: str) -> AsOf:
    at = parse_instant(text, world.catalogue.crisis.tz)
    return AsOf(at=at, known=known_at(world.log, at))


def test_october_2016_gives_the_sentence_of_the_secretary_general(syria: World) -> None:
    count = monthly_count(syria, "2016-10")

    assert sentence(count) == ("7 inter-agency convoys delivered to 285,500 people of 962,000 requested (29.6 %)")
    assert (count.locations_requested, count.approved_in_full, count.denied, count.no_reply) == (29, 25, 1, 3)
    assert count.besieged_locations == 18, "eastern Aleppo takes Darayya's place on 5 October"


def test_september_2016_is_counted_by_hand(syria: World) -> None:
    count = monthly_count(syria, "2016-09", as_known(syria, "2016-09-30T23:00:00+03:00"))

    assert (count.locations_requested, count.approved_in_part, count.in_principle, count.no_reply) == (26, 8, 1, 17)
    assert count.people_reached == 84_000 + 35_000 + 70_000 + 40_000 + 1_000 + 13_000 + 7_000
    assert (count.convoys_dispatched, count.convoys_delivered) == (8, 7)
    assert count.aborted_by_reason == {"attack": 1, "letter_missing": 1}
    assert count.besieged_reached == 6
    # From 21 August to 6 September, from there to the 17th: seconds of a sitting clock.
    assert count.answer.median_s == (16 * 24 + 8) * 3600
    assert count.letter.median_s == (10 * 24 + 18) * 3600


def test_of_requests_that_do_not_state_people_no_share_is_made(syria: World) -> None:
    count = monthly_count(syria, "2016-09")

    assert count.people_requested_of == 1
    assert count.share_of_requested is None
    assert "requested" not in sentence(count)


def test_what_was_removed_at_darayya_counts_in_may_once_it_is_entered(syria: World) -> None:
    before = monthly_count(syria, "2016-05", as_known(syria, "2016-09-30T12:00:00+03:00"))
    after = monthly_count(syria, "2016-05", as_known(syria, "2016-09-30T23:00:00+03:00"))

    assert (before.items_removed, after.items_removed, after.removed_kg) == (0, 301, 5_550)
    assert after.aborted_by_reason == {"checkpoint_turnback": 1}


def test_no_plan_of_september_sees_what_was_added_to_the_log_later(syria: World) -> None:
    """What May, the releases and October add is learned after the demo's last record."""
    known = known_at(syria.log, syria.catalogue.crisis.demo_known)

    assert not [r for r in syria.log if r.fact.kind == "movement_step" and r.position <= known]
    assert not [r for r in syria.log if getattr(r.fact, "plan", "") and r.position <= known]


def test_silence_is_entered_by_the_clock_and_left_by_an_answer(syria: World) -> None:
    catalogue, zone = syria.catalogue, syria.catalogue.crisis.tz
    # What somebody wrote of silence is set apart: the clock alone must do.
    log = [r for r in syria.log if getattr(r.fact, "state", "") != "no_response"]

    def stage(request: str, text: str) -> str:
        found = fold_requests(standing(tuple(log), syria.head), catalogue, parse_instant(text, zone))
        return next(r.stage for r in found if r.id == request)

    # Asked on Sunday 21 August; the seventh working day after it is Tuesday the 30th.
    assert stage("duma@2016-09", "2016-08-30T23:59:59+03:00") == "submitted"
    assert stage("duma@2016-09", "2016-08-31T00:00:00+03:00") == "no_response"
    assert stage("talbiseh@talbiseh-2016-09", "2016-09-06T17:00:00+03:00") == "no_response"
    assert stage("talbiseh@talbiseh-2016-09", "2016-09-06T19:00:00+03:00") == "approved_in_principle"


def test_the_clock_of_an_answer_stops_when_the_convoy_leaves(syria: World) -> None:
    # Had nobody answered for Talbiseh, its convoy would have gone without, and nobody would wait any more.
    log = tuple(
        r for r in syria.log
        if (getattr(r.fact, "step", ""), getattr(r.fact, "site", "")) != ("permission", "talbiseh")
    )  # fmt: skip

    def awaited(text: str) -> bool:
        at = parse_instant(text, syria.catalogue.crisis.tz)
        found = fold_requests(standing(log, syria.head), syria.catalogue, at)
        return next(r for r in found if r.movement == "talbiseh-2016-09").answer_awaited

    assert awaited("2016-09-18T12:00+03:00")
    assert not awaited("2016-09-20T12:00+03:00")


def test_a_published_convoy_answers_the_request_that_is_open_for_its_site() -> None:
    world = read_seed(find_seed("two-rivers"))
    at = parse_instant("2031-04-08T08:00:00+03:00", world.catalogue.crisis.tz)
    line = ItemLine(what="requested", commodity="family-ration", units=120)
    stop = PublishedStop(
        movement="P1-c01", site="osk", needed=frozenset({"request", "permission", "letter", "clearance"}),
        channel="cross_line", depart_at=at + DAY, trucks=4, people=600, lines=(line,),
    )  # fmt: skip
    other = replace(stop, movement="P1-c02", depart_at=at + 2 * DAY)

    found = fold_requests(standing(world.log, world.head), world.catalogue, at, (other, stop))

    mine = {r.movement: r for r in found if r.site == "osk"}
    assert set(mine) == {"P1-c01", "P1-c02"}, "the request itself is no third one"
    first, second = mine["P1-c01"], mine["P1-c02"]
    assert (first.plan, first.recorded, first.stage) == ("2031-03", True, "cleared")
    assert (second.recorded, second.stage, second.people) == (False, "planned", 600)
    assert [(one.commodity, one.requested) for one in second.lines] == [("family-ration", 120)]


@pytest.mark.parametrize("name", ["2016-13", "2016", "2016-10..2016-12", "2016-10..", "October"])
def test_a_plan_that_is_no_month_is_refused_with_the_way_out(syria: World, name: str) -> None:
    with pytest.raises(BadInput, match="2016-10"):
        monthly_count(syria, name)


def test_a_plan_of_two_months_takes_both(syria: World) -> None:
    assert monthly_count(syria, "2016-09..2016-10").convoys_delivered == 14


def test_people_reached_are_the_fewest_that_any_source_says(syria: World) -> None:
    june = monthly_count(replace(syria), "2016-06")

    # Darayya: 2,400 rations or flour for 4,000; Al Waer 37,500; Jerud does not say.
    assert (june.people_reached, june.people_reached_of) == (2_400 + 37_500, 2)
