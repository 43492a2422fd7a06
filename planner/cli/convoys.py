"""Commands on movements: what was promised or sent, and what became of it."""

import click
from rich.text import Text

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, print_listing
from planner.services.access_view import convoys_json
from planner.services.convoys import list_convoys
from routing.units import format_instant


@click.group()
def convoy() -> None:
    """Look at movements."""


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


def _words(state: str, reason: str) -> str:
    return f"{state} ({reason})".replace("_", " ") if reason else state.replace("_", " ")
