"""Road files of every kind: the same roads come out, and each row that cannot be used says why."""

import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from pyogrio import raw
from pyogrio.errors import FeatureError

from routing.building.build import build_network
from routing.network import RoadNetwork, Segment
from routing.readers.roadline import Limits, UnreadableRoads
from routing.readers.roads import read_areas
from tests.routing.building.lines import NOBODY
from tests.routing.readers.files import TOWN, Row, feature, geojson, line, pbf, read, vector


def network(path: Path, **how: str) -> RoadNetwork:
    harvest = read(path, **how)
    return build_network(harvest.lines, noded=harvest.noded, old=NOBODY).network


def said(segment: Segment) -> tuple[object, ...]:
    return (segment.name, segment.road_class, segment.oneway, segment.bridge, segment.weight_limit_kg,
            segment.single_lane, segment.width_m, segment.length_m)  # fmt: skip


def told(network: RoadNetwork) -> list[tuple[object, ...]]:
    return sorted((said(segment) for segment in network.segments.values()), key=str)


@pytest.mark.parametrize(("name", "write"), [("a.geojson", geojson), ("a.osm.pbf", pbf)])
def test_a_line_over_the_meridian_of_180_degrees_is_set_apart(
    name: str, write: Callable[[Path, Sequence[Row]], Path], tmp_path: Path
) -> None:
    over: Row = ([(179.99, 35.0), (-179.99, 35.0)], {"highway": "primary"})
    found = read(write(tmp_path / name, [*TOWN, over]))

    assert len(found.lines) == len(TOWN)
    assert [row.reason for row in found.quarantine] == ["the line crosses the meridian of 180 degrees: cut it there"]


