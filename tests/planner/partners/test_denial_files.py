"""Reports open in other people's programs: HXL readers, spreadsheets, PDF viewers."""

import csv
import io
import json

import hxl
import pypdf
import pytest
from pypdf.generic import DictionaryObject

from planner.domain.denials import list_denials, parse_period
from planner.intake.seed import find_seed, read_seed
from planner.partners.denial_files import DenialReport, render
from planner.partners.redaction import Tier, redact
from routing.units import parse_instant
from tests.planner.partners.denials import LATE, PRIVATE, denial, report

TIERS: tuple[Tier, ...] = ("T0", "T1", "T2", "T3")
FAR = tuple(
    denial(event_id=f"syria-{n:05d}", governorate=place) for n, place in enumerate(("Aleppo", "Homs", "Aleppo", "Hama"))
)


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


@pytest.mark.parametrize("tier", TIERS)
def test_the_table_is_valid_hxl(tier: Tier) -> None:
    data = hxl.data(lines(render(report(FAR * 3, tier), "csv")))
    assert "#adm1+name+i_en" in [column.display_tag for column in data.columns]
    told = hxl.validate(data)
    assert (told["is_valid"], told["issues"]) == (True, [])


def test_a_spreadsheet_sees_the_byte_order_mark_and_windows_lines() -> None:
    content = render(report(FAR), "csv")
    assert content.startswith(b"\xef\xbb\xbfevent_id,")
    assert content.count(b"\r\n") == 2 + len(FAR)
    assert "حلب" in content.decode("utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_run_as_a_formula_is_quoted(start: str) -> None:
    evil = denial(stated_reason=f'{start}cmd|"/c calc"!A1')
    rows = lines(render(report((evil,), "T2"), "csv"))
    cell = rows[2][rows[0].index("stated_reason")]
    assert cell == f'\'{start}cmd|"/c calc"!A1'


def test_a_negative_number_is_no_formula() -> None:
    rows = lines(render(report((denial(trucks=-1),)), "csv"))
    assert rows[2][rows[0].index("trucks")] == "-1"


def test_what_is_not_stated_is_blank_in_a_table_null_in_json_and_said_on_the_page() -> None:
    unknown = (denial(trucks=None, people_requested=(), truck_days_lost=None),)
    rows = lines(render(report(unknown), "csv"))
    assert rows[2][rows[0].index("trucks")] == ""
    assert json.loads(render(report(unknown), "json"))["rows"][0]["trucks"] is None
    assert "not stated" in text_of(render(report(unknown), "pdf"))


def test_the_json_says_what_is_withheld_and_why() -> None:
    now = denial().reported_at
    told = json.loads(render(report(FAR, now=now), "json"))
    assert told["rows"] == []
    assert told["withheld"] == {"rows": 4, "because": {"embargo": 4}}
    assert told["generated_at"] == "2016-09-19T17:10:00+03:00"


def test_the_page_groups_thousands_and_counts_by_category() -> None:
    text = text_of(render(report((*FAR, denial(reason_code="attack", amrf=5))), "pdf"))
    assert "78,000 \N{EN DASH} 185,000" in text
    assert "390,000 \N{EN DASH} 925,000" in text
    assert "3 Restriction of movement within the country 4" in text
    assert "5 Violence against personnel, facilities and assets 1" in text
    assert "5 movements failed" in text


def test_the_page_of_totals_names_governorates_and_numbers() -> None:
    text = text_of(render(report(FAR * 3, "T0"), "pdf"))
    assert "Aleppo 6" in text
    assert "Homs 3" in text


def test_a_page_without_rows_says_so() -> None:
    for tier in TIERS:
        assert "No failed movement may be reported" in text_of(render(report((), tier), "pdf"))


def test_the_page_names_no_author_and_no_time_of_making() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render(report(FAR), "pdf")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Access denials 2016-09"
    assert not reader.metadata.author
    assert reader.metadata.creation_date is None
    assert set(reader.metadata) <= {"/Title", "/Producer", "/Creator"}
    marks = reader.root_object["/MarkInfo"]
    assert isinstance(marks, DictionaryObject)
    assert str(marks["/Marked"]) == "True"  # tagged, for screen readers
    assert str(reader.root_object["/Lang"]) == "en"


@pytest.mark.parametrize("kind", ["csv", "json", "pdf"])
def test_the_same_report_has_the_same_bytes(kind: str) -> None:
    assert render(report(FAR), kind) == render(report(FAR), kind)  # type: ignore[arg-type] # one of the formats


@pytest.mark.parametrize(
    ("name", "period", "now", "failed"),
    [
        ("two-rivers", "2031-04", "2031-05-20T10:00+03:00", 2),
        ("syria-2016-09", "2016-09", "2016-10-20T10:00+03:00", 2),
    ],
)
def test_the_seeds_months_can_be_reported(name: str, period: str, now: str, failed: int) -> None:
    world = read_seed(find_seed(name))
    crisis = world.catalogue.crisis
    span, at = parse_period(period, crisis.tz), parse_instant(now, crisis.tz)
    found = list_denials(world, span, world.head)
    made = DenialReport(
        crisis=crisis.name, period=span, generated_at=at, zone=crisis.tz, disclaimer=crisis.disclaimer,
        redacted=redact(found, "T1", span, at, crisis.tz),
    )  # fmt: skip
    assert len(made.redacted.rows) == failed
    text = text_of(render(made, "pdf"))
    assert crisis.disclaimer in text
    private = (
        {d.movement.name for d in found} | {d.stated_reason for d in found} | {s for d in found for s in d.sources}
    )
    assert not [word for word in private if word and word in text]


def test_marked_words_stay_inside() -> None:
    assert denial().last_failed < LATE
    assert PRIVATE not in text_of(render(report(FAR), "pdf"))
