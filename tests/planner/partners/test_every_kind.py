"""Each kind of report, for each tier, opens in the programs of others: HXL readers and maps."""

import csv
import io
from pathlib import Path

import hxl
import pyogrio
import pypdf
import pytest

from planner.partners.report import Report
from planner.partners.words import LANGUAGES, Language
from planner.partners.writers import KINDS, OFFERS, Format, write
from tests.planner.partners.kinds import EVERY, NAMES

TABLES = [one for one in zip(NAMES, EVERY, strict=True) if "csv" in OFFERS[one[1].kind].formats]
MAPS = [one for one in zip(NAMES, EVERY, strict=True) if "geojson" in OFFERS[one[1].kind].formats and one[1].features]


def test_every_kind_is_here() -> None:
    assert {report.kind for report in EVERY} == set(KINDS)
    assert {"sheet-T3", "incident-T1", "monthly-T0", "register-T0", "activities-T2"} <= {name for name, _one in TABLES}
    # Of the public register no row has a place.
    assert {name for name, one in zip(NAMES, EVERY, strict=True) if one.kind == "register"} - {n for n, _ in MAPS} == {
        "register-T0"
    }


@pytest.mark.parametrize("report", [one for _name, one in TABLES], ids=[name for name, _one in TABLES])
def test_libhxl_finds_nothing_wrong_in_a_table(report: Report) -> None:
    rows = list(csv.reader(io.StringIO(write(report, "csv").decode("utf-8-sig"))))
    data = hxl.data(rows)

    assert len(rows) > 2, "a table without rows proves nothing"
    assert [column.display_tag for column in data.columns] == rows[1]
    assert len(set(rows[1])) == len(rows[1]), "two columns under one tag are one to a reader"
    told = hxl.validate(data)
    assert (told["is_valid"], told["issues"]) == (True, [])


@pytest.mark.parametrize("form", ["geojson", "kml"])
@pytest.mark.parametrize("report", [one for _name, one in MAPS], ids=[name for name, _one in MAPS])
def test_a_map_program_reads_every_row(report: Report, form: Format, tmp_path: Path) -> None:
    path = tmp_path / f"report.{form}"
    path.write_bytes(write(report, form))

    info = pyogrio.read_info(path)
    fields = set(info["fields"])

    assert info["crs"] == "EPSG:4326"
    assert info["features"] == len(report.features) > 0
    assert fields >= {
        name for feature in report.features for name, value in feature.row.items() if value not in (None, "")
    }
    if report.tier == "T3":
        assert {"for_reader", "expires_on"} <= fields


@pytest.mark.parametrize("name", ["denials-T1", "sheet-T3", "notice-T3"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_days_and_hours_stand_in_reading_order(name: str, language: Language) -> None:
    """The letters of a page lie in the order in which they are drawn, so that what is reversed is read reversed."""
    report = EVERY[NAMES.index(name)]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(write(report, "pdf", language))).pages)

    wanted = {"denials-T1": ["2016-09-19", "78,000"], "sheet-T3": ["10:50", "332,320"], "notice-T3": ["2016-09-19"]}
    assert [one for one in wanted[name] if one not in text or one[::-1] in text] == []
