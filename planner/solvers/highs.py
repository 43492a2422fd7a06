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

from planner.domain.policy import Limits
from planner.solvers.aside import printed_aside
from planner.solvers.stated import SolverBroke, Stated

SolveStatus: TypeAlias = Literal["optimal", "feasible", "infeasible", "limit"]
"""Proved best within the gap; a solution whose proof was cut short; proved to have none; cut short without one."""

INTERIOR_FROM: Final = 15_000
"""A relaxation of more columns is solved by interior points: 17,000 of a drawn world in 2.6 s of CPU instead of 4.5."""

_NOTHING: Final = 1e-9
_FEASIBLE: Final = highspy.SolutionStatus.kSolutionStatusFeasible
_NO_WAY: Final = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


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
    model: pulp.LpProblem | Stated,
    limits: Limits,
    *,
    seed: int = 0,
    gap: float = 0.0,
    abs_gap: float = 1e-6,
    relaxed: bool = False,
    start: Mapping[str, float] | None = None,
) -> Solved:
    """Solve a PuLP model with HiGHS on one thread; one that is solved often may be given as stated before.

    `gap` is the relative gap at which the answer counts as optimal and `abs_gap` the absolute one: under 1 it is
    exact where every objective value is a whole number, and spares the search the last fractions. `relaxed` drops
    the whole numbers; `start` gives known values by variable name, from which HiGHS begins.

    Raises
    ------
    SolverBroke
        If HiGHS refuses the model, or finds it unbounded.
    """
    stated = model if isinstance(model, Stated) else Stated(model)
    lp = stated.lp(relaxed=relaxed)
    if not stated.variables:
        return _of_nothing(lp)
    engine = engine_for(lp, stated.model.name, limits, seed=seed, gap=gap, abs_gap=abs_gap, relaxed=relaxed)
    if start:
        known = [(i, start[v.name]) for i, v in enumerate(stated.variables) if v.name in start]
        columns = np.array([i for i, _ in known], dtype=np.int32)
        engine.setSolution(len(known), columns, np.array([value for _, value in known], dtype=np.float64))
    with printed_aside():
        engine.run()
    return read(engine, stated.model, stated.variables, gap, abs_gap)


def _of_nothing(lp: highspy.HighsLp) -> Solved:
    """Return the answer of a model without columns: its constant, if no row asks for more than nothing."""
    holds = all(low <= 0 <= high for low, high in zip(lp.row_lower_, lp.row_upper_, strict=True))
    worth = float(lp.offset_) if holds else float("nan")
    return Solved(
        status="optimal" if holds else "infeasible",
        objective=worth, bound=worth, gap=0.0, nodes=0, cut_short=False, values={},
    )  # fmt: skip


def engine_for(
    lp: highspy.HighsLp,
    name: str,
    limits: Limits,
    *,
    seed: int = 0,
    gap: float = 0.0,
    abs_gap: float = 1e-6,
    relaxed: bool = True,
) -> highspy.Highs:
    """Return a HiGHS that holds the arrays of a model of this name.

    Raises
    ------
    SolverBroke
        If HiGHS refuses the model.
    """
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
    if relaxed and lp.num_col_ > INTERIOR_FROM:
        engine.setOptionValue("solver", "ipm")
    if engine.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverBroke(f"HiGHS refused the model {name}. Check its rows for infinite or missing numbers.")
    return engine


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
