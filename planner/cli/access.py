"""Commands on roads and access: what is open, why, which way, and what was reported."""

from collections import Counter

import click
from rich.table import Table

from planner.bootstrap import clock
from planner.cli.frame import REFUSED, App, json_option, out, pass_app, print_json
from planner.domain.errors import BadInput
from planner.services import access as service
from routing.evidence import Evidence
from routing.status import Status
from routing.units import AsOf, Instant, format_instant

STYLE = {Status.OPEN: "blue", Status.UNKNOWN: "bright_black", Status.CONTESTED: "yellow", Status.BLOCKED: "bold red"}
SIGN = {Status.OPEN: " ", Status.UNKNOWN: "?", Status.CONTESTED: "!", Status.BLOCKED: "x"}


@click.group()
def access() -> None:
    """See and report what roads may be used."""


def question(app: App, at: str | None, known: str | None) -> AsOf:
    """Return the as-of of two options; without a time it is now, or the last word of a log that ended earlier."""
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
    """Show the status of all segments, or of those named."""
    asked = question(app, at, known)
    chosen = sorted(app.world.network.segments) if words is None else service.find_segments(app.world.network, words)
    states = service.states_at(app.world, asked, chosen)
    counts = Counter(state.piece.status for state in states)
    zone = app.world.catalogue.crisis.tz
    network = app.world.network
    if as_json:
        print_json(
            {
                "as_of": {"at": format_instant(asked.at, zone), "known": asked.known},
                "counts": {kind.value: counts.get(kind, 0) for kind in Status},
                "segments": [
                    {
                        "id": state.segment,
                        "name": network.segments[state.segment].name,
                        "from": network.segments[state.segment].start,
                        "to": network.segments[state.segment].end,
                        "gate": network.segments[state.segment].gate,
                        "status": state.piece.status.value,
                        "p": round(state.piece.p, 4),
                        "decided_by": state.piece.decided_by,
                        "code": state.piece.deciding().code,
                        "evidence": list(state.piece.deciding().evidence),
                        "valid_from": format_instant(state.since, zone),
                        "valid_to": format_instant(state.until, zone),
                    }
                    for state in states
                ],
            }
        )
        return
    table = Table(title=f"Access on {_said(asked, app)}", title_justify="left")
    for column in ("", "status", "p", "segment", "gate", "decided by", "since", "records"):
        table.add_column(column, overflow="fold")
    shown = states if words is not None else [s for s in states if s.piece.status is not Status.OPEN]
    for state in shown:
        kind, decided = state.piece.status, state.piece.deciding()
        table.add_row(
            SIGN[kind],
            f"[{STYLE[kind]}]{kind.value}[/]",
            f"{state.piece.p:.2f}",
            state.segment,
            network.segments[state.segment].gate or "",
            f"{decided.name}: {decided.code.replace('_', ' ')}",
            format_instant(state.since, zone)[:16].replace("T", " "),
            ", ".join(map(str, decided.evidence)),
        )
    out.print(table)
    out.print(", ".join(f"{counts.get(kind, 0)} {kind.value}" for kind in Status))


def _said(asked: AsOf, app: App) -> str:
    return f"{format_instant(asked.at, app.world.catalogue.crisis.tz)}, as known at record {asked.known}"


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
        print_json(
            [
                {
                    "id": one,
                    "status": piece.status.value,
                    "p": round(piece.p, 4),
                    "decided_by": piece.decided_by,
                    "parts": [
                        {
                            "part": part.name,
                            "status": part.status.value,
                            "p": round(part.p, 4),
                            "code": part.code,
                            "detail": part.detail,
                            "evidence": list(part.evidence),
                        }
                        for part in piece.parts
                    ],
                    "sentences": list(sentences),
                }
                for one, piece, sentences in told
            ]
        )
        return
    out.print(f"As of {_said(asked, app)}")
    for one, piece, sentences in told:
        out.print(f"\n[bold]{one}[/] [{STYLE[piece.status]}]{piece.status.value}[/] p {piece.p:.2f}")
        out.print(f"  decided by [bold]{piece.decided_by}[/]: {sentences[0]}", highlight=False)
        for sentence in sentences[1:]:
            out.print(f"  {sentence}", style="dim", highlight=False)


