"""Failed deliveries taken apart: by who decided, where, and of what; what they cost; who is refused again and again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.needs import Site, SiteId
from planner.domain.requests import Request
from planner.domain.world import World
from planner.services.failures import Case
from planner.services.monthly import Wait, wait_between
from planner.services.snapshots import current_sites
from routing.evidence import DeliveryOutcome, PermitStep, standing
from routing.units import DAY, AsOf, Instant, Window

REPEATED: Final = 2
"""So many refusals of one site are a repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The cases of one authority type or area: how many, and people not reached at most, each site once."""

    code: str
    cases: int
    people_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodLost:
    """One commodity in the failed convoys: units that were removed and lost; kg None is not stated."""

    commodity: str
    convoys: int
    removed: int
    removed_kg: int | None
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A site that was refused, not answered or turned away several times by the time shown."""

    site: Site
    times: int
    first_at: Instant
    last_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A besieged site: when it was last reached (None: no delivery is on record), and people-days since."""

    site: Site
    last_reached: Instant | None
    days: int | None
    people_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """All that the page of failed deliveries counts beside the cases; people-days are at most, by any source."""

    by_authority: tuple[Share, ...]
    by_area: tuple[Share, ...]
    goods: tuple[GoodLost, ...]
    people_days_lost: int
    people_days_not_stated: int
    refused: tuple[Refused, ...]
    besieged: tuple[Unserved, ...]
    answer: Wait
    letter: Wait
    dispatch: Wait
    arrival: Wait


def break_down(
    world: World, cases: Sequence[Case], requests: Sequence[Request], within: Window, question: AsOf
) -> Breakdown:
    """Return the cases of a period taken apart, as known at a question; `requests` are all that were known then."""
    records = standing(world.log, question.known)
    sites = current_sites(world.catalogue.sites, records, question.at)
    days = [_people_days(case, requests, question.at) for case in cases]
    asked = [r for r in requests if r.asked_at is not None and within.contains(r.asked_at)]
    return Breakdown(
        by_authority=_shares(cases, lambda c: c.denial.authority_type),
        by_area=_shares(cases, lambda c: c.denial.governorate_code),
        goods=_goods(world, cases, requests),
        people_days_lost=sum(d for d in days if d is not None), people_days_not_stated=days.count(None),
        refused=_refused(sites, requests),
        besieged=tuple(sorted(
            (_unserved(site, question.at) for site in sites.values() if site.listing == "besieged"),
            key=lambda u: (u.days is not None, -(u.people_days or 0), u.site.name),
        )),
        answer=wait_between((r.asked_at, r.answered_at) for r in asked if r.recorded),
        letter=wait_between((r.answered_at, r.letter_at) for r in asked if r.recorded),
        dispatch=wait_between((r.letter_at, r.left_at) for r in asked if r.recorded),
        arrival=wait_between((r.left_at, r.reached_at) for r in asked if r.recorded),
    )  # fmt: skip


def _shares(cases: Sequence[Case], code: Callable[[Case], str]) -> tuple[Share, ...]:
    found: dict[str, dict[SiteId, int]] = {}
    counts: dict[str, int] = {}
    for case in cases:
        mine = found.setdefault(code(case), {})
        mine[case.site.id] = max(mine.get(case.site.id, 0), case.high or 0)
        counts[code(case)] = counts.get(code(case), 0) + 1
    shares = (Share(code=c, cases=n, people_high=sum(found[c].values())) for c, n in counts.items())
    return tuple(sorted(shares, key=lambda s: (-s.cases, -s.people_high, s.code)))


def _goods(world: World, cases: Sequence[Case], requests: Sequence[Request]) -> tuple[GoodLost, ...]:
    failed = {case.denial.movement.id for case in cases}
    found: dict[str, list[tuple[int, int | None, int]]] = {}
    for request in requests:
        for line in request.lines if request.movement in failed else ():
            if line.removed or line.lost:
                told = line.removed or 0, line.removed_kg, line.lost or 0
                found.setdefault(line.commodity, []).append(told)
    return tuple(
        GoodLost(
            commodity=name, convoys=len(rows), removed=sum(r for r, _kg, _lost in rows),
            removed_kg=sum(kg for _r, kg, _lost in rows if kg is not None) or None,
            lost=sum(lost for _r, _kg, lost in rows),
        )
        for name, rows in ((name, found[name]) for name in world.catalogue.commodities if name in found)
    )  # fmt: skip


def _people_days(case: Case, requests: Sequence[Request], at: Instant) -> int | None:
    """Return people not reached times the days until somebody came, or until the time shown."""
    if case.high is None:
        return None
    came = [
        r.reached_at
        for r in requests
        if r.site == case.site.id and r.reached_at is not None and r.reached_at > case.denial.first_failed
    ]
    return case.high * max(0, min([*came, at]) - case.denial.first_failed) // DAY


def _refused(sites: dict[SiteId, Site], requests: Sequence[Request]) -> tuple[Refused, ...]:
    times: dict[SiteId, list[Instant]] = {}
    for request in requests:
        if request.stage == "no_response" and request.due_at is not None:
            times.setdefault(request.site, []).append(request.due_at)
        for record in request.records:
            fact = record.fact
            if isinstance(fact, PermitStep) and fact.state == "refused":
                times.setdefault(request.site, []).append(record.valid.start)
            elif isinstance(fact, DeliveryOutcome) and fact.result == "denied":
                times.setdefault(request.site, []).append(fact.happened_at)
    found = [
        Refused(site=sites[name], times=len(told), first_at=min(told), last_at=max(told))
        for name, told in ((name, sorted(set(t))) for name, t in times.items())
        if len(told) >= REPEATED
    ]
    return tuple(sorted(found, key=lambda r: (-r.times, r.first_at, r.site.id)))


def _unserved(site: Site, at: Instant) -> Unserved:
    last = site.last_reached if site.last_reached is not None and site.last_reached <= at else None
    days = None if last is None else (at - last) // DAY
    people = site.people_least or None
    return Unserved(
        site=site, last_reached=last, days=days,
        people_days=None if days is None or people is None else days * people,
    )  # fmt: skip
