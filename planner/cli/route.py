"""The command that finds the ways between two places."""

from collections.abc import Mapping
from typing import Final

import click
from rich.markup import escape

from planner.cli.access import question
from planner.cli.app import App, pass_app
from planner.cli.frame import REFUSED, json_option, print_json
from planner.cli.terminal import say
from planner.services.access import find_place
from planner.services.access_view import route_json
from planner.services.routes import route as find_routes
from routing.travel.legs import Leg, RefusalReason
from routing.units import HOUR, Instant, format_instant

KM = 1_000
WHY: Final[Mapping[RefusalReason, str]] = {
    "unreachable": "no road leads there",
    "weight": "every road there has a bridge or stretch too weak for the trucks",
    "blocked": "every road there is blocked all the time",
    "unknown_segment": "every road left has a stretch without a fresh report",
    "window": "each road is open at some time, but no departure finds all of a way open in turn",
}


@click.command()
@click.argument("origin")
@click.argument("destination")
@click.option("--at", help="Leaving from this time on.")
@click.option("--known", help="What was known: a log position, or a time.")
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 24 * 14), help="Leaving within so many.")
@json_option
@pass_app
def route(
    app: App, origin: str, destination: str, at: str | None, known: str | None, hours: int, *, as_json: bool
) -> None:
    """Find the ways between two places: time, risk, gates and when one may leave. Exits 1 where there is none."""
    asked = question(app, at, known)
    start, end = (find_place(app.world.network, words) for words in (origin, destination))
    legs, refused = find_routes(app.world, start, end, asked, hours=hours)
    if as_json:
        print_json(route_json(app.world, start, end, legs, refused))
    elif refused is not None:
        proof = f" ({', '.join(refused.cut)})" if refused.cut else ""
        say(f"No way from {start} to {end}: {WHY[refused.reason]}{escape(proof)}.")
    else:
        for number, leg in enumerate(legs, 1):
            _print_leg(number, leg, app)
    if refused is not None:
        raise click.exceptions.Exit(REFUSED)


def _print_leg(number: int, leg: Leg, app: App) -> None:
    gates = ", ".join(gate.gate for gate in leg.gates) or "none"
    say(f"[bold]{number}[/]  {leg.metres / KM:.0f} km, {leg.seconds / HOUR:.1f} h, p {leg.p:.2f}, gates {gates}")
    say(f"   leaving {', '.join(_window(w.start, w.end, app) for w in leg.departures)}")
    say(f"   {escape(' > '.join(leg.segments))}", style="dim")


def _window(start: Instant, end: Instant, app: App) -> str:
    zone = app.world.catalogue.crisis.tz
    return f"{format_instant(start, zone)[:16]} to {format_instant(end, zone)[:16]}".replace("T", " ")
