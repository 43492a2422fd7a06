"""Rules of what is on the trucks: weight, volume, stock, expiry, need and the people it is said to reach."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.permits import people_ceiling as lowest_ceiling
from planner.domain.plan import Convoy, Load, Plan, Stop
from planner.domain.snapshot import Snapshot
from planner.domain.verify.resources import given_up
from planner.domain.verify.violation import Violation
from routing.units import HOUR, Seconds, Window

COLD_LIFE_S: Final[Seconds] = 48 * HOUR
"""How long a passive cold box keeps its load cold: the least that the WHO asks of a short-range box (PQS E004)."""

_SHARE_TOLERANCE: Final = 1e-6


def _stops(plan: Plan) -> Iterator[tuple[Convoy, Stop]]:
    for convoy in plan.convoys:
        for stop in convoy.stops:
            yield convoy, stop


def _loads(plan: Plan) -> Iterator[tuple[Convoy, Stop, Load]]:
    for convoy, stop in _stops(plan):
        for load in stop.loads:
            yield convoy, stop, load


def capacity_kg(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The trucks of a stop carry its kilograms."""
    for convoy, stop in _stops(plan):
        carried = sum(load.kg for load in stop.loads)
        room = sum(snapshot.truck_types[kind].payload_kg * n for kind, n in stop.trucks.items())
        if carried > room:
            yield Violation(
                rule="capacity_kg", convoy=convoy.id, detail=f"{stop.site}: {carried} kg on trucks for {room} kg"
            )


