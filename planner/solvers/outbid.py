"""What it would cost everybody else to serve one more need: solve again with that need forced in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulp

from planner.domain.needs import CommodityId, SiteId
from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.alone import units_brought
from planner.solvers.case import Case
from planner.solvers.choice import EquityResult
from planner.solvers.deprivation import scale_of
from planner.solvers.loads import FullModel, full_model
from planner.solvers.relaxation import Relaxation
from planner.solvers.rows import AnyCut, site_visits
from planner.solvers.value import WHOLE_UP_TO

FORCED_NODES: Final = 200
"""Nodes of a forced search: its bound is wanted, not its plan."""
FORCED_STEPS: Final = 8_000
"""Steps of a forced relaxation: of twelve questions of an S world two took more, 31 of 43 s, and one found nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What any plan that serves the need loses at least, and at which level: `rule` names it."""

    rule: str
    lost: float
    share: float


class Forcing:
    """The value model with the plan's equity levels kept, in which one need at a time is forced in.

    Trucks and units are not whole here, so that its bounds hold for every plan.
    """

    def __init__(self, case: Case, equity: EquityResult, cuts: Sequence[AnyCut], value: float, limits: Limits) -> None:
        """Remember what the plan reaches; nothing is solved yet."""
        self.case, self.equity, self.value = case, equity, value
        self.limits = replace(limits, mip_nodes=min(limits.mip_nodes, FORCED_NODES))
        self._cuts = cuts
        self._model: FullModel | None = None
        self._loose: Relaxation | None = None
        self._begun = False

    def lanes(self) -> "tuple[Forcing, ...]":
        """Return who may be asked at one time, this one first: two of a large case, of one model, for HiGHS lets go.

        The questions of each lane are answered one after another, so that the answers repeat.
        """
        if not self._large:
            return (self,)
        other = Forcing(self.case, self.equity, self._cuts, self.value, self.limits)
        other._model = self.full
        # PuLP sorts a model's columns in place whenever it is asked for them: two threads must not ask at one time.
        self._state()
        other._state()
        return self, other

    @property
    def full(self) -> FullModel:
        """The model, stated once."""
        if self._model is None:
            self._model = full_model(
                self.case, self.case.options, self._cuts, self.equity.saved, whole_trucks=False, whole_units=False,
                pooled=self._large,
            )  # fmt: skip
        return self._model

    def loss(self, site: SiteId, commodity: CommodityId | None, units: int) -> Loss | None:
        """Return what so many units for the site cost at least, or a visit to it; None if no loss is proved."""
        if commodity is None:
            return self._loss(site_visits(self.full.visits, site) >= 1)
        return self._loss(units_brought(self.case, self.full, site, commodity) >= units)

    def _state(self) -> Relaxation:
        if self._loose is None:
            self._loose = Relaxation(
                self.full.model, self.limits, seed=self.case.snapshot.seed, most_steps=FORCED_STEPS
            )  # fmt: skip
        return self._loose

    @property
    def _relaxation(self) -> Relaxation:
        loose = self._state()
        if not self._begun:
            # What one question leaves behind is far from what the next one begins with.
            loose.solve(self.full.assistance)
            loose.remember()
            self._begun = True
        return loose

    @property
    def _large(self) -> bool:
        # The relaxation of a large case is solved in half a second, the search takes half a minute a question.
        return len(self.case.options) > WHOLE_UP_TO

    def _loss(self, forced: pulp.LpConstraint) -> Loss | None:
        if self._large:
            with self._relaxation.demanding(forced):
                return self._lost()
        model = self.full.model
        model += forced
        try:
            return self._lost()
        finally:
            # Nothing is below 0, so the row asks for nothing any more.
            forced.changeRHS(0)

    def _lost(self) -> Loss | None:
        solved = self._solve(self.full.assistance)
        if solved.status == "infeasible":
            return self._level_lost()
        lost = self.value - solved.bound
        return Loss(rule="value", lost=lost, share=lost / self.value) if lost > 0 else None

    def _level_lost(self) -> Loss | None:
        """Find the worst threshold at which the forced need costs days: the first level that no longer holds."""
        rows = self.full.levels
        low, high = 0, len(rows)
        # Whether there is a plan does not depend on the aim; with the same one the last basis stays nearly right.
        aim = self.full.assistance if self._large else pulp.LpAffineExpression()
        try:
            while high - low > 1:
                middle = (low + high) // 2
                self._keep_only(middle)
                if self._solve(aim).status == "infeasible":
                    high = middle
                else:
                    low = middle
            self._keep_only(low)
            threshold, value = self.equity.saved[low]
            saved = pulp.LpAffineExpression(dict(rows[low].items()))
            lost = (value - self._solve(saved).bound) / scale_of(self.case)
        finally:
            self._keep_only(len(rows))
        level = self.equity.levels[low]
        return Loss(rule=f"equity > {threshold} d", lost=lost, share=lost / max(level.value, 1.0)) if lost > 0 else None

    def _keep_only(self, count: int) -> None:
        for index, (row, (_, value)) in enumerate(zip(self.full.levels, self.equity.saved, strict=True)):
            least = value - 0.5 if index < count and value > 0 else 0
            if self._large:
                self._relaxation.at_least(row, least)
            else:
                row.changeRHS(least)

    def _solve(self, objective: pulp.LpAffineExpression) -> highs.Solved:
        if self._large:
            return self._relaxation.solve(objective)
        self.full.model.setObjective(objective)
        return highs.solve(self.full.model, self.limits, seed=self.case.snapshot.seed, gap=1e-3)
