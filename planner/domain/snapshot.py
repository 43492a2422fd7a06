"""All that a solver may see, frozen: the same snapshot gives the same plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.domain.canonical import UNWRITTEN_IF_DEFAULT
from planner.domain.crisis import Crisis
from planner.domain.needs import Commodity, CommodityId, CoupledGroup, Need, Site, SiteId
from planner.domain.permits import Paper
from planner.domain.plan import Convoy
from planner.domain.policy import Limits, PlanPolicy
from planner.domain.scenario import Scenario
from planner.domain.supply import EscortTeams, Fleet, Hub, HubId, StockBatch, TruckType, TruckTypeId
from routing.evidence import Evidence
from routing.network import RoadNetwork
from routing.policy import AccessPolicy
from routing.status import AccessMap
from routing.units import AsOf, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole input of a solve. No clock, no environment and no database stands behind it.

    `access` has the scenario's edits already laid over it; `scenario` is kept to say so. `access.horizon` covers
    the planning `horizon` with a margin for loading the evening before and the way back.
    """

    crisis: Crisis
    as_of: AsOf
    horizon: Window
    scenario: Scenario
    network: RoadNetwork
    access: AccessMap
    sites: Mapping[SiteId, Site]
    commodities: Mapping[CommodityId, Commodity]
    needs: tuple[Need, ...]
    groups: tuple[CoupledGroup, ...]
    hubs: Mapping[HubId, Hub]
    stock: tuple[StockBatch, ...]
    truck_types: Mapping[TruckTypeId, TruckType]
    fleets: tuple[Fleet, ...]
    escorts: tuple[EscortTeams, ...]
    papers: tuple[Paper, ...]
    pinned: tuple[Convoy, ...]
    policy: PlanPolicy
    limits: Limits
    seed: int
    log: tuple[Evidence, ...] = ()
    """The standing records up to `as_of.known`: what the access map was folded from, so that it can be folded anew."""
    access_policy: AccessPolicy = field(default_factory=AccessPolicy)
    incumbent: tuple[Convoy, ...] = field(default=(), metadata=UNWRITTEN_IF_DEFAULT)
    """The convoys of a plan made for nearly this world. Those that can still run are where the search begins, and
    nothing worse than them is answered. Without any the snapshot is written, and has its digest, as if there were no
    such field."""

    notified: tuple[Convoy, ...] = field(default=(), metadata=UNWRITTEN_IF_DEFAULT)
    """Movements that were let go but of which people have been told: they stay as they are unless moving them gains
    more than the policy's price."""

    @property
    def days(self) -> tuple[Window, ...]:
        """The local days of the horizon."""
        return self.crisis.days(self.horizon)
