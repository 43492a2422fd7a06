"""Nobody reads more of a failed movement than their tier allows, in whatever format."""

import csv
import io
import json
import re
from datetime import date, datetime
from itertools import pairwise

import pypdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from planner.domain.denials import AMRF, Denial
from planner.partners.denial_files import render
from planner.partners.redaction import ALLOWED, EMBARGO_S, redact
from routing.evidence import Figure
from routing.units import DAY, Instant, parse_instant
from tests.planner.partners.denials import LATE, PRIVATE, SEPTEMBER, ZONE, denial, denials, instants, report

several = st.lists(denials(), max_size=6).map(tuple)
clocks = instants.map(lambda at: at + 10 * DAY)

HOUR = re.compile(r"\d{1,2}:\d{2}")
DECIMAL = re.compile(r"\d\.\d")
DAY_OF = re.compile(r"\d{4}-\d{2}-\d{2}")


def words_of_pdf(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    # The producer's version number is the one thing of the file itself that is written there.
    told = [str(value) for key, value in (reader.metadata or {}).items() if key not in {"/Producer", "/Creator"}]
    return " ".join([*told, *(page.extract_text() for page in reader.pages)])


def words_of_json(content: bytes) -> str:
    told = json.loads(content)
    del told["generated_at"]  # the hour at which the report was made is nobody's hour on the road
    return json.dumps(told, ensure_ascii=False)


def leaks(text: str, now: Instant) -> list[str]:
    today = datetime.fromtimestamp(now, ZONE).date()
    found = [PRIVATE] if PRIVATE in text.lower() else []
    found += HOUR.findall(text) + DECIMAL.findall(text)
    return found + [day for day in DAY_OF.findall(text) if date.fromisoformat(day) > today]


@settings(max_examples=30)
@given(several, clocks)
def test_t1_tables_hold_days_and_codes_only(found: tuple[Denial, ...], now: Instant) -> None:
    made = report(found, now=now)
    assert leaks(render(made, "csv").decode("utf-8-sig"), now) == []
    assert leaks(words_of_json(render(made, "json")), now) == []


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])  # pages take long to set and to shrink
@given(several, clocks)
def test_t1_pages_hold_days_and_codes_only(found: tuple[Denial, ...], now: Instant) -> None:
    assert leaks(words_of_pdf(render(report(found, now=now), "pdf")), now) == []


def test_the_check_for_leaks_sees_what_t3_tells() -> None:
    text = render(report((denial(),), "T3"), "csv").decode("utf-8-sig")
    assert {PRIVATE, "16:10"} <= set(leaks(text, LATE))


@settings(max_examples=30)
@given(several, st.sampled_from(("T0", "T1", "T2", "T3")), clocks)
def test_every_movement_is_told_or_counted_as_withheld(found: tuple[Denial, ...], tier: str, now: Instant) -> None:
    redacted = redact(found, tier, SEPTEMBER, now, ZONE)  # type: ignore[arg-type] # drawn from the tiers
    told = sum(row[2] for row in redacted.rows if isinstance(row[2], int)) if tier == "T0" else len(redacted.rows)
    assert told + sum(redacted.withheld.values()) == len(found)


@settings(max_examples=30)
@given(several, clocks)
def test_a_higher_tier_reads_all_that_a_lower_one_does(found: tuple[Denial, ...], now: Instant) -> None:
    rows = [redact(found, tier, SEPTEMBER, now, ZONE) for tier in ("T1", "T2", "T3")]
    for lower, higher in pairwise(rows):
        names = [column.name for column in lower.columns]
        assert [column.name for column in higher.columns][: len(names)] == names
        assert {row[: len(names)] for row in higher.rows} >= set(lower.rows)


@pytest.mark.parametrize(("tier", "days"), [("T0", 7), ("T1", 3), ("T2", 3), ("T3", 0)])
def test_a_movement_is_under_embargo_to_the_second(tier: str, days: int) -> None:
    failed = denial()
    ends = failed.last_failed + days * DAY
    assert EMBARGO_S[tier] == days * DAY  # type: ignore[index] # one of the tiers
    early = redact((failed,) * 3, tier, SEPTEMBER, max(ends - 1, failed.reported_at), ZONE)  # type: ignore[arg-type] # a tier
    if days:
        assert (early.rows, early.withheld) == ((), {"embargo": 3})
    assert redact((failed,) * 3, tier, SEPTEMBER, max(ends, failed.reported_at), ZONE).withheld == {}  # type: ignore[arg-type] # a tier


