"""Let CP-SAT solve a model of whole numbers that is written in PuLP.

It proves which visits are best against teams, gates and fleets in half the time of HiGHS, whose cuts find little to
hold on to there: the linear relaxation may promise twice what can be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import highspy
import numpy as np
from ortools.sat.python import cp_model

from planner.domain.policy import Limits
from planner.solvers.highs import Solved, SolveStatus, relative_gap
from planner.solvers.stated import SolverBroke, Stated

NODE_S: Final = 0.01
"""Counted seconds for a node of the limits: CP-SAT has no nodes to count."""
PARTS: Final = 1_000
"""A row with fractions is multiplied by this and rounded so that it allows more, never less."""
ENDLESS: Final = 1_000_000
"""Stands for no bound of a column: there is none but the teams of a pool."""
_NOISE: Final = 1e-9
SEEDS: Final = 2_147_483_647

_SAID: Final[Mapping[object, SolveStatus]] = {
    cp_model.OPTIMAL: "optimal",
    cp_model.FEASIBLE: "feasible",
    cp_model.INFEASIBLE: "infeasible",
    cp_model.UNKNOWN: "limit",
}


def solve_whole(stated: Stated, limits: Limits, *, seed: int = 0, start: Mapping[str, float] | None = None) -> Solved:
    """Solve a model that maximises a whole number over whole columns, none below zero, on one thread.

    `start` names values to try first. Rows with fractions allow up to a thousandth a unit of a column more than they
    say: a bound holds for the model as it is written, an answer is to be checked.

    Raises
    ------
    SolverBroke
        If CP-SAT refuses the model.
    """
    lp = stated.lp()
    model = cp_model.CpModel()
    upper = np.array(lp.col_upper_)
    highest = np.where(upper < highspy.kHighsInf, upper, ENDLESS)
    bounds = zip(np.array(lp.col_lower_), highest, strict=True)
    columns = [model.new_int_var(int(np.ceil(low)), int(np.floor(high)), "") for low, high in bounds]
    for row in _rows(lp):
        total = cp_model.LinearExpr.weighted_sum([columns[place] for place in row.places], row.factors)
        model.add_linear_constraint(total, row.low, row.high)
    aim = np.rint(np.array(lp.col_cost_)).astype(np.int64)
    used = np.flatnonzero(aim)
    model.maximize(cp_model.LinearExpr.weighted_sum([columns[place] for place in used], aim[used].tolist()))
    for variable, column in zip(stated.variables, columns, strict=True) if start else ():
        model.add_hint(column, round(start.get(variable.name, 0.0)) if start else 0)
    return _solve(model, columns, stated, limits, seed)


@dataclass(frozen=True, slots=True)
class _Row:
    places: list[int]
    factors: list[int]
    low: int
    high: int


def _rows(lp: highspy.HighsLp) -> Iterator[_Row]:
    starts, places = np.array(lp.a_matrix_.start_), np.array(lp.a_matrix_.index_)
    factors = np.array(lp.a_matrix_.value_)
    for (first, last), low, high in zip(
        pairwise(starts.tolist()), np.array(lp.row_lower_), np.array(lp.row_upper_), strict=True
    ):
        own = factors[first:last]
        scale = 1 if np.array_equal(own, np.rint(own)) else PARTS
        # What is multiplied is no number below zero: a smaller factor lets more through a row that ends above, and a
        # larger one through a row that begins below.
        if high < highspy.kHighsInf:
            least = np.floor(own * scale + _NOISE).astype(np.int64)
            end = int(np.floor(high * scale + _NOISE)) if scale == 1 else int(np.ceil(high * scale))
            yield _Row(places[first:last].tolist(), least.tolist(), cp_model.INT_MIN, end)
        if low > -highspy.kHighsInf:
            most = np.ceil(own * scale - _NOISE).astype(np.int64)
            begin = int(np.ceil(low * scale - _NOISE)) if scale == 1 else int(np.floor(low * scale))
            yield _Row(places[first:last].tolist(), most.tolist(), begin, cp_model.INT_MAX)


def _solve(
    model: cp_model.CpModel, columns: list[cp_model.IntVar], stated: Stated, limits: Limits, seed: int
) -> Solved:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    # Else it leaves the process's own handler of Ctrl-C undone behind it.
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = seed % SEEDS
    solver.parameters.max_deterministic_time = limits.mip_nodes * NODE_S
    solver.parameters.max_time_in_seconds = max(float(limits.wall_s), 0.0)
    said = solver.solve(model)
    if said not in _SAID:
        raise SolverBroke(f"CP-SAT calls the model {stated.model.name} {solver.status_name(said)}.")
    status, counted = _SAID[said], solver.deterministic_time < limits.mip_nodes * NODE_S
    found = status in {"optimal", "feasible"}
    beside = float(stated.model.objective.constant)
    objective = solver.objective_value + beside if found else float("nan")
    bound = solver.best_objective_bound + beside if status != "infeasible" else float("-inf")
    values = zip(stated.variables, solver.values(columns), strict=True) if found else ()
    return Solved(
        status=status,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound) if found else float("inf"),
        nodes=solver.num_branches,
        cut_short=status in {"feasible", "limit"} and counted,
        values={variable.name: float(value) for variable, value in values},
    )
