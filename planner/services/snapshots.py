"""Freeze what is known, with a scenario's edits laid over it, into the input of a solve."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from planner.domain.errors import BadInput
from planner.domain.needs import Listing, Site, SiteId
from planner.domain.permits import fold_papers
from planner.domain.plan import Convoy
from planner.domain.policy import STANDARD, Limits, PlanPolicy
from planner.domain.scenario import BASELINE, Scenario
from planner.domain.snapshot import Snapshot
from planner.domain.world import World
from planner.services.access import inspected
from planner.services.layers import Layers
from planner.services.supposed import check_targets
from routing.access import fold
from routing.evidence import DeliveryOutcome, Evidence, SiteStatus, known_at, standing
from routing.policy import AccessPolicy
from routing.policy_record import policy_in_force
from routing.units import DAY, HOUR, AsOf, Instant, Window, local_days

PLANNING_HOUR_S: Final = 8 * HOUR
"""Without another word a plan from a day is made at 08:00 of that day, with what is known then."""

LONGEST_PLAN_DAYS: Final = 60
"""Two months, the longest inter-agency plan."""

MARGIN_BEFORE_S: Final = DAY
MARGIN_AFTER_S: Final = 3 * DAY
"""The access map reaches further than the horizon: loading the evening before, the way back of staged convoys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How to plan, beside what is known: the policies, the limits of the search and its seed."""

    policy: PlanPolicy = STANDARD
    access_policy: AccessPolicy | None = None
    """How roads are judged; None for the policy in force at what is known."""
    limits: Limits = field(default_factory=Limits)
    seed: int = 1


def planning_as_of(world: World, day_start: Instant, known: int | None = None) -> AsOf:
    """Return the as-of of a plan that starts on a day: 08:00, with what was known by then unless told otherwise.

    Raises
    ------
    BadInput
        If `known` lies past the head of the log.
    """
    at = day_start + PLANNING_HOUR_S
    if known is not None and not 0 <= known <= world.head:
        raise BadInput(f"Known {known} lies outside the log. Give a position from 0 to {world.head}.")
    return AsOf(at=at, known=known_at(world.log, at) if known is None else known)


def horizon_from(day_start: Instant, days: int, world: World) -> Window:
    """Return the horizon of so many whole local days.

    Raises
    ------
    BadInput
        If the number of days is not between 1 and 60.
    """
    if not 1 <= days <= LONGEST_PLAN_DAYS:
        raise BadInput(f"A plan of {days} days cannot be made. Give 1 to {LONGEST_PLAN_DAYS} days.")
    whole = local_days(Window(day_start, day_start + (days + 1) * DAY), world.catalogue.crisis.tz)
    return Window(day_start, whole[days - 1].end)


def take_snapshot(
    world: World,
    *,
    as_of: AsOf,
    horizon: Window,
    scenario: Scenario = BASELINE,
    pinned: tuple[Convoy, ...] = (),
    notified: tuple[Convoy, ...] = (),
    terms: Terms | None = None,
) -> Snapshot:
    """Fold what is known at `as_of` over the horizon, lay the scenario over it, and freeze it with all the rest.

    Raises
    ------
    BadInput
        If an edit of the scenario names something that the crisis does not have.
    """
    check_targets(scenario, world)
    frozen = freeze(world, as_of=as_of, horizon=horizon, pinned=pinned, notified=notified, terms=terms)
    return Layers(frozen).under(scenario)


def freeze(
    world: World,
    *,
    as_of: AsOf,
    horizon: Window,
    pinned: tuple[Convoy, ...] = (),
    notified: tuple[Convoy, ...] = (),
    terms: Terms | None = None,
) -> Snapshot:
    """Fold what is known at `as_of` over the horizon and freeze it with all the rest; nothing is supposed."""
    terms = terms or Terms()
    catalogue, zone = world.catalogue, world.catalogue.crisis.tz
    reach = Window(min(horizon.start, as_of.at) - MARGIN_BEFORE_S, horizon.end + MARGIN_AFTER_S)
    policy = terms.access_policy or policy_in_force(world.log, as_of.known).policy
    records = standing(world.log, as_of.known)
    return Snapshot(
        crisis=catalogue.crisis,
        as_of=as_of,
        horizon=horizon,
        scenario=BASELINE,
        network=inspected(world, as_of),
        access=fold(world.log, world.network, as_of, reach, zone, policy),
        sites=current_sites(catalogue.sites, records, as_of.at),
        commodities=catalogue.commodities,
        needs=catalogue.needs,
        groups=catalogue.groups,
        hubs=catalogue.hubs,
        stock=catalogue.stock,
        truck_types=catalogue.truck_types,
        fleets=catalogue.fleets,
        escorts=catalogue.escorts,
        papers=fold_papers(records),
        pinned=pinned,
        policy=terms.policy,
        limits=terms.limits,
        seed=terms.seed,
        log=records,
        access_policy=policy,
        notified=notified,
    )


def current_sites(sites: Mapping[SiteId, Site], records: Iterable[Evidence], at: Instant) -> dict[SiteId, Site]:
    """Return the sites as the standing records leave them: how listed at the instant, and when last reached by it."""
    listed: dict[SiteId, Listing] = {}
    reached: dict[SiteId, tuple[Instant, str]] = {}
    for record in sorted(records, key=lambda r: (r.valid.start, r.position)):
        match record.fact:
            case SiteStatus(site=site, status=status) if record.valid.contains(at):
                listed[site] = status
            case DeliveryOutcome(site=site, result="facilitated", happened_at=happened) if happened <= at:
                reached[site] = max(reached.get(site, (happened, record.source)), (happened, record.source))
            case _:
                pass
    return {site.id: _as_listed(site, listed.get(site.id), reached.get(site.id)) for site in sites.values()}


def _as_listed(site: Site, listing: Listing | None, reached: tuple[Instant, str] | None) -> Site:
    if listing is not None:
        site = replace(site, listing=listing)
    if reached is not None and (site.last_reached is None or reached[0] > site.last_reached):
        site = replace(site, last_reached=reached[0], last_reached_source=reached[1])
    return site
