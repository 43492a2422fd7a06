"""`qafila convoy touched`: what news does to the convoys in hand."""

from zoneinfo import ZoneInfo

import click
from rich.text import Text

from planner.cli.app import App, pass_app
from planner.cli.effect import in_hand
from planner.cli.frame import json_option, print_json
from planner.cli.requests import as_of_options, question
from planner.cli.terminal import listing, print_listing
from planner.services.access import parse_known
from planner.services.alerts import touched_since
from planner.services.impact import Touched
from routing.units import format_instant


@click.command("touched")
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
