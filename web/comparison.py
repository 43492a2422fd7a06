"""Plans beside each other: the same indicators for each, and what differs on the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from planner.domain.needs import Site
from planner.domain.plan import Plan
from planner.services.plan_records import PlanRecord
from planner.services.scenarios import Asked
from routing.units import HOUR
from web.desk import the_desk
from web.i18n import gettext as _
from web.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One row: what it says, its unit, one value a plan (None: no plan yet), and whether more is better."""

    name: str
    unit: str
    values: tuple[float | None, ...]
    more_is_better: bool | None

    @property
    def same(self) -> bool:
        """Whether every plan that is there says the same."""
        return len({value for value in self.values if value is not None}) <= 1 and len(self.values) > 1

    def delta(self, place: int) -> float | None:
        """Return how far a plan's value is from the base's; None where either is missing."""
        base, value = self.values[0], self.values[place]
        return None if base is None or value is None else value - base


def compare_indicators(records: Sequence[PlanRecord | None]) -> tuple[Indicator, ...]:
    """Return the indicators of plans side by side, the base first."""
    plans = [None if record is None else record.plan for record in records]
    rows: list[tuple[str, str, Any, bool | None]] = [
        (_("People reached"), "", lambda p: p.people_reached, True),
        (_("Convoys"), "", lambda p: len(p.convoys), None),
        (_("Trucks sent"), "", lambda p: sum(c.truck_count for c in p.convoys), None),
        (_("Sites served"), "", lambda p: len({s.site for c in p.convoys for s in c.stops}), True),
        (_("Needs unmet"), "", lambda p: len(p.unmet), False),
    ]
    found = [
        Indicator(name=name, unit=unit, values=tuple(None if p is None else float(read(p)) for p in plans),
                  more_is_better=better)
        for name, unit, read, better in rows
    ]  # fmt: skip
    return (*found, *_levels(plans))


def _levels(plans: Sequence[Plan | None]) -> Iterable[Indicator]:
    names = list(dict.fromkeys(level.name for plan in plans if plan is not None for level in plan.objective))
    for name in names:
        values = tuple(
            None if plan is None else next((lv.value for lv in plan.objective if lv.name == name), None)
            for plan in plans
        )
        if name == "exposure":  # as everywhere else on the pages
            values = tuple(None if value is None else value / HOUR for value in values)
        if name.startswith("equity"):
            days = name.removeprefix("equity").strip(" >d")
            yield Indicator(
                name=_("Lived more than %(days)s days since reached", days=days), unit=_("person-days"), values=values,
                more_is_better=False,
            )  # fmt: skip
        else:
            said, unit, better = {
                "value": (_("Assistance expected"), _("person-days"), True),
                "disturbance": (_("Notified convoys changed"), "", False),
                "exposure": (_("Time inside contested areas"), _("truck-hours"), False),
            }.get(name, (name, "", None))
            yield Indicator(name=said, unit=unit, values=values, more_is_better=better)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """The people reached at one site by the base and by each plan beside it (None: no plan yet)."""

    site: Site
    base: int
    others: tuple[int | None, ...]


def site_rows(base: PlanRecord, asked: Sequence[Asked]) -> tuple[SiteRow, ...]:
    """Return the sites where some plan reaches other people than the base, those with the largest change first."""
    found: dict[str, list[int | None]] = {}
    before: dict[str, int] = {}
    for place, one in enumerate(asked):
        for difference in () if one.difference is None else one.difference.sites:
            before[difference.site] = difference.people_a
            found.setdefault(difference.site, [None] * len(asked))[place] = difference.people_b
    sites = {**the_desk().world().catalogue.sites, **base.snapshot.sites}
    rows = [
        SiteRow(site=sites[site], base=before[site], others=_filled(others, before[site], asked))
        for site, others in found.items()
        if site in sites
    ]
    changed = [row for row in rows if any(people not in (None, row.base) for people in row.others)]
    return tuple(sorted(changed, key=lambda row: (-_largest(row), row.site.id)))


def _filled(others: Sequence[int | None], base: int, asked: Sequence[Asked]) -> tuple[int | None, ...]:
    """Return the figures with those that no difference names at the base's: that site is as in the base there."""
    return tuple(
        base if people is None and one.difference is not None else people
        for people, one in zip(others, asked, strict=True)
    )


def _largest(row: SiteRow) -> int:
    return max(abs(people - row.base) for people in row.others if people is not None)


def map_difference(base: PlanRecord, one: Asked | None) -> dict[str, Any]:
    """Return what a map shows of one plan beside its base: roads used more or no longer, sites that gain or lose."""
    if one is None or one.record is None or one.difference is None:
        return {"routes": [], "points": []}
    before = {segment for convoy in base.plan.convoys for segment in convoy.segments}
    after = {segment for convoy in one.record.plan.convoys for segment in convoy.segments}
    network, sites = the_desk().world().network, base.snapshot.sites
    points = [
        {
            "sel": f"site:{site.id}", "at": list(network.places[site.place].position), "name": say(site),
            "kind": "site" if change > 0 else "unmet", "people": abs(change), "priority": 1,
        }
        for site, change in (
            (sites[told.site], told.people_b - told.people_a) for told in one.difference.sites if told.site in sites
        )
        if change
    ]  # fmt: skip
    return {
        "routes": [],
        "points": points,
        "changed": {"added": sorted(after - before), "removed": sorted(before - after)},
    }
