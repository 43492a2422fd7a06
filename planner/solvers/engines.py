"""Try each solver engine on a problem small enough to know its answer."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Final

import numpy as np
import pulp
from ortools.sat.python import cp_model

from planner.domain.policy import Limits
from planner.domain.rounds import Depot, RoundFleet, RoundLimits, RoundSite, RoundsProblem, RoundTable
from planner.solvers.highs import solve
from planner.solvers.rounds.solve import plan_rounds
from routing.units import Window


def engines() -> dict[str, dict[str, object]]:
    """Return each engine's version and whether it finds the known answer."""
    return {name: {"version": version(name), "works": _works(attempt)} for name, attempt in _ATTEMPTS.items()}


def _works(attempt: Callable[[], bool]) -> bool:
    try:
        return attempt()
    except Exception:  # noqa: BLE001 - an engine may break in any way; that is what is asked
        return False


def _highs() -> bool:
    model = pulp.LpProblem("doctor", pulp.LpMaximize)
    trucks = model.add_variable("trucks", 0, 7, cat="Integer")
    model += 2 * trucks
    model += 3 * trucks <= 20  # noqa: PLR2004 - the example
    return round(solve(model, Limits()).objective) == 12  # noqa: PLR2004 - six trucks at two


def _cp_sat() -> bool:
    model = cp_model.CpModel()
    minutes = model.new_int_var(0, 10, "minutes")
    model.add(minutes * 3 >= 20)  # noqa: PLR2004 - the example
    model.minimize(minutes)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False
    return solver.solve(model) == cp_model.OPTIMAL and solver.value(minutes) == 7  # noqa: PLR2004 - 21 covers 20


def _rounds() -> bool:
    always, road = Window(0, 100), np.array([[0, 20], [20, 0]])
    problem = RoundsProblem(
        depots=(Depot(id="hub", point=0, window=always),), sites=(RoundSite(id="site", point=1, kg=1, window=always),),
        fleets=(
            RoundFleet(id="truck", depot="hub", trucks=1, payload_kg=1, payload_l=0, shift=always, table="road"),
        ),
        tables={"road": RoundTable(seconds=road, cost=road)},
    )  # fmt: skip
    return plan_rounds(problem, RoundLimits(iterations=10)).cost == 40  # noqa: PLR2004 - there and back


_ATTEMPTS: Final[Mapping[str, Callable[[], bool]]] = {"highspy": _highs, "ortools": _cp_sat, "pyvrp": _rounds}
