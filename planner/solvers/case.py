"""A snapshot's needs and stocks as the master's rows need them: who may get what by which option."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from planner.domain.needs import CommodityId, CoupledGroup, SiteId
from planner.domain.permits import people_ceiling, struck_commodities
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId, StockBatch
from planner.solvers.offer import Offer
from planner.solvers.option import Option, OptionId
from routing.units import (
    Instant,
    Window,
)

BatchKey: TypeAlias = tuple[HubId, CommodityId, str]
BatchSet: TypeAlias = tuple[BatchKey, ...]
"""Batches that an option may carry, soonest to expire first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is still needed of one commodity at one site within one window, pinned deliveries taken off."""

    index: int
    site: SiteId
    commodity: CommodityId
    units: int
    window: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodMinimum:
    """The least food for a visit to count: kilograms and litres, and the whole units where one commodity decides."""

    kg: int
    litres: int
    units: Mapping[CommodityId, int] | None
    """Fixed units if the stop may get one food only; None if the model must choose between several."""


class Case(Offer):
    """A snapshot and its options, indexed. Pinned convoys' trucks, teams, lines and stock are already taken off."""

    def __init__(self, snapshot: Snapshot, options: Iterable[Option]) -> None:
        """Index the options by id; nothing is solved here."""
        super().__init__(snapshot)
        self.options: tuple[Option, ...] = tuple(sorted(options, key=lambda option: option.id))
        self.by_id: Mapping[OptionId, Option] = {option.id: option for option in self.options}
        self._opens: dict[tuple[HubId, int], Instant] = {}

    # ------------------------------------------------------------------------------------------------ needs

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is needed within the horizon, less what pinned convoys bring, in order of the snapshot's needs."""
        brought: dict[tuple[SiteId, CommodityId], int] = defaultdict(int)
        for convoy in self.snapshot.pinned:
            for stop in convoy.stops:
                for load in stop.loads:
                    brought[stop.site, load.commodity] += load.units
        found: list[Line] = []
        for need in sorted(self.snapshot.needs, key=lambda n: (n.site, n.commodity, n.window)):
            if not need.window.overlaps(self.snapshot.horizon):
                continue
            covered = min(need.units, brought[need.site, need.commodity])
            brought[need.site, need.commodity] -= covered
            if need.units > covered:
                found.append(
                    Line(
                        index=len(found), site=need.site, commodity=need.commodity, units=need.units - covered,
                        window=need.window,
                    )
                )  # fmt: skip
        return tuple(found)

    @cached_property
    def lines_by_site(self) -> Mapping[SiteId, tuple[Line, ...]]:
        """The lines of each site that needs anything."""
        found: dict[SiteId, list[Line]] = defaultdict(list)
        for line in self.lines:
            found[line.site].append(line)
        return {site: tuple(lines) for site, lines in found.items()}

    def is_food(self, commodity: CommodityId) -> bool:
        """Tell whether a commodity counts as food."""
        return self.snapshot.commodities[commodity].counts_as_food

    def service_window(self, option: Option) -> Window:
        """Return the days on which the option's stops may be unloading: its day, and the next if it stays overnight."""
        last = option.day + (1 if any(phase.day > option.day for phase in option.phases) else 0)
        return Window(self.day(option.day).start, max(self.day(last).end, self.day(option.day).end))

    @cached_property
    def stop_lines(self) -> Mapping[tuple[OptionId, int], tuple[Line, ...]]:
        """The needs each stop may serve: within their window, not struck by a paper, in stock in time at the hub."""
        found: dict[tuple[OptionId, int], tuple[Line, ...]] = {}
        for option in self.options:
            window = self.service_window(option)
            for stop, site in enumerate(option.sites):
                found[option.id, stop] = tuple(
                    line
                    for line in self.lines_by_site.get(site, ())
                    if line.commodity not in self.struck[site]
                    and line.window.overlaps(window)
                    and self.batches(option, line.commodity)
                )
        return found

    @cached_property
    def ceilings(self) -> Mapping[SiteId, int | None]:
        """How many people the papers of each site allow to be fed in the horizon; None where no paper limits it."""
        snapshot = self.snapshot
        return {site: people_ceiling(snapshot.papers, site, snapshot.horizon) for site in sorted(snapshot.sites)}

    @cached_property
    def struck(self) -> Mapping[SiteId, frozenset[CommodityId]]:
        """What the papers of each site do not allow. One paper of the horizon is enough to strike an item."""
        snapshot = self.snapshot
        return {site: struck_commodities(snapshot.papers, site, snapshot.horizon) for site in sorted(snapshot.sites)}

    def open_members(self, group: CoupledGroup) -> tuple[SiteId, ...]:
        """Return the sites of a coupled group that are not closed."""
        sites = self.snapshot.sites
        return tuple(site for site in sorted(group.sites) if site in sites and sites[site].listing != "closed")

    @cached_property
    def coupled_sites(self) -> frozenset[SiteId]:
        """The open sites of all coupled groups."""
        return frozenset(site for group in self.snapshot.groups for site in self.open_members(group))

    def brings_something(self, option: Option) -> bool:
        """Tell whether each coupled site of the option could get anything at all."""
        stops = enumerate(option.sites)
        return all(self.stop_lines[option.id, stop] for stop, site in stops if site in self.coupled_sites)

    # ------------------------------------------------------------------------------------------------ stock

    @cached_property
    def stock_left(self) -> Mapping[BatchKey, int]:
        """Units of each batch that no pinned convoy carries."""
        left = {(batch.hub, batch.commodity, batch.batch): batch.units for batch in self.snapshot.stock}
        for convoy in self.snapshot.pinned:
            for stop in convoy.stops:
                for load in stop.loads:
                    key = (convoy.hub, load.commodity, load.batch)
                    left[key] = max(0, left.get(key, 0) - load.units)
        return left

    def batches(self, option: Option, commodity: CommodityId) -> BatchSet:
        """Return the batches the option may carry: in store before its first loading hour, good until its last day.

        The hour of loading is the timetable's to choose; a batch counts only if it is there at the earliest.
        """
        key = (option.hub, commodity, self._loading_from(option), self.service_window(option).end)
        return self._batches.get(key, ())

    @cached_property
    def _batches(self) -> Mapping[tuple[HubId, CommodityId, Instant, Instant], BatchSet]:
        at_hub: dict[tuple[HubId, CommodityId], list[StockBatch]] = defaultdict(list)
        for batch in sorted(self.snapshot.stock, key=lambda b: (b.expires_at or math.inf, b.available_from, b.batch)):
            if self.stock_left[batch.hub, batch.commodity, batch.batch] > 0:
                at_hub[batch.hub, batch.commodity].append(batch)
        times = {(o.hub, self._loading_from(o), self.service_window(o).end) for o in self.options}
        return {
            (hub, commodity, loaded, unloaded): tuple(
                (b.hub, b.commodity, b.batch)
                for b in batches
                if b.available_from <= loaded and (b.expires_at is None or b.expires_at > unloaded)
            )
            for hub, loaded, unloaded in times
            for (where, commodity), batches in at_hub.items()
            if where == hub
        }

    def _loading_from(self, option: Option) -> Instant:
        key = option.hub, option.phases[0].day
        if key not in self._opens:
            sessions = self.loading_sessions(*key)
            self._opens[key] = sessions[0].start if sessions else self.day(key[1]).start
        return self._opens[key]

    # ----------------------------------------------------------------------------------------------- visits

    @cached_property
    def food_need(self) -> Mapping[SiteId, tuple[int, int]]:
        """Kilograms and litres of food that a visit to each site must bring to count."""
        found: dict[SiteId, tuple[int, int]] = {}
        goods, share = self.snapshot.commodities, self.snapshot.policy.visit_counts_from
        for site, lines in self.lines_by_site.items():
            food = [line for line in lines if self.is_food(line.commodity)]
            kg = sum(line.units * goods[line.commodity].kg for line in food)
            litres = sum(line.units * goods[line.commodity].litres for line in food)
            # The small number keeps 0.2 x 150 from being 30.000000000000004.
            found[site] = (math.ceil(share * kg - 1e-6), math.ceil(share * litres - 1e-6))
        return found

    @cached_property
    def minimums(self) -> Mapping[tuple[OptionId, int], FoodMinimum | None]:
        """The least food of each stop to count as a visit; None where the stop can never bring as much."""
        return {(o.id, stop): self._minimum(o, stop) for o in self.options for stop in range(len(o.sites))}

    def _minimum(self, option: Option, stop: int) -> FoodMinimum | None:
        goods, site = self.snapshot.commodities, option.sites[stop]
        kg, litres = self.food_need.get(site, (0, 0))
        if kg == 0 and litres == 0:
            return FoodMinimum(kg=0, litres=0, units={})
        caps: dict[CommodityId, int] = defaultdict(int)
        for line in self.stop_lines[option.id, stop]:
            if self.is_food(line.commodity):
                caps[line.commodity] += line.units
        if len(caps) != 1:
            return FoodMinimum(kg=kg, litres=litres, units=None) if caps else None
        (commodity, cap), *_ = caps.items()
        good = goods[commodity]
        units = max(-(-kg // good.kg), -(-litres // good.litres))
        ceiling, storage = self.ceilings[site], self.snapshot.sites[site].storage_kg
        too_many = ceiling is not None and units * good.person_days > ceiling * self.snapshot.policy.ration_days
        too_heavy = storage is not None and units * good.kg > storage
        if units > cap or too_many or too_heavy:
            return None
        return FoodMinimum(kg=kg, litres=litres, units={commodity: units})

    def food_caps(self, option: Option, stop: int) -> Mapping[CommodityId, int]:
        """Return the foods a stop may get, each with the units still needed."""
        caps: dict[CommodityId, int] = defaultdict(int)
        for line in self.stop_lines[option.id, stop]:
            if self.is_food(line.commodity):
                caps[line.commodity] += line.units
        return dict(sorted(caps.items()))
