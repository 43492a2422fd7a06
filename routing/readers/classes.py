"""The table that says which class of a file is which of ours, how wide roads are, and what its columns are called."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, cast, get_args

from routing.network import RoadClass
from routing.readers.roadline import UnreadableRoads

LEFT_OUT: Final = "left out"
QUARANTINE: Final = "quarantine"
SUBJECTS: Final = (
    "id", "class", "name", "name_ar", "ref", "oneway", "bridge", "tunnel", "layer", "weight_limit", "axle_limit",
    "height_limit", "width_limit", "width", "lanes", "access",
)  # fmt: skip
UNITS: Final = ("t", "kg", "lbs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTable:
    """One table of classes, as shipped or as the user changed it."""

    columns: Mapping[str, tuple[str, ...]]
    """For each subject the names a column may have, in lower case, the first one present counts."""
    classes: Mapping[str, RoadClass]
    left_out: frozenset[str]
    otherwise: RoadClass | None
    """The class of a value that is not listed; None sets the row apart."""
    width_m: Mapping[RoadClass, float]
    single_lane_below_m: float
    weight_unit: str

    def find(self, subject: str, tags: Mapping[str, object]) -> object | None:
        """Return the value of the first column of a subject that is not blank; `tags` has names in lower case."""
        for column in self.columns[subject]:
            value = tags.get(column)
            if value is not None and value == value and str(value).strip():  # noqa: PLR0124 - NaN is no value
                return value
        return None


def default_text() -> str:
    """Return the table that comes with the product, with its comments."""
    return (files("routing.readers") / "road_classes.toml").read_text(encoding="utf-8")


def default_table() -> ClassTable:
    """Return the table that comes with the product."""
    return parse_table("road_classes.toml", default_text())


def parse_table(name: str, text: str) -> ClassTable:
    """Read a table of classes.

    Raises
    ------
    UnreadableRoads
        If it is no TOML, names what is no class or column of ours, or says two things of one value.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise UnreadableRoads(f"{name}: {cause}. Mend the TOML there.") from cause
    _only(name, "the table", told, {"otherwise", "left_out", "columns", "units", "road", "class"})
    columns, road = _section(name, told, "columns"), _section(name, told, "road")
    _only(name, "[columns]", columns, set(SUBJECTS))
    _only(name, "[road]", road, {"single_lane_below_m"})
    left_out = frozenset(_texts(name, "left_out", told.get("left_out", [])))
    classes, widths = _classes(name, _section(name, told, "class"), left_out)
    unit = _section(name, told, "units").get("weight_limit", "t")
    if unit not in UNITS:
        raise UnreadableRoads(f"{name}: weight_limit is in {unit!r}. Write one of: {', '.join(UNITS)}.")
    otherwise = told.get("otherwise", QUARANTINE)
    if otherwise not in {QUARANTINE, *get_args(RoadClass)}:
        raise UnreadableRoads(f'{name}: otherwise is {otherwise!r}. Write "quarantine" or one of our classes.')
    return ClassTable(
        columns={subject: _texts(name, subject, columns.get(subject, [])) for subject in SUBJECTS},
        classes=classes, left_out=left_out, width_m=widths,
        otherwise=None if otherwise == QUARANTINE else cast("RoadClass", otherwise),
        single_lane_below_m=_metres(name, "single_lane_below_m", road.get("single_lane_below_m", 0)), weight_unit=unit,
    )  # fmt: skip


def _classes(
    name: str, told: Mapping[str, Any], left_out: frozenset[str]
) -> tuple[dict[str, RoadClass], dict[RoadClass, float]]:
    _only(name, "[class]", told, set(get_args(RoadClass)))
    classes: dict[str, RoadClass] = {}
    widths: dict[RoadClass, float] = {}
    for ours, body in told.items():
        road_class = cast("RoadClass", ours)
        if not isinstance(body, dict):
            raise UnreadableRoads(f"{name}: class {ours} is {body!r}. Write it as a table [class.{ours}].")
        _only(name, f"[class.{ours}]", body, {"width_m", "values"})
        if "width_m" in body:
            widths[road_class] = _metres(name, f"width_m of {ours}", body["width_m"])
        for value in _texts(name, f"values of {ours}", body.get("values", [])):
            if value in left_out or classes.get(value, road_class) != road_class:
                raise UnreadableRoads(f"{name}: the value {value!r} stands in two places. Keep one of them.")
            classes[value] = road_class
    return classes, widths


def _section(name: str, told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = told.get(key, {})
    if not isinstance(found, dict):
        raise UnreadableRoads(f"{name}: {key} is {found!r}. Write it as a table that begins with [{key}].")
    return found


def _only(name: str, where: str, told: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(told) - known)
    if unknown:
        raise UnreadableRoads(f"{name}: {where} has {unknown[0]!r}. It may have: {', '.join(sorted(known))}.")


def _texts(name: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise UnreadableRoads(f"{name}: {key} is {value!r}. Give a list of texts.")
    return tuple(text.strip().lower() for text in value)


def _metres(name: str, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:  # noqa: PLR2004 - no road is wider
        raise UnreadableRoads(f"{name}: {key} is {value!r}. Give metres from 0 to 100.")
    return float(value)
