"""From what is on record to what reports are made of: headings, completed deliveries, the figures of a plan's month."""

from typing import Final

from planner.domain.catalogue import Governorate
from planner.domain.denials import Period, day_of
from planner.domain.gazetteer import SubDistrict, make_gazetteer
from planner.domain.replayed import ReplayAnswer
from planner.domain.request_fold import fold_requests
from planner.domain.requests import Request
from planner.domain.world import World
from planner.partners.activities import Delivery, Goods
from planner.partners.denial_reports import Heading
from planner.partners.monthly import Besieged, Figure, Month, Reason
from planner.partners.redaction import Frame
from planner.partners.replay_pdf import ReplayPaper
from planner.partners.report import Mark
from planner.partners.words import Both
from planner.services.monthly import MonthlyCount, Wait, monthly_count
from planner.services.snapshots import current_sites
from routing.evidence import DeliveryOutcome, Evidence, known_at, standing
from routing.evidence import Figure as Told
from routing.units import DAY, AsOf, Instant, Seconds

EXPIRES_AFTER_S: Final[Seconds] = 7 * DAY
"""A restricted copy is good for so long (*default*)."""


def heading_of(world: World, now: Instant) -> Heading:
    """Return what every report of a crisis begins and ends with."""
    crisis = world.catalogue.crisis
    return Heading(
        crisis=Both(en=crisis.name, ar=crisis.name_ar),
        disclaimer=Both(en=crisis.disclaimer, ar=crisis.disclaimer_ar),
        frame=Frame(gazetteer=make_gazetteer(world), zone=crisis.tz, now=now),
    )


def replay_paper(world: World, answer: ReplayAnswer, *, now: Instant, reader: str) -> ReplayPaper:
    """Return a replay as it is printed, marked for its reader; it names routes and is for the operation alone."""
    heading = heading_of(world, now)
    catalogue = world.catalogue
    return ReplayPaper(
        answer=answer, crisis=heading.crisis, disclaimer=heading.disclaimer, zone=catalogue.crisis.tz, generated_at=now,
        mark=Mark(reader=reader, expires_at=now + EXPIRES_AFTER_S),
        sites={site.id: Both(en=site.name, ar=site.name_ar) for site in catalogue.sites.values()},
        movements={one.id: Both(en=one.name, ar=one.name_ar) for one in catalogue.movements.values()},
    )  # fmt: skip


def list_deliveries(world: World, period: Period, now: Instant) -> tuple[Delivery, ...]:
    """Return the deliveries that were completed within a period, as known at the time of the report."""
    records = standing(world.log, known_at(world.log, now))
    requests = fold_requests(records, world.catalogue, now)
    return tuple(
        _delivery(world, request)
        for request in requests
        if request.reached_at is not None and period.window.contains(request.reached_at)
    )


def _delivery(world: World, request: Request) -> Delivery:
    catalogue = world.catalogue
    site = catalogue.sites[request.site]
    place = world.network.places[site.place]
    came = [record for record in request.records if _arrived(record)]
    last = came[-1].fact
    if not isinstance(last, DeliveryOutcome):
        raise TypeError(f"Record {came[-1].position} is no outcome.")
    goods = tuple(
        Goods(
            name=Both(en=commodity.name, ar=commodity.name_ar), sector=commodity.sector, unit=commodity.unit,
            units=line.delivered, kg=line.delivered * commodity.kg,
        )
        for line in request.lines
        for commodity in (catalogue.commodities[line.commodity],)
        if line.delivered
    )  # fmt: skip
    asked = tuple(dict.fromkeys(f for r in came for f in getattr(r.fact, "people_requested", ())))
    stated = () if request.people is None else (Told(what="people", count=request.people, source="request"),)
    return Delivery(
        movement=request.movement or request.id,
        channel=request.channel,
        completed_at=request.reached_at or last.happened_at,
        reported_at=max(record.learned_at for record in came),
        governorate_code=last.governorate or place.governorate or "",
        sub_district=last.sub_district or place.sub_district or "",
        site=Both(en=site.name, ar=site.name_ar),
        site_at=place.position,
        listing=site.listing,
        sectors=tuple(dict.fromkeys(s for r in came for s in getattr(r.fact, "sectors", ()))),
        goods=goods,
        people_requested=asked or stated,
        people_reached=request.people_reached,
        trucks=request.trucks,
        synthetic=any(record.synthetic for record in came),
    )


def _arrived(record: Evidence) -> bool:
    return isinstance(record.fact, DeliveryOutcome) and record.fact.result == "facilitated"