def capacity_volume(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The trucks of a stop hold its litres."""
    for convoy, stop in _stops(plan):
        carried = sum(load.litres for load in stop.loads)
        room = sum(snapshot.truck_types[kind].payload_l * n for kind, n in stop.trucks.items())
        if carried > room:
            yield Violation(
                rule="capacity_volume", convoy=convoy.id, detail=f"{stop.site}: {carried} l on trucks for {room} l"
            )


def load_arithmetic(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A load's kilograms, litres and people follow from its units; units are above 0."""
    ration_days = snapshot.policy.ration_days
    for convoy, stop, load in _loads(plan):
        item = snapshot.commodities[load.commodity]
        people = load.units * item.person_days // ration_days if item.counts_as_food else 0
        said = (load.kg, load.litres, load.people)
        true = (load.units * item.kg, load.units * item.litres, people)
        if load.units <= 0 or said != true:
            yield Violation(
                rule="load_arithmetic",
                convoy=convoy.id,
                detail=f"{stop.site}: {load.units} of {load.commodity} said to be {said}, are {true} (kg, l, people)",
            )


def need(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """No site gets more of a commodity than it needs while the convoy is there."""
    open_units = {index: one.units for index, one in enumerate(snapshot.needs)}
    by_deadline = sorted(range(len(snapshot.needs)), key=lambda index: snapshot.needs[index].window.end)
    for convoy, stop, load in sorted(_loads(plan), key=lambda found: found[1].arrive_at):
        visit = Window(stop.arrive_at, max(stop.unloaded_at, stop.arrive_at + 1))
        units = load.units
        for index in by_deadline:
            one = snapshot.needs[index]
            if (one.site, one.commodity) == (stop.site, load.commodity) and one.window.overlaps(visit):
                used = min(units, open_units[index])
                open_units[index] -= used
                units -= used
        if units > 0:
            yield Violation(
                rule="need",
                convoy=convoy.id,
                detail=f"{stop.site} gets {units} units of {load.commodity} more than it needs by then",
            )


def stock(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A batch is at the convoy's hub, there before loading starts, and not given out twice.

    What is loaded for promised convoys that cannot run stays bound until people have decided.
    """
    batches = {(b.hub, b.commodity, b.batch): b for b in snapshot.stock}
    taken: Counter[tuple[str, str, str]] = Counter()
    for convoy, _, load in _loads(plan):
        key = (convoy.hub, load.commodity, load.batch)
        taken[key] += load.units
        if key not in batches:
            yield Violation(
                rule="stock", convoy=convoy.id, detail=f"no batch {load.batch} of {load.commodity} at {convoy.hub}"
            )
        elif batches[key].available_from > convoy.loading.start:
            yield Violation(rule="stock", convoy=convoy.id, detail=f"batch {load.batch} arrives after loading starts")
    for convoy in given_up(plan, snapshot):
        for stop in convoy.stops:
            for load in stop.loads:
                taken[convoy.hub, load.commodity, load.batch] += load.units
    for key, units in sorted(taken.items()):
        if key in batches and units > batches[key].units:
            yield Violation(
                rule="stock",
                convoy=None,
                detail=f"{units} units taken of {'/'.join(key)}, which has {batches[key].units}",
            )


def expiry(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A batch has not expired when it is unloaded."""
    ends = {(b.hub, b.commodity, b.batch): b.expires_at for b in snapshot.stock}
    for convoy, stop, load in _loads(plan):
        end = ends.get((convoy.hub, load.commodity, load.batch))
        if end is not None and stop.unloaded_at > end:
            yield Violation(
                rule="expiry",
                convoy=convoy.id,
                detail=f"{stop.site}: batch {load.batch} of {load.commodity} has expired",
            )


def cold_chain(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """What must be kept cold is unloaded within the cold life of its boxes: no type of truck is refrigerated."""
    for convoy, stop, load in _loads(plan):
        packed_s = stop.unloaded_at - convoy.loading.start
        if snapshot.commodities[load.commodity].cold_chain and packed_s > COLD_LIFE_S:
            yield Violation(
                rule="cold_chain",
                convoy=convoy.id,
                detail=f"{stop.site}: {load.commodity} is {packed_s} s in cold boxes, which last {COLD_LIFE_S} s",
            )


def storage(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A visit leaves no more than the site can store, where that is stated."""
    for convoy, stop in _stops(plan):
        room = snapshot.sites[stop.site].storage_kg
        left = sum(load.kg for load in stop.loads)
        if room is not None and left > room:
            yield Violation(
                rule="storage", convoy=convoy.id, detail=f"{stop.site} is left {left} kg and stores {room} kg"
            )


def people_reached(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The plan claims neither more nor fewer people than the least of head-count, papers and rations allows."""
    true = sum(reached_by_site(plan, snapshot).values())
    if plan.people_reached != true:
        yield Violation(rule="people_reached", convoy=None, detail=f"claims {plan.people_reached}, reaches {true}")


def coverage(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The shares of need covered that a plan prints follow from its loads, in person-days over all commodities."""
    needed: Counter[SiteId] = Counter()
    for one in snapshot.needs:
        if one.window.overlaps(snapshot.horizon):
            needed[one.site] += one.units * snapshot.commodities[one.commodity].person_days
    brought: Counter[SiteId] = Counter()
    for _, stop, load in _loads(plan):
        brought[stop.site] += load.units * snapshot.commodities[load.commodity].person_days
    for site, said in sorted(plan.coverage_by_site.items()):
        true = min(1.0, brought[site] / needed[site]) if needed[site] > 0 else 0.0
        if abs(said - true) > _SHARE_TOLERANCE:
            yield Violation(
                rule="coverage", convoy=None, detail=f"{site} is said to be covered {said:.4f}, is {true:.4f}"
            )


def reached_by_site(plan: Plan, snapshot: Snapshot) -> dict[SiteId, int]:
    """Return the people reached at each visited site.

    It is the smallest of the site's people (of all sources), the papers' head-count and the people whom the food
    unloaded feeds for the ration period.
    """
    fed: Counter[SiteId] = Counter()
    for _, stop, load in _loads(plan):
        if snapshot.commodities[load.commodity].counts_as_food:
            fed[stop.site] += load.units * snapshot.commodities[load.commodity].person_days
    found = {}
    for site, person_days in sorted(fed.items()):
        ceiling = lowest_ceiling(snapshot.papers, site, snapshot.horizon)
        here = [snapshot.sites[site].people_least, person_days // snapshot.policy.ration_days]
        found[site] = min(here if ceiling is None else [*here, ceiling])
    return found
