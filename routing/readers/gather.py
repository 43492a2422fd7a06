"""Gather the lines of a file from its rows, whatever the file's kind, and set the rest apart."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyproj

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
    crosses_180,
    outside,
    settle,
)

WGS84: Final = "EPSG:4326"
Move = Callable[[Points], Points]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a row draws: lines, or what it is instead; `parts` are in the file's own coordinate system."""

    kind: str
    """`line`, or the name of another kind of geometry, or "" where none can be read."""
    parts: tuple[Points, ...] = field(default=(), compare=False)
    said: str = ""
    """What stands there instead of a geometry."""


def gather(
    name: str, rows: Iterable[tuple[Row, Drawn]], table: ClassTable, limits: Limits, move: Move | None, crs: str
) -> Harvest:
    """Return the lines of all rows in WGS84; a row that cannot be used is set apart with its reason.

    Raises
    ------
    UnreadableRoads
        If the rows hold more than the limits.
    """
    quarantine, warnings, left_out = Notes(), Notes(), Counter[str]()
    lines: list[RoadLine] = []
    vertices = count = 0
    for row, drawn in rows:
        count = row.number
        vertices += sum(len(part) for part in drawn.parts)
        check_counts(name, count, vertices, limits)
        road_class = read_class(row, table, quarantine, left_out)
        if road_class is None:
            continue
        for number, points in enumerate(_lines(row, drawn, move, quarantine)):
            part = row if number == 0 else Row(number=row.number, feature=f"{row.feature}#{number + 1}", tags=row.tags)
            # What is said of a row is warned of once, with its first part.
            lines.append(read_line(part, points, road_class, table, warnings if number == 0 else Notes()))
    return Harvest(
        lines=lines, quarantine=quarantine, warnings=warnings, left_out=left_out, rows=count, vertices=vertices,
        noded=False, crs=crs,
    )  # fmt: skip


def find_move(name: str, crs: str) -> Move | None:
    """Return the way from a coordinate system to WGS84; None where nothing moves.

    Raises
    ------
    UnreadableRoads
        If the system is not known.
    """
    try:
        known = pyproj.CRS.from_user_input(crs)
        if known.to_authority() in {("EPSG", "4326"), ("OGC", "CRS84")}:
            return None
        transform = pyproj.Transformer.from_crs(known, WGS84, always_xy=True)
    except pyproj.exceptions.ProjError as cause:
        raise UnreadableRoads(
            f"{name}: the coordinate system {crs!r} is not known. Give one like EPSG:32637."
        ) from cause

    def move(points: Points) -> Points:
        lon, lat = transform.transform(points[:, 0], points[:, 1])
        return np.column_stack((lon, lat))

    return move


def _lines(row: Row, drawn: Drawn, move: Move | None, quarantine: Notes) -> Iterator[Points]:
    if drawn.kind != "line":
        reason = "it is no line" if drawn.kind else "it has no geometry that can be read"
        quarantine.add(row.number, row.feature, reason, drawn.kind or drawn.said)
        return
    for part in drawn.parts:
        points = part if move is None or len(part) == 0 else move(part)
        if outside(points).any():
            lon, lat = points[np.flatnonzero(outside(points))[0]]
            quarantine.add(row.number, row.feature, "a position is not in the world", f"{lon:g}, {lat:g}")
            continue
        settled = settle(points) if len(points) else points
        if len(settled) < 2:  # noqa: PLR2004 - a line has two ends
            quarantine.add(row.number, row.feature, "the line has no length", "")
            continue
        if crosses_180(settled):
            quarantine.add(row.number, row.feature, ACROSS_180, "")
            continue
        yield settled
