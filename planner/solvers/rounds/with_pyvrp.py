"""Rounds by PyVRP's iterated local search."""

from collections.abc import Iterable, Mapping, Sequence
from time import process_time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, Depot, IteratedLocalSearchParams, Location, ProblemData, Solution, SolveParams, VehicleType
from pyvrp import solve as search
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, StoppingCriterion

from planner.domain.rounds import NO_WAY, RoundFleet, RoundLimits, RoundsProblem
from planner.solvers.rounds.found import Found, Tour, price_of_leaving, tour_of
from planner.solvers.rounds.portions import Piece
from routing.units import Instant

Profile = tuple[str, frozenset[str]]
"""A table and the sites that may not be driven to by it."""

EVER_S: Final = 1 << 40
SETTINGS: Final = SolveParams(ils=IteratedLocalSearchParams(history_length=30))
"""A worse solution is taken up if it beats that of so many iterations ago. PyVRP's own 300 is for long runs: in seconds
it wanders."""


def by_pyvrp(problem: RoundsProblem, pieces: Sequence[Piece], limits: RoundLimits) -> Found:
    """Return the best tours that PyVRP finds.

    Where it finds no way to serve all that must be served, it is asked again with a high price for leaving a piece.
    """
    if not pieces or not any(fleet.trucks for fleet in problem.fleets):
        return Found(tours=(), cut_short=False)
    must = any(piece.prize is None for piece in pieces)
    found, cut_short = _searched(problem, pieces, limits, priced=False)
    if must and not found.is_feasible():
        found, again = _searched(problem, pieces, limits, priced=True)
        cut_short = cut_short or again
    if not found.is_feasible():
        return Found(tours=(), cut_short=cut_short)
    return Found(tours=_tours(problem, found), cut_short=cut_short)


def _searched(
    problem: RoundsProblem, pieces: Sequence[Piece], limits: RoundLimits, *, priced: bool
) -> tuple[Solution, bool]:
    ends: list[StoppingCriterion] = [MaxIterations(limits.iterations), MaxRuntime(limits.wall_s)]
    if limits.cpu_s is not None:
        ends.append(_MaxCpu(limits.cpu_s))
    result = search(
        _data(problem, pieces, priced=priced),
        MultipleCriteria(ends),
        seed=limits.seed,
        collect_stats=False,
        params=SETTINGS,
    )
    return result.best, result.num_iterations < limits.iterations


class _MaxCpu:
    """Stops after so much computing time of this process, whatever else the machine does."""

    def __init__(self, seconds: float) -> None:
        self._end = process_time() + seconds

    def __call__(self, best_cost: float) -> bool:  # noqa: ARG002 - what PyVRP hands over
        return process_time() >= self._end


def _data(problem: RoundsProblem, pieces: Sequence[Piece], *, priced: bool) -> ProblemData:
    begin = problem.begin
    dearest = price_of_leaving(problem, pieces)
    rows = {one.id: row for row, one in enumerate(problem.sites, len(problem.depots))}
    depots = {one.id: row for row, one in enumerate(problem.depots)}

    def hour(at: Instant) -> int:
        return min(max(0, at - begin), EVER_S)

    clients = []
    for piece in pieces:
        site = problem.site_by_id[piece.portion.site]
        prize = piece.prize if piece.prize is not None else dearest * priced
        clients.append(
            Client(
                location=rows[site.id], delivery=[piece.portion.kg, piece.portion.litres],
                tw_early=hour(site.window.start), tw_late=hour(site.window.end),
                release_time=min(hour(site.release_at), hour(site.window.end)), prize=prize,
                required=piece.prize is None and not priced,
            )
        )  # fmt: skip
    fleets = [fleet for fleet in problem.fleets if fleet.trucks]
    profiles = _profiles(problem, fleets)
    return ProblemData(
        locations=[Location(0, 0) for _ in range(len(rows) + len(depots))],
        clients=clients,
        depots=[
            Depot(
                location=depots[one.id], tw_early=hour(one.window.start), tw_late=hour(one.window.end),
                service_duration=one.loading_s,
            )
            for one in problem.depots
        ],
        vehicle_types=[
            VehicleType(
                num_available=min(fleet.trucks, len(pieces)), capacity=[fleet.payload_kg, fleet.payload_l],
                start_depot=depots[fleet.depot], end_depot=depots[fleet.depot], fixed_cost=fleet.price,
                tw_early=hour(fleet.shift.start), tw_late=hour(fleet.shift.end),
                shift_duration=EVER_S if fleet.max_shift_s is None else fleet.max_shift_s,
                profile=profiles[_profile(problem, fleet)],
                reload_depots=[depots[one] for one in fleet.reload_at] if fleet.reloads else [],
                max_reloads=fleet.reloads, name=fleet.id,
            )
            for fleet in fleets
        ],
        distance_matrices=_matrices(problem, profiles, time=False),
        duration_matrices=_matrices(problem, profiles, time=True),
    )  # fmt: skip


def _profile(problem: RoundsProblem, fleet: RoundFleet) -> Profile:
    return fleet.table, frozenset(site.id for site in problem.sites if fleet.id in site.barred)


def _profiles(problem: RoundsProblem, fleets: Sequence[RoundFleet]) -> Mapping[Profile, int]:
    found: dict[Profile, int] = {}
    for fleet in fleets:
        found.setdefault(_profile(problem, fleet), len(found))
    return found


def _matrices(problem: RoundsProblem, profiles: Iterable[Profile], *, time: bool) -> list[Any]:
    return [_matrix(problem, profile, time=time) for profile in profiles]


def _matrix(problem: RoundsProblem, profile: Profile, *, time: bool) -> NDArray[Any]:
    """Return the costs, or the times with each site's unloading on the ways that leave it.

    So pieces of one site that follow one another are one visit.
    """
    table = problem.tables[profile[0]]
    points = [place.point for place in problem.places]
    ways = np.ix_(points, points)
    chosen: NDArray[Any] = (table.seconds if time else table.cost)[ways].astype(np.int64)
    if time:
        stays = np.array([0] * len(problem.depots) + [site.visit_s for site in problem.sites])
        chosen += stays[:, None]
    closed = table.seconds[ways] >= NO_WAY
    barred = np.array([False] * len(problem.depots) + [site.id in profile[1] for site in problem.sites])
    closed |= barred[:, None] | barred[None, :]
    chosen[closed] = _never(problem) if time else 2 * int(chosen[~closed].max(initial=1))
    np.fill_diagonal(chosen, 0)
    return chosen


def _never(problem: RoundsProblem) -> int:
    """Return a time that no shift holds. PyVRP's own MAX_VALUE makes its first search go on without end at times."""
    ends = max(min(fleet.shift.end, problem.begin + EVER_S) for fleet in problem.fleets)
    return ends - problem.begin + 1


def _tours(problem: RoundsProblem, solution: Solution) -> tuple[Tour, ...]:
    fleets = [fleet for fleet in problem.fleets if fleet.trucks]
    tours = (
        tour_of(
            fleets[route.vehicle_type()],
            [stop.idx if stop.is_client() else problem.depots[stop.idx].id for stop in route.schedule()],
        )
        for route in solution.routes()
    )
    return tuple(tour for tour in tours if tour is not None)
