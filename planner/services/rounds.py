"""Plan the rounds of a day to the sites that can be reached over open roads without a permit."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput, NotFound
from planner.domain.needs import Site, SiteId
from planner.domain.plan import Convoy
from planner.domain.rounds import NO_WAY, Depot, RoundLimits, RoundSite, RoundsPlan, RoundsProblem, RoundTable
from planner.domain.supply import Hub, HubId, TruckType, TruckTypeId
from planner.domain.world import World
from planner.services.access import access_over, inspected
from planner.services.round_goods import Lacking, Stock, Truckload, open_needs, share_out
from planner.services.round_slots import unloading_slots
from planner.services.round_trucks import round_fleets
from planner.services.snapshots import current_sites
from planner.solvers.rounds.solve import EngineName, plan_rounds
from routing.evidence import known_at, standing
from routing.network import RoadNetwork, SegmentId
from routing.status import AccessMap, Status
from routing.travel.engine import TravelEngine
from routing.units import (
    DAY,
    HOUR,
    AsOf,
    Instant,
    Seconds,
    Window,
    daily_windows,
    intersect_windows,
    local_midnight,
)

MORNING_BEFORE_S = 16 * HOUR
"""Rounds of a day are planned at 08:00 of the day before, unless told otherwise: trucks are loaded that evening."""
NOTICE_S = 24 * HOUR
"""Gates that ask for a notification are driven through only where it can be given so long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A site that rounds do not serve, by the rule that keeps it out."""

    site: SiteId
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRounds:
    """The rounds of one day with what they carry; `loads` are by the names of the plan's sites."""

    as_of: AsOf
    light: Window
    hubs: tuple[HubId, ...]
    plan: RoundsPlan
    loads: Mapping[str, Truckload]
    set_aside: tuple[SetAside, ...]
    lacking: tuple[Lacking, ...]

    @property
    def digest(self) -> str:
        """The digest of the rounds and of what is not served, without how it was searched."""
        return digest_of((self.plan.rounds, self.plan.unserved, self.plan.cost, self.set_aside, self.lacking))


def rounds_as_of(world: World, day: Instant, known: int | None = None) -> AsOf:
    """Return the as-of of the rounds of a day: 08:00 of the day before, with what was known by then.

    Raises
    ------
    BadInput
        If `known` lies outside the log.
    """
    if known is not None and not 0 <= known <= world.head:
        raise BadInput(f"Known {known} lies outside the log. Give a position from 0 to {world.head}.")
    at = local_midnight(day, world.catalogue.crisis.tz) - MORNING_BEFORE_S
    return AsOf(at=at, known=known_at(world.log, at) if known is None else known)


def plan_day_rounds(
    world: World,
    day: Instant,
    as_of: AsOf,
    *,
    hours: tuple[Seconds, Seconds] = (0, DAY),
    hubs: Collection[HubId] = (),
    pinned: tuple[Convoy, ...] = (),
    limits: RoundLimits | None = None,
    engine: EngineName = "pyvrp",
) -> DayRounds:
    """Return the rounds of one day from these hubs (none named: from all), in daylight, as known at `as_of`.

    Trucks are out within `hours`, seconds after midnight. Only segments count that are OPEN all that time, under no
    hold, past no gate that asks for a permit, and strong enough for the truck. Trucks, lines and stock of promised
    convoys are left to them.

    Raises
    ------
    NotFound
        If there is no such hub.
    BadInput
        If the hours hold no daylight.
    """
    crisis, chosen = world.catalogue.crisis, _hubs(world, hubs)
    start = local_midnight(day, crisis.tz)
    light = _out(world, start, hours)
    access, network = access_over(world, as_of, Window(min(as_of.at, start), start + DAY)), inspected(world, as_of)
    sites = current_sites(world.catalogue.sites, standing(world.log, as_of.known), as_of.at)
    needs = open_needs(world.catalogue, light, pinned)
    asked = [site for site in sorted(sites.values(), key=lambda s: s.id) if needs.get(site.id)]
    points = (*(hub.place for hub in chosen), *(site.place for site in asked))
    tables = _tables(world, access, network, light, as_of, points)
    fleets = round_fleets(world, chosen, light, from_at=as_of.at, pinned=pinned)
    rows = {site.id: row for row, site in enumerate(asked, len(chosen))}
    trucks = _largest(world, chosen, rows, tables, {(fleet.depot, fleet.table) for fleet in fleets})
    most = {
        (site, hub): _most(sites[site], _drives(site, hub, chosen, rows, tables, kind), light)
        for (site, hub), kind in trucks.items()
    }
    near = {
        site.id: tuple(
            hub for hub in _nearest(chosen, site.id, rows, tables, trucks) if most[site.id, hub] > 0
        )
        for site in asked if site.listing != "closed"
    }  # fmt: skip
    reached = {site for site, _ in trucks}
    aside = tuple(
        _set_aside(site.id, near.get(site.id), reached=site.id in reached) for site in asked if not near.get(site.id)
    )
    stock = Stock(world.catalogue, as_of.at, light, pinned)
    loads, too_much, lacking = share_out(
        world.catalogue, needs, {site: found for site, found in near.items() if found}, stock, trucks, most
    )
    drives = {
        load.id: _drives(load.site, load.hub, chosen, rows, tables, trucks[load.site, load.hub]) for load in loads
    }
    slots, over = unloading_slots(sites, loads, light, drives)
    problem = RoundsProblem(
        depots=tuple(Depot(id=hub.id, point=row, window=light) for row, hub in enumerate(chosen)),
        sites=_wanted(loads, slots, rows, tables, {fleet.id: fleet.depot for fleet in fleets}),
        fleets=fleets, tables=tables,
    )  # fmt: skip
    plan = _as_given(plan_rounds(problem, limits, engine=engine))
    return DayRounds(
        as_of=as_of, light=light, hubs=tuple(hub.id for hub in chosen), plan=plan,
        loads={load.id: load for load in loads}, lacking=lacking,
        set_aside=(*aside, *_too_slow(world, too_much, over)),
    )  # fmt: skip


