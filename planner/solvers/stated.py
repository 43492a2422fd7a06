"""A model written in PuLP as the arrays that HiGHS takes, its rows read once however often it is solved."""

from typing import Final

import highspy
import numpy as np
import pulp

from planner.domain.errors import PlannerError

_INFINITY: Final = highspy.kHighsInf


class SolverBroke(PlannerError):
    """HiGHS refused a model or found it unbounded: a model of ours is wrong, not the world."""


class Stated:
    """A model as arrays. Its aim, the bounds and kinds of its columns and rows added since are read again each time.

    A row once read is not: who changes a row states the model anew.
    """

    def __init__(self, model: pulp.LpProblem) -> None:
        """Read the rows.

        Raises
        ------
        SolverBroke
            If two variables share a name.
        """
        self.model = model
        self._read()

    def _read(self) -> None:
        self.variables: list[pulp.LpVariable] = list(self.model.variables())
        self.place = {variable.name: i for i, variable in enumerate(self.variables)}
        if len(self.place) != len(self.variables):
            raise SolverBroke(f"Two variables of the model {self.model.name} share a name. Number them.")
        self._starts, self._indices, self._entries = [0], list[int](), list[float]()
        self._lower, self._upper = list[float](), list[float]()

    def lp(self, *, relaxed: bool = False) -> highspy.HighsLp:
        """Return the arrays as the model stands now; `relaxed` drops the whole numbers.

        Raises
        ------
        SolverBroke
            If two variables share a name.
        """
        aim = self.model.objective
        try:
            self._read_new_rows()
            costs = self._costs()
        except KeyError:
            # A new column has come in by a row or the aim.
            self._read()
            self._read_new_rows()
            costs = self._costs()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.variables), len(self._lower)
        lp.sense_ = highspy.ObjSense.kMaximize if self.model.sense == pulp.LpMaximize else highspy.ObjSense.kMinimize
        lp.offset_ = float(aim.constant) if aim is not None else 0.0
        lp.col_cost_ = costs
        columns = self.variables
        lp.col_lower_ = np.array([-_INFINITY if v.lowBound is None else float(v.lowBound) for v in columns])
        lp.col_upper_ = np.array([_INFINITY if v.upBound is None else float(v.upBound) for v in columns])
        lp.row_lower_, lp.row_upper_ = np.array(self._lower), np.array(self._upper)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self._indices, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(self._entries, dtype=np.float64)
        if not relaxed and any(v.cat == pulp.LpInteger for v in columns):
            whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
            lp.integrality_ = [whole if v.cat == pulp.LpInteger else free for v in columns]
        return lp

    def _costs(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        costs = np.zeros(len(self.variables))
        for variable, coefficient in self.model.objective.items() if self.model.objective is not None else ():
            costs[self.place[variable.name]] = coefficient
        return costs

    def _read_new_rows(self) -> None:
        for row in self.model.constraints()[len(self._lower) :]:
            # PuLP merges equal columns of a row; HiGHS would refuse duplicates without a word.
            known = [(self.place[variable.name], float(factor)) for variable, factor in row.items() if factor]
            self._indices += [place for place, _ in known]
            self._entries += [factor for _, factor in known]
            self._starts.append(len(self._indices))
            # A row's constant stands on its left side in PuLP; its bounds already carry it over.
            low, high = row.getLb(), row.getUb()
            self._lower.append(-_INFINITY if low is None else float(low))
            self._upper.append(_INFINITY if high is None else float(high))
