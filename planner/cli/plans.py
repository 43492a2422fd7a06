"""Commands on plans: make, show, judge, compare, publish."""

from pathlib import Path

import click

from planner.bootstrap import clock, versions
from planner.cli.frame import REFUSED, App, json_option, out, pass_app, print_json, solving
from planner.cli.show import CLASS, show_diff, show_plan
from planner.domain.canonical import Plain
from planner.domain.compare import PlanDiff
from planner.domain.plan import Unmet
from planner.domain.scenario import BASELINE
from planner.domain.verify import RULES
from planner.intake.policy import read_policy
from planner.intake.scenario import read_scenario
from planner.services import plans as service
from planner.services.access import parse_known
from planner.services.plan_view import plan_json, unmet_json
from planner.services.plans import PlanRecord
from planner.services.snapshots import Terms, horizon_from, planning_as_of, take_snapshot
from planner.services.what_if import diff_plans
from planner.store.codec import plan_digest

PLAN = click.argument("plan", default="latest")


@click.group()
def plan() -> None:
    """Make plans and look at them."""


def view(record: PlanRecord) -> dict[str, Plain]:
    """Return a stored plan as JSON."""
    return plan_json(record.id, record.stored.card.digest, record.plan, record.snapshot, record.seconds)


def solve_plan(
    app: App, start: str, days: int, known: str | None, policy: Path | None, scenario: Path | None, seed: int
) -> PlanRecord:
    """Freeze what is known, queue the solve, work it here if nobody else does, and return the plan."""
    world = app.world
    day = app.instant(start, "--from")
    terms = Terms(seed=seed)
    if policy is not None:
        plan_policy, access_policy, limits = read_policy(policy)
        terms = Terms(policy=plan_policy, access_policy=access_policy, limits=limits, seed=seed)
    as_of = planning_as_of(world, day, parse_known(known, world))
    supposed = BASELINE if scenario is None else read_scenario(scenario, world.catalogue.crisis.tz)
    with solving("Planning") as progress:
        snapshot = take_snapshot(
            world,
            as_of=as_of,
            horizon=horizon_from(day, days, world),
            scenario=supposed,
            pinned=service.pinned_convoys(app.store, world, after=as_of.at),
            terms=terms,
        )
        run = service.request_plan(app.store, snapshot, versions(), at=clock(), by=app.actor)
        ended = service.work_run(app.store, run, clock, progress, worker=f"plan new of {app.actor}")
    return service.get_plan(app.store, ended.plan or "", app.crisis)


