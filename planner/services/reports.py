"""Make reports for partners: drawn from the log, redacted by tier, every export on record."""

import hashlib

from planner.domain.denials import list_denials, parse_period
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.partners.denial_files import DenialReport, Format, render
from planner.partners.redaction import Tier, redact
from planner.store.store import Store
from routing.evidence import known_at
from routing.units import Instant


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
    span = parse_period(period, crisis.tz)
    if span.window.start > now:
        raise BadInput(f"Period {period} has not begun. Report on a past one.")
    denials = list_denials(world, span, known_at(world.log, now))
    report = DenialReport(
        crisis=crisis.name,
        period=span,
        generated_at=now,
        zone=crisis.tz,
        disclaimer=crisis.disclaimer,
        redacted=redact(denials, tier, span, now, crisis.tz),
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
