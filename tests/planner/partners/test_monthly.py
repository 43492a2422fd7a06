"""The monthly table says the sentence of the reports, with its denominator, and hides what would name somebody."""

import pytest

from planner.partners.monthly import INDICATORS, Figure, Month, report_month
from planner.partners.report import Report, Tier
from planner.partners.small_cells import SMALL_CELL
from tests.planner.partners.denials import heading


def month(**changes: Figure) -> Month:
    """Return October 2016 as the reports give it: 7 convoys, 285,500 people of 962,000 requested."""
    figures = {code: Figure(value=0, of=33, of_what="requests") for code in INDICATORS["T1"]} | {
        "people_requested": Figure(value=962_000, of=33, of_what="requests_stated", is_part=False, counted=33),
        "people_reached": Figure(value=285_500, of=962_000, of_what="people_requested", counted=7),
        "convoys_delivered": Figure(value=7, of=8, of_what="convoys_dispatched", is_part=False),
        "approved_in_full": Figure(value=20, of=33, of_what="requests"),
        "denied": Figure(value=1, of=33, of_what="requests"),
    }
    convoys = int((figures | changes)["convoys_delivered"].value or 0)
    return Month(plan="2016-10", convoys=convoys, figures=figures | changes, reasons=(), besieged=())


def told(tier: Tier = "T1", **changes: Figure) -> Report:
    return report_month(heading(), month(**changes), (), tier)


def test_the_sentence_names_convoys_people_reached_and_people_requested() -> None:
    sentence = told().sentence
    assert sentence is not None
    expected = "7 inter-agency convoys delivered to 285,500 people of 962,000 requested (29.6 %)"
    assert sentence.en == expected
    islands = sentence.ar.replace("\u2066", "").replace("\u2069", "")
    assert islands == "سلّمت 7 قوافل مشتركة المساعدة إلى 285,500 شخص من أصل 962,000 مطلوبين (29.6 %)"


@pytest.mark.parametrize(("count", "arabic"), [(1, "قافلة مشتركة واحدة"), (2, "قافلتان"), (12, "قافلة مشتركة")])
def test_a_count_takes_its_form(count: int, arabic: str) -> None:
    sentence = told(convoys_delivered=Figure(value=count)).sentence
    assert sentence is not None
    assert arabic in sentence.ar
    assert sentence.en.startswith(f"{count} inter-agency convoy{'s' if count > 1 else ''} delivered")


def test_without_every_request_stating_people_no_share_is_made_up() -> None:
    sentence = told(people_reached=Figure(value=285_500, of=None)).sentence
    assert sentence is not None
    assert "not stated for every location" in sentence.en
    assert "%" not in sentence.en


def test_the_public_reads_no_small_number_and_no_sum_of_few() -> None:
    report = told("T0", people_requested=Figure(value=5_000, of=1, is_part=False, counted=1))
    values = {row[0]: row[1] for row in report.tables[0].rows}
    assert "people_requested" not in values
    assert "denied" not in values
    assert all(value == 0 or value >= SMALL_CELL for value in values.values() if isinstance(value, int))
    assert report.sentence is not None
    assert "962,000" not in report.sentence.en


def test_two_convoys_are_too_few_for_a_public_sentence() -> None:
    assert told("T0", convoys_delivered=Figure(value=2)).sentence is None
