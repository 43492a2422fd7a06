"""Let HiGHS solve a model written in PuLP, and believe only what HiGHS itself says about the answer.

PuLP writes the model so that people can read it; it never judges the answer, because it calls a run that was cut
short "Optimal". One thread, a fixed seed and counted limits make a run repeat.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import highspy
import numpy as np
import pulp

from planner.domain.errors import PlannerError
from planner.domain.policy import Limits
from planner.solvers.aside import printed_aside

SolveStatus: TypeAlias = Literal["optimal", "feasible", "infeasible", "limit"]
"""Proved best within the gap; a solution whose proof was cut short; proved to have none; cut short without one."""

INTERIOR_FROM: Final = 20_000
"""A relaxation of more columns is solved by interior points: 40,000 of a drawn world in 4.5 s of CPU instead of 14."""

_NOTHING: Final = 1e-9
_FEASIBLE: Final = highspy.SolutionStatus.kSolutionStatusFeasible
_NO_WAY: Final = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


class SolverBroke(PlannerError):
    """HiGHS refused a model or found it unbounded: a model of ours is wrong, not the world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What HiGHS found; `values` is empty without a solution, `bound` is its dual bound in the model's own sense."""

    status: SolveStatus
    objective: float
    bound: float
    gap: float
    nodes: int
    cut_short: bool
    """The safety stop by wall time ended the run, so that it may not repeat."""
    values: Mapping[str, float]

    @property
    def found(self) -> bool:
        """Tell whether there is a solution."""
        return self.status in {"optimal", "feasible"}

    def value(self, expression: pulp.LpVariable | pulp.LpAffineExpression) -> float:
        """Return the value of a variable or an expression in the solution."""
        if isinstance(expression, pulp.LpVariable):
            return float(self.values.get(expression.name, 0.0))
        return float(expression.constant + sum(c * self.value(v) for v, c in expression.items()))

    def whole(self, variable: pulp.LpVariable) -> int:
        """Return the value of an integer variable without the solver's rounding noise."""
        return round(self.value(variable))


def solve(
    model: pulp.LpProblem,
    limits: Limits,
    *,
    seed: int = 0,
    gap: float = 0.0,
    abs_gap: float = 1e-6,
    relaxed: bool = False,
    start: Mapping[str, float] | None = None,
) -> Solved:
    """Solve a PuLP model with HiGHS on one thread.

    `gap` is the relative gap at which the answer counts as optimal and `abs_gap` the absolute one: under 1 it is
    exact where every objective value is a whole number, and spares the search the last fractions. `relaxed` drops
    the whole numbers; `start` gives known values by variable name, from which HiGHS begins.

    Raises
    ------
    SolverBroke
        If HiGHS refuses the model, or finds it unbounded.
    """
    variables = model.variables()
    if not variables:
        nothing = _constant(model)
        return Solved(status="optimal", objective=nothing, bound=nothing, gap=0.0, nodes=0, cut_short=False, values={})
    engine = engine_for(model, variables, limits, seed=seed, gap=gap, abs_gap=abs_gap, relaxed=relaxed)
    if start:
        known = [(i, start[v.name]) for i, v in enumerate(variables) if v.name in start]
        columns = np.array([i for i, _ in known], dtype=np.int32)
        engine.setSolution(len(known), columns, np.array([value for _, value in known], dtype=np.float64))
    with printed_aside():
        engine.run()
    return read(engine, model, variables, gap, abs_gap)


def engine_for(
    model: pulp.LpProblem,
    variables: list[pulp.LpVariable],
    limits: Limits,
    *,
    seed: int = 0,
    gap: float = 0.0,
    abs_gap: float = 1e-6,
    relaxed: bool = True,
) -> highspy.Highs:
    """Return a HiGHS that holds the model, its columns in the order of `variables`.

    Raises
    ------
    SolverBroke
        If HiGHS refuses the model.
    """
    engine = _engine(limits, seed, gap, abs_gap)
    if relaxed and len(variables) > INTERIOR_FROM:
        engine.setOptionValue("solver", "ipm")
    if engine.passModel(_lp(model, variables, relaxed=relaxed)) == highspy.HighsStatus.kError:
        raise SolverBroke(f"HiGHS refused the model {model.name}. Check its rows for infinite or missing numbers.")
    return engine


