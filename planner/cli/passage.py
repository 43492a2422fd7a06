"""The command that shows how often gates and authorities let columns pass, and from how many cases that is known."""

import click
from rich.text import Text

from planner.cli.access import question
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, print_listing
from planner.services.access import passage_records
from routing.status import GatePrior


@click.command()
@click.option("--at", help="When: a time with offset, or a date.")
@click.option("--known", help="What was known: a log position, or a time.")
@json_option
@pass_app
def passage(app: App, at: str | None, known: str | None, *, as_json: bool) -> None:
    """Show the record of each gate and of each authority: passed, turned back, and the cases they were learned from.

    To set a gate's record by hand: qafila access record passage_override gate=ID passed=N turned_back=N reason=WHY.
    """
    gates, authorities = passage_records(app.world, question(app, at, known))
    if as_json:
        print_json(
            {
                "gates": [
                    {"gate": name, "authority": app.world.network.gates[name].authority, **_json(prior)}
                    for name, prior in gates.items()
                ],
                "authorities": [{"authority": name, **_json(prior)} for name, prior in authorities.items()],
            }
        )
        return
    table = listing("gate", "authority", "passed", "turned back", "p", "learned from", "set by hand", right=("p",))
    for name, prior in gates.items():
        authority = app.world.network.gates[name].authority
        by = "" if prior.set_by is None else f"record {prior.set_by}"
        table.add_row(Text(name), Text(authority), *_figures(prior), by)
    for authority, prior in authorities.items():
        table.add_row(Text("all of"), Text(authority), *_figures(prior), "")
    print_listing(table)


def _figures(prior: GatePrior) -> tuple[str, str, str, str]:
    return str(prior.passed), str(prior.turned_back), f"{prior.p:.2f}", f"{prior.cases} cases"


def _json(prior: GatePrior) -> dict[str, object]:
    return {
        "passed": prior.passed, "turned_back": prior.turned_back, "p": prior.p, "cases": prior.cases,
        "set_by": prior.set_by,
    }  # fmt: skip
