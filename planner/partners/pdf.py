"""Write a report as a tagged PDF: one page that sums up with a chart and a map, then the rows; in English or Arabic."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import typst

from planner.domain.denials import day_of
from planner.partners.cells import Said, grouped, island, say_cell
from planner.partners.report import NUMBERS, Column, Headline, Mark, Report, Table, Tier
from planner.partners.sketch_map import BLOCKED, LEAST_SPAN_DEG, draw_spots
from planner.partners.widths import unbroken, widths_mm
from planner.partners.words import Language, said, word
from routing.units import format_instant

APART_FROM: Final = 2
"""A table of so many rows begins on a page of its own, after the summary."""
WHOLE_UP_TO: Final = 18
"""A table of no more rows is not broken over pages: a last row alone on a page is read as all there is."""
PAGE_MM: Final = 267.0
"""Between the margins of A4 on its side."""
MAP_SIZE: Final = (520, 420)
"""In the drawing's own units: as tall as the page has room under the figures."""
TONES: Final = {"monthly": "#0072B2", "activities": "#0072B2"}
"""What was delivered is drawn in the colour of open roads, what failed in that of blocked ones."""
LEAST_DEG: Final = {"T0": 4.0}
"""A point of a whole governorate is shown with those around it."""
WHOLE: Final = frozenset({"incident"})
"""Reports of one thing: every field is a line of its own."""


def write_pdf(report: Report, language: Language) -> bytes:
    """Return the report on A4; tagged (PDF/UA-1), without author and date. The data goes in as one input."""
    return compile_typst("report.typ", _body(report, language))


def compile_typst(template: str, body: object) -> bytes:
    """Return what a template of this folder makes of a JSON body. Fonts are the project's own, never the machine's.

    Raises
    ------
    TypeError
        If the typesetter makes several files instead of one.
    """
    data = json.dumps(body, ensure_ascii=False)
    here = _here()
    made = typst.compile(
        str(here / template), root=str(here), sys_inputs={"report": data}, font_paths=[str(here / "assets")],
        ignore_system_fonts=True, pdf_standards="ua-1",
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError(f"typst returned {type(made).__name__} instead of one PDF.")
    return made


@cache
def _here() -> Path:
    """Return the folder of templates and fonts; the wheel is unpacked when it is installed."""
    with as_file(files("planner.partners")) as folder:
        return folder


def _body(report: Report, language: Language) -> dict[str, Any]:
    told = [table for table in report.tables if table.rows]
    day = island(day_of(report.generated_at, report.zone), language)
    return {
        "language": language,
        "title": report.title.say(language),
        "subject": report.subject,
        "crisis": report.crisis.say(language),
        "tier": f"{said('tier').say(language)} {report.tier}: {word('tier', report.tier).say(language)}",
        "made": f"{said('made').say(language)} {day}",
        "disclaimer": report.disclaimer.say(language),
        "sentence": None if report.sentence is None else report.sentence.say(language),
        "empty": not told and report.sentence is None,
        "nothing": said("nothing").say(language),
        "figures": [_figure(headline, language) for headline in report.headlines],
        "chart": _chart(report, language),
        "tone": _tone(report),
        "map": _map(report, language),
        "tables": [
            _whole(table, language) if report.kind in WHOLE else _table(table, language, apart=n == 0)
            for n, table in enumerate(told)
        ],
        "withheld": _withheld(report, language),
        "notes": [note.say(language) for note in report.notes],
        "single": report.kind in WHOLE,
        "mark": mark_of(report, language),
    }


def _figure(headline: Headline, language: Language) -> dict[str, object]:
    if headline.low is None:
        value = said("not_stated").say(language)
    elif headline.low == headline.high:
        value = grouped(headline.low)
    else:
        value = f"{grouped(headline.low)} – {grouped(headline.high)}"
    return {"label": headline.label.say(language), "value": value, "bad": headline.bad}


def _chart(report: Report, language: Language) -> dict[str, object] | None:
    if report.bars is None or not report.bars.rows:
        return None
    rows = [{"label": label.say(language), "value": n, "said": grouped(n)} for label, n in report.bars.rows]
    return {"title": report.bars.title.say(language), "rows": rows}


def _tone(report: Report) -> str:
    return TONES.get(report.kind, BLOCKED)


def _map(report: Report, language: Language) -> dict[str, object] | None:
    if not report.spots:
        return None
    notes = [report.spots_said, said("map_source")]
    return {
        "title": said("where").say(language),
        **asdict(
            draw_spots(
                report.spots,
                language,
                around=report.around,
                tone=_tone(report),
                least_deg=LEAST_DEG.get(report.tier, LEAST_SPAN_DEG),
                width=MAP_SIZE[0],
                height=MAP_SIZE[1],
            )
        ),
        "alt": said("map_alt_gov" if report.tier == "T0" else "map_alt_sub").say(language),
        "note": " ".join(note.say(language) for note in notes if note is not None),
    }


def _table(table: Table, language: Language, *, apart: bool) -> dict[str, Any]:
    shown = [n for n, column in enumerate(table.columns) if column.on_paper(language)]
    columns = [table.columns[n] for n in shown]
    rows = [[say_cell(row[n], table.columns[n], language) for n in shown] for row in table.rows]
    return {
        "title": table.title.say(language),
        "apart": apart and len(table.rows) >= APART_FROM,
        "whole": len(rows) <= WHOLE_UP_TO,
        "columns": [
            {"label": c.label.say(language), "wide": width, "number": c.kind in NUMBERS and not c.words}
            for c, width in zip(columns, _widths(columns, rows, language), strict=True)
        ],
        "rows": [[_cell(cell) for cell in row] for row in rows],
    }


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Said]], language: Language) -> list[float]:
    words = [
        [*unbroken(column.label.say(language), whole=False),
         *(part for row in rows for part in unbroken(row[n].text, whole=row[n].ltr))]
        for n, column in enumerate(columns)
    ]  # fmt: skip
    return widths_mm([column.wide for column in columns], words, PAGE_MM)


