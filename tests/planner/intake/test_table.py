"""A table is read row by row; every complaint names file, row, value and way out."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.errors import BadInput
from planner.intake.table import Row, build_all, parse_table, unique

ZONE = ZoneInfo("Asia/Damascus")


def row(text: str) -> Row:
    return Row(file="t.csv", number=7, values={"a": text})


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    rows = parse_table("t.csv", 'a,b\n1,2\n"two\nlines",3\n4,5\n', ("a", "b"))
    assert [r.number for r in rows] == [2, 4, 5]


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble() -> None:
    assert parse_table("t.csv", "a,b\r\n1,2\r\n", ("a",))[0].text("b") == "2"


@pytest.mark.parametrize("text", ["a,b\n1\n", "a,b\n1,2,3\n"])
def test_a_row_with_another_number_of_values_is_named(text: str) -> None:
    with pytest.raises(BadInput, match=r"t\.csv row 2: the row has another number of values than the header"):
        parse_table("t.csv", text, ("a",))


def test_a_quote_that_never_closes_is_named() -> None:
    with pytest.raises(BadInput, match=r"t\.csv row 3: .* Mend the quotes there"):
        parse_table("t.csv", 'a,b\n1,2\n"3,4\n', ("a",))


def test_an_empty_file_lacks_its_columns() -> None:
    with pytest.raises(BadInput, match=r"t\.csv row 1: the column 'a' is missing\. The columns are a, b\."):
        parse_table("t.csv", "", ("a", "b"))


@pytest.mark.parametrize("text", ["1.5", "1e3", "1_000", "1,000", "٣", "x", "--1"])
def test_only_plain_digits_are_a_whole_number(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        row(text).integer("a")
    assert str(caught.value) == f"t.csv row 7: a is {text!r}. Give a whole number, in digits only."


def test_a_blank_is_not_zero() -> None:
    assert row(" ").optional_integer("a") is None
    with pytest.raises(BadInput, match=r"t\.csv row 7: a is ''\. Fill it in\."):
        row("").integer("a")


@pytest.mark.parametrize("text", ["nan", "inf", "-0.1", "1.1"])
def test_a_share_lies_between_its_bounds(text: str) -> None:
    with pytest.raises(BadInput, match="Give a number from 0 to 1"):
        row(text).decimal("a", least=0, most=1)


def test_a_long_list_of_choices_is_cut_short() -> None:
    with pytest.raises(BadInput, match=r"Give one of: 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21 and 8 more\."):
        row("x").one_of("a", map(str, range(10, 30)))


def test_all_complaints_come_at_once_and_name_their_row_once() -> None:
    def build(found: Row) -> int:
        if found.text("a") == "3":
            raise BadInput("other.csv row 9: a is '3'. Mend it.")
        return found.integer("a", least=0)

    with pytest.raises(BadInput) as caught:
        build_all(parse_table("t.csv", "a\n1\n-2\n3\nx\n", ("a",)), build)
    assert str(caught.value).splitlines() == [
        "t.csv row 3: a is '-2'. Give 0 or more.",
        "other.csv row 9: a is '3'. Mend it.",
        "t.csv row 5: a is 'x'. Give a whole number, in digits only.",
    ]


def test_an_id_is_given_once() -> None:
    with pytest.raises(BadInput, match=r"t\.csv row 4: a is '1'\. Row 2 has it already; ids are given once\."):
        unique(parse_table("t.csv", "a\n1\n2\n1\n", ("a",)), "a")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1), min_size=1, max_size=4))
def test_what_a_spreadsheet_writes_comes_back(values: list[str]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerows([[f"c{i}" for i in range(len(values))], values])
    (found,) = parse_table("t.csv", out.getvalue(), ["c0"])
    assert list(found.values.values()) == values


@given(st.integers(0, 4_102_444_800))
def test_a_time_with_an_offset_is_read_to_the_second(at: int) -> None:
    from datetime import datetime  # noqa: PLC0415 - only here

    assert row(datetime.fromtimestamp(at, ZONE).isoformat()).instant("a", ZONE) == at
