"""Maps open in other people's programs, and roads to drive are made for operations alone."""

import io
import struct
from pathlib import Path

import pyogrio
import pytest

from planner.partners.almanac import write_ics
from planner.partners.geo import write_gpx
from planner.partners.report import Tier
from planner.partners.writers import Format, write
from tests.planner.partners.denials import denial, report

FOUND = (denial(), denial(event_id="syria-00043", governorate_code="", sub_district="nowhere"))


@pytest.mark.parametrize("form", ["geojson", "kml"])
def test_a_map_program_reads_rows_and_coarse_points(form: Format, tmp_path: Path) -> None:
    path = tmp_path / f"denials.{form}"
    path.write_bytes(write(report(FOUND), form))

    info = pyogrio.read_info(path)
    _meta, _index, geometry, fields = pyogrio.raw.read(path)
    named = dict(zip(info["fields"], fields, strict=True))

    assert info["crs"] == "EPSG:4326"
    assert "syria-00042" in list(named["event_id"])
    points = [one for one in geometry if one is not None]
    assert len(points) == 1
    assert _xy(points[0]) == (36.82, 36.13)


def _xy(wkb: bytes) -> tuple[float, float]:
    order = "<" if wkb[0] == 1 else ">"
    x, y = struct.unpack(f"{order}2d", wkb[5:21])
    return x, y


def test_what_has_no_place_is_a_row_without_one(tmp_path: Path) -> None:
    path = tmp_path / "denials.geojson"
    path.write_bytes(write(report(FOUND), "geojson"))
    assert [one is None for one in pyogrio.raw.read(path)[2]] == [False, True]


@pytest.mark.parametrize("tier", ["T0", "T1", "T2"])
def test_nobody_but_operations_gets_a_road_or_a_window(tier: Tier) -> None:
    for make in (write_gpx, write_ics):
        with pytest.raises(ValueError, match="T3 alone"):
            make(report(FOUND, tier), "en")


def test_a_name_with_signs_of_markup_stays_a_name() -> None:
    content = write(report((denial(event_id="syria-00044", sub_district="Talbiseh", governorate_code="SY04"),)), "kml")
    assert pyogrio.read_info(io.BytesIO(content))["features"] == 1
