"""Fold the log into requests: which record speaks of which, and what each comes to."""

from collections.abc import Iterable, Sequence

from planner.domain.access_plans import month_of, plan_asked_for
from planner.domain.catalogue import Catalogue
from planner.domain.needs import SiteId
from planner.domain.request_reading import Gathering, read_request
from planner.domain.requests import PublishedStop, Request, movement_of
from planner.domain.waybill import happened_at
from routing.deliveries import MovementStep
from routing.evidence import DeliveryOutcome, Evidence, PermitStep
from routing.units import Instant


def fold_requests(
    records: Iterable[Evidence], catalogue: Catalogue, at: Instant, published: Sequence[PublishedStop] = ()
) -> tuple[Request, ...]:
    """Return every request as the standing records leave it at an instant, in order of plan, site and movement.

    A record that names a movement speaks of its requests, one without of the last request of its site before it. A
    convoy that left, or was asked for, without a request on record has one that is not `recorded`.
    """
    found = _given_convoys(
        _gather(sorted((r for r in records if happened_at(r) <= at), key=_in_time), catalogue, at, published)
    )
    made = [read_request(one, catalogue, at) for one in found]
    return tuple(sorted(made, key=lambda r: (r.plan, r.site, r.movement or "")))


def _given_convoys(found: list[Gathering]) -> list[Gathering]:
    """Let the convoys of published plans answer the requests that are open for their sites, the first to leave first.

    A published stop is the convoy that somebody asked for: the two are one request, under the published movement.
    """
    planned = sorted((g for g in found if g.published is not None), key=_leaves_at)
    for stop in planned:
        open_ones = [g for g in found if g.site == stop.site and _is_open(g) and _asked_first(g) <= _leaves_at(stop)]
        if not open_ones:
            continue
        asked = max(open_ones, key=_asked_first)
        stop.records = sorted([*asked.records, *stop.records], key=_in_time)
        stop.plan, stop.plan_named, stop.recorded = asked.plan, asked.plan_named, True
        found = [g for g in found if g is not asked]
    return found


def _leaves_at(mine: Gathering) -> Instant:
    return 0 if mine.published is None else mine.published.depart_at


def _is_open(mine: Gathering) -> bool:
    """Tell whether a request waits for a convoy: it is on record, names none of its own, and nothing is said of one."""
    moved = any(isinstance(record.fact, MovementStep | DeliveryOutcome) for record in mine.records)
    own = mine.movement not in {None, movement_of(mine.site, mine.plan)}
    return mine.recorded and mine.published is None and not moved and not own


def _asked_first(mine: Gathering) -> Instant:
    return min(map(happened_at, mine.records), default=0)


def _in_time(record: Evidence) -> tuple[Instant, int]:
    return happened_at(record), record.position


def _gather(
    records: Sequence[Evidence], catalogue: Catalogue, at: Instant, published: Sequence[PublishedStop]
) -> list[Gathering]:
    zone = catalogue.crisis.tz
    found: dict[tuple[SiteId, str], Gathering] = {}
    for stop in published:
        found[stop.site, stop.movement] = Gathering(
            site=stop.site, movement=stop.movement, published=stop, plan=month_of(stop.depart_at, zone)
        )
    for movement in catalogue.movements.values():
        asked = movement.requested_on
        if asked is not None and asked <= at:
            found.setdefault(
                (movement.site, movement.id), Gathering(site=movement.site, movement=movement.id)
            ).asked_at = asked
    for record in records:
        fact = record.fact
        if isinstance(fact, PermitStep) and fact.step == "request":
            _asked(found, fact, record, fact.plan or plan_asked_for(record.valid.start, zone))
        else:
            for mine in _of(found, record, catalogue):
                mine.records.append(record)
    for mine in found.values():
        if not mine.plan:
            day = mine.asked_at if mine.asked_at is not None else min(map(happened_at, mine.records), default=at)
            mine.plan = plan_asked_for(day, zone)
    return list(found.values())


def _asked(found: dict[tuple[SiteId, str], Gathering], fact: PermitStep, record: Evidence, plan: str) -> None:
    key = fact.site, fact.movement or plan
    # Asked for on paper alone, it has got a convoy since.
    given = fact.site, movement_of(fact.site, plan)
    if fact.movement is None and given in found:
        key = given
    mine = found.setdefault(key, Gathering(site=fact.site, movement=fact.movement))
    mine.recorded = True
    mine.on_paper_first = mine.on_paper_first or fact.movement is None
    if fact.plan or not mine.plan or mine.published:
        mine.plan, mine.plan_named = plan, bool(fact.plan)
    mine.records.append(record)


def _of(found: dict[tuple[SiteId, str], Gathering], record: Evidence, catalogue: Catalogue) -> list[Gathering]:
    """Return the requests that a record speaks of."""
    fact = record.fact
    if isinstance(fact, MovementStep | DeliveryOutcome):
        mine = [g for g in found.values() if g.movement == fact.movement and fact.site in {None, g.site}]
        if not mine and fact.movement in catalogue.movements:
            site = fact.site or catalogue.movements[fact.movement].site
            mine = [found.setdefault((site, fact.movement), Gathering(site=site, movement=fact.movement))]
        return mine
    if not isinstance(fact, PermitStep):
        return []
    if fact.movement is not None:
        if fact.movement in catalogue.movements:
            found.setdefault((fact.site, fact.movement), Gathering(site=fact.site, movement=fact.movement))
        return [g for g in (found.get((fact.site, fact.movement)),) if g is not None]
    mine = [g for g in found.values() if g.site == fact.site and g.on_paper_first and g.records]
    return mine[-1:]
