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

    A truck may drive empty to another depot and load there; other trips without a piece are passed over.
    """
    legs: list[Leg] = []
    start, pieces = fleet.depot, list[int]()
    for stop in (*stops, fleet.depot):
        if isinstance(stop, int):
            pieces.append(stop)
        elif pieces or stop != start:
            legs.append(Leg(start=start, pieces=tuple(pieces), end=stop))
            start, pieces = stop, []
    while legs and not legs[-1].pieces:
        legs.pop()
    if not legs:
        return None
    last = legs.pop()
    return Tour(fleet=fleet.id, legs=(*legs, Leg(start=last.start, pieces=last.pieces, end=fleet.depot)))


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
