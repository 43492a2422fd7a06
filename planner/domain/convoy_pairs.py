"""Find the convoys of two plans that are one and the same, and say in what they differ."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.plan import Convoy
from routing.units import Instant, local_midnight

Aspect: TypeAlias = Literal["day", "departure", "timetable", "trucks", "segments", "loads"]


def pair_convoys(a: Iterable[Convoy], b: Iterable[Convoy], zone: ZoneInfo) -> tuple[tuple[Convoy, Convoy], ...]:
    """Return the pairs of convoys of two plans that are one and the same, in order of the second's departure.

    They match by their movement where both have one, else by hub, sites and local day of first arrival, else by hub
    and sites alone: those have moved to another day.
    """
    left, right = by_departure(a), by_departure(b)
    promised = {convoy.movement: convoy for convoy in left if convoy.movement is not None}
    pairs = [(promised[c.movement], c) for c in right if c.movement in promised]
    matched = {convoy.id for convoy, _ in pairs}, {convoy.id for _, convoy in pairs}
    for same in (_journey, _errand):
        # First those of one day; then those that do the same on another day have moved.
        alike: dict[tuple[object, ...], list[Convoy]] = {}
        for convoy in left:
            if convoy.id not in matched[0]:
                alike.setdefault(same(convoy, zone), []).append(convoy)
        for convoy in right:
            if convoy.id in matched[1]:
                continue
            candidates = alike.get(same(convoy, zone), [])
            # Two different movements were promised to different people: they are never one convoy.
            free = [c for c in candidates if c.movement is None or convoy.movement is None]
            if free:
                candidates.remove(free[0])
                pairs.append((free[0], convoy))
                matched[0].add(free[0].id)
                matched[1].add(convoy.id)
    return tuple(sorted(pairs, key=lambda pair: (pair[1].depart_at, pair[1].id)))


def _journey(convoy: Convoy, zone: ZoneInfo) -> tuple[object, ...]:
    day = _arrival_day(convoy, zone) if convoy.stops else convoy.depart_at
    return convoy.hub, tuple(stop.site for stop in convoy.stops), day


def _arrival_day(convoy: Convoy, zone: ZoneInfo) -> Instant:
    return local_midnight(convoy.stops[0].arrive_at, zone)


def _errand(convoy: Convoy, _zone: ZoneInfo) -> tuple[object, ...]:
    return convoy.hub, tuple(stop.site for stop in convoy.stops)


def by_departure(convoys: Iterable[Convoy]) -> tuple[Convoy, ...]:
    """Return convoys in order of departure."""
    return tuple(sorted(convoys, key=lambda convoy: (convoy.depart_at, convoy.id)))


def aspects(a: Convoy, b: Convoy, zone: ZoneInfo) -> Iterator[Aspect]:
    """Yield in what a convoy of one plan differs from the same in another."""
    if a.stops and b.stops and _arrival_day(a, zone) != _arrival_day(b, zone):
        yield "day"
    elif a.depart_at != b.depart_at:
        yield "departure"
    elif _times(a) != _times(b):
        yield "timetable"
    if _positive(a.trucks) != _positive(b.trucks):
        yield "trucks"
    if a.segments != b.segments:
        yield "segments"
    if _unloaded(a) != _unloaded(b):
        yield "loads"


def _times(convoy: Convoy) -> tuple[tuple[Instant, Instant], ...]:
    stops = tuple((stop.arrive_at, stop.unloaded_at) for stop in convoy.stops)
    return (*((move.depart_at, move.arrive_at) for move in convoy.moves), *stops)


def _positive(trucks: Mapping[str, int]) -> dict[str, int]:
    return {kind: n for kind, n in trucks.items() if n}


def _unloaded(convoy: Convoy) -> dict[tuple[str, str], int]:
    """Return the units brought by site and commodity: which batch they come from concerns the warehouse only."""
    units: dict[tuple[str, str], int] = {}
    for stop in convoy.stops:
        for load in stop.loads:
            units[stop.site, load.commodity] = units.get((stop.site, load.commodity), 0) + load.units
    return units