@plan.command()
@click.option("--from", "start", required=True, help="First day.")
@click.option("--days", required=True, type=int, help="How many days.")
@click.option("--known", help="What is known: a log position or a time; else 08:00 of the first day.")
@click.option("--policy", type=click.Path(path_type=Path), help="A TOML file with other parameters.")
@click.option("--scenario", type=click.Path(path_type=Path), help="A TOML file with edits to suppose.")
@click.option("--seed", default=1, show_default=True, type=int)
@json_option
@pass_app
def new(
    app: App, start: str, days: int, known: str | None, policy: Path | None, scenario: Path | None, seed: int,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Make a plan. A plan that serves nobody for proved reasons is a plan; exits 1 only where none was found."""
    record = solve_plan(app, start, days, known, policy, scenario, seed)
    if as_json:
        print_json(view(record))
    else:
        show_plan(record, out)
    if record.plan.status == "no_plan":
        raise click.exceptions.Exit(REFUSED)


@plan.command()
@PLAN
@json_option
@pass_app
def show(app: App, plan: str, *, as_json: bool) -> None:
    """Show a plan."""
    record = service.get_plan(app.store, plan, app.crisis)
    if as_json:
        print_json(view(record))
    else:
        show_plan(record, out)


@plan.command("list")
@json_option
@pass_app
def list_(app: App, *, as_json: bool) -> None:
    """List the plans of the crisis, newest first."""
    with app.store.reading() as read:
        cards = read.list_plans(app.crisis)
    rows = [
        {"plan": c.id, "status": c.status, "people_reached": c.people_reached, "published": c.published_at is not None}
        for c in cards
    ]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        state = "published" if row["published"] else "draft"
        out.print(f"{row['plan']}  {row['status']}  {row['people_reached']:,} people  {state}")


@plan.command()
@PLAN
@json_option
@pass_app
def verify(app: App, plan: str, *, as_json: bool) -> None:
    """Judge a plan against every hard rule. Exits 1 where one is broken."""
    record = service.get_plan(app.store, plan, app.crisis)
    found = service.verify_plan(record)
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
            out.print(f"[bold red]{violation.rule}[/] {violation.convoy or 'plan'}: {violation.detail}")
        out.print(f"{len(RULES)} rules checked, {len(found)} violations.")
    if found:
        raise click.exceptions.Exit(REFUSED)


@plan.command()
@PLAN
@click.option("--site", help="Only this site.")
@json_option
@pass_app
def explain(app: App, plan: str, site: str | None, *, as_json: bool) -> None:
    """Say of each need that is not met whether it is impossible, outbid or not found, with the proof."""
    record = service.get_plan(app.store, plan, app.crisis)
    rows = [row for row in record.plan.unmet if site is None or row.site == site]
    if as_json:
        print_json([unmet_json(row) for row in rows])
        return
    for row in rows:
        _print_unmet(row, record)
    if not rows:
        out.print("Nothing is unmet there.")


def _print_unmet(row: Unmet, record: PlanRecord) -> None:
    item = record.snapshot.commodities[row.commodity].name
    out.print(f"[bold]{row.site}[/], {item}: {row.units:,} units for {row.people:,} people", highlight=False)
    out.print(f"  {CLASS[row.unmet_class]}, {row.rule.replace('_', ' ')}: {row.reason}", highlight=False)
    if row.proof:
        out.print(f"  proof: {', '.join(row.proof)}", highlight=False)
    if row.change is not None:
        tried = "solved again" if row.change.verified else "not tried"
        out.print(
            f"  would serve it: {row.change.edit} ({tried}, {row.change.people_gained:+,} people)", highlight=False
        )


def diff_json(a: str, b: str, diff: PlanDiff) -> dict[str, Plain]:
    """Return the difference of two plans as JSON."""
    return {
        "a": a,
        "b": b,
        "people_gained": diff.people_gained,
        "sites": [{"site": s.site, "people_a": s.people_a, "people_b": s.people_b} for s in diff.sites],
        "convoys": {
            "added": [convoy.id for convoy in diff.added],
            "removed": [convoy.id for convoy in diff.removed],
            "changed": [{"a": c.a.id, "b": c.b.id, "what": list[Plain](c.what)} for c in diff.changed],
            "kept": [convoy.id for convoy in diff.kept],
        },
        "because": [cause.id for cause in diff.because],
    }


@plan.command()
@click.argument("a")
@click.argument("b")
@json_option
@pass_app
def diff(app: App, a: str, b: str, *, as_json: bool) -> None:
    """Say what changes from plan A to plan B, and because of what."""
    first, second = (service.get_plan(app.store, one, app.crisis) for one in (a, b))
    found = diff_plans(first, second, app.world)
    if as_json:
        print_json(diff_json(first.id, second.id, found))
    else:
        show_diff(first.id, second.id, found, out)


@plan.command()
@PLAN
@pass_app
def replay(app: App, plan: str) -> None:
    """Solve a plan's stored snapshot again. Exits 1 unless the same plan comes out."""
    record = service.get_plan(app.store, plan, app.crisis)
    with solving("Replaying") as progress:
        digest = service.replay_plan(record, progress)
    same = digest == plan_digest(record.plan)
    click.echo(f"{'Same' if same else 'Another'} plan: {digest}")
    if not same:
        raise click.exceptions.Exit(REFUSED)


@plan.command()
@PLAN
@pass_app
def publish(app: App, plan: str) -> None:
    """Publish a plan that somebody else has made: its convoys become movements."""
    record = service.get_plan(app.store, plan, app.crisis)
    for movement in service.publish_plan(app.store, record, by=app.actor, at=clock()):
        click.echo(movement)


@plan.command()
@click.argument("movement")
@click.option("--release", is_flag=True, help="Let it go again.")
@pass_app
def pin(app: App, movement: str, *, release: bool) -> None:
    """Keep a published movement as it is when planning again."""
    service.pin_movement(app.store, app.world, movement, pinned=not release, by=app.actor, at=clock())
    click.echo(f"{movement} is {'released' if release else 'pinned'}.")
