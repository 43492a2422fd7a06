"""Everything on record about a crisis that is neither road nor evidence: who needs, who supplies, who moves."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.domain.crisis import Crisis
from planner.domain.delivery import Movement, MovementId
from planner.domain.needs import Commodity, CommodityId, CoupledGroup, Need, Site, SiteId
from planner.domain.supply import EscortTeams, Fleet, Hub, HubId, StockBatch, TruckType, TruckTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Governorate:
    """A first-level administrative unit by its P-code, which is text with leading zeros and never a number."""

    pcode: str
    name: str
    name_ar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The reference data of one crisis, as entered or imported."""

    crisis: Crisis
    governorates: Mapping[str, Governorate]
    sites: Mapping[SiteId, Site]
    commodities: Mapping[CommodityId, Commodity]
    needs: tuple[Need, ...]
    groups: tuple[CoupledGroup, ...]
    hubs: Mapping[HubId, Hub]
    stock: tuple[StockBatch, ...]
    truck_types: Mapping[TruckTypeId, TruckType]
    fleets: tuple[Fleet, ...]
    escorts: tuple[EscortTeams, ...]
    movements: Mapping[MovementId, Movement]
