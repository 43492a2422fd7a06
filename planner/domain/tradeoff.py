"""The trade-off of one plan: what other balances between those worst off, the total and risk would reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One plan of the same world by another balance.

    `equity_tolerance` is the share of the days saved at each level of equity that may be given up for value,
    `risk_cap_p` the least probability of arrival of a convoy. `waiting` holds the expected person-days lived above each
    threshold, worst first; `value` the expected weighted person-days of assistance; `p` the probability that a truck
    arrives, over all trucks; `lowest_p` that of the convoy least sure to.
    """

    equity_tolerance: float
    risk_cap_p: float
    people: int
    value: float
    waiting: tuple[tuple[int, float], ...]
    convoys: int
    trucks: int
    p: float
    lowest_p: float

    def as_good_as(self, other: "Balance") -> bool:
        """Tell whether it is nowhere worse: not in any level, nor in value, nor in the chance of its weakest convoy."""
        fair = all(mine <= theirs for (_, mine), (_, theirs) in zip(self.waiting, other.waiting, strict=True))
        return fair and self.value >= other.value and self.lowest_p >= other.lowest_p


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff:
    """The balances of one plan, its own first, then by tolerance and cap; none of them breaks a hard rule.

    `cut_short` tells that not all were solved, or that one was ended before its search was.
    """

    plan_digest: str
    balances: tuple[Balance, ...]
    cut_short: bool
