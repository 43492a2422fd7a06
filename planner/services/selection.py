"""What an address selects on the map of access: a stretch, a gate, a place, an area, a drawn rectangle, a convoy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from planner.domain.errors import NotFound
from planner.domain.world import World
from planner.services.in_hand import ConvoyInHand
from routing.network import Position, RoadNetwork, SegmentId

Kind: TypeAlias = Literal["segment", "gate", "place", "area", "box", "convoy"]
Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
LEAST_DEGREES: Final = 0.28
"""A single gate is shown with its surroundings, some thirty kilometres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is selected: its kind, its name, and the segments that it stands for."""

    kind: Kind
    name: str
    segments: tuple[SegmentId, ...]
    segments_set: frozenset[SegmentId] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the segments as a set too."""
        object.__setattr__(self, "segments_set", frozenset(self.segments))

    @property
    def id(self) -> str:
        """As it stands in the address."""
        return f"{self.kind}:{self.name}"


def select(world: World, asked: str, convoys: Sequence[ConvoyInHand] = ()) -> Selection:
    """Return what `segment:ID`, `gate:ID`, `place:ID`, `site:ID`, `hub:ID`, `area:ID`, `box:W,S,E,N` or `convoy:ID` is.

    Raises
    ------
    NotFound
        If nothing is called so.
    """
    kind, _, name = asked.partition(":")
    network, catalogue = world.network, world.catalogue
    if kind == "site" and name in catalogue.sites:
        kind, name = "place", catalogue.sites[name].place
    elif kind == "hub" and name in catalogue.hubs:
        kind, name = "place", catalogue.hubs[name].place
    if kind == "segment" and name in network.segments:
        return Selection(kind="segment", name=name, segments=(name,))
    if kind == "gate" and name in network.gates:
        return Selection(kind="gate", name=name, segments=network.segments_of_gate[name])
    if kind == "place" and name in network.places:
        return Selection(kind="place", name=name, segments=network.segments_at(name))
    if kind == "area" and name in network.areas:
        inside = (s for s in network.segments if name in network.areas_of(s))
        return Selection(kind="area", name=name, segments=tuple(sorted(inside)))
    if kind == "box":
        return Selection(kind="box", name=name, segments=_within(network, read_box(name)))
    if kind == "convoy":
        found = next((one for one in convoys if name in {one.id, one.convoy.id}), None)
        if found is not None:
            return Selection(kind="convoy", name=name, segments=network.standing_for(found.convoy.segments))
    raise NotFound(f"Nothing is called {asked!r} on this network. Choose on the map or in the list.")


def read_box(text: str) -> Bounds:
    """Read `west,south,east,north` in degrees; the order of two sides does not matter.

    Raises
    ------
    NotFound
        If it is no rectangle on earth.
    """
    try:
        a, b, c, d = (float(side) for side in text.split(","))
    except ValueError:
        raise NotFound(f"{text!r} is no rectangle. Give west, south, east and north in degrees.") from None
    if not (-180 <= a <= 180 and -180 <= c <= 180 and -90 <= b <= 90 and -90 <= d <= 90):  # noqa: PLR2004 - degrees
        raise NotFound(f"{text!r} lies off the earth. Give west, south, east and north in degrees.")
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _within(network: RoadNetwork, box: Bounds) -> tuple[SegmentId, ...]:
    west, south, east, north = box

    def inside(at: Position) -> bool:
        return west <= at[0] <= east and south <= at[1] <= north

    def touches(segment: SegmentId) -> bool:
        one = network.segments[segment]
        shape = one.shape or (network.places[one.start].position, network.places[one.end].position)
        if any(inside(at) for at in shape):
            return True
        return any(_cuts(a, b, box) for a, b in pairwise(shape))

    return tuple(sorted(segment for segment in network.segments if touches(segment)))


def _cuts(a: Position, b: Position, box: Bounds) -> bool:
    """Tell whether a straight stretch passes through a rectangle (Liang and Barsky, 1984)."""
    enter, leave = 0.0, 1.0
    for start, end, low, high in ((a[0], b[0], box[0], box[2]), (a[1], b[1], box[1], box[3])):
        step = end - start
        if step == 0:
            if not low <= start <= high:
                return False
            continue
        first, last = sorted(((low - start) / step, (high - start) / step))
        enter, leave = max(enter, first), min(leave, last)
        if enter > leave:
            return False
    return True


def bounds_of(world: World, selection: Selection) -> Bounds | None:
    """Return the rectangle in which a selection is seen with its surroundings; None where it has no road."""
    network = world.network
    if selection.kind == "box":
        west, south, east, north = read_box(selection.name)
    else:
        points = [at for name in selection.segments for at in network.segments[name].shape]
        if selection.kind == "place":
            points = [network.places[selection.name].position]
        elif selection.kind == "gate":
            points = [network.places[network.gates[selection.name].place].position]
        if not points:
            return None
        lons, lats = [at[0] for at in points], [at[1] for at in points]
        west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    wide = max(LEAST_DEGREES - (east - west) / 2, 0.15 * (east - west))
    high = max(LEAST_DEGREES * 0.75 - (north - south) / 2, 0.15 * (north - south))
    return round(west - wide, 4), round(south - high, 4), round(east + wide, 4), round(north + high, 4)
