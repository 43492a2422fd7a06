"""Roads as a file has them: lines with what is said of them, and the rows that could not be used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from routing.errors import RoutingError
from routing.network import RoadClass
from routing.units import Metres

Points: TypeAlias = NDArray[np.float64]
"""Longitude and latitude in degrees, WGS84, shape (n, 2), in steps of 1e-7 (a centimetre)."""

MOST_LON, MOST_LAT = 180.0, 85.0
ACROSS_180: Final = "the line crosses the meridian of 180 degrees: cut it there"
"""Farther north the plane of Mercator, on which nearness is asked, runs to infinity; no road lies there."""
NOTES_KEPT: Final = 10_000
"""Rows set apart that are kept one by one; more are counted by reason only, so that memory stays bounded."""


class UnreadableRoads(RoutingError):
    """A road file, a table of classes or an outline cannot be used as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may hold before it is refused; memory grows with the vertices (docs/roads.md has figures)."""

    file_mb: int = 500
    vertices: int = 5_000_000
    features: int = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLine:
    """A line of a road file; points run in the direction of traffic where it is one-way.

    `level` is the height at which it crosses others: 0 on the ground, a bridge above, a tunnel below.
    """

    row: int
    feature: str
    points: Points = field(repr=False, compare=False)
    road_class: RoadClass
    name: str = ""
    name_ar: str = ""
    ref: str = ""
    oneway: bool = False
    bridge: bool = False
    level: int = 0
    weight_limit_kg: int | None = None
    axle_limit_kg: int | None = None
    height_limit_m: float | None = None
    width_limit_m: float | None = None
    width_m: float | None = None
    single_lane: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something about one row of a file: why it was set apart, or what of it was left out."""

    row: int
    feature: str
    reason: str
    value: str


class Notes:
    """Rows noted, each up to a number, all of them counted by reason."""

    def __init__(self) -> None:
        self.rows: list[Noted] = []
        self.counts: Counter[str] = Counter()

    def add(self, row: int, feature: str, reason: str, value: object = "") -> None:
        """Note a row; a long value is cut."""
        self.counts[reason] += 1
        if len(self.rows) < NOTES_KEPT:
            self.rows.append(Noted(row=row, feature=clean(feature), reason=reason, value=clean(str(value)[:80])))

    def __iter__(self) -> Iterator[Noted]:
        return iter(self.rows)

    def __len__(self) -> int:
        return self.counts.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What was read of a file: its lines, rows set apart, warnings on rows that are used, and rows left out by class.

    `noded`: the file's lines meet where they share a vertex and nowhere else, as OpenStreetMap's do.
    """

    lines: Sequence[RoadLine]
    quarantine: Notes
    warnings: Notes
    left_out: Counter[str]
    rows: int
    vertices: int
    noded: bool
    crs: str


def clean(text: str) -> str:
    """Return a text in one line without what no database and no terminal takes: NUL, half a surrogate pair."""
    return " ".join(text.replace("\0", "").encode("utf-8", "replace").decode().split())


def settle(points: Points) -> Points:
    """Return the points in steps of 1e-7 degrees, without repeated ones."""
    # Minus nought is nought.
    rounded = np.asarray(np.round(points[:, :2], 7) + 0.0, dtype=np.float64)
    moved = np.any(rounded[1:] != rounded[:-1], axis=1)
    return np.asarray(rounded[np.concatenate(([True], moved))], dtype=np.float64)


def metres_of(points: Points) -> float:
    """Return the length of a line in metres, on the sphere that the network measures on."""
    return float(steps_m(points).sum())


def steps_m(points: Points) -> NDArray[np.float64]:
    """Return the length of each step of a line in metres (haversine)."""
    radians = np.radians(points)
    d = np.diff(radians, axis=0)
    h = np.sin(d[:, 1] / 2) ** 2 + np.cos(radians[:-1, 1]) * np.cos(radians[1:, 1]) * np.sin(d[:, 0] / 2) ** 2
    return np.asarray(2 * 6_371_009 * np.arcsin(np.sqrt(h)), dtype=np.float64)


def lengths_of(lines: Sequence[Points]) -> NDArray[np.float64]:
    """Return the length of each line in metres, as `metres_of` does."""
    if not lines:
        return np.zeros(0)
    counts = np.array([len(line) for line in lines])
    steps = steps_m(np.concatenate(lines))
    # The step from the end of a line to the start of the next is none.
    steps = np.append(steps, 0.0)
    stops = np.cumsum(counts)
    steps[stops - 1] = 0.0
    return np.asarray(np.add.reduceat(steps, stops - counts), dtype=np.float64)


def check_size(name: str, size: int, limits: Limits) -> None:
    """Refuse a file of more bytes than may be read.

    Raises
    ------
    UnreadableRoads
        Naming the size and the option.
    """
    if size > limits.file_mb * 1_000_000:
        raise UnreadableRoads(
            f"{name} has {size / 1_000_000:,.0f} MB, the limit is {limits.file_mb} MB. Cut out the region that is "
            "needed, or raise --max-mb."
        )


def check_counts(name: str, features: int, vertices: int, limits: Limits) -> None:
    """Refuse a file of more features or vertices than may be read.

    Raises
    ------
    UnreadableRoads
        Naming the limit and the option.
    """
    if features > limits.features:
        raise UnreadableRoads(
            f"{name} has more than {limits.features:,} rows. Cut out the region that is needed, or raise "
            "--max-features."
        )
    if vertices > limits.vertices:
        raise UnreadableRoads(
            f"{name} has more than {limits.vertices:,} vertices on its roads. Cut out the region that is needed, or "
            "raise --max-vertices."
        )


def outside(points: Points) -> NDArray[np.bool_]:
    """Tell of each point whether it is not finite or lies where no road can."""
    inside = np.isfinite(points).all(axis=1) & (np.abs(points) <= (MOST_LON, MOST_LAT)).all(axis=1)
    return np.asarray(~inside, dtype=np.bool_)


def crosses_180(points: Points) -> bool:
    """Tell whether a step leaps over half the world: the line crosses the meridian of 180 degrees, uncut."""
    return bool((np.abs(np.diff(points[:, 0])) > MOST_LON).any())


def least_m(length: float) -> Metres:
    """Return a length in whole metres, at least one."""
    return max(1, round(length))
