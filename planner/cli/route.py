"""The command that finds the ways between two places."""

from collections.abc import Mapping, Sequence
from typing import Final

import click
from rich.markup import escape

from planner.cli.access import question
from planner.cli.app import App, pass_app
from planner.cli.frame import REFUSED, json_option, print_json
from planner.cli.terminal import say
from planner.services.access import find_place
from planner.services.access_view import barrier_name, openings_json, route_json
from planner.services.route_papers import Papered, papered
from planner.services.routes import route as find_routes
from planner.services.routes import truck_of, what_would_open
from routing.cuts import Barrier
from routing.travel.legs import Leg, RefusalReason
from routing.travel.openings import Opening
from routing.truck import ANY_TRUCK
from routing.units import HOUR, Instant, format_instant

KM = 1_000
WHY: Final[Mapping[RefusalReason, str]] = {
    "unreachable": "no road leads there",
    "weight": "every road there has a bridge or stretch too weak for the trucks",
    "size": "every road left has a stretch too low or too narrow for the trucks",
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
@click.option("--truck", "truck_type", help="Over roads that carry trucks of this type.")
@click.option("--openings", "with_openings", is_flag=True, help="Where there is none: what opening each closure gives.")
@json_option
@pass_app
def route(  # noqa: PLR0913 - an argument an option
    app: App, origin: str, destination: str, at: str | None, known: str | None, hours: int, truck_type: str | None,
    *, with_openings: bool, as_json: bool,
) -> None:  # fmt: skip
    """Find the ways between two places: time, risk, gates and when one may leave. Exits 1 where there is none."""
    asked = question(app, at, known)
    start, end = (find_place(app.world.network, words) for words in (origin, destination))
    truck = ANY_TRUCK if truck_type is None else truck_of(app.world, truck_type)
    legs, refused = find_routes(app.world, start, end, asked, hours=hours, truck=truck)
    cut: tuple[Barrier, ...] = ()
    opened: tuple[Opening, ...] = ()
    if refused is not None and with_openings:
        cut, opened = what_would_open(app.world, start, end, asked, hours=hours, truck=truck)
    papers = papered(app.world, legs, asked)
    if as_json:
        told = route_json(app.world, start, end, legs, refused, papers)
        print_json({**told, **openings_json(cut, opened)} if with_openings else told)
    elif refused is not None:
        proof = f" ({', '.join(refused.cut)})" if refused.cut else ""
        say(f"No way from {start} to {end}: {WHY[refused.reason]}{escape(proof)}.")
        _print_openings(cut, opened)
    else:
        for number, leg in enumerate(legs, 1):
            _print_leg(number, leg, app)
            if papers:
                _print_papers(papers[number - 1], app)
    without = bool(papers) and not any(one.departures for one in papers)
    if without and not as_json:
        say(f"None of them may be driven to {papers[0].site}: a gate on each asks for papers that are not in force.")
    if refused is not None or without:
        raise click.exceptions.Exit(REFUSED)


def _print_leg(number: int, leg: Leg, app: App) -> None:
    gates = ", ".join(gate.gate for gate in leg.gates) or "none"
    say(f"[bold]{number}[/]  {leg.metres / KM:.0f} km, {leg.seconds / HOUR:.1f} h, p {leg.p:.2f}, gates {gates}")
    say(f"   leaving {', '.join(_window(w.start, w.end, app) for w in leg.departures)}")
    say(f"   {escape(' > '.join(leg.segments))}", style="dim")


def _print_papers(one: Papered, app: App) -> None:
    if one.departures:
        say(f"   with its papers {', '.join(_window(w.start, w.end, app) for w in one.departures)}")
        return
    for missing in one.missing:
        state = "nothing on record" if missing.state is None else missing.state.replace("_", " ")
        records = f", record {', '.join(map(str, missing.evidence))}" if missing.evidence else ""
        say(f"   gate {missing.gate} asks for the {missing.step} for {one.site}: {state}{records}", style="yellow")
    if not one.missing:
        say(f"   the papers for {one.site} are never in force all at once on this way", style="yellow")


def _print_openings(cut: Sequence[Barrier], opened: Sequence[Opening]) -> None:
    if cut:
        say(f"The fewest that close it: {escape(', '.join(barrier_name(barrier) for barrier in cut))}.")
    for opening in opened:
        ways = ", ".join(f"{leg.seconds / HOUR:.1f} h p {leg.p:.2f}" for leg in opening.legs) or "still no way there"
        say(f"Open {escape(barrier_name(opening.barrier))} alone: {ways}; {opening.people} people reached more")


def _window(start: Instant, end: Instant, app: App) -> str:
    zone = app.world.catalogue.crisis.tz
    return f"{format_instant(start, zone)[:16]} to {format_instant(end, zone)[:16]}".replace("T", " ")
