"""What each hub has to send and to send it with, as of an instant: stock by batch, trucks, escorts."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from planner.domain.needs import Commodity
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from planner.domain.world import World
from routing.units import DAY, Instant

BatchState = Literal["in_store", "to_come", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """One batch: whether it is in store yet, and how many days it is good for (None: does not expire)."""

    batch: StockBatch
    good: Commodity
    state: BatchState
    days_left: int | None

    @property
    def kg(self) -> int:
        """Weight of all units."""
        return self.batch.units * self.good.kg

    @property
    def litres(self) -> int:
        """Volume of all units."""
        return self.batch.units * self.good.litres


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetView:
    """Trucks of one type and window."""

    fleet: Fleet
    truck_type: TruckType
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HubView:
    """One hub with all it has."""

    hub: Hub
    batches: tuple[BatchView, ...]
    fleets: tuple[FleetView, ...]
    escorts: tuple[EscortTeams, ...]

    @property
    def kg_in_store(self) -> int:
        """Weight of what can be loaded now."""
        return sum(batch.kg for batch in self.batches if batch.state == "in_store")

    @property
    def trucks_now(self) -> int:
        """Trucks of all types that are there now."""
        return sum(fleet.fleet.trucks for fleet in self.fleets if fleet.now)


def view_hubs(world: World, at: Instant) -> tuple[HubView, ...]:
    """Return all hubs by name, each with its batches (soonest to expire first), trucks and own escort teams."""
    catalogue = world.catalogue
    batches: dict[str, list[BatchView]] = defaultdict(list)
    for batch in catalogue.stock:
        batches[batch.hub].append(_batch(batch, catalogue.commodities[batch.commodity], at))
    return tuple(
        HubView(
            hub=hub,
            batches=tuple(
                sorted(batches[hub.id], key=lambda v: (v.batch.commodity, v.batch.expires_at or at * 2, v.batch.batch))
            ),
            fleets=tuple(
                FleetView(fleet=f, truck_type=catalogue.truck_types[f.truck_type], now=f.available.contains(at))
                for f in catalogue.fleets
                if f.hub == hub.id
            ),
            escorts=tuple(teams for teams in catalogue.escorts if teams.base == hub.id),
        )
        for hub in sorted(catalogue.hubs.values(), key=lambda h: h.name)
    )


def shared_escorts(world: World) -> tuple[EscortTeams, ...]:
    """Return the escort teams that serve convoys of any hub."""
    return tuple(teams for teams in world.catalogue.escorts if teams.base is None)


def _batch(batch: StockBatch, good: Commodity, at: Instant) -> BatchView:
    state: BatchState = "in_store"
    if batch.available_from > at:
        state = "to_come"
    elif batch.expires_at is not None and batch.expires_at <= at:
        state = "expired"
    days = None if batch.expires_at is None else (batch.expires_at - at) // DAY
    return BatchView(batch=batch, good=good, state=state, days_left=days)
