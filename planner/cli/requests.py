"""Commands on requests: ask for a location in a plan, take each step after it, see who holds the ball."""

from typing import Any

import click
from rich.text import Text

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.request_options import read_line, read_step, step_options
from planner.cli.terminal import listing, print_listing, say
from planner.domain.requests import Request
from planner.services.access import as_of, parse_known
from planner.services.monthly import MonthlyCount, monthly_count
from planner.services.request_steps import ask, take
from planner.services.request_view import monthly_json, record_word, request_json, requests_json
from planner.services.requests import Asked, find_request, list_requests, published_stops
from routing.units import AsOf, Instant, format_instant


@click.group()
def request() -> None:
    """Ask for locations in inter-agency plans, and follow what becomes of it."""


def as_of_options(command: Any) -> Any:  # noqa: ANN401 - a command of any shape
    """Give a command the two clocks."""
    command = click.option("--known", help="As known at this log position or time; without it, all that is known.")(
        command
    )
    return click.option("--at", "at_text", help="The situation at this time; without it, now.")(command)


def question(app: App, at_text: str | None, known: str | None) -> AsOf:
    """Return the as-of that options name."""
    at = clock() if at_text is None else app.instant(at_text, "--at")
    position = app.world.head if known is None else parse_known(known, app.world)
    return as_of(app.world, at, position)


@request.command("list")
@click.option("--plan", help="Only of this inter-agency plan, as 2016-10.")
@click.option("--stage", help="Only in this stage, as no_response.")
@as_of_options
@json_option
@pass_app
def list_(
    app: App, plan: str | None, stage: str | None, at_text: str | None, known: str | None, *, as_json: bool
) -> None:
    """List requests: their stage since when, who holds the ball, what is missing."""
    found = [
        r
        for r in list_requests(app.store, app.world, question(app, at_text, known))
        if plan in {None, r.plan} and stage in {None, r.stage}
    ]
    if as_json:
        print_json(requests_json(app.world, found))
        return
    table = listing("request", "plan", "stage", "since", "held by", "people", "missing", right=("people",))
    for r in found:
        table.add_row(
            Text(r.id), r.plan, r.stage.replace("_", " "), _day(app, r.since), r.holder,
            "" if r.people is None else f"{r.people:,}", "" if r.standing.left else ", ".join(r.missing),
        )  # fmt: skip
    print_listing(table)


@request.command("show")
@click.argument("name")
@as_of_options
@json_option
@pass_app
def show(app: App, name: str, at_text: str | None, known: str | None, *, as_json: bool) -> None:
    """Show one request by its id or a part of it: its steps, its lines, and which steps may follow."""
    found = find_request(list_requests(app.store, app.world, question(app, at_text, known)), name)
    if as_json:
        print_json(request_json(app.world, found))
        return
    print_request(app, found)


def print_request(app: App, found: Request) -> None:
    """Print a request for people to read."""
    zone = app.world.catalogue.crisis.tz
    say(f"[bold]{found.id}[/bold], plan {found.plan}: {found.stage.replace('_', ' ')} since {_day(app, found.since)}, "
        f"held by {found.holder}")  # fmt: skip
    if found.due_at is not None and found.answered_at is None:
        say(f"Answer due {format_instant(found.due_at, zone)}")
    if found.unpapered:
        say(f"Left without {', '.join(found.unpapered)} on record", style="yellow")
    steps = listing("record", "when", "step", "source", "grade", "")
    for r in found.records:
        when = format_instant(r.fact.happened_at if hasattr(r.fact, "happened_at") else r.valid.start, zone)
        steps.add_row(
            str(r.position), when[:16], record_word(r).replace("_", " "), Text(r.source),
            f"{r.reliability}{r.credibility}", "synthetic" if r.synthetic else "",
        )  # fmt: skip
    print_listing(steps)
    if found.lines:
        names = ("requested", "approved", "loaded", "removed", "delivered", "lost", "returned", "on_board")
        table = listing(
            "line", *(n.replace("_", " ") for n in names), "", right=tuple(n.replace("_", " ") for n in names)
        )
        for line in found.lines:
            told = [getattr(line, name) for name in names]
            wrong = "" if line.adds_up else f"does not add up: {line.unaccounted or line.over_loaded:+,}"
            table.add_row(line.commodity, *("–" if n is None else f"{n:,}" for n in told), wrong)
        print_listing(table)
    say(f"Next: {', '.join(found.legal) or 'nothing'}")