def _out(world: World, start: Instant, hours: tuple[Seconds, Seconds]) -> Window:
    crisis = world.catalogue.crisis
    asked = daily_windows(Window(start, start + DAY), *hours, crisis.tz) if hours[0] < hours[1] else ()
    found = intersect_windows(crisis.daylight(Window(start, start + DAY)), asked)
    if not found:
        raise BadInput("The hours given hold no daylight, in which trucks drive. Give others, as 08:00 and 16:00.")
    return found[0]


def _hubs(world: World, names: Collection[HubId]) -> tuple[Hub, ...]:
    hubs = world.catalogue.hubs
    for name in sorted(names):
        if name not in hubs:
            raise NotFound(f"No hub {name!r}. There are: {', '.join(sorted(hubs))}.")
    return tuple(hubs[name] for name in sorted(names or hubs))


def _tables(
    world: World, access: AccessMap, network: RoadNetwork, light: Window, as_of: AsOf, points: Sequence[str]
) -> dict[TruckTypeId, RoundTable]:
    """Return for each type of truck the driving times over roads that are open to it all day."""
    shut = _shut(access, network, light, as_of)
    engine = TravelEngine(network)
    tables = {}
    for kind in world.catalogue.truck_types.values():
        weak = frozenset(
            segment.id for segment in network.segments.values()
            if (limit := access.limit_kg(segment)) is not None and limit < kind.gross_kg
        )  # fmt: skip
        seconds = engine.seconds_table(points, points, shut | weak).astype(np.int64)
        tables[kind.id] = RoundTable(seconds=seconds, cost=np.where(seconds < NO_WAY, seconds, 0))
    return tables


def _shut(access: AccessMap, network: RoadNetwork, light: Window, as_of: AsOf) -> frozenset[SegmentId]:
    """Return the segments that are not open all day, are held, or pass a gate that lets nobody through unasked."""
    holds = [hold for hold in access.holds if hold.window.overlaps(light)]
    if any(hold.segments is None for hold in holds):
        return frozenset(network.segments)
    held = {segment for hold in holds for segment in hold.segments or ()}
    found = set(held)
    for segment in network.segments.values():
        pieces = (piece for piece in access.timeline(segment.id) if piece.window.overlaps(light))
        if any(piece.status is not Status.OPEN for piece in pieces):
            found.add(segment.id)
        elif segment.gate is not None:
            regime = network.gates[segment.gate].regime
            late = regime == "notification" and as_of.at + NOTICE_S > light.start
            if regime == "permit" or late:
                found.add(segment.id)
    return frozenset(found)


