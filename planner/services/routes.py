"""Ask for the ways between two places, and for what would open one where there is none."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from planner.domain.errors import NotFound
from planner.domain.world import World
from planner.services.access import access_over, inspected
from routing.cuts import Barrier, separating
from routing.network import PlaceId, RoadNetwork
from routing.status import AccessMap
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, Refusal, find_legs, refusal
from routing.travel.openings import Opening, barriers, openings
from routing.truck import ANY_TRUCK, Truck
from routing.units import DAY, HOUR, AsOf, Window

Maps: TypeAlias = Callable[[AsOf, Window], AccessMap]
LONGEST_LEG_S: Final = DAY
"""A column that leaves at the last moment is followed for so long."""


def route(
    world: World,
    origin: str,
    destination: str,
    question: AsOf,
    *,
    hours: int = 24,
    truck: Truck = ANY_TRUCK,
    maps: Maps | None = None,
) -> tuple[tuple[Leg, ...], Refusal | None]:
    """Return the Pareto legs of a loaded column that leaves within so many hours, or why there is none.

    Roads that do not carry `truck` are left out. `maps` gives access maps of the world
    that are kept at hand; without it one is folded.
    """
    departures, network, access = _asked(world, question, hours, maps)
    legs = find_legs(
        network, access, TravelEngine.of(network), origin, destination, departures, loaded=True, truck=truck
    )
    if legs:
        return legs, None
    return (), refusal(network, access, origin, destination, departures, truck=truck)


def what_would_open(
    world: World, origin: str, destination: str, question: AsOf, *, hours: int = 24, truck: Truck = ANY_TRUCK
) -> tuple[tuple[Barrier, ...], tuple[Opening, ...]]:
    """Return the fewest closed gates and segments between two places, and what opening each closed one would give.

    People count where they live behind the closure, each site by the smallest of its figures.
    """
    departures, network, access = _asked(world, question, hours, None)
    closed = barriers(network, access, departures)
    found = openings(
        network, access, TravelEngine.of(network), closed, origin, destination, departures, _people(world),
        truck=truck,
    )  # fmt: skip
    cut = separating(network, closed, origin, destination)
    return cut, tuple(each for each in found if each.legs or each.people)


def truck_of(world: World, truck_type: str) -> Truck:
    """Return a truck type as roads see it.

    Raises
    ------
    NotFound
        If there is no such type; names those there are.
    """
    types = world.catalogue.truck_types
    if truck_type not in types:
        raise NotFound(f"No truck type {truck_type!r}. There are: {', '.join(sorted(types))}.")
    return types[truck_type].on_the_road


def _asked(world: World, question: AsOf, hours: int, maps: Maps | None) -> tuple[Window, RoadNetwork, AccessMap]:
    departures = Window(question.at, question.at + hours * HOUR)
    horizon = Window(question.at, departures.end + LONGEST_LEG_S)
    return departures, inspected(world, question), (maps or partial(access_over, world))(question, horizon)


def _people(world: World) -> dict[PlaceId, int]:
    counted: Counter[PlaceId] = Counter()
    for site in world.catalogue.sites.values():
        counted[site.place] += min((figure.people for figure in site.people), default=0)
    return dict(counted)
