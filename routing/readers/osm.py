"""Read the roads of an OpenStreetMap extract (pbf): ways for vehicles, with the positions of their nodes."""

from collections import Counter
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from routing.readers.attributes import Row, read_class, read_line
from routing.readers.classes import ClassTable
from routing.readers.roadline import (
    ACROSS_180,
    Harvest,
    Limits,
    Notes,
    Points,
    RoadLine,
    UnreadableRoads,
    check_counts,
    check_size,
    crosses_180,
    outside,
    settle,
)

_Way = tuple[Row, str, NDArray[np.int64]]


def read_pbf(path: Path, table: ClassTable, limits: Limits) -> Harvest:
    """Read the roads of a pbf file: first the ways that are roads, then the positions of their nodes alone.

    Memory goes with the vertices of the roads, not with the size of the file: buildings are passed over unread.

    Raises
    ------
    UnreadableRoads
        If it is no pbf, ends in the middle, or holds more than the limits.
    """
    check_size(path.name, path.stat().st_size, limits)
    quarantine, warnings, left_out = Notes(), Notes(), Counter[str]()
    try:
        ways, rows = _ways(path, table, limits, quarantine, left_out)
        wanted = np.unique(np.concatenate([refs for _, _, refs in ways])) if ways else np.zeros(0, dtype=np.int64)
        positions = _positions(path, wanted)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as cause:
        raise UnreadableRoads(
            f"{path.name} cannot be read as an OpenStreetMap pbf ({cause}). Fetch it again; compare its digest."
        ) from cause
    lines: list[RoadLine] = []
    for row, road_class, refs in ways:
        found = positions[np.searchsorted(wanted, refs)]
        points = _usable(row, found, quarantine)
        if points is not None:
            lines.append(read_line(row, points, road_class, table, warnings))  # type: ignore[arg-type] # from the table
    return Harvest(
        lines=lines, quarantine=quarantine, warnings=warnings, left_out=left_out, rows=rows,
        vertices=sum(len(line.points) for line in lines), noded=True, crs="EPSG:4326",
    )  # fmt: skip


def _ways(
    path: Path, table: ClassTable, limits: Limits, quarantine: Notes, left_out: Counter[str]
) -> tuple[list[_Way], int]:
    ways: list[_Way] = []
    rows = vertices = 0
    found = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for rows, way in enumerate(found, 1):
        if not isinstance(way, osmium.osm.Way):
            continue
        vertices += len(way.nodes)
        check_counts(path.name, rows, vertices, limits)
        row = Row(number=rows, feature=f"way/{way.id}", tags={tag.k.lower(): tag.v for tag in way.tags})
        if str(row.tags.get("area", "")).lower() == "yes":
            left_out["area=yes"] += 1
            continue
        road_class = read_class(row, table, quarantine, left_out)
        if road_class is not None:
            refs = np.fromiter((node.ref for node in way.nodes), dtype=np.int64, count=len(way.nodes))
            ways.append((row, road_class, refs))
    return ways, rows


def _positions(path: Path, wanted: NDArray[np.int64]) -> Points:
    """Return the position of each wanted node; not a number where the file has none."""
    positions = np.full((len(wanted), 2), np.nan)
    if len(wanted) == 0:
        return positions
    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(wanted.tolist()))
    for node in nodes:
        if isinstance(node, osmium.osm.Node) and node.location.valid():
            positions[np.searchsorted(wanted, node.id)] = node.location.lon, node.location.lat
    return positions


def _usable(row: Row, points: Points, quarantine: Notes) -> Points | None:
    missing = int(np.isnan(points).any(axis=1).sum())
    if missing:
        # Extracts cut ways at their edge, which leaves nodes out at the ends. A gap inside is a hole in the road.
        whole = np.flatnonzero(~np.isnan(points).any(axis=1))
        if len(whole) < 2 or whole[-1] - whole[0] + 1 != len(whole):  # noqa: PLR2004 - a line has two ends
            quarantine.add(row.number, row.feature, "nodes of the way are not in the file", missing)
            return None
        points = points[whole]
    if len(points) < 2 or outside(points).any():  # noqa: PLR2004 - as above
        quarantine.add(row.number, row.feature, "it is no line in the world", f"{len(points)} points")
        return None
    settled = settle(points)
    if len(settled) < 2:  # noqa: PLR2004 - as above
        quarantine.add(row.number, row.feature, "the line has no length", "")
        return None
    if crosses_180(settled):
        quarantine.add(row.number, row.feature, ACROSS_180, "")
        return None
    return settled
