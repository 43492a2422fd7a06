"""Planners that know less: worst-off first by hand, and routing engines day by day, each truck by itself."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from planner.domain.plan import Convoy
from planner.domain.rounds import NO_WAY, Depot, RoundFleet, RoundLimits, RoundSite, RoundsProblem, RoundTable
from planner.domain.snapshot import Snapshot
from planner.solvers.rounds.alone import impossible
from planner.solvers.rounds.found import Engine
from planner.solvers.rounds.portions import cut_loads
from planner.solvers.rounds.solve import answered
from planner.solvers.rounds.with_ortools import by_ortools
from planner.solvers.rounds.with_pyvrp import by_pyvrp
from routing.units import Window
from tests.benchmarks.convoys.ledger import Ledger, Sent, grouped
from tests.benchmarks.rounds.peers import vroom_tours

SECONDS_A_DAY: Final = 0.5
"""Of computing, for a routing engine to plan one day."""
MOST_TRUCKS: Final = 45
GATE_S_A_TRUCK: Final = 480
"""A rule of thumb: so long a truck more keeps the others at a gate, there and back."""


def greedy(snapshot: Snapshot) -> tuple[Convoy, ...]:
    """Send each day, while trucks and teams last, a column from the nearest hub to whoever has waited longest.

    It looks at letters, open hours, the way back, loading hours, stock, trucks and teams, as a careful person would
    with a map and a sheet; what columns do to each other at gates and on narrow roads it leaves to the road.
    """
    books = Ledger.of(snapshot)
    teams = sum(team.teams for team in snapshot.escorts)
    for day in range(len(snapshot.days)):
        left = teams
        waiting = books.waiting(day)
        for site in sorted(waiting, key=lambda name: (-waiting[name], name)):
            sent = _nearest(books, site, day) if left else None
            if sent is not None:
                books.send(sent)
                left -= 1
    return books.convoys()


def _nearest(books: Ledger, site: str, day: int) -> Sent | None:
    snapshot, light = books.snapshot, books.light(day)
    ways = []
    for hub in sorted(snapshot.hubs.values(), key=lambda h: h.id):
        way = books.way(hub.place, snapshot.sites[site].place, day, loaded=True)
        if way is not None and books.lettered(site, way[0], day):
            ways.append((way[1], hub.id, way[0]))
    for seconds, near, segments in sorted(ways):
        back = books.way(snapshot.sites[site].place, snapshot.hubs[near].place, day, loaded=False)
        windows = books.open_windows(segments, day)
        if back is None or not windows:
            continue
        depart = -(-max(light.start, windows[0].start - books.seconds_to_gate(segments)) // 60) * 60
        sent = _column(books, site, near, day, spare_s=windows[0].end - depart - seconds - back[1])
        if sum(sent.values()) >= snapshot.policy.min_trucks:
            return Sent(hub=near, sites=(site,), trucks=(sent,), day=day, depart_at=depart)
    return None


def _column(books: Ledger, site: str, hub: str, day: int, *, spare_s: int) -> dict[str, int]:
    """Return the trucks for what a site wants: as many as there are, can be loaded the evening before and unload."""
    snapshot, wanted, trucks = books.snapshot, books.wanted(site, hub, day), books.trucks_left(hub, day)
    goods, heavy, ten = snapshot.commodities, snapshot.truck_types["heavy"], snapshot.truck_types["ten"]
    kg = sum(goods[item].kg * units for item, units in wanted.items())
    litres = sum(goods[item].litres * units for item, units in wanted.items())
    size = max(math.ceil(kg / heavy.payload_kg), math.ceil(litres / heavy.payload_l))
    loading_s = books.ground.sessions(hub, day)[0].end - books.free_from(hub, day)
    most = MOST_TRUCKS
    while most and (
        snapshot.hubs[hub].loading_seconds(most) > loading_s
        or snapshot.sites[site].unload_seconds(most) + most * GATE_S_A_TRUCK > spare_s
    ):
        most -= 1
    first = min(size, trucks[heavy.id], most)
    sent = {heavy.id: first, ten.id: min((size - first) * 2, trucks[ten.id], most - first)}
    return {kind: count for kind, count in sent.items() if count > 0}


def by_routing(engine: Engine) -> Callable[[Snapshot], tuple[Convoy, ...]]:
    """Return a peer that asks a routing engine every day which trucks go where, by people times days waited."""

    def plan(snapshot: Snapshot) -> tuple[Convoy, ...]:
        books = Ledger.of(snapshot)
        for day in range(len(snapshot.days)):
            problem = _day(books, day)
            never = {left.site for left in impossible(problem)}
            sites = tuple(site for site in problem.sites if site.id not in never)
            possible = RoundsProblem(depots=problem.depots, sites=sites, fleets=problem.fleets, tables=problem.tables)
            pieces = cut_loads(sites, possible.fleets, "truckloads")
            limits = RoundLimits(iterations=10**9, wall_s=60 * SECONDS_A_DAY, cpu_s=SECONDS_A_DAY)
            answer = answered(possible, possible, pieces, engine(possible, pieces, limits), (), "peer")
            columns = defaultdict(list)
            for one in answer.rounds:
                (trip,) = one.trips
                hub, kind = one.fleet.split("/")
                columns[hub, tuple(visit.site for visit in trip.visits)].append((kind, trip.depart_at))
            for sent in grouped(columns, day):
                books.send(sent)
        return books.convoys()

    return plan


def _day(books: Ledger, day: int) -> RoundsProblem:
    """Return a day as a routing problem: its open hours as windows, each truck by itself; no column, escort or lane."""
    snapshot, light, waiting = books.snapshot, books.light(day), books.waiting(day)
    hubs = sorted(snapshot.hubs.values(), key=lambda h: h.id)
    places = [*(hub.place for hub in hubs), *(snapshot.sites[site].place for site in waiting)]
    seconds = books.engine.seconds_table(places, places, books.ground.closed[day]).astype(np.int64)
    sites = []
    for row, site in enumerate(waiting, len(hubs)):
        window, near = None, min(range(len(hubs)), key=lambda hub: int(seconds[hub, row]))
        way = books.way(hubs[near].place, snapshot.sites[site].place, day, loaded=True)
        if way is not None and books.lettered(site, way[0], day):
            window = next(iter(books.open_windows(way[0], day)), None)
        wanted = books.wanted(site, hubs[near].id, day)
        kg = sum(snapshot.commodities[item].kg * units for item, units in wanted.items())
        litres = sum(snapshot.commodities[item].litres * units for item, units in wanted.items())
        if window is not None and kg:
            prize = 1 + snapshot.sites[site].people_least * waiting[site]
            sites.append(
                RoundSite(
                    id=site, point=row, kg=kg, litres=litres, visit_s=snapshot.sites[site].unload_seconds(1),
                    window=window, prize=prize, divisible=True,
                )
            )  # fmt: skip
    return RoundsProblem(
        depots=tuple(Depot(id=hub.id, point=row, window=light) for row, hub in enumerate(hubs)),
        sites=tuple(sites), fleets=tuple(_fleets(books, day, light)),
        tables={"road": RoundTable(seconds=seconds, cost=np.where(seconds < NO_WAY, seconds // 60, 0))},
    )  # fmt: skip


def _fleets(books: Ledger, day: int, light: Window) -> list[RoundFleet]:
    kinds = books.snapshot.truck_types
    return [
        RoundFleet(
            id=f"{hub}/{kind}", depot=hub, trucks=max(0, count), payload_kg=kinds[kind].payload_kg,
            payload_l=kinds[kind].payload_l, shift=light, table="road",
        )
        for hub in sorted(books.snapshot.hubs) for kind, count in sorted(books.trucks_left(hub, day).items())
    ]  # fmt: skip


PEERS: Final[Mapping[str, Callable[[Snapshot], tuple[Convoy, ...]]]] = MappingProxyType(
    {
        "worst-off first": greedy,
        "OR-Tools alone": by_routing(by_ortools),
        "PyVRP alone": by_routing(by_pyvrp),
        "VROOM": by_routing(vroom_tours),
    }
)
