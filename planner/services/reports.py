"""Make reports: drawn from the log, written for one tier by its own serialiser, every copy taken out on record."""

import hashlib
from dataclasses import dataclass
from typing import Final

from planner.domain.access_plans import parse_plan
from planner.domain.denials import Denial, Period, day_of, list_denials, parse_period
from planner.domain.errors import BadInput, NotFound
from planner.domain.world import World
from planner.partners.activities import report_activities
from planner.partners.denial_reports import Heading, report_denials, report_incident, report_register
from planner.partners.monthly import report_month
from planner.partners.redaction import EMBARGO_S, sort_out
from planner.partners.report import Kind, Mark, Report, Tier, marked
from planner.partners.sheets import report_notice, report_sheet
from planner.partners.words import Language
from planner.partners.writers import Format, check_offer, write
from planner.services.convoy_paper import get_convoy_paper
from planner.services.failures import with_published
from planner.services.monthly import CHANNELS
from planner.services.report_sources import EXPIRES_AFTER_S, heading_of, list_deliveries, month_of_plan
from planner.store.store import Store
from routing.evidence import known_at
from routing.units import DAY, Instant, Window, parse_instant

OF_CONVOYS: Final = frozenset({"sheet", "notice"})
OF_PERIODS: Final = frozenset({"denials", "register", "activities"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which report: its kind, what it is about (a period, plan, event or convoy), and the tier it is for."""

    kind: Kind
    subject: str
    tier: Tier


def make_report(store: Store, world: World, wanted: Wanted, *, now: Instant, reader: str = "") -> Report:
    """Return a report as known at `now`, as its tier may read it; a restricted one is marked for its reader.

    Raises
    ------
    BadInput
        If the subject is not understood or has not begun, or the report is not made for the tier.
    NotFound
        If there is no such event or convoy.
    """
    check_offer(wanted.kind, wanted.tier)
    report = _made(store, with_published(store, world), wanted, now)
    if wanted.tier != "T3":
        return report
    return marked(report, Mark(reader=reader or "operations", expires_at=now + EXPIRES_AFTER_S))


def _made(store: Store, world: World, wanted: Wanted, now: Instant) -> Report:
    heading, tier = heading_of(world, now), wanted.tier
    if wanted.kind in OF_CONVOYS:
        convoy = get_convoy_paper(store, world.catalogue.crisis.id, wanted.subject)
        return report_sheet(heading, convoy) if wanted.kind == "sheet" else report_notice(heading, convoy)
    if wanted.kind == "incident":
        denial, period = find_incident(world, wanted.subject, now)
        return report_incident(heading, denial, tier, period)
    if wanted.kind == "monthly":
        return _month(heading, world, wanted, now)
    period = report_period(world, wanted.subject, tier, now)
    if wanted.kind == "activities":
        return report_activities(heading, list_deliveries(world, period, now), tier, period.name)
    denials = list_denials(world, period, known_at(world.log, now))
    make = report_denials if wanted.kind == "denials" else report_register
    return make(heading, denials, tier, period)


def _month(heading: Heading, world: World, wanted: Wanted, now: Instant) -> Report:
    plan = parse_plan(wanted.subject, world.catalogue.crisis.tz)
    _begun(plan.window, wanted.subject, now)
    if wanted.tier == "T0":
        _over(plan.window, wanted.subject, now)
    embargo_s = EMBARGO_S[wanted.tier]
    reached = list_deliveries(world, Period(name=plan.name, window=plan.window), now)
    told = [d for d in reached if max(d.completed_at + embargo_s, d.reported_at) <= now and d.channel in CHANNELS]
    return report_month(heading, month_of_plan(world, plan.name, now=now, embargo_s=embargo_s), told, wanted.tier)


def report_period(world: World, text: str, tier: Tier, now: Instant) -> Period:
    """Return the period of a report, none of it later than the report.

    The public reads whole months alone, once their embargo is over: two reports that differ by a few days could be
    subtracted from each other.

    Raises
    ------
    BadInput
        If the period is not understood, has not begun, or is not one of whole months that are over at T0.
    """
    zone = world.catalogue.crisis.tz
    period = parse_period(text, zone)
    _begun(period.window, text, now)
    if tier == "T0":
        if ".." in text or text.count("-") != 1:
            raise BadInput(f"Period {text!r}: the public reads whole months. Write 2016-09.")
        _over(period.window, text, now)
    if tier == "T3" or period.window.end <= now:
        return period
    today = day_of(now, zone)
    end = parse_instant(today, zone) + DAY
    first = day_of(period.window.start, zone)
    return Period(name=f"{first}..{today}" if first != today else today, window=Window(period.window.start, end))


def _begun(window: Window, text: str, now: Instant) -> None:
    if window.start > now:
        raise BadInput(f"Period {text} has not begun. Report on a past one.")


def _over(window: Window, text: str, now: Instant) -> None:
    if window.end + EMBARGO_S["T0"] > now:
        days = EMBARGO_S["T0"] // DAY
        raise BadInput(
            f"Period {text}: the public reads of a month {days} days after its end. Wait, or choose another."
        )


def find_incident(world: World, event: str, now: Instant) -> tuple[Denial, Period]:
    """Return one failed movement by the id that reports give it, with the day it is about.

    Raises
    ------
    NotFound
        If no such one is known at the time.
    """
    zone = world.catalogue.crisis.tz
    everything = Period(name="all", window=Window(parse_instant("1970-01-02", zone), now + 1))
    for denial in list_denials(world, everything, known_at(world.log, now)):
        if denial.event_id == event:
            return denial, parse_period(day_of(denial.first_failed, zone), zone)
    raise NotFound(f"No event {event!r} is known at this time. Events are listed in a report on denials.")


def told_events(store: Store, world: World, wanted: Wanted, *, now: Instant) -> tuple[str, ...]:
    """Return the ids of the single events that a report tells of or counts; empty for reports of none."""
    if wanted.kind not in {"denials", "register", "incident"}:
        return ()
    world = with_published(store, world)
    if wanted.kind == "incident":
        denials: tuple[Denial, ...] = (find_incident(world, wanted.subject, now)[0],)
    else:
        period = report_period(world, wanted.subject, wanted.tier, now)
        denials = list_denials(world, period, known_at(world.log, now))
    return tuple(sorted(d.event_id for d in sort_out(denials, wanted.tier, now)[0]))


def export_report(
    store: Store, world: World, wanted: Wanted, form: Format, *, now: Instant, by: str, language: Language = "en",
    hxl: bool = True,
) -> bytes:  # fmt: skip
    """Return a report as a file for the house, and put its digest into the audit trail.

    Raises
    ------
    BadInput
        As `make_report` does, and if the report does not come in this format.
    """
    check_offer(wanted.kind, wanted.tier, form)
    content = write(make_report(store, world, wanted, now=now, reader=by), form, language, hxl=hxl)
    crisis = world.catalogue.crisis.id
    with store.writing() as write_:
        write_.append_audit(
            actor=by, action="export", target=f"{crisis}/{wanted.kind}/{wanted.subject}", at=now,
            detail={"tier": wanted.tier, "format": form, "sha256": hashlib.sha256(content).hexdigest()},
        )  # fmt: skip
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A report that somebody took out, as the audit trail has it."""

    at: Instant
    by: str
    kind: str
    subject: str
    tier: str
    form: str
    sha256: str


def list_exports(store: Store, crisis: str, *, limit: int = 500) -> tuple[Export, ...]:
    """Return the last reports taken out of a crisis, newest first."""
    with store.reading() as read:
        entries = read.list_audit(limit=limit)
    found = []
    for entry in entries:
        where, _, rest = entry.target.partition("/")
        if entry.action == "export" and where == crisis:
            kind, _, subject = rest.partition("/")
            found.append(
                Export(
                    at=entry.at, by=entry.actor, kind=kind, subject=subject, tier=str(entry.detail["tier"]),
                    form=str(entry.detail["format"]), sha256=str(entry.detail["sha256"]),
                )
            )  # fmt: skip
    return tuple(found)
