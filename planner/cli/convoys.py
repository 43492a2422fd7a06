"""Commands on movements: what was promised or sent, and what became of it."""

from collections.abc import Mapping
from typing import Any, ClassVar

import click
from rich.text import Text

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.lazy import Later, LazyGroup
from planner.cli.request_options import read_step, step_options
from planner.cli.requests import as_of_options, print_request, question
from planner.cli.terminal import listing, print_listing
from planner.domain.errors import BadInput
from planner.domain.pipeline import OUTCOME_STEPS
from planner.services.access_view import convoys_json
from planner.services.convoys import list_convoys
from planner.services.request_steps import take_together
from planner.services.request_view import request_json
from planner.services.requests import Taken, list_requests, requests_of
from routing.units import format_instant


class _Commands(LazyGroup):
    later: ClassVar[Mapping[str, Later]] = {
        "touched": Later(where="planner.cli.touched:touched", help="List the convoys in hand that news touches."),
    }


@click.group(cls=_Commands)
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
