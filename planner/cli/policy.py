"""Commands on the numbers by which roads are judged: show them, try others, set others."""

from dataclasses import asdict
from pathlib import Path

import click

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.effect import asked_at, impact_json, in_hand, tell_impact
from planner.cli.frame import json_option, print_json
from planner.cli.record import tell_touched
from planner.services import access_policy as service
from planner.services.access import parse_known
from routing.policy import AccessPolicy
from routing.policy_record import NamedPolicy
from routing.units import format_instant

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def policy() -> None:
    """See and change the numbers by which roads are judged."""


@policy.command()
@click.option("--known", help="As known at a log position, or a time; without it, now.")
@json_option
@pass_app
def show(app: App, known: str | None, *, as_json: bool) -> None:
    """Print the policy in force as a file that can be changed and set; what differs from the default says so."""
    position = parse_known(known, app.world)
    position = app.world.head if position is None else position
    now = service.in_force(app.world, position)
    if as_json:
        history = [_json(one, app) for one in service.list_policies(app.world, position)]
        print_json({**_json(now, app), "values": asdict(now.policy), "history": history})
        return
    click.echo(f"# {now.name}, version {now.version}{_who(now, app)}")
    click.echo("[access]")
    defaults = asdict(AccessPolicy())
    for name, value in asdict(now.policy).items():
        click.echo(f"{name} = {value}" + ("" if value == defaults[name] else f"  # the default is {defaults[name]}"))


@policy.command()
@FILE
@click.option("--at", help="When: a time with offset, or a date; without it, now.")
@json_option
@pass_app
def preview(app: App, file: Path, at: str | None, *, as_json: bool) -> None:
    """Say which segments would turn within three days if a file's values were set, and which convoys that touches."""
    changed = service.read_changed(app.world, file)
    impact = service.preview_policy(app.world, changed, in_hand(app), asked_at(app, at))
    values = service.changed_values(changed, service.in_force(app.world, app.world.head).policy)
    if as_json:
        told = {name: {"from": old, "to": new} for name, (old, new) in values.items()}
        print_json({"changed": told, **impact_json(impact, app)})
        return
    for name, (old, new) in values.items():
        click.echo(f"{name}: {old} -> {new}")
    tell_impact(impact, app)
    click.echo("Nothing was set.")


@policy.command("set")
@FILE
@click.option("--name", required=True, help="A name for it, as 'cautious-2016-09'.")
@click.option("--source", required=True, help="Who decided so.")
@click.option("--reason", default="", help="Why.")
@click.option("--learned", help="From when on it counts as known; without it, now.")
@pass_app
def set_(app: App, file: Path, name: str, source: str, reason: str, learned: str | None) -> None:
    """Judge roads by a file's values from here on in the log; what it does not name stays as it is."""
    changed = service.read_changed(app.world, file)
    since = None if learned is None else app.instant(learned, "--learned")
    position = service.set_policy(
        app.store, app.world, changed, name, source=source, actor=app.actor, at=clock(), learned_at=since,
        reason=reason, replaces=service.place_of(service.in_force(app.world, app.world.head)),
    )  # fmt: skip
    click.echo(f"Policy {name} is in force from record {position} on; withdraw that record to go back.")
    tell_touched(app)


def _who(now: NamedPolicy, app: App) -> str:
    if now.set_by is None:
        return ""
    at = format_instant(now.set_by.learned_at, app.world.catalogue.crisis.tz)
    return f", set by record {now.set_by.position} on {at}, decided by {now.set_by.source}"


def _json(one: NamedPolicy, app: App) -> dict[str, object]:
    told: dict[str, object] = {"name": one.name, "version": one.version}
    told |= {"position": None, "set_at": None, "source": None}
    if one.set_by is not None:
        at = format_instant(one.set_by.learned_at, app.world.catalogue.crisis.tz)
        told |= {"position": one.set_by.position, "set_at": at, "source": one.set_by.source}
    return told
