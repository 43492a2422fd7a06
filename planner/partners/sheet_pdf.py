"""Print a convoy's sheet on A4, and the draft of its notification; in English or Arabic."""

from dataclasses import asdict
from typing import Any

from planner.partners.cells import Said, grouped, island, say_cell
from planner.partners.pdf import compile_typst, mark_of
from planner.partners.report import NUMBERS, Report, Table
from planner.partners.sheets import NOTICE_LEAD_S, ConvoyPaper
from planner.partners.sketch_map import draw_way
from planner.partners.words import Language, said, word
from routing.units import HOUR, Instant, format_instant

BLANK = frozenset({"loaded", "arrived"})
"""Columns that are filled in by hand."""

_IN_PLACE = tuple(said(key) for key in ("head_rule", "not_published", "draft_only"))
"""Notes that have a place of their own on the page, larger than the small print."""


def write_sheet_pdf(report: Report, language: Language) -> bytes:
    """Return the sheet or the notice as tagged PDF.

    Raises
    ------
    TypeError
        If the report is of no convoy.
    """
    convoy = report.convoy
    if not isinstance(convoy, ConvoyPaper):
        raise TypeError(f"A {report.kind} has no convoy to print.")
    return compile_typst("sheet.typ", _body(report, convoy, language))


def _body(report: Report, convoy: ConvoyPaper, language: Language) -> dict[str, Any]:
    comma = "، " if language == "ar" else ", "

    def moment(at: Instant | None) -> dict[str, str]:
        if at is None:
            return {"clock": "–", "day": ""}
        told = format_instant(at, report.zone)
        return {"clock": told[11:16], "day": told[:10]}

    def say(key: str) -> str:
        return said(key).say(language)

    lead = {
        "hours": island(NOTICE_LEAD_S // HOUR, language),
        "by": _written(convoy.depart_at - NOTICE_LEAD_S, report, language),
    }
    trucks = sum(count for _name, count in convoy.trucks)
    return {
        "language": language,
        "kind": report.kind,
        "title": report.title.say(language),
        "number": convoy.number,
        "movement": convoy.movement,
        "sites": comma.join(name.say(language) for name in convoy.sites),
        "hub": f"{word('column', 'from').say(language)} {convoy.hub.say(language)}",
        "size": say("convoy_size").format(
            trucks=island(grouped(trucks), language), people=island(grouped(convoy.people), language)
        ),
        "crisis": report.crisis.say(language),
        "disclaimer": report.disclaimer.say(language),
        "draft": None if convoy.published else say("not_published"),
        "boxes": [
            {"label": say("leave"), **moment(convoy.depart_at), "hard": False},
            {"label": say("through_by"), **moment(convoy.through_by), "hard": False},
            {"label": say("stop_unloading"), **moment(convoy.stop_at), "hard": False},
            {"label": say("window_ends"), **moment(convoy.window_ends_at), "hard": True},
        ],
        "reserve": f"{say('reserve')} {island(convoy.reserve_s // 60, language)} {say('minutes')}.",
        "turn_back": f"{say('through_by')}: {say('else_turn_back')}.",
        "tables": [_timetable(report, convoy, language), *(_table(table, language) for table in report.tables[1:])]
        if report.kind == "sheet"
        else [],
        "whole": _whole(report, language),
        "map": {"alt": say("map_alt_route"), "title": say("sketch"), **asdict(_sketch(convoy, language))},
        "radio": {
            "title": say("report_by_radio"),
            "lines": [say(k) for k in ("leaving_hub", "at_gate", "unloading_begins", "past_gate")],
        },
        "rule": say("head_rule"),
        "outcome": say("outcome_boxes").split("|"),
        "signatures": say("signatures").split("|"),
        "to": say("notice_to"),
        "text": say("notice_text"),
        "lead": say("notice_hours").format(**lead),
        "warning": say("draft_only"),
        "notes": [note.say(language) for note in report.notes if note not in _IN_PLACE],
        "mark": mark_of(report, language),
    }


def _written(at: Instant, report: Report, language: Language) -> str:
    return island(format_instant(at, report.zone)[:16].replace("T", " "), language)


def _sketch(convoy: ConvoyPaper, language: Language) -> Any:  # noqa: ANN401 - a drawing, turned into JSON at once
    return draw_way(convoy.way, [(name.say(language), at) for name, at in convoy.stops])


def _timetable(report: Report, convoy: ConvoyPaper, language: Language) -> dict[str, Any]:
    """Return the steps with the day said once, so that the hours stand out."""
    rows, before = [], ""
    for step in convoy.steps:
        start, end = (format_instant(at, report.zone) for at in (step.start, step.end))
        told = (
            Said(text="" if start[:10] == before else start[:10], ltr=True),
            Said(text=f"{start[11:16]} – {end[11:16]}", ltr=True), Said(text=word("phase", step.kind).say(language)),
            Said(text=step.place.say(language)), Said(text=f"{step.km:.1f}", ltr=True),
        )  # fmt: skip
        rows.append([asdict(cell) for cell in told])
        before = start[:10]
    place = "place_ar" if language == "ar" else "place"
    heads = (("day", 1.0), ("time", 1.3), ("step", 1.2), (place, 2.0), ("km", 0.6))
    columns = [
        {"label": word("column", name).say(language), "wide": wide, "number": name == "km"} for name, wide in heads
    ]
    return {"title": report.tables[0].title.say(language), "columns": columns, "rows": rows}


def _table(table: Table, language: Language) -> dict[str, Any]:
    shown = [n for n, column in enumerate(table.columns) if column.on_paper(language)]
    columns = [table.columns[n] for n in shown]
    blank = Said(text="", ltr=True)
    return {
        "title": table.title.say(language),
        "columns": [
            {"label": c.label.say(language), "wide": c.wide, "number": c.kind in NUMBERS and not c.words}
            for c in columns
        ],
        "rows": [
            [
                asdict(blank if c.name in BLANK else say_cell(row[n], c, language))
                for n, c in zip(shown, columns, strict=True)
            ]
            for row in table.rows
        ],
    }


def _whole(report: Report, language: Language) -> list[list[dict[str, Any]]]:
    table = report.tables[0]
    return [
        [asdict(Said(text=column.label.say(language))), asdict(say_cell(cell, column, language))]
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if column.only in {None, language}
    ]
