"""The command that plans past days one after another, each with only what was known then."""

import json
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click
from rich.markup import escape

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, note, print_listing, say, solving
from planner.domain.denials import day_of, moment_of
from planner.domain.errors import BadInput
from planner.services.crises import choose_crisis
from planner.services.hindsight import Happened
from planner.services.replay import Morning, Row, replay_days
from planner.services.replay_view import replay_json, tell_replay
from routing.evidence import DeliveryOutcome

FATES: Final = {
    "nothing_stops_it": "nothing on record stops it",
    "held": "held",
    "turned_back": "turned back",
    "caught_inside": "CAUGHT INSIDE",
}


@click.command("replay")
@click.argument("crisis", required=False)
@click.option("--from", "first", required=True, help="First day.")
@click.option("--to", "last", required=True, help="Last day.")
@click.option("--days", default=3, show_default=True, help="How many days each morning plans ahead.")
@click.option("--seed", default=1, show_default=True, help="Of the searches and the draws.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the JSON into this file too.")
@json_option
@pass_app
def replay_(
    app: App, crisis: str | None, first: str, last: str, days: int, seed: int, output: Path | None, *, as_json: bool
) -> None:
    """Plan each morning of past days with only what was known then, and let what is on record happen to the plans."""
    if crisis is not None and crisis != app.crisis:
        choose_crisis(app.store, crisis)
        raise BadInput(f"The crisis worked on is {app.crisis}. Set QAFILA_CRISIS={crisis} to replay it.")
    if output is not None and not output.absolute().parent.is_dir():
        # Said before minutes of planning, not after them.
        raise BadInput(f"--output {output}: there is no folder {output.absolute().parent}. Make it first.")
    world = app.world
    begin, end = app.instant(first, "--from"), app.instant(last, "--to")
    with solving("Replaying") as progress:
        found = replay_days(world, begin, end, days=days, seed=seed, progress=progress)
    told = replay_json(tell_replay(found, world), world)
    if output is not None:
        output.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        note(f"Written {output}.")
    if as_json:
        print_json(told)
        return
    for morning in found.mornings:
        _show(morning, app)
    say(f"\nPeople whom the convoys that nothing on record stops would have fed: {found.people:,}.")


def _show(morning: Morning, app: App) -> None:
    zone, world = app.world.catalogue.crisis.tz, app.world
    say(
        f"\n[bold]{day_of(morning.day.start, zone)}[/], as known {moment_of(morning.as_of.at, zone)} (record "
        f"{morning.as_of.known}): {len(morning.plan.convoys)} convoys planned for "
        f"{morning.plan.people_reached:,} people"
    )
    figures = ("trucks", "people", "slack", "arrives", "caught")
    table = listing("convoy", "to", *figures, "on record", right=figures)
    for row in sorted(morning.rows, key=lambda r: (r.origin == "announced", -(r.caught_inside or 0), r.name)):
        sites = ", ".join(world.catalogue.sites[site].name for site in row.sites)
        trucks, people = "-" if row.trucks is None else str(row.trucks), f"{row.people:,}" if row.people else "-"
        shares = (_share(row.arrives), _share(row.caught_inside))
        table.add_row(row.name, escape(sites), trucks, people, _slack(row), *shares, escape(_on_record(row, zone)))
    print_listing(table)
    for news in morning.news:
        if news.touched:
            touched = ", ".join(f"{name} ({advice.replace('_', ' ')})" for name, advice in news.touched)
            say(f"  {moment_of(news.at, zone)}: records {', '.join(map(str, news.records))} touch {touched}")
    for record in morning.recorded:
        if isinstance(record.fact, DeliveryOutcome):
            people = " to ".join(f"{f.count:,} ({escape(f.source)})" for f in record.fact.people_reached)
            what, at = record.fact.what.replace("_", " "), moment_of(record.fact.happened_at, zone)
            told = f"{record.fact.movement} {what} {at}"
            say(f"  on record: {told}{', ' + people if people else ''} (record {record.position})")


def _slack(row: Row) -> str:
    if row.convoy is None:
        return "-"
    if row.slack_s is None:
        return "nothing closes"
    return f"{row.slack_s // 60:,} min"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _on_record(row: Row, zone: ZoneInfo) -> str:
    if row.convoy is None:
        return f"no leg: {row.refused}"
    happened: Happened | None = row.happened
    if happened is None:
        return "-"
    where = f" at {happened.segment}" if happened.segment else ""
    when = "" if happened.at is None or happened.fate == "nothing_stops_it" else f" {moment_of(happened.at, zone)}"
    records = f" (records {', '.join(map(str, happened.records))})" if happened.records else ""
    return f"{FATES[happened.fate]}{when}{where}{records}"
