"""What a form lets people choose from in this crisis: each thing's id and its name in the reader's language."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from planner.domain.world import World
from routing.evidence import CeasefireAgreed
from web.words import say

Choices: TypeAlias = Callable[[World], list[tuple[str, Any]]]


def gates(world: World) -> list[tuple[str, Any]]:
    """Return the gates by name."""
    return _named(world.network.gates)


def areas(world: World) -> list[tuple[str, Any]]:
    """Return the areas by name."""
    return _named(world.network.areas)


def segments(world: World) -> list[tuple[str, Any]]:
    """Return the stretches of road by their ends; of several between the same ends each with its road's name."""
    places = world.network.places
    told = [(s, f"{say(places[s.start])} – {say(places[s.end])}") for s in world.network.segments.values()]
    times = Counter(ends for _segment, ends in told)
    named = [(s.id, ends if times[ends] == 1 else f"{ends} ({s.name}, {s.id})") for s, ends in told]
    return sorted(named, key=lambda pair: pair[1])


def sites(world: World) -> list[tuple[str, Any]]:
    """Return the sites by name."""
    return _named(world.catalogue.sites)


def hubs(world: World) -> list[tuple[str, Any]]:
    """Return the hubs by name."""
    return _named(world.catalogue.hubs)


def commodities(world: World) -> list[tuple[str, Any]]:
    """Return the commodities by name."""
    return _named(world.catalogue.commodities)


def movements(world: World) -> list[tuple[str, Any]]:
    """Return the reported movements by id, which is what log and convoys call them."""
    return [(key, f"{say(movement)} ({key})") for key, movement in sorted(world.catalogue.movements.items())]


def truck_types(world: World) -> list[tuple[str, Any]]:
    """Return the types of truck in the order of the catalogue."""
    return [(truck.id, truck.name) for truck in world.catalogue.truck_types.values()]


def parties(world: World) -> list[tuple[str, Any]]:
    """Return the parties in the order of the crisis."""
    return [(party.id, say(party)) for party in world.catalogue.crisis.parties]


def ceasefires(world: World) -> list[tuple[str, Any]]:
    """Return the ceasefires that were ever agreed."""
    names = {record.fact.ceasefire for record in world.log if isinstance(record.fact, CeasefireAgreed)}
    return [(name, name) for name in sorted(names)]


def _named(things: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(((key, say(thing)) for key, thing in things.items()), key=lambda pair: str(pair[1]))
