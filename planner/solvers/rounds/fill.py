"""Put what an engine left out into its tours where it fits: beside a stop, as one more trip, on a spare truck."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from planner.domain.rounds import Cost, RoundFleet, RoundsProblem
from planner.domain.supply import HubId
from planner.solvers.rounds.clock import TripOrder, timed
from planner.solvers.rounds.found import Leg, Tour, price_of_leaving, tour_of
from planner.solvers.rounds.portions import Piece

MOST_TRIES: Final = 100_000
"""Pieces left times pieces served up to which they are put in: beyond it the engine's own search does better."""
MOST_MOVES: Final = 2_500
"""Pieces squared up to which they are moved: engines miss little but in problems of a few sites with every rule."""


def filled(problem: RoundsProblem, pieces: Sequence[Piece], tours: Sequence[Tour]) -> tuple[Tour, ...]:
    """Return the tours with pieces put in where that costs less than leaving them, and moved where that costs less.

    Dearest first, and again as long as anything moves: at the end no single piece has a better place.
    """
    found = list(tours)
    served = sum(len(leg.pieces) for tour in tours for leg in tour.legs)
    if (len(pieces) - served) * max(1, served) <= MOST_TRIES:
        _fill(problem, pieces, found)
    while len(pieces) ** 2 <= MOST_MOVES and _move_one(problem, pieces, found):
        _fill(problem, pieces, found)
    return tuple(found)


def _fill(problem: RoundsProblem, pieces: Sequence[Piece], found: list[Tour]) -> None:
    served = {piece for tour in found for leg in tour.legs for piece in leg.pieces}
    dearest = price_of_leaving(problem, pieces)
    price = {
        number: dearest if piece.prize is None else piece.prize
        for number, piece in enumerate(pieces)
        if number not in served
    }
    for number in sorted(price, key=lambda one: (-price[one], one)):
        best = min(_ways_in(problem, pieces, found, number, price[number]), default=None, key=lambda way: way[0])
        if best is not None:
            found[best[1] : best[1] + 1] = [best[2]]


def _move_one(problem: RoundsProblem, pieces: Sequence[Piece], found: list[Tour]) -> bool:
    """Move the first piece that has a better place, and tell whether there was one."""
    for place, tour in enumerate(found):
        fleet = problem.fleet_by_id[tour.fleet]
        for number in [piece for leg in tour.legs for piece in leg.pieces]:
            shorter = _without(tour, number, fleet)
            legs = () if shorter is None else shorter.legs
            if not _works(problem, pieces, fleet, legs):
                continue
            rest = [*found[:place], *([] if shorter is None else [shorter]), *found[place + 1 :]]
            gain = _cost(problem, pieces, fleet, tour.legs) - _cost(problem, pieces, fleet, legs)
            best = min(_ways_in(problem, pieces, rest, number, gain), default=None, key=lambda way: way[0])
            if best is not None:
                rest[best[1] : best[1] + 1] = [best[2]]
                found[:] = rest
                return True
    return False


def _without(tour: Tour, number: int, fleet: RoundFleet) -> Tour | None:
    stops: list[int | HubId] = []
    for leg in tour.legs:
        stops += [*(piece for piece in leg.pieces if piece != number), leg.end]
    return tour_of(fleet, stops)


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
    if not legs:
        return True
    orders = [
        TripOrder(start=leg.start, portions=tuple(pieces[one].portion for one in leg.pieces), end=leg.end)
        for leg in legs
    ]
    return timed(problem, fleet, orders, 1) is not None
