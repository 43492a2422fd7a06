"""Commands that solve: make a plan, or solve a stored one again."""

from dataclasses import replace
from pathlib import Path

import click

from planner.bootstrap import clock, versions
from planner.cli.app import App, pass_app
from planner.cli.frame import REFUSED, json_option, print_json
from planner.cli.plans import PLAN, view
from planner.cli.show import show_plan
from planner.cli.terminal import solving
from planner.domain.policy import change_policy
from planner.domain.scenario import BASELINE
from planner.intake.policy import read_policy
from planner.intake.scenario import read_scenario
from planner.services.access import parse_known
from planner.services.movements import notified_convoys, pinned_convoys
from planner.services.plan_records import PlanRecord, get_plan
from planner.services.plans import replay_plan, request_plan, work_run
from planner.services.snapshots import Terms, horizon_from, planning_as_of, take_snapshot
from planner.store.codec import plan_digest
from routing.policy_record import policy_in_force


def solve_plan(
    app: App, start: str, days: int, known: str | None, policy: Path | None, scenario: Path | None, seed: int,
    *, robust: float | None = None,
) -> PlanRecord:  # fmt: skip
    """Freeze what is known, queue the solve, work it here if nobody else does, and return the plan.

    `robust` is the cap on being caught inside; None leaves it to the policy.
    """
    world = app.world
    day = app.instant(start, "--from")
    as_of = planning_as_of(world, day, parse_known(known, world))
    terms = Terms(seed=seed)
    if policy is not None:
        in_force = policy_in_force(world.log, as_of.known).policy
        plan_policy, access_policy, limits = read_policy(policy, in_force)
        terms = Terms(policy=plan_policy, access_policy=access_policy, limits=limits, seed=seed)
    if robust is not None:
        terms = replace(terms, policy=change_policy(terms.policy, {"caught_cap": robust}))
    supposed = BASELINE if scenario is None else read_scenario(scenario, world.catalogue.crisis.tz, world)
    with solving("Planning") as progress:
        snapshot = take_snapshot(
            world,
            as_of=as_of,
            horizon=horizon_from(day, days, world),
            scenario=supposed,
            pinned=pinned_convoys(app.store, world, after=as_of.at),
            notified=notified_convoys(app.store, world, after=as_of.at),
            terms=terms,
        )
        run = request_plan(app.store, snapshot, versions(), at=clock(), by=app.actor)
        ended = work_run(app.store, run, clock, progress, worker=f"plan new of {app.actor}")
    return get_plan(app.store, ended.plan or "", app.crisis)


@click.command()
@click.option("--from", "start", required=True, help="First day.")
@click.option("--days", required=True, type=int, help="How many days.")
@click.option("--known", help="What is known: a log position or a time; else 08:00 of the first day.")
@click.option("--policy", type=click.Path(path_type=Path), help="A TOML file with other parameters.")
@click.option("--scenario", type=click.Path(path_type=Path), help="A TOML file with edits to suppose.")
@click.option("--seed", default=1, show_default=True, type=int, help="Of the search; it is part of the plan.")
@click.option(
    "--robust",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="No convoy caught inside in more than this share of drawn futures.",
)
@json_option
@pass_app
def new(  # noqa: PLR0913 - each is an option of the command
    app: App, start: str, days: int, known: str | None, policy: Path | None, scenario: Path | None, seed: int,
    *, robust: float | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a plan. A plan that serves nobody for proved reasons is a plan; exits 1 only where none was found."""
    record = solve_plan(app, start, days, known, policy, scenario, seed, robust=robust)
    if as_json:
        print_json(view(record))
    else:
        show_plan(record)
    if record.plan.status == "no_plan":
        raise click.exceptions.Exit(REFUSED)


@click.command()
@PLAN
@pass_app
def replay(app: App, plan: str) -> None:
    """Solve a plan's stored snapshot again. Exits 1 unless the same plan comes out."""
    record = get_plan(app.store, plan, app.crisis)
    with solving("Replaying") as progress:
        digest = replay_plan(record, progress)
    same = digest == plan_digest(record.plan)
    click.echo(f"{'Same' if same else 'Another'} plan: {digest}")
    if not same:
        raise click.exceptions.Exit(REFUSED)
