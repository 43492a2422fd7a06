"""Read the roads of a GeoJSON file feature by feature: a broken one is set apart, and the next is read."""

import json
import re
import reprlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from routing.readers.attributes import Row
from routing.readers.classes import ClassTable
from routing.readers.gather import WGS84, Drawn, find_move, gather
from routing.readers.roadline import Harvest, Limits, Points, UnreadableRoads, check_size

LARGEST_FEATURE_MB: Final = 20
"""A value of the file that is longer is not read on: nothing on a road is."""
_BLOCK: Final = 1 << 20
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_FEATURES: Final = re.compile(r'"features"[ \t\n\r]*:[ \t\n\r]*\[')
_DECODER: Final = json.JSONDecoder()


def read_geojson(path: Path, table: ClassTable, limits: Limits, *, crs: str | None = None) -> Harvest:
    """Read a GeoJSON feature collection, in WGS84 (RFC 7946) unless it states another system, or `crs` does.

    Memory goes with the lines that are kept, not with the file: a feature at a time is decoded.

    Raises
    ------
    UnreadableRoads
        If it is no feature collection, ends in the middle, or holds more than the limits.
    """
    check_size(path.name, path.stat().st_size, limits)
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = _Text(file, path.name)
            stated = _stated_crs(text.until_features())
            system = stated or crs or WGS84
            return gather(path.name, _rows(text, table), table, limits, find_move(path.name, system), system)
    except UnicodeDecodeError as cause:
        raise UnreadableRoads(f"{path.name} is not UTF-8. Save it as UTF-8.") from cause


class _Text:
    """The text of a file, a window of it in memory."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file = file
        self._name = name
        self._window = ""
        self._at = 0
        self._read = 0

    def until_features(self) -> str:
        """Go to the first feature and return what stands before."""
        while (found := _FEATURES.search(self._window)) is None:
            if not self._window.lstrip().startswith("{") and self._window:
                raise self.wrong("it does not begin as GeoJSON does")
            if len(self._window) > LARGEST_FEATURE_MB * 1_000_000 or not self._more():
                raise self.wrong("it has no list of features")
        self._at = found.end()
        return self._window[: found.start()]

    def values(self) -> Iterator[object]:
        """Yield each value of the list up to its end."""
        while True:
            self._skip_space()
            if self._here() == "]":
                self._at += 1
                return
            yield self._value()
            self._skip_space()
            if self._here() == ",":
                self._at += 1
            elif self._here() != "]":
                raise self.wrong("a comma is missing between two features")

    def rest(self) -> str:
        """Return what stands after the features."""
        while self._more():
            if len(self._window) - self._at > LARGEST_FEATURE_MB * 1_000_000:
                raise self.wrong("what follows the features is longer than any feature may be")
        return self._window[self._at :]

    def wrong(self, what: str) -> UnreadableRoads:
        """Return the complaint, with how far the file was read."""
        return UnreadableRoads(
            f"{self._name} cannot be read as GeoJSON: near character {self._read - len(self._window) + self._at:,} "
            f"{what}. Mend it there, or save it anew."
        )

    def _value(self) -> object:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._window, self._at)
            except RecursionError as cause:
                raise self.wrong("lists or objects lie too deep in each other") from cause
            except json.JSONDecodeError as cause:
                # Cut off or wrong? Cut off, as long as there is more to read and the feature may still grow.
                if len(self._window) - self._at > LARGEST_FEATURE_MB * 1_000_000:
                    raise self.wrong(f"a feature has more than {LARGEST_FEATURE_MB} MB, or is broken") from cause
                if len(self._window) - cause.pos > _BLOCK or not self._more(at_least=len(self._window) - self._at):
                    raise self.wrong(f"a feature is broken ({cause.msg.lower()})") from cause
            except ValueError as cause:
                # A number of more digits than Python reads.
                raise self.wrong("a number is too long") from cause
            else:
                if end == len(self._window) and self._more():
                    continue  # a number may go on
                self._at = end
                return value

    def _here(self) -> str:
        if self._at >= len(self._window) and not self._more():
            raise self.wrong("it ends in the middle")
        return self._window[self._at]

    def _skip_space(self) -> None:
        while True:
            found = _SPACE.match(self._window, self._at)
            self._at = self._at if found is None else found.end()
            if self._at < len(self._window) or not self._more():
                return

    def _more(self, at_least: int = 0) -> bool:
        """Read on, dropping what was read; as much again as the feature has, so that a long one is tried seldom."""
        block = self._file.read(max(_BLOCK, at_least))
        self._read += len(block)
        self._window = self._window[self._at :] + block
        self._at = 0
        return bool(block)


def _rows(text: _Text, table: ClassTable) -> Iterator[tuple[Row, Drawn]]:
    for number, value in enumerate(text.values(), 1):
        said: Mapping[str, Any] = value if isinstance(value, dict) else {}
        properties = said.get("properties")
        tags = {str(k).lower(): v for k, v in properties.items()} if isinstance(properties, dict) else {}
        given = table.find("id", tags)
        feature = given if given is not None else said.get("id", number - 1)
        yield Row(number=number, feature=_id(feature), tags=tags), _drawn(said.get("geometry"))
    late = _stated_crs(text.rest())
    if late is not None and find_move("", late) is not None:
        raise text.wrong(f"the coordinate system {late} is stated after the features. Give it with --crs instead")


def _drawn(geometry: object) -> Drawn:
    if not isinstance(geometry, dict):
        return Drawn(kind="", said=_short(geometry))
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "LineString":
        lines = [coordinates]
    elif kind == "MultiLineString" and isinstance(coordinates, list):
        lines = coordinates
    else:
        return Drawn(kind=str(kind).lower()[:40] if isinstance(kind, str) else "", said=_short(geometry))
    try:
        return Drawn(kind="line", parts=tuple(_points(line) for line in lines))
    except (TypeError, ValueError, OverflowError, LookupError):
        return Drawn(kind="", said=_short(coordinates))


def _points(line: Any) -> Points:  # noqa: ANN401 - whatever stands there
    """Return the positions of a line; raises where a position is not two numbers or more."""
    if not isinstance(line, list) or not all(type(number) in {int, float} for p in line for number in p[:2]):
        raise TypeError("no positions")
    return np.array([(p[0], p[1]) for p in line], dtype=np.float64).reshape(-1, 2)


def _stated_crs(text: str) -> str | None:
    found = re.search(r'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{[^{}]*"name"\s*:\s*"([^"]{1,200})"', text)
    return None if found is None else found[1]


def _short(value: object) -> str:
    # Cut in depth and length before it is written: what stands there may be anything.
    return "" if value is None else reprlib.repr(value)


def _id(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return reprlib.repr(value) if isinstance(value, list | dict) else str(value)[:60]
