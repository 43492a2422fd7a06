"""Many scenarios at once: the values that vary, and one scenario for each combination of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from planner.domain.scenario import Scenario
from routing.units import Instant

SweptValue: TypeAlias = bool | int | float | str
"""What a variable can be. Times and hours of the day are texts, as in the file."""

AS_IS: Final = "as is"
"""A variable at this value leaves out every edit that uses it: the world as it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Which plan scenarios are laid over: its first day, how many days, and what is known (a position or a time)."""

    start: Instant
    days: int
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A value that varies, by name, and what it is in turn."""

    name: str
    values: tuple[SweptValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination of values (by axis) and the scenario that it makes."""

    number: int
    values: Mapping[str, SweptValue]
    scenario: Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A named set of scenarios; `sampled` is the seed where they are a random sample of all combinations."""

    name: str
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    combinations: int
    """How many there are, drawn or not."""
    sampled: int | None = None
    base: Base | None = None


def name_of(values: Mapping[str, SweptValue]) -> str:
    """Return the name of a cell's scenario: it says its values and nothing of the sweep, so that any sweep finds it."""
    return ", ".join(f"{name} {value}" for name, value in values.items())
