"""Read roads of GeoPackage and Shapefile, and outlines of GeoJSON too, in any coordinate system, chunk by chunk."""

import sqlite3
import warnings as python_warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from pyogrio import raw

from routing.readers.attributes import Row
from routing.readers.classes import ClassTable
from routing.readers.gather import Drawn, Move, find_move, gather
from routing.readers.roadline import Harvest, Limits, UnreadableRoads, check_counts, check_size, clean

LINES: Final = frozenset(
    {shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING, shapely.GeometryType.LINEARRING}
)
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
    move: Move | None
    crs: str


def read_vector(
    path: Path, table: ClassTable, limits: Limits, *, crs: str | None = None, layer: str | None = None
) -> Harvest:
    """Read the lines of a GeoPackage or Shapefile as roads, in WGS84.

    `crs` names the coordinate system of a file that states none. A row that cannot be used is set apart.

    Raises
    ------
    UnreadableRoads
        If the file cannot be read as what its name says, names no coordinate system, or holds more than the limits.
    """
    source = _open(path, limits, crs, layer)
    return gather(source.name, _roads(source, table), table, limits, source.move, source.crs)


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
    for row, geometry in _rows(source, None):
        number = row.number
        area = clean(str(row.tags.get("id") or ""))
        if not area or geometry is None or shapely.get_dimensions(geometry) != 2:  # noqa: PLR2004 - an area
            raise UnreadableRoads(f"{source.name} row {number}: it has no id, or is no polygon. Give it both.")
        land = shapely.make_valid(geometry if source.move is None else shapely.transform(geometry, source.move))
        if not np.isfinite(shapely.bounds(land)).all():
            raise UnreadableRoads(f"{source.name} row {number}: the outline of {area} is not in the world. Mend it.")
        name = clean(str(row.tags.get("name") or area))
        found.append(Outline(id=area, name=name, name_ar=clean(str(row.tags.get("name_ar") or name)), land=land))
    return found


def read_rows(path: Path, limits: Limits) -> Iterator[tuple[int, Mapping[str, Any], shapely.Geometry | None]]:
    """Yield every row's number, what is said of it and its geometry in WGS84; raises as `read_vector`."""
    source = _open(path, limits, None, None)
    for row, geometry in _rows(source, None):
        moved = geometry if geometry is None or source.move is None else shapely.transform(geometry, source.move)
        yield row.number, row.tags, moved


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
    if driver == "GPKG":
        _check_tables(path)
        layer = _only_layer(path) if layer is None else layer
    told = _guarded(name, lambda: pyogrio.read_info(path, layer=layer, force_feature_count=True))
    check_counts(name, int(told["features"]), 0, limits)
    if told["driver"] != driver:
        raise UnreadableRoads(f"{name} is not {driver}, as its name says, but {told['driver']}. Name it as what it is.")
    stated = told["crs"]
    if stated is None and crs is None:
        raise UnreadableRoads(f"{name} states no coordinate system. Say it, for example --crs EPSG:32637.")
    return _Source(
        path=path, name=name, layer=layer, features=int(told["features"]),
        move=find_move(name, str(stated or crs)), crs=str(stated or crs),
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


def _check_tables(path: Path) -> None:
    """Refuse a GeoPackage of which a layer, or a list of the format's own, is a view: it may be asked without an end.

    The library asks every layer when it opens the file.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as opened:
            views = {str(name) for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
            found = sorted(view for view in views if view.casefold().startswith("gpkg_"))
            if views and not found:
                listed = opened.execute("SELECT table_name FROM gpkg_contents").fetchall()
                found = sorted(views.intersection(str(name) for (name,) in listed))
    except (sqlite3.Error, UnicodeDecodeError) as cause:
        raise UnreadableRoads(f"{path.name} cannot be read ({cause}). Save it anew in a map program.") from cause
    if found:
        raise UnreadableRoads(f"{path.name}: {found[0]} is a view, not a table. Save each layer as a table of its own.")


def _only_layer(path: Path) -> str:
    layers = [str(layer) for layer, kind in _guarded(path.name, lambda: pyogrio.list_layers(path)) if kind is not None]
    if len(layers) != 1:
        raise UnreadableRoads(
            f"{path.name} has {len(layers)} layers: {', '.join(layers[:12]) or 'none'}. Name the one with --layer."
        )
    return layers[0]


def _roads(source: _Source, table: ClassTable) -> Iterator[tuple[Row, Drawn]]:
    for row, geometry in _rows(source, table):
        yield row, _drawn(geometry)


def _drawn(geometry: Any) -> Drawn:  # noqa: ANN401 - pyogrio and shapely publish no types here
    if geometry is None or shapely.is_empty(geometry):
        return Drawn(kind="")
    kind = shapely.GeometryType(int(shapely.get_type_id(geometry)))
    if kind not in LINES:
        return Drawn(kind=kind.name.lower())
    return Drawn(kind="line", parts=tuple(shapely.get_coordinates(part) for part in shapely.get_parts(geometry)))


def _rows(source: _Source, table: ClassTable | None) -> Iterator[tuple[Row, Any]]:
    """Yield what is said of each row and its geometry, a chunk in memory at a time."""
    start = 0
    while start < source.features:
        count = min(CHUNK, source.features - start)
        yield from _some(source, table, start, count)
        start += count


def _some(source: _Source, table: ClassTable | None, start: int, count: int) -> Iterator[tuple[Row, Any]]:
    """Yield rows of a range; one row that the library cannot read is found by halving and has no geometry."""
    try:
        meta, ids, geometries, columns = _guarded(source.name, lambda: _read(source, start, count))
    except UnreadableRoads:
        if count == 1:
            yield Row(number=start + 1, feature=str(start), tags={}), None
            return
        yield from _some(source, table, start, count // 2)
        yield from _some(source, table, start + count // 2, count - count // 2)
        return
    names = [str(field).lower() for field in meta["fields"]]
    built = shapely.from_wkb(np.asarray(geometries, dtype=object), on_invalid="ignore")
    for i, geometry in enumerate(np.atleast_1d(np.asarray(built, dtype=object))):
        tags = {name: _plain(column[i]) for name, column in zip(names, columns, strict=True)}
        given = None if table is None else table.find("id", tags)
        feature = str(ids[i]) if given is None else _id(given)
        yield Row(number=start + i + 1, feature=feature, tags=tags), geometry


def _read(source: _Source, start: int, count: int) -> Any:  # noqa: ANN401 - as above
    return raw.read(
        source.path, layer=source.layer, skip_features=start, max_features=count, return_fids=True, force_2d=True
    )


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