def _whole(table: Table, language: Language) -> dict[str, Any]:
    """Return a table with a line a field, for a report of one thing."""
    fields, value = (Column(name=name, hxl="#meta").label.say(language) for name in ("field", "value"))
    rows = [
        [_cell(Said(text=column.label.say(language))), _cell(say_cell(cell, column, language))]
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if column.only in {None, language} and column.name != "amrf_category"
    ]
    columns = [{"label": fields, "wide": 1, "number": False}, {"label": value, "wide": 3, "number": False}]
    return {
        "title": said("one_incident").say(language),
        "apart": True,
        "whole": False,
        "columns": columns,
        "rows": rows,
    }


def _cell(told: Said) -> dict[str, object]:
    return {"text": told.text, "ltr": told.ltr, "known": told.known}


def _withheld(report: Report, language: Language) -> str | None:
    if report.tier == "T0":
        return None  # how many are withheld from a public total would be a small number itself
    comma = "، " if language == "ar" else ", "
    because = comma.join(f"{n} {word('withheld', why).say(language)}" for why, n in report.withheld.items())
    return f"{said('withheld').say(language)}: {because or '0'}."


def mark_of(report: Report, language: Language) -> str | None:
    """Return what stands across each page of a restricted copy."""
    return None if report.mark is None else say_mark(report.mark, report.tier, report.zone, language)


def say_mark(mark: Mark, tier: Tier, zone: ZoneInfo, language: Language) -> str:
    """Return for whom a copy was made and when it stops being good."""
    expires = island(format_instant(mark.expires_at, zone)[:16].replace("T", " "), language)
    reader = island(mark.reader, language)
    return f"{tier} · {said('for').say(language)} {reader} · {said('expires').say(language)} {expires}"
