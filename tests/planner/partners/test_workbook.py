"""A workbook opens with typed cells, from right to left in Arabic, and runs nothing that somebody typed."""

import io
from datetime import datetime

import openpyxl
import pytest

from planner.partners.words import Language
from planner.partners.writers import write
from tests.planner.partners.denials import denial, report


def opened(language: Language, *, hxl: bool = True) -> openpyxl.Workbook:
    evil = denial(stated_reason='=cmd|"/c calc"!A1')
    return openpyxl.load_workbook(io.BytesIO(write(report((evil,), "T3"), "xlsx", language, hxl=hxl)))


@pytest.mark.parametrize(("language", "rtl"), [("en", False), ("ar", True)])
def test_every_sheet_reads_as_its_language_does(language: Language, rtl: bool) -> None:  # noqa: FBT001 - the expectation
    book = opened(language)
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in book] == [rtl] * len(book.worksheets)


def test_numbers_days_and_answers_have_their_types() -> None:
    heads, _tags, row = opened("en").worksheets[1].iter_rows(min_row=1, max_row=3)
    cells = {head.value: cell for head, cell in zip(heads, row, strict=True)}
    assert (cells["Trucks"].value, cells["Trucks"].number_format) == (31, "#,##0")
    assert (cells["Date"].value, cells["Date"].number_format) == (datetime(2016, 9, 19), "yyyy-mm-dd")  # noqa: DTZ001
    assert cells["Follow-up wanted"].value is True
    assert cells["What happened"].value == "Turned back"


def test_what_would_run_as_a_formula_is_a_text() -> None:
    sheet = opened("en").worksheets[1]
    evil = [cell for row in sheet.iter_rows() for cell in row if "cmd|" in str(cell.value)]
    assert [(cell.data_type, str(cell.value)[:2]) for cell in evil] == [("s", "'=")]
    assert not [cell for one in opened("en") for row in one.iter_rows() for cell in row if cell.data_type == "f"]


def test_codes_in_an_arabic_sheet_are_read_from_left_to_right() -> None:
    sheet = opened("ar").worksheets[1]
    event = next(c for row in sheet.iter_rows(min_row=3) for c in row if str(c.value).startswith("syria-"))
    assert event.alignment.readingOrder == 1


def test_the_row_of_tags_can_be_switched_off() -> None:
    assert str(opened("en").worksheets[1].cell(2, 1).value).startswith("#")
    assert opened("en", hxl=False).worksheets[1].cell(2, 1).value == "syria-00042"


def test_a_long_line_of_the_summary_stands_in_a_row_as_high_as_it_needs() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(report((denial(),)), "xlsx", "ar")))
    sheet = book.worksheets[0]

    long = [row for row in range(1, sheet.max_row + 1) if len(str(sheet.cell(row, 1).value or "")) > 58]
    assert long
    assert all((sheet.row_dimensions[row].height or 0) >= 2 * 16 for row in long)