@request.command("new")
@click.argument("site")
@click.option("--plan", required=True, help="The inter-agency plan: a month as 2016-10, or two as 2016-10..2016-11.")
@click.option("--hub", required=True, help="Where the convoy is to leave from.")
@click.option("--channel", default="cross_line", show_default=True,
              type=click.Choice(["cross_line", "cross_border", "regular", "air"]))  # fmt: skip
@click.option("--people", type=click.IntRange(min=0), help="People to be reached.")
@click.option("--agency", "agencies", multiple=True, help="An agency that sends goods.")
@click.option("--line", "lines", multiple=True, metavar="COMMODITY=UNITS", help="Units of one commodity.")
@click.option("--source", required=True, help="Who asks.")
@click.option("--submitted", help="When it was handed to the authorities; without it, it is a draft.")
@click.option("--note", default="", help="Anything else.")
@pass_app
def new(  # noqa: PLR0913, PLR0917 - one argument an option
    app: App, site: str, plan: str, hub: str, channel: Any, people: int | None, agencies: tuple[str, ...],  # noqa: ANN401
    lines: tuple[str, ...], source: str, submitted: str | None, note: str,
) -> None:  # fmt: skip
    """Put a location into an inter-agency plan."""
    asked = Asked(
        site=site, plan=plan, hub=hub, channel=channel, people=people, agencies=agencies, source=source, note=note,
        lines=tuple(read_line(line, "requested") for line in lines),
        submitted_at=None if submitted is None else app.instant(submitted, "--submitted"),
    )  # fmt: skip
    click.echo(ask(app.store, app.world, asked, actor=app.actor, at=clock()))


@request.command("step")
@click.argument("name")
@click.argument("step")
@step_options
@pass_app
def step_(app: App, /, name: str, step: str, **told: Any) -> None:  # noqa: ANN401 - the options of a step
    """Take a STEP of one request; a step that cannot follow is refused, with those that can."""
    position = take(app.store, app.world, name, read_step(app, step, told), actor=app.actor, at=clock())
    click.echo(f"Recorded as {position}.")


@request.command("month")
@click.argument("plan")
@as_of_options
@json_option
@pass_app
def month(app: App, plan: str, at_text: str | None, known: str | None, *, as_json: bool) -> None:
    """Count a plan: asked for, permitted, sent, reached, each share with its denominator."""
    asked = None if at_text is None and known is None else question(app, at_text, known)
    count = monthly_count(app.world, plan, asked, published_stops(app.store, app.world))
    if as_json:
        print_json(monthly_json(count))
        return
    say(sentence(count))
    table = listing("", "locations", "people", right=("locations", "people"))
    for words, places, people in (
        ("asked for", count.locations_requested, count.people_requested),
        ("approved in full", count.approved_in_full, None), ("approved in part", count.approved_in_part, None),
        ("approved, people", None, count.people_approved), ("agreed in principle", count.in_principle, None),
        ("denied", count.denied, None), ("no reply", count.no_reply, None),
        ("reached, of besieged", count.besieged_reached, count.people_besieged_reached),
        ("listed as besieged", count.besieged_locations, count.people_besieged),
    ):  # fmt: skip
        table.add_row(words, *("" if n is None else f"{n:,}" for n in (places, people)))
    print_listing(table)


def sentence(count: MonthlyCount) -> str:
    """Return the month in the sentence of the Secretary-General's reports, its denominator named."""
    share = "" if count.share_of_requested is None else f" ({count.share_of_requested:.1%})".replace("%", " %")
    asked = f" of {count.people_requested:,} requested{share}" if count.people_requested_of == count.requests else ""
    return f"{count.convoys_delivered} inter-agency convoys delivered to {count.people_reached:,} people{asked}"


def _day(app: App, at: Instant | None) -> str:
    return "" if at is None else format_instant(at, app.world.catalogue.crisis.tz)[:10]
