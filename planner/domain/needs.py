"""Who needs what: sites, the people there by source, commodities and needs."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.domain.errors import InvalidValue
from routing.network import PlaceId
from routing.units import Instant, Seconds, Window

SiteId: TypeAlias = str
CommodityId: TypeAlias = str
Listing: TypeAlias = Literal["besieged", "hard_to_reach", "accessible", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFigure:
    """How many people one source counts at a site."""

    people: int
    as_of: Instant | None
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a negative count.

        Raises
        ------
        InvalidValue
            If the count is below 0.
        """
        if self.people < 0:
            raise InvalidValue(f"{self.people} people cannot be. Give 0 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place to be reached. `last_reached` None means that no source records a delivery.

    `offload_trucks_per_hour` is for the whole site; `storage_kg` None means not stated (no limit known).
    """

    id: SiteId
    place: PlaceId
    name: str
    name_ar: str
    listing: Listing
    people: tuple[PeopleFigure, ...]
    last_reached: Instant | None
    last_reached_source: str
    offload_trucks_per_hour: int
    storage_kg: int | None
    overnight: bool
    severity: int
    group: str | None
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a site that cannot unload.

        Raises
        ------
        InvalidValue
            If no truck an hour can be unloaded.
        """
        if self.offload_trucks_per_hour <= 0:
            raise InvalidValue(f"Site {self.id} unloads {self.offload_trucks_per_hour} trucks an hour. Give 1 or more.")

    @property
    def people_least(self) -> int:
        """The smallest of the sources' figures; 0 where none is given. Reports never claim more than this."""
        return min((figure.people for figure in self.people), default=0)

    def unload_seconds(self, trucks: int) -> Seconds:
        """Return the time to unload so many trucks, rounded up to a second."""
        return -(-trucks * 3_600 // self.offload_trucks_per_hour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commodity:
    """One kind of relief item. `person_days` is how many people times days one unit serves."""

    id: CommodityId
    name: str
    name_ar: str
    unit: str
    kg: int
    litres: int
    person_days: int
    sector: str
    priority: float
    counts_as_food: bool
    cold_chain: bool
    dual_use: bool
    removal_rate: float
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a unit without weight or volume.

        Raises
        ------
        InvalidValue
            If either is not above 0.
        """
        if self.kg <= 0 or self.litres <= 0:
            raise InvalidValue(f"Commodity {self.id}: a unit has {self.kg} kg and {self.litres} l. Give both above 0.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Units of a commodity that a site needs within a window."""

    site: SiteId
    commodity: CommodityId
    units: int
    window: Window
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a negative need.

        Raises
        ------
        InvalidValue
            If the units are below 0.
        """
        if self.units < 0:
            raise InvalidValue(f"Need of {self.site} for {self.commodity} is {self.units} units. Give 0 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupledGroup:
    """Sites that are served on one day within a tolerance of arrival, or not at all."""

    id: str
    name: str
    sites: tuple[SiteId, ...]
    tolerance_s: Seconds
