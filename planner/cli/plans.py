"""Commands on stored plans: show, judge, explain, compare, publish."""

from collections.abc import Mapping
from typing import ClassVar

import click
from rich.markup import escape

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import REFUSED, json_option, print_json
from planner.cli.lazy import Later, LazyGroup
from planner.cli.show import CLASS, show_diff, show_plan
from planner.cli.terminal import say
from planner.domain.canonical import Plain
from planner.domain.errors import NotFound
from planner.domain.plan import Unmet
from planner.domain.verify import RULES
from planner.services.movements import pin_movement, publish_plan
from planner.services.plan_records import PlanRecord, diff_plans, get_plan, verify_plan
from planner.services.plan_view import diff_json, plan_json, unmet_json

PLAN = click.argument("plan", default="latest")


class _Commands(LazyGroup):
    later: ClassVar[Mapping[str, Later]] = {
        "new": Later(where="planner.cli.solve:new", help="Make a plan."),
        "tradeoff": Later(where="planner.cli.tradeoff:tradeoff", help="Say what other balances would reach."),
        "replay": Later(where="planner.cli.solve:replay", help="Solve a plan's stored snapshot again."),
    }


@click.group(cls=_Commands)
def plan() -> None:
    """Make plans and look at them."""


def view(record: PlanRecord) -> dict[str, Plain]:
    """Return a stored plan as JSON."""
    return plan_json(record.id, record.stored.card.digest, record.plan, record.snapshot, record.seconds)


@plan.command()
@PLAN
@json_option
@pass_app
def show(app: App, plan: str, *, as_json: bool) -> None:
    """Show a plan."""
    record = get_plan(app.store, plan, app.crisis)
    if as_json:
        print_json(view(record))
    else:
        show_plan(record)


@plan.command("list")
@click.option("--swept", is_flag=True, help="Those of sweeps too.")
@json_option
@pass_app
def list_(app: App, *, swept: bool, as_json: bool) -> None:
    """List the plans of the crisis, newest first."""
    with app.store.reading() as read:
        cards = read.list_plans(app.crisis, swept=swept)
    rows = [
        {
            "plan": c.id,
            "status": c.status,
            "people_reached": c.people_reached,
            "published": c.published_at is not None,
            "supposed": c.supposed,
        }
        for c in cards
    ]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        state = "published" if row["published"] else "scenario" if row["supposed"] else "draft"
        say(f"{row['plan']}  {row['status']}  {row['people_reached']:,} people  {state}")


@plan.command()
@PLAN
@json_option
@pass_app
def verify(app: App, plan: str, *, as_json: bool) -> None:
    """Judge a plan against every hard rule. Exits 1 where one is broken."""
    record = get_plan(app.store, plan, app.crisis)
    found = verify_plan(record)
    if as_json:
        print_json(
            {
                "plan": record.id,
                "violations": [{"rule": v.rule, "convoy": v.convoy, "detail": v.detail} for v in found],
                "checked_rules": list(RULES),
            }
        )
    else:
        for violation in found:
            say(f"[bold red]{violation.rule}[/] {violation.convoy or 'plan'}: {escape(violation.detail)}")
        say(f"{len(RULES)} rules checked, {len(found)} violations.")
    if found:
        raise click.exceptions.Exit(REFUSED)


@plan.command()
@PLAN
@click.option("--site", help="Only this site.")
@json_option
@pass_app
def explain(app: App, plan: str, site: str | None, *, as_json: bool) -> None:
    """Say of each need that is not met whether it is impossible, outbid or not found, with the proof."""
    record = get_plan(app.store, plan, app.crisis)
    if site is not None and site not in record.snapshot.sites:
        raise NotFound(f"No site {site!r} in plan {record.id}. There are: {', '.join(sorted(record.snapshot.sites))}.")
    rows = [row for row in record.plan.unmet if site is None or row.site == site]
    if as_json:
        print_json([unmet_json(row) for row in rows])
        return
    for row in rows:
        _print_unmet(row, record)
    if not rows:
        say("Nothing is unmet there.")


def _print_unmet(row: Unmet, record: PlanRecord) -> None:
    item = record.snapshot.commodities[row.commodity].name
    say(f"[bold]{row.site}[/], {escape(item)}: {row.units:,} units for {row.people:,} people")
    say(f"  {CLASS[row.unmet_class]}, {row.rule.replace('_', ' ')}: {escape(row.reason)}")
    if row.proof:
        say(f"  proof: {', '.join(row.proof)}")
    if row.change is not None:
        tried = "solved again" if row.change.verified else "not tried"
        say(f"  would serve it: {escape(row.change.edit)} ({tried}, {row.change.people_gained:+,} people)")


@plan.command()
@click.argument("a")
@click.argument("b")
@json_option
@pass_app
def diff(app: App, a: str, b: str, *, as_json: bool) -> None:
    """Say what changes from plan A to plan B, and because of what."""
    first, second = (get_plan(app.store, one, app.crisis) for one in (a, b))
    found = diff_plans(first, second, app.world)
    if as_json:
        print_json(diff_json(first.id, second.id, found))
    else:
        show_diff(first.id, second.id, found)


@plan.command()
@PLAN
@pass_app
def publish(app: App, plan: str) -> None:
    """Publish a plan that somebody else has made: its convoys become movements."""
    record = get_plan(app.store, plan, app.crisis)
    for movement in publish_plan(app.store, record, by=app.actor, at=clock()):
        click.echo(movement)


@plan.command()
@click.argument("movement")
@click.option("--release", is_flag=True, help="Let it go again.")
@pass_app
def pin(app: App, movement: str, *, release: bool) -> None:
    """Keep a published movement as it is when planning again."""
    pin_movement(app.store, app.world, movement, pinned=not release, by=app.actor, at=clock())
    click.echo(f"{movement} is {'released' if release else 'pinned'}.")
