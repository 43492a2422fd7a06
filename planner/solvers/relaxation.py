"""A model's linear relaxation that is solved again and again, each time from where the last solve ended."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import highspy
import numpy as np
import pulp

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.aside import printed_aside
from planner.solvers.highs import Solved
from planner.solvers.stated import SolverBroke, Stated

MOST_STEPS: Final = 20_000
"""Steps of the simplex method after which a question is left unanswered: counted, so that a run repeats."""


class Relaxation:
    """Whole numbers dropped; aim, bounds and lower sides of rows may change, and one row at a time may be demanded.

    A change leaves the last basis nearly right, so that the next solve takes a fraction of the first.
    """

    def __init__(self, model: pulp.LpProblem, limits: Limits, *, seed: int = 0, most_steps: int = MOST_STEPS) -> None:
        """Hand the model to the solver; nothing is solved yet. From the second question on, steps are counted.

        Raises
        ------
        SolverBroke
            If HiGHS refuses the model.
        """
        self._model, self._limits, self._most_steps = model, limits, most_steps
        stated = Stated(model)
        self._variables, self._place = stated.variables, stated.place
        self._rows = {id(row): i for i, row in enumerate(model.constraints())}
        self._engine = highs.engine_for(stated.lp(relaxed=True), model.name, limits, seed=seed)
        self._home: highspy.HighsBasis | None = None

    def solve(self, objective: pulp.LpAffineExpression, *, values: bool = False) -> Solved:
        """Solve for an objective in the model's own sense; with the values of its columns where they are asked for.

        Raises
        ------
        SolverBroke
            If the model is unbounded.
        """
        costs = np.zeros(len(self._variables))
        for variable, coefficient in objective.items():
            costs[self._place[variable.name]] = coefficient
        self._engine.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self._engine.changeObjectiveOffset(float(objective.constant))
        # The engine's clock runs on from solve to solve.
        self._engine.setOptionValue("time_limit", self._engine.getRunTime() + float(self._limits.wall_s))
        with printed_aside():
            self._engine.run()
        # From a basis that is nearly right the simplex method is quicker than anything that starts anew.
        self._engine.setOptionValue("solver", "simplex")
        self._engine.setOptionValue("simplex_iteration_limit", self._most_steps)
        return highs.read(self._engine, self._model, self._variables if values else [], 0.0, 1e-6)

    def remember(self) -> None:
        """Let every row that is demanded for a time be asked from where the last solve ended."""
        self._home = self._engine.getBasis()

    def at_least(self, row: pulp.LpConstraint, least: float) -> None:
        """Give a row of the model (one that was stated as >=) another lower side."""
        self._engine.changeRowBounds(self._rows[id(row)], least, highspy.kHighsInf)

    def between(self, columns: Mapping[pulp.LpVariable, tuple[float, float]]) -> None:
        """Give columns other bounds."""
        places = np.array([self._place[column.name] for column in columns], dtype=np.int32)
        lower, upper = (np.array([sides[end] for sides in columns.values()], dtype=np.float64) for end in (0, 1))
        self._engine.changeColsBounds(len(places), places, lower, upper)

    @contextmanager
    def demanding(self, row: pulp.LpConstraint) -> Iterator[None]:
        """Keep one more row for as long as the context lasts."""
        known = [(self._place[v.name], c) for v, c in row.items() if v.name in self._place]
        low, high = row.getLb(), row.getUb()
        infinity = highspy.kHighsInf
        number = self._engine.getNumRow()
        said = self._engine.addRow(
            -infinity if low is None else float(low), infinity if high is None else float(high), len(known),
            np.array([i for i, _ in known], dtype=np.int32), np.array([c for _, c in known], dtype=np.float64),
        )  # fmt: skip
        if said == highspy.HighsStatus.kError:
            raise SolverBroke("HiGHS refused a row. Check it for missing numbers.")
        try:
            yield
        finally:
            self._engine.deleteRows(1, np.array([number], dtype=np.int32))
            if self._home is not None:
                self._engine.setBasis(self._home)
