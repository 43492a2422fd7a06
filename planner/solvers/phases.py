"""The ways a convoy can go: there and back in a day, with a night on the road, with a night at the site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from planner.solvers.ground import Ground
from planner.solvers.one_convoy import Way
from planner.solvers.option import Phase, Run
from routing.network import GateId, PlaceId, RoadNetwork, SegmentId, other_end
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, find_legs
from routing.units import HOUR, Seconds, Window

LEGS_KEPT: Final = 8
"""Most roads kept between two places over the whole horizon; the days then choose among them."""
BACK_LEGS_KEPT: Final = 2
"""Most empty ways back tried beside the way out reversed."""


@dataclass(frozen=True, kw_only=True)
class Roads:
    """The legs between hubs and sites over the whole horizon, searched once for each pair of places.

    One search serves all days: a road that can be driven on one day only is kept beside those of other days.
    """

    ground: Ground
    engine: TravelEngine
    gross_kg: int
    _found: dict[tuple[PlaceId, PlaceId, bool], tuple[Leg, ...]] = field(default_factory=dict, repr=False)

    def legs(self, origin: PlaceId, destination: PlaceId, *, loaded: bool) -> tuple[Leg, ...]:
        """Return the roads worth considering, fastest first."""
        key = (origin, destination, loaded)
        if key not in self._found:
            snapshot = self.ground.snapshot
            covered = [window for day, window in self.ground.days.items() if day >= -1]
            self._found[key] = find_legs(
                self.ground.network, self.ground.access, self.engine, origin, destination,
                Window(covered[0].start, covered[-1].end), loaded=loaded, trucks=snapshot.policy.min_trucks,
                gross_kg=self.gross_kg, max_legs=LEGS_KEPT if loaded else BACK_LEGS_KEPT,
            )  # fmt: skip
        return self._found[key]




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


def ways_to(roads: Roads, hub: HubId, site: SiteId) -> tuple[Way, ...]:
    """Return the ways to one site as if it were reached on day 0; `on_day` moves them.

    A way out of at most `max_driving_s` at the wheel is driven there and back in a day, or with a night at a site
    that allows it. A longer one rests at the place that allows nights from which the rest of the drive is
    shortest. Empty where there is no road, or none with a place to rest.
    """
    snapshot = roads.ground.snapshot
    start, end = snapshot.hubs[hub].place, snapshot.sites[site].place
    found: dict[Way, None] = {}
    for leg in roads.legs(start, end, loaded=True):
        if driving_seconds(roads.ground.network, leg.segments) <= snapshot.policy.max_driving_s:
            phases = _day_trips(roads, leg, overnight=snapshot.sites[site].overnight)
        else:
            phases = _staged(roads, leg, overnight=snapshot.sites[site].overnight)
        found |= {Way(hub=hub, sites=(site,), phases=each): None for each in phases}
    return tuple(found)


def _day_trips(roads: Roads, leg: Leg, *, overnight: bool) -> Iterator[tuple[Phase, ...]]:
    out = run_along(roads.ground, leg.origin, leg.segments, loaded=True)
    backs = _ways_back(roads, leg)
    yield from ((Phase(day=0, runs=(out, back), visits=(0,)),) for back in backs)
    if overnight:
        yield from (
            (Phase(day=0, runs=(out,), visits=(0,)), Phase(day=1, runs=(back,), visits=())) for back in backs
        )


def _ways_back(roads: Roads, leg: Leg) -> tuple[Run, ...]:
    network, policy = roads.ground.network, roads.ground.snapshot.policy
    candidates = [found.segments for found in roads.legs(leg.destination, leg.origin, loaded=False)]
    if not any(network.segments[name].oneway for name in leg.segments):
        candidates.append(tuple(reversed(leg.segments)))
    return tuple(
        run_along(roads.ground, leg.destination, segments, loaded=False)
        for segments in dict.fromkeys(candidates)
        if driving_seconds(network, segments) <= policy.max_driving_s
    )


def _staged(roads: Roads, leg: Leg, *, overnight: bool) -> Iterator[tuple[Phase, ...]]:
    ground, split = roads.ground, rest_on(roads.ground, leg)
    if split is None:
        return
    first = run_along(ground, leg.origin, leg.segments[:split], loaded=True)
    second = run_along(ground, first.end, leg.segments[split:], loaded=True)
    third = _reverse(roads, second)
    fourth = _reverse(roads, first)
    if third is None or fourth is None:
        return
    before, after = Phase(day=-1, runs=(first,), visits=()), Phase(day=1, runs=(fourth,), visits=())
    yield (before, Phase(day=0, runs=(second, third), visits=(0,)), after)
    if overnight:
        yield (
            before, Phase(day=0, runs=(second,), visits=(0,)), Phase(day=1, runs=(third,), visits=()),
            Phase(day=2, runs=(fourth,), visits=()),
        )  # fmt: skip


def _reverse(roads: Roads, run: Run) -> Run | None:
    segments: tuple[SegmentId, ...] = tuple(reversed(run.segments))
    if any(roads.ground.network.segments[name].oneway for name in segments):
        back = roads.legs(run.end, run.start, loaded=False)
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


def tour(roads: Roads, hub: HubId, sites: Sequence[SiteId]) -> Way | None:
    """Return the way over several sites in a day, nearest first; None where a road is missing or has a gate of its
    own between the sites."""
    snapshot, network = roads.ground.snapshot, roads.ground.network
    here, left = snapshot.hubs[hub].place, set(sites)
    order: list[SiteId] = []
    runs: list[Run] = []
    while left:
        legs = {site: roads.legs(here, snapshot.sites[site].place, loaded=True) for site in sorted(left)}
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
    back = roads.legs(here, snapshot.hubs[hub].place, loaded=False)
    if not back or driving_seconds(network, back[0].segments) > snapshot.policy.max_driving_s:
        return None
    runs.append(run_along(roads.ground, here, back[0].segments, loaded=False))
    return Way(
        hub=hub, sites=tuple(order), phases=(Phase(day=0, runs=tuple(runs), visits=tuple(range(len(order)))),)
    )


def on_day(way: Way, day: int) -> Way:
    """Return the way with its sites reached on another day."""
    return replace(way, phases=tuple(replace(phase, day=phase.day + day) for phase in way.phases))
