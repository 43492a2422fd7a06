"""Which formats there are, which report comes in which of them, and the one door through which files are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.errors import BadInput
from planner.partners.almanac import write_ics
from planner.partners.geo import write_geojson, write_gpx, write_kml
from planner.partners.pdf import write_pdf
from planner.partners.report import TIERS, Kind, Report, Tier
from planner.partners.sheet_pdf import write_sheet_pdf
from planner.partners.tables import write_csv, write_json
from planner.partners.words import Language
from planner.partners.workbook import write_xlsx

Format: TypeAlias = Literal["pdf", "xlsx", "csv", "json", "geojson", "kml", "gpx", "ics"]
MEDIA: Final[Mapping[Format, str]] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
    "gpx": "application/gpx+xml",
    "ics": "text/calendar",
}
SPEAKING: Final = frozenset({"pdf", "xlsx", "kml", "gpx", "ics"})
"""Formats that are made in a language; the others carry both."""

MAPS: Final[frozenset[Format]] = frozenset({"geojson", "kml"})
"""Formats of places alone; a report none of whose rows has a place is not released in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """In which formats a kind of report comes, and to which tiers it may be told."""

    formats: tuple[Format, ...]
    tiers: tuple[Tier, ...] = TIERS


_ROWS: Final[tuple[Format, ...]] = ("pdf", "xlsx", "csv", "json")
OFFERS: Final[Mapping[Kind, Offer]] = {
    "denials": Offer(formats=(*_ROWS, "geojson", "kml")),
    "incident": Offer(formats=(*_ROWS, "geojson", "kml"), tiers=("T1", "T2", "T3")),
    "register": Offer(formats=(*_ROWS, "geojson", "kml")),
    "monthly": Offer(formats=_ROWS),
    "activities": Offer(formats=(*_ROWS, "geojson", "kml")),
    "sheet": Offer(formats=(*_ROWS, "geojson", "kml", "gpx", "ics"), tiers=("T3",)),
    "notice": Offer(formats=("pdf", "json", "ics"), tiers=("T3",)),
}
KINDS: Final[tuple[Kind, ...]] = tuple(OFFERS)


def write(report: Report, form: Format, language: Language = "en", *, hxl: bool = True) -> bytes:
    """Return a report as a file of a format; `hxl` switches the row of tags in tables and workbooks.

    Raises
    ------
    BadInput
        If this report does not come in this format, or not for its tier.
    """
    check_offer(report.kind, report.tier, form)
    return _WRITERS[form](report, language, hxl)


def check_offer(kind: Kind, tier: Tier, form: Format | None = None) -> None:
    """Refuse a report that is not made for a tier or in a format; raises `BadInput`."""
    offer = OFFERS[kind]
    if tier not in offer.tiers:
        raise BadInput(f"A report {kind!r} is not made for {tier}. It is made for {', '.join(offer.tiers)}.")
    if form is not None and form not in offer.formats:
        raise BadInput(f"A report {kind!r} does not come as {form}. It comes as {', '.join(offer.formats)}.")


def file_name(report: Report, form: Format, language: Language) -> str:
    """Return what a file of the report is called."""
    return f"{report.file_stem}{f'-{language}' if form in SPEAKING else ''}.{form}"


def _pdf(report: Report, language: Language) -> bytes:
    return write_sheet_pdf(report, language) if report.kind in {"sheet", "notice"} else write_pdf(report, language)


_WRITERS: Final[Mapping[Format, Callable[[Report, Language, bool], bytes]]] = {
    "pdf": lambda report, language, _hxl: _pdf(report, language),
    "xlsx": lambda report, language, hxl: write_xlsx(report, language, hxl=hxl),
    "csv": lambda report, _language, hxl: write_csv(report, hxl=hxl),
    "json": lambda report, _language, _hxl: write_json(report),
    "geojson": lambda report, _language, _hxl: write_geojson(report),
    "kml": lambda report, language, _hxl: write_kml(report, language),
    "gpx": lambda report, language, _hxl: write_gpx(report, language),
    "ics": lambda report, language, _hxl: write_ics(report, language),
}
