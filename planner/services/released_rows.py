"""What partners see of failed movements between reports: rows of released reports, and no others."""

import json
from collections.abc import Mapping
from typing import Final

from planner.domain.denials import Period, day_of, list_denials
from planner.domain.world import World
from planner.partners.redaction import columns_of, sort_out
from planner.partners.report import Cell, Report, Table, Tier
from planner.partners.words import said
from planner.services.failures import with_published
from planner.services.report_sources import heading_of
from planner.store.store import Store
from routing.evidence import known_at
from routing.units import Instant

OF_EVENTS: Final = frozenset({"denials", "incident"})
"""Kinds of reports whose rows are single failed movements."""


def released_denials(store: Store, world: World, tier: Tier, period: Period, *, now: Instant) -> Report:
    """Return the failed movements of a period that were released to a tier, as the newest report says them.

    A row must stand in a report that a second person approved and that nothing supersedes, and must still be tellable
    at `now`: a record withdrawn or a consent taken back after the release ends it here too. Of what is not released
    not even the number is told. T0 reads of no single movement.
    """
    zone, columns = world.catalogue.crisis.tz, columns_of(tier)
    tellable = tellable_events(store, world, tier, period, now=now)
    first, last = day_of(period.window.start, zone), day_of(min(period.window.end - 1, now), zone)
    rows = [
        row
        for event, row in _released_rows(store, world.catalogue.crisis.id, tier).items()
        if event in tellable and first <= str(row.get("occurred_on") or "") <= last
    ]
    rows.sort(key=lambda row: (str(row["occurred_on"]), str(row["event_id"])))
    # Read by the tier's own list again: a file of an older version may hold a field that is none of it any more.
    cells = tuple(tuple(row.get(column.name) for column in columns) for row in rows)
    table = Table(title=said("all_of_them"), columns=columns, rows=cells)
    return heading_of(world, now).report("denials", tier, period.name, (table,))


def tellable_events(store: Store, world: World, tier: Tier, period: Period, *, now: Instant) -> frozenset[str]:
    """Return the events of a period that a report made now would tell a tier of, released or not; for the house."""
    denials = list_denials(with_published(store, world), period, known_at(world.log, now))
    return frozenset(denial.event_id for denial in sort_out(denials, tier, now)[0])


def _released_rows(store: Store, crisis: str, tier: Tier) -> Mapping[str, Mapping[str, Cell]]:
    """Return the rows of released reports by event; where several tell of one, that of the newest."""
    found: dict[str, Mapping[str, Cell]] = {}
    with store.reading() as unit:
        for release in unit.list_releases(crisis, states=("released",), tier=tier):
            if release.kind not in OF_EVENTS or release.superseded_by is not None:
                continue
            name = next(file.name for file in release.files if file.name.endswith(".json"))
            for row in json.loads(unit.get_content(release.id, name))["rows"]:
                if event := row.get("event_id"):
                    found.setdefault(str(event), row)
    return found
