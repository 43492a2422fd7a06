"""What an engine hands back: trucks with their trips in order, in pieces, without hours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from planner.domain.rounds import NO_WAY, Cost, FleetId, RoundFleet, RoundLimits, RoundsProblem
from planner.domain.supply import HubId
from planner.solvers.rounds.portions import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One trip: from a depot, the numbers of its pieces in order, to a depot."""

    start: HubId
    pieces: tuple[int, ...]
    end: HubId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """The trips of one truck of a fleet."""

    fleet: FleetId
    legs: tuple[Leg, ...]


def tour_of(fleet: RoundFleet, stops: Iterable[int | HubId]) -> Tour | None:
    """Return the tour of a truck that meets these pieces and depots in this order; None where it meets no piece.

    Depots met without a piece since the last one are passed over: the truck has nothing to load there.
    """
    trips: list[tuple[list[int], HubId]] = [([], fleet.depot)]
    for stop in stops:
        if isinstance(stop, int):
            trips[-1][0].append(stop)
        elif trips[-1][0]:
            trips[-1] = (trips[-1][0], stop)
            trips.append(([], fleet.depot))
    full = [trip for trip in trips if trip[0]]
    if not full:
        return None
    full[-1] = (full[-1][0], fleet.depot)
    starts = [fleet.depot, *(end for _, end in full)]
    legs = (Leg(start=start, pieces=tuple(pieces), end=end) for start, (pieces, end) in zip(starts, full, strict=False))
    return Tour(fleet=fleet.id, legs=tuple(legs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best tours that an engine found; `cut_short` if the wall clock ended it before the counted limit."""

    tours: tuple[Tour, ...]
    cut_short: bool


Engine: TypeAlias = Callable[[RoundsProblem, Sequence[Piece], RoundLimits], Found]
"""A search for good tours over pieces. A piece without a prize it serves before all else."""


def price_of_leaving(problem: RoundsProblem, pieces: Sequence[Piece]) -> Cost:
    """Return a prize for pieces that must be served: above what any truck of its own for one piece could cost."""
    dearest = max((_dearest(problem, fleet.table) + fleet.price for fleet in problem.fleets), default=0)
    return 1 + 2 * dearest + max((piece.prize or 0 for piece in pieces), default=0)


def _dearest(problem: RoundsProblem, table: str) -> Cost:
    one = problem.tables[table]
    there = one.cost[one.seconds < NO_WAY]
    return 2 * int(there.max()) if there.size else 0