def test_a_layer_that_is_a_question_without_an_end_is_refused_at_once(tmp_path: Path) -> None:
    path = vector(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("ALTER TABLE roads RENAME TO real")
        opened.execute(
            "CREATE VIEW roads AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT real.* FROM real, (SELECT max(i) AS most FROM n)"
        )
        opened.commit()
    with pytest.raises(UnreadableRoads, match="roads is a view, not a table"):
        read(path)
    with pytest.raises(UnreadableRoads, match="roads is a view, not a table"):
        read(path, layer="roads")


def test_every_kind_of_file_gives_the_same_network(tmp_path: Path) -> None:
    plain = network(geojson(tmp_path / "town.geojson"))

    assert len(plain.segments) == 4
    assert network(pbf(tmp_path / "town.osm.pbf")) == plain
    for name in ("town.gpkg", "town.shp"):
        moved = network(vector(tmp_path / name))  # in UTM 37 north
        assert told(moved) == told(plain), name
        assert moved.segments.keys() == plain.segments.keys(), name


def test_a_zip_of_a_shapefile_is_read_like_the_shapefile(tmp_path: Path) -> None:
    shape = vector(tmp_path / "town.shp")
    with zipfile.ZipFile(tmp_path / "town.zip", "w") as archive:
        for part in tmp_path.glob("town.*"):
            if part.suffix != ".zip":
                archive.write(part, f"deep/{part.name}")

    assert network(tmp_path / "town.zip") == network(shape)


def test_what_is_said_of_a_road_is_read_from_a_pbf(tmp_path: Path) -> None:
    main, street, bridge = read(pbf(tmp_path / "town.osm.pbf")).lines

    assert (main.feature, main.name, main.road_class, main.weight_limit_kg) == ("way/1", "Main street", "primary", 7500)
    assert (street.road_class, street.oneway) == ("urban", True)
    assert (bridge.bridge, bridge.level) == (True, 1)


def test_a_way_cut_at_the_edge_of_an_extract_is_kept_and_one_with_a_hole_is_set_apart(tmp_path: Path) -> None:
    import osmium  # noqa: PLC0415 - this test alone writes by hand
    from osmium.osm.mutable import Node, Way  # noqa: PLC0415 - as above

    path = tmp_path / "cut.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    for number in range(1, 5):
        writer.add_node(Node(id=number, location=(36 + number / 100, 35)))
    writer.add_way(Way(id=1, nodes=[1, 2, 99], tags={"highway": "primary"}))
    writer.add_way(Way(id=2, nodes=[1, 99, 3], tags={"highway": "primary"}))
    writer.add_way(Way(id=3, nodes=[3, 4], tags={"building": "yes"}))
    writer.close()
    found = read(path)

    assert [(one.feature, len(one.points)) for one in found.lines] == [("way/1", 2)]
    assert [(q.feature, q.value) for q in found.quarantine] == [("way/2", "1")]


def test_rows_that_cannot_be_used_are_set_apart_with_row_feature_reason_and_value(tmp_path: Path) -> None:
    primary = {"highway": "primary"}
    found = read(
        geojson(
            tmp_path / "bad.geojson",
            TOWN[:1],
            [
                feature(None, {"id": 12, **primary}),
                feature({"type": "Point", "coordinates": [36, 35]}, {"id": 13, **primary}),
                feature(line((36, 35), (936, 35)), {"id": 14, **primary}),
                feature(line((36, 35), (36, 35)), {"id": 15, **primary}),
                feature(line((36, 35), (37, 35)), {"id": 16, "highway": "canal"}),
                feature(line((36, 35), (37, 35)), {"id": 17}),
                feature(line((36, 35), (37, 35)), {"id": 18, "highway": "footway"}),
            ],
        )
    )

    assert [(q.row, q.feature, q.value) for q in found.quarantine] == [
        (2, "12", ""), (3, "13", "point"), (4, "14", "936, 35"), (5, "15", ""), (6, "16", "canal"), (7, "17", ""),
    ]  # fmt: skip
    assert len({q.reason for q in found.quarantine}) == 6
    assert found.left_out == {"footway": 1}
    assert (found.rows, len(found.lines)) == (8, 1)


def test_texts_that_nothing_can_keep_are_cleaned(tmp_path: Path) -> None:
    odd = "a\ud800b\0c\nd"
    rows = [feature(line((36, 35), (37, 35)), {"id": odd, "highway": "primary", "name": odd}),
            feature(line((36, 35), (37, 35)), {"id": odd, "highway": odd})]  # fmt: skip
    found = read(geojson(tmp_path / "odd.geojson", (), rows))

    assert found.lines[0].name == "a?bc d"
    assert [(q.feature, q.value) for q in found.quarantine] == [("a?bc d", "a?bc d")]


def test_a_row_may_hold_anything(tmp_path: Path) -> None:
    odd: list[object] = [None, 3, "x", [], {"type": "LineString"}, {"type": ["LineString"], "coordinates": 3}]
    odd += [{"type": "MultiLineString", "coordinates": [[[36, 35], [37]]]}, {"type": "LineString", "coordinates": {}}]
    odd += [{"type": "LineString", "coordinates": [[True, 35], [36, 35]]}, {"type": "LineString", "coordinates": []}]
    rows = [{"type": "Feature", "properties": {"highway": "primary"}, "geometry": value} for value in odd]
    path = tmp_path / "odd.geojson"
    geojson(path, TOWN[:1], [*rows, {"type": "Feature"}, {"properties": 5}])
    found = read(path)

    assert (len(found.lines), len(found.quarantine), found.rows) == (1, 12, 13)


def test_the_parts_of_one_row_are_roads_of_their_own(tmp_path: Path) -> None:
    two = {"type": "MultiLineString", "coordinates": [[[36, 35], [37, 35]], [[36, 36], [37, 36]]]}
    found = read(geojson(tmp_path / "two.geojson", (), [feature(two, {"id": 5, "highway": "primary"})]))

    assert [one.feature for one in found.lines] == ["5", "5#2"]


def test_a_file_without_a_coordinate_system_must_be_told_one(tmp_path: Path) -> None:
    path = vector(tmp_path / "town.shp")
    path.with_suffix(".prj").unlink()

    with pytest.raises(UnreadableRoads, match=r"states no coordinate system.*--crs EPSG"):
        read(path)
    assert network(path, crs="EPSG:32637") == network(vector(tmp_path / "with.shp"))
    with pytest.raises(UnreadableRoads, match="'EPSG:1' is not known"):
        read(path, crs="EPSG:1")


def test_a_geopackage_of_several_layers_must_be_told_which(tmp_path: Path) -> None:
    path = vector(tmp_path / "town.gpkg")
    meta, _, shapes, columns = raw.read(path)
    raw.write(str(path), shapes, columns, meta["fields"], layer="more", driver="GPKG", geometry_type="LineString",
              crs="EPSG:32637", append=False)  # fmt: skip

    with pytest.raises(UnreadableRoads, match=r"2 layers: .*--layer"):
        read(path)
    assert len(read(path, layer="more").lines) == 3


def test_a_file_is_read_chunk_by_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (vector(tmp_path / "town.gpkg", [*TOWN, *TOWN]), vector(tmp_path / "town.shp", [*TOWN, *TOWN])):
        for size in (1, 2, 3, 4, 100):
            monkeypatch.setattr("routing.readers.vector.CHUNK", size)
            assert [one.row for one in read(path).lines] == [1, 2, 3, 4, 5, 6]


def test_a_row_that_the_library_cannot_read_is_found_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = raw.read

    def breaks_at_row_four(*file: object, **how: int) -> object:
        if how["skip_features"] <= 3 < how["skip_features"] + how["max_features"]:
            raise FeatureError("broken")
        return whole(*file, **how)

    path = vector(tmp_path / "town.gpkg", [*TOWN, *TOWN])
    monkeypatch.setattr("routing.readers.vector.raw.read", breaks_at_row_four)
    found = read(path)

    assert [one.row for one in found.lines] == [1, 2, 3, 5, 6]
    assert [q.row for q in found.quarantine] == [4]


def test_nothing_is_opened_that_does_not_begin_as_its_name_says(tmp_path: Path) -> None:
    virtual = (
        "<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/x.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    for name in ("a.geojson", "a.gpkg", "a.shp"):
        (tmp_path / name).write_text(virtual, encoding="utf-8")
        with pytest.raises(UnreadableRoads, match="does not begin as"):
            read_areas(tmp_path / name, Limits())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b""),
        ("a.geojson", b"<OGRVRTDataSource/>"),
        ("a.geojson", b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}'),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {'),
        ("a.geojson", b'{"type":"FeatureCollection","features":[' + b"[" * 50_000),
        ("a.gpkg", b"SQLite format 3\0" + b"x" * 200),
        ("a.gpkg", b'{"type": "FeatureCollection"}'),
        ("a.shp", b"\0\0\x27\x0a"),
        ("a.osm.pbf", b"nothing"),
        ("a.zip", b"PK\x03\x04nothing"),
        ("a.kml", b"<kml/>"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_one_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UnreadableRoads, match=r"^a\.\w+.* .*\.$"):
        read(path)


