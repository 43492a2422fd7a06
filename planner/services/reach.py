"""How long nobody came: each besieged or hard-to-reach site, its deliveries, its present gap and what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.needs import Site, SiteId
from planner.domain.world import World
from planner.services.convoys import ConvoyView
from planner.services.snapshots import current_sites
from routing.evidence import DeliveryOutcome, standing
from routing.units import DAY, AsOf, Instant

WINDOW_DAYS: Final = 184
"""Half a year back is drawn."""
AHEAD_DAYS: Final = 26
LONG_DAYS: Final = 100
LISTED: Final = ("besieged", "hard_to_reach")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A delivery that reached the site; `source` names who says so."""

    at: Instant
    by_air: bool
    synthetic: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachStrip:
    """One site. `days` None: no delivery is on record at all; `next_at` is the next planned arrival."""

    site: Site
    visits: tuple[Visit, ...]
    days: int | None
    synthetic: bool
    next_at: Instant | None
    next_label: str

    @property
    def before_window(self) -> bool:
        """Whether the last delivery lies further back than what is drawn."""
        return self.days is not None and self.days > WINDOW_DAYS

    @property
    def long(self) -> bool:
        """Whether the gap has reached a hundred days, or no delivery is on record."""
        return self.days is None or self.days >= LONG_DAYS


def reach_strips(world: World, question: AsOf, convoys: Sequence[ConvoyView]) -> tuple[ReachStrip, ...]:
    """Return the besieged and hard-to-reach sites as known, longest wait first."""
    records = standing(world.log, question.known)
    sites = current_sites(world.catalogue.sites, records, question.at)
    visits: dict[SiteId, list[Visit]] = {}
    for record in records:
        fact = record.fact
        if isinstance(fact, DeliveryOutcome) and fact.result == "facilitated" and fact.happened_at <= question.at:
            movement = world.catalogue.movements.get(fact.movement)
            visits.setdefault(fact.site, []).append(
                Visit(
                    at=fact.happened_at, by_air=movement is not None and movement.channel == "air",
                    synthetic=record.synthetic, source=record.source,
                )
            )  # fmt: skip
    strips = [
        _strip(site, visits.get(site.id, []), question.at, convoys) for site in sites.values() if site.listing in LISTED
    ]
    return tuple(sorted(strips, key=lambda s: (s.days is not None, -(s.days or 0), s.site.name)))


def _strip(site: Site, told: Sequence[Visit], at: Instant, convoys: Sequence[ConvoyView]) -> ReachStrip:
    visits = list(told)
    listed = site.last_reached
    if listed is not None and listed <= at and all(abs(listed - visit.at) >= DAY for visit in visits):
        synthetic = "synthetic" in site.last_reached_source
        visits.append(Visit(at=listed, by_air=False, synthetic=synthetic, source=site.last_reached_source))
    visits.sort(key=lambda visit: visit.at)
    last = visits[-1] if visits else None
    arrivals = sorted(
        (stop.arrive_at, view.label)
        for view in convoys
        if view.convoy is not None and view.state.active
        for stop in view.convoy.stops
        if stop.site == site.id and stop.arrive_at > at
    )
    return ReachStrip(
        site=site,
        visits=tuple(visit for visit in visits if visit.at >= at - WINDOW_DAYS * DAY),
        days=None if last is None else (at - last.at) // DAY,
        synthetic=last is not None and last.synthetic,
        next_at=arrivals[0][0] if arrivals else None,
        next_label=arrivals[0][1] if arrivals else "",
    )
