"""What rounds are compared with: each engine alone as its makers ship it, and VROOM where it can state the problem."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import vroom
from pyvrp import SolveParams

from planner.domain.rounds import RoundFleet, RoundLimits, RoundsPlan, RoundsProblem
from planner.solvers.rounds import solve, with_pyvrp
from planner.solvers.rounds.found import Found, Tour, tour_of
from planner.solvers.rounds.portions import Piece, cut_loads
from planner.solvers.rounds.solve import answered, plan_rounds
from tests.benchmarks.rounds.instances import Instance

Peer = Callable[[Instance, RoundLimits], RoundsPlan | str]
"""Answers an instance, or says why it cannot state it."""


def ours(instance: Instance, limits: RoundLimits) -> RoundsPlan:
    """Plan as the product does; loads that may be divided are cut finely."""
    return plan_rounds(instance.problem, limits, cut="fine" if instance.divisible else "truckloads")


def pyvrp_alone(instance: Instance, limits: RoundLimits) -> RoundsPlan:
    """PyVRP with its own settings, every load whole as far as a truck holds it."""
    with patch.object(with_pyvrp, "SETTINGS", SolveParams()), patch.object(solve, "filled", _as_found):
        return plan_rounds(instance.problem, limits)


def ortools_alone(instance: Instance, limits: RoundLimits) -> RoundsPlan:
    """OR-Tools with the settings found best, every load whole as far as a truck holds it."""
    with patch.object(solve, "filled", _as_found):
        return plan_rounds(instance.problem, limits, engine="ortools")


def _as_found(_problem: RoundsProblem, _pieces: Sequence[Piece], tours: Sequence[Tour]) -> tuple[Tour, ...]:
    return tuple(tours)


def vroom_alone(instance: Instance, limits: RoundLimits) -> RoundsPlan | str:
    """VROOM, which ends by itself when it has converged; it knows no prizes, reloads, releases or shift lengths."""
    problem = instance.problem
    for word, asked in (
        ("prizes", any(site.prize is not None for site in problem.sites)),
        ("reloads", any(fleet.reloads for fleet in problem.fleets)),
        ("shift lengths", any(fleet.max_shift_s is not None for fleet in problem.fleets)),
    ):
        if asked:
            return f"cannot state {word}"
    pieces = cut_loads(problem.sites, problem.fleets, "truckloads")
    return answered(problem, problem, pieces, vroom_tours(problem, pieces, limits), (), "vroom")


def vroom_tours(problem: RoundsProblem, pieces: Sequence[Piece], limits: RoundLimits) -> Found:
    """Return VROOM's tours; a prize becomes one of its hundred steps of priority."""
    trucks = [fleet for fleet in problem.fleets for _ in range(min(fleet.trucks, len(pieces)))]
    if not trucks:
        return Found(tours=(), cut_short=False)
    seconds = limits.wall_s if limits.cpu_s is None else limits.cpu_s
    answer = _stated(problem, pieces, trucks).solve(5, nb_threads=1, timeout=timedelta(seconds=seconds))
    stops: dict[int, list[int | str]] = defaultdict(list)
    for _, row in answer.routes.iterrows():
        if row["type"] == "job":
            stops[int(row["vehicle_id"])].append(int(row["id"]))
    tours = (tour_of(trucks[truck], pieces_met) for truck, pieces_met in stops.items())
    return Found(tours=tuple(tour for tour in tours if tour is not None), cut_short=False)


def _stated(problem: RoundsProblem, pieces: Sequence[Piece], trucks: Sequence[RoundFleet]) -> Any:  # noqa: ANN401 - no types
    table = problem.tables[trucks[0].table]
    made = vroom.Input()
    most = 2**31 - 1
    made.set_durations_matrix("car", np.minimum(table.seconds, most).astype(np.uint32))
    made.set_costs_matrix("car", np.minimum(table.cost, most).astype(np.uint32))
    for number, fleet in enumerate(trucks):
        point = problem.depot_by_id[fleet.depot].point
        window = vroom.TimeWindow(fleet.shift.start, fleet.shift.end)
        made.add_vehicle(
            vroom.Vehicle(number, point, point, capacity=[fleet.payload_kg, fleet.payload_l], time_window=window)
        )
    dearest = max((piece.prize or 0 for piece in pieces), default=0) or 1
    for number, piece in enumerate(pieces):
        priority = 0 if piece.prize is None else round(100 * piece.prize / dearest)
        site = problem.site_by_id[piece.portion.site]
        window = vroom.TimeWindow(site.window.start, site.window.end)
        made.add_job(
            vroom.Job(
                number, site.point, default_service=site.visit_s, time_windows=[window], priority=priority,
                delivery=vroom.Amount([piece.portion.kg, piece.portion.litres]),
            )
        )  # fmt: skip
    return made


PEERS: Final[Mapping[str, Peer]] = MappingProxyType(
    {"qafila": ours, "PyVRP alone": pyvrp_alone, "OR-Tools alone": ortools_alone, "VROOM": vroom_alone}
)