def test_a_file_beyond_the_limits_is_refused_with_the_option_that_raises_them(tmp_path: Path) -> None:
    path = geojson(tmp_path / "town.geojson", [*TOWN] * 5)
    for limits, option in (
        (Limits(file_mb=0), "--max-mb"), (Limits(vertices=9), "--max-vertices"), (Limits(features=4), "--max-features"),
    ):  # fmt: skip
        for one in (path, pbf(tmp_path / f"{option}.osm.pbf", [*TOWN] * 5)):
            with pytest.raises(UnreadableRoads, match=option):
                read(one, limits=limits)


def test_a_zip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.geojson", b"0" * 3_000_000)
    assert path.stat().st_size < 10_000

    with pytest.raises(UnreadableRoads, match=r"unpacks to more than 2 MB.*--max-mb"):
        read(path, limits=Limits(file_mb=2))


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", b"PK")

    with pytest.raises(UnreadableRoads, match="holds 0 road files"):
        read(tmp_path / "outer.zip")


def test_a_member_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with zipfile.ZipFile(inside / "a.zip", "w") as archive:
        archive.writestr("../../roads.geojson", geojson(tmp_path / "town.geojson").read_text())

    assert len(read(inside / "a.zip").lines) == 3
    assert sorted(path.name for path in tmp_path.rglob("*.geojson")) == ["town.geojson"]


def test_outlines_name_areas_and_a_row_without_a_name_is_refused(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[36, 35], [37, 35], [37, 36], [36, 36], [36, 35]]]}
    path = tmp_path / "areas.geojson"
    geojson(path, (), [feature(square, {"id": "north", "name": "North"})])
    assert [(o.id, o.name) for o in read_areas(path, Limits())] == [("north", "North")]

    geojson(path, (), [feature(square, {"id": "north"}), feature(square, {"name": "nobody"})])
    with pytest.raises(UnreadableRoads, match="row 2"):
        read_areas(path, Limits())


def test_more_notes_than_are_kept_are_still_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.readers.roadline.NOTES_KEPT", 3)
    found = read(geojson(tmp_path / "a.geojson", (), [feature(None, {"highway": "primary"})] * 10))

    assert len(list(found.quarantine)) == 3
    assert len(found.quarantine) == 10
    assert found.quarantine.counts.total() == 10
