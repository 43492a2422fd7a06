"""Small road files of every kind, written for a test: rows are a geometry and what is said of it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyproj
import shapely
from osmium.osm.mutable import Node, Way
from pyogrio import raw

from routing.readers.classes import default_table
from routing.readers.roadline import Harvest, Limits
from routing.readers.roads import read_roads

Row = tuple[Sequence[tuple[float, float]], Mapping[str, Any]]
TOWN: Sequence[Row] = (
    ([(36.0, 35.0), (36.01, 35.0), (36.02, 35.0)], {"highway": "primary", "name": "Main street", "maxweight": "7.5 t"}),
    ([(36.01, 35.0), (36.01, 35.01)], {"highway": "residential", "oneway": "yes"}),
    ([(36.01, 34.99), (36.01, 35.0)], {"highway": "secondary", "bridge": "yes"}),
)
"""Three roads that meet in one point; the middle one is weak, one is one-way, one is a bridge."""


def read(path: Path, **how: Any) -> Harvest:  # noqa: ANN401 - the options of `read_roads`
    return read_roads(path, default_table(), how.pop("limits", Limits()), **how)


def feature(geometry: Mapping[str, Any] | None, properties: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties or {}, "geometry": geometry}


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def geojson(path: Path, rows: Sequence[Row] = TOWN, features: Sequence[Mapping[str, Any]] = ()) -> Path:
    told = [feature(line(*points), {"id": number, **said}) for number, (points, said) in enumerate(rows, 1)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [*told, *features]}), encoding="utf-8")
    return path


def pbf(path: Path, rows: Sequence[Row] = TOWN) -> Path:
    writer = osmium.SimpleWriter(str(path))
    nodes: dict[tuple[float, float], int] = {}
    for points, _ in rows:
        for point in points:
            if point not in nodes:
                nodes[point] = len(nodes) + 1
                writer.add_node(Node(id=nodes[point], location=point))
    for number, (points, said) in enumerate(rows, 1):
        tags = {key: str(value) for key, value in said.items()}
        writer.add_way(Way(id=number, nodes=[nodes[point] for point in points], tags=tags))
    writer.close()
    return path


def vector(path: Path, rows: Sequence[Row] = TOWN, *, crs: str = "EPSG:32637", layer: str = "roads") -> Path:
    """Write a GeoPackage or Shapefile (by the suffix) in a coordinate system."""
    move = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    shapes = [shapely.LineString([move.transform(*point) for point in points]) for points, _ in rows]
    names = sorted({key for _, said in rows for key in said})
    columns = [np.array([said.get(name, "") for _, said in rows], dtype=object) for name in names]
    columns.insert(0, np.arange(1, len(rows) + 1))
    driver = {".gpkg": "GPKG", ".shp": "ESRI Shapefile"}[path.suffix]
    raw.write(
        str(path), np.array(shapely.to_wkb(shapes), dtype=object), columns, np.array(["id", *names], dtype=object),
        layer=layer if driver == "GPKG" else None, driver=driver, geometry_type="LineString", crs=crs,
    )  # fmt: skip
    return path
