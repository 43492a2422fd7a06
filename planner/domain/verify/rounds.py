"""Judge rounds against every hard rule by name, sharing no code with the engines that made them."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.plan import ConvoyId
from planner.domain.rounds import NO_WAY, Round, RoundFleet, RoundsPlan, RoundsProblem, Trip
from planner.domain.verify.violation import Violation
from routing.units import Instant

ROUND_RULES: Final = (
    "known", "fleet", "depot", "reloads", "payload_kg", "payload_l", "road", "site_window", "visit_time", "release",
    "depot_window", "loading", "shift", "max_shift", "barred", "delivered", "whole_load", "unserved", "cost",
)  # fmt: skip
"""The names of all hard rules of rounds."""


def round_violations(plan: RoundsPlan, problem: RoundsProblem) -> tuple[Violation, ...]:
    """Return every breach of every rule; an empty tuple means that the rounds can be driven as they stand.

    Rounds that name what the problem does not have cannot be judged any further: only that is said then.
    """
    unknown = tuple(_known(plan, problem))
    if unknown:
        return unknown
    found = [*_fleet(plan, problem)]
    for one in plan.rounds:
        found += _round(one, problem)
    return (*found, *_delivered(plan, problem), *_cost(plan, problem))


def rounds_cost(plan: RoundsPlan, problem: RoundsProblem) -> int:
    """Return what the rounds cost: driving, trucks used, and the share of each prize that is left, rounded up."""
    driving = sum(
        _driving_cost(trip, problem.fleet_by_id[one.fleet], problem) for one in plan.rounds for trip in one.trips
    )
    used = sum(problem.fleet_by_id[one.fleet].price for one in plan.rounds)
    brought = brought_kg(plan)
    visited = {visit.site for one in plan.rounds for trip in one.trips for visit in trip.visits}
    left = 0
    for site in problem.sites:
        missing = site.kg - brought[site.id] if site.kg else int(site.id not in visited)
        left += -(-(site.prize or 0) * missing // max(1, site.kg))
    return driving + used + left


def brought_kg(plan: RoundsPlan) -> Counter[SiteId]:
    """Return the kilograms brought to each site."""
    brought: Counter[SiteId] = Counter()
    for one in plan.rounds:
        for trip in one.trips:
            for visit in trip.visits:
                brought[visit.site] += visit.kg
    return brought


def _name(one: Round) -> ConvoyId:
    return f"{one.fleet}/{one.truck}"


def _known(plan: RoundsPlan, problem: RoundsProblem) -> Iterator[Violation]:
    for one in plan.rounds:
        names = {("fleet", one.fleet)}
        names |= {("depot", depot) for trip in one.trips for depot in (trip.start, trip.end)}
        names |= {("site", visit.site) for trip in one.trips for visit in trip.visits}
        for detail in _missing(names, problem):
            yield Violation(rule="known", convoy=_name(one), detail=detail)
        if not any(trip.visits for trip in one.trips):
            yield Violation(rule="known", convoy=_name(one), detail="a round without a visit")
    for detail in _missing({("site", left.site) for left in plan.unserved}, problem):
        yield Violation(rule="known", convoy=None, detail=detail)


def _missing(names: set[tuple[str, str]], problem: RoundsProblem) -> Iterator[str]:
    there = {"fleet": problem.fleet_by_id, "depot": problem.depot_by_id, "site": problem.site_by_id}
    for kind, name in sorted(names):
        if name not in there[kind]:
            yield f"there is no {kind} {name}"


def _fleet(plan: RoundsPlan, problem: RoundsProblem) -> Iterator[Violation]:
    """No truck has two rounds, and no fleet more trucks than it has."""
    for (fleet, truck), times in sorted(Counter((one.fleet, one.truck) for one in plan.rounds).items()):
        there = problem.fleet_by_id[fleet].trucks
        if times > 1 or not 1 <= truck <= there:
            yield Violation(
                rule="fleet", convoy=f"{fleet}/{truck}", detail=f"truck {truck} of {there}, with {times} rounds"
            )


def _round(one: Round, problem: RoundsProblem) -> Iterator[Violation]:
    fleet, name = problem.fleet_by_id[one.fleet], _name(one)
    for rule, detail in (*_shift(one, fleet, problem), *_between_trips(one, fleet, problem)):
        yield Violation(rule=rule, convoy=name, detail=detail)
    for trip in one.trips:
        for rule, detail in (*_load(trip, fleet), *_hours(trip, problem), *_way(trip, fleet, problem)):
            yield Violation(rule=rule, convoy=name, detail=detail)


def _shift(one: Round, fleet: RoundFleet, problem: RoundsProblem) -> Iterator[tuple[str, str]]:
    """A truck starts and ends at its depot, within its shift and not longer than it may."""
    if one.trips[0].start != fleet.depot or one.trips[-1].end != fleet.depot:
        yield "depot", f"does not start and end at {fleet.depot}"
    start_at, end_at = _loading_at(one.trips[0], problem), one.trips[-1].arrive_at
    if start_at < fleet.shift.start or end_at > fleet.shift.end:
        yield "shift", f"{start_at} to {end_at}, the shift is {fleet.shift.start} to {fleet.shift.end}"
    if fleet.max_shift_s is not None and end_at - start_at > fleet.max_shift_s:
        yield "max_shift", f"{end_at - start_at} s away, {fleet.max_shift_s} s allowed"


def _between_trips(one: Round, fleet: RoundFleet, problem: RoundsProblem) -> Iterator[tuple[str, str]]:
    """A truck reloads where it may, as often as it may, and takes the time for it."""
    if len(one.trips) - 1 > fleet.reloads:
        yield "reloads", f"{len(one.trips) - 1} reloads, {fleet.reloads} allowed"
    for before, after in pairwise(one.trips):
        if before.end not in fleet.reload_at or after.start != before.end:
            yield "reloads", f"comes in at {before.end} and leaves from {after.start}"
        if _loading_at(after, problem) < before.arrive_at:
            yield "loading", f"loads at {_loading_at(after, problem)}, comes in at {before.arrive_at}"


def _loading_at(trip: Trip, problem: RoundsProblem) -> Instant:
    return trip.depart_at - problem.depot_by_id[trip.start].loading_s


def _load(trip: Trip, fleet: RoundFleet) -> Iterator[tuple[str, str]]:
    kg, litres = sum(v.kg for v in trip.visits), sum(v.litres for v in trip.visits)
    if kg > fleet.payload_kg:
        yield "payload_kg", f"{kg} kg on a truck for {fleet.payload_kg} kg"
    if litres > fleet.payload_l:
        yield "payload_l", f"{litres} l on a truck for {fleet.payload_l} l"


def _hours(trip: Trip, problem: RoundsProblem) -> Iterator[tuple[str, str]]:
    """Depots and sites are open, loads are there, and unloading takes its time."""
    loading_at = _loading_at(trip, problem)
    for depot, at in ((trip.start, loading_at), (trip.end, trip.arrive_at)):
        hours = problem.depot_by_id[depot].window
        if not hours.start <= at <= hours.end:
            yield "depot_window", f"at {depot} at {at}, which works {hours.start} to {hours.end}"
    for visit in trip.visits:
        site = problem.site_by_id[visit.site]
        if not site.window.start <= visit.start_at <= site.window.end:
            yield "site_window", f"{site.id} at {visit.start_at}, open {site.window.start} to {site.window.end}"
        if visit.leave_at - visit.start_at < site.visit_s:
            yield "visit_time", f"{site.id}: {visit.leave_at - visit.start_at} s, {site.visit_s} needed"
        if loading_at < site.release_at:
            yield "release", f"loads at {loading_at}, the load of {site.id} is there at {site.release_at}"


def _way(trip: Trip, fleet: RoundFleet, problem: RoundsProblem) -> Iterator[tuple[str, str]]:
    """Only trucks that may come do, over ways that exist, no faster than they can be driven."""
    seconds = problem.tables[fleet.table].seconds
    at, left_at = problem.depot_by_id[trip.start].point, trip.depart_at
    for visit in trip.visits:
        site = problem.site_by_id[visit.site]
        if fleet.id in site.barred:
            yield "barred", f"{fleet.id} may not come to {site.id}"
        yield from _drive(int(seconds[at, site.point]), visit.start_at - left_at, site.id)
        at, left_at = site.point, visit.leave_at
    yield from _drive(int(seconds[at, problem.depot_by_id[trip.end].point]), trip.arrive_at - left_at, trip.end)


def _drive(needed: int, taken: int, where: str) -> Iterator[tuple[str, str]]:
    if needed >= NO_WAY:
        yield "road", f"there is no way to {where} for this truck"
    elif taken < needed:
        yield "road", f"{taken} s to {where}, the drive takes {needed} s"


def _delivered(plan: RoundsPlan, problem: RoundsProblem) -> Iterator[Violation]:
    """Each site gets its load, and what it does not get is said; what cannot be divided comes whole."""
    kg, litres, visits = brought_kg(plan), Counter[SiteId](), Counter[SiteId]()
    for one in plan.rounds:
        for trip in one.trips:
            for visit in trip.visits:
                litres[visit.site] += visit.litres
                visits[visit.site] += 1
                if visit.kg < 0 or visit.litres < 0:
                    detail = f"{visit.site} gets {visit.kg} kg, {visit.litres} l"
                    yield Violation(rule="delivered", convoy=_name(one), detail=detail)
    said = {left.site: (left.kg, left.litres) for left in plan.unserved}
    if len(said) < len(plan.unserved):
        yield Violation(rule="unserved", convoy=None, detail="a site is listed twice as unserved")
    for site in problem.sites:
        missing = (site.kg - kg[site.id], site.litres - litres[site.id])
        if min(missing) < 0:
            yield Violation(rule="delivered", convoy=None, detail=f"{site.id} gets more than it wants: {missing}")
        if not site.divisible and (visits[site.id] > 1 or (visits[site.id] == 1 and missing != (0, 0))):
            yield Violation(rule="whole_load", convoy=None, detail=f"{site.id} has {visits[site.id]} visits")
        unvisited = visits[site.id] == 0
        if (missing != (0, 0) or unvisited) != (site.id in said) or missing != said.get(site.id, (0, 0)):
            yield Violation(
                rule="unserved", convoy=None, detail=f"{site.id} misses {missing}, said {said.get(site.id)} (kg, l)"
            )


def _driving_cost(trip: Trip, fleet: RoundFleet, problem: RoundsProblem) -> int:
    cost = problem.tables[fleet.table].cost
    points = [problem.site_by_id[visit.site].point for visit in trip.visits]
    way = [problem.depot_by_id[trip.start].point, *points, problem.depot_by_id[trip.end].point]
    return sum(int(cost[a, b]) for a, b in pairwise(way))


def _cost(plan: RoundsPlan, problem: RoundsProblem) -> Iterator[Violation]:
    true = rounds_cost(plan, problem)
    if plan.cost != true:
        yield Violation(rule="cost", convoy=None, detail=f"said to cost {plan.cost}, costs {true}")
