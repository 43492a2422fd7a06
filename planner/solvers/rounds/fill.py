"""Put what an engine left out into its tours where it fits: beside a stop, as one more trip, on a spare truck."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from planner.domain.rounds import Cost, RoundFleet, RoundsProblem
from planner.domain.supply import HubId
from planner.solvers.rounds.clock import TripOrder, timed
from planner.solvers.rounds.found import Leg, Tour, price_of_leaving
from planner.solvers.rounds.portions import Piece

MOST_TRIES: Final = 100_000
"""Pieces left times pieces served up to which this is tried: beyond it the engine's own search does better."""


def filled(problem: RoundsProblem, pieces: Sequence[Piece], tours: Sequence[Tour]) -> tuple[Tour, ...]:
    """Return the tours with pieces put in where that costs less than leaving them, dearest first."""
    found = list(tours)
    served = {piece for tour in tours for leg in tour.legs for piece in leg.pieces}
    left = [number for number in range(len(pieces)) if number not in served]
    if len(left) * max(1, len(served)) > MOST_TRIES:
        return tuple(found)
    dearest = price_of_leaving(problem, pieces)
    price = {number: dearest if (prize := pieces[number].prize) is None else prize for number in left}
    for number in sorted(left, key=lambda one: (-price[one], one)):
        best = min(_ways_in(problem, pieces, found, number, price[number]), default=None, key=lambda way: way[0])
        if best is not None:
            _, place, tour = best
            found[place : place + 1] = [tour]
    return tuple(found)


def _ways_in(
    problem: RoundsProblem, pieces: Sequence[Piece], tours: Sequence[Tour], number: int, below: Cost
) -> Iterator[tuple[Cost, int, Tour]]:
    """Yield what each way to serve a piece costs more, where in the list its tour stands, and the tour."""
    site = problem.site_by_id[pieces[number].portion.site]
    used = Counter(tour.fleet for tour in tours)
    for fleet in problem.fleets:
        if fleet.id in site.barred:
            continue
        grown = [
            (place, tour.legs, legs)
            for place, tour in enumerate(tours) if tour.fleet == fleet.id
            for legs in _with(tour.legs, number, fleet)
        ]  # fmt: skip
        if used[fleet.id] < fleet.trucks:
            grown.append((len(tours), (), (Leg(start=fleet.depot, pieces=(number,), end=fleet.depot),)))
        for place, before, legs in grown:
            more = _cost(problem, pieces, fleet, legs) - _cost(problem, pieces, fleet, before)
            if more < below and _works(problem, pieces, fleet, legs):
                yield more, place, Tour(fleet=fleet.id, legs=legs)


def _with(legs: tuple[Leg, ...], number: int, fleet: RoundFleet) -> Iterator[tuple[Leg, ...]]:
    """Yield a truck's trips with one piece more: at any place in a trip, or as a trip of its own."""
    for at, leg in enumerate(legs):
        for place in range(len(leg.pieces) + 1):
            longer = Leg(start=leg.start, pieces=(*leg.pieces[:place], number, *leg.pieces[place:]), end=leg.end)
            yield (*legs[:at], longer, *legs[at + 1 :])
    if len(legs) > fleet.reloads:
        return
    for at in range(len(legs) + 1):
        for again in fleet.reload_at:
            yield _with_trip(legs, at, number, again, fleet.depot)


def _with_trip(legs: tuple[Leg, ...], at: int, number: int, again: HubId, home: HubId) -> tuple[Leg, ...]:
    if at == len(legs):
        last = Leg(start=legs[-1].start, pieces=legs[-1].pieces, end=again)
        return (*legs[:-1], last, Leg(start=again, pieces=(number,), end=home))
    after = Leg(start=again, pieces=legs[at].pieces, end=legs[at].end)
    return (*legs[:at], Leg(start=legs[at].start, pieces=(number,), end=again), after, *legs[at + 1 :])


def _cost(problem: RoundsProblem, pieces: Sequence[Piece], fleet: RoundFleet, legs: Sequence[Leg]) -> Cost:
    cost, total = problem.tables[fleet.table].cost, fleet.price if legs else 0
    for leg in legs:
        sites = (problem.site_by_id[pieces[one].portion.site].point for one in leg.pieces)
        points = [problem.depot_by_id[leg.start].point, *sites, problem.depot_by_id[leg.end].point]
        total += sum(int(cost[a, b]) for a, b in pairwise(points))
    return total


def _works(problem: RoundsProblem, pieces: Sequence[Piece], fleet: RoundFleet, legs: Sequence[Leg]) -> bool:
    for leg in legs:
        portions = [pieces[one].portion for one in leg.pieces]
        kg, litres = sum(one.kg for one in portions), sum(one.litres for one in portions)
        if kg > fleet.payload_kg or litres > fleet.payload_l:
            return False
    orders = [
        TripOrder(start=leg.start, portions=tuple(pieces[one].portion for one in leg.pieces), end=leg.end)
        for leg in legs
    ]
    return timed(problem, fleet, orders, 1) is not None
