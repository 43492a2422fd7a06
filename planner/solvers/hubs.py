"""Which hubs a site may be served from: the nearest by road that stock what it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId
from planner.solvers.demand import in_stock, wanted
from planner.solvers.ground import Ground
from routing.network import SegmentId
from routing.travel.engine import TravelEngine

HUBS_PER_SITE: Final = 4
"""Hubs considered for a site: the nearest by road, on which a road is ever open, that stock what it needs. Hubs
further away only lengthen the list."""


@dataclass(frozen=True, kw_only=True)
class Hubs:
    """The hubs of a snapshot as seen from its sites; each question is worked out once."""

    ground: Ground
    engine: TravelEngine
    _nearest: dict[SiteId, tuple[HubId, ...]] = field(default_factory=dict, repr=False)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot."""
        return self.ground.snapshot

    def nearest_to(self, site: SiteId) -> tuple[HubId, ...]:
        """Return the nearest hubs that stock what the site needs: those with a road first, then the others."""
        if site not in self._nearest:
            wants = wanted(self.snapshot, site, self.snapshot.horizon)
            stocked = [hub for hub in sorted(self.snapshot.hubs) if self._stock(hub, wants)]
            free, ever = (
                self._seconds(stocked, site, frozenset()),
                self._seconds(stocked, site, self.ground.never_passable),
            )
            nearest = sorted(stocked, key=lambda hub: (ever[hub], free[hub], hub))
            self._nearest[site] = tuple(nearest[:HUBS_PER_SITE])
        return self._nearest[site]

    def _stock(self, hub: HubId, wants: Mapping[str, int]) -> bool:
        return bool(in_stock(self.snapshot, hub, wants, self.snapshot.horizon))

    def _seconds(self, hubs: Sequence[HubId], site: SiteId, closed: frozenset[SegmentId]) -> dict[HubId, int]:
        if not hubs:
            return {}
        places = [self.snapshot.hubs[hub].place for hub in hubs]
        table = self.engine.seconds_table(places, [self.snapshot.sites[site].place], closed, loaded=True)
        return {hub: int(table[row, 0]) for row, hub in enumerate(hubs)}

    def without_stock(self, site: SiteId) -> tuple[HubId, ...]:
        """Return the hubs that have nothing of what the site needs."""
        wants = wanted(self.snapshot, site, self.snapshot.horizon)
        return tuple(hub for hub in sorted(self.snapshot.hubs) if not self._stock(hub, wants))
