"""Write a redacted denial report as CSV with an HXL row, as JSON and as PDF."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import typst

from planner.domain.denials import Period
from planner.partners.redaction import Cell, Redacted
from routing.units import Instant, format_instant

Format: TypeAlias = Literal["csv", "json", "pdf"]
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialReport:
    """A redacted report with its frame, ready to be written."""

    crisis: str
    period: Period
    generated_at: Instant
    zone: ZoneInfo
    disclaimer: str
    redacted: Redacted


def render(report: DenialReport, kind: Format) -> bytes:
    """Return the report as the bytes of a file of that kind."""
    return _RENDERERS[kind](report)


def _csv(report: DenialReport) -> bytes:
    """UTF-8 with a byte-order mark, so that spreadsheets read Arabic; names, then the HXL row, then the rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in report.redacted.columns])
    writer.writerow([column.hxl for column in report.redacted.columns])
    writer.writerows([[_cell(value) for value in row] for row in report.redacted.rows])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str:
    """Return the text of a cell; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text


def _body(report: DenialReport) -> dict[str, object]:
    names = [column.name for column in report.redacted.columns]
    return {
        "report": "denials",
        "crisis": report.crisis,
        "tier": report.redacted.tier,
        "period": report.period.name,
        "generated_at": format_instant(report.generated_at, report.zone),
        "disclaimer": report.disclaimer,
        "rows": [dict(zip(names, row, strict=True)) for row in report.redacted.rows],
        "withheld": {
            "rows": sum(report.redacted.withheld.values()),
            "because": dict(report.redacted.withheld),
        },
    }


def _json(report: DenialReport) -> bytes:
    return (json.dumps(_body(report), ensure_ascii=False, indent=2) + "\n").encode()


def _pdf(report: DenialReport) -> bytes:
    """Tagged PDF by typst; the data goes in as one input, never into the source."""
    data = json.dumps(_body(report), ensure_ascii=False)
    template = (files("planner.partners") / "denials.typ").read_bytes()
    made = typst.compile(template, sys_inputs={"report": data}, ignore_system_fonts=True, pdf_standards="ua-1")
    if not isinstance(made, bytes):
        raise TypeError(f"typst returned {type(made).__name__} instead of one PDF.")
    return made


_RENDERERS: Final[Mapping[Format, Callable[[DenialReport], bytes]]] = {"csv": _csv, "json": _json, "pdf": _pdf}
