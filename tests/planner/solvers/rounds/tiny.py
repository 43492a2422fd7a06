"""Tiny problems of rounds, and the cost of their best answer by trying every order of every truck."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise, permutations, product

import numpy as np
from hypothesis import strategies as st

from planner.domain.rounds import NO_WAY, Depot, RoundFleet, RoundSite, RoundsProblem, RoundTable
from routing.units import Window

DAY = Window(0, 60)


def table(places: list[tuple[int, int]], *, closed: frozenset[tuple[int, int]] = frozenset()) -> RoundTable:
    """Return city-block distances as both times and costs; closed pairs have no way."""
    at = np.array(places)
    seconds = np.abs(at[:, None] - at[None, :]).sum(axis=2).astype(np.int64)
    cost = seconds.copy()
    for a, b in closed:
        seconds[a, b] = NO_WAY
    return RoundTable(seconds=seconds, cost=cost)


def line(*sites: RoundSite, fleets: tuple[RoundFleet, ...] = (), **depot: int) -> RoundsProblem:
    """Return sites along a road, ten minutes apart, with the hub at its start; one truck of 10 t unless told."""
    places = [(0, 0), *((10 * k, 0) for k in range(1, len(sites) + 1))]
    return RoundsProblem(
        depots=(Depot(id="hub", point=0, window=DAY, **depot),),
        sites=tuple(replace(site, point=k) for k, site in enumerate(sites, 1)),
        fleets=fleets or (fleet("ten"),), tables={"road": table(places)},
    )  # fmt: skip


def site(name: str, kg: int = 4, **more: object) -> RoundSite:
    """Return a site open all day that must be served."""
    return replace(RoundSite(id=name, point=0, kg=kg, window=DAY), **more)  # type: ignore[arg-type] # its own fields


def fleet(name: str, trucks: int = 1, **more: object) -> RoundFleet:
    """Return trucks of 10 kg and 100 l at the hub."""
    made = RoundFleet(id=name, depot="hub", trucks=trucks, payload_kg=10, payload_l=100, shift=DAY, table="road")
    return replace(made, **more)  # type: ignore[arg-type] # its own fields


@st.composite
def problems(draw: st.DrawFn) -> RoundsProblem:
    """Draw up to four sites, two depots, two fleets, with every rule now and then."""

    def number(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    def window() -> Window:
        start = number(0, 20)
        return Window(start, start + number(10, 40))

    depots = tuple(
        Depot(id=f"d{k}", point=k, window=Window(0, number(35, 60)), loading_s=number(0, 3))
        for k in range(number(1, 2))
    )
    names = [depot.id for depot in depots]
    fleets = tuple(
        RoundFleet(
            id=f"f{k}", depot=draw(st.sampled_from(names)), trucks=number(0, 1) if k else 1, payload_kg=number(5, 12),
            payload_l=number(5, 12), shift=Window(number(0, 5), number(35, 60)), table=f"t{k}",
            max_shift_s=draw(st.none() | st.integers(15, 45)), reload_at=tuple(names[: number(0, len(names))]),
            reloads=number(0, 1), price=number(0, 5),
        )
        for k in range(2)
    )  # fmt: skip
    sites = tuple(
        RoundSite(
            id=f"s{k}", point=len(depots) + k, kg=number(0, 9), litres=number(0, 9), visit_s=number(0, 4),
            window=window(), release_at=number(0, 15), prize=draw(st.none() | st.integers(0, 40)),
            barred=draw(st.sets(st.sampled_from(["f0", "f1"]), max_size=1).map(frozenset)),
        )
        for k in range(number(1, 4))
    )  # fmt: skip
    places = [(number(0, 6), number(0, 6)) for _ in (*depots, *sites)]
    tables = {f"t{k}": table(places) for k in range(2)}
    return RoundsProblem(depots=depots, sites=sites, fleets=fleets, tables=tables)


def best_by_counting(problem: RoundsProblem) -> tuple[int, int]:
    """Return how few sites of those that must be served are left, and then the least cost."""
    trucks = [fleet for fleet in problem.fleets for _ in range(fleet.trucks)]
    ends: dict[frozenset[str], int] = {frozenset(): 0}
    for one in trucks:
        able = dict(_rounds_of(problem, one))
        grown = dict(ends)
        for served, spent in ends.items():
            for more, cost in able.items():
                if not served & more:
                    both = served | more
                    grown[both] = min(grown.get(both, spent + cost), spent + cost)
        ends = grown
    return min((*_left(problem, served, cost),) for served, cost in ends.items())


def _left(problem: RoundsProblem, served: frozenset[str], cost: int) -> tuple[int, int]:
    gone = [site for site in problem.sites if site.id not in served]
    must = sum(site.prize is None for site in gone)
    return must, cost + sum(site.prize or 0 for site in gone)


def _rounds_of(problem: RoundsProblem, one: RoundFleet) -> Iterator[tuple[frozenset[str], int]]:
    best: dict[frozenset[str], int] = {}
    may = [site for site in problem.sites if one.id not in site.barred]
    for size in range(1, len(may) + 1):
        for order in permutations(may, size):
            for trips, depots in _cuts(one, order):
                cost = _cost(problem, one, trips, depots)
                if cost is not None:
                    key = frozenset(site.id for site in order)
                    best[key] = min(best.get(key, cost), cost)
    yield from best.items()


def _cuts(one: RoundFleet, order: tuple[RoundSite, ...]) -> Iterator[tuple[list[tuple[RoundSite, ...]], list[str]]]:
    yield [order], [one.depot, one.depot]
    if one.reloads:
        for cut, again in product(range(1, len(order)), one.reload_at):
            yield [order[:cut], order[cut:]], [one.depot, again, one.depot]


def _cost(problem: RoundsProblem, one: RoundFleet, trips: list[tuple[RoundSite, ...]], depots: list[str]) -> int | None:
    seconds = problem.tables[one.table].seconds
    for sites in trips:
        if sum(s.kg for s in sites) > one.payload_kg or sum(s.litres for s in sites) > one.payload_l:
            return None
    if not any(_works(problem, one, trips, depots, start) for start in range(one.shift.start, one.shift.end)):
        return None
    cost = one.price
    for sites, leave, enter in zip(trips, depots, depots[1:], strict=False):
        way = [problem.depot_by_id[leave].point, *(s.point for s in sites), problem.depot_by_id[enter].point]
        cost += sum(int(seconds[a, b]) for a, b in pairwise(way))
    return cost


def _works(
    problem: RoundsProblem, one: RoundFleet, trips: list[tuple[RoundSite, ...]], depots: list[str], start: int
) -> bool:
    by_id: Mapping[str, Depot] = problem.depot_by_id
    seconds, now = problem.tables[one.table].seconds, start
    for number, sites in enumerate(trips):
        depot = by_id[depots[number]]
        loads = max(now, depot.window.start, *(s.release_at for s in sites))
        if (number == 0 and loads > start) or loads > depot.window.end:
            return False
        now, at = loads + depot.loading_s, depot.point
        for one_site in sites:
            now = max(now + int(seconds[at, one_site.point]), one_site.window.start)
            if now > one_site.window.end:
                return False
            now, at = now + one_site.visit_s, one_site.point
        back = by_id[depots[number + 1]]
        now = max(now + int(seconds[at, back.point]), back.window.start)
        if now > back.window.end or now > one.shift.end:
            return False
    return one.max_shift_s is None or now - start <= one.max_shift_s
