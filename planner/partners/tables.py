"""Write a report as CSV with or without an HXL row, and as JSON."""

import csv
import io
import json
from collections.abc import Iterator

from planner.partners.cells import harmless
from planner.partners.report import Cell, Column, Report, Table
from routing.units import format_instant


def write_csv(report: Report, *, hxl: bool = True) -> bytes:
    """Return the first table in UTF-8 with a byte-order mark, so that spreadsheets read Arabic.

    Names, then the HXL row unless it is switched off, then the rows. A restricted copy tells its reader in each row.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for table in report.tables[:1]:
        columns, rows = with_mark(report, table)
        writer.writerow([column.name for column in columns])
        if hxl:
            writer.writerow([column.hxl for column in columns])
        writer.writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def with_mark(report: Report, table: Table) -> tuple[tuple[Column, ...], Iterator[tuple[Cell, ...]]]:
    """Return a table's columns and rows, with whose copy it is where the copy is restricted."""
    if report.mark is None:
        return table.columns, iter(table.rows)
    mark = (report.mark.reader, format_instant(report.mark.expires_at, report.zone))
    columns = (
        Column(name="for_reader", hxl="#meta+reader", kind="code"),
        Column(name="expires_on", hxl="#meta+expires", kind="moment"),
    )
    return (*table.columns, *columns), ((*row, *mark) for row in table.rows)


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return harmless(value) if isinstance(value, str) else str(value)


def write_json(report: Report) -> bytes:
    """Return the whole report; keys are added to and never renamed."""
    return (json.dumps(body_of(report), ensure_ascii=False, indent=2) + "\n").encode()


def body_of(report: Report) -> dict[str, object]:
    """Return the report as JSON types: `rows` is the first table, `tables` all of them by their order."""
    tables = [_rows(table) for table in report.tables]
    body: dict[str, object] = {
        "report": report.kind,
        "crisis": report.crisis.en,
        "tier": report.tier,
        "period": report.subject,
        "generated_at": format_instant(report.generated_at, report.zone),
        "disclaimer": report.disclaimer.en,
        "rows": tables[0] if tables else [],
        "withheld": {"rows": sum(report.withheld.values()), "because": dict(report.withheld)},
    }
    if report.sentence is not None:
        body["sentence"] = {"en": report.sentence.en, "ar": report.sentence.ar}
    if len(tables) > 1:
        body["tables"] = [
            {"title": table.title.en, "rows": rows} for table, rows in zip(report.tables, tables, strict=True)
        ]
    if report.mark is not None:
        body["for_reader"] = report.mark.reader
        body["expires_at"] = format_instant(report.mark.expires_at, report.zone)
    return body


def _rows(table: Table) -> list[dict[str, Cell]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]
