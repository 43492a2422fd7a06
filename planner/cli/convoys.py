"""Commands on movements: what was promised or sent, and what became of it."""

from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.text import Text

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.effect import in_hand
from planner.cli.frame import json_option, print_json
from planner.cli.request_options import read_step, step_options
from planner.cli.requests import as_of_options, print_request, question
from planner.cli.terminal import listing, print_listing
from planner.domain.errors import BadInput
from planner.domain.pipeline import OUTCOME_STEPS
from planner.services.access import parse_known
from planner.services.access_view import convoys_json
from planner.services.alerts import touched_since
from planner.services.convoys import list_convoys
from planner.services.impact import Touched
from planner.services.request_steps import take_together
from planner.services.request_view import request_json
from planner.services.requests import Taken, list_requests, requests_of
from routing.units import format_instant


@click.group()
def convoy() -> None:
    """Look at movements, and take their steps."""


@convoy.command("list")
@json_option
@pass_app
def list_(app: App, *, as_json: bool) -> None:
    """List the movements on record and those of published plans, with their last outcome."""
    zone = app.world.catalogue.crisis.tz
    rows = list_convoys(app.store, app.world)
    if as_json:
        print_json(convoys_json(app.world, rows))
        return
    table = listing("movement", "hub", "sites", "trucks", "state", "when", "name", "", right=("trucks",))
    for row in rows:
        table.add_row(
            Text(row.movement), row.hub, ", ".join(row.sites), "" if row.trucks is None else str(row.trucks),
            _words(row.state, row.reason),
            "" if row.at is None else format_instant(row.at, zone)[:10],
            Text(row.name), "synthetic" if row.synthetic else "",
        )  # fmt: skip
    print_listing(table)


@convoy.command("touched")
@click.option("--since", required=True, help="A record, or a time: news after it is looked at.")
@as_of_options
@json_option
@pass_app
def touched(app: App, since: str, at_text: str | None, known: str | None, *, as_json: bool) -> None:
    """List the convoys in hand that news touches, and what each can do: turn back, hold, another way."""
    asked = question(app, at_text, known)
    found = touched_since(app.world, in_hand(app), parse_known(since, app.world) or 0, asked)
    zone, sites = app.world.catalogue.crisis.tz, app.world.catalogue.sites
    if as_json:
        print_json([
            {
                "convoy": one.convoy.id, "number": one.convoy.number, "published": one.convoy.published,
                "sites": [stop.site for stop in one.convoy.convoy.stops], "people": one.convoy.people,
                "advice": one.advice, "held": one.held, "segments": [*one.segments], "p": one.p,
                "longer_seconds": one.longer_s, "asking_gates": [*one.asking_gates],
                "leaves_at": None if one.leaves_at is None else format_instant(one.leaves_at, zone),
            }
            for one in found
        ])  # fmt: skip
        return
    table = listing("convoy", "to", "people", "advice", "consequence", right=("people",))
    for one in found:
        to = ", ".join(sites[stop.site].name for stop in one.convoy.convoy.stops)
        advice = one.advice.replace("_", " ")
        table.add_row(one.convoy.number, Text(to), f"{one.convoy.people:,}", advice, Text(_consequence(one, zone)))
    print_listing(table)


def _consequence(one: Touched, zone: ZoneInfo) -> str:
    match one.advice:
        case "reroute":
            told = f"{(one.longer_s or 0) // 60:+,} min, p {one.p:.2f} instead of {one.convoy.convoy.p:.2f}"
            if one.leaves_at is not None:
                told += f", not before {format_instant(one.leaves_at, zone)[:16]}"
            return f"{told}, papers to ask at {', '.join(one.asking_gates)}" if one.asking_gates else told
        case "hold":
            return f"{one.convoy.people:,} people wait: {'a hold stands' if one.held else 'no other way in'}"
        case "turn_back":
            return f"on the road; {one.convoy.people:,} people are not reached"
        case _:
            return "it can drive as planned, but the word on its way is another"


@convoy.command("show")
@click.argument("movement")
@as_of_options
@json_option
@pass_app
def show(app: App, movement: str, at_text: str | None, known: str | None, *, as_json: bool) -> None:
    """Show a convoy by its id: the request of each of its stops with steps, lines and what may follow."""
    found = requests_of(list_requests(app.store, app.world, question(app, at_text, known)), movement)
    if as_json:
        print_json([request_json(app.world, one) for one in found])
        return
    for one in found:
        print_request(app, one)


@convoy.command("advance")
@click.argument("movement")
@click.argument("step")
@click.option("--site", help="Only of this stop; without it, of all stops.")
@step_options
@pass_app
def advance(app: App, /, movement: str, step: str, site: str | None, **told: Any) -> None:  # noqa: ANN401 - the options of a step
    """Take a STEP of a convoy (load, seal, dispatch, ...); one that cannot follow is refused, with those that can."""
    _take(app, movement, read_step(app, step, told), site)


@convoy.command("outcome")
@click.argument("movement")
@click.argument("what")
@click.option("--site", help="Only of this stop; without it, of all stops.")
@step_options
@pass_app
def outcome(app: App, /, movement: str, what: str, site: str | None, **told: Any) -> None:  # noqa: ANN401 - the options of a step
    """Report WHAT became of a convoy (deliver, turn_back, attack, ...), whatever was recorded of it before."""
    told["as_reported"] = True
    named = {str(outcome): str(step) for step, outcome in OUTCOME_STEPS.items()}
    step = read_step(app, named.get(what, what), told)
    if step.step not in OUTCOME_STEPS:
        raise BadInput(f"{what!r} ends or stops no convoy. Give one of: {', '.join(OUTCOME_STEPS)}.")
    _take(app, movement, step, site)


def _take(app: App, movement: str, step: Taken, site: str | None) -> None:
    now = clock()
    found = requests_of(list_requests(app.store, app.world, question(app, None, None)), movement, site)
    positions = take_together(app.store, app.world, [r.id for r in found], step, actor=app.actor, at=now)
    click.echo(f"Recorded as {', '.join(map(str, positions))}.")


def _words(state: str, reason: str) -> str:
    return f"{state} ({reason})".replace("_", " ") if reason else state.replace("_", " ")
