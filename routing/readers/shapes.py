"""Read the rows of a map file that came in as bytes, each with its geometry as GeoJSON in WGS84."""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, Final

import shapely

from routing.readers.archive import ROADS, unpack
from routing.readers.roadline import Limits, UnreadableRoads
from routing.readers.vector import read_rows

_SQLITE: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A row of a map file: its number from 1, what is said of it, and its geometry (None where none can be read)."""

    number: int
    said: Mapping[str, object]
    geometry: Mapping[str, Any] | None


def is_map_file(content: bytes) -> bool:
    """Tell whether bytes begin as a GeoPackage does, or are a zip that holds a map file: a workbook is a zip too."""
    if content.startswith(_SQLITE):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(Path(name).suffix.lower() in ROADS for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def read_shapes(name: str, content: bytes, limits: Limits) -> list[Shape]:
    """Return the rows of a GeoPackage with one layer, or of the one map file in a zip.

    Raises
    ------
    UnreadableRoads
        If it cannot be read, states no coordinate system, or holds more than the limits.
    """
    with tempfile.TemporaryDirectory(prefix="qafila-map-") as folder:
        suffix = ".gpkg" if content.startswith(_SQLITE) else ".zip"
        path = Path(folder) / f"{Path(name).stem or 'map'}{suffix}"
        path.write_bytes(content)
        inner = path if suffix == ".gpkg" else unpack(path, Path(folder), limits)
        return [
            Shape(
                number=number,
                said={key: _plain(value) for key, value in said.items()},
                geometry=None if geometry is None else json.loads(shapely.to_geojson(geometry)),
            )
            for number, said, geometry in read_rows(inner, limits)
        ]


def parse_wkt(text: str) -> Mapping[str, Any]:
    """Return well-known text, in degrees with longitude first, as GeoJSON.

    Raises
    ------
    UnreadableRoads
        If it is none.
    """
    try:
        found: Mapping[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkt(text)))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as cause:
        raise UnreadableRoads(
            f"The well-known text cannot be read ({cause}). Write it as POLYGON((36 35, 37 35, 37 36, 36 35))."
        ) from cause
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else value
