"""A choice that can be timed, with its times and what it reaches: what searches better and compare."""

from dataclasses import dataclass
from typing import Final

from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Timed
from planner.solvers.reached import assistance_of, saved_by

A_GAIN: Final = 1e-5
"""A plan is better in value from this share on: less is not worth a search, and may be the rounding of sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A choice that can be timed, its times, and what it reaches: days saved at each level, and value."""

    chosen: tuple[Chosen, ...]
    timed: tuple[Timed, ...]
    saved: tuple[int, ...]
    value: float

    @classmethod
    def of(cls, case: Case, equity: EquityResult, chosen: tuple[Chosen, ...], timed: tuple[Timed, ...]) -> "Standing":
        """Count what a timed choice reaches; where days may be given up for value, no more at a level than is asked."""
        saved = saved_by(case, chosen, [threshold for threshold, _ in equity.saved])
        if case.snapshot.policy.equity_tolerance > 0:
            saved = tuple(min(days, asked) for days, (_, asked) in zip(saved, equity.saved, strict=True))
        return cls(chosen=chosen, timed=timed, saved=saved, value=assistance_of(case, chosen))

    def better_than(self, other: "Standing") -> bool:
        """Compare level by level, worst threshold first; savings are whole numbers, values are sums of fractions."""
        if self.saved != other.saved:
            return self.saved > other.saved
        return self.value > other.value * (1 + A_GAIN)
