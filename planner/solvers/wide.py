"""The value model over all options with pooled loads: its bounds hold for every plan that keeps the equity levels."""

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Final, Self

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.beside import Beside, Clock
from planner.solvers.case import Case
from planner.solvers.choice import EquityResult
from planner.solvers.loads import FullModel, full_model
from planner.solvers.option import OptionId
from planner.solvers.relaxation import Relaxation
from planner.solvers.rows import AnyCut

WIDE_UP_TO: Final = 400
"""Up to so many options first visits are searched as whole numbers over all of them; that bounds the value closely."""
BESIDE_UP_TO: Final = 3_000
"""Of more options, up to so many, whole visits are searched beside the others, with loads pooled."""
BESIDE_NODES: Final = 1
"""Nodes of that search: the cuts of the first node do most for the bound, and are counted by themselves."""
BESIDE_GAP: Final = 1e-3


class Wide:
    """The model of one case, its levels and the cuts known so far; leaving its context ends a search under way."""

    def __init__(self, case: Case, equity: EquityResult, cuts: Sequence[AnyCut]) -> None:
        """Solve nothing yet."""
        self.case, self.equity, self.cuts = case, equity, tuple(cuts)
        self._beside: Beside | None = None

    def __enter__(self) -> Self:
        """Return the model."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End what is searched beside."""
        if self._beside is not None:
            self._beside.stop()

    @cached_property
    def full(self) -> FullModel:
        """The model, stated once."""
        return full_model(
            self.case, self.case.options, self.cuts, self.equity.saved, whole_trucks=False, whole_units=False,
            pooled=True,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------ whole visits

    def begin(self, limits: Limits) -> None:
        """Begin to search whole visits, in a process of their own, where the case is of a size for which it pays."""
        if WIDE_UP_TO < len(self.case.options) <= BESIDE_UP_TO:
            few = min(limits.mip_nodes, BESIDE_NODES)
            self._beside = Beside(self.full.model, limits, seed=self.case.snapshot.seed, gap=BESIDE_GAP, nodes=few)

    @property
    def is_searched(self) -> bool:
        """Whether whole visits are searched beside."""
        return self._beside is not None

    def found(self, clock: Clock) -> highs.Solved | None:
        """Wait for that search and return its answer; None where there was none, or no time is left."""
        return None if self._beside is None else self._beside.answer(clock)

    # ----------------------------------------------------------------------------------------- parts of visits

    def relaxed(self, limits: Limits) -> tuple[highs.Solved, highs.Solved]:
        """Return the relaxation over all plans that keep the levels, and that with the first visits standing."""
        loose = Relaxation(self.full.model, limits, seed=self.case.snapshot.seed)
        free = loose.solve(self.full.assistance, values=True)
        if not free.found:
            return free, free
        visits, runs = frozenset(self.equity.visits), self.full.visits.runs
        standing = {runs[name]: (1.0, 1.0) for name in sorted(visits & set(runs))}
        standing |= {counts: (0.0, float(option in visits)) for (option, _), counts in self.full.first.items()}
        loose.between(standing)
        return free, loose.solve(self.full.assistance, values=True)

    def made_use_of(self, solved: highs.Solved, least: float) -> frozenset[OptionId]:
        """Return the options of which a solution runs at least such a share."""
        return frozenset(name for name, column in self.full.visits.runs.items() if solved.value(column) > least)
