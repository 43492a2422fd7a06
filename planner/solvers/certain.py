"""What certainly can reach one site alone: convoys of different days that share nothing but the stores, by hand.

No search: often such convoys bring all that a site needs, and then no search can say more.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from planner.domain.needs import CommodityId, SiteId
from planner.domain.supply import TruckType
from planner.solvers.case import Case
from planner.solvers.option import Option

K = TypeVar("K")


def certainly(case: Case, site: SiteId, commodity: CommodityId, needed: int) -> int:
    """Return units of a commodity, at most those needed, that convoys of a case bring a site; more may be possible.

    Nothing is counted on at a coupled site, whose convoys depend on others.
    """
    if site in case.coupled_sites:
        return 0
    left = min(needed, _allowed(case, site, commodity, needed))
    stock, wanted = dict(case.stock_left), {line.index: line.units for line in case.lines}
    brought, busy = 0, set[int]()
    carried = [(option, _carried(case, option, commodity)) for option in case.options if option.sites == (site,)]
    for option, most in sorted(carried, key=lambda item: (-item[1], item[0].id)):
        if busy & set(option.busy_days) or _is_visited(case, site, option.day):
            continue
        lines = [line.index for line in case.stop_lines[option.id, 0] if line.commodity == commodity]
        batches = case.batches(option, commodity)
        units = min(most, left - brought, sum(wanted[line] for line in lines), sum(stock[batch] for batch in batches))
        if units > 0:
            busy |= set(option.busy_days)
            brought += units
            _take(wanted, lines, units)
            _take(stock, batches, units)
    return brought


def _allowed(case: Case, site: SiteId, commodity: CommodityId, needed: int) -> int:
    """Return how many of the units needed the papers of a site allow."""
    good, ceiling = case.snapshot.commodities[commodity], case.ceilings[site]
    if ceiling is None or not good.counts_as_food or not good.person_days:
        return needed
    return ceiling * case.snapshot.policy.ration_days // good.person_days


def _take(there: dict[K, int], keys: Sequence[K], units: int) -> None:
    for key in keys:
        taken = min(units, there[key])
        there[key] -= taken
        units -= taken


def _carried(case: Case, option: Option, commodity: CommodityId) -> int:
    """Return what an option carries at most of a commodity alone, by weight and by volume."""
    good, storage = case.snapshot.commodities[commodity], case.snapshot.sites[option.sites[0]].storage_kg
    kinds = list(_trucks(case, option))
    kg = sum(kind.payload_kg for kind in kinds)
    by_weight = (kg if storage is None else min(kg, storage)) // max(1, good.kg)
    return min(by_weight, sum(kind.payload_l for kind in kinds) // max(1, good.litres))


def _is_visited(case: Case, site: SiteId, day: int) -> bool:
    pinned = case.snapshot.pinned
    return any(stop.site == site and case.day_of(stop.arrive_at) == day for convoy in pinned for stop in convoy.stops)


def _trucks(case: Case, option: Option) -> Iterator[TruckType]:
    """Yield the trucks that an option has on a day without any other convoy, the largest first; none if too few."""
    most = min(option.max_trucks, case.loading_trucks(option.hub, option.phases[0].day), *_gate_trucks(case, option))
    kinds = [(case.snapshot.truck_types[name], count) for name, count in case.truck_types(option)]
    trucks = [kind for kind, count in kinds for _ in range(count)]
    if min(most, len(trucks)) < case.snapshot.policy.min_trucks or not _has_escort(case, option):
        return
    trucks.sort(key=lambda kind: (-kind.payload_kg, -kind.payload_l, kind.id))
    yield from trucks[:most]


def _gate_trucks(case: Case, option: Option) -> Iterator[int]:
    """Yield with how many trucks an option gets through each gate of each of its days."""
    yield option.max_trucks
    stands, checks = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for phase in option.phases:
        for run in phase.runs:
            for gate in run.gates:
                stands[gate, phase.day] += 1
                checks[gate, phase.day] += case.gate_delay_s(gate) if run.loaded else 0
    for (gate, day), times in stands.items():
        left = case.gate_open_seconds(gate, day) - checks[gate, day]
        yield max(0, int(left / (times * case.gate_seconds_a_truck(gate)) + 1e-9))


def _has_escort(case: Case, option: Option) -> bool:
    return not option.needs_escort or all(_team(case, option, day) for day in option.busy_days)


def _team(case: Case, option: Option, day: int) -> bool:
    """Tell whether a day has a team left for one convoy of the option's hub: of its own, or of the pool."""
    lacking = {hub: max(0, case.pinned_escorts(hub, day) - case.teams(hub, day)) for hub in case.snapshot.hubs}
    own = case.teams(option.hub, day) - case.pinned_escorts(option.hub, day)
    return own > 0 or case.teams(None, day) - sum(lacking.values()) > 0
