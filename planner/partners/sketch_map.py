"""Draw where: numbers at coarse points over generalised coasts and borders, or a road between its stops."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from planner.partners.report import Spot
from planner.partners.words import Both, Language
from routing.network import Position

LAND, SEA, BORDER, INK, QUIET = "#f4f2ec", "#dfe7ec", "#b8b4aa", "#1b2733", "#5b6670"
BLOCKED: Final = "#B00020"
LEAST_SPAN_DEG: Final = 1.2
"""However near the points lie to each other, so much is shown around them."""
KM_PER_DEG: Final = 111.2
"""Of latitude."""
ROUNDS: Final = 60
"""Circles are moved apart in so many rounds at most; where there are too many for the map, some still touch."""
PAD: Final = 0.22
"""Of the points' own extent, on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """A text on a drawing: where its base line starts, is centred or ends, in the drawing's own units."""

    text: str
    x: float
    y: float
    anchor: Literal["start", "middle", "end"]
    size: float
    fill: str
    bold: bool = False
    ltr: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A drawing as SVG without any text, and the texts apart: the typesetter sets them, Arabic joined and tagged."""

    svg: str
    width: int
    height: int
    texts: tuple[Lettering, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """Equirectangular, true to scale in the middle of the map: over a country the difference to others is slight."""

    west: float
    north: float
    scale: float
    squeeze: float
    width: int
    height: int

    def at(self, position: Position) -> tuple[float, float]:
        x = (position[0] - self.west) * self.squeeze * self.scale
        return round(x, 1), round((self.north - position[1]) * self.scale, 1)


_Box: TypeAlias = tuple[float, float, float, float]
_Point: TypeAlias = tuple[float, float]


def draw_spots(
    spots: Sequence[Spot], language: Language, *, around: Iterable[tuple[Both, Position]] = (), tone: str = BLOCKED,
    least_deg: float = LEAST_SPAN_DEG, width: int = 520, height: int = 360,
) -> Drawing:  # fmt: skip
    """Return a map with a circle a spot, its area by its number, the number in it and its name beside it.

    Circles that would hide each other are moved apart, each tied to its point by a line. `around` are names of larger
    places, written faintly where there is room.
    """
    view = _view([spot.at for spot in spots], width, height, least=least_deg)
    most = max((spot.value for spot in spots), default=1)
    drawn, texts, taken = [_ground(view)], list[Lettering](), list[_Box]()
    points = [view.at(spot.at) for spot in spots]
    radii = [round(8 + 9 * math.sqrt(spot.value / most), 1) for spot in spots]
    placed = list(zip(spots, _apart(points, radii, view), radii, strict=True))
    for (x, y), (_spot, (to_x, to_y), _radius) in zip(points, placed, strict=True):
        if (x, y) != (to_x, to_y):
            drawn.append(f'<line x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}" stroke="{INK}" stroke-width="0.8"/>')
            drawn.append(f'<circle cx="{x}" cy="{y}" r="1.8" fill="{INK}"/>')
    for spot, (x, y), radius in sorted(placed, key=lambda one: -one[2]):
        drawn.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{tone}" fill-opacity="0.92" stroke="#fff"/>')
        texts.append(Lettering(text=str(spot.value), x=x, y=y + 4.5, anchor="middle", size=13, fill="#fff", bold=True))
        taken.append((x - radius, y - radius, x + radius, y + radius))
    for spot, (x, y), radius in placed:
        texts += _label(view, spot.label.say(language), x, y, radius, taken)
    named = {spot.label.en for spot in spots}
    for name, at in around:
        x, y = view.at(at)
        if name.en not in named and 0 < x < view.width and 0 < y < view.height:
            texts += _label(view, name.say(language), x, y, -5, taken, fill=QUIET, size=10)
    return _drawing(view, drawn, texts)


def _apart(points: Sequence[_Point], radii: Sequence[float], view: _View) -> list[_Point]:
    """Return the middles of circles, moved as little as keeps all numbers legible and all circles on the map."""
    moved = [list(point) for point in points]
    for _round in range(ROUNDS):
        still = True
        for n, (one, mine) in enumerate(zip(moved, radii, strict=True)):
            for other, theirs in zip(moved[n + 1 :], radii[n + 1 :], strict=True):
                across, down = other[0] - one[0], other[1] - one[1]
                distance, wanted = math.hypot(across, down), mine + theirs + 2
                if distance >= wanted:
                    continue
                still = False
                # Two at one point go apart sideways.
                side, up = (across / distance, down / distance) if distance else (1.0, 0.0)
                by = (wanted - distance) / 2 + 0.1
                one[0], one[1] = one[0] - side * by, one[1] - up * by
                other[0], other[1] = other[0] + side * by, other[1] + up * by
            one[0] = min(max(one[0], mine), view.width - mine)
            one[1] = min(max(one[1], mine), view.height - mine)
        if still:
            break
    return [(round(x, 1), round(y, 1)) for x, y in moved]


def draw_way(
    ways: Iterable[Sequence[Position]], stops: Sequence[tuple[str, Position]], *, width: int = 300, height: int = 380
) -> Drawing:
    """Return a sketch of a road and the places along it."""
    lines = [list(way) for way in ways if len(way) > 1]
    view = _view([at for line in lines for at in line] + [at for _name, at in stops], width, height, least=0.2)
    drawn, texts, taken = [_ground(view)], list[Lettering](), list[_Box]()
    for line in lines:
        path = " ".join(f"{x},{y}" for x, y in map(view.at, line))
        drawn.append(f'<polyline points="{path}" fill="none" stroke="#fff" stroke-width="6"/>')
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="2.6"/>')
    for name, at in stops:
        x, y = view.at(at)
        drawn.append(f'<circle cx="{x}" cy="{y}" r="5" fill="#fff" stroke="{INK}" stroke-width="2"/>')
        texts += _label(view, name, x, y, 6, taken)
    return _drawing(view, drawn, texts)


def _view(corners: Sequence[Position], width: int, height: int, *, least: float = LEAST_SPAN_DEG) -> _View:
    lons, lats = [lon for lon, _ in corners] or [0.0], [lat for _, lat in corners] or [0.0]
    middle_lon, middle_lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    squeeze = math.cos(math.radians(middle_lat))
    wide = max((max(lons) - min(lons)) * (1 + 2 * PAD), least) * squeeze
    tall = max((max(lats) - min(lats)) * (1 + 2 * PAD), least)
    scale = min(width / wide, height / tall)
    return _View(
        west=middle_lon - width / scale / squeeze / 2, north=middle_lat + height / scale / 2, scale=scale,
        squeeze=squeeze, width=width, height=height,
    )  # fmt: skip


def _ground(view: _View) -> str:
    atlas, (west, south, east, north) = _atlas(), _atlas()["applies_to"]
    middle = view.west + view.width / view.scale / view.squeeze / 2, view.north - view.height / view.scale / 2
    if not (west < middle[0] < east and south < middle[1] < north):
        return f'<rect width="{view.width}" height="{view.height}" fill="{LAND}"/>'
    parts = [f'<rect width="{view.width}" height="{view.height}" fill="{SEA}"/>']
    for polygon in atlas["land"]:
        rings = " ".join(_path(view, ring, closed=True) for ring in polygon)
        parts.append(f'<path d="{rings}" fill="{LAND}" fill-rule="evenodd"/>')
    for name, dashes in (("borders", ""), ("disputed", ' stroke-dasharray="3 3"')):
        lines = " ".join(_path(view, line, closed=False) for line in atlas[name])
        parts.append(f'<path d="{lines}" fill="none" stroke="{BORDER}" stroke-width="1"{dashes}/>')
    return "".join(parts)


def _path(view: _View, packed: Sequence[int], *, closed: bool) -> str:
    lon = lat = 0
    points = []
    for step_lon, step_lat in zip(packed[::2], packed[1::2], strict=True):
        lon, lat = lon + step_lon, lat + step_lat
        points.append(view.at((lon / 10_000, lat / 10_000)))
    told = f"M{' '.join(f'{x} {y}' for x, y in points)}"
    return told + ("Z" if closed else "")


def _label(
    view: _View, name: str, x: float, y: float, radius: float, taken: list[_Box], *, fill: str = INK, size: float = 12
) -> list[Lettering]:
    """Return a name beside its point, on the side where it meets no other and stays on the map."""
    if not name:
        return []
    long, tall = 7.0 * len(name) + 4, 15.0
    places: tuple[tuple[float, float, Literal["start", "middle", "end"]], ...] = (
        (x + radius + 4, y + 4.5, "start"), (x - radius - 4, y + 4.5, "end"),
        (x, y - radius - 5, "middle"), (x, y + radius + 14, "middle"),
    )  # fmt: skip
    for left, base, anchor in places:
        start = {"start": left, "end": left - long, "middle": left - long / 2}[anchor]
        box = (start, base - tall + 3, start + long, base + 3)
        inside = box[0] >= 0 and box[2] <= view.width and box[1] >= 0 and box[3] <= view.height
        if inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            return [Lettering(text=name, x=round(left, 1), y=round(base, 1), anchor=anchor, size=size, fill=fill)]
    return []


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _drawing(view: _View, drawn: list[str], texts: list[Lettering]) -> Drawing:
    per_km = view.scale / KM_PER_DEG
    km = next((step for step in (200, 100, 50, 20, 10, 5, 2, 1) if step * per_km <= view.width / 4), 1)
    long, y = round(km * per_km, 1), view.height - 10
    drawn.append(f'<path d="M10 {y - 4}v4h{long}v-4" fill="none" stroke="{QUIET}" stroke-width="1.2"/>')
    texts.append(Lettering(text=f"{km} km", x=14 + long, y=y, anchor="start", size=10, fill=QUIET, ltr=True))
    size = f'viewBox="0 0 {view.width} {view.height}" width="{view.width}" height="{view.height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(drawn)}</svg>'
    return Drawing(svg=svg, width=view.width, height=view.height, texts=tuple(texts))


@cache
def _atlas() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((files("planner.partners") / "assets/basemap.json").read_bytes())
    return found
