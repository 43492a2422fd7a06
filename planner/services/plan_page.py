"""All that a page tells of a plan beside the plan itself: who is reached, who is not, how fair it is, trucks in use."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from planner.domain.needs import Site, SiteId
from planner.domain.permits import Paper
from planner.domain.plan import Change, Convoy, ObjectiveLevel, Unmet, UnmetClass
from planner.domain.snapshot import Snapshot
from planner.domain.supply import TruckType
from planner.domain.verify import Violation
from planner.domain.verify.loads import reached_by_site
from planner.services.itinerary import Itinerary, list_itineraries
from planner.services.plan_records import PlanRecord, verify_plan
from routing.evidence import Evidence, PermitStepName
from routing.units import DAY, Instant, Window

PLANS_KEPT: Final = 12
_PAPERS: Final[frozenset[str]] = frozenset({"permission", "letter", "clearance", "notification"})
_WORST_FIRST: Final[Mapping[UnmetClass, int]] = {"impossible": 0, "outbid": 1, "not_found": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetCause:
    """Goods that a site does not get for one and the same reason."""

    rows: tuple[Unmet, ...]
    paper: Paper | None
    paper_record: Evidence | None

    @property
    def first(self) -> Unmet:
        """One row: class, rule, reason and proof are those of all."""
        return self.rows[0]

    @property
    def people(self) -> int:
        """The most people that lack one of these goods."""
        return max(row.people for row in self.rows)

    @property
    def step(self) -> PermitStepName | None:
        """The paper that is missing, where one decides."""
        return None if self.paper is None else self.paper.step


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetCard:
    """A site that does not get all it needs: why, by cause (what concerns most people first), and what would help."""

    site: Site
    low: int | None
    high: int | None
    visited: bool
    causes: tuple[UnmetCause, ...]
    change: Change | None

    @property
    def people(self) -> int:
        """At least so many people go without: the site's smallest figure, or those who lack one of the goods."""
        lacking = max(cause.people for cause in self.causes)
        return lacking if self.low is None else min(self.low, lacking)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutlook:
    """How long nobody came to a site, now and at the end of the plan. None: no delivery is on record."""

    site: Site
    low: int | None
    high: int | None
    days_now: int | None
    days_then: int | None
    first_visit: Instant | None
    people_reached: int
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetUse:
    """Trucks of a type in use at the busiest moment of each day, and how many there are."""

    truck_type: TruckType
    days: tuple[tuple[int, int], ...]

    @property
    def most(self) -> int:
        """How many there are on the day with most."""
        return max((there for _, there in self.days), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A plan with everything that its page says."""

    record: PlanRecord
    broken: tuple[Violation, ...]
    convoys: tuple[Itinerary, ...]
    unmet: tuple[UnmetCard, ...]
    sites: tuple[SiteOutlook, ...]
    fleet: tuple[FleetUse, ...]
    reached: Mapping[SiteId, int]

    @property
    def trucks(self) -> int:
        """Trucks sent, each as often as it is sent."""
        return sum(told.convoy.truck_count for told in self.convoys)

    @property
    def people_unmet(self) -> int:
        """At least so many people go without something they need."""
        return sum(card.people for card in self.unmet)

    def find(self, convoy: str) -> Itinerary | None:
        """Return a convoy by id; None where the plan has none of that id."""
        return next((told for told in self.convoys if told.convoy.id == convoy), None)

    @property
    def equity(self) -> tuple[ObjectiveLevel, ...]:
        """The levels of fairness, worst threshold first."""
        return tuple(level for level in self.record.plan.objective if level.name.startswith("equity"))

    def level(self, name: str) -> ObjectiveLevel | None:
        """Return a level by name; None where the plan does not have it."""
        return next((level for level in self.record.plan.objective if level.name == name), None)

    @property
    def equity_in_short(self) -> ObjectiveLevel | None:
        """The worst threshold where anything is left to prove; where all is proved the last one with anybody in it."""
        levels = self.equity
        unproved = next((lv for lv in levels if lv.gap > 0), None)
        return unproved or next((lv for lv in reversed(levels) if lv.value > 0), levels[0] if levels else None)


@dataclass(frozen=True)
class _Asked:
    digest: str
    record: PlanRecord = field(compare=False)


def tell_plan(record: PlanRecord) -> Told:
    """Return all that is to be told of a plan; plans never change, so it is worked out once."""
    told = _tell(_Asked(record.stored.card.digest, record))
    # Whether it is published may have changed since.
    return told if told.record is record else _with(told, record)


def _with(told: Told, record: PlanRecord) -> Told:
    return Told(
        record=record, broken=told.broken, convoys=told.convoys, unmet=told.unmet, sites=told.sites, fleet=told.fleet,
        reached=told.reached,
    )  # fmt: skip


@lru_cache(maxsize=PLANS_KEPT)
def _tell(asked: _Asked) -> Told:
    record = asked.record
    plan, snapshot = record.plan, record.snapshot
    reached = reached_by_site(plan, snapshot)
    return Told(
        record=record,
        broken=verify_plan(record),
        convoys=list_itineraries(plan, snapshot),
        unmet=_unmet(record),
        sites=tuple(_outlooks(record, reached)),
        fleet=tuple(_fleet_use(plan.convoys, snapshot)),
        reached=reached,
    )


def _figures(site: Site) -> tuple[int | None, int | None]:
    figures = [figure.people for figure in site.people]
    return min(figures, default=None), max(figures, default=None)


def _unmet(record: PlanRecord) -> tuple[UnmetCard, ...]:
    plan, snapshot = record.plan, record.snapshot
    visited = {stop.site for convoy in plan.convoys for stop in convoy.stops}
    log = {str(row.position): row for row in snapshot.log}
    by_site: dict[SiteId, dict[tuple[str, ...], list[Unmet]]] = defaultdict(lambda: defaultdict(list))
    for row in plan.unmet:
        # What the search left open is one cause, though each of its sentences names its own goods.
        reason = "" if row.rule == "search" else row.reason
        by_site[row.site][row.unmet_class, row.rule, reason].append(row)
    cards = []
    for site, causes in by_site.items():
        low, high = _figures(snapshot.sites[site])
        told = [_cause(tuple(rows), snapshot, log) for rows in causes.values()]
        told.sort(key=lambda cause: (_WORST_FIRST[cause.first.unmet_class], -cause.people, cause.first.rule))
        told.sort(key=lambda cause: -cause.people)
        change = next((row.change for rows in causes.values() for row in rows if row.change is not None), None)
        cards.append(
            UnmetCard(site=snapshot.sites[site], low=low, high=high, visited=site in visited, causes=tuple(told),
                      change=change)
        )  # fmt: skip
    return tuple(sorted(cards, key=lambda card: (-card.people, card.site.id)))


def _cause(rows: tuple[Unmet, ...], snapshot: Snapshot, log: Mapping[str, Evidence]) -> UnmetCause:
    first = rows[0]
    if first.rule not in _PAPERS:
        return UnmetCause(rows=rows, paper=None, paper_record=None)
    gates = {item.removeprefix("gate:") for item in first.proof if item.startswith("gate:")}
    papers = [
        paper
        for paper in snapshot.papers
        if paper.site == first.site
        and paper.step == first.rule
        and not paper.in_force
        and (paper.gate is None or paper.gate in gates)
    ]
    paper = max(papers, key=lambda p: max(p.evidence, default=0), default=None)
    record = None if paper is None or not paper.evidence else log.get(str(max(paper.evidence)))
    return UnmetCause(rows=rows, paper=paper, paper_record=record)


def _outlooks(record: PlanRecord, reached: Mapping[SiteId, int]) -> Iterator[SiteOutlook]:
    plan, snapshot = record.plan, record.snapshot
    visits: dict[SiteId, list[Instant]] = defaultdict(list)
    for convoy in plan.convoys:
        for stop in convoy.stops:
            visits[stop.site].append(stop.arrive_at)
    found = []
    for site in snapshot.sites.values():
        if site.listing == "closed":
            continue
        low, high = _figures(site)
        last = max(visits[site.id], default=site.last_reached)
        found.append(
            SiteOutlook(
                site=site,
                low=low,
                high=high,
                days_now=_days(site.last_reached, plan.as_of.at),
                days_then=_days(last, plan.horizon.end),
                first_visit=min(visits[site.id], default=None),
                people_reached=reached.get(site.id, 0),
                coverage=plan.coverage_by_site.get(site.id),
            )
        )
    yield from sorted(found, key=lambda one: (one.days_now is not None, -(one.days_now or 0), one.site.id))


def _days(since: Instant | None, at: Instant) -> int | None:
    return None if since is None else max(0, (at - since) // DAY)


def _fleet_use(convoys: Sequence[Convoy], snapshot: Snapshot) -> Iterator[FleetUse]:
    for kind in sorted(snapshot.truck_types):
        days = tuple((_busiest(convoys, kind, day), _there(snapshot, kind, day)) for day in snapshot.days)
        if any(used or there for used, there in days):
            yield FleetUse(truck_type=snapshot.truck_types[kind], days=days)


def _busiest(convoys: Sequence[Convoy], kind: str, day: Window) -> int:
    """Return the trucks in use at the busiest moment of a day, from the first loaded to the last back."""
    steps: list[tuple[Instant, int]] = []
    for convoy in convoys:
        held = Window(convoy.loading.start, convoy.back_at).clip(day)
        if held is not None and convoy.trucks.get(kind):
            steps += [(held.start, convoy.trucks[kind]), (held.end, -convoy.trucks[kind])]
    most = now = 0
    for _, change in sorted(steps):
        now += change
        most = max(most, now)
    return most


def _there(snapshot: Snapshot, kind: str, day: Window) -> int:
    return sum(f.trucks for f in snapshot.fleets if f.truck_type == kind and f.available.overlaps(day))
