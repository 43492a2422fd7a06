"""What it would give to open a closed gate or road: the way there, its risk, and the people behind it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.cuts import Barrier
from routing.network import GateId, PlaceId, RoadNetwork, SegmentId
from routing.status import AccessMap, Piece, Status, worst
from routing.travel.column import drive_spans
from routing.travel.engine import UNREACHABLE, TravelEngine
from routing.travel.legs import Leg, find_legs
from routing.travel.passage import passable_windows
from routing.truck import ANY_TRUCK, Truck
from routing.units import Window

_OF_GATES = frozenset({"gate", "control", "ceasefire"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What would be if one barrier alone were lifted.

    `legs` lead from the origin to the destination, fastest first: empty where something else still bars the way.
    `people` live at places that the origin reaches then, and does not now.
    """

    barrier: Barrier
    legs: tuple[Leg, ...]
    people: int
    places: tuple[PlaceId, ...]


def barriers(
    network: RoadNetwork,
    access: AccessMap,
    departures: Window,
    *,
    daylight: tuple[Window, ...] | None = None,
    use_unknown: bool = True,
) -> tuple[Barrier, ...]:
    """Return what is closed as long as a drive that leaves within `departures` lasts: closed gates, then segments.

    A gate bars all its segments together, whether it is shut or its line has nobody's consent. A segment that is
    closed for any other reason is a barrier of its own, whatever its gate does.
    """
    spans = drive_spans(access, departures, daylight)
    gates: dict[GateId, list[SegmentId]] = {}
    alone: list[Barrier] = []
    for name, segment in sorted(network.segments.items()):
        if any(passable_windows(access, name, span, use_unknown=use_unknown) for span in spans):
            continue
        if segment.gate is not None and _by_gate_only(access.timeline(name), spans):
            gates.setdefault(segment.gate, []).append(name)
        else:
            alone.append(Barrier(gate=None, segments=(name,)))
    at_gates = [Barrier(gate=gate, segments=tuple(names)) for gate, names in sorted(gates.items())]
    return (*at_gates, *alone)


def openings(  # noqa: PLR0913 - what a drive is made of
    network: RoadNetwork,
    access: AccessMap,
    engine: TravelEngine,
    closed: Collection[Barrier],
    origin: PlaceId,
    destination: PlaceId,
    departures: Window,
    people: Mapping[PlaceId, int],
    *,
    trucks: int = 1,
    truck: Truck = ANY_TRUCK,
    daylight: tuple[Window, ...] | None = None,
) -> tuple[Opening, ...]:
    """Return what lifting each of the closed barriers alone would give, the most people first, then the fastest way.

    `closed` are all barriers there are, as `barriers` tells; `people` live at places, by whatever figure the caller
    counts. Where a barrier is lifted, what else is said of its segments stays: a damaged road behind an opened gate
    is a damaged road.

    Raises
    ------
    UnknownId
        If a place is not in the network.
    """
    shut = frozenset(name for barrier in closed for name in barrier.segments)
    homes = (*sorted(people), destination)
    reached_now = engine.seconds_table((origin,), homes, shut)[0] < UNREACHABLE
    found: list[Opening] = []
    for barrier in closed:
        reached = engine.seconds_table((origin,), homes, shut.difference(barrier.segments))[0] < UNREACHABLE
        behind = tuple(
            home for home, now, then in zip(homes[:-1], reached_now[:-1], reached[:-1], strict=True) if then and not now
        )
        # Most barriers are nowhere near the way asked for: the table tells at once that they would not open it.
        legs = find_legs(
            network, lifted(access, barrier.segments), engine, origin, destination, departures,
            loaded=True, trucks=trucks, truck=truck, daylight=daylight,
        ) if reached[-1] else ()  # fmt: skip
        found.append(
            Opening(barrier=barrier, legs=legs, people=sum(people[home] for home in behind), places=behind)
        )  # fmt: skip
    return tuple(sorted(found, key=_most_first))


def lifted(access: AccessMap, segments: Collection[SegmentId]) -> AccessMap:
    """Return the map without what blocks these segments; what merely contests them, and is told besides, stays."""
    return access.replace_timelines({name: tuple(map(_unblocked, access.timeline(name))) for name in segments})


def _unblocked(piece: Piece) -> Piece:
    if piece.status is not Status.BLOCKED:
        return piece
    parts = tuple(
        part if part.status is not Status.BLOCKED else replace(part, status=Status.OPEN, p=1.0, code="supposed_lifted")
        for part in piece.parts
    )
    decides = worst(parts)
    causes = tuple((cause, p) for cause, p in piece.causes if p > 0)
    return replace(
        piece,
        status=decides.status,
        p=min(part.p for part in parts),
        decided_by=decides.name,
        parts=parts,
        causes=causes,
    )


def _by_gate_only(timeline: Sequence[Piece], spans: Sequence[Window]) -> bool:
    return all(
        part.name in _OF_GATES
        for piece in timeline
        if any(piece.window.overlaps(span) for span in spans)
        for part in piece.parts
        if part.status is Status.BLOCKED
    )


def _most_first(opening: Opening) -> tuple[int, bool, int, float, tuple[SegmentId, ...]]:
    fastest = opening.legs[0] if opening.legs else None
    return (
        -opening.people,
        fastest is None,
        0 if fastest is None else fastest.seconds,
        0.0 if fastest is None else -fastest.p,
        opening.barrier.segments,
    )
