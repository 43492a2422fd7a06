"""What is said of a road in its file - class, one-way, bridge, limits, width - in our terms and units."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeVar

from routing.network import RoadClass
from routing.readers.classes import ClassTable
from routing.readers.roadline import Notes, Points, RoadLine, clean

KG: Final[Mapping[str, float]] = {
    "t": 1000, "ton": 1000, "tons": 1000, "tonne": 1000, "tonnes": 1000, "mt": 1000, "kg": 1, "kgs": 1,
    "lb": 0.45359237, "lbs": 0.45359237, "st": 907.18474, "cwt": 50.80234544,
}  # fmt: skip
METRES: Final[Mapping[str, float]] = {"": 1, "m": 1, "meter": 1, "metre": 1, "meters": 1, "metres": 1, "cm": 0.01,
                                      "ft": 0.3048, "feet": 0.3048, "'": 0.3048}  # fmt: skip
NO_LIMIT: Final = frozenset({"none", "unsigned", "default", "no", "unknown", "0", "0.0", ""})
LEAST_KG, MOST_KG = 500, 150_000
"""A limit outside these is no limit of a road: somebody wrote it in another unit."""
LEAST_WIDTH_M, MOST_WIDTH_M = 1.5, 60
LEAST_LIMIT_M, MOST_LIMIT_M = 1.0, 30
INCH_M: Final = 0.0254
_FEET: Final = re.compile(r"""([0-9]+)\s*(?:'|ft|feet)\s*(?:([0-9]+(?:\.[0-9]+)?)\s*(?:"|''|in|inches)?)?""")
_NUMBER: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([a-z']*)\.?")

Limit = TypeVar("Limit", int, float)
Direction = Literal["both", "forth", "back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a file: where it stands, and its columns by name in lower case."""

    number: int
    feature: str
    tags: Mapping[str, object]


def read_class(row: Row, table: ClassTable, quarantine: Notes, left_out: dict[str, int]) -> RoadClass | None:
    """Return our class of a row, or None where it is left out or set apart."""
    value = table.find("class", row.tags)
    text = "" if value is None else str(value).strip().lower()
    access = str(table.find("access", row.tags) or "").strip().lower()
    if text in table.left_out or access == "no":
        left_out[text if text in table.left_out else f"{text}, access=no"] += 1
        return None
    found = table.classes.get(text, table.otherwise)
    if found is None:
        reason = "the class is not in the table of classes" if text else "no class is stated"
        quarantine.add(row.number, row.feature, reason, text)
    return found


def read_line(row: Row, points: Points, road_class: RoadClass, table: ClassTable, warnings: Notes) -> RoadLine:
    """Return a line with all that is said of it; what makes no sense is left out with a warning."""
    tags = row.tags
    direction = _direction(row, table, warnings)
    bridge, level = _level(row, table, warnings)
    kg = partial(parse_weight_kg, unit=table.weight_unit)
    stated = _width(row, table, warnings)
    width = table.width_m.get(road_class) if stated is None else stated
    # One-way roads of one lane are no single-lane roads: nobody comes the other way.
    one_lane = str(table.find("lanes", tags) or "").strip() in {"1", "1.0"} and direction == "both"
    return RoadLine(
        row=row.number, feature=row.feature, points=points[::-1].copy() if direction == "back" else points,
        road_class=road_class, name=_text(table, "name", tags), name_ar=_text(table, "name_ar", tags),
        ref=_text(table, "ref", tags), oneway=direction != "both", bridge=bridge, level=level,
        weight_limit_kg=_limit(row, table, "weight_limit", kg, warnings),
        axle_limit_kg=_limit(row, table, "axle_limit", kg, warnings),
        height_limit_m=_limit(row, table, "height_limit", parse_size_limit_m, warnings),
        width_limit_m=_limit(row, table, "width_limit", parse_size_limit_m, warnings),
        width_m=width, single_lane=one_lane or (stated is not None and stated < table.single_lane_below_m),
    )  # fmt: skip


def parse_weight_kg(text: str, unit: str) -> int:
    """Return a weight limit in kilograms, rounded down; `unit` is that of a bare number.

    Raises
    ------
    ValueError
        If it is no weight, or one that no road has.
    """
    read = _NUMBER.fullmatch(text.strip().lower())
    if read is None or (read[2] or unit) not in KG:
        raise ValueError("no weight")
    kg = float(read[1].replace(",", ".")) * KG[read[2] or unit]
    # Compared before it is made whole: four hundred digits are infinity, which no whole number is.
    if not LEAST_KG <= kg < MOST_KG + 1:
        raise ValueError("no weight limit of a road")
    return int(kg)


def parse_size_limit_m(text: str) -> float:
    """Return a limit of height or width in metres, rounded down to the centimetre; feet and inches are understood.

    Raises
    ------
    ValueError
        If it is no length, or one that limits no truck on a road.
    """
    said = text.strip().lower()
    feet = _FEET.fullmatch(said)
    read = _NUMBER.fullmatch(said)
    if feet is not None:
        metres = int(feet[1]) * METRES["ft"] + float(feet[2] or 0) * INCH_M
    elif read is not None and read[2] in METRES:
        metres = float(read[1].replace(",", ".")) * METRES[read[2]]
    else:
        raise ValueError("no length")
    limit = math.floor(round(metres * 100, 6)) / 100
    if not LEAST_LIMIT_M <= limit <= MOST_LIMIT_M:
        raise ValueError("no limit of a road")
    return limit


def parse_width_m(text: str) -> float:
    """Return a width in metres, to the centimetre.

    Raises
    ------
    ValueError
        If it is no width, or one that no road has.
    """
    read = _NUMBER.fullmatch(text.strip().lower())
    if read is None or read[2] not in METRES:
        raise ValueError("no width")
    width = round(float(read[1].replace(",", ".")) * METRES[read[2]], 2)
    if not LEAST_WIDTH_M <= width <= MOST_WIDTH_M:
        raise ValueError("no width of a road")
    return width


def _limit(row: Row, table: ClassTable, subject: str, parse: Callable[[str], Limit], warnings: Notes) -> Limit | None:
    value = table.find(subject, row.tags)
    text = "" if value is None else str(value).strip().lower()
    # Tables write nought where nothing is known.
    if text in NO_LIMIT:
        return None
    try:
        # Several limits, "7.5 t;18 t": the strictest holds.
        return min(parse(part) for part in text.split(";"))
    except ValueError:
        warnings.add(row.number, row.feature, f"the {subject.replace('_', ' ')} makes no sense and is left out", text)
        return None


def _width(row: Row, table: ClassTable, warnings: Notes) -> float | None:
    value = table.find("width", row.tags)
    text = "" if value is None else str(value).strip().lower()
    if text in {"", "0", "0.0"}:
        return None
    try:
        return parse_width_m(text)
    except ValueError:
        warnings.add(row.number, row.feature, "the width makes no sense and is left out", text)
        return None


def _direction(row: Row, table: ClassTable, warnings: Notes) -> Direction:
    value = table.find("oneway", row.tags)
    text = "" if value is None else str(value).strip().lower()
    junction = str(row.tags.get("junction") or "").lower()
    if text in {"-1", "-1.0", "reverse", "t_reverse"}:
        return "back"
    if text in {"yes", "true", "1", "1.0", "f", "ft"}:
        return "forth"
    if text in {"no", "false", "0", "0.0", "b", "n"}:
        return "both"
    if text == "":
        # Roundabouts are one-way and motorways too, unless said otherwise: nobody drives against either.
        around = junction in {"roundabout", "circular"}
        return "forth" if around or str(row.tags.get("highway") or "") == "motorway" else "both"
    # Reversible, alternating and the like: both ways are driven at some hour.
    warnings.add(row.number, row.feature, "the direction makes no sense and is taken as both ways", text)
    return "both"


def _level(row: Row, table: ClassTable, warnings: Notes) -> tuple[bool, int]:
    bridge = _stands(table.find("bridge", row.tags))
    tunnel = _stands(table.find("tunnel", row.tags))
    layer = table.find("layer", row.tags)
    level = (1 if bridge else 0) - (1 if tunnel else 0)
    if layer is not None:
        try:
            level = int(float(str(layer)))
        except (ValueError, OverflowError):
            warnings.add(row.number, row.feature, "the layer makes no sense and is left out", layer)
    return bridge, level


def _stands(value: object | None) -> bool:
    # OpenStreetMap names kinds of bridges (viaduct, low_water_crossing); shapefiles write T, F, 1, 0.
    return value is not None and str(value).strip().lower() not in {"", "no", "false", "f", "0", "0.0", "n"}


def _text(table: ClassTable, subject: str, tags: Mapping[str, object]) -> str:
    value = table.find(subject, tags)
    if value is None:
        return ""
    # A column of numbers read as fractions: road 4.0 is road 4.
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return clean(text)[:120]
