"""The same questions answered the slow way: every simple path, every second."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from routing.network import PlaceId, SegmentId
from routing.status import Status
from routing.units import Window
from tests.routing.travel.builders import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    segments: tuple[SegmentId, ...]
    seconds: int
    p: float
    departures: frozenset[int]


def simple_paths(world: World, origin: PlaceId, destination: PlaceId) -> Iterator[tuple[SegmentId, ...]]:
    """Yield every way that repeats no place, parallel segments apart."""
    stack: list[tuple[PlaceId, tuple[SegmentId, ...], frozenset[PlaceId]]] = [(origin, (), frozenset({origin}))]
    while stack:
        place, way, seen = stack.pop()
        if place == destination:
            yield way
            continue
        for segment in world.roads.segments.values():
            for start, end in ((segment.start, segment.end), (segment.end, segment.start))[: 2 - segment.oneway]:
                if start == place and end not in seen:
                    stack.append((end, (*way, segment.id), seen | {end}))


def drive(world: World, way: tuple[SegmentId, ...], spans: list[Window], *, loaded: bool, trucks: int) -> Drive:
    """Try every second of the spans as a departure."""
    offsets = [0]
    for name in way:
        offsets.append(offsets[-1] + _seconds(world, name, loaded=loaded, trucks=trucks))
    shut = [_shut(world, name) for name in way]
    good = frozenset(
        depart
        for span in spans
        for depart in range(span.start, span.end - offsets[-1] + 1)
        if all(shut[i].isdisjoint(range(depart + offsets[i], depart + offsets[i + 1])) for i in range(len(way)))
    )
    p = round(prod(_causes(world, way, spans, loaded=loaded).values()), 9)
    return Drive(segments=way, seconds=offsets[-1], p=p, departures=good)


def _seconds(world: World, name: SegmentId, *, loaded: bool, trucks: int) -> int:
    segment = world.roads.segments[name]
    if segment.gate is None:
        return segment.drive_seconds()
    listed = world.roads.gates[segment.gate]
    stop = listed.delay_low_s if loaded else 0
    return stop + -(-trucks * 3_600 // listed.trucks_per_hour) + segment.drive_seconds()


def _shut(world: World, name: SegmentId) -> set[int]:
    return {
        at
        for piece in world.access.timelines[name]
        if piece.status is Status.BLOCKED
        for at in range(piece.window.start, piece.window.end)
    }


def _causes(world: World, way: tuple[SegmentId, ...], spans: list[Window], *, loaded: bool) -> dict[str, float]:
    """Return the lowest probability of each cause over all spans, whatever the departure."""
    found: dict[str, float] = {}
    for name in way:
        for piece in world.access.timelines[name]:
            if piece.status is not Status.BLOCKED and any(piece.window.overlaps(span) for span in spans):
                for cause, p in piece.causes:
                    found[cause] = min(p, found.get(cause, 1.0))
        at_gate = world.roads.segments[name].gate
        if loaded and at_gate is not None:
            listed = world.roads.gates[at_gate]
            found[at_gate] = listed.prior_passed / (listed.prior_passed + listed.prior_turned_back)
    return found


def matches(one: Drive, other: Drive) -> bool:
    """No longer, no less likely, and every departure replaced by one no earlier that arrives no later."""
    return (
        one.seconds <= other.seconds
        and one.p >= other.p
        and all(
            any(later in one.departures for later in range(at, at + other.seconds - one.seconds + 1))
            for at in other.departures
        )
    )


def unmatched(drives: list[Drive]) -> list[Drive]:
    """Keep the drives that no other matches; of equal ones the first."""
    kept: list[Drive] = []
    for i, candidate in enumerate(drives):
        if candidate.departures and not any(
            other.departures and matches(other, candidate) and (i > j or not matches(candidate, other))
            for j, other in enumerate(drives)
            if j != i
        ):
            kept.append(candidate)
    return kept
