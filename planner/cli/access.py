"""Commands on access: what is open as known when, why, and what was reported."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

import click
from rich.markup import escape
from rich.text import Text

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.lazy import Later, LazyGroup
from planner.cli.terminal import listing, print_listing, say
from planner.services import access as service
from planner.services.access_view import explained_json, status_json
from routing.evidence import Evidence
from routing.status import Status
from routing.units import DAY, FOREVER, AsOf, Instant, format_instant

STYLE = {Status.OPEN: "blue", Status.UNKNOWN: "bright_black", Status.CONTESTED: "yellow", Status.BLOCKED: "bold red"}
SIGN = {Status.OPEN: " ", Status.UNKNOWN: "?", Status.CONTESTED: "!", Status.BLOCKED: "x"}

LONG = f"{service.LOOK_AROUND_S // DAY} days or more"
"""Said of a status that has held for longer than is looked back."""


class _Commands(LazyGroup):
    later: ClassVar[Mapping[str, Later]] = {
        "route": Later(where="planner.cli.route:route", help="Find the ways between two places."),
        "record": Later(where="planner.cli.record:record", help="Record a report."),
        "retract": Later(where="planner.cli.record:retract", help="Withdraw a record."),
        "policy": Later(where="planner.cli.policy:policy", help="See and change how roads are judged."),
        "passage": Later(where="planner.cli.passage:passage", help="Show the record of each gate and authority."),
        "import": Later(where="planner.cli.bring_in:import_file", help="Import a file of evidence."),
        "hazards": Later(where="planner.cli.bring_in:hazards", help="Print which events leave which hazards."),
    }


@click.group(cls=_Commands)
def access() -> None:
    """See and report what roads may be used."""


def question(app: App, at: str | None, known: str | None) -> AsOf:
    """Return the as-of of two options: without a time it is now, without `known` what was known at that time."""
    position = service.parse_known(known, app.world)
    moment = clock() if at is None else app.instant(at, "--at")
    return service.as_of(app.world, moment, position)


@access.command()
@click.option("--at", help="When: a time with offset, or a date.")
@click.option("--known", help="What was known: a log position, or a time.")
@click.option("--on", "words", help="Only segments whose id, name or gate holds these words.")
@json_option
@pass_app
def status(app: App, at: str | None, known: str | None, words: str | None, *, as_json: bool) -> None:
    """Show the status of all segments, or of those named; in the terminal those that are open are only counted."""
    asked = question(app, at, known)
    chosen = sorted(app.world.network.segments) if words is None else service.find_segments(app.world.network, words)
    states = service.states_at(app.world, asked, chosen)
    counts = Counter(state.piece.status for state in states)
    if as_json:
        print_json(status_json(app.world, asked, states))
        return
    shown = states if words is not None else [s for s in states if s.piece.status is not Status.OPEN]
    say(f"[bold]Access on {_said(asked, app)}[/]")
    if shown:
        _print_states(shown, asked, app)
    say(", ".join(f"{counts.get(kind, 0)} {kind.value}" for kind in Status))


def _print_states(states: Sequence[service.SegmentState], asked: AsOf, app: App) -> None:
    table = listing("", "status", "p", "segment", "gate", "decided by", "since", "records", right=("p",))
    for state in states:
        kind, decided = state.piece.status, state.piece.deciding()
        table.add_row(
            SIGN[kind],
            Text(kind.value, style=STYLE[kind]),
            f"{state.piece.p:.2f}",
            Text(state.segment),
            Text(app.world.network.segments[state.segment].gate or ""),
            Text(f"{decided.name}: {decided.code.replace('_', ' ')}"),
            _short(state.since, app) if asked.at - state.since < service.LOOK_AROUND_S else LONG,
            ", ".join(map(str, decided.evidence)),
        )
    print_listing(table)


def _short(at: Instant, app: App) -> str:
    return format_instant(at, app.world.catalogue.crisis.tz)[:16].replace("T", " ")


def _said(asked: AsOf, app: App) -> str:
    return f"{_short(asked.at, app)}, as known at record {asked.known}"


@access.command()
@click.argument("segment")
@click.option("--at", help="When: a time with offset, or a date.")
@click.option("--known", help="What was known: a log position, or a time.")
@json_option
@pass_app
def explain(app: App, segment: str, at: str | None, known: str | None, *, as_json: bool) -> None:
    """Say why a segment, or every segment of that name or gate, has its status."""
    asked = question(app, at, known)
    found = service.find_segments(app.world.network, segment)
    told = [(one, *service.explain(app.world, one, asked)) for one in found]
    if as_json:
        print_json([explained_json(one, piece, sentences) for one, piece, sentences in told])
        return
    say(f"As of {_said(asked, app)}")
    for one, piece, sentences in told:
        say(f"\n[bold]{escape(one)}[/] [{STYLE[piece.status]}]{piece.status.value}[/] p {piece.p:.2f}")
        say(f"  decided by [bold]{piece.decided_by}[/]: {escape(sentences[0])}")
        for sentence in sentences[1:]:
            say(f"  {escape(sentence)}", style="dim")


@access.command("log")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="How many records.")
@json_option
@pass_app
def log(app: App, last: int, *, as_json: bool) -> None:
    """List the last records of the log."""
    records = app.world.log[-last:]
    if as_json:
        print_json([_record_json(record, app) for record in records])
        return
    table = listing("record", "learned", "holds from", "kind", "source", "", right=("record",))
    for one in records:
        table.add_row(
            str(one.position), _short(one.learned_at, app), _short(one.valid.start, app), one.fact.kind,
            Text(one.source), "synthetic" if one.synthetic else "",
        )  # fmt: skip
    print_listing(table)


def _record_json(one: Evidence, app: App) -> dict[str, object]:
    zone = app.world.catalogue.crisis.tz
    return {
        "position": one.position,
        "learned_at": format_instant(one.learned_at, zone),
        "valid_from": format_instant(one.valid.start, zone),
        "valid_to": None if one.valid.end == FOREVER else format_instant(one.valid.end, zone),
        "kind": one.fact.kind,
        "source": one.source,
        "reliability": one.reliability,
        "credibility": one.credibility,
        "synthetic": one.synthetic,
    }
