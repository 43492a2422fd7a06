"""Distribution rounds: which truck goes out from which hub to which open sites on one day, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from planner.domain.errors import InvalidValue
from planner.domain.needs import SiteId
from planner.domain.plan import UnmetClass
from planner.domain.supply import HubId
from routing.units import Instant, Seconds, Window

FleetId: TypeAlias = str
TableId: TypeAlias = str
Cost: TypeAlias = int

NO_WAY: Final = 2**31 - 1
"""Stands in a table where no way exists; as in the road engine's tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """A hub as rounds see it: its row in the tables, when trucks may begin to load or come in, how long a truck loads.

    Before every trip a truck loads for `loading_s`, which is part of its shift; 0 where it was loaded before.
    """

    id: HubId
    point: int
    window: Window
    loading_s: Seconds = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSite:
    """A site that wants a load. `prize` is what leaving it out costs; None asks for it to be served whatever it costs.

    Unloading starts within `window` and takes `visit_s` at every visit. What the site wants can be
    loaded from `release_at` on. A `divisible` load may come on several trucks, kilogram by kilogram with its share
    of the litres. Trucks of the fleets in `barred` may not come.
    """

    id: SiteId
    point: int
    kg: int
    litres: int = 0
    visit_s: Seconds = 0
    window: Window
    release_at: Instant = 0
    prize: Cost | None = None
    divisible: bool = False
    barred: frozenset[FleetId] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a load or a prize below 0.

        Raises
        ------
        InvalidValue
            Naming the site.
        """
        if min(self.kg, self.litres, self.visit_s, self.prize or 0) < 0:
            raise InvalidValue(f"Site {self.id}: load, unloading time and prize cannot be below 0. Give 0 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFleet:
    """Trucks of one kind at one depot, where each starts and ends its shift.

    A shift lies within `shift` and takes at most `max_shift_s` from the first loading to the last return. A truck may
    reload up to `reloads` times at one of `reload_at`. `price` is what using a truck at all costs.
    """

    id: FleetId
    depot: HubId
    trucks: int
    payload_kg: int
    payload_l: int
    shift: Window
    table: TableId
    max_shift_s: Seconds | None = None
    reload_at: tuple[HubId, ...] = ()
    reloads: int = 0
    price: Cost = 0

    def __post_init__(self) -> None:
        """Refuse a fleet of less than nothing.

        Raises
        ------
        InvalidValue
            Naming the fleet.
        """
        if min(self.trucks, self.payload_kg, self.payload_l, self.reloads, self.price) < 0:
            raise InvalidValue(f"Fleet {self.id}: trucks, payload, reloads and price cannot be below 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTable:
    """Driving times and their cost between all points for some kind of truck, shape (points, points) each."""

    seconds: NDArray[np.int64]
    cost: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class RoundsProblem:
    """Everything that planning rounds may see; tables are by the fleets' `table`."""

    depots: tuple[Depot, ...]
    sites: tuple[RoundSite, ...]
    fleets: tuple[RoundFleet, ...]
    tables: Mapping[TableId, RoundTable] = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check every name and every row.

        Raises
        ------
        InvalidValue
            If an id stands twice, a fleet names what is not there, or a point lies outside the tables.
        """
        for what, ids in (
            ("depot", [d.id for d in self.depots]),
            ("site", [s.id for s in self.sites]),
            ("fleet", [f.id for f in self.fleets]),
        ):
            if twice := {one for one in ids if ids.count(one) > 1} if len(set(ids)) < len(ids) else set():
                raise InvalidValue(f"The {what} {min(twice)!r} stands twice. Give every {what} an id of its own.")
        for fleet in self.fleets:
            for depot in (fleet.depot, *fleet.reload_at):
                if depot not in self.depot_by_id:
                    raise InvalidValue(f"Fleet {fleet.id} names depot {depot!r}, which is not given. Add it.")
            if fleet.table not in self.tables:
                raise InvalidValue(f"Fleet {fleet.id} drives by table {fleet.table!r}, which is not given. Add it.")
        last = max((place.point for place in self.places), default=-1)
        for name, table in self.tables.items():
            rows = len(table.seconds)
            if table.seconds.shape != table.cost.shape or table.seconds.shape != (rows, rows) or rows <= last:
                raise InvalidValue(f"Table {name} has shape {table.seconds.shape}; points go up to {last}.")

    @cached_property
    def places(self) -> tuple[Depot | RoundSite, ...]:
        """The depots, then the sites."""
        return (*self.depots, *self.sites)

    @property
    def begin(self) -> Instant:
        """The earliest that anything opens."""
        return min((place.window.start for place in self.places), default=0)

    @cached_property
    def depot_by_id(self) -> Mapping[HubId, Depot]:
        """The depots by id."""
        return {depot.id: depot for depot in self.depots}

    @cached_property
    def site_by_id(self) -> Mapping[SiteId, RoundSite]:
        """The sites by id."""
        return {site.id: site for site in self.sites}

    @cached_property
    def fleet_by_id(self) -> Mapping[FleetId, RoundFleet]:
        """The fleets by id."""
        return {fleet.id: fleet for fleet in self.fleets}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLimits:
    """Counted limits of the search, so that it repeats; times are only safety stops.

    `cpu_s` is the computing time of the searching process: it compares engines on a machine that does other work too.
    """

    iterations: int = 20_000
    wall_s: float = 120.0
    cpu_s: float | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A truck unloads at a site from `start_at` until `leave_at`."""

    site: SiteId
    kg: int
    litres: int
    start_at: Instant
    leave_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A truck leaves a depot loaded and comes in at a depot empty; it loaded just before it left.

    Without visits it drives empty to load elsewhere.
    """

    start: HubId
    depart_at: Instant
    visits: tuple[Visit, ...]
    end: HubId
    arrive_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The day of one truck: `truck` counts the fleet's trucks from 1."""

    fleet: FleetId
    truck: int
    trips: tuple[Trip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """What a site does not get: proved impossible whatever else is planned, or not found room for by the search."""

    site: SiteId
    kg: int
    litres: int
    unmet_class: UnmetClass
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPlan:
    """The answer. `cost` is that of driving and of trucks used, and the prizes left."""

    rounds: tuple[Round, ...]
    unserved: tuple[Unserved, ...]
    cost: Cost
    engine: str
    cut_short: bool
