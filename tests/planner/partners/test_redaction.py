"""A tier reads of a failed movement what its serialiser holds: embargo, consent, codes alone, no small number."""

import csv
import io
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.domain.denials import AMRF, Denial
from planner.partners.denial_reports import report_register
from planner.partners.redaction import EMBARGO_S, Frame, Redacted, columns_of, redact
from planner.partners.report import TIERS, Tier
from planner.partners.small_cells import SMALL_CELL, hide_small, merge_small
from planner.partners.writers import write
from routing.evidence import Figure
from routing.units import DAY, Instant, parse_instant
from tests.planner.partners.denials import (
    GAZETTEER,
    LATE,
    PRIVATE,
    SEPTEMBER,
    ZONE,
    denial,
    denials,
    heading,
    instants,
    report,
)

several = st.lists(denials(), max_size=6).map(tuple)
clocks = instants.map(lambda at: at + 10 * DAY)


def redacted_for(found: tuple[Denial, ...], tier: Tier | str, now: Instant = LATE) -> Redacted:
    frame = Frame(gazetteer=GAZETTEER, zone=ZONE, now=now)
    return redact(found, tier, SEPTEMBER, frame)  # type: ignore[arg-type] # one of the tiers


@settings(max_examples=30)
@given(several, st.sampled_from(("T0", "T1", "T2", "T3")), clocks)
def test_every_movement_is_told_or_counted_as_withheld(found: tuple[Denial, ...], tier: str, now: Instant) -> None:
    redacted = redacted_for(found, tier, now)
    told = sum(row[3] for row in redacted.rows if isinstance(row[3], int)) if tier == "T0" else len(redacted.rows)
    assert told + sum(redacted.withheld.values()) == len(found)


@settings(max_examples=30)
@given(several, clocks)
def test_a_higher_tier_reads_all_that_a_lower_one_does(found: tuple[Denial, ...], now: Instant) -> None:
    rows = [redacted_for(found, tier, now) for tier in ("T1", "T2", "T3")]
    for lower, higher in pairwise(rows):
        names = [column.name for column in lower.columns]
        assert [column.name for column in higher.columns][: len(names)] == names
        assert {row[: len(names)] for row in higher.rows} >= set(lower.rows)


@pytest.mark.parametrize(("tier", "days"), [("T0", 7), ("T1", 3), ("T2", 3), ("T3", 0)])
def test_a_movement_is_under_embargo_to_the_second(tier: str, days: int) -> None:
    failed = denial()
    ends = failed.last_failed + days * DAY
    assert EMBARGO_S[tier] == days * DAY  # type: ignore[index] # one of the tiers
    early = redacted_for((failed,) * 3, tier, max(ends - 1, failed.reported_at))
    if days:
        assert (early.rows, early.withheld) == ((), {"embargo": 3})
    assert redacted_for((failed,) * 3, tier, max(ends, failed.reported_at)).withheld == {}


def test_what_has_not_happened_yet_is_withheld_even_from_operations() -> None:
    now = parse_instant("2016-09-19T12:00+03:00", ZONE)
    assert redacted_for((denial(),), "T3", now).withheld == {"not yet happened": 1}


def test_a_request_dated_in_the_future_is_left_blank() -> None:
    made = report((denial(requested_on=LATE + DAY),))
    assert json.loads(write(made, "json"))["rows"][0]["requested_on"] is None


def test_small_governorates_are_merged_at_t0() -> None:
    found = (
        *(denial(governorate_code="SY02") for _ in range(3)), *(denial(governorate_code="SY04") for _ in range(2)),
        denial(governorate_code="SY07"),
    )  # fmt: skip
    rows = redacted_for(found, "T0").rows
    assert rows == (("2016-09", "Aleppo", "حلب", 3), ("2016-09", "other governorates", "محافظات أخرى", 3))


def test_a_small_rest_takes_a_published_cell_with_it_so_that_nothing_follows_by_subtraction() -> None:
    found = (
        *(denial(governorate_code="SY02") for _ in range(5)), *(denial(governorate_code="SY04") for _ in range(3)),
        denial(governorate_code="SY07"),
    )  # fmt: skip
    assert [(row[1], row[3]) for row in redacted_for(found, "T0").rows] == [("Aleppo", 5), ("other governorates", 4)]


@given(st.dictionaries(st.sampled_from(("SY02", "SY04", "SY05", "SY07", "")), st.integers(1, 9)))
def test_no_published_number_is_small_and_none_is_lost(counts: dict[str, int]) -> None:
    merged = merge_small(counts)
    assert all(n >= SMALL_CELL for _name, n in merged.cells)
    assert sum(n for _name, n in merged.cells) + merged.left_out == sum(counts.values())
    rest = dict(merged.cells).get("")
    named = {name for name, _n in merged.cells}
    inside = [name for name in counts if name not in named or not name]
    if rest is not None and any(counts[name] < SMALL_CELL for name in inside):
        assert len(inside) > 1  # a rest of one alone would be that one


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 9), min_size=1))
def test_no_hidden_part_of_a_whole_follows_from_the_others(parts: dict[str, int]) -> None:
    shown = hide_small(parts)
    hidden = [name for name, n in shown.items() if n is None]
    assert all(n is None or n == 0 or n >= SMALL_CELL for n in shown.values())
    others_left = [name for name, n in shown.items() if n]
    assert not hidden or len(hidden) > 1 or not others_left
    assert not hidden or sum(parts[name] for name in hidden) >= SMALL_CELL or not others_left


