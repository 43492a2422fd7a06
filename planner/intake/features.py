"""Read a map file into rows: the properties of each feature as texts, and its geometry in WGS84."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from planner.domain.errors import BadInput
from planner.intake.sheet import (
    MAX_ROWS,
    Column,
    check_size,
    decode_text,
    match_columns,
    only_columns,
    read_sheet,
    required_columns,
)
from planner.intake.table import Quarantined, Row, build_some
from routing.readers.roadline import Limits
from routing.readers.shapes import parse_wkt, read_shapes

_WGS84: Final = ("CRS84", "4326")
MAX_CORNERS: Final = 500_000
"""Of one geometry; the outline of a country at full detail has fewer."""
MAX_UNPACKED_MB: Final = 128
_WKT: Final = Column(names=("wkt", "geometry", "the_geom", "geom"), tags=("#geo+wkt",), required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """A file's features as rows (counted from 1), each with its geometry, and those that were set aside."""

    rows: tuple[Row, ...]
    geometries: Mapping[int, Mapping[str, Any]]
    quarantined: tuple[Quarantined, ...]


def is_geojson(content: bytes) -> bool:
    """Tell whether these bytes begin as a GeoJSON file does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def read_features(name: str, content: bytes, wanted: Mapping[str, Column]) -> Features:
    """Read a FeatureCollection in degrees, WGS84, as the format demands.

    Raises
    ------
    BadInput
        If the file as a whole cannot be read, or is in another coordinate system.
    """
    check_size(name, len(content))
    found = _load(name, decode_text(name, content))
    if found.get("type") != "FeatureCollection" or not isinstance(found.get("features"), list):
        raise BadInput(f"{name} is no FeatureCollection. Save it as GeoJSON with features.")
    system = json.dumps(found.get("crs") or "")
    if found.get("crs") is not None and not any(known in system for known in _WGS84):
        raise BadInput(f"{name} is in another coordinate system: {system[:80]}. Save it in WGS84 (EPSG:4326).")
    return _read(name, found["features"], wanted)


def read_map(name: str, content: bytes, wanted: Mapping[str, Column]) -> Features:
    """Read a GeoPackage with one layer, or a Shapefile in a zip, in any coordinate system that it states.

    Raises
    ------
    BadInput, UnreadableRoads
        If the file as a whole cannot be read.
    """
    check_size(name, len(content))
    shapes = read_shapes(name, content, Limits(file_mb=MAX_UNPACKED_MB, features=MAX_ROWS))
    return _read(name, [{"properties": dict(shape.said), "geometry": shape.geometry} for shape in shapes], wanted)


def read_wkt(name: str, content: bytes, wanted: Mapping[str, Column], encoding: str = "") -> Features:
    """Read a table with a column of well-known text, in degrees with longitude first.

    Raises
    ------
    BadInput
        If the file as a whole cannot be read.
    """
    sheet = read_sheet(name, content, {**wanted, "wkt": _WKT}, encoding)
    shapes, aside = build_some(sheet.rows, lambda row: _geometry({"geometry": parse_wkt(row.text("wkt"))}))
    geometries = dict(shapes)
    return Features(
        rows=tuple(row for row in sheet.rows if row.number in geometries), geometries=geometries,
        quarantined=(*sheet.quarantined, *aside),
    )  # fmt: skip


def _read(name: str, features: Sequence[object], wanted: Mapping[str, Column]) -> Features:
    if len(features) > MAX_ROWS:
        raise BadInput(f"{name} has more than {MAX_ROWS} features. Split it.")
    rows: list[Row] = []
    shapes: dict[int, Mapping[str, Any]] = {}
    aside: list[Quarantined] = []
    for number, feature in enumerate(features, 1):
        try:
            rows.append(_row(name, number, feature, wanted))
            shapes[number] = _geometry(feature)  # type: ignore[arg-type] # a row was made of it, so it is a feature
        except BadInput as cause:
            aside.append(Quarantined(row=number, reason=str(cause)))
    usable = tuple(row for row in rows if row.number in shapes)
    return Features(rows=usable, geometries=shapes, quarantined=tuple(aside))


def _load(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as cause:
        said = str(cause) if isinstance(cause, json.JSONDecodeError) else type(cause).__name__
        raise BadInput(f"{name} is no GeoJSON: {said}. Export it anew.") from cause
    if not isinstance(found, dict):
        raise BadInput(f"{name} is no GeoJSON object. Export it anew.")
    return found


def _refuse_constant(word: str) -> float:
    raise ValueError(word)


def _row(name: str, number: int, feature: object, wanted: Mapping[str, Column]) -> Row:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise BadInput("It is no feature with properties. Give each its properties.")
    properties = {str(key): value for key, value in feature["properties"].items()}
    names = list(properties)
    columns = only_columns(name, match_columns(names, (), wanted))
    missing = sorted(required_columns(wanted) - columns.keys())
    if missing:
        raise BadInput(f"The property {missing[0]!r} is missing. Add it.")
    texts = {key: _text(properties[names[at]]) for key, at in columns.items()}
    return Row(file=name, number=number, values={key: texts.get(key, "") for key in wanted})


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
                raise BadInput("A text holds a character that no database keeps. Remove it.")
            return value.strip()
        case float() if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _geometry(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    shape = feature.get("geometry")
    if not isinstance(shape, dict) or not isinstance(shape.get("type"), str):
        raise BadInput("It has no geometry. Draw it, or leave it out.")
    if "coordinates" not in shape:
        raise BadInput(f"A {shape['type']} is not understood. Give points, lines or polygons.")
    corners = 0
    for position in _positions(shape["coordinates"]):
        corners += 1
        if corners > MAX_CORNERS:
            raise BadInput(f"Its geometry has more than {MAX_CORNERS} positions. Simplify it.")
        lon, lat = position
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - degrees
            raise BadInput(f"The position {lon:g}, {lat:g} is none on earth. Give degrees, longitude first.")
    if corners == 0:
        raise BadInput("Its geometry is empty. Draw it, or leave it out.")
    return {"type": shape["type"], "coordinates": shape["coordinates"]}


def _positions(coordinates: object) -> Iterator[tuple[float, float]]:
    """Yield every position of nested coordinates, without recursion: depth is the file's choice."""
    waiting = [coordinates]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, list):
            raise BadInput("Its coordinates are not lists of numbers. Export it anew.")
        if one and all(isinstance(value, int | float) and not isinstance(value, bool) for value in one):
            if len(one) < 2:  # noqa: PLR2004 - longitude and latitude
                raise BadInput("A position needs a longitude and a latitude. Export it anew.")
            yield _degree(one[0]), _degree(one[1])
        else:
            waiting.extend(reversed(one))


def _degree(value: float) -> float:
    # A whole number of a thousand digits is no float.
    return float(value) if abs(value) < 1_000 else math.inf  # noqa: PLR2004 - far from any degree
