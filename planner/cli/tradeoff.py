"""The command that prints what other balances between those worst off, the total and risk would reach."""

import click

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.plans import PLAN
from planner.cli.study import found_out
from planner.cli.terminal import listing, print_listing, say
from planner.domain.tradeoff import Balance, Tradeoff
from planner.services.plan_records import get_plan
from planner.services.studies import TRADEOFF, tradeoff_json


@click.command()
@PLAN
@json_option
@pass_app
def tradeoff(app: App, plan: str, *, as_json: bool) -> None:
    """Say what PLAN's world would give by other balances of equity, total and risk.

    Each is solved from the plan's convoys on, which takes minutes the first time; afterwards it stands beside the plan.
    To have one of them, put its numbers into a policy file: equity_tolerance, risk_cap_p.
    """
    record = get_plan(app.store, plan, app.crisis)
    found = found_out(app, record, TRADEOFF, Tradeoff, "Balancing")
    if as_json:
        print_json(tradeoff_json(record, found))
        return
    thresholds = [days for days, _ in found.balances[0].waiting]
    columns = ("people", "value", *(f"> {days} d" for days in thresholds), "convoys", "trucks arrive", "weakest")
    table = listing("may give up", "least p", *columns, right=columns)
    for one in found.balances:
        table.add_row(*_row(one))
    print_listing(table)
    if found.cut_short:
        say("[bold]Ended before all were solved to their end.[/]")


def _row(one: Balance) -> tuple[str, ...]:
    waiting = (f"{lived:,.0f}" for _, lived in one.waiting)
    return (
        f"{one.equity_tolerance:.0%}", f"{one.risk_cap_p:.2f}", f"{one.people:,}", f"{one.value:,.0f}", *waiting,
        str(one.convoys), f"{one.p:.0%}", f"{one.lowest_p:.2f}",
    )  # fmt: skip