def _largest(
    world: World,
    hubs: Sequence[Hub],
    rows: Mapping[SiteId, int],
    tables: Mapping[TruckTypeId, RoundTable],
    there: Collection[tuple[HubId, TruckTypeId]],
) -> dict[tuple[SiteId, HubId], TruckType]:
    """Return the largest type of truck that a hub has and that can drive to a site and back."""
    found: dict[tuple[SiteId, HubId], TruckType] = {}
    for kind in sorted(world.catalogue.truck_types.values(), key=lambda k: (k.payload_kg, k.id)):
        seconds = tables[kind.id].seconds
        for row, hub in enumerate(hubs):
            if (hub.id, kind.id) not in there:
                continue
            for site, column in rows.items():
                if max(seconds[row, column], seconds[column, row]) < NO_WAY:
                    found[site, hub.id] = kind
    return found


def _nearest(
    hubs: Sequence[Hub],
    site: SiteId,
    rows: Mapping[SiteId, int],
    tables: Mapping[TruckTypeId, RoundTable],
    trucks: Mapping[tuple[SiteId, HubId], TruckType],
) -> tuple[HubId, ...]:
    away = [
        (int(tables[trucks[site, hub.id].id].seconds[row, rows[site]]), hub.id)
        for row, hub in enumerate(hubs)
        if (site, hub.id) in trucks
    ]
    return tuple(hub for _, hub in sorted(away))


def _as_given(plan: RoundsPlan) -> RoundsPlan:
    """Return the plan without a proof that rests on the hours given to trucks: those were our choice."""
    reason = "no truck is ready for an hour at which the site unloads it"
    unserved = (
        replace(left, unmet_class="not_found", reason=reason) if left.rule == "hours" else left
        for left in plan.unserved
    )
    return replace(plan, unserved=tuple(unserved))


def _set_aside(site: SiteId, near: tuple[HubId, ...] | None, *, reached: bool) -> SetAside:
    if near is None:
        return SetAside(site=site, rule="closed", reason="listed as closed: nobody is left to serve")
    if reached:
        reason = "the way is open, but no truck unloads there and is back within the hours out"
        return SetAside(site=site, rule="hours", reason=reason)
    reason = "no way from any hub is open, in all the hours out, to a truck without a permit: plan a convoy"
    return SetAside(site=site, rule="road", reason=reason)


def _too_slow(world: World, too_much: Sequence[Lacking], over: Mapping[SiteId, int]) -> Iterator[SetAside]:
    """Yield the sites that want more than they can unload in the hours out."""
    kg: Counter[SiteId] = Counter()
    for left in too_much:
        kg[left.site] += left.units * world.catalogue.commodities[left.commodity].kg
    for site in sorted({*kg, *over}):
        rate = world.catalogue.sites[site].offload_trucks_per_hour
        more = f" and {over[site]} truckloads" if site in over else ""
        said = f"unloads {rate} trucks an hour: for {-(-kg[site] // 1_000)} t{more} no hour is left"
        yield SetAside(site=site, rule="unloading", reason=said)


def _most(site: Site, drives: tuple[Seconds, Seconds], light: Window) -> int:
    """Return how many trucks of one hub can be unloaded at a site one after the other, and be back in time."""
    left_s = light.end - light.start - sum(drives)
    return max(0, left_s // (site.unload_seconds(1) + 1))


def _drives(
    site: SiteId,
    hub: HubId,
    hubs: Sequence[Hub],
    rows: Mapping[SiteId, int],
    tables: Mapping[TruckTypeId, RoundTable],
    truck: TruckType,
) -> tuple[Seconds, Seconds]:
    """Return the time from a hub to a site and back for a kind of truck."""
    seconds = tables[truck.id].seconds
    row = next(row for row, one in enumerate(hubs) if one.id == hub)
    return int(seconds[row, rows[site]]), int(seconds[rows[site], row])


def _wanted(
    loads: Sequence[Truckload],
    slots: Mapping[str, tuple[Window, Seconds]],
    rows: Mapping[SiteId, int],
    tables: Mapping[TruckTypeId, RoundTable],
    depot_of: Mapping[str, HubId],
) -> tuple[RoundSite, ...]:
    """Return the truckloads as sites of the port: any is worth any drive, and among them the worth decides."""
    dearest = 2 * max((int(table.cost.max()) for table in tables.values() if table.cost.size), default=0) + 1
    most = max((load.worth for load in loads), default=0.0) or 1.0
    return tuple(
        RoundSite(
            id=load.id, point=rows[load.site], kg=load.kg, litres=load.litres,
            window=slots[load.id][0], visit_s=slots[load.id][1],
            prize=dearest + round(10 * dearest * load.worth / most),
            barred=frozenset(fleet for fleet, depot in depot_of.items() if depot != load.hub),
        )
        for load in loads if load.id in slots
    )  # fmt: skip
