"""The command that prints the negotiators' list: what each opening alone would give to a plan."""

import re

import click
from rich.markup import escape

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.study import found_out
from planner.cli.terminal import listing, print_listing, say
from planner.domain.opening import Opening, OpeningGrade, Openings
from planner.domain.scenario import describe_edit
from planner.services.plan_records import PlanRecord, get_plan
from planner.services.studies import OPENING, openings_json

GRADES: dict[OpeningGrade, str] = {
    "solved": "solved as a scenario",
    "beside": "beside the plan's convoys",
    "nothing": "nothing alone",
}
WHEN = re.compile(r"; from [^;)]*")
"""Nearly all hold over the whole horizon: the scenario's line says when."""
SITES = 3
"""So many of the sites that gain most are named in the table."""


@click.command()
@click.argument("plan", default="latest")
@json_option
@pass_app
def opening(app: App, plan: str, *, as_json: bool) -> None:
    """Rank what could be opened for a PLAN - gates, roads, letters, hours, trucks - by the people each alone reaches.

    The first time it is worked out, which takes minutes; afterwards it stands beside the plan.
    """
    record = get_plan(app.store, plan, app.crisis)
    found = found_out(app, record, OPENING, Openings, "Opening")
    if as_json:
        print_json(openings_json(record, found))
        return
    if found.cut_short:
        say("[bold]Ended before everything was looked at.[/]")
    table = listing("", "people", "what", "to", "how it was found", right=("", "people"))
    for rank, one in enumerate((o for o in found.found if o.grade != "nothing"), 1):
        table.add_row(str(rank), f"{one.people_more:+,}", _what(one), _sites(one, record), GRADES[one.grade])
    print_listing(table)
    nothing = [one for one in found.found if one.grade == "nothing"]
    if nothing:
        say(f"Alone these make no convoy possible: {escape(' | '.join(map(_words, nothing)))}.", style="dim")
    left = f" {found.left} more were not reached by the counted solves." if found.left else ""
    say(f"{found.asked} looked at; {found.passed_over} could give less and were passed over.{left}", style="dim")


def _what(one: Opening) -> str:
    return escape(f"{_words(one)}\n{one.edit}")


def _words(one: Opening) -> str:
    return " and ".join(WHEN.sub("", describe_edit(edit)) for edit in one.edits)


def _sites(one: Opening, record: PlanRecord) -> str:
    most = sorted(one.people_by_site.items(), key=lambda item: (-abs(item[1]), item[0]))
    named = ", ".join(f"{record.snapshot.sites[site].name} {people:+,}" for site, people in most[:SITES])
    return escape(named + (f", {len(most) - SITES} more" if len(most) > SITES else ""))
