"""Write a report as a workbook: typed cells, sheets from right to left in Arabic, no word of who or what made it."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell as Box
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from planner.partners.cells import grouped, harmless, say_cell
from planner.partners.report import NUMBERS, Cell, Column, Report, Table
from planner.partners.tables import with_mark
from planner.partners.words import Language, said, word

SUMMARY_WIDTH: Final = 58
"""In characters: the column of the summary's labels and sentences."""
LINE_PT: Final = 16.0
NUMBER_FORMAT: Final = {"count": "#,##0", "share": "0.0%", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
LONGEST_TITLE: Final = 31
"""Characters of a sheet's name."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_NAMELESS: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_xlsx(report: Report, language: Language, *, hxl: bool = True) -> bytes:
    """Return a workbook: a sheet that sums up, and one a table with names, the HXL row unless off, and typed rows."""
    book = Workbook()
    summary = book.active
    summary.title = _title(report.title.say(language))
    _summarise(summary, report, language)
    for number, table in enumerate(report.tables, 1):
        sheet = book.create_sheet(_title(f"{number} {table.title.say(language)}"))
        _fill(sheet, report, table, language, hxl=hxl)
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = language == "ar"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    made = io.BytesIO()
    book.save(made)
    return _nameless(made.getvalue())


def _summarise(sheet: Worksheet, report: Report, language: Language) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = SUMMARY_WIDTH, 28
    lines: list[tuple[str, object]] = [(report.title.say(language), None)]
    lines.append((report.crisis.say(language), report.subject))
    lines.append((f"{said('tier').say(language)} {report.tier}", word("tier", report.tier).say(language)))
    lines.append((said("made").say(language), datetime.fromtimestamp(report.generated_at, report.zone).date()))
    if report.mark is not None:
        lines.append((said("for").say(language), report.mark.reader))
        expires = datetime.fromtimestamp(report.mark.expires_at, report.zone).replace(tzinfo=None, second=0)
        lines.append((said("expires").say(language), expires))
    if report.sentence is not None:
        lines.append((report.sentence.say(language), None))
    for headline in report.headlines:
        same = headline.low == headline.high
        value: object = headline.low if same else f"{grouped(headline.low)} – {grouped(headline.high)}"
        lines.append((headline.label.say(language), said("not_stated").say(language) if value is None else value))
    if report.bars is not None:
        lines += [("", None), (report.bars.title.say(language), None)]
        lines += [(label.say(language), n) for label, n in report.bars.rows]
    if not any(table.rows for table in report.tables):
        lines.append((said("nothing").say(language), None))
    lines.append(("", None))
    for reason, count in report.withheld.items():
        lines.append((f"{said('withheld').say(language)}: {word('withheld', reason).say(language)}", count))
    lines += [(note.say(language), None) for note in report.notes]
    lines.append((report.disclaimer.say(language), None))
    for row, (label, value) in enumerate(lines, 1):
        _label(sheet, row, label, rtl=language == "ar")
        if value is not None:
            box = sheet.cell(row, 2)
            if isinstance(value, str):
                _text(box, value, rtl=False)
                box.alignment = Alignment(horizontal="right", readingOrder=1)
            else:
                box.value = value
                kind = "count" if isinstance(value, int) else "moment" if isinstance(value, datetime) else "day"
                box.number_format = NUMBER_FORMAT[kind]
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.row_dimensions[1].height = 1.5 * LINE_PT


def _label(sheet: Worksheet, row: int, text: str, *, rtl: bool) -> None:
    """Write a line of the summary, as high as it needs: not every program fits rows to wrapped text by itself."""
    _text(sheet.cell(row, 1), text, rtl=rtl, wrap=True)
    if (lines := -(-len(text) // SUMMARY_WIDTH)) > 1:
        sheet.row_dimensions[row].height = lines * LINE_PT


def _fill(sheet: Worksheet, report: Report, table: Table, language: Language, *, hxl: bool) -> None:
    columns, marked_rows = with_mark(report, table)
    rows = list(marked_rows)
    head = 2 if hxl else 1
    for number, column in enumerate(columns, 1):
        box = sheet.cell(1, number)
        _text(box, column.label.say(language), rtl=language == "ar", wrap=True)
        box.font = Font(bold=True)
        box.fill = PatternFill("solid", fgColor="E6E9EC")
        if hxl:
            tag = sheet.cell(2, number)
            _text(tag, column.hxl, rtl=False)
            tag.font = Font(color="5B6670", size=9)
        told = [row[number - 1] for row in rows[:200]]
        sheet.column_dimensions[get_column_letter(number)].width = _width(column, told, language)
    for row, cells in enumerate(rows, head + 1):
        for number, (cell, column) in enumerate(zip(cells, columns, strict=True), 1):
            _put(sheet.cell(row, number), cell, column, language)
    sheet.freeze_panes = sheet.cell(head + 1, 2)
    if table.rows:
        sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(columns))}{head + len(table.rows)}"


def _put(box: Box, cell: Cell, column: Column, language: Language) -> None:
    if cell is None or cell == "":
        return
    if column.kind in NUMBERS and isinstance(cell, int | float) and not isinstance(cell, bool):
        box.value = cell
        box.number_format = NUMBER_FORMAT.get(column.kind, "0")
    elif column.kind == "day":
        box.value = date.fromisoformat(str(cell))
        box.number_format = NUMBER_FORMAT["day"]
    elif column.kind == "moment":
        box.value = datetime.fromisoformat(str(cell)).replace(tzinfo=None)
        box.number_format = NUMBER_FORMAT["moment"]
    elif column.kind == "flag":
        box.value = bool(cell)
    else:
        told = say_cell(cell, column, language)
        rtl = language == "ar" and not told.ltr and column.only != "en"
        _text(box, told.text, rtl=rtl, wrap=column.kind == "text")


def _text(box: Box, text: str, *, rtl: bool, wrap: bool = False) -> None:
    # As text whatever it begins with: a cell of this type is never computed; the apostrophe is for whoever copies it.
    box.value = harmless(_UNPRINTABLE.sub("", text))
    box.data_type = "s"
    box.alignment = Alignment(readingOrder=2 if rtl else 1, wrap_text=wrap, vertical="top")


def _width(column: Column, cells: Sequence[Cell], language: Language) -> float:
    told = [len(say_cell(cell, column, language).text) for cell in cells if cell is not None]
    return min(42, max([9, len(column.hxl) * 0.8, *told]) + 2)


def _title(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:LONGEST_TITLE].strip()


def _nameless(content: bytes) -> bytes:
    """Return the workbook without its author, its times and those of its parts; the same report has the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as clean:
        for part in made.infolist():
            body = made.read(part)
            if part.filename == "docProps/core.xml":
                body = _NAMELESS
            elif part.filename == "docProps/app.xml":
                body = re.sub(rb"<Application>.*?</Application>|<AppVersion>.*?</AppVersion>", b"", body)
            entry = zipfile.ZipInfo(part.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            clean.writestr(entry, body)
    return out.getvalue()
