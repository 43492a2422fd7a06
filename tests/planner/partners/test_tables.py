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
from planner.partners.denial_reports import report_denials
from planner.partners.report import TIERS, Mark, Tier, marked
from planner.partners.writers import Format, write
from planner.services.report_sources import heading_of
from routing.units import DAY, parse_instant
from tests.planner.partners.denials import LATE, PRIVATE, denial, report

FAR = tuple(
    denial(event_id=f"syria-{n:05d}", governorate_code=place, sub_district=sub)
    for n, (place, sub) in enumerate((("SY02", "Atareb"), ("SY04", "Talbiseh"), ("SY02", "Atareb"), ("SY05", "Hama")))
)


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


@pytest.mark.parametrize("tier", TIERS)
def test_the_table_is_valid_hxl(tier: Tier) -> None:
    data = hxl.data(lines(write(report(FAR * 3, tier), "csv")))
    assert "#adm1+name+i_en" in [column.display_tag for column in data.columns]
    told = hxl.validate(data)
    assert (told["is_valid"], told["issues"]) == (True, [])


def test_a_spreadsheet_sees_the_byte_order_mark_and_windows_lines() -> None:
    content = write(report(FAR), "csv")
    assert content.startswith(b"\xef\xbb\xbfevent_id,")
    assert content.count(b"\r\n") == 2 + len(FAR)
    assert "حلب" in content.decode("utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_run_as_a_formula_is_quoted(start: str) -> None:
    evil = denial(stated_reason=f'{start}cmd|"/c calc"!A1')
    rows = lines(write(report((evil,), "T3"), "csv"))
    cell = rows[2][rows[0].index("stated_reason")]
    assert cell == f'\'{start}cmd|"/c calc"!A1'


def test_a_negative_number_is_no_formula() -> None:
    rows = lines(write(report((denial(trucks=-1),)), "csv"))
    assert rows[2][rows[0].index("trucks")] == "-1"


def test_what_is_not_stated_is_blank_in_a_table_null_in_json_and_said_on_the_page() -> None:
    unknown = (denial(trucks=None, people_requested=(), truck_days_lost=None),)
    rows = lines(write(report(unknown), "csv"))
    assert rows[2][rows[0].index("trucks")] == ""
    assert json.loads(write(report(unknown), "json"))["rows"][0]["trucks"] is None
    assert "not stated" in text_of(write(report(unknown), "pdf"))


def test_the_json_says_what_is_withheld_and_why() -> None:
    now = denial().reported_at
    told = json.loads(write(report(FAR, now=now), "json"))
    assert told["rows"] == []
    assert told["withheld"] == {"rows": 4, "because": {"embargo": 4}}
    assert told["generated_at"] == "2016-09-19T17:10:00+03:00"


def test_the_page_groups_thousands_and_counts_by_category() -> None:
    text = text_of(write(report((*FAR, denial(event_id="syria-00099", reason_code="attack", amrf=5))), "pdf"))
    assert "31 78,000 185,000 0 0" in text
    assert "390,000 \N{EN DASH} 925,000" in text
    assert "3 Movement within the country 4" in text
    assert "5 Violence against staff, goods 1" in text
    assert "5 movements failed" in text


def test_the_page_of_totals_names_governorates_and_numbers() -> None:
    text = text_of(write(report(FAR * 3, "T0"), "pdf"))
    assert "Aleppo 6" in text
    assert "Homs 3" in text


def test_a_page_without_rows_says_so() -> None:
    for tier in TIERS:
        assert "Nothing may be told to this audience" in text_of(write(report((), tier), "pdf"))


def test_the_page_names_no_author_and_no_time_of_making() -> None:
    reader = pypdf.PdfReader(io.BytesIO(write(report(FAR), "pdf")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Access denials 2016-09"
    assert not reader.metadata.author
    assert reader.metadata.creation_date is None
    assert set(reader.metadata) <= {"/Title", "/Producer", "/Creator"}
    marks = reader.root_object["/MarkInfo"]
    assert isinstance(marks, DictionaryObject)
    assert str(marks["/Marked"]) == "True"  # tagged, for screen readers
    assert str(reader.root_object["/Lang"]) == "en"


@pytest.mark.parametrize("kind", ["csv", "json", "pdf", "xlsx", "geojson", "kml"])
def test_the_same_report_has_the_same_bytes(kind: Format) -> None:
    assert write(report(FAR), kind) == write(report(FAR), kind)


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
    made = report_denials(heading_of(world, at), found, "T1", span)
    assert len(made.tables[0].rows) == failed
    text = text_of(write(made, "pdf"))
    assert crisis.disclaimer in text
    private = (
        {d.movement.name for d in found} | {d.stated_reason for d in found} | {s for d in found for s in d.sources}
    )
    assert not [word for word in private if word and word in text]


def test_the_row_of_tags_can_be_switched_off() -> None:
    rows = lines(write(report(FAR), "csv", hxl=False))
    assert (rows[0][0], rows[1][0]) == ("event_id", "syria-00000")


def test_a_restricted_copy_tells_its_reader_and_its_end_in_every_row() -> None:
    made = marked(report(FAR, "T3"), Mark(reader="un-access", expires_at=LATE + 7 * DAY))
    (head, tags, *rows) = lines(write(made, "csv"))
    assert (head[-2:], tags[-2:]) == (["for_reader", "expires_on"], ["#meta+reader", "#meta+expires"])
    assert {tuple(row[-2:]) for row in rows} == {("un-access", "2016-10-27T10:00:00+03:00")}
    assert "T3 · for un-access · expires 2016-10-27 10:00" in text_of(write(made, "pdf"))


def test_marked_words_stay_inside() -> None:
    assert denial().last_failed < LATE
    assert PRIVATE not in text_of(write(report(FAR), "pdf"))
