"""Commands that import files of evidence, and print the table by which events become hazards."""

from pathlib import Path
from typing import cast

import click
from rich.markup import escape

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.effect import asked_at, impact_json, in_hand, tell_impact
from planner.cli.frame import json_option, print_json
from planner.cli.record import tell_bare, tell_touched
from planner.cli.terminal import say
from planner.domain.errors import BadInput
from planner.intake.drafts import Draft, Teller, day_of
from planner.intake.event_hazards import DEFAULT_RULES, read_hazard_rules, write_hazard_rules
from planner.services.access import as_of
from planner.services.crises import load_world
from planner.services.evidence_import import (
    KINDS,
    EvidenceKind,
    EvidencePlan,
    compare_evidence,
    import_evidence,
    read_evidence_file,
)
from planner.services.impact import foresee_records
from routing.evidence import Control, Incident, RoadReport

SHOWN = 20


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the file tells of.")
@click.option("--dry-run", is_flag=True, help="Say what would be added and store nothing.")
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.option("--source", default="", help="Who says so, where a row does not name its source.")
@click.option("--learned", help="When it was learned; without it, now.")
@click.option("--reliability", default="C", show_default=True, help="Of the source, A to F.")
@click.option("--credibility", default=3, show_default=True, type=click.IntRange(1, 6), help="Of the information.")
@click.option("--encoding", default="", help="Of a text that is not UTF-8, as cp1256.")
@click.option("--within", "within_m", default=500, show_default=True, type=click.IntRange(1, 20_000),
              help="How many metres a point or line may lie from its road.")  # fmt: skip
@click.option("--hazards", type=click.Path(path_type=Path), help="Another table of events and hazards.")
@click.option("--under", is_flag=True, help="Of a map of control: only for areas that nobody is on record to hold.")
@click.option("--party", "parties", multiple=True, help="What the file calls a party, as NAME=ID; may be repeated.")
@click.option("--at", help="Say what it would change at this time; without it, when it was learned.")
@json_option
@pass_app
def import_file(  # noqa: PLR0913, PLR0917 - one argument an option
    app: App, file: Path, kind: str, source: str, learned: str | None, reliability: str, credibility: int,
    encoding: str, within_m: int, hazards: Path | None, parties: tuple[str, ...], at: str | None, *, under: bool,
    dry_run: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Import a FILE of events (ACLED's columns), of road conditions, or of control areas (polygons).

    Rows that cannot be used are set aside with their reason; what the log has already is left out. Without --dry-run
    or --yes it shows what would be added and asks.
    """
    teller = Teller(
        learned_at=clock() if learned is None else app.instant(learned, "--learned"),
        zone=app.world.catalogue.crisis.tz,
        source=source,
        reliability=reliability,
        credibility=credibility,
        encoding=encoding,
        parties=_parties(parties),
        within_m=within_m,
        under=under,
    )
    rules = DEFAULT_RULES if hazards is None else read_hazard_rules(hazards.name, read_evidence_file(hazards))
    content = read_evidence_file(file)
    plan = compare_evidence(app.world, cast("EvidenceKind", kind), file.name, content, teller, rules)
    # Asked of what is not stored yet; afterwards the touched convoys are told from what was.
    impact = None
    if dry_run or not yes:
        question = as_of(app.world, teller.learned_at, app.world.head) if at is None else asked_at(app, at)
        impact = foresee_records(app.world, plan.records, in_hand(app), question)
    if not as_json:
        _show(plan, app)
        if impact is not None and plan.records:
            tell_impact(impact, app)
    if not dry_run and not yes:
        click.confirm("Store this?", abort=True, err=True)
    positions = () if dry_run else import_evidence(app.store, app.world, plan, by=app.actor, at=clock())
    if as_json:
        told = _json(plan, file.name, positions, app, dry_run=dry_run)
        print_json(told if impact is None else {**told, "effect": impact_json(impact, app)})
        return
    counts = (
        f"{len(plan.added)} new, {len(plan.corrected)} corrected, {plan.same} as before, {len(plan.left)} left alone, "
        f"{len(plan.quarantined)} set aside."
    )
    click.echo(f"{'Nothing was stored (dry run)' if dry_run else 'Stored'}: {counts}")
    if positions:
        click.echo(f"Records {positions[0]} to {positions[-1]}.")
        tell_touched(app)
        if kind == "control":
            tell_bare(load_world(app.store, app.crisis))


@click.command()
def hazards() -> None:
    """Print the table by which ACLED's sub-types become hazards; change it and give it to import by --hazards.

    The first row that applies counts; actor_holds is part of the name of one of an event's actors.
    """
    click.echo(write_hazard_rules(DEFAULT_RULES), nl=False)


def _parties(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        name, equals, party = one.rpartition("=")
        if not equals or not name:
            raise BadInput(f"--party {one!r} is not of the form NAME=ID.")
        found[name] = party
    return found


def _show(plan: EvidencePlan, app: App) -> None:
    told = [f"add row {draft.row}: {_words(draft, app)}" for draft in plan.added]
    told += [
        f"correct record {one.withdraws} by row {one.draft.row}: {_words(one.draft, app)}" for one in plan.corrected
    ]
    for line in told[:SHOWN]:
        say(escape(line))
    if len(told) > SHOWN:
        say(f"and {len(told) - SHOWN} more")
    for left in plan.left:
        say(escape(f"left alone, row {left.row}: {left.reason}"))
    for aside in plan.quarantined:
        say(escape(f"set aside, row {aside.row}: {aside.reason}"), style="yellow")
    for note in plan.notes:
        say(escape(note), style="yellow")


def _words(draft: Draft, app: App) -> str:
    one, fact = draft.evidence, draft.evidence.fact
    day = day_of(one.valid.start, app.world.catalogue.crisis.tz)
    match fact:
        case Incident():
            what = f"{fact.sub_event_type}, {fact.place_name or 'no place named'}, hazard {fact.hazard}"
        case RoadReport():
            what = f"{', '.join(fact.segments)} {fact.state}"
            what += "" if fact.weight_limit_kg is None else f", up to {fact.weight_limit_kg} kg"
        case Control():
            what = f"{fact.area} held by {fact.party}"
        case _:
            what = fact.kind
    said = f" ({'; '.join(draft.said)})" if draft.said else ""
    return f"{day} {what}, reported by {one.source}{said}"


def _json(plan: EvidencePlan, name: str, positions: tuple[int, ...], app: App, *, dry_run: bool) -> dict[str, object]:
    return {
        "file": name,
        "kind": plan.kind,
        "dry_run": dry_run,
        "added": [{"row": draft.row, "says": _words(draft, app)} for draft in plan.added],
        "corrected": [
            {"row": one.draft.row, "withdraws": one.withdraws, "says": _words(one.draft, app)} for one in plan.corrected
        ],
        "unchanged": plan.same,
        "left_alone": [{"row": one.row, "reason": one.reason} for one in plan.left],
        "quarantined": [{"row": one.row, "reason": one.reason} for one in plan.quarantined],
        "notes": list(plan.notes),
        "positions": list(positions),
    }
