"""A convoy that could run: one hub, its stops in order, its roads, its day, and how many trucks its windows allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from routing.network import GateId, PlaceId, SegmentId
from routing.units import Seconds, Window

OptionId: TypeAlias = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A drive without a wait between two places of a convoy's way.

    Takes `seconds` plus `per_truck_s` for every truck of the column (gates let through so many an hour).
    """

    start: PlaceId
    end: PlaceId
    segments: tuple[SegmentId, ...]
    gates: tuple[GateId, ...]
    seconds: Seconds
    per_truck_s: float
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Runs and unloadings that follow one another without a wait, on one local day.

    Between two runs of a phase lies the unloading of the site where the first one ends; after its last run the
    column rests overnight, or is back at the hub. `visits` are indices into the option's sites, in order.
    """

    day: int
    runs: tuple[Run, ...]
    visits: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A possible convoy; `day` is the index of the horizon's day on which its sites are reached.

    `departures` are the windows in which the first run of each phase may start for a column of `max_trucks`
    (fewer trucks may have wider ones). `busy_days` are the indices of days (negative: before the horizon) in which
    the trucks and the escort are away. `causes` maps each distinct cause to its probability of holding.
    """

    id: OptionId
    hub: HubId
    sites: tuple[SiteId, ...]
    day: int
    phases: tuple[Phase, ...]
    max_trucks: int
    departures: tuple[tuple[Window, ...], ...]
    p: float
    causes: Mapping[str, float]
    gates: tuple[GateId, ...]
    busy_days: tuple[int, ...]
    needs_escort: bool
    seconds: Seconds
    """Time away without unloading and per-truck time."""
    stop_caps: tuple[int, ...] = ()
    """The most trucks of each stop, where coupled sites on one tour leave less than the column has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a hub cannot serve a site on a day: the name of the rule, the values, and what proves it."""

    site: SiteId
    hub: HubId
    day: int
    rule: str
    reason: str
    proof: tuple[str, ...]