@access.command()
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
    start, end = (service.find_place(app.world.network, words) for words in (origin, destination))
    legs, refused = service.route(app.world, start, end, asked, hours=hours)
    zone = app.world.catalogue.crisis.tz
    if as_json:
        print_json(
            {
                "from": start,
                "to": end,
                "legs": [
                    {
                        "seconds": leg.seconds,
                        "metres": leg.metres,
                        "p": round(leg.p, 6),
                        "segments": list(leg.segments),
                        "gates": [{"id": gate.gate, "offset_seconds": gate.offset_s} for gate in leg.gates],
                        "departures": [
                            [format_instant(w.start, zone), format_instant(w.end, zone)] for w in leg.departures
                        ],
                    }
                    for leg in legs
                ],
                "refused": None if refused is None else {"reason": refused.reason, "cut": list(refused.cut)},
            }
        )
    elif refused is not None:
        out.print(f"No way from {start} to {end}: {refused.reason}. Closed: {', '.join(refused.cut) or 'nothing'}.")
    else:
        for number, leg in enumerate(legs, 1):
            out.print(
                f"[bold]{number}[/]  {leg.metres / 1000:.0f} km, {leg.seconds / 3600:.1f} h, p {leg.p:.2f}, "
                f"gates {', '.join(g.gate for g in leg.gates) or 'none'}"
            )
            out.print(f"   leaving {', '.join(_window(w.start, w.end, app) for w in leg.departures)}", highlight=False)
            out.print(f"   {' > '.join(leg.segments)}", style="dim", highlight=False)
    if refused is not None:
        raise click.exceptions.Exit(REFUSED)


def _window(start: Instant, end: Instant, app: App) -> str:
    zone = app.world.catalogue.crisis.tz
    return f"{format_instant(start, zone)[:16]} to {format_instant(end, zone)[:16]}".replace("T", " ")


@access.command()
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
        told[name] = _typed(name, text)
    position = service.record(app.store, app.world, told, actor=app.actor, at=clock())
    click.echo(f"Recorded as {position}.")


def _typed(name: str, text: str) -> object:
    if name in {"segments", "gates", "areas", "parties", "struck", "sectors", "guarantors", "scope"} and text != "all":
        return text.split(",")
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdigit() else text


@access.command()
@click.argument("position", type=int)
@click.option("--reason", required=True, help="Why it is withdrawn.")
@click.option("--source", required=True, help="Who says so.")
@pass_app
def retract(app: App, position: int, reason: str, source: str) -> None:
    """Withdraw a record: it stays in the log and loses its effect from here on."""
    new = service.retract(app.store, app.world, position, reason, actor=app.actor, at=clock(), source=source)
    click.echo(f"Record {position} withdrawn by record {new}.")


@access.command("log")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="How many records.")
@json_option
@pass_app
def log(app: App, last: int, *, as_json: bool) -> None:
    """List the last records of the log."""
    zone = app.world.catalogue.crisis.tz
    records = app.world.log[-last:]
    if as_json:
        print_json([_row(record, app) for record in records])
        return
    table = Table()
    for column in ("record", "learned", "holds from", "kind", "source", ""):
        table.add_column(column, overflow="fold")
    for one in records:
        table.add_row(
            str(one.position), format_instant(one.learned_at, zone)[:16], format_instant(one.valid.start, zone)[:16],
            one.fact.kind, one.source, "synthetic" if one.synthetic else "",
        )  # fmt: skip
    out.print(table)


def _row(one: Evidence, app: App) -> dict[str, object]:
    zone = app.world.catalogue.crisis.tz
    return {
        "position": one.position,
        "learned_at": format_instant(one.learned_at, zone),
        "valid_from": format_instant(one.valid.start, zone),
        "kind": one.fact.kind,
        "source": one.source,
        "reliability": one.reliability,
        "credibility": one.credibility,
        "synthetic": one.synthetic,
    }
