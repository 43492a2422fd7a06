"""Nobody below operations reads a name, a place, an hour or a day to come: every report and format is searched."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pypdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from planner.domain.denials import SECTORS, Denial
from planner.partners.activities import Delivery, Goods, report_activities
from planner.partners.denial_reports import report_denials, report_incident, report_register
from planner.partners.monthly import INDICATORS, Besieged, Figure, Month, Reason, report_month
from planner.partners.report import Report, Tier
from planner.partners.words import LANGUAGES, Both
from planner.partners.writers import OFFERS, Format, write
from routing.units import DAY, Instant
from tests.planner.partners.denials import (
    LATE,
    PLACES,
    PRIVATE,
    SEPTEMBER,
    ZONE,
    counts,
    denial,
    denials,
    heading,
    instants,
    people,
    words,
)

LOW: tuple[Tier, ...] = ("T0", "T1", "T2")
HOUR = re.compile(r"\d{1,2}:\d{2}")
PHONE = re.compile(r"0\d{3}-\d{3}-\d{3}|\+963")
FINE = {"T0": re.compile(r"\d\.\d{2}"), "T1": re.compile(r"\d\.\d{3}"), "T2": re.compile(r"\d\.\d{3}")}
DAY_OF = re.compile(r"\d{4}-\d{2}-\d{2}")
SECRET = Both(en=f"{PRIVATE} 0944-555-123, plate 12-345", ar=f"{PRIVATE} 0944-555-123")
clocks = instants.map(lambda at: at + 12 * DAY)


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    code = draw(st.sampled_from((*PLACES, PRIVATE)))
    done = draw(instants)
    goods = Goods(name=Both(en="Ration", ar="حصة"), sector="food", unit="kit", units=draw(st.integers(1, 999)), kg=10)
    return Delivery(
        movement=f"{PRIVATE}-movement", channel=draw(st.sampled_from(("cross_line", PRIVATE))), completed_at=done,
        reported_at=done + 3_600, governorate_code=code,
        sub_district=draw(st.sampled_from((*(sub for _en, _ar, sub in PLACES.values()), PRIVATE))), site=SECRET,
        site_at=(36.07214, 36.95123), listing=draw(st.sampled_from(("besieged", PRIVATE))),
        sectors=tuple(draw(st.lists(st.one_of(st.sampled_from(sorted(SECTORS)), words), max_size=3))),
        goods=draw(st.sampled_from(((), (goods,)))), people_requested=draw(people), people_reached=draw(people),
        trucks=draw(counts), synthetic=False,
    )  # fmt: skip


@st.composite
def months(draw: st.DrawFn) -> Month:
    numbers = st.integers(0, 40)
    figures = {code: Figure(value=draw(numbers), of=draw(numbers), of_what="requests") for code in INDICATORS["T1"]}
    reasons = (Reason(code=draw(st.sampled_from(("attack", PRIVATE))), convoys=1, people=10),)
    place = Besieged(governorate=Both(en="Homs", ar="حمص"), sub_district=Both(en="", ar=""), last_reached_on=None,
                     days_since=None)  # fmt: skip
    return Month(plan="2016-09", convoys=draw(numbers), figures=figures, reasons=reasons, besieged=(place,))


def reports(found: tuple[Denial, ...], done: tuple[Delivery, ...], month: Month, now: Instant) -> Iterator[Report]:
    """Yield every kind of report for every tier below operations."""
    top = heading(now)
    for tier in LOW:
        yield report_denials(top, found, tier, SEPTEMBER)
        yield report_register(top, found, tier, SEPTEMBER)
        yield report_activities(top, done, tier, "2016-09")
        yield report_month(top, month, done, tier)
        for one in found[:1]:
            yield report_incident(top, one, tier, SEPTEMBER)


def texts(content: bytes, form: Format) -> str:
    """Return all that can be read in a file, unpacked: every part of a workbook, the words and facts of a PDF."""
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return " ".join(packed.read(name).decode() for name in packed.namelist() if "theme" not in name)
    if form == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(content))
        # The producer's version is the one thing of the file itself that is written there.
        told = [str(value) for key, value in (reader.metadata or {}).items() if key not in {"/Producer", "/Creator"}]
        return " ".join([*told, *(page.extract_text() for page in reader.pages)])
    if form == "json":
        body = json.loads(content)
        del body["generated_at"]  # the hour at which the report was made is nobody's hour on the road
        return json.dumps(body, ensure_ascii=False)
    return content.decode("utf-8-sig")


def unpacked(content: bytes, form: Format) -> bytes:
    """Return every byte of a file, packed and unpacked: each part of a workbook, each stream of a PDF."""
    parts = [content]
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    if form == "pdf":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
            with suppress(zlib.error):  # not packed: it lies in the content as it is
                parts.append(zlib.decompressobj().decompress(stream))
    return b" ".join(parts).lower()


def days_in(content: bytes, form: Format, text: str) -> Iterator[date]:
    yield from map(date.fromisoformat, DAY_OF.findall(text))
    if form == "xlsx":
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            for row in sheet.iter_rows(values_only=True):
                yield from (v.date() for v in row if isinstance(v, datetime))


def leaks(report: Report, content: bytes, form: Format, now: Instant) -> list[str]:
    text = texts(content, form)
    today = datetime.fromtimestamp(now, ZONE).date()
    found = [PRIVATE] if PRIVATE in text.lower() or PRIVATE.encode() in unpacked(content, form) else []
    if form != "xlsx" and report.kind != "monthly":  # widths of columns and shares are fractions of another kind
        found += FINE[report.tier].findall(text)
    found += HOUR.findall(text) + PHONE.findall(text)
    return found + [str(day) for day in days_in(content, form, text) if day > today]


def searched(made: Iterator[Report], now: Instant, forms: set[Format]) -> Iterator[tuple[str, Format, list[str]]]:
    for report in made:
        if report.tier not in OFFERS[report.kind].tiers:
            continue
        for form in OFFERS[report.kind].formats:
            # Either language for each: which one changes with the time of the report, as it is drawn.
            if form in forms:
                content = write(report, form, LANGUAGES[now % 2])
                yield f"{report.kind} {report.tier}", form, leaks(report, content, form, now)


@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(st.lists(denials(), max_size=5).map(tuple), st.lists(deliveries(), max_size=5).map(tuple), months(), clocks)
def test_no_table_and_no_map_leaks(
    found: tuple[Denial, ...], done: tuple[Delivery, ...], month: Month, now: Instant
) -> None:
    told = searched(reports(found, done, month, now), now, {"csv", "json", "geojson", "kml"})
    assert [one for one in told if one[2]] == []


@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])  # pages and workbooks take long to make
@given(
    st.lists(denials(), min_size=3, max_size=5).map(tuple), st.lists(deliveries(), min_size=3, max_size=5).map(tuple),
    months(), clocks,
)  # fmt: skip
def test_no_page_and_no_workbook_leaks(
    found: tuple[Denial, ...], done: tuple[Delivery, ...], month: Month, now: Instant
) -> None:
    told = searched(reports(found, done, month, now), now, {"pdf", "xlsx"})
    assert [one for one in told if one[2]] == []


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "pdf"])
def test_the_search_sees_what_operations_read(form: Format) -> None:
    report = report_incident(heading(), denial(), "T3", SEPTEMBER)
    wanted = replace(report, tier="T2")  # searched as if it were for a lower tier
    assert PRIVATE in leaks(wanted, write(report, form), form, LATE)
    if form != "xlsx":
        assert "16:10" in leaks(wanted, write(report, form), form, LATE)


def test_the_search_sees_what_is_packed_and_not_printed() -> None:
    hidden = b"%PDF-1.7 5 0 obj stream\r\n" + zlib.compress(PRIVATE.upper().encode()) + b"\nendstream"
    assert PRIVATE.encode() not in hidden.lower()
    assert PRIVATE.encode() in unpacked(hidden, "pdf")
    made = replace(report_denials(heading(), (denial(),), "T1", SEPTEMBER), subject=PRIVATE)
    assert PRIVATE.encode() in unpacked(write(made, "xlsx"), "xlsx")


def test_a_workbook_names_nobody_and_no_time() -> None:
    content = write(report_denials(heading(), (denial(),), "T1", SEPTEMBER), "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {entry.date_time[:3] for entry in packed.infolist()} == {(1980, 1, 1)}
        facts = packed.read("docProps/core.xml") + packed.read("docProps/app.xml")
    assert not re.search(rb"openpyxl|creator|created|modified|Application", facts)
