"""Polygons of control decide an area when they hold all its places; one that they cut in two is told, not guessed."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from pyogrio import raw

from planner.domain.crisis import Party
from planner.domain.errors import BadInput
from planner.intake.control_areas import read_control
from planner.intake.drafts import Drafts
from routing.evidence import Control
from routing.readers.roadline import UnreadableRoads
from routing.units import parse_instant
from tests.planner.intake.files import TELLER, ZONE, csv_of, feature, geojson, square
from tests.routing.builders import two_sides

NETWORK = two_sides()
PARTIES = (
    Party(id="north", name="Northern authority", name_ar="سلطة الشمال"),
    Party(id="south", name="S", name_ar="S"),
)
WEST, EAST = square(35.9, 35.9, 36.21, 36.1), square(36.21, 35.9, 38.1, 36.1)


def held(shape: object, party: str = "north", **more: Any) -> dict[str, object]:  # noqa: ANN401 - properties of any kind
    return feature("Polygon", shape, **{"party": party, "date": "2016-08-09", "source": "map desk", **more})


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(*features: object) -> Drafts:
    return read_control("control.geojson", geojson(*features), NETWORK, PARTIES, TELLER)


def holders(found: Drafts) -> dict[str, str]:
    facts = [draft.evidence.fact for draft in found.drafts]
    return {fact.area: fact.party for fact in facts if isinstance(fact, Control)}


def test_an_area_whose_places_all_lie_inside_goes_to_the_polygons_party() -> None:
    found = read(held(WEST), held(EAST, "south"))
    assert holders(found) == {"west": "north", "east": "south"}
    assert found.drafts[0].evidence.valid.start == parse_instant("2016-08-09", ZONE)
    assert found.drafts[0].evidence.source == "map desk"


def test_an_area_that_a_polygon_cuts_in_two_is_told_and_decides_nothing() -> None:
    found = read(held(square(35.9, 35.9, 36.1, 36.1)), held(square(36.1, 35.9, 36.21, 36.1), "south"))
    assert not found.drafts
    assert "Area west is cut on 2016-08-09 (north: hub; south: post)" in found.notes[0]


def test_an_area_covered_in_part_is_told_and_decides_nothing() -> None:
    found = read(held(square(35.9, 35.9, 36.1, 36.1)))
    assert not found.drafts
    assert "(north: hub; in no polygon: post)" in found.notes[0]


def test_an_area_that_no_polygon_touches_is_left_alone() -> None:
    found = read(held(WEST))
    assert holders(found) == {"west": "north"}
    assert found.notes == ()


def test_places_in_polygons_of_two_parties_are_disputed_and_decide_nothing() -> None:
    found = read(held(WEST), held(WEST, "south"))
    assert not found.drafts
    assert len(found.notes) == 1


def test_a_pocket_drawn_inside_a_polygon_of_another_party_counts_there() -> None:
    around, pocket = square(35.9, 35.9, 38.1, 36.1), square(36.21, 35.95, 38.0, 36.05)
    for told in ([held(around), held(pocket, "south")], [held(pocket, "south"), held(around)]):
        found = read(*told)
        assert holders(found) == {"west": "north", "east": "south"}
        assert found.notes == ()


def test_a_polygon_that_lies_partly_outside_another_is_no_pocket() -> None:
    found = read(held(square(35.9, 35.9, 37.0, 36.1)), held(EAST, "south"))
    assert holders(found) == {"west": "north"}
    assert "Area east is cut" in found.notes[0]


def drawn(path: Path, crs: str, day: str) -> Path:
    """Write the west as the only row of a layer in a coordinate system."""
    move = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    ring = shapely.Polygon([move.transform(lon, lat) for lon, lat in WEST[0]])
    columns = [np.array([word], dtype=object) for word in ("north", "map desk")]
    raw.write(
        str(path), np.array([shapely.to_wkb(ring)], dtype=object), [*columns, np.array([day], dtype="datetime64[D]")],
        np.array(["party", "source", "date"], dtype=object), geometry_type="Polygon", crs=crs,
        driver={".gpkg": "GPKG", ".shp": "ESRI Shapefile"}[path.suffix],
    )  # fmt: skip
    return path


def test_a_geopackage_and_a_shapefile_in_any_coordinate_system_say_the_same_as_geojson(tmp_path: Path) -> None:
    package = drawn(tmp_path / "land.gpkg", "EPSG:32637", "2016-08-09").read_bytes()
    drawn(tmp_path / "land.shp", "EPSG:32637", "2016-08-09")
    shape = zipped({path.name: path.read_bytes() for path in tmp_path.glob("land.*") if path.suffix != ".gpkg"})
    facts = [draft.evidence for draft in read(held(WEST)).drafts]
    for name, content in (("land.gpkg", package), ("land.zip", shape)):
        found = read_control(name, content, NETWORK, PARTIES, TELLER)
        assert [draft.evidence for draft in found.drafts] == facts
        assert found.quarantined == ()


def test_a_table_of_well_known_text_says_the_same_and_a_broken_text_is_set_aside() -> None:
    row = {"party": "north", "date": "2016-08-09", "source": "map desk"}
    west = {**row, "wkt": "POLYGON((35.9 35.9, 36.21 35.9, 36.21 36.1, 35.9 36.1, 35.9 35.9))"}
    told = read_control("c.csv", csv_of(west, {**row, "wkt": "POLYGON((35"}), NETWORK, PARTIES, TELLER)
    assert [draft.evidence for draft in told.drafts] == [draft.evidence for draft in read(held(WEST)).drafts]
    assert [(one.row, "well-known text cannot be read" in one.reason) for one in told.quarantined] == [(3, True)]


def test_polygons_of_another_day_or_source_are_told_apart() -> None:
    found = read(held(WEST), held(WEST, "south", date="2016-09-01"), held(WEST, "south", source="other desk"))
    assert [(d.row, d.evidence.source) for d in found.drafts] == [(1, "map desk"), (2, "map desk"), (3, "other desk")]


def test_a_party_goes_by_its_id_its_name_or_the_name_that_the_reader_is_told() -> None:
    assert holders(read(held(WEST, "northern AUTHORITY"))) == {"west": "north"}
    assert "Give one of: north, south" in read(held(WEST, "blue")).quarantined[0].reason
    told = replace(TELLER, parties={"blue": "north"})
    assert holders(read_control("c", geojson(held(WEST, "blue")), NETWORK, PARTIES, told)) == {"west": "north"}


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (feature("Point", [36, 36], party="north", date="2016-08-09", source="s"), "A Point encloses nothing"),
        (held([[[36, 36], [37, 37], [37, 36], [36, 37], [36, 36]]]), "does not tell inside from outside"),
        (held([[[36, 36], [37, 37]]]), "cannot be read"),
        (held(WEST, date=""), "date is ''"),
        (feature("Polygon", WEST, date="2016-08-09"), "The property 'party' is missing"),
        ({"type": "Feature", "properties": {"party": "north", "date": "2016-08-09"}, "geometry": None}, "no geometry"),
        ("nonsense", "no feature with properties"),
    ],
)
def test_a_broken_polygon_is_set_aside(shape: object, said: str) -> None:
    found = read(held(WEST), shape)
    assert holders(found) == {"west": "north"}
    assert said in found.quarantined[0].reason
    assert found.quarantined[0].row == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (csv_of({"party": "north"}), "no header with the columns party, date, wkt"),
        (b"SQLite format 3\x00" + b"x" * 200, "cannot be read"),
        (zipped({"a.shp": b"x" * 200}), "does not begin as ESRI Shapefile does"),
        (zipped({"a.shp": b"", "b.shp": b""}), "holds 2 road files"),
        (b'{"type": "Feature"}', "no FeatureCollection"),
        (b'{"type": ', "no GeoJSON"),
        (b'{"a": NaN}', "no GeoJSON"),
        (b'{"a": ' + b"[" * 100_000, "no GeoJSON"),
        (geojson(crs={"type": "name", "properties": {"name": "EPSG:32637"}}), "another coordinate system"),
    ],
)
def test_a_file_that_cannot_be_used_says_so(content: bytes, said: str) -> None:
    with pytest.raises((BadInput, UnreadableRoads), match=said):
        read_control("control.geojson", content, NETWORK, PARTIES, TELLER)
