"""The ways a convoy can go: there and back in a day, with a night on the road, with a night at the site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from planner.solvers.ground import Ground
from planner.solvers.option import Phase, Run
from planner.solvers.way import Way
from routing.network import GateId, PlaceId, RoadNetwork, SegmentId, other_end
from routing.status import AccessMap, Part, Piece, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, find_legs
from routing.truck import Truck
from routing.units import HOUR, Seconds, Window

LEGS_KEPT: Final = 4
"""Most roads out kept between two places on a day."""
BACK_LEGS_KEPT: Final = 2
"""Most empty ways back tried beside the way out reversed."""


@dataclass(frozen=True, kw_only=True)
class Roads:
    """The legs between hubs and sites for columns whose trucks need what `truck` needs, each searched once.

    Ways out are searched for each day with their risks. Ways back are empty and carry no load that could be lost, so
    that only time and passability count. `plain` is the shortest road of all that are ever open.
    """

    ground: Ground
    engine: TravelEngine
    truck: Truck
    calm: AccessMap
    ever: AccessMap
    _found: dict[tuple[PlaceId, PlaceId, str, int], tuple[Leg, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, ground: Ground, engine: TravelEngine, truck: Truck) -> "Roads":
        """Return the roads of a snapshot."""
        never = ground.never_passable
        return cls(
            ground=ground, engine=engine, truck=truck, calm=_calm(ground.access),
            ever=ground.access.replace_timelines({
                segment: (_piece(ground.access.horizon, closed=segment in never),)
                for segment in ground.access.timelines
            }),
        )  # fmt: skip

    def out(self, origin: PlaceId, destination: PlaceId, day: int) -> tuple[Leg, ...]:
        """Return the roads for a loaded column on a day, fastest first: the Pareto set over time and risk."""
        if day not in self.ground.days:
            return ()
        return self._legs(origin, destination, "out", day)

    def back(self, origin: PlaceId, destination: PlaceId) -> tuple[Leg, ...]:
        """Return the roads for an empty column over all days, fastest first."""
        return self._legs(origin, destination, "back", 0)

    def plain(self, origin: PlaceId, destination: PlaceId) -> Leg | None:
        """Return the shortest road of those that are ever open, whenever that is; None where there is none."""
        return next(iter(self._legs(origin, destination, "plain", 0)), None)

    def _legs(self, origin: PlaceId, destination: PlaceId, kind: str, day: int) -> tuple[Leg, ...]:
        key = (origin, destination, kind, day)
        if key not in self._found:
            self._found[key] = self._search(origin, destination, kind, day)
        return self._found[key]

    def _search(self, origin: PlaceId, destination: PlaceId, kind: str, day: int) -> tuple[Leg, ...]:
        ground, trucks = self.ground, self.ground.snapshot.policy.min_trucks
        covered = [ground.days[index] for index in sorted(ground.days)]
        daylight: tuple[Window, ...] | None
        match kind:
            case "out":
                access, within, daylight, most = ground.access, ground.days[day], ground.daylight[day], LEGS_KEPT
            case "back":
                access, within, most = self.calm, Window(covered[0].start, covered[-1].end), BACK_LEGS_KEPT
                daylight = tuple(window for index in sorted(ground.daylight) for window in ground.daylight[index])
            case _:
                access, within, daylight, most = self.ever, covered[0], None, 1
        return find_legs(
            ground.network, access, self.engine, origin, destination, within, loaded=kind != "back", trucks=trucks,
            truck=self.truck, daylight=daylight, max_legs=most,
        )  # fmt: skip


def _calm(access: AccessMap) -> AccessMap:
    """Return the map without risk: passable or not, equal neighbours merged."""
    return access.replace_timelines({
        segment: tuple(
            _piece(Window(run[0].window.start, run[-1].window.end), closed=closed)
            for closed, run in ((c, tuple(r)) for c, r in groupby(pieces, key=_is_blocked))
        )
        for segment, pieces in access.timelines.items()
    })  # fmt: skip


def _is_blocked(piece: Piece) -> bool:
    return piece.status is Status.BLOCKED


def _piece(window: Window, *, closed: bool) -> Piece:
    status = Status.BLOCKED if closed else Status.OPEN
    part = Part(name="physical", status=status, p=0.0 if closed else 1.0, code="")
    return Piece(window=window, status=status, p=part.p, decided_by="physical", parts=(part,))


def run_along(ground: Ground, start: PlaceId, segments: Sequence[SegmentId], *, loaded: bool) -> Run:
    """Return the run along these segments from a place."""
    network, here, seconds = ground.network, start, 0
    gates: list[GateId] = []
    for name in segments:
        segment = network.segments[name]
        here = other_end(segment, here)
        seconds += segment.drive_seconds()
        if segment.gate is not None:
            gates.append(segment.gate)
            seconds += network.gates[segment.gate].delay_s() if loaded else 0
    return Run(
        start=start, end=here, segments=tuple(segments), gates=tuple(gates), seconds=seconds,
        per_truck_s=sum(HOUR / _flow(ground, gate) for gate in gates), loaded=loaded,
    )  # fmt: skip


def _flow(ground: Ground, gate: GateId) -> int:
    return ground.access.gate_flow.get(gate, ground.network.gates[gate].trucks_per_hour)


def driving_seconds(network: RoadNetwork, segments: Sequence[SegmentId]) -> Seconds:
    """Return the time at the wheel, without gates."""
    return sum(network.segments[name].drive_seconds() for name in segments)


def ways_to(roads: Roads, hub: HubId, site: SiteId, day: int) -> tuple[Way, ...]:
    """Return the ways from a hub to one site that is reached on a day.

    A way out of at most `max_driving_s` at the wheel is driven there and back in a day, or with a night at a site
    that allows it. A longer one is driven in stages, see `rested_ways`. Empty where the day has no road, or none with
    a place to rest.
    """
    ground = roads.ground
    start, end = ground.snapshot.hubs[hub].place, ground.snapshot.sites[site].place
    most, overnight = ground.snapshot.policy.max_driving_s, ground.snapshot.sites[site].overnight
    plain = roads.plain(start, end)
    if plain is None:
        return ()
    if driving_seconds(ground.network, plain.segments) > most:
        return rested_ways(roads, hub, site, day)
    found: dict[tuple[Phase, ...], None] = {}
    for leg in roads.out(start, end, day):
        if driving_seconds(ground.network, leg.segments) <= most:
            found |= dict.fromkeys(_day_trips(roads, leg, day, overnight=overnight))
        elif (split := rest_on(ground, leg)) is not None:
            parts = leg.segments[:split], leg.segments[split:]
            found |= dict.fromkeys(_staged(roads, *_two_runs(ground, start, parts), day, overnight=overnight))
    return tuple(Way(hub=hub, sites=(site,), phases=phases) for phases in found)


def rested_ways(roads: Roads, hub: HubId, site: SiteId, day: int) -> tuple[Way, ...]:
    """Return the ways that rest a night on the road out and on the road back, however short the drive.

    Gates with long inspections, their hours and unloading may ask for more than a day has: a column that crosses a
    border on one day goes on from there on the next. It rests at the place on the plain road that allows nights and
    from which the rest of the drive is shortest. Empty where there is no road, or no such place on it.
    """
    ground = roads.ground
    start, end = ground.snapshot.hubs[hub].place, ground.snapshot.sites[site].place
    plain, overnight = roads.plain(start, end), ground.snapshot.sites[site].overnight
    found: dict[tuple[Phase, ...], None] = {}
    for first, second in () if plain is None else _stages(roads, plain, day):
        found |= dict.fromkeys(_staged(roads, first, second, day, overnight=overnight))
    return tuple(Way(hub=hub, sites=(site,), phases=phases) for phases in found)


def plain_way(roads: Roads, hub: HubId, site: SiteId, day: int) -> Way | None:
    """Return the way along the plain road, whether or not it can be driven on the day; None where there is none.

    It says what would be needed: which gates are passed, how long all takes.
    """
    ground = roads.ground
    start, end = ground.snapshot.hubs[hub].place, ground.snapshot.sites[site].place
    leg = roads.plain(start, end)
    if leg is None:
        return None
    if driving_seconds(ground.network, leg.segments) <= ground.snapshot.policy.max_driving_s:
        phases = next(_day_trips(roads, leg, day, overnight=False), None)
    else:
        split = rest_on(ground, leg)
        if split is None:
            return None
        runs = _two_runs(ground, start, (leg.segments[:split], leg.segments[split:]))
        phases = next(_staged(roads, *runs, day, overnight=False), None)
    return None if phases is None else Way(hub=hub, sites=(site,), phases=phases)


def _day_trips(roads: Roads, leg: Leg, day: int, *, overnight: bool) -> Iterator[tuple[Phase, ...]]:
    out = run_along(roads.ground, leg.origin, leg.segments, loaded=True)
    backs = _ways_back(roads, leg)
    yield from ((Phase(day=day, runs=(out, back), visits=(0,)),) for back in backs)
    if overnight:
        yield from (
            (Phase(day=day, runs=(out,), visits=(0,)), Phase(day=day + 1, runs=(back,), visits=())) for back in backs
        )


def _ways_back(roads: Roads, leg: Leg) -> tuple[Run, ...]:
    network, policy = roads.ground.network, roads.ground.snapshot.policy
    candidates = [found.segments for found in roads.back(leg.destination, leg.origin)]
    if not any(network.segments[name].oneway for name in leg.segments):
        candidates.append(tuple(reversed(leg.segments)))
    return tuple(
        run_along(roads.ground, leg.destination, segments, loaded=False)
        for segments in dict.fromkeys(candidates)
        if driving_seconds(network, segments) <= policy.max_driving_s
    )


def _stages(roads: Roads, plain: Leg, day: int) -> Iterator[tuple[Run, Run]]:
    ground, split = roads.ground, rest_on(roads.ground, plain)
    if split is None:
        return
    rest = run_along(ground, plain.origin, plain.segments[:split], loaded=True).end
    most = ground.snapshot.policy.max_driving_s
    firsts, seconds = roads.out(plain.origin, rest, day - 1), roads.out(rest, plain.destination, day)
    for first, second in product(firsts, seconds):
        if max(driving_seconds(ground.network, leg.segments) for leg in (first, second)) <= most:
            yield _two_runs(ground, plain.origin, (first.segments, second.segments))


def _two_runs(
    ground: Ground, start: PlaceId, parts: tuple[tuple[SegmentId, ...], tuple[SegmentId, ...]]
) -> tuple[Run, Run]:
    first = run_along(ground, start, parts[0], loaded=True)
    return first, run_along(ground, first.end, parts[1], loaded=True)


def _staged(roads: Roads, first: Run, second: Run, day: int, *, overnight: bool) -> Iterator[tuple[Phase, ...]]:
    third, fourth = _reverse(roads, second), _reverse(roads, first)
    if third is None or fourth is None:
        return
    before = Phase(day=day - 1, runs=(first,), visits=())
    yield (
        before, Phase(day=day, runs=(second, third), visits=(0,)), Phase(day=day + 1, runs=(fourth,), visits=()),
    )  # fmt: skip
    if overnight:
        yield (
            before, Phase(day=day, runs=(second,), visits=(0,)), Phase(day=day + 1, runs=(third,), visits=()),
            Phase(day=day + 2, runs=(fourth,), visits=()),
        )  # fmt: skip


def _reverse(roads: Roads, run: Run) -> Run | None:
    segments: tuple[SegmentId, ...] = tuple(reversed(run.segments))
    if any(roads.ground.network.segments[name].oneway for name in segments):
        back = roads.back(run.end, run.start)
        if not back:
            return None
        segments = back[0].segments
    return run_along(roads.ground, run.end, segments, loaded=False)


def rest_on(ground: Ground, leg: Leg) -> int | None:
    """Return after how many segments of a long leg the column rests; None where no place lets it.

    Both parts of the drive are within `max_driving_s`; of the places that allow nights the nearest to the
    destination is taken, so that the way back from there is shortest.
    """
    network, most, here = ground.network, ground.snapshot.policy.max_driving_s, leg.origin
    best: int | None = None
    for count, name in enumerate(leg.segments[:-1], start=1):
        here = other_end(network.segments[name], here)
        first = driving_seconds(network, leg.segments[:count])
        second = driving_seconds(network, leg.segments[count:])
        if network.places[here].overnight and max(first, second) <= most:
            best = count
    return best


def tour(roads: Roads, hub: HubId, sites: Sequence[SiteId], day: int) -> Way | None:
    """Return the way over several sites in a day, nearest first, each time by the fastest road.

    None where a road is missing or too long, or has a gate between the sites.
    """
    snapshot, network = roads.ground.snapshot, roads.ground.network
    here, left = snapshot.hubs[hub].place, set(sites)
    order: list[SiteId] = []
    runs: list[Run] = []
    while left:
        legs = {site: roads.out(here, snapshot.sites[site].place, day) for site in sorted(left)}
        if not all(legs.values()):
            return None
        nearest = min(left, key=lambda site: (legs[site][0].seconds, site))
        leg = legs[nearest][0]
        if driving_seconds(network, leg.segments) > snapshot.policy.max_driving_s or (order and leg.gates):
            return None
        runs.append(run_along(roads.ground, here, leg.segments, loaded=True))
        order.append(nearest)
        left.remove(nearest)
        here = leg.destination
    back = roads.back(here, snapshot.hubs[hub].place)
    if not back or driving_seconds(network, back[0].segments) > snapshot.policy.max_driving_s:
        return None
    runs.append(run_along(roads.ground, here, back[0].segments, loaded=False))
    phase = Phase(day=day, runs=tuple(runs), visits=tuple(range(len(order))))
    return Way(hub=hub, sites=tuple(order), phases=(phase,))
