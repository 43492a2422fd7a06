"""Tables come as others make them: any header, encoding and sign between values; what is unclear is set aside."""

import datetime as dt
import io
import zipfile

import hxl
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.errors import BadInput
from planner.intake import sheet as sheets
from planner.intake import workbook as books
from planner.intake.hxl import fits
from planner.intake.sheet import Column, Sheet, read_sheet
from planner.intake.table import Row
from tests.planner.intake.files import workbook

KESSA = "كيسا"
ARABIC_FIVE = "\N{ARABIC-INDIC DIGIT FIVE}"
WANTED = {
    "site": Column(names=("site", "location"), tags=("#loc+code",), required=True),
    "units": Column(names=("units",), tags=("#inneed",), required=True),
    "day": Column(names=("needed from",), tags=("#date",), kind="date"),
}


def read(content: bytes, encoding: str = "") -> Sheet:
    return read_sheet("t.csv", content, WANTED, encoding)


def told(content: bytes, encoding: str = "") -> list[tuple[int, str, str]]:
    return [(row.number, row.values["site"], row.values["units"]) for row in read(content, encoding).rows]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_values_may_be_set_apart_by_commas_semicolons_or_tabs(mark: str) -> None:
    assert told(f"Site{mark}UNITS{mark}Needed_From\nkessa{mark}5{mark}\n".encode()) == [(2, "kessa", "5")]


def test_titles_may_stand_above_the_header_and_empty_lines_below() -> None:
    assert told(b"Needs,\n,\nsite,units\n\nkessa,5\n") == [(5, "kessa", "5")]


def test_a_row_of_tags_says_what_the_columns_are() -> None:
    assert told("الموقع,العدد\n#loc +code +v_ocha,#inneed\nkessa,5\n".encode()) == [(3, "kessa", "5")]
    assert told(b"#inneed,#loc+code\n5,kessa\n") == [(2, "kessa", "5")]
    assert told(b"units,site,x\n#meta,#loc+code,#inneed\n7,kessa,5\n") == [(3, "kessa", "5")]


@given(
    st.sampled_from(["#loc", "#date", "#inneed"]),
    st.lists(st.sampled_from(["code", "f", "m", "v_pcode"]), unique=True),
    st.lists(st.sampled_from(["code", "f", "m", "v_pcode"]), unique=True, max_size=2),
)
def test_tags_fit_as_the_standards_own_library_has_it(word: str, attributes: list[str], needed: list[str]) -> None:
    tag, pattern = "+".join([word, *attributes]), "+".join(["#loc", *needed])
    assert fits(tag, pattern) == hxl.TagPattern.parse(pattern).match(hxl.model.Column.parse(tag))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_known_by_its_mark(encoding: str) -> None:
    assert told(f"site,units\n{KESSA},5\n".encode(encoding)) == [(2, KESSA, "5")]


def test_another_encoding_must_be_named() -> None:
    content = f"site,units\n{KESSA},5\n".encode("cp1256")
    with pytest.raises(BadInput, match="is not UTF-8"):
        read(content)
    assert told(content, "cp1256") == [(2, KESSA, "5")]
    with pytest.raises(BadInput, match="Encoding 'latin-x' is unknown"):
        read(content, "latin-x")
    with pytest.raises(BadInput, match="is unknown"):
        read(content, "rot13")


def test_a_broken_row_is_set_aside_and_the_others_are_read() -> None:
    found = read(b'site,units\nkessa,5\nosk,1,000\n"tarn"x,7\nvarn,3\nulm\x00,4\n')
    assert [row.values["site"] for row in found.rows] == ["kessa", "varn"]
    assert [aside.row for aside in found.quarantined] == [3, 4, 6]


def test_a_quote_that_never_closes_names_the_rows_that_it_swallows() -> None:
    found = read(b'site,units\nkessa,5\n"osk,1\ntarn,7\n')
    assert [row.number for row in found.rows] == [2]
    assert found.quarantined[0].reason.endswith("Rows 3 to 4 were read as one.")


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput, match="columns 1 and 3 both say 'site'"):
        read(b"site,units,SITE\nkessa,5,osk\n")


