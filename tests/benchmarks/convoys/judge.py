"""What a set of convoys is worth: person-days without aid, the worst-off site, and which rules they would break."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.domain.needs import SiteId
from planner.domain.permits import people_ceiling
from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.domain.verify import Violation, broken_together
from routing.units import DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """How people fare in the horizon under some convoys; a visit counts that brings the policy's share of the food.

    `person_days` are those expected above each threshold of days since a site was last reached; `worst_days` is the
    longest that any site with an open need has waited when the horizon ends, if all convoys arrive.
    """

    convoys: int
    sites: int
    person_days: Mapping[int, float]
    worst_days: int
    people: int


def worth(snapshot: Snapshot, convoys: Sequence[Convoy]) -> Worth:
    """Return what convoys are worth by the snapshot alone, sharing nothing with any planner."""
    days = len(snapshot.days)
    visits = _first_visits(snapshot, convoys)
    above: dict[int, float] = dict.fromkeys(snapshot.policy.thresholds_days, 0.0)
    worst = 0
    for name in sorted({need.site for need in snapshot.needs if need.units > 0}):
        site = snapshot.sites[name]
        since = snapshot.policy.never_reached_days
        if site.last_reached is not None:
            since = -(-(snapshot.horizon.start - site.last_reached) // DAY) - 1
        day, p = visits.get(name, (days, 0.0))
        for theta in above:
            all_days = sum(since + d > theta for d in range(days))
            saved = sum(since + d > theta for d in range(day, days))
            above[theta] += site.people_least * (all_days - p * saved)
        worst = max(worst, since + days if name not in visits else days - day)
    return Worth(
        convoys=len(convoys), sites=len(visits), person_days=above, worst_days=worst,
        people=sum(_people(snapshot, convoys).values()),
    )  # fmt: skip


def _first_visits(snapshot: Snapshot, convoys: Sequence[Convoy]) -> dict[SiteId, tuple[int, float]]:
    """Return for each site the day of the first visit that counts, and its convoy's probability."""
    goods, share = snapshot.commodities, snapshot.policy.visit_counts_from
    wanted: Counter[SiteId] = Counter()
    for need in snapshot.needs:
        if goods[need.commodity].counts_as_food:
            wanted[need.site] += need.units * goods[need.commodity].kg
    found: dict[SiteId, tuple[int, float]] = {}
    for convoy in convoys:
        for stop in convoy.stops:
            food = sum(load.kg for load in stop.loads if goods[load.commodity].counts_as_food)
            day = next((i for i, one in enumerate(snapshot.days) if one.contains(stop.arrive_at)), None)
            if day is not None and food >= share * wanted[stop.site]:
                found[stop.site] = min(found.get(stop.site, (day, convoy.p)), (day, convoy.p))
    return found


def _people(snapshot: Snapshot, convoys: Sequence[Convoy]) -> dict[SiteId, int]:
    fed: Counter[SiteId] = Counter()
    for convoy in convoys:
        for stop in convoy.stops:
            fed[stop.site] += sum(load.people for load in stop.loads)
    found = {}
    for site, people in fed.items():
        ceiling = people_ceiling(snapshot.papers, site, snapshot.horizon)
        least = min(people, snapshot.sites[site].people_least)
        found[site] = least if ceiling is None else min(least, ceiling)
    return found


def that_may_run(snapshot: Snapshot, convoys: Sequence[Convoy]) -> tuple[tuple[Convoy, ...], tuple[Violation, ...]]:
    """Return the convoys that may run, and every violation of them all.

    In order of departure each stays at home that breaks a rule by itself or with those before it; convoys to coupled
    sites on one day go or stay together.
    """
    wrong = broken_together(convoys, snapshot)
    if not wrong:
        return tuple(convoys), ()
    kept: tuple[Convoy, ...] = ()
    for bundle in _bundles(snapshot, convoys):
        if not broken_together((*kept, *bundle), snapshot):
            kept = (*kept, *bundle)
    return kept, wrong


def _bundles(snapshot: Snapshot, convoys: Sequence[Convoy]) -> list[list[Convoy]]:
    coupled = {site: group.id for group in snapshot.groups for site in group.sites}
    found: dict[tuple[str, int], list[Convoy]] = {}
    for convoy in sorted(convoys, key=lambda c: (c.depart_at, c.id)):
        groups = {coupled[stop.site] for stop in convoy.stops if stop.site in coupled}
        day = (convoy.depart_at - snapshot.horizon.start) // DAY
        key = (min(groups), day) if groups else (convoy.id, day)
        found.setdefault(key, []).append(convoy)
    return list(found.values())
