"""Sites as a coordinator sees them: who counts how many people, how long nobody came, what is needed and planned."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from planner.domain.needs import Need, Site, SiteId
from planner.domain.plan import Plan
from planner.domain.world import World
from planner.services.snapshots import current_sites
from routing.evidence import standing
from routing.units import DAY, AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """One site as known at an instant. `days_since` None: no delivery is on record."""

    site: Site
    governorate: str | None
    people_low: int | None
    people_high: int | None
    days_since: int | None
    needs: tuple[Need, ...]
    planned_share: float | None

    @property
    def synthetic(self) -> bool:
        """Whether any figure of people is a planning value without a source."""
        return any(figure.synthetic for figure in self.site.people)


def view_sites(world: World, question: AsOf, plan: Plan | None) -> tuple[SiteView, ...]:
    """Return all sites as known at the question, longest without aid first; `plan` tells what is to come."""
    catalogue = world.catalogue
    sites = current_sites(catalogue.sites, standing(world.log, question.known), question.at)
    needs: Mapping[SiteId, list[Need]] = defaultdict(list)
    for need in catalogue.needs:
        needs[need.site].append(need)
    coverage = {} if plan is None else plan.coverage_by_site
    views = [
        SiteView(
            site=site,
            governorate=world.network.places[site.place].governorate,
            people_low=min((figure.people for figure in site.people), default=None),
            people_high=max((figure.people for figure in site.people), default=None),
            days_since=None if site.last_reached is None else max(0, (question.at - site.last_reached) // DAY),
            needs=tuple(sorted(needs[site.id], key=lambda n: (n.window, n.commodity))),
            planned_share=coverage.get(site.id),
        )
        for site in sites.values()
    ]
    return tuple(sorted(views, key=lambda v: (v.days_since is not None, -(v.days_since or 0), v.site.id)))
