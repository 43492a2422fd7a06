"""Make reports for partners: drawn from the log, redacted by tier, every export on record."""

import hashlib
from dataclasses import dataclass

from planner.domain.denials import Denial, Period, list_denials, parse_period
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.partners.denial_files import DenialReport, Format, render
from planner.partners.redaction import Redacted, Tier, redact
from planner.services.failures import with_published
from planner.store.store import Store
from routing.evidence import known_at
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A report before it is written: what is on record, and what the tier may read of it."""

    period: Period
    denials: tuple[Denial, ...]
    redacted: Redacted


def draft_denials(world: World, period: str, tier: Tier, *, now: Instant) -> Draft:
    """Return the failed movements of a period as known at `now`, with what a tier may read of them.

    Raises
    ------
    BadInput
        If the period is not understood or has not begun.
    """
    zone = world.catalogue.crisis.tz
    span = parse_period(period, zone)
    if span.window.start > now:
        raise BadInput(f"Period {period} has not begun. Report on a past one.")
    denials = list_denials(world, span, known_at(world.log, now))
    return Draft(period=span, denials=denials, redacted=redact(denials, tier, span, now, zone))


def report_denials(
    store: Store, world: World, period: str, tier: Tier, kind: Format, *, now: Instant, by: str
) -> bytes:
    """Return the report on failed movements of a period as a file, and put its digest into the audit trail.

    The report holds what was known at `now`; movements within the tier's embargo are withheld and counted.

    Raises
    ------
    BadInput
        If the period is not understood or has not begun.
    """
    crisis = world.catalogue.crisis
    draft = draft_denials(with_published(store, world), period, tier, now=now)
    report = DenialReport(
        crisis=crisis.name,
        period=draft.period,
        generated_at=now,
        zone=crisis.tz,
        disclaimer=crisis.disclaimer,
        redacted=draft.redacted,
    )
    content = render(report, kind)
    with store.writing() as write:
        write.append_audit(
            actor=by,
            action="export",
            target=f"{crisis.id}/denials/{period}",
            at=now,
            detail={"tier": tier, "format": kind, "sha256": hashlib.sha256(content).hexdigest()},
        )
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A report that somebody took out, as the audit trail has it."""

    at: Instant
    by: str
    period: str
    tier: str
    kind: str
    sha256: str


def list_exports(store: Store, crisis: str) -> tuple[Export, ...]:
    """Return the last reports taken out of a crisis, newest first."""
    start = f"{crisis}/denials/"
    with store.reading() as read:
        entries = read.list_audit(limit=500)
    return tuple(
        Export(
            at=entry.at, by=entry.actor, period=entry.target.removeprefix(start), tier=str(entry.detail["tier"]),
            kind=str(entry.detail["format"]), sha256=str(entry.detail["sha256"]),
        )
        for entry in entries
        if entry.action == "export" and entry.target.startswith(start)
    )  # fmt: skip
