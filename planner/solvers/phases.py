"""The ways a convoy can go: there and back in a day, with a night on the road, with a night at the site."""

from collections.abc import Iterator, Sequence
from itertools import product

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from planner.solvers.ground import Ground
from planner.solvers.option import Phase, Run
from planner.solvers.roads import Road, Roads, driving_seconds
from planner.solvers.way import Way
from routing.network import PlaceId, SegmentId, other_end


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
    if plain.driving_s > most:
        return rested_ways(roads, hub, site, day)
    found: dict[tuple[Phase, ...], None] = {}
    for leg in roads.out(start, end, day):
        if leg.driving_s <= most:
            found |= dict.fromkeys(_day_trips(roads, leg, day, overnight=overnight))
        elif (split := rest_on(ground, leg)) is not None:
            parts = leg.segments[:split], leg.segments[split:]
            found |= dict.fromkeys(_staged(roads, *_two_runs(roads, start, parts), day, overnight=overnight))
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
    if leg.driving_s <= ground.snapshot.policy.max_driving_s:
        phases = next(_day_trips(roads, leg, day, overnight=False), None)
    else:
        split = rest_on(ground, leg)
        if split is None:
            return None
        runs = _two_runs(roads, start, (leg.segments[:split], leg.segments[split:]))
        phases = next(_staged(roads, *runs, day, overnight=False), None)
    return None if phases is None else Way(hub=hub, sites=(site,), phases=phases)


def _day_trips(roads: Roads, leg: Road, day: int, *, overnight: bool) -> Iterator[tuple[Phase, ...]]:
    out = roads.run(leg.origin, leg.segments, loaded=True)
    backs = _ways_back(roads, leg)
    yield from ((Phase(day=day, runs=(out, back), visits=(0,)),) for back in backs)
    if overnight:
        yield from (
            (Phase(day=day, runs=(out,), visits=(0,)), Phase(day=day + 1, runs=(back,), visits=())) for back in backs
        )


def _ways_back(roads: Roads, leg: Road) -> tuple[Run, ...]:
    network, policy = roads.ground.network, roads.ground.snapshot.policy
    candidates = [found.segments for found in roads.back(leg.destination, leg.origin)]
    if not any(network.segments[name].oneway for name in leg.segments):
        candidates.append(tuple(reversed(leg.segments)))
    return tuple(
        roads.run(leg.destination, segments, loaded=False)
        for segments in dict.fromkeys(candidates)
        if driving_seconds(network, segments) <= policy.max_driving_s
    )


def _stages(roads: Roads, plain: Road, day: int) -> Iterator[tuple[Run, Run]]:
    ground, split = roads.ground, rest_on(roads.ground, plain)
    if split is None:
        return
    rest = roads.run(plain.origin, plain.segments[:split], loaded=True).end
    most = ground.snapshot.policy.max_driving_s
    firsts, seconds = roads.out(plain.origin, rest, day - 1), roads.out(rest, plain.destination, day)
    for first, second in product(firsts, seconds):
        if max(leg.driving_s for leg in (first, second)) <= most:
            yield _two_runs(roads, plain.origin, (first.segments, second.segments))


def _two_runs(
    roads: Roads, start: PlaceId, parts: tuple[tuple[SegmentId, ...], tuple[SegmentId, ...]]
) -> tuple[Run, Run]:
    first = roads.run(start, parts[0], loaded=True)
    return first, roads.run(first.end, parts[1], loaded=True)


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
    return roads.run(run.end, segments, loaded=False)


def rest_on(ground: Ground, leg: Road) -> int | None:
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
    snapshot = roads.ground.snapshot
    here, left = snapshot.hubs[hub].place, set(sites)
    order: list[SiteId] = []
    runs: list[Run] = []
    while left:
        legs = {site: roads.out(here, snapshot.sites[site].place, day) for site in sorted(left)}
        if not all(legs.values()):
            return None
        nearest = min(left, key=lambda site: (legs[site][0].seconds, site))
        leg = legs[nearest][0]
        if leg.driving_s > snapshot.policy.max_driving_s or (order and leg.gated):
            return None
        runs.append(roads.run(here, leg.segments, loaded=True))
        order.append(nearest)
        left.remove(nearest)
        here = leg.destination
    back = roads.back(here, snapshot.hubs[hub].place)
    if not back or back[0].driving_s > snapshot.policy.max_driving_s:
        return None
    runs.append(roads.run(here, back[0].segments, loaded=False))
    phase = Phase(day=day, runs=tuple(runs), visits=tuple(range(len(order))))
    return Way(hub=hub, sites=tuple(order), phases=(phase,))
