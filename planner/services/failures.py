"""Failed deliveries of a period: cases with every figure by source, why, where, what they cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.delivery import Channel, Movement
from planner.domain.denials import AMRF, REASONS, Denial, Period, list_denials, parse_period
from planner.domain.errors import BadInput, NotFound
from planner.domain.needs import Site
from planner.domain.plan import Convoy
from planner.domain.world import World
from planner.services.movements import list_movements
from planner.store.store import Store
from routing.evidence import DeliveryOutcome, Evidence, standing
from routing.network import RoadNetwork
from routing.units import AsOf, Instant, Window, parse_instant

Stage: TypeAlias = Literal["asked", "letter", "loaded", "gate", "site"]
STAGES: Final[tuple[Stage, ...]] = ("asked", "letter", "loaded", "gate", "site")
_ON_PAPER: Final = frozenset({"no_response", "plan_denied", "location_struck", "people_cut", "population_dispute"})
_AT_GATES: Final = frozenset({
    "checkpoint_turnback", "checkpoint_delay", "inspection_breach", "crossing_closed", "customs",
})  # fmt: skip
_ON_THE_ROAD: Final = frozenset({"attacked", "looted", "partially_delivered", "interrupted", "diverted"})
_NEVER_CAME: Final = frozenset({"held", "turned_back", "cancelled", "postponed", "aborted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached:
    """People of one source who were to be reached and were not.

    `count` is those asked for less those reached; where nobody says how many were reached, it is the most it can be.
    """

    source: str
    count: int
    at_most: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One failed movement with its place and what is derived from its records."""

    denial: Denial
    site: Site
    at: tuple[float, float]
    stage: Stage
    records: tuple[Evidence, ...]
    not_reached: tuple[NotReached, ...]

    @property
    def low(self) -> int | None:
        """The fewest people not reached that a source gives for certain; None: no source does."""
        return min((n.count for n in self.not_reached if not n.at_most), default=None)

    @property
    def high(self) -> int | None:
        """The most people not reached by any source; None: not stated."""
        return max((n.count for n in self.not_reached), default=None)

    @property
    def at_most(self) -> bool:
        """Whether nobody says how many were reached."""
        return bool(self.not_reached) and all(n.at_most for n in self.not_reached)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The cases of seven days from a Monday on."""

    starts_at: Instant
    cases: int
    people_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum of what is stated, and of how many cases it is not."""

    value: int
    not_stated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The failed deliveries of a period as known; `people` count each site once, at its largest case."""

    period: Period
    cases: tuple[Case, ...]
    internal: int
    weeks: tuple[Week, ...]
    trucks: Total
    truck_days: Total
    hours: Total
    people_low: int
    people_high: int

    def by_category(self) -> tuple[tuple[int, int, int], ...]:
        """Return (category, cases, people at most) for each of the nine."""
        return tuple(
            (code, len(mine), sum(c.high or 0 for c in mine))
            for code, mine in ((code, [c for c in self.cases if c.denial.amrf == code]) for code in AMRF)
        )


def read_period(text: str, at: Instant, zone: ZoneInfo) -> Period:
    """Read a period as `parse_period` does, a year `2016` as well; the empty text is the month of an instant.

    Raises
    ------
    BadInput
        If it is not understood.
    """
    wanted = text.strip()
    if not wanted:
        return parse_period(datetime.fromtimestamp(at, zone).strftime("%Y-%m"), zone)
    if len(wanted) == 4 and wanted.isdigit():  # noqa: PLR2004 - a year
        try:
            whole = parse_period(f"{wanted}-01-01..{wanted}-12-31", zone)
        except (ValueError, OverflowError) as cause:
            raise BadInput(f"Period {text!r} is not understood. Write 2016, 2016-09 or two days with ..") from cause
        return replace(whole, name=wanted)
    return parse_period(wanted, zone)


def as_happened(period: Period, at: Instant) -> Period:
    """Return the part of a period that has happened by an instant, under the same name.

    Raises
    ------
    BadInput
        If none of it has.
    """
    if period.window.start > at:
        raise BadInput(f"Period {period.name} has not begun at the time that is shown. Choose an earlier one.")
    return Period(name=period.name, window=Window(period.window.start, min(period.window.end, at + 1)))


def with_published(store: Store, world: World) -> World:
    """Return the world with the movements of published plans among those on record, so that outcomes find them."""
    catalogue = world.catalogue
    planned = {
        m.id: _as_reported(m.id, m.convoy, world.network)
        for m in list_movements(store, catalogue.crisis.id)
        if m.convoy is not None and m.id not in catalogue.movements
    }
    if not planned:
        return world
    return replace(world, catalogue=replace(catalogue, movements={**catalogue.movements, **planned}))


def _as_reported(name: str, convoy: Convoy, network: RoadNetwork) -> Movement:
    regimes = {network.gates[g.gate].regime for move in convoy.moves for g in move.gates}
    channel: Channel = "regular"
    if "notification" in regimes:
        channel = "cross_border"
    elif "permit" in regimes:
        channel = "cross_line"
    return Movement(
        id=name, name=name, name_ar=name, channel=channel, hub=convoy.hub, site=convoy.stops[0].site,
        trucks=convoy.truck_count, requested_on=None, dispatched_at=convoy.depart_at, source="published plan",
        synthetic=False,
    )  # fmt: skip


def list_failures(world: World, period: Period, question: AsOf) -> Failures:
    """Return the failed deliveries of a period that had happened and were known, newest first.

    Raises
    ------
    BadInput
        If none of the period has happened.
    """
    shown = as_happened(period, question.at)
    cases = tuple(
        sorted(
            (_case(world, denial) for denial in list_denials(world, shown, question.known)),
            key=lambda c: (-c.denial.first_failed, c.denial.event_id),
        )
    )
    denials = [case.denial for case in cases]
    low, high = _each_site_once(cases)
    return Failures(
        period=period,
        cases=cases,
        internal=_internal(world, shown, question.known),
        weeks=_weeks(cases, shown, world.catalogue.crisis.tz),
        trucks=_total(d.trucks for d in denials),
        truck_days=_total(d.truck_days_lost for d in denials),
        hours=_total(d.hours_lost for d in denials),
        people_low=low,
        people_high=high,
    )


def get_case(world: World, event_id: str, question: AsOf) -> Case:
    """Return one case by the id that reports give it, as known.

    Raises
    ------
    NotFound
        If there was no such case.
    """
    zone = world.catalogue.crisis.tz
    everything = Period(name="all", window=Window(parse_instant("1970-01-02", zone), question.at + 1))
    for denial in list_denials(world, everything, question.known):
        if denial.event_id == event_id:
            return _case(world, denial)
    raise NotFound(f"No case {event_id!r} was known at this time. Cases are in the listing of failed deliveries.")


def _case(world: World, denial: Denial) -> Case:
    by_position = {record.position: record for record in world.log}
    records = tuple(by_position[position] for position in denial.records)
    last = records[-1].fact
    name = last.site if isinstance(last, DeliveryOutcome) else denial.movement.site
    site = world.catalogue.sites[name]
    return Case(
        denial=denial, site=site, at=world.network.places[site.place].position, stage=_stage(denial), records=records,
        not_reached=_not_reached(denial),
    )  # fmt: skip


def _stage(denial: Denial) -> Stage:
    """Return how far a movement came, by its assessed reason, its event and its gate."""
    if denial.reason_code in _ON_PAPER:
        return "asked"
    if denial.reason_code == "letter_missing":
        return "letter"
    if denial.what in _ON_THE_ROAD:
        return "site"
    if denial.gate or denial.reason_code in _AT_GATES:
        return "gate"
    return "loaded"


def _not_reached(denial: Denial) -> tuple[NotReached, ...]:
    never_came = denial.result in {"denied", "cancelled"} or denial.what in _NEVER_CAME
    reached = {figure.source: figure.count for figure in denial.people_reached}
    fallback = min(reached.values(), default=None)
    found: list[NotReached] = []
    for figure in denial.people_requested:
        came = reached.get(figure.source, fallback)
        if came is None and never_came:
            came = 0
        found.append(NotReached(source=figure.source, count=max(0, figure.count - (came or 0)), at_most=came is None))
    return tuple(found)


def _each_site_once(cases: Sequence[Case]) -> tuple[int, int]:
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    for case in cases:
        low[case.site.id] = max(low.get(case.site.id, 0), case.low or 0)
        high[case.site.id] = max(high.get(case.site.id, 0), case.high or 0)
    return sum(low.values()), sum(high.values())


def _internal(world: World, period: Period, known: int) -> int:
    """Return how many movements failed for the agencies' own reasons, which are no access constraint."""
    return len({
        r.fact.movement
        for r in standing(world.log, known)
        if isinstance(r.fact, DeliveryOutcome)
        and r.fact.result != "facilitated"
        and period.window.contains(r.fact.happened_at)
        and r.fact.amrf is None
        and REASONS.get(r.fact.reason_code) is None
    })  # fmt: skip


def _weeks(cases: Sequence[Case], period: Period, zone: ZoneInfo) -> tuple[Week, ...]:
    def monday(at: Instant) -> date:
        day = datetime.fromtimestamp(at, zone).date()
        return day - timedelta(days=day.weekday())

    first, last = monday(period.window.start), monday(period.window.end - 1)
    weeks: list[Week] = []
    while first <= last:
        mine = [c for c in cases if monday(c.denial.first_failed) == first]
        weeks.append(
            Week(
                starts_at=parse_instant(first.isoformat(), zone), cases=len(mine),
                people_high=sum(c.high or 0 for c in mine),
            )
        )  # fmt: skip
        first += timedelta(days=7)
    return tuple(weeks)


def _total(values: Iterable[int | None]) -> Total:
    told = list(values)
    return Total(value=sum(v for v in told if v is not None), not_stated=sum(v is None for v in told))