def test_a_file_without_the_columns_says_which_are_needed() -> None:
    with pytest.raises(BadInput, match="no header with the columns site, units in its first 20 rows"):
        read(b"place,number\nkessa,5\n")


def test_a_workbook_reads_as_its_table_would() -> None:
    lines = (
        ["Needs of April"],
        ["Site", "Units", "Needed from"],
        ["kessa", 5, dt.date(2016, 9, 19)],
        ["osk", 1.5, 42632],
    )
    rows = read(workbook(*lines)).rows
    assert [(row.number, *row.values.values()) for row in rows] == [
        (3, "kessa", "5", "2016-09-19"),
        (4, "osk", "1.5", "2016-09-19"),
    ]
    assert rows[0].numbers == {"units"}


def test_merged_cells_set_their_rows_aside_but_not_a_merged_title() -> None:
    found = read(workbook(["Title", None], ["site", "units"], ["kessa", 5], [None, 6], ["osk", 7], merge="A3:A4"))
    assert [row.values["site"] for row in found.rows] == ["osk"]
    assert [aside.row for aside in found.quarantined] == [3, 4]
    assert "A3:A4 are merged" in found.quarantined[0].reason
    assert len(read(workbook(["Title", None], ["site", "units"], ["kessa", 5], merge="A1:B1")).rows) == 1


def test_two_sheets_with_such_a_table_are_refused() -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("Second")):
        sheet.append(["site", "units"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(BadInput, match="the sheets 'Sheet' and 'Second' both hold such a table"):
        read(out.getvalue())


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), ("1,5", 1.5), ("36,123", 36.123), ("-0,5", -0.5), ("0,500", 0.5), ("7", 7.0)]
)
def test_a_decimal_comma_is_read_as_a_point(text: str, number: float) -> None:
    row = Row(file="t.csv", number=7, values={"a": text})
    assert row.decimal("a", least=-90, most=90) == number


@pytest.mark.parametrize(
    "text", ["1,500", "1.500,5", "1,5,5", "nan", "inf", "1_0", "", "1 000", "\N{ARABIC-INDIC DIGIT FIVE}"]
)
def test_a_number_that_could_be_two_is_refused(text: str) -> None:
    row = Row(file="t.csv", number=7, values={"a": text})
    with pytest.raises(BadInput, match="row 7"):
        row.decimal("a", least=0, most=100_000)


def test_a_file_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_BYTES", 2**20)
    with pytest.raises(BadInput, match="has 2 MB; up to 1 MB are read"):
        read(b" " * 2 * 2**20)


def test_more_rows_than_are_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    assert len(read(b"site,units\n" + b"a,1\n" * 3).rows) == 3
    with pytest.raises(BadInput, match="more than 3 rows"):
        read(b"site,units\n" + b"a,1\n" * 4)
    with pytest.raises(BadInput, match="more than 3 rows"):
        read(workbook(["site", "units"], *(["a", 1],) * 4))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MAX_UNPACKED", 2**20)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2 * 2**20)
    assert len(bomb.getvalue()) < 10_000
    with pytest.raises(BadInput, match="unpacks to 2 MB in 1 parts; up to 1 MB are read"):
        read(bomb.getvalue())


def test_a_bomb_that_lies_about_its_size_is_refused_as_damaged() -> None:
    honest = workbook(["site", "units"], ["kessa", 5])
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(BadInput, match="cannot be read as a workbook"):
        read(lying)


def test_a_workbook_with_a_document_type_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(BadInput, match="declares a document type"):
        read(out.getvalue())


def test_an_old_or_locked_workbook_says_what_to_do() -> None:
    with pytest.raises(BadInput, match="Save it as XLSX without a password"):
        read(b"\xd0\xcf\x11\xe0" + b"\0" * 600)


def test_a_workbook_with_a_cell_far_out_is_refused_at_its_row() -> None:
    with pytest.raises(BadInput, match="row 2 reaches beyond column 256"):
        read(workbook(["site", "units"], ["kessa", 5, *[None] * 300, "x"]))
