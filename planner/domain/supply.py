"""What there is to send and to send it with: hubs, stock by batch, trucks and escort teams."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from planner.domain.canonical import UNWRITTEN_IF_DEFAULT
from planner.domain.errors import InvalidValue
from planner.domain.needs import CommodityId
from routing.network import PlaceId
from routing.truck import Truck
from routing.units import MINUTE, Instant, Seconds, Window

HubId: TypeAlias = str
TruckTypeId: TypeAlias = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A warehouse where convoys are loaded. Loading hours are seconds after local midnight.

    One convoy at a time is loaded, on all `loading_lines` at once.
    """

    id: HubId
    place: PlaceId
    name: str
    name_ar: str
    loading_lines: int
    minutes_per_truck: int
    evening: tuple[Seconds, Seconds]
    morning: tuple[Seconds, Seconds]
    source: str
    synthetic: bool

    def loading_seconds(self, trucks: int) -> Seconds:
        """Return the time to load so many trucks on all lines: whole rounds of the lines."""
        rounds = -(-trucks // self.loading_lines)
        return rounds * self.minutes_per_truck * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class StockBatch:
    """Units of one commodity at a hub, usable from `available_from` until `expires_at` (None: does not expire)."""

    hub: HubId
    commodity: CommodityId
    batch: str
    units: int
    available_from: Instant
    expires_at: Instant | None
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a negative stock.

        Raises
        ------
        InvalidValue
            If the units are below 0.
        """
        if self.units < 0:
            raise InvalidValue(f"Stock {self.batch} at {self.hub} has {self.units} units. Give 0 or more.")


LEGAL_HEIGHT_M: Final = 4.0
LEGAL_WIDTH_M: Final = 2.55
LEGAL_AXLE_KG: Final = 11_500
"""Height, width and load of a driven axle that most countries allow without a permit (European directive 96/53/EC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckType:
    """A kind of truck: payload, volume, gross weight on the road, length, and what else roads may limit.

    Where a table does not say how high or wide a type is, or how much its heaviest axle bears, it counts as the largest
    that is legal on most roads: a road with a lower limit is closed to it until somebody says better.
    """

    id: TruckTypeId
    name: str
    payload_kg: int
    payload_l: int
    gross_kg: int
    length_m: int
    height_m: float = field(default=LEGAL_HEIGHT_M, metadata=UNWRITTEN_IF_DEFAULT)
    width_m: float = field(default=LEGAL_WIDTH_M, metadata=UNWRITTEN_IF_DEFAULT)
    axle_kg: int = field(default=LEGAL_AXLE_KG, metadata=UNWRITTEN_IF_DEFAULT)

    @property
    def on_the_road(self) -> Truck:
        """The type as roads see it."""
        return Truck(gross_kg=self.gross_kg, axle_kg=self.axle_kg, height_m=self.height_m, width_m=self.width_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Trucks of one type at a hub within a window."""

    hub: HubId
    truck_type: TruckTypeId
    trucks: int
    available: Window
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a negative fleet.

        Raises
        ------
        InvalidValue
            If the trucks are below 0.
        """
        if self.trucks < 0:
            raise InvalidValue(f"Fleet of {self.truck_type} at {self.hub} is {self.trucks} trucks. Give 0 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EscortTeams:
    """Unarmed escort teams a day; `base` None serves convoys of any hub."""

    id: str
    base: HubId | None
    teams: int
    available: Window
    source: str
    synthetic: bool

    def __post_init__(self) -> None:
        """Refuse a negative number of teams.

        Raises
        ------
        InvalidValue
            If the teams are below 0.
        """
        if self.teams < 0:
            raise InvalidValue(f"Escort teams {self.id}: {self.teams} cannot be. Give 0 or more.")
