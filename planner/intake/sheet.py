"""Read a table as others send it, CSV or a workbook, with or without a row of hashtags, into rows of texts."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, Literal, TypeAlias

from planner.domain.errors import BadInput
from planner.intake.hxl import fits, is_tag_row
from planner.intake.table import Quarantined, Row
from planner.intake.workbook import is_workbook, read_sheets

MAX_BYTES: Final = 32 * 2**20
MAX_ROWS: Final = 100_000
HEADER_WITHIN: Final = 20
"""Titles and notes may stand above the header, in so many lines."""
_DELIMITERS: Final = (",", ";", "\t")
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

Line: TypeAlias = tuple[int, tuple[str, ...], frozenset[int]]
"""A line's number, its texts, and which of them were numbers in a workbook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What others call a column: headers (in any case, blanks as good as underscores) and HXL tags, the best first.

    A number in a workbook's column of dates is the day that the workbook counts.
    """

    names: tuple[str, ...]
    tags: tuple[str, ...] = ()
    required: bool = False
    kind: Literal["text", "date"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table's rows, each with every wanted column (blank where the table lacks it), and what was set aside.

    `columns` are those of the wanted ones that the table has.
    """

    rows: tuple[Row, ...]
    columns: frozenset[str]
    quarantined: tuple[Quarantined, ...] = ()


def read_sheet(name: str, content: bytes, wanted: Mapping[str, Column], encoding: str = "") -> Sheet:
    """Read the one table in a file that has the required columns.

    Nothing is guessed: text that is neither UTF-8 nor UTF-16 with its mark needs its `encoding` named.

    Raises
    ------
    BadInput
        If the file is too large, cannot be decoded, or holds no such table, or two of them.
    """
    check_size(name, len(content))
    if content.startswith(_OLD_WORKBOOK):
        raise BadInput(f"{name} is a workbook of the old kind, or a locked one. Save it as XLSX without a password.")
    if not is_workbook(content):
        text = decode_text(name, content, encoding)
        tables = (_table(_Told(name=name, lines=_csv_lines(text, mark)), wanted) for mark in _DELIMITERS)
        found = next((table for table in tables if table is not None), None)
        return _refuse(name, wanted) if found is None else found
    fitting: dict[str, Sheet] = {}
    for part in read_sheets(name, content, MAX_ROWS + HEADER_WITHIN + 1):
        told = _Told(name=name, lines=part.lines, merged=part.merged, day_of=part.day_of)
        sheet = _table(told, wanted)
        if sheet is not None:
            fitting[part.title] = sheet
    if len(fitting) > 1:
        titles = " and ".join(repr(title) for title in list(fitting)[:2])
        raise BadInput(f"{name}: the sheets {titles} both hold such a table. Leave one of them in the file.")
    return next(iter(fitting.values())) if fitting else _refuse(name, wanted)


def check_size(name: str, size: int) -> None:
    """Refuse a file that is too large to be read whole.

    Raises
    ------
    BadInput
        If it is.
    """
    if size > MAX_BYTES:
        raise BadInput(f"{name} has {size / 2**20:.0f} MB; up to {MAX_BYTES // 2**20} MB are read. Split it by date.")


def decode_text(name: str, content: bytes, encoding: str = "") -> str:
    """Return a text file's text: UTF-8, UTF-16 with its mark, or in the encoding that is named.

    Raises
    ------
    BadInput
        If it is not, or nobody knows the encoding.
    """
    marked = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding or marked)
    except UnicodeError as cause:
        raise BadInput(
            f"{name} is not {encoding or 'UTF-8'}. Save it as CSV in UTF-8, or name its encoding (Windows in Arabic: "
            "cp1256)."
        ) from cause
    except (LookupError, ValueError) as cause:
        raise BadInput(f"Encoding {encoding!r} is unknown. Name one like cp1256.") from cause


def match_columns(names: Sequence[str], tags: Sequence[str], wanted: Mapping[str, Column]) -> dict[str, list[int]]:
    """Return where each wanted column stands: by its tag where it has one, else by its header; twins are all told."""
    labels = [tags[k].strip() if k < len(tags) and tags[k].strip() else _plain(name) for k, name in enumerate(names)]
    found: dict[str, list[int]] = {}
    for key, column in wanted.items():
        for word in (*column.tags, *map(_plain, column.names)):
            at = [k for k, label in enumerate(labels) if label == word or (word[0] == "#" and fits(label, word))]
            if at:
                found[key] = at
                break
    return found


