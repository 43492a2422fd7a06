"""Failed movements of a period: what was asked for, what became of it, why, and who was not reached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.delivery import Movement
from planner.domain.errors import BadInput
from planner.domain.world import World
from routing.evidence import DeliveryOutcome, Evidence, Figure, Result, Sensitivity, Sharing, standing
from routing.units import Instant, Window, format_instant, parse_instant

AMRF: Final[Mapping[int, str]] = {
    1: "Denial of the existence of needs or of entitlement to assistance",
    2: "Restriction of movement of agencies, personnel or goods into the country",
    3: "Restriction of movement within the country",
    4: "Military operations and ongoing hostilities",
    5: "Violence against personnel, facilities and assets",
    6: "Interference in implementation",
    7: "Mines and unexploded ordnance",
    8: "Physical environment, terrain and infrastructure",
    9: "Restriction of affected people's access to services and assistance",
}
"""The nine constraint categories of OCHA's Access Monitoring and Reporting Framework."""

REASONS: Final[Mapping[str, int | None]] = {
    "no_response": 3, "plan_denied": 3, "letter_missing": 3, "location_struck": 3, "people_cut": 3,
    "local_refusal": 3, "checkpoint_turnback": 3, "checkpoint_delay": 3, "escort_unavailable": 3,
    "items_removed": 6, "inspection_breach": 6, "diversion": 6, "taxation": 6, "staff_vetting": 6,
    "ceasefire_collapse": 4, "shelling": 4, "frontline_shift": 4, "airstrike_risk": 4,
    "attack": 5, "looting": 5, "abduction": 5, "threat": 5,
    "crossing_closed": 2, "customs": 2, "visa": 2,
    "uxo": 7, "road_damage": 8, "bridge": 8, "snow": 8,
    "partner_capacity": None, "truck_shortage": None, "stock_expired": None, "population_dispute": None,
}  # fmt: skip
"""Assessed reason codes and their category; None marks reasons of the agencies' own, which are no access denial."""

EVENTS: Final = frozenset({
    "delivered", "partially_delivered", "delayed", "held", "turned_back", "attacked", "looted", "cancelled",
    "interrupted", "diverted", "postponed", "aborted",
})  # fmt: skip
"""What may be said to have happened to a movement, beside its result."""

USUAL_RESULT: Final[Mapping[str, Result]] = {
    "delivered": "facilitated", "partially_delivered": "facilitated", "delayed": "impeded", "held": "impeded",
    "interrupted": "impeded", "turned_back": "denied", "attacked": "impeded", "looted": "impeded",
    "diverted": "impeded", "postponed": "cancelled", "aborted": "cancelled", "cancelled": "cancelled",
}  # fmt: skip
"""What each event usually means, as the log has it; a report may say it otherwise."""

AUTHORITIES: Final = frozenset({
    "central", "governor", "security", "checkpoint", "armed_group", "third_state", "un", "not_established", "none",
})  # fmt: skip
"""Types of authority that a refusal is put down to; never a name."""

SECTORS: Final = frozenset({
    "food", "nutrition", "health", "wash", "nfi", "shelter", "protection", "education", "agriculture", "logistics",
})  # fmt: skip
"""Sectors of assistance, as the clusters are called."""

Severity: TypeAlias = Literal[1, 2, 3]
"""1: aid came late or in part; 2: it did not arrive; 3: violence against those who bring it, or their goods."""

