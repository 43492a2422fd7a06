"""What a hub could send to a site on a day: the need of the day, the stock for it and the trucks to carry it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from planner.domain.needs import CommodityId, SiteId
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId, TruckType
from routing.units import Window


def wanted(snapshot: Snapshot, site: SiteId, within: Window) -> dict[CommodityId, int]:
    """Return the units that a site needs within a window, by commodity; empty where it needs nothing then."""
    found: dict[CommodityId, int] = {}
    for need in snapshot.needs:
        if need.site == site and need.units > 0 and need.window.overlaps(within):
            found[need.commodity] = found.get(need.commodity, 0) + need.units
    return found


def in_stock(
    snapshot: Snapshot, hub: HubId, wants: Mapping[CommodityId, int], within: Window
) -> frozenset[CommodityId]:
    """Return the wanted commodities of which the hub has usable stock within a window."""
    return frozenset(
        batch.commodity
        for batch in snapshot.stock
        if batch.hub == hub
        and batch.commodity in wants
        and batch.units > 0
        and batch.available_from < within.end
        and (batch.expires_at is None or batch.expires_at > within.start)
    )


def fleet_types(snapshot: Snapshot, hub: HubId) -> tuple[TruckType, ...]:
    """Return the kinds of trucks that the hub has at any time, in order of their ids."""
    ids = {fleet.truck_type for fleet in snapshot.fleets if fleet.hub == hub and fleet.trucks > 0}
    return tuple(snapshot.truck_types[kind] for kind in sorted(ids))


def trucks_over(snapshot: Snapshot, hub: HubId, days: Sequence[Window]) -> int:
    """Return how many trucks of all types the hub has on every one of the days."""
    fleets = [fleet for fleet in snapshot.fleets if fleet.hub == hub]
    kinds = {fleet.truck_type for fleet in fleets}
    return sum(
        min(
            sum(fleet.trucks for fleet in fleets if fleet.truck_type == kind and fleet.available.overlaps(day))
            for day in days
        )
        for kind in sorted(kinds)
    )


def trucks_for(snapshot: Snapshot, kinds: Sequence[TruckType], wants: Mapping[CommodityId, int]) -> int:
    """Return how many of the smallest trucks carry all that is wanted, by weight and by volume."""
    kg = sum(snapshot.commodities[item].kg * units for item, units in wants.items())
    litres = sum(snapshot.commodities[item].litres * units for item, units in wants.items())
    payload_kg, payload_l = min(kind.payload_kg for kind in kinds), min(kind.payload_l for kind in kinds)
    return max(-(-kg // payload_kg), -(-litres // payload_l))


def day_name(snapshot: Snapshot, day: Window) -> str:
    """Return the local date of a day, as in 2016-09-13."""
    return datetime.fromtimestamp(day.start, snapshot.crisis.tz).date().isoformat()