def test_a_single_failure_tells_no_place_at_t0() -> None:
    redacted = redacted_for((denial(),), "T0")
    assert (redacted.rows, redacted.withheld) == ((), {"small numbers": 1})
    for found in ((), (denial(),), (denial(), denial())):
        # Neither a place nor how many: nobody can tell one from none.
        assert json.loads(write(report(found, "T0"), "json")) == json.loads(write(report((), "T0"), "json"))
        assert write(report(found, "T0"), "pdf") == write(report((), "T0"), "pdf")


@pytest.mark.parametrize(
    ("sensitivity", "tiers"),
    [(None, {"T3"}), ("severe", {"T3"}), ("high", {"T2", "T3"}), ("moderate", {"T1", "T2", "T3"}),
     ("low", {"T0", "T1", "T2", "T3"})],
)  # fmt: skip
def test_without_consent_nothing_leaves_and_the_class_says_how_far_it_goes(
    sensitivity: str | None, tiers: set[str]
) -> None:
    found = (denial(sensitivity=sensitivity),) * 3
    assert {tier for tier in TIERS if redacted_for(found, tier).rows} == tiers
    withheld = {tier for tier in TIERS if redacted_for(found, tier).withheld == {"no consent": 3}}
    assert withheld == set(TIERS) - tiers


def test_what_is_held_is_not_completed_until_long_after_the_last_word() -> None:
    held = denial(what="held", result="impeded", last_failed=parse_instant("2016-09-12T00:00+03:00", ZONE))
    last = held.reported_at
    assert redacted_for((held,), "T1", last + 14 * DAY - 1).withheld == {"not completed": 1}
    assert redacted_for((held,), "T1", last + 14 * DAY).rows


@settings(max_examples=10)
@given(several)
def test_a_stated_reason_is_never_told_below_operations(found: tuple[Denial, ...]) -> None:
    for tier in ("T1", "T2"):
        assert "stated_reason" not in [column.name for column in redacted_for(found, tier).columns]
    names = [column.name for column in columns_of("T2")]
    assert redacted_for((denial(),), "T2").rows[0][names.index("reason_stated")] is True


def test_figures_that_differ_are_told_as_lowest_and_highest_without_their_sources() -> None:
    row = json.loads(write(report((denial(),)), "json"))["rows"][0]
    assert (row["people_targeted_least"], row["people_targeted_most"]) == (78_000, 185_000)


@pytest.mark.parametrize(
    ("what", "result", "reached"),
    [("held", "impeded", 0), ("turned_back", "denied", 0), ("attacked", "impeded", None), ("attacked", "denied", 0)],
)
def test_nobody_reached_is_said_only_where_the_trucks_never_came(what: str, result: str, reached: int | None) -> None:
    row = json.loads(write(report((denial(what=what, result=result),)), "json"))["rows"][0]
    assert (row["people_reached_least"], row["people_reached_most"]) == (reached, reached)


def test_people_reached_in_part_are_told() -> None:
    part = (Figure(what="people", count=900, source="a"), Figure(what="people", count=1_000, source="b"))
    row = json.loads(write(report((denial(what="held", people_reached=part),)), "json"))["rows"][0]
    assert (row["people_reached_least"], row["people_reached_most"]) == (900, 1_000)


def test_operations_read_every_figure_with_its_source() -> None:
    (row,) = csv.DictReader(io.StringIO(write(report((denial(),), "T3"), "csv").decode("utf-8-sig").split("\r\n", 2)[0]
        + "\r\n" + write(report((denial(),), "T3"), "csv").decode("utf-8-sig").split("\r\n", 2)[2]))  # fmt: skip
    assert row["people_targeted_by_source"] == f"people 78000 ({PRIVATE} a); people 185000 ({PRIVATE} b)"
    assert row["occurred_at"] == "2016-09-19T16:10:00+03:00"


def test_no_tier_has_a_column_twice_and_each_has_a_hashtag() -> None:
    for columns in map(columns_of, TIERS):
        names = [column.name for column in columns]
        tags = [column.hxl for column in columns]
        assert len(set(names)) == len(names)
        assert len(set(tags)) == len(tags)
        assert all(re.fullmatch(r"#[a-z0-9]+(\+[a-z][a-z0-9_]*)*", tag) for tag in tags)


def test_a_code_that_is_no_code_is_told_as_other() -> None:
    row = json.loads(
        write(report((denial(reason_code="Colonel X", what="shot at", sectors=("food", "Colonel X")),)), "json")
    )
    told = row["rows"][0]
    assert (told["reason_code"], told["event"], told["sectors"]) == ("other", "other", "food, other")
    assert told["amrf_category"] == AMRF[3]


@pytest.mark.parametrize("tier", ["T1", "T2", "T3"])
def test_what_was_let_through_after_all_is_told_no_sooner_than_a_delivery(tier: Tier) -> None:
    def status(resolved_at: Instant) -> object:
        case = denial(resolved_at=resolved_at, follow_up=True)
        return json.loads(write(report((case,), tier), "json"))["rows"][0]["status"]

    assert (status(LATE - 3 * DAY), status(LATE - 3 * DAY + 1)) == ("resolved", "open")


def test_the_register_prints_severity_and_status() -> None:
    made = report_register(heading(), (denial(follow_up=False),), "T1", SEPTEMBER)
    shown = {column.name for column in made.tables[0].columns if column.on_paper("en")}
    row = dict(zip((column.name for column in made.tables[0].columns), made.tables[0].rows[0], strict=True))

    assert {"severity", "status"} <= shown
    assert (row["severity"], row["status"]) == (2, "no_follow_up")
    assert "Severity is derived" in made.notes[-1].en
