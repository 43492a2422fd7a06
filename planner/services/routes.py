"""Ask for the ways between two places."""

from typing import Final

from planner.domain.world import World
from planner.services.access import access_over, inspected
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, Refusal, find_legs, refusal
from routing.units import DAY, HOUR, AsOf, Window

LONGEST_LEG_S: Final = DAY
"""A column that leaves at the last moment is followed for so long."""


def route(
    world: World, origin: str, destination: str, question: AsOf, *, hours: int = 24
) -> tuple[tuple[Leg, ...], Refusal | None]:
    """Return the Pareto legs of a loaded column that leaves within so many hours, or why there is none."""
    departures = Window(question.at, question.at + hours * HOUR)
    horizon = Window(question.at, departures.end + LONGEST_LEG_S)
    access = access_over(world, question, horizon)
    network = inspected(world, question)
    engine = TravelEngine(network)
    legs = find_legs(network, access, engine, origin, destination, departures, loaded=True)
    if legs:
        return legs, None
    return (), refusal(network, access, origin, destination, departures)
