"""A still map of one convoy's way for paper: drawn by the server, so that it prints without scripts."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.needs import Site
from planner.domain.supply import Hub
from planner.services.itinerary import Itinerary
from planner.services.plan_page import Told
from routing.network import Gate, Position, Segment
from routing.status import Status
from web.words import say

WIDTH: Final = 300.0
HEIGHT: Final = 272.0
EDGE: Final = 34.0
KM_A_DEGREE: Final = 111.2
LEAST_KM: Final = 6.0
"""A way of a few hundred metres is shown with its surroundings."""
LETTER: Final = 5.6
LINE: Final = 12.0
SCALES_KM: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A road: its path, its status, and whether the convoy drives it."""

    path: str
    status: str
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place with its name in both scripts; `anchor` tells on which side the name stands."""

    x: float
    y: float
    kind: str
    status: str
    name: str
    second: str
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """The map: lines from below to above, spots, where the number stands, and the scale."""

    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]
    shield: tuple[float, float]
    scale_km: float
    scale_px: float
    width: float = WIDTH
    height: float = HEIGHT


class _Ground:
    def __init__(self, points: Sequence[Position]) -> None:
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        self.lon, self.lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        self.narrow = math.cos(math.radians(self.lat))
        wide = max((max(lons) - min(lons)) * self.narrow * KM_A_DEGREE, LEAST_KM)
        high = max((max(lats) - min(lats)) * KM_A_DEGREE, LEAST_KM)
        self.px_a_km = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)

    def at(self, position: Position) -> tuple[float, float]:
        x = WIDTH / 2 + (position[0] - self.lon) * self.narrow * KM_A_DEGREE * self.px_a_km
        y = HEIGHT / 2 - (position[1] - self.lat) * KM_A_DEGREE * self.px_a_km
        return round(x, 1), round(y, 1)

    def path(self, shape: Iterable[Position]) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in map(self.at, shape))

    def holds(self, segment: Segment) -> bool:
        spots = [self.at(position) for position in segment.shape]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        return max(xs) > 0 and min(xs) < WIDTH and max(ys) > 0 and min(ys) < HEIGHT


def draw_sketch(told: Told, one: Itinerary) -> Sketch:
    """Return the map of a convoy's way with all roads around it, their statuses as the plan knew them."""
    snapshot = told.record.snapshot
    network, at = snapshot.network, one.convoy.depart_at
    driven = dict.fromkeys(one.convoy.segments)
    ground = _Ground([p for name in driven for p in network.segments[name].shape])

    def status(segment: str) -> str:
        return snapshot.access.at(segment, at).status.value if snapshot.access.horizon.contains(at) else "UNKNOWN"

    around = [s for s in network.segments.values() if s.id not in driven and ground.holds(s)]
    order = {Status.UNKNOWN: 0, Status.OPEN: 1, Status.CONTESTED: 2, Status.BLOCKED: 3}
    lines = [Line(path=ground.path(s.shape), status=status(s.id), planned=False) for s in around]
    lines.sort(key=lambda line: order[Status(line.status)])
    lines += [Line(path=ground.path(network.segments[s].shape), status=status(s), planned=True) for s in driven]
    middle = network.segments[list(driven)[len(driven) // 2]].shape
    taken: list[Box] = []
    spots = tuple(_spots(told, one, ground, status, taken))
    scale = max((km for km in SCALES_KM if km * ground.px_a_km <= WIDTH / 3), default=SCALES_KM[0])
    return Sketch(
        lines=tuple(lines),
        spots=spots,
        shield=_beside(*ground.at(middle[len(middle) // 2]), taken),
        scale_km=scale,
        scale_px=round(scale * ground.px_a_km, 1),
    )


def _spots(
    told: Told, one: Itinerary, ground: _Ground, status: Callable[[str], str], taken: list[Box]
) -> Iterator[Spot]:
    snapshot = told.record.snapshot
    network = snapshot.network
    hub = snapshot.hubs[one.convoy.hub]
    things: list[tuple[str, Hub | Site | Gate, Position, str]] = [("hub", hub, network.places[hub.place].position, "")]
    things += [
        ("site", site, network.places[site.place].position, "")
        for site in (snapshot.sites[stop.site] for stop in one.convoy.stops)
    ]
    gated = {network.segments[s].gate: s for s in one.convoy.segments}
    for gate_id, name in gated.items():
        if gate_id is None:
            continue
        gate = network.gates[gate_id]
        things.append(("gate", gate, network.places[gate.place].position, status(name)))
    for kind, thing, position, state in things:
        x, y = ground.at(position)
        name = say(thing)
        second = thing.name_ar if name == thing.name else thing.name
        found = _room(x, y, max(len(name), len(second)) * LETTER, taken)
        if found is None and kind == "gate":  # left out, not cut: the timetable beside the map names every gate
            name, second = "", ""
        text_x, text_y, anchor = found or (x + 9, y + 2, "left")
        taken.append((x - 7, y - 7, x + 7, y + 7))
        yield Spot(x=x, y=y, kind=kind, status=state, name=name, second=second, text_x=text_x, text_y=text_y,
                   anchor=anchor)  # fmt: skip


def _room(x: float, y: float, width: float, taken: list[Box]) -> tuple[float, float, str] | None:
    """Return where a name of two lines stands by its place, whole and over no other; None where there is no room."""
    tries = [(x + 9, y + 2, "left"), (x - 9, y + 2, "right"), (x + 6, y - 16, "left"), (x - 6, y - 16, "right"),
             (x + 6, y + 20, "left"), (x - 6, y + 20, "right")]  # fmt: skip
    for text_x, text_y, anchor in tries:
        left = text_x if anchor == "left" else text_x - width
        box = (left, text_y - LINE, left + width, text_y + LINE + 3)
        if _is_free(box, taken) and box[0] > 0 and box[2] < WIDTH and box[1] > 0 and box[3] < HEIGHT:
            taken.append(box)
            return text_x, text_y, anchor
    return None


def _beside(x: float, y: float, taken: list[Box]) -> tuple[float, float]:
    """Return where the convoy's number stands by the middle of its way, over no name; at worst below it."""
    for away in (17, 26, 36):
        for dx, dy in ((0, away), (0, -away), (away + 6, 0), (-away - 6, 0)):
            at = min(max(x + dx, 16), WIDTH - 16), min(max(y + dy, 11), HEIGHT - 14)
            if _is_free((at[0] - 15, at[1] - 10, at[0] + 15, at[1] + 10), taken):
                return at
    return min(max(x, 16), WIDTH - 16), min(y + 17, HEIGHT - 14)


def _is_free(box: Box, taken: list[Box]) -> bool:
    return all(box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken)