def month_of_plan(world: World, plan: str, *, now: Instant, embargo_s: int) -> Month:
    """Return the figures of an inter-agency plan as known at the time of the report, convoys under embargo left out.

    Raises
    ------
    BadInput
        If the plan's name is not understood.
    """
    at, known = now - embargo_s, known_at(world.log, now)
    count = monthly_count(world, plan, AsOf(at=at, known=known))
    return Month(
        plan=count.plan.name,
        convoys=count.convoys_delivered,
        figures=_figures(count),
        reasons=_reasons(count),
        besieged=_besieged(world, min(at, count.plan.window.end - 1), known),
    )


def _figures(count: MonthlyCount) -> dict[str, Figure]:
    asked = count.people_requested if count.people_requested_of == count.requests else None

    def of_requests(value: int) -> Figure:
        return Figure(value=value, of=count.requests, of_what="requests")

    def of_people(value: int, counted: int) -> Figure:
        return Figure(value=value, of=asked, of_what="people_requested" if asked else "", counted=counted)

    def of_sent(value: int) -> Figure:
        return Figure(value=value, of=count.convoys_dispatched, of_what="convoys_dispatched", is_part=False)

    figures = {
        "locations_requested": Figure(value=count.locations_requested),
        "approved_in_full": of_requests(count.approved_in_full),
        "approved_in_part": of_requests(count.approved_in_part),
        "in_principle": of_requests(count.in_principle),
        "denied": of_requests(count.denied),
        "no_reply": of_requests(count.no_reply),
        "people_requested": Figure(
            value=count.people_requested,
            of=count.people_requested_of,
            of_what="requests_stated",
            is_part=False,
            counted=count.people_requested_of,
        ),
        "people_approved": of_people(count.people_approved, count.people_approved_of),
        "people_reached": of_people(count.people_reached, count.people_reached_of),
        "people_besieged_reached": Figure(
            value=count.people_besieged_reached, of=count.people_besieged, of_what="people_besieged"
        ),
        "besieged_reached": Figure(
            value=count.besieged_reached, of=count.besieged_locations, of_what="besieged_locations"
        ),
        "convoys_dispatched": Figure(value=count.convoys_dispatched),
        "convoys_delivered": of_sent(count.convoys_delivered),
        "convoys_aborted": of_sent(count.convoys_aborted),
        "items_removed": Figure(value=count.items_removed),
        "removed_kg": Figure(value=count.removed_kg),
        "removed_treatments": Figure(value=count.removed_treatments),
    }
    for name, wait in (("answer", count.answer), ("letter", count.letter), ("dispatch", count.dispatch)):
        figures |= _waits(name, wait)
    return figures


def _waits(name: str, wait: Wait) -> dict[str, Figure]:
    return {
        f"{name}_{which}": Figure(
            value=None if seconds is None else round(seconds / DAY, 1), of=wait.of, of_what="waits", is_part=False
        )
        for which, seconds in (("median", wait.median_s), ("longest", wait.longest_s))
    }


def _reasons(count: MonthlyCount) -> tuple[Reason, ...]:
    return tuple(
        Reason(code=code, convoys=n, people=count.not_reached_by_reason.get(code, 0))
        for code, n in count.aborted_by_reason.items()
    )


def _besieged(world: World, at: Instant, known: int) -> tuple[Besieged, ...]:
    """Return besieged locations by sub-district; of several in one the one reached longest ago, or never."""
    catalogue, gazetteer = world.catalogue, make_gazetteer(world)
    sites = current_sites(catalogue.sites, standing(world.log, known), at)
    found: dict[tuple[str, str], list[Instant | None]] = {}
    for site in sites.values():
        place = world.network.places[site.place]
        if site.listing == "besieged":
            found.setdefault((place.governorate or "", place.sub_district or ""), []).append(site.last_reached)
    rows = []
    for (code, name), reached in sorted(found.items()):
        governorate, unit = gazetteer.governorates.get(code), gazetteer.sub_district(code, name)
        last = None if None in reached else min(r for r in reached if r is not None)
        rows.append(
            Besieged(
                governorate=_named(governorate),
                sub_district=_named(unit),
                last_reached_on=None if last is None else day_of(last, catalogue.crisis.tz),
                days_since=None if last is None else max(0, (at - last) // DAY),
            )
        )  # fmt: skip
    return tuple(rows)


def _named(unit: Governorate | SubDistrict | None) -> Both:
    return Both(en="", ar="") if unit is None else Both(en=unit.name, ar=unit.name_ar)