def required_columns(wanted: Mapping[str, Column]) -> frozenset[str]:
    """Return the columns that a table must have."""
    return frozenset(key for key, column in wanted.items() if column.required)


def only_columns(name: str, found: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Return where each column stands.

    Raises
    ------
    BadInput
        If two columns say the same.
    """
    for key, at in found.items():
        if len(at) > 1:
            raise BadInput(f"{name}: columns {at[0] + 1} and {at[1] + 1} both say {key!r}. Keep one of them.")
    return {key: at[0] for key, at in found.items()}


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One table as it stands in a file."""

    name: str
    lines: Iterator[Line | Quarantined]
    merged: Mapping[int, str] = field(default_factory=dict)
    day_of: Callable[[str], str] | None = None


def _table(told: _Told, wanted: Mapping[str, Column]) -> Sheet | None:
    """Return the table whose header stands within the first lines; None where none does."""
    head = _find_header(told, wanted)
    if head is None:
        return None
    columns, width, waiting = head
    rows: list[Row] = []
    aside: list[Quarantined] = []
    for line in chain(waiting, told.lines):
        if len(rows) + len(aside) >= MAX_ROWS:
            raise BadInput(f"{told.name} has more than {MAX_ROWS} rows. Split it by date.")
        if isinstance(line, Quarantined):
            aside.append(line)
            continue
        number, texts, numeric = line
        if not any(text.strip() for text in texts):
            continue
        reason = _unusable(texts, width, told.merged.get(number))
        if reason is not None:
            aside.append(Quarantined(row=number, reason=reason))
            continue
        rows.append(_row(told, number, texts, frozenset(k for k in columns if columns[k] in numeric), columns, wanted))
    return Sheet(rows=tuple(rows), columns=frozenset(columns), quarantined=tuple(aside))


def _row(
    told: _Told,
    number: int,
    texts: tuple[str, ...],
    numbers: frozenset[str],
    columns: Mapping[str, int],
    wanted: Mapping[str, Column],
) -> Row:
    values = {key: texts[columns[key]].strip() if columns.get(key, len(texts)) < len(texts) else "" for key in wanted}
    if told.day_of is not None:
        for key in numbers:
            if wanted[key].kind == "date":
                values[key] = told.day_of(values[key])
    return Row(file=told.name, number=number, values=values, numbers=numbers)


def _find_header(
    told: _Told, wanted: Mapping[str, Column]
) -> tuple[dict[str, int], int, list[Line | Quarantined]] | None:
    """Return where the columns stand, how wide the header is, and the lines after it that were read already."""
    first = list(islice(told.lines, HEADER_WITHIN + 1))
    for k, line in enumerate(first[:HEADER_WITHIN]):
        if isinstance(line, Quarantined):
            continue
        texts, below = line[1], first[k + 1] if k + 1 < len(first) else None
        is_tags = is_tag_row(texts)
        tags = texts if is_tags else () if below is None or isinstance(below, Quarantined) else _tags(below[1])
        found = match_columns(texts, tags, wanted)
        if required_columns(wanted) <= found.keys() and found:
            width = max(i for row in (texts, tags) for i, text in enumerate(row) if text.strip()) + 1
            return only_columns(told.name, found), width, first[k + (2 if tags and not is_tags else 1) :]
    return None


def _tags(texts: tuple[str, ...]) -> tuple[str, ...]:
    return texts if is_tag_row(texts) else ()


def _unusable(texts: tuple[str, ...], width: int, merged: str | None) -> str | None:
    if merged is not None:
        return f"The cells {merged} are merged, so that it is not said what each of them holds. Unmerge and fill them."
    if any(text.strip() for text in texts[width:]):
        return "The row has more values than the header. Put values that hold a comma in quotes."
    if any(_UNSTORABLE.search(text) for text in texts):
        return "A text holds a character that no database keeps. Remove it."
    return None


def _csv_lines(text: str, delimiter: str) -> Iterator[Line | Quarantined]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as cause:
            lost = f" Rows {begins} to {reader.line_num} were read as one." if reader.line_num > begins else ""
            yield Quarantined(row=begins, reason=f"{str(cause).capitalize()}. Mend the quotes there.{lost}")
            continue
        yield begins, tuple(values), frozenset()


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")


def _refuse(name: str, wanted: Mapping[str, Column]) -> Sheet:
    needed = ", ".join(column.names[0] for column in wanted.values() if column.required)
    more = ", ".join(column.names[0] for column in wanted.values() if not column.required)
    raise BadInput(
        f"{name} has no header with the columns {needed} in its first {HEADER_WITHIN} rows. Further columns that are "
        f"read: {more}."
    )
