"""What open sites are to get on a day: their needs, out of the nearest hubs' stock, in truckloads of whole units."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.domain.catalogue import Catalogue
from planner.domain.needs import Commodity, CommodityId, SiteId
from planner.domain.plan import Convoy
from planner.domain.supply import HubId, TruckType
from routing.units import Instant, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Units of one batch."""

    commodity: CommodityId
    batch: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Truckload:
    """What one truck from one hub is to bring to one site, or part of what it brings."""

    id: str
    site: SiteId
    hub: HubId
    goods: tuple[Goods, ...]
    kg: int
    litres: int
    worth: float
    """Person-days served, by the commodities' priorities and the site's severity: as in a plan's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Units that no hub in reach has."""

    site: SiteId
    commodity: CommodityId
    units: int


def open_needs(catalogue: Catalogue, day: Window, pinned: Iterable[Convoy]) -> Mapping[SiteId, Counter[CommodityId]]:
    """Return what each site needs on a day, less what promised convoys bring."""
    brought: Counter[tuple[SiteId, CommodityId]] = Counter()
    for convoy in pinned:
        for stop in convoy.stops:
            for load in stop.loads:
                brought[stop.site, load.commodity] += load.units
    found: dict[SiteId, Counter[CommodityId]] = defaultdict(Counter)
    for need in sorted(catalogue.needs, key=lambda n: (n.site, n.commodity, n.window)):
        if need.window.overlaps(day):
            covered = min(need.units, brought[need.site, need.commodity])
            brought[need.site, need.commodity] -= covered
            if need.units > covered:
                found[need.site][need.commodity] += need.units - covered
    return found


class Stock:
    """The batches of all hubs that can be loaded before a day and are good until its end; drawn soonest to expire."""

    def __init__(self, catalogue: Catalogue, loading_from: Instant, day: Window, pinned: Iterable[Convoy]) -> None:
        """Take off what promised convoys carry."""
        taken: Counter[tuple[HubId, CommodityId, str]] = Counter()
        for convoy in pinned:
            for stop in convoy.stops:
                for load in stop.loads:
                    taken[convoy.hub, load.commodity, load.batch] += load.units
        self._left: dict[tuple[HubId, CommodityId], list[tuple[str, int]]] = defaultdict(list)
        for batch in sorted(catalogue.stock, key=lambda b: (b.expires_at is None, b.expires_at or 0, b.batch)):
            units = batch.units - taken[batch.hub, batch.commodity, batch.batch]
            good = batch.expires_at is None or batch.expires_at > day.end
            if batch.available_from <= loading_from and good and units > 0:
                self._left[batch.hub, batch.commodity].append((batch.batch, units))

    def draw(self, hub: HubId, commodity: CommodityId, units: int) -> tuple[Goods, ...]:
        """Take up to so many units out, and return them by batch."""
        drawn: list[Goods] = []
        left = self._left[hub, commodity]
        while units and left:
            batch, there = left.pop(0)
            used = min(units, there)
            drawn.append(Goods(commodity=commodity, batch=batch, units=used))
            units -= used
            if there > used:
                left.insert(0, (batch, there - used))
        return tuple(drawn)


def share_out(
    catalogue: Catalogue,
    needs: Mapping[SiteId, Counter[CommodityId]],
    hubs: Mapping[SiteId, Sequence[HubId]],
    stock: Stock,
    trucks: Mapping[tuple[SiteId, HubId], TruckType],
    most: Mapping[tuple[SiteId, HubId], int],
) -> tuple[tuple[Truckload, ...], tuple[Lacking, ...], tuple[Lacking, ...]]:
    """Return the truckloads for each site out of the hubs in reach, nearest first; what it cannot take; what lacks.

    The most severe sites draw first, then those with more people. `trucks` names the largest truck that can go from a
    hub to a site, `most` how many of them can be unloaded there on the day: no site draws more.
    """
    loads: list[Truckload] = []
    lacking: list[Lacking] = []
    too_much: list[Lacking] = []
    sites, items = catalogue.sites, catalogue.commodities
    for site in sorted(hubs, key=lambda name: (-sites[name].severity, -sites[name].people_least, name)):
        wanted, coming, full = Counter(needs[site]), 0, False
        for hub in hubs[site]:
            truck, room = trucks[site, hub], max(0, most[site, hub] - coming)
            kg, litres = room * truck.payload_kg, room * truck.payload_l
            drawn: list[Goods] = []
            for item in sorted(wanted, key=lambda name: (-items[name].priority, name)):
                fits = min(wanted[item], kg // items[item].kg, litres // items[item].litres)
                full |= fits < wanted[item]
                got = stock.draw(hub, item, fits)
                units = sum(goods.units for goods in got)
                kg, litres = kg - units * items[item].kg, litres - units * items[item].litres
                wanted[item] -= units
                drawn += got
            packed = tuple(_truckloads(catalogue, site, hub, drawn, truck))
            coming += len(packed)
            loads += packed
        left = [Lacking(site=site, commodity=item, units=units) for item, units in sorted(wanted.items()) if units]
        (too_much if full else lacking).extend(left)
    return tuple(loads), tuple(too_much), tuple(lacking)


def _truckloads(
    catalogue: Catalogue, site: SiteId, hub: HubId, goods: Sequence[Goods], truck: TruckType
) -> Iterator[Truckload]:
    items, severity = catalogue.commodities, catalogue.sites[site].severity
    for number, on_truck in enumerate(_packed(goods, items, truck), 1):
        yield Truckload(
            id=f"{site}/{hub}/{number}", site=site, hub=hub, goods=tuple(on_truck),
            kg=sum(g.units * items[g.commodity].kg for g in on_truck),
            litres=sum(g.units * items[g.commodity].litres for g in on_truck),
            worth=severity * sum(
                g.units * items[g.commodity].person_days * items[g.commodity].priority for g in on_truck
            ),
        )  # fmt: skip


def _packed(goods: Sequence[Goods], items: Mapping[CommodityId, Commodity], truck: TruckType) -> Iterator[list[Goods]]:
    """Fill one truck after the other with whole units; what no empty truck holds one unit of is left out."""
    on_truck: list[Goods] = []
    kg, litres = truck.payload_kg, truck.payload_l
    for lot in goods:
        item, units = items[lot.commodity], lot.units
        while units:
            fits = min(units, kg // item.kg, litres // item.litres)
            if fits:
                on_truck.append(Goods(commodity=lot.commodity, batch=lot.batch, units=fits))
                kg, litres, units = kg - fits * item.kg, litres - fits * item.litres, units - fits
            if not units:
                break
            if not on_truck:
                break
            yield on_truck
            on_truck, kg, litres = [], truck.payload_kg, truck.payload_l
    if on_truck:
        yield on_truck
