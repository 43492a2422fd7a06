"""The ways worth considering between two places: the fastest, and every slower one that is likelier or open later."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from routing.cuts import connected, isolating
from routing.network import GateId, PlaceId, RoadNetwork, SegmentId
from routing.status import AccessMap
from routing.travel.column import Column, drive_spans
from routing.travel.engine import TravelEngine
from routing.travel.passage import causes_on, lower, passable_windows, path_p
from routing.travel.search import Way, find_ways
from routing.travel.survey import Survey
from routing.truck import ANY_TRUCK, Truck, bars
from routing.units import Metres, Seconds, Window, intersect_windows, subtract_windows

RefusalReason: TypeAlias = Literal["unreachable", "weight", "size", "blocked", "unknown_segment", "window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOffset:
    """The head of the column reaches the gate so many seconds after departure."""

    gate: GateId
    offset_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A drive without a wait between two places, for a column of the size asked for.

    `departures` are exactly the seconds from which it works; `causes` what may stop it, each with the lowest
    probability of holding over these departures; `p` their product.
    """

    origin: PlaceId
    destination: PlaceId
    segments: tuple[SegmentId, ...]
    seconds: Seconds
    metres: Metres
    p: float
    causes: tuple[tuple[str, float], ...]
    gates: tuple[GateOffset, ...]
    departures: tuple[Window, ...]
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no leg: the reason, and for the middle four of them the fewest segments that prove it.

    `unreachable`: not even the empty network leads there. `weight`, `size`, `blocked`, `unknown_segment`: no way is
    left once roads too weak, then roads too low or narrow, then roads blocked all the time, then roads without a fresh
    report are taken out; `cut` holds the smallest set of those taken out that separates the places. `window`: each road
    is open at some time, but no departure finds all roads of a way open in turn, and in daylight where that is asked
    for.
    """

    reason: RefusalReason
    cut: tuple[SegmentId, ...]


def find_legs(  # noqa: PLR0913 - what a drive is made of
    network: RoadNetwork,
    access: AccessMap,
    engine: TravelEngine,
    origin: PlaceId,
    destination: PlaceId,
    departures: Window,
    *,
    loaded: bool,
    trucks: int = 1,
    truck: Truck = ANY_TRUCK,
    use_unknown: bool = True,
    daylight: tuple[Window, ...] | None = None,
    max_legs: int = 4,
) -> tuple[Leg, ...]:
    """Return the ways that none other matches, fastest first; empty where there is none (`refusal` tells why).

    One way matches another if it takes no longer, is no less likely over the whole span of the drive, and for every
    departure of the other has one that leaves no earlier and arrives no later, be it after `departures`: a detour
    never stands in for a wait at the origin. No way repeats a place, and without `daylight` none takes over 24 hours.
    Of more than `max_legs` the fastest, the likeliest and the most different are kept. Holds are not looked at.

    Raises
    ------
    UnknownId
        If a place is not in the network.
    RoutingError
        If `trucks` is less than 1.
    """
    for place in (origin, destination):
        network.get_place(place)
    column = Column(loaded=loaded, trucks=trucks, truck=truck, use_unknown=use_unknown)
    survey = Survey.of(network, access, engine, column, drive_spans(access, departures, daylight))
    if origin == destination:
        # Whoever does not drive needs neither a road nor light.
        known = departures.clip(access.horizon)
        spells = () if known is None else ((known.start, known.end),)
        ways: Sequence[Way] = [Way(segments=(), numbers=engine.roads.numbers(()), seconds=0, p=1.0, departures=spells)]
    else:
        ways = find_ways(survey, engine, origin, destination)
    legs = list(_legs(survey, network, origin, destination, departures, ways, loaded=loaded))
    return _most_different(legs, max_legs)


def refusal(
    network: RoadNetwork,
    access: AccessMap,
    origin: PlaceId,
    destination: PlaceId,
    departures: Window,
    *,
    truck: Truck = ANY_TRUCK,
    use_unknown: bool = True,
    daylight: tuple[Window, ...] | None = None,
) -> Refusal:
    """Say why there is no leg for these departures, with the segments that prove it.

    To be asked only where `find_legs` found none: `window` is what remains when nothing else refuses.

    Raises
    ------
    UnknownId
        If a place is not in the network.
    """
    if not connected(network, frozenset(), origin, destination):
        return Refusal(reason="unreachable", cut=())
    spans = drive_spans(access, departures, daylight)
    weak, low = _barring(network, access, truck)
    blocked = _shut(network, access, spans, use_unknown=True)
    unreported = frozenset() if use_unknown else _shut(network, access, spans, use_unknown=False)
    closed: frozenset[SegmentId] = frozenset()
    steps: tuple[tuple[RefusalReason, frozenset[SegmentId]], ...] = (
        ("weight", weak), ("size", low), ("blocked", blocked), ("unknown_segment", unreported),
    )  # fmt: skip
    for reason, more in steps:
        closed |= more
        cut = isolating(network, closed, origin, destination)
        if cut:
            return Refusal(reason=reason, cut=cut)
    return Refusal(reason="window", cut=())


def _barring(
    network: RoadNetwork, access: AccessMap, truck: Truck
) -> tuple[frozenset[SegmentId], frozenset[SegmentId]]:
    """Return the segments too weak for the truck, and those too low or too narrow."""
    weak: set[SegmentId] = set()
    small: set[SegmentId] = set()
    for segment in network.segments.values() if truck != ANY_TRUCK else ():
        for bar in bars(access, segment, truck):
            (weak if bar.name in {"weight", "axle"} else small).add(segment.id)
    return frozenset(weak), frozenset(small)


def _shut(
    network: RoadNetwork, access: AccessMap, spans: Sequence[Window], *, use_unknown: bool
) -> frozenset[SegmentId]:
    return frozenset(
        name
        for name in network.segments
        if not any(passable_windows(access, name, span, use_unknown=use_unknown) for span in spans)
    )


def _legs(
    survey: Survey,
    network: RoadNetwork,
    origin: PlaceId,
    destination: PlaceId,
    departures: Window,
    ways: Iterable[Way],
    *,
    loaded: bool,
) -> Iterator[Leg]:
    """Yield the legs of the ways that can be left on within the departures asked for."""
    for way in ways:
        windows = intersect_windows(tuple(Window(*spell) for spell in way.departures), (departures,))
        if not windows:
            continue
        drive = survey.stretches(way.numbers)
        met: dict[str, float] = {}
        for window in windows:
            lower(met, causes_on(network, survey.access, drive, window, loaded=loaded))
        yield Leg(
            origin=origin,
            destination=destination,
            segments=way.segments,
            seconds=way.seconds,
            metres=survey.metres(way.numbers),
            p=path_p(met),
            causes=tuple(sorted(met.items())),
            gates=tuple(
                GateOffset(gate=stretch.segment.gate, offset_s=stretch.enter_s)
                for stretch in drive
                if stretch.segment.gate is not None
            ),
            departures=windows,
            loaded=loaded,
        )


def _most_different(legs: list[Leg], max_legs: int) -> tuple[Leg, ...]:
    """Keep the fastest, the likeliest, then again and again the one that differs most from those kept."""
    if len(legs) <= max_legs:
        return tuple(legs)
    kept = [min(legs, key=lambda leg: (leg.seconds, -leg.p))]
    likeliest = max(legs, key=lambda leg: (leg.p, -leg.seconds))
    if max_legs > 1 and likeliest is not kept[0]:
        kept.append(likeliest)
    while len(kept) < max_legs:
        kept.append(max((leg for leg in legs if leg not in kept), key=lambda leg: _difference(leg, kept)))
    return tuple(leg for leg in legs if leg in kept)


def _difference(leg: Leg, kept: Sequence[Leg]) -> tuple[Seconds, float]:
    """Return how many departures the leg adds, and how far it lies from the nearest kept one in time and risk."""
    offered = [window for other in kept for window in other.departures]
    added = sum(part.seconds for window in leg.departures for part in subtract_windows(window, offered))
    apart = min(
        abs(math.log(leg.seconds / other.seconds)) + abs(math.log(max(leg.p, 1e-9) / max(other.p, 1e-9)))
        for other in kept
    )
    return added, apart
