"""What stands behind a convoy beside the roads: a need on its day, stock for it, and trucks to carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.domain.needs import CommodityId, SiteId
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId
from planner.solvers.demand import day_name, fleet_types, in_stock, trucks_for, trucks_over, wanted
from planner.solvers.dominance import busy_days
from planner.solvers.ground import Ground
from planner.solvers.refusals import Verdict
from planner.solvers.way import Way


@dataclass(frozen=True, kw_only=True)
class Means:
    """The needs, the stock and the fleets of a snapshot by day; each question is worked out once."""

    ground: Ground
    _wants: dict[tuple[SiteId, int], Mapping[CommodityId, int]] = field(default_factory=dict, repr=False)
    _against: dict[tuple[HubId, SiteId, int], Verdict | None] = field(default_factory=dict, repr=False)
    _useful: dict[tuple[HubId, SiteId, int], int] = field(default_factory=dict, repr=False)
    _trucks: dict[tuple[HubId, tuple[int, ...]], int] = field(default_factory=dict, repr=False)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot."""
        return self.ground.snapshot

    def wants(self, site: SiteId, day: int) -> Mapping[CommodityId, int]:
        """Return the units that a site needs on a day."""
        key = (site, day)
        if key not in self._wants:
            self._wants[key] = wanted(self.snapshot, site, self.snapshot.days[day])
        return self._wants[key]

    def against(self, hub: HubId, site: SiteId, day: int) -> Verdict | None:
        """Return what is wanting for a convoy from a hub to a site on a day; None where nothing is."""
        key = (hub, site, day)
        if key not in self._against:
            self._against[key] = self._wanting(hub, site, day)
        return self._against[key]

    def _wanting(self, hub: HubId, site: SiteId, day: int) -> Verdict | None:
        snapshot, on = self.snapshot, self.snapshot.days[day]
        if snapshot.sites[site].listing == "closed":
            return Verdict(rule="need", reason=f"{site} is closed: nobody is left there to serve.")
        wants = self.wants(site, day)
        if not wants:
            return Verdict(rule="need", reason=f"{site} has no need on {day_name(snapshot, on)}.")
        if not in_stock(snapshot, hub, wants, on):
            items = ", ".join(sorted(wants))
            return Verdict(rule="stock", reason=f"{hub} has no stock of {items} on {day_name(snapshot, on)}.")
        trucks, least = trucks_over(snapshot, hub, (on,)), snapshot.policy.min_trucks
        if trucks < least:
            return Verdict(
                rule="fleet", reason=f"{hub} has {trucks} trucks on {day_name(snapshot, on)}, a convoy needs {least}."
            )
        return None

    def most_trucks(self, way: Way, day: int) -> int:
        """Return the most trucks of any use: as the policy and the fleet allow, and as the whole need fills.

        A need that is smaller than the fewest trucks of a convoy still sends these.
        """
        policy = self.snapshot.policy
        useful = sum(self._trucks_for(way.hub, site, day) for site in way.sites)
        return min(
            policy.max_trucks, self._trucks_over(way.hub, busy_days(way)),
            max(useful, policy.min_trucks, len(way.sites)),
        )  # fmt: skip

    def _trucks_for(self, hub: HubId, site: SiteId, day: int) -> int:
        key = (hub, site, day)
        if key not in self._useful:
            kinds = fleet_types(self.snapshot, hub)
            self._useful[key] = trucks_for(self.snapshot, kinds, self.wants(site, day))
        return self._useful[key]

    def _trucks_over(self, hub: HubId, days: Sequence[int]) -> int:
        """Return the trucks that a hub has on each of these days, those beyond what is known left out."""
        key = (hub, tuple(days))
        if key not in self._trucks:
            known = [self.ground.days[day] for day in days if day in self.ground.days]
            self._trucks[key] = trucks_over(self.snapshot, hub, known)
        return self._trucks[key]
