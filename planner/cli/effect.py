"""Say what something that is not stored yet would change: the segments that turn and the convoys it touches."""

from collections import Counter

import click
from rich.markup import escape

from planner.bootstrap import clock
from planner.cli.app import App
from planner.cli.terminal import say
from planner.services.access import as_of
from planner.services.impact import Impact
from planner.services.in_hand import InHand, find_in_hand
from planner.services.plan_records import get_plan
from routing.units import AsOf, format_instant

MOST = 40


def asked_at(app: App, at: str | None) -> AsOf:
    """Return the question of the whole log at an instant; without one, now."""
    return as_of(app.world, clock() if at is None else app.instant(at, "--at"), app.world.head)


def in_hand(app: App) -> InHand:
    """Return the convoys in hand."""
    return find_in_hand(app.store, app.crisis, lambda plan: get_plan(app.store, plan, app.crisis))


def tell_impact(impact: Impact, app: App) -> None:
    """Print each segment that turns, then how many do and which convoys are touched."""
    zone = app.world.catalogue.crisis.tz
    for turn in impact.turned[:MOST]:
        say(escape(f"{turn.segment}: {turn.before.value} -> {turn.after.value} at {format_instant(turn.at, zone)}"))
    if len(impact.turned) > MOST:
        say(f"and {len(impact.turned) - MOST} more")
    kinds = Counter((turn.before, turn.after) for turn in impact.turned)
    counts = ", ".join(f"{count} {a.value} -> {b.value}" for (a, b), count in sorted(kinds.items()))
    touched = ", ".join(f"{one.convoy.number} ({one.advice.replace('_', ' ')})" for one in impact.touched)
    click.echo(f"{len(impact.turned)} segments turn{f': {counts}' if counts else ''}.")
    click.echo(
        f"{len(impact.touched)} convoys are touched{f': {touched}' if touched else ''}; {impact.people:,} people."
        if impact.planned
        else "There is no plan to touch."
    )


def impact_json(impact: Impact, app: App) -> dict[str, object]:
    """Return the same for scripts."""
    zone = app.world.catalogue.crisis.tz
    return {
        "turned": [
            {"segment": t.segment, "from": t.before.value, "to": t.after.value, "at": format_instant(t.at, zone)}
            for t in impact.turned
        ],
        "convoys": [one.convoy.convoy.id for one in impact.touched],
        "people": impact.people,
    }
