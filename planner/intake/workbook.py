"""Read the sheets of an XLSX workbook line by line, within limits that a bomb cannot pass."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import from_excel

from planner.domain.errors import BadInput

MAX_UNPACKED: Final = 128 * 2**20
"""A workbook within the limit of its file may not grow beyond this when it is unpacked."""
MAX_SHARED: Final = 32 * 2**20
"""Nor its table of texts, the only part that is held in memory as a whole, beyond this."""
MAX_PARTS: Final = 1_000
MAX_COLUMNS: Final = 256
_ZIP: Final = b"PK\x03\x04"
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_SERIALS: Final = (20_000, 80_000)
"""Days of 1954 to 2119 as workbooks count them; another number in a date's column is no date."""
_CHUNK: Final = 2**20
_NUMBERS: Final = (int, float)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One sheet: its lines (number, texts, which of them were numbers), read as they are asked for."""

    title: str
    lines: Iterator[tuple[int, tuple[str, ...], frozenset[int]]]
    merged: Mapping[int, str]
    """The merged cells that touch a line, for each line that they touch."""
    day_of: Callable[[str], str]
    """Turns the number of a day into a date, and leaves what is none."""


def is_workbook(content: bytes) -> bool:
    """Tell whether these are the bytes of an XLSX workbook (or of another archive)."""
    return content.startswith(_ZIP)


def read_sheets(name: str, content: bytes, most_rows: int) -> Iterator[Part]:
    """Yield the visible sheets in their order, each read up to so many lines.

    Raises
    ------
    BadInput
        If it is no workbook, is damaged, or unpacks beyond the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(name, archive)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                # What a sheet claims to measure is not believed: only cells that are there are read.
                sheet.reset_dimensions()

                yield Part(
                    title=sheet.title,
                    lines=_lines(name, sheet, most_rows),
                    merged=_merged(archive, sheet._worksheet_path),  # noqa: SLF001 - read-only sheets tell no merges
                    day_of=partial(_day, epoch=book.epoch),
                )
    except BadInput:
        raise
    except Exception as cause:
        raise _damaged(name, cause) from cause


def _lines(name: str, sheet: Any, most_rows: int) -> Iterator[tuple[int, tuple[str, ...], frozenset[int]]]:  # noqa: ANN401 - openpyxl has no types
    try:
        for number, cells in enumerate(sheet.iter_rows(max_row=most_rows, values_only=True), 1):
            _check_width(name, number, len(cells))
            numeric = frozenset(k for k, cell in enumerate(cells) if type(cell) in _NUMBERS)
            yield number, tuple(_text(cell) for cell in cells), numeric
    except BadInput:
        raise
    except Exception as cause:
        raise _damaged(name, cause) from cause


def _check_width(name: str, number: int, width: int) -> None:
    if width > MAX_COLUMNS:
        raise BadInput(f"{name} row {number} reaches beyond column {MAX_COLUMNS}. Delete what stands there.")


def _damaged(name: str, cause: Exception) -> BadInput:
    # openpyxl raises whatever its parts raise; the kind of the cause is all that helps a reader of the message.
    return BadInput(f"{name} cannot be read as a workbook ({type(cause).__name__}). Open it and save it as XLSX anew.")


def _check_parts(name: str, archive: zipfile.ZipFile) -> None:
    """Refuse what would fill the memory. The sizes are what the archive says of itself: no more is ever unpacked."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    shared = max((part.file_size for part in parts if part.filename.endswith("sharedStrings.xml")), default=0)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or shared > MAX_SHARED:
        raise BadInput(
            f"{name} unpacks to {unpacked / 2**20:.0f} MB in {len(parts)} parts; up to {MAX_UNPACKED // 2**20} MB are "
            "read. Save only the sheet that is needed, or save it as CSV."
        )
    for part in parts:
        with archive.open(part) as opened:
            if b"<!DOCTYPE" in opened.read(1_000):
                raise BadInput(f"{name} declares a document type, which no workbook does. Save it as XLSX anew.")


def _merged(archive: zipfile.ZipFile, path: str) -> dict[int, str]:
    found: dict[int, str] = {}
    rest = b""
    with archive.open(path.lstrip("/")) as opened:
        while chunk := opened.read(_CHUNK):
            text = rest + chunk
            for reference in _MERGED.findall(text):
                _left, top, _right, bottom = range_boundaries(reference.decode())
                for line in range(top, min(bottom, top + 10_000) + 1):
                    found.setdefault(line, reference.decode())
            rest = text[-200:]
    return found


def _text(cell: object) -> str:  # noqa: PLR0911 - a line a kind of cell
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case dt.datetime() | dt.date():
            return cell.isoformat()
        case dt.time():
            return cell.isoformat("minutes")
        case _:
            return str(cell)


def _day(text: str, epoch: dt.datetime) -> str:
    if not text.isdigit() or not _SERIALS[0] <= int(text) <= _SERIALS[1]:
        return text
    return str(from_excel(int(text), epoch).date().isoformat())
