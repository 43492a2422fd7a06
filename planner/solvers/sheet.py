"""A model written straight into the arrays that HiGHS takes, for cases of tens of thousands of columns.

PuLP reads better and needs two kilobytes a column and a minute for the largest cases; the rules of such a model are
those of `rows`, and tests hold both against the count of all plans.
"""

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import highspy
import numpy as np
import pulp

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.aside import printed_aside

Place: TypeAlias = int
"""A column's number."""
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

INFINITY: Final = highspy.kHighsInf


class Sum:
    """A weighted sum of columns, to be added to."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Place, float] | None = None) -> None:
        """Begin with some terms, or none."""
        self.terms: dict[Place, float] = dict(terms or {})

    def add(self, other: "Sum", times: float = 1.0) -> None:
        """Add another sum, so many times."""
        for place, factor in other.terms.items():
            self.terms[place] = self.terms.get(place, 0.0) + factor * times


class Sheet:
    """Columns and rows, kept as numbers; an aim and upper bounds are given anew with each solve."""

    def __init__(self) -> None:
        """Begin without a column."""
        self._low, self._high, self._whole = array("d"), array("d"), array("b")
        self._starts, self._places, self._factors = array("i", [0]), array("i"), array("d")
        self._least, self._most = array("d"), array("d")

    @property
    def size(self) -> tuple[int, int]:
        """How many columns and rows there are."""
        return len(self._low), len(self._least)

    def column(self, low: float, high: float, *, whole: bool) -> Place:
        """Add a column and return its place."""
        self._low.append(low)
        self._high.append(high)
        self._whole.append(whole)
        return len(self._low) - 1

    def row(self, terms: Sum | Mapping[Place, float], *, least: float = -INFINITY, most: float = INFINITY) -> None:
        """Keep a sum between two numbers."""
        known = terms.terms if isinstance(terms, Sum) else terms
        for place, factor in known.items():
            if factor:
                self._places.append(place)
                self._factors.append(factor)
        self._starts.append(len(self._places))
        self._least.append(least)
        self._most.append(most)

    def solve(
        self, aim: Mapping[Place, float], closed: Iterable[Place], limits: Limits, *, seed: int, abs_gap: float
    ) -> tuple[highs.Solved, Numbers]:
        """Return the most of the aim with some columns kept at nought, and the values of all columns (none if none).

        Raises
        ------
        SolverBroke
            If HiGHS refuses the model.
        """
        if not self._low:
            return _of_nothing(all(low <= 0 <= high for low, high in zip(self._least, self._most, strict=True)))
        engine = highs.engine_for(
            self._lp(aim, closed), "sheet", limits, seed=seed, abs_gap=abs_gap, relaxed=not any(self._whole)
        )
        with printed_aside():
            engine.run()
        solved = highs.read(engine, pulp.LpProblem("sheet", pulp.LpMaximize), [], 0.0, abs_gap)
        return solved, np.array(engine.getSolution().col_value if solved.found else (), dtype=np.float64)

    def _lp(self, aim: Mapping[Place, float], closed: Iterable[Place]) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self._low), len(self._least)
        lp.sense_ = highspy.ObjSense.kMaximize
        costs, high = np.zeros(len(self._low)), np.array(self._high)
        places = np.fromiter(aim, dtype=np.int64, count=len(aim))
        costs[places] = np.fromiter(aim.values(), dtype=np.float64, count=len(aim))
        high[np.fromiter(closed, dtype=np.int64)] = 0
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = costs, np.array(self._low), high
        lp.row_lower_, lp.row_upper_ = np.array(self._least), np.array(self._most)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self._places, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(self._factors)
        whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole if is_whole else free for is_whole in self._whole]
        return lp


def _of_nothing(holds: bool) -> tuple[highs.Solved, Numbers]:  # noqa: FBT001 - the only thing asked
    status: highs.SolveStatus = "optimal" if holds else "infeasible"
    nothing = highs.Solved(status=status, objective=0.0, bound=0.0, gap=0.0, nodes=0, cut_short=False, values={})
    return nothing, np.zeros(0)
