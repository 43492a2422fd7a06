"""The rules of work that a plan obeys and the limits of its search, each a named default stored with the plan."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, TypeVar

from planner.domain.canonical import UNWRITTEN_IF_DEFAULT
from planner.domain.errors import InvalidValue
from routing.policy import AccessPolicy
from routing.units import DAY, HOUR, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPolicy:
    """Parameters of planning that users may change; `STANDARD` is what people plan with unless they say otherwise."""

    thresholds_days: tuple[int, ...] = (300, 270, 240, 210, 180, 150, 120, 90, 60, 30)
    """Days since last reached at which deprivation is counted, worst first."""
    equity_weights: Literal["people", "site"] = "people"
    never_reached_days: int = 365
    """Stands for days since last reached where no delivery is on record; shown as such."""
    visit_counts_from: float = 0.2
    """A visit counts for equity when it brings this share of the food need."""
    risk_cap_p: float = 0.3
    """A convoy needs at least this probability of arrival."""
    min_trucks: int = 4
    max_trucks: int = 70
    max_stops: int = 3
    stop_spread_m: int = 25_000
    """Sites of one convoy lie within this distance of each other by road."""
    max_driving_s: Seconds = 5 * HOUR
    """Longer drives stage overnight."""
    notification_lead_s: Seconds = 24 * HOUR
    gate_delay_quantile: float = 0.5
    first_half_value: float = 1.0
    second_half_value: float = 0.5
    """Worth of a person-day in the first and in the second half of a need: concave in coverage."""
    ration_days: int = 30
    use_unknown: bool = True
    """May segments without a fresh report be used, at their risk."""
    column_gap_m: int = 50
    escort_regimes: tuple[str, ...] = ("permit",)
    notified_price: float = 0.02
    """Share of the plan's value that a change to a notified convoy must gain."""
    least_slack_s: Seconds = field(default=0, metadata=UNWRITTEN_IF_DEFAULT)
    """The empty column leaves every road of its way back at least so long before that road closes. Plans made before
    there was such a rule were made without it: nought, and unwritten."""
    equity_tolerance: float = field(default=0.0, metadata=UNWRITTEN_IF_DEFAULT)
    """Share of the person-days saved at each level of equity that may be given up for value; 1 keeps no level."""
    caught_cap: float = field(default=1.0, metadata=UNWRITTEN_IF_DEFAULT)
    """No convoy may be caught inside in more than this share of drawn futures; 1 asks for nothing."""

    def __post_init__(self) -> None:
        """Refuse numbers that no plan could be made by.

        Raises
        ------
        InvalidValue
            If a share or probability lies outside 0 to 1, a count or length is below 0, no convoy could have trucks or
            a stop, a day is longer than a day, or the thresholds are not in falling order.
        """
        for one in fields(self):
            value, name = getattr(self, one.name), one.name
            # A price above the whole worth of a plan says: never.
            most = math.inf if name == "notified_price" else 1
            if isinstance(value, float) and not 0 <= value <= most:
                raise InvalidValue(f"{name} is {value}. Give a number from 0{'' if most > 1 else ' to 1'}.")
            least = 1 if name in {"min_trucks", "max_stops", "ration_days", "max_driving_s"} else 0
            if isinstance(value, int) and not isinstance(value, bool) and value < least:
                raise InvalidValue(f"{name} is {value}. Give a whole number from {least}.")
        if self.equity_weights not in {"people", "site"}:
            raise InvalidValue(f"equity_weights is {self.equity_weights!r}. Give people or site.")
        if self.max_trucks < self.min_trucks:
            raise InvalidValue(f"max_trucks is {self.max_trucks}, below min_trucks {self.min_trucks}. Give more.")
        if self.max_driving_s > DAY:
            raise InvalidValue(f"max_driving_s is {self.max_driving_s}, longer than a day. Give at most {DAY}.")
        days = self.thresholds_days
        if not days or min(days) < 1 or list(days) != sorted(set(days), reverse=True):
            raise InvalidValue(f"thresholds_days is {list(days)}. Give days above 0, the most first, each once.")


STANDARD: Final = PlanPolicy(least_slack_s=HOUR)
"""The policy of a new plan. An hour of slack is a tenth to a fifth of an unloading (5 to 11 h) and takes up a hostile
gate's delay to its 72nd percentile, where the timetable counts with its median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Counted limits of a solve, so that a run repeats; wall time is only a safety stop."""

    mip_nodes: int = 2_000
    mip_gap: float = 1e-4
    cut_rounds: int = 6
    timetable_deterministic_s: float = 4.0
    wall_s: Seconds = 15 * 60
    explain_resolves: int = 12
    """For how many unvisited sites the loss that serving them means elsewhere is bounded."""
    change_resolves: int = 1
    """How many smallest changes are verified by solving again."""


P = TypeVar("P", PlanPolicy, AccessPolicy, Limits)


def change_policy(policy: P, values: Mapping[str, object]) -> P:
    """Return a policy with some parameters by name at other values; the same object where there are none.

    Raises
    ------
    InvalidValue
        If a name is no parameter, or a value is not of its kind or range; the first that is wrong.
    InvalidPolicy
        If a value of an access policy cannot be.
    """
    if not values:
        return policy
    known = {field.name: getattr(policy, field.name) for field in fields(policy)}
    arguments: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            raise InvalidValue(f"{name!r} is no parameter. Parameters: {', '.join(sorted(known))}.")
        if not alike(value, known[name]):
            shown = list(known[name]) if isinstance(known[name], tuple) else known[name]
            raise InvalidValue(f"{name} is {value!r}. Give a value like {shown!r}.")
        arguments[name] = float(value) if isinstance(known[name], float) and isinstance(value, int) else value
    change: Callable[..., P] = replace
    return change(policy, **arguments)


def alike(given: object, default: object) -> bool:
    """Tell whether a value is of the kind of a parameter's default; whole numbers do for fractions."""
    if isinstance(default, float):
        return isinstance(given, int | float) and not isinstance(given, bool)
    if isinstance(default, tuple) and isinstance(given, tuple):
        return all(type(item) is type(default[0]) for item in given)
    return type(given) is type(default)
