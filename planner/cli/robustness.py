"""The command that draws a plan's futures."""

from collections.abc import Mapping

import click
from rich.markup import escape

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, print_listing, say
from planner.domain.denials import day_of
from planner.domain.plan import Convoy, ConvoyId
from planner.domain.snapshot import Snapshot
from planner.futures.assumptions import Assumptions
from planner.futures.outcome import TAIL
from planner.services.itinerary import number_convoys
from planner.services.plan_records import get_plan
from planner.services.robustness import PlanB, Robustness, robustness, robustness_json


@click.command("robustness")
@click.argument("plan", default="latest")
@click.option("--draws", default=10_000, show_default=True, help="How many futures.")
@click.option("--seed", default=1, show_default=True, help="Of the draw; the same seed gives the same futures.")
@click.option("--independent", is_flag=True, help="Draw every convoy for itself: wrong, shows what sharing changes.")
@json_option
@pass_app
def robustness_(app: App, plan: str, draws: int, seed: int, *, independent: bool, as_json: bool) -> None:
    """Draw futures of a plan: people reached, and who arrives, is turned back, or is caught inside.

    Convoys that depend on one truce or gate fail together. PLAN B is what a convoy could do if the gate least sure
    to let it through were closed.
    """
    record = get_plan(app.store, plan, app.crisis)
    found = robustness(record, draws=draws, seed=seed, assumptions=Assumptions(independent=independent))
    if as_json:
        print_json(robustness_json(found, record.snapshot))
        return
    _say_people(found)
    numbers = number_convoys(record.plan, record.snapshot)
    _print_convoys(found, record.snapshot, {c.id: c for c in record.plan.convoys}, numbers)


def _say_people(found: Robustness) -> None:
    people = found.futures
    say(
        f"Plan {found.plan}: {people.mean:,.0f} people expected of {found.planned:,} planned "
        f"(within {people.mean_error:,.0f}; {people.draws:,} futures)."
    )
    say(
        f"In one of twenty futures at most {people.quantile(0.05):,}, in half at most {people.quantile(0.5):,}; the "
        f"worst {TAIL:.0%} reach {people.cvar():,.0f} on average."
    )


def _print_convoys(
    found: Robustness, snapshot: Snapshot, convoys: Mapping[ConvoyId, Convoy], numbers: Mapping[ConvoyId, str]
) -> None:
    """Print the convoys, those caught inside most often first."""
    shares = ("arrives", "turned back", "caught inside", "kept inside")
    table = listing("convoy", "to", *shares, "plan B", right=shares)
    for fate in sorted(found.futures.convoys, key=lambda f: (-f.caught_inside, f.arrives, f.convoy)):
        sites = ", ".join(snapshot.sites[stop.site].name for stop in convoys[fate.convoy].stops)
        table.add_row(
            numbers.get(fate.convoy, fate.convoy), escape(sites), f"{fate.arrives:.1%}", f"{fate.turned_back:.1%}",
            f"{fate.caught_inside:.1%}", f"{fate.kept_inside:.1%}",
            escape(_plan_b(found.plans_b.get(fate.convoy), snapshot)),
        )  # fmt: skip
    print_listing(table)


def _plan_b(plan_b: PlanB | None, snapshot: Snapshot) -> str:
    if plan_b is None:
        return "passes no gate"
    if plan_b.day is None or plan_b.hub is None:
        return f"{plan_b.gate} closed: none, {plan_b.rule.replace('_', ' ')}"
    hub, day = snapshot.hubs[plan_b.hub].name, day_of(plan_b.day.start, snapshot.crisis.tz)
    by = f"by {', '.join(plan_b.by)}" if plan_b.by else "by no gate"
    lost = f"{plan_b.people_lost:,} people fewer" if plan_b.people_lost else "as many people"
    return f"{plan_b.gate} closed: {day} from {hub} {by}, p {plan_b.p:.2f}, {lost}"
