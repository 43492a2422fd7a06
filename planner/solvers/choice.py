"""What the stages of a solve hand to each other: chosen convoys, their times, and the cuts that come back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from planner.domain.needs import CommodityId, SiteId
from planner.domain.plan import ObjectiveLevel
from planner.domain.supply import TruckTypeId
from planner.solvers.option import Option, OptionId
from routing.units import Instant, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Units of one batch to be unloaded at one stop."""

    commodity: CommodityId
    batch: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An option that the master has taken, with whole trucks by type and drops for each of its stops."""

    option: Option
    trucks: tuple[Mapping[TruckTypeId, int], ...]
    drops: tuple[tuple[Drop, ...], ...]

    @property
    def truck_count(self) -> int:
        """Trucks of all stops and types."""
        return sum(sum(stop.values()) for stop in self.trucks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """When a chosen convoy is loaded and when each of its phases starts."""

    option: OptionId
    loading: Window
    starts: tuple[Instant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityCut:
    """These options together carry at most so many trucks when all of them run (proved by the timetable)."""

    options: frozenset[OptionId]
    most_trucks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchCut:
    """Not all of these options may carry at least so many trucks each: at least one carries fewer or stays away."""

    at_least: Mapping[OptionId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionCut:
    """These options cannot all run, even with the fewest trucks."""

    options: frozenset[OptionId]


Cut: TypeAlias = CapacityCut | BranchCut | ExclusionCut


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityResult:
    """The proved levels, worst threshold first, and the option that serves each site for the first time."""

    levels: tuple[ObjectiveLevel, ...]
    saved: tuple[tuple[int, int], ...]
    """(threshold in days, weighted person-days saved) of each level, kept as rows by the later stages."""
    visits: tuple[OptionId, ...]
    cut_short: bool
    timed: bool = False
    """Whether these visits, with as few trucks as they need, are known to have a timetable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A sign of life from a long solve."""

    stage: str
    done: float
    best: float | None = None
    bound: float | None = None


Progress: TypeAlias = Callable[[Report], None]
"""Called now and then by a solve; `Report.done` is a share from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A site that no chosen option serves, with how the search knows."""

    site: SiteId
    options: int
    """How many options could have served it; none means that it is proved impossible."""


def in_silence(_report: Report) -> None:
    """Take no notice of progress."""
