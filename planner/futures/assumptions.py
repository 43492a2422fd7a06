"""The assumptions behind drawn futures, each a named default that is printed with the result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from routing.units import HOUR, Seconds

LASTING: Final[Mapping[str, Seconds]] = MappingProxyType(
    {"ceasefire": 48 * HOUR, "arrangement": 48 * HOUR, "gate": 24 * HOUR, "gate_report": 24 * HOUR,
     "incidents": 72 * HOUR}
)  # fmt: skip
"""How long the word of each kind of cause lasts: after so long what it was tells little of what it is. Truces were
agreed for 48 hours at a time in September 2016, the half-life of shelling is 72 hours; the day of a gate is assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A factor on a planned time, triangular between `low` and `high` with its peak at `mode`."""

    low: float
    mode: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """How futures are drawn where the plan knows one number only."""

    lasting_s: Mapping[str, Seconds] = field(default_factory=lambda: LASTING)
    """Seconds by kind of cause; of a kind that is not named the word never changes within a future."""
    unloading: Spread = Spread(low=0.75, mode=1.0, high=1.5)
    """Two to four trucks an hour were seen where three are planned (Jerud in June, Urum al-Kubra in September 2016).
    One factor a site and day."""
    driving: Spread = Spread(low=0.9, mode=1.0, high=1.5)
    """Assumed: one factor a day for all roads, for weather and traffic are shared."""
    independent: bool = False
    """Draw every convoy's causes for itself. Wrong on purpose: it shows what common causes change."""
