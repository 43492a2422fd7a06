"""Which movements failed in a period, as known then."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from planner.domain.denials import Denial, list_denials, parse_period
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from routing.evidence import DeliveryOutcome, Evidence, Figure, Retraction
from routing.units import FOREVER, Window, format_instant, parse_instant

ZONE = ZoneInfo("Asia/Damascus")


@pytest.fixture(scope="module")
def world() -> World:
    return replace(read_seed(find_seed("two-rivers")), log=())


def outcome(position: int, day: str, result: str = "denied", **values: object) -> Evidence:
    told: dict[str, object] = {
        "movement": "kessa-01", "site": "kessa", "what": "turned_back", "reason_code": "letter_missing",
    }  # fmt: skip
    at = parse_instant(day, ZONE)
    fact = DeliveryOutcome(happened_at=at, result=result, **{**told, **values})  # type: ignore[arg-type] # fields by name
    return Evidence(position=position, learned_at=at + 60, valid=Window(at), fact=fact, source=f"desk {position}")


def failed(world: World, *log: Evidence, period: str = "2031-04", known: int = 99) -> tuple[Denial, ...]:
    return list_denials(replace(world, log=log), parse_period(period, ZONE), known)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016-09", "2016-09-01T00:00:00+03:00", "2016-10-01T00:00:00+03:00"),
        ("2016-12", "2016-12-01T00:00:00+02:00", "2017-01-01T00:00:00+02:00"),
        ("2016-02", "2016-02-01T00:00:00+02:00", "2016-03-01T00:00:00+02:00"),
        ("2016-09-19", "2016-09-19T00:00:00+03:00", "2016-09-20T00:00:00+03:00"),
        ("2016-09-10..2016-09-26", "2016-09-10T00:00:00+03:00", "2016-09-27T00:00:00+03:00"),
        ("2016-07..2016-09", "2016-07-01T00:00:00+03:00", "2016-10-01T00:00:00+03:00"),
    ],
)
def test_a_period_is_a_month_a_day_or_two_days(text: str, first: str, last: str) -> None:
    window = parse_period(text, ZONE).window
    assert (format_instant(window.start, ZONE), format_instant(window.end, ZONE)) == (first, last)


@pytest.mark.parametrize("text", ["", "2016", "2016-13", "September", "2016-09-31", "2016-09-26..2016-09-10", "a..b"])
def test_what_is_no_period_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(BadInput, match=r"is not understood\. Write 2016-09, 2016-09-19 or 2016-09-10\.\.2016-09-26\."):
        parse_period(text, ZONE)


def test_a_movement_counts_once_with_its_last_failure_deciding(world: World) -> None:
    (found,) = failed(
        world,
        outcome(1, "2031-04-03"),
        outcome(2, "2031-04-09", result="impeded", what="attacked", reason_code="attack"),
    )
    assert (found.what, found.reason_code, found.amrf) == ("attacked", "attack", 5)
    assert (found.first_failed, found.last_failed) == (
        parse_instant("2031-04-03", ZONE), parse_instant("2031-04-09", ZONE),
    )  # fmt: skip
    assert (found.records, found.sources) == ((1, 2), ("desk 1", "desk 2"))


def test_a_movement_delivered_in_the_end_does_not_count(world: World) -> None:
    delivered = outcome(2, "2031-04-09", result="facilitated", what="delivered", reason_code="")
    assert failed(world, outcome(1, "2031-04-03"), delivered) == ()
    assert len(failed(world, outcome(1, "2031-04-03"), replace(delivered, position=120))) == 1


def test_reasons_of_the_agencies_own_are_no_denial(world: World) -> None:
    assert failed(world, outcome(1, "2031-04-03", reason_code="truck_shortage")) == ()


def test_only_what_happened_in_the_period_counts(world: World) -> None:
    assert failed(world, outcome(1, "2031-03-31T23:59:59+03:00")) == ()
    assert len(failed(world, outcome(1, "2031-04-01"))) == 1
    assert failed(world, outcome(1, "2031-05-01")) == ()


def test_what_was_withdrawn_does_not_count_from_then_on(world: World) -> None:
    withdrawn = Evidence(position=2, learned_at=0, valid=Window(0, FOREVER), fact=Retraction(position=1), source="desk")
    assert failed(world, outcome(1, "2031-04-03"), withdrawn) == ()
    assert len(failed(world, outcome(1, "2031-04-03"), withdrawn, known=1)) == 1


def test_figures_are_kept_by_source_and_once(world: World) -> None:
    one, two = Figure(what="people", count=30_000, source="a"), Figure(what="people", count=26_000, source="b")
    (found,) = failed(
        world,
        outcome(1, "2031-04-03", people_requested=(one,)),
        outcome(2, "2031-04-04", people_requested=(one, two)),
    )
    assert found.people_requested == (one, two)


def test_the_day_of_the_report_is_that_of_the_last_thing_learned(world: World) -> None:
    late = parse_instant("2031-06-01", ZONE)
    (found,) = failed(world, replace(outcome(1, "2031-04-03"), learned_at=late), outcome(2, "2031-04-04"))
    assert found.reported_at == late


def test_an_authored_sub_district_wins_over_that_of_the_place(world: World) -> None:
    (plain,) = failed(world, outcome(1, "2031-04-03"))
    (authored,) = failed(world, outcome(1, "2031-04-03", sub_district="Varn", governorate="XR02"))
    assert (plain.sub_district, plain.governorate_code) == ("Kessa", "XR01")
    assert (authored.sub_district, authored.governorate, authored.governorate_code) == ("Varn", "Jade", "XR02")


def test_denials_come_by_date(world: World) -> None:
    found = failed(
        world, outcome(1, "2031-04-09"), outcome(2, "2031-04-03", movement="varn-01", site="varn"),
    )  # fmt: skip
    assert [d.movement.id for d in found] == ["varn-01", "kessa-01"]


@pytest.mark.parametrize(
    ("what", "result", "amrf", "severity"),
    [("delayed", "impeded", 3, 1), ("interrupted", "impeded", 4, 1), ("held", "impeded", 3, 2),
     ("turned_back", "denied", 3, 2), ("attacked", "impeded", 5, 3), ("delayed", "impeded", 5, 3),
     ("looted", "impeded", 6, 3)],
)  # fmt: skip
def test_severity_follows_from_what_happened(world: World, what: str, result: str, amrf: int, severity: int) -> None:
    (case,) = failed(world, outcome(1, "2031-04-10", result, what=what, amrf=amrf))

    assert case.severity == severity


def test_a_case_is_resolved_once_the_same_movement_was_let_through(world: World) -> None:
    stopped, came = outcome(1, "2031-04-29"), outcome(2, "2031-05-03", "facilitated", what="delivered")

    (case,) = failed(world, stopped, came)
    (other,) = failed(
        world, stopped, outcome(2, "2031-05-03", "facilitated", what="delivered", movement="varn-01", site="varn")
    )

    assert case.resolved_at == came.learned_at
    assert other.resolved_at is None
