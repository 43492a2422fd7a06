"""Rounds by OR-Tools' routing library: guided local search from the first of several constructions that works."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import monotonic, process_time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from planner.domain.rounds import NO_WAY, Depot, RoundFleet, RoundLimits, RoundsProblem
from planner.solvers.rounds.found import Found, Tour, price_of_leaving, tour_of
from planner.solvers.rounds.portions import Piece
from routing.units import Instant

_STARTS: Final = routing_enums_pb2.FirstSolutionStrategy
FIRST: Final = (_STARTS.PARALLEL_CHEAPEST_INSERTION, _STARTS.SAVINGS, _STARTS.PATH_CHEAPEST_ARC)
"""Tried in turn: insertion may leave every optional stop out, savings may find nothing with several depots."""
SPARE_TRUCKS: Final = (1.5, 5)
"""One fleet is cut to this multiple of the trucks that the loads fill, and so many more: fewer slow search less."""


def by_ortools(problem: RoundsProblem, pieces: Sequence[Piece], limits: RoundLimits) -> Found:
    """Return the best tours that OR-Tools finds; what must be served has a high price instead.

    `iterations` counts solutions met. Of a run that the wall clock ends the library does not say so: it counts as cut
    short when it took as long as it might.
    """
    trucks = [(fleet, number) for fleet in problem.fleets for number in range(_used(problem, fleet, pieces))]
    if not pieces or not trucks:
        return Found(tours=(), cut_short=False)
    model = _Model(problem, pieces, tuple(fleet for fleet, _ in trucks))
    return model.search(limits)


def _used(problem: RoundsProblem, fleet: RoundFleet, pieces: Sequence[Piece]) -> int:
    most = min(fleet.trucks, len(pieces))
    if len(problem.fleets) > 1:
        return most
    loads = (
        (sum(piece.portion.kg for piece in pieces), fleet.payload_kg),
        (sum(piece.portion.litres for piece in pieces), fleet.payload_l),
    )
    filled = max((load / room for load, room in loads if room), default=0.0)
    return min(most, math.ceil(filled * SPARE_TRUCKS[0]) + SPARE_TRUCKS[1])


@dataclass(frozen=True, eq=False)
class _Model:
    problem: RoundsProblem
    pieces: Sequence[Piece]
    trucks: tuple[RoundFleet, ...]

    @cached_property
    def reloads(self) -> list[tuple[int, str]]:
        """(truck, depot) of every stop at which a truck may load again."""
        return [
            (number, depot)
            for number, fleet in enumerate(self.trucks)
            for depot in fleet.reload_at
            for _ in range(min(fleet.reloads, self.most_reloads))
        ]

    @cached_property
    def bases(self) -> tuple[Depot, ...]:
        """The depots that a truck starts from; another would be one more stop to the library."""
        used = {fleet.depot for fleet in self.trucks}
        return tuple(depot for depot in self.problem.depots if depot.id in used)

    @cached_property
    def most_reloads(self) -> int:
        """Reloads a truck is offered: twice what the loads need if all trucks are filled alike, and one more."""
        loads = (
            (sum(piece.portion.kg for piece in self.pieces), sum(fleet.payload_kg for fleet in self.trucks)),
            (sum(piece.portion.litres for piece in self.pieces), sum(fleet.payload_l for fleet in self.trucks)),
        )
        return 2 * math.ceil(max((load / room for load, room in loads if room), default=0.0)) + 1

    @cached_property
    def horizon(self) -> int:
        return max(fleet.shift.end for fleet in self.trucks) - self.problem.begin

    @cached_property
    def first_reload(self) -> int:
        return len(self.bases) + len(self.pieces)

    def hour(self, at: Instant) -> int:
        """Return an instant on the model's clock, kept within it."""
        return min(max(0, at - self.problem.begin), self.horizon)

    def search(self, limits: RoundLimits) -> Found:
        """Search from each construction in turn until one gives a solution that serves anybody."""
        left_s, cpu_began = limits.wall_s, process_time()
        for number, first in enumerate(FIRST):
            began = monotonic()
            routing, manager = self._build()
            asked = pywrapcp.DefaultRoutingSearchParameters()
            asked.first_solution_strategy = first
            asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
            asked.solution_limit = limits.iterations
            # A construction that finds nothing must leave time for the next.
            if limits.cpu_s is not None:
                routing.AddAtSolutionCallback(partial(_finish_after, routing, cpu_began + limits.cpu_s))
            asked.time_limit.FromMilliseconds(max(1, int(left_s * 1_000)))
            solution = routing.SolveWithParameters(asked)
            tours = () if solution is None else self._tours(routing, manager, solution)
            left_s -= monotonic() - began
            if tours or left_s <= 0 or number + 1 == len(FIRST):
                return Found(tours=tours, cut_short=left_s <= 0)
        return Found(tours=(), cut_short=False)

    def _build(self) -> tuple[Any, Any]:
        depots = {one.id: row for row, one in enumerate(self.bases)}
        ends = [depots[fleet.depot] for fleet in self.trucks]
        manager = pywrapcp.RoutingIndexManager(self.first_reload + len(self.reloads), len(self.trucks), ends, ends)
        routing = pywrapcp.RoutingModel(manager)
        costs, times = {}, {}
        for fleet in dict.fromkeys(self.trucks):
            if fleet.table not in costs:
                costs[fleet.table] = routing.RegisterTransitMatrix(self._matrix(fleet.table, time=False).tolist())
                times[fleet.table] = routing.RegisterTransitMatrix(self._matrix(fleet.table, time=True).tolist())
        for number, fleet in enumerate(self.trucks):
            routing.SetArcCostEvaluatorOfVehicle(costs[fleet.table], number)
            routing.SetFixedCostOfVehicle(fleet.price, number)
        self._hours(routing, manager, [times[fleet.table] for fleet in self.trucks])
        for name, loads, room in (
            ("kg", [piece.portion.kg for piece in self.pieces], [fleet.payload_kg for fleet in self.trucks]),
            ("litres", [piece.portion.litres for piece in self.pieces], [fleet.payload_l for fleet in self.trucks]),
        ):
            self._load(routing, manager, name, loads, room)
        self._who_may_go_where(routing, manager)
        if any(site.release_at > self.problem.begin for site in self.problem.sites):
            self._release(routing, manager)
        return routing, manager

    def _matrix(self, table: str, *, time: bool) -> NDArray[np.int64]:
        one, problem = self.problem.tables[table], self.problem
        sites = [problem.site_by_id[piece.portion.site] for piece in self.pieces]
        again = [problem.depot_by_id[depot] for _, depot in self.reloads]
        points = [*(d.point for d in self.bases), *(s.point for s in sites), *(d.point for d in again)]
        ways = np.ix_(points, points)
        chosen = (one.seconds if time else one.cost)[ways].astype(np.int64)
        names = np.array([*(d.id for d in self.bases), *(s.id for s in sites), *(d.id for d in again)])
        same = names[:, None] == names[None, :]
        if time:
            loading = [depot.loading_s for depot in self.bases]
            stays = [*loading, *(site.visit_s for site in sites), *(depot.loading_s for depot in again)]
            chosen += np.where(same, 0, np.array(stays)[:, None])
        chosen[one.seconds[ways] >= NO_WAY] = self.horizon + 1 if time else 0
        chosen[same] = 0
        return chosen

    def _hours(self, routing: Any, manager: Any, times: Sequence[int]) -> None:  # noqa: ANN401 - OR-Tools has no types
        routing.AddDimensionWithVehicleTransits(times, self.horizon, self.horizon, False, "time")  # noqa: FBT003 - its API
        time = routing.GetDimensionOrDie("time")
        for node, piece in enumerate(self.pieces, len(self.bases)):
            site = self.problem.site_by_id[piece.portion.site]
            if site.window.start - self.problem.begin > self.horizon:
                continue
            time.CumulVar(manager.NodeToIndex(node)).SetRange(self.hour(site.window.start), self.hour(site.window.end))
        for node, (_, depot) in enumerate(self.reloads, self.first_reload):
            window = self.problem.depot_by_id[depot].window
            time.CumulVar(manager.NodeToIndex(node)).SetRange(self.hour(window.start), self.hour(window.end))
        for number, fleet in enumerate(self.trucks):
            window = self.problem.depot_by_id[fleet.depot].window
            low = self.hour(max(fleet.shift.start, window.start))
            high = self.hour(min(fleet.shift.end, window.end))
            for index in (routing.Start(number), routing.End(number)):
                time.CumulVar(index).SetRange(low, max(low, high))
            if fleet.max_shift_s is not None:
                time.SetSpanUpperBoundForVehicle(min(fleet.max_shift_s, self.horizon), number)
            routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(number)))

    def _load(self, routing: Any, manager: Any, name: str, loads: Sequence[int], room: Sequence[int]) -> None:  # noqa: ANN401 - OR-Tools has no types
        # A reload takes off as much as any truck holds; the slack there gives back what was not on the truck.
        most = max(room) if self.reloads else 0
        by_node = [0] * len(self.bases) + list(loads) + [-most] * len(self.reloads)
        carried = routing.RegisterUnaryTransitVector(by_node)
        routing.AddDimensionWithVehicleCapacity(carried, most, list(room), not self.reloads, name)
        if not self.reloads:
            return
        load = routing.GetDimensionOrDie(name)
        for node in range(len(self.bases), self.first_reload):
            load.SlackVar(manager.NodeToIndex(node)).SetValue(0)
        for number in range(len(self.trucks)):
            load.CumulVar(routing.Start(number)).SetValue(0)
            load.SlackVar(routing.Start(number)).SetValue(0)

    def _who_may_go_where(self, routing: Any, manager: Any) -> None:  # noqa: ANN401 - OR-Tools has no types
        dearest = price_of_leaving(self.problem, self.pieces)
        for node, piece in enumerate(self.pieces, len(self.bases)):
            index, site = manager.NodeToIndex(node), self.problem.site_by_id[piece.portion.site]
            routing.AddDisjunction([index], dearest if piece.prize is None else piece.prize)
            if site.barred:
                may = [number for number, fleet in enumerate(self.trucks) if fleet.id not in site.barred]
                routing.VehicleVar(index).SetValues([-1, *may])
        for node, (truck, _) in enumerate(self.reloads, self.first_reload):
            index = manager.NodeToIndex(node)
            routing.AddDisjunction([index], 0)
            routing.VehicleVar(index).SetValues([-1, truck])

    def _release(self, routing: Any, manager: Any) -> None:  # noqa: ANN401 - OR-Tools has no types
        """Carry along each trip when its loading began, and ask each site for no less than its release."""
        nothing = routing.RegisterUnaryTransitVector([0] * (self.first_reload + len(self.reloads)))
        routing.AddDimension(nothing, self.horizon, self.horizon, False, "began")  # noqa: FBT003 - its API
        began, time, solver = routing.GetDimensionOrDie("began"), routing.GetDimensionOrDie("time"), routing.solver()
        for node, piece in enumerate(self.pieces, len(self.bases)):
            index, site = manager.NodeToIndex(node), self.problem.site_by_id[piece.portion.site]
            began.SlackVar(index).SetValue(0)
            began.CumulVar(index).SetMin(min(self.hour(site.release_at), self.horizon))
        for number in range(len(self.trucks)):
            start = routing.Start(number)
            solver.Add(began.CumulVar(start) == time.CumulVar(start))
            began.SlackVar(start).SetValue(0)
        for node in range(self.first_reload, self.first_reload + len(self.reloads)):
            index = manager.NodeToIndex(node)
            solver.Add(began.CumulVar(index) + began.SlackVar(index) == time.CumulVar(index))

    def _tours(self, routing: Any, manager: Any, solution: Any) -> tuple[Tour, ...]:  # noqa: ANN401 - OR-Tools has no types
        tours: list[Tour | None] = []
        for number, fleet in enumerate(self.trucks):
            stops: list[int | str] = []
            index = solution.Value(routing.NextVar(routing.Start(number)))
            while not routing.IsEnd(index):
                node = manager.IndexToNode(index)
                again = node >= self.first_reload
                stops.append(self.reloads[node - self.first_reload][1] if again else node - len(self.bases))
                index = solution.Value(routing.NextVar(index))
            tours.append(tour_of(fleet, stops))
        return tuple(tour for tour in tours if tour is not None)


def _finish_after(routing: Any, cpu_end: float) -> None:  # noqa: ANN401 - OR-Tools has no types
    if process_time() >= cpu_end:
        routing.solver().FinishCurrentSearch()
