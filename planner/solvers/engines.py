"""Try each solver engine on a problem small enough to know its answer."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Final

import pulp
from ortools.sat.python import cp_model

from planner.domain.policy import Limits
from planner.solvers.highs import solve


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


_ATTEMPTS: Final[Mapping[str, Callable[[], bool]]] = {"highspy": _highs, "ortools": _cp_sat}