_VIOLENCE: Final = 5
"""The category of violence against personnel, facilities and assets."""
_VIOLENT: Final = frozenset({"attacked", "looted"})
_NOT_ARRIVED: Final = frozenset({"held", "turned_back", "cancelled", "aborted", "postponed", "diverted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One failed movement with all that is on record about it; only a tier's serialiser decides what leaves.

    `first_failed` and `last_reported` frame the failure; figures are kept by source; None means not stated.
    `sensitivity` None: the reporting organisation has not consented that others are told. `resolved_at` is when the
    same movement was let through after all; None: it was not, as far as is known.
    """

    event_id: str
    movement: Movement
    what: str
    result: str
    requested_on: Instant | None
    first_failed: Instant
    last_failed: Instant
    reported_at: Instant
    governorate: str
    governorate_ar: str
    governorate_code: str
    sub_district: str
    sub_district_ar: str
    reason_code: str
    amrf: int
    authority_type: str
    stated_reason: str
    gate: str
    trucks: int | None
    hours_lost: int | None
    truck_days_lost: int | None
    sectors: tuple[str, ...]
    people_requested: tuple[Figure, ...]
    people_reached: tuple[Figure, ...]
    figures: tuple[Figure, ...]
    follow_up: bool
    sources: tuple[str, ...]
    reliability: str
    credibility: int
    synthetic: bool
    records: tuple[int, ...]
    sensitivity: Sensitivity | None = None
    resolved_at: Instant | None = None

    @property
    def severity(self) -> Severity:
        """How grave it was, by what happened; nobody's judgement, and no scale of a country."""
        if self.amrf == _VIOLENCE or self.what in _VIOLENT:
            return 3
        return 2 if self.result in {"denied", "cancelled"} or self.what in _NOT_ARRIVED else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A named span of time: a month `2016-09`, a day `2016-09-19`, or `FROM..UNTIL` with both days in it."""

    name: str
    window: Window


def parse_period(text: str, zone: ZoneInfo) -> Period:
    """Read the name of a period.

    Raises
    ------
    BadInput
        If it is neither a month, a day nor two days with `..` between them.
    """
    try:
        first, _, last = text.partition("..")
        start, end = _first_day(first), _day_after(last or first)
        window = Window(parse_instant(start.isoformat(), zone), parse_instant(end.isoformat(), zone))
    except ValueError as cause:
        raise BadInput(
            f"Period {text!r} is not understood. Write 2016-09, 2016-09-19 or 2016-09-10..2016-09-26."
        ) from cause
    return Period(name=text, window=window)


def _first_day(text: str) -> date:
    return date.fromisoformat(text if text.count("-") == 2 else f"{text}-01")  # noqa: PLR2004 - year-month-day


def _day_after(text: str) -> date:
    if text.count("-") == 2:  # noqa: PLR2004 - year-month-day
        return date.fromordinal(date.fromisoformat(text).toordinal() + 1)
    first = date.fromisoformat(f"{text}-01")
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def list_denials(world: World, period: Period, known: int) -> tuple[Denial, ...]:
    """Return the movements that failed within a period, as known at a log position, by date.

    A movement counts once, with its last failure deciding; one that was delivered in the end within the period
    does not count, nor does one that failed for the agencies' own reasons.
    """
    by_movement: dict[str, list[Evidence]] = {}
    let_through: dict[str, list[Instant]] = {}
    shared: dict[str, Sharing] = {}
    for record in standing(world.log, known):
        fact = record.fact
        if isinstance(fact, Sharing):
            shared[fact.movement] = fact
        if isinstance(fact, DeliveryOutcome) and fact.result == "facilitated":
            # Known to others no sooner than it was reported.
            let_through.setdefault(fact.movement, []).append(max(fact.happened_at, record.learned_at))
        if isinstance(fact, DeliveryOutcome) and Window(fact.happened_at, fact.happened_at + 1).overlaps(period.window):
            by_movement.setdefault(fact.movement, []).append(record)
    found = [
        _denial(world, movement, records, shared.get(movement)) for movement, records in sorted(by_movement.items())
    ]
    resolved = [
        replace(
            d, resolved_at=min((at for at in let_through.get(d.movement.id, ()) if at > d.last_failed), default=None)
        )
        for d in found
        if d is not None
    ]
    return tuple(sorted(resolved, key=lambda d: (d.first_failed, d.event_id)))


def _denial(world: World, movement: str, records: Iterable[Evidence], shared: Sharing | None) -> Denial | None:
    ordered = sorted(records, key=lambda r: (_outcome(r).happened_at, r.position))
    last = _outcome(ordered[-1])
    amrf = last.amrf if last.amrf is not None else REASONS.get(last.reason_code)
    if last.result == "facilitated" or amrf is None:
        return None
    failed = [record for record in ordered if _outcome(record).result != "facilitated"]
    place = world.network.places[world.catalogue.sites[last.site].place]
    code = last.governorate or place.governorate or ""
    governorate = world.catalogue.governorates.get(code)
    return Denial(
        event_id=f"{world.catalogue.crisis.id}-{failed[0].position:05d}",
        movement=world.catalogue.movements[movement],
        what=last.what,
        result=last.result,
        requested_on=world.catalogue.movements[movement].requested_on,
        first_failed=_outcome(failed[0]).happened_at,
        last_failed=last.happened_at,
        reported_at=max(record.learned_at for record in ordered),
        governorate="" if governorate is None else governorate.name,
        governorate_ar="" if governorate is None else governorate.name_ar,
        governorate_code=code,
        sub_district=last.sub_district or place.sub_district or "",
        sub_district_ar=_arabic_of(last.sub_district, world) or place.sub_district_ar or "",
        reason_code=last.reason_code,
        amrf=amrf,
        authority_type=last.authority_type,
        stated_reason=last.stated_reason,
        gate=last.gate or "",
        trucks=last.trucks,
        hours_lost=last.hours_lost,
        truck_days_lost=last.truck_days_lost,
        sectors=last.sectors,
        people_requested=_figures(failed, "people_requested"),
        people_reached=_figures(failed, "people_reached"),
        figures=_figures(failed, "figures"),
        follow_up=any(_outcome(record).follow_up for record in failed),
        sources=tuple(sorted({record.source for record in failed})),
        reliability=ordered[-1].reliability,
        credibility=ordered[-1].credibility,
        synthetic=any(record.synthetic for record in failed),
        records=tuple(record.position for record in failed),
        sensitivity=shared.sensitivity if shared is not None and shared.consent else None,
    )


def _arabic_of(sub_district: str, world: World) -> str | None:
    named = (p.sub_district_ar for p in world.network.places.values() if p.sub_district == sub_district)
    return next((name for name in named if name), None)


def _outcome(record: Evidence) -> DeliveryOutcome:
    fact = record.fact
    if not isinstance(fact, DeliveryOutcome):
        raise TypeError(f"Record {record.position} is no outcome.")
    return fact


def _figures(records: Iterable[Evidence], name: str) -> tuple[Figure, ...]:
    """Return every figure once, in the order in which it was learned."""
    return tuple(dict.fromkeys(f for record in records for f in getattr(_outcome(record), name)))


def day_of(at: Instant, zone: ZoneInfo) -> str:
    """Return the local day of an instant, without its hour."""
    return datetime.fromtimestamp(at, zone).date().isoformat()


def moment_of(at: Instant, zone: ZoneInfo) -> str:
    """Return an instant with its hour and offset."""
    return format_instant(at, zone)