def _engine(limits: Limits, seed: int, gap: float, abs_gap: float) -> highspy.Highs:
    engine = highspy.Highs()
    for option, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("parallel", "off"),
        ("random_seed", seed % 2_147_483_647),
        ("mip_rel_gap", gap),
        ("mip_abs_gap", abs_gap),
        ("mip_feasibility_tolerance", 1e-7),
        ("mip_max_nodes", limits.mip_nodes),
        ("time_limit", float(limits.wall_s)),
    ):
        engine.setOptionValue(option, setting)
    return engine


def _constant(model: pulp.LpProblem) -> float:
    return float(model.objective.constant) if model.objective is not None else 0.0


def _lp(model: pulp.LpProblem, variables: list[pulp.LpVariable], *, relaxed: bool) -> highspy.HighsLp:
    column = {variable.name: i for i, variable in enumerate(variables)}
    if len(column) != len(variables):
        raise SolverBroke(f"Two variables of the model {model.name} share a name. Number them.")
    infinity = highspy.kHighsInf
    rows = model.constraints()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(variables), len(rows)
    lp.sense_ = highspy.ObjSense.kMaximize if model.sense == pulp.LpMaximize else highspy.ObjSense.kMinimize
    lp.offset_ = _constant(model)
    costs = dict(model.objective) if model.objective is not None else {}
    lp.col_cost_ = np.array([float(costs.get(v, 0.0)) for v in variables])
    lp.col_lower_ = np.array([-infinity if v.lowBound is None else float(v.lowBound) for v in variables])
    lp.col_upper_ = np.array([infinity if v.upBound is None else float(v.upBound) for v in variables])
    # A row's constant stands on its left side in PuLP; its bounds already carry it over.
    bounds = [(row.getLb(), row.getUb()) for row in rows]
    lp.row_lower_ = np.array([-infinity if low is None else float(low) for low, _ in bounds])
    lp.row_upper_ = np.array([infinity if high is None else float(high) for _, high in bounds])
    starts, indices, entries = [0], [], []
    for row in rows:
        # PuLP merges equal columns of a row; HiGHS would refuse duplicates without a word.
        for variable, coefficient in row.items():
            if coefficient:
                indices.append(column[variable.name])
                entries.append(float(coefficient))
        starts.append(len(indices))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(indices, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(entries, dtype=np.float64)
    if not relaxed and any(v.cat == pulp.LpInteger for v in variables):
        whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole if v.cat == pulp.LpInteger else free for v in variables]
    return lp


def read(
    engine: highspy.Highs, model: pulp.LpProblem, variables: list[pulp.LpVariable], gap: float, abs_gap: float
) -> Solved:
    """Return what HiGHS says of its last run; the values of `variables`, which may be none or all columns."""
    said = engine.getModelStatus()
    info = engine.getInfo()
    if said in {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kModelError}:
        raise SolverBroke(
            f"HiGHS calls the model {model.name} {engine.modelStatusToString(said)}. Bound its variables."
        )
    is_mip = bool(len(engine.getLp().integrality_))
    found = info.primal_solution_status == _FEASIBLE
    objective = float(info.objective_function_value) if found else float("nan")
    optimal = said == highspy.HighsModelStatus.kOptimal
    worst = float("inf") if model.sense == pulp.LpMaximize else float("-inf")
    bound = float(info.mip_dual_bound) if is_mip else (objective if optimal else worst)
    distance = relative_gap(objective, bound) if found else float("inf")
    status: SolveStatus
    if said in _NO_WAY:
        status = "infeasible"
    elif not found:
        status = "limit"
    else:
        # Judged by the numbers: HiGHS's word alone would do, but the gap is what a plan prints.
        close = distance <= max(gap, 1e-6) or abs(bound - objective) <= abs_gap
        status = "optimal" if optimal and close else "feasible"
    values = {}
    if found and variables:
        values = dict(zip((v.name for v in variables), engine.getSolution().col_value, strict=True))
    return Solved(
        status=status,
        objective=objective,
        bound=bound,
        gap=distance,
        nodes=max(0, int(info.mip_node_count)),
        cut_short=said == highspy.HighsModelStatus.kTimeLimit,
        values=values,
    )


def relative_gap(value: float, bound: float) -> float:
    """Return the distance of the bound from the value, relative to the larger of the two (never below 0)."""
    size = max(abs(value), abs(bound), _NOTHING)
    return abs(bound - value) / size if abs(bound - value) > _NOTHING else 0.0
