"""Commands that add to the log: record a report, withdraw one, and say which planned convoys that touches."""

import re
from dataclasses import fields
from typing import get_origin, get_type_hints

import click

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.terminal import note as note_line
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.record import FACTS
from planner.services import evidence as service
from planner.services.crises import load_world
from planner.services.line_gates import roads_without_gate
from planner.services.plan_records import find_latest_plan
from routing.units import format_instant


@click.command()
@click.argument("kind")
@click.argument("values", nargs=-1)
@click.option("--source", required=True, help="Who reported it.")
@click.option("--from", "valid_from", required=True, help="From when it holds: a time with offset, or a date.")
@click.option("--until", "valid_to", help="Until when it holds; without it, until further notice.")
@click.option("--learned", help="When it was learned; without it, now.")
@click.option("--reliability", default="C", show_default=True, help="Of the source, A to F.")
@click.option("--credibility", default=3, show_default=True, type=int, help="Of the information, 1 to 6.")
@click.option("--note", default="", help="Anything else.")
@pass_app
def record(  # noqa: PLR0913, PLR0917 - one argument an option
    app: App, kind: str, values: tuple[str, ...], source: str, valid_from: str, valid_to: str | None,
    learned: str | None, reliability: str, credibility: int, note: str,
) -> None:  # fmt: skip
    """Record a report: a KIND and its VALUES as name=value, lists with commas.

    Example: qafila access record gate gate=castello-north state=closed --source UNDSS --from 2016-09-19T21:00+03:00
    """
    told: dict[str, object] = {
        "kind": kind,
        "source": source,
        "valid_from": valid_from,
        "learned_at": learned or format_instant(clock(), app.world.catalogue.crisis.tz),
        "reliability": reliability,
        "credibility": credibility,
        "note": note,
    }
    if valid_to is not None:
        told["valid_to"] = valid_to
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise BadInput(f"{value!r} is not of the form name=value.")
        told[name] = _typed(kind, name, text)
    position = service.record(app.store, app.world, told, actor=app.actor, at=clock())
    click.echo(f"Recorded as {position}.")
    tell_touched(app)
    if kind == "control":
        tell_bare(load_world(app.store, app.crisis))


def _typed(kind: str, name: str, text: str) -> object:
    """Return a value of a record as its field wants it; what does not fit stays text and is refused with the rest."""
    fact = FACTS.get(kind)
    hint = get_type_hints(fact).get(name) if fact is not None and name in {f.name for f in fields(fact)} else None
    if get_origin(hint) is tuple and text != "all":
        return text.split(",")
    if hint in {str, str | None} or hint is None:
        return text
    if text in {"true", "false"}:
        return text == "true"
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?[0-9]+\.[0-9]+", text) else text


@click.command()
@click.argument("position", type=int)
@click.option("--reason", required=True, help="Why it is withdrawn.")
@click.option("--source", required=True, help="Who says so.")
@pass_app
def retract(app: App, position: int, reason: str, source: str) -> None:
    """Withdraw a record: it stays in the log and loses its effect from here on."""
    new = service.retract(app.store, app.world, position, reason, actor=app.actor, at=clock(), source=source)
    click.echo(f"Record {position} withdrawn by record {new}.")
    tell_touched(app)


def tell_touched(app: App) -> None:
    """Say which convoys of the latest plan the news touches."""
    plan = find_latest_plan(app.store, app.crisis)
    if plan is None:
        return
    touched = service.touched_convoys(plan, app.world, load_world(app.store, app.crisis))
    sites = app.world.catalogue.sites
    said = [f"{c.id} ({', '.join(sites[s.site].name for s in c.stops)})" for c in touched]
    click.echo(f"Touches {', '.join(said) or 'no convoy'} of the latest plan.")


def tell_bare(world: World) -> None:
    """Say how many roads cross a line and name no gate, and the way out; nothing where there are none."""
    if bare := roads_without_gate(world):
        note_line(f"Roads that cross a line and name no gate: {len(bare)}. qafila network gates stands one on each.")
