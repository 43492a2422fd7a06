"""Read roads and outlines of GeoJSON, GeoPackage and Shapefile, in any coordinate system, chunk by chunk."""

import warnings as python_warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from pyogrio import raw

from routing.readers.attributes import Row, read_class, read_line
from routing.readers.classes import ClassTable
from routing.readers.roadline import (
    Harvest,
    Limits,
    Notes,
    Points,
    RoadLine,
    UnreadableRoads,
    check_counts,
    check_size,
    outside,
    settle,
)

WGS84: Final = "EPSG:4326"
CHUNK: Final = 100_000
"""Rows read at a time."""
DRIVERS: Final[Mapping[str, str]] = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile",
}  # fmt: skip
_BEGINS: Final[Mapping[str, bytes]] = {"GPKG": b"SQLite format 3\0", "ESRI Shapefile": b"\0\0\x27\x0a"}
_LARGEST_FEATURE_MB: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """An opened layer of a file and what it said of itself."""

    path: Path
    name: str
    layer: str | None
    features: int
    transform: pyproj.Transformer | None
    crs: str


def read_vector(
    path: Path, table: ClassTable, limits: Limits, *, crs: str | None = None, layer: str | None = None
) -> Harvest:
    """Read the lines of a vector file as roads, in WGS84.

    `crs` names the coordinate system of a file that states none; a GeoJSON is in WGS84 (RFC 7946) unless it
    states another. A row that cannot be used is set apart with its reason.

    Raises
    ------
    UnreadableRoads
        If the file cannot be read as what its name says, names no coordinate system, or holds more than the limits.
    """
    source = _open(path, limits, crs, layer)
    quarantine, warnings, left_out = Notes(), Notes(), Counter[str]()
    lines: list[RoadLine] = []
    vertices = rows = 0
    for rows, row, geometry in _rows(source, table):
        if geometry is not None:
            vertices += int(shapely.get_num_coordinates(geometry))
        check_counts(source.name, rows, vertices, limits)
        road_class = read_class(row, table, quarantine, left_out)
        if road_class is None:
            continue
        for number, points in enumerate(_lines(row, geometry, source, quarantine)):
            part = row if number == 0 else Row(number=row.number, feature=f"{row.feature}#{number + 1}", tags=row.tags)
            # What is said of a row is warned of once, with its first part.
            lines.append(read_line(part, points, road_class, table, warnings if number == 0 else Notes()))
    return Harvest(
        lines=lines, quarantine=quarantine, warnings=warnings, left_out=left_out, rows=rows,
        vertices=vertices, noded=False, crs=source.crs,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The outline of an area: its id, its names, and its land in WGS84."""

    id: str
    name: str
    name_ar: str
    land: shapely.Geometry


def read_outlines(path: Path, limits: Limits, *, crs: str | None = None, layer: str | None = None) -> list[Outline]:
    """Read the outlines of areas: polygons with a column `id`, and `name`, `name_ar` where they have any.

    Raises
    ------
    UnreadableRoads
        As `read_vector`, and if a row has no id or is no polygon: areas are not guessed.
    """
    source = _open(path, limits, crs, layer)
    found: list[Outline] = []
    for number, row, geometry in _rows(source, None):
        area = str(row.tags.get("id") or "").strip()
        if not area or geometry is None or shapely.get_dimensions(geometry) != 2:  # noqa: PLR2004 - an area
            raise UnreadableRoads(f"{source.name} row {number}: it has no id, or is no polygon. Give it both.")
        land = shapely.make_valid(_moved(geometry, source))
        if not np.isfinite(shapely.bounds(land)).all():
            raise UnreadableRoads(f"{source.name} row {number}: the outline of {area} is not in the world. Mend it.")
        name = str(row.tags.get("name") or area)
        found.append(Outline(id=area, name=name, name_ar=str(row.tags.get("name_ar") or name), land=land))
    return found


def _open(path: Path, limits: Limits, crs: str | None, layer: str | None) -> _Source:
    name = path.name
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise UnreadableRoads(
            f"{name} is of no kind that is read. Give .osm.pbf, .geojson, .gpkg, .shp or .zip of one."
        )
    parts = [p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() in {".shp", ".shx", ".dbf"}]
    size = sum(part.stat().st_size for part in parts) if driver == "ESRI Shapefile" else path.stat().st_size
    check_size(name, size, limits)
    _check_beginning(path, driver)
    # A single feature beyond this is refused by the reader before it is built.
    pyogrio.set_gdal_config_options({"OGR_GEOJSON_MAX_OBJ_SIZE": _LARGEST_FEATURE_MB})
    layer = layer if layer is not None else _only_layer(path, driver)
    told = _guarded(name, lambda: pyogrio.read_info(path, layer=layer))
    if told["driver"] != driver:
        raise UnreadableRoads(f"{name} is not {driver}, as its name says, but {told['driver']}. Name it as what it is.")
    stated = told["crs"]
    if stated is None and crs is None:
        raise UnreadableRoads(f"{name} states no coordinate system. Say it, for example --crs EPSG:32637.")
    return _Source(
        path=path, name=name, layer=layer, features=int(told["features"]),
        transform=_transform(name, stated or crs or WGS84), crs=str(stated or crs),
    )  # fmt: skip


def _check_beginning(path: Path, driver: str) -> None:
    """Refuse a file that is not what its name says: the library would guess, and open whatever it names."""
    with path.open("rb") as file:
        head = file.read(4096)
    if driver == "GeoJSON":
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        right = text.startswith(b"{") and b"gdal_" not in head and b"\0" not in head
    else:
        right = head.startswith(_BEGINS[driver])
    if not right:
        raise UnreadableRoads(f"{path.name} does not begin as {driver} does. It is damaged, or has a wrong name.")


def _only_layer(path: Path, driver: str) -> str | None:
    if driver != "GPKG":
        return None
    layers = [str(layer) for layer, kind in _guarded(path.name, lambda: pyogrio.list_layers(path)) if kind is not None]
    if len(layers) != 1:
        raise UnreadableRoads(
            f"{path.name} has {len(layers)} layers: {', '.join(layers[:12]) or 'none'}. Name the one with --layer."
        )
    return layers[0]


def _transform(name: str, crs: str) -> pyproj.Transformer | None:
    try:
        known = pyproj.CRS.from_user_input(crs)
        if known.to_epsg() == 4326:  # noqa: PLR2004 - EPSG's number of WGS84
            return None
        return pyproj.Transformer.from_crs(known, WGS84, always_xy=True)
    except pyproj.exceptions.ProjError as cause:
        raise UnreadableRoads(
            f"{name}: the coordinate system {crs!r} is not known. Give one like EPSG:32637."
        ) from cause


def _rows(source: _Source, table: ClassTable | None) -> Iterator[tuple[int, Row, Any]]:
    """Yield each row's number (from 1), what is said of it, and its geometry, a chunk in memory at a time."""
    start = 0
    while True:
        chunk = _chunk(source, start)
        meta, ids, geometries, columns = chunk
        names = [str(field).lower() for field in meta["fields"]]
        shapes = _built(geometries)
        for i in range(len(shapes)):
            tags = {name: _plain(column[i]) for name, column in zip(names, columns, strict=True)}
            given = None if table is None else table.find("id", tags)
            feature = str(ids[i]) if given is None else _id(given)
            yield start + i + 1, Row(number=start + i + 1, feature=feature, tags=tags), shapes[i]
        start += len(shapes)
        if len(shapes) < CHUNK:
            return


def _chunk(source: _Source, start: int) -> Any:  # noqa: ANN401 - pyogrio publishes no types
    return _guarded(
        source.name,
        lambda: raw.read(
            source.path, layer=source.layer, skip_features=start, max_features=CHUNK, return_fids=True, force_2d=True
        ),
    )


def _built(geometries: Any) -> NDArray[np.object_]:  # noqa: ANN401 - as above
    return np.asarray(shapely.from_wkb(np.asarray(geometries, dtype=object), on_invalid="ignore"), dtype=object)


def _lines(row: Row, geometry: Any, source: _Source, quarantine: Notes) -> Iterator[Points]:  # noqa: ANN401 - as above
    if geometry is None or shapely.is_empty(geometry):
        quarantine.add(row.number, row.feature, "it has no geometry that can be read", "")
        return
    kinds = {shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING, shapely.GeometryType.LINEARRING}
    kind = shapely.GeometryType(int(shapely.get_type_id(geometry)))
    if kind not in kinds:
        quarantine.add(row.number, row.feature, "it is no line", kind.name.lower())
        return
    for part in shapely.get_parts(geometry):
        points = shapely.get_coordinates(_moved(part, source))
        if outside(points).any():
            quarantine.add(row.number, row.feature, "a position is not in the world", _first_outside(points))
            continue
        settled = settle(points)
        if len(settled) < 2:  # noqa: PLR2004 - a line has two ends
            quarantine.add(row.number, row.feature, "the line has no length", "")
            continue
        yield settled


def _moved(geometry: Any, source: _Source) -> Any:  # noqa: ANN401 - as above
    if source.transform is None:
        return geometry
    transform = source.transform

    def move(points: Points) -> Points:
        lon, lat = transform.transform(points[:, 0], points[:, 1])
        return np.column_stack((lon, lat))

    return shapely.transform(geometry, move)


def _first_outside(points: Points) -> str:
    lon, lat = points[np.flatnonzero(outside(points))[0]]
    return f"{lon:g}, {lat:g}"


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _id(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)[:60]


def _guarded(name: str, read: Any) -> Any:  # noqa: ANN401 - as above
    """Run a call of the library with its complaints turned into ours; broken rows are told by our own checks."""
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")
            return read()
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
            pyogrio.errors.CRSError, shapely.errors.ShapelyError, UnicodeDecodeError, ValueError, OverflowError,
            RuntimeError) as cause:  # fmt: skip
        said = " ".join(str(cause).split())[:200]
        raise UnreadableRoads(
            f"{name} cannot be read ({said}). Open it in a map program, mend it, save it anew."
        ) from cause
