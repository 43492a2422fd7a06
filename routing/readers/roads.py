"""Read a road file of any kind that is known, told by its name and looked at before it is believed."""

import tempfile
from pathlib import Path

from routing.readers.archive import unpack
from routing.readers.classes import ClassTable
from routing.readers.geojson import read_geojson
from routing.readers.osm import read_pbf
from routing.readers.roadline import Harvest, Limits, UnreadableRoads, check_size
from routing.readers.vector import Outline, read_outlines, read_vector


def read_roads(
    path: Path, table: ClassTable, limits: Limits, *, crs: str | None = None, layer: str | None = None
) -> Harvest:
    """Read OpenStreetMap pbf, GeoJSON, GeoPackage or Shapefile, or a zip that holds one of the last three.

    Raises
    ------
    UnreadableRoads
        If the file cannot be read, or holds more than the limits.
    """
    _check_there(path)
    if path.suffix.lower() == ".pbf":
        return read_pbf(path, table, limits)
    if path.suffix.lower() == ".zip":
        check_size(path.name, path.stat().st_size, limits)
        with tempfile.TemporaryDirectory(prefix="qafila-roads-") as folder:
            inner = unpack(path, Path(folder), limits)
            return _read(inner, table, limits, crs, layer)
    return _read(path, table, limits, crs, layer)


def read_areas(path: Path, limits: Limits, *, crs: str | None = None) -> list[Outline]:
    """Read the outlines of areas from GeoJSON, GeoPackage or Shapefile; raises as `read_roads` does."""
    _check_there(path)
    return read_outlines(path, limits, crs=crs)


def _read(path: Path, table: ClassTable, limits: Limits, crs: str | None, layer: str | None) -> Harvest:
    if path.suffix.lower() in {".geojson", ".json"}:
        return read_geojson(path, table, limits, crs=crs)
    return read_vector(path, table, limits, crs=crs, layer=layer)


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise UnreadableRoads(f"{path}: there is no such file. Check the path.")