def test_what_has_not_happened_yet_is_withheld_even_from_operations() -> None:
    now = parse_instant("2016-09-19T12:00+03:00", ZONE)
    assert redact((denial(),), "T3", SEPTEMBER, now, ZONE).withheld == {"not yet happened": 1}


def test_a_request_dated_in_the_future_is_left_blank() -> None:
    made = report((denial(requested_on=LATE + DAY),))
    assert json.loads(render(made, "json"))["rows"][0]["requested_on"] is None


def test_small_governorates_are_merged_at_t0() -> None:
    found = (
        *(denial(governorate="Aleppo") for _ in range(3)), *(denial(governorate="Homs") for _ in range(2)),
        denial(governorate="Idleb"),
    )  # fmt: skip
    redacted = redact(found, "T0", SEPTEMBER, LATE, ZONE)
    assert redacted.rows == (("2016-09", "Aleppo", 3), ("2016-09", "other governorates", 3))


def test_a_single_failure_tells_no_place_at_t0() -> None:
    redacted = redact((denial(),), "T0", SEPTEMBER, LATE, ZONE)
    assert (redacted.rows, redacted.withheld) == ((), {"small numbers": 1})
    assert "Aleppo" not in words_of_pdf(render(report((denial(),), "T0"), "pdf"))


def test_figures_that_differ_are_told_as_lowest_and_highest_without_their_sources() -> None:
    row = json.loads(render(report((denial(),)), "json"))["rows"][0]
    assert (row["people_targeted_least"], row["people_targeted_most"]) == (78_000, 185_000)


@pytest.mark.parametrize(
    ("what", "result", "reached"),
    [("held", "impeded", 0), ("turned_back", "denied", 0), ("attacked", "impeded", None), ("attacked", "denied", 0)],
)
def test_nobody_reached_is_said_only_where_the_trucks_never_came(what: str, result: str, reached: int | None) -> None:
    row = json.loads(render(report((denial(what=what, result=result),)), "json"))["rows"][0]
    assert (row["people_reached_least"], row["people_reached_most"]) == (reached, reached)


def test_people_reached_in_part_are_told() -> None:
    part = (Figure(what="people", count=900, source="a"), Figure(what="people", count=1_000, source="b"))
    row = json.loads(render(report((denial(what="held", people_reached=part),)), "json"))["rows"][0]
    assert (row["people_reached_least"], row["people_reached_most"]) == (900, 1_000)


def test_operations_read_every_figure_with_its_source() -> None:
    (row,) = csv.DictReader(io.StringIO(render(report((denial(),), "T3"), "csv").decode("utf-8-sig").split("\r\n", 2)[0]
        + "\r\n" + render(report((denial(),), "T3"), "csv").decode("utf-8-sig").split("\r\n", 2)[2]))  # fmt: skip
    assert row["people_targeted_by_source"] == f"people 78000 ({PRIVATE} a); people 185000 ({PRIVATE} b)"
    assert row["occurred_at"] == "2016-09-19T16:10:00+03:00"


def test_no_tier_has_a_column_twice_and_each_has_a_hashtag() -> None:
    for columns in ALLOWED.values():
        names = [column.name for column in columns]
        tags = [column.hxl for column in columns]
        assert len(set(names)) == len(names)
        assert len(set(tags)) == len(tags)
        assert all(re.fullmatch(r"#[a-z0-9]+(\+[a-z][a-z0-9_]*)*", tag) for tag in tags)


def test_a_code_that_is_no_code_is_told_as_other() -> None:
    row = json.loads(
        render(report((denial(reason_code="Colonel X", what="shot at", sectors=("food", "Colonel X")),)), "json")
    )
    told = row["rows"][0]
    assert (told["reason_code"], told["event"], told["sectors"]) == ("other", "other", "food, other")
    assert told["amrf_category"] == AMRF[3]
