"""How many days of not being reached each visit saves, counted above each threshold: the measure behind equity."""

from collections.abc import Mapping

from planner.domain.needs import SiteId
from planner.solvers.case import Case
from planner.solvers.option import Option
from routing.units import DAY

SITE_WEIGHT = 10_000
"""Stands for weight 1 where policy counts each site once, so that whole numbers keep four digits of probability."""


def scale_of(case: Case) -> int:
    """Return by what weighted days are divided when they are printed."""
    return SITE_WEIGHT if case.snapshot.policy.equity_weights == "site" else 1


def weight(case: Case, site: SiteId) -> int:
    """Return a site's weight in whole numbers: its people by the smallest figure, or the same for every site."""
    if case.snapshot.policy.equity_weights == "site":
        return SITE_WEIGHT
    return case.snapshot.sites[site].people_least


def counted_sites(case: Case) -> tuple[SiteId, ...]:
    """Return the sites whose days are counted: those in need that are not closed."""
    needy = {need.site for need in case.snapshot.needs if need.units > 0}
    return tuple(sorted(s for s in needy if case.snapshot.sites[s].listing != "closed"))


def days_before(case: Case, site: SiteId) -> int:
    """Return the whole days since a site was last reached, at the start of the horizon."""
    last = case.snapshot.sites[site].last_reached
    if last is None:
        return case.snapshot.policy.never_reached_days
    return max(0, (case.snapshot.horizon.start - last) // DAY)


def days_above(days_since: int, first_day: int, end_day: int, threshold: int) -> int:
    """Return how many days of first_day <= d < end_day a site lives with days_since + d above the threshold."""
    return max(0, end_day - max(first_day, threshold - days_since + 1))


def pinned_visits(case: Case) -> Mapping[SiteId, tuple[int, float]]:
    """Return the first visit that a pinned convoy makes to each site: its day and its probability."""
    found: dict[SiteId, tuple[int, float]] = {}
    for convoy in case.snapshot.pinned:
        for stop in convoy.stops:
            visit = (max(0, case.day_of(stop.arrive_at)), convoy.p)
            found[stop.site] = min(found.get(stop.site, visit), visit)
    return found


def base(case: Case, threshold: int) -> int:
    """Return the weighted days lived above a threshold in the horizon if nothing but pinned convoys runs."""
    total, days = 0, case.horizon_days
    pinned = pinned_visits(case)
    for site in counted_sites(case):
        since = days_before(case, site)
        total += weight(case, site) * days_above(since, 0, days, threshold)
        if site in pinned:
            day, p = pinned[site]
            total -= round(weight(case, site) * p * days_above(since, day, days, threshold))
    return total


def saved(case: Case, option: Option, site: SiteId, threshold: int) -> int:
    """Return the weighted days above a threshold that a first visit by this option is expected to save.

    The day of the visit counts as saved, so that a visit on the last day is still better than none. Days after a
    pinned convoy's visit are that convoy's merit. Rounded to a whole number, so that levels compare exactly.
    """
    day, _ = pinned_visits(case).get(site, (case.horizon_days, 0.0))
    days = days_above(days_before(case, site), option.day, day, threshold)
    return round(weight(case, site) * option.p * days)


def can_exceed(case: Case, site: SiteId, threshold: int) -> bool:
    """Tell whether a site could live a day above the threshold within the horizon."""
    return days_above(days_before(case, site), 0, case.horizon_days, threshold) > 0 and weight(case, site) > 0
