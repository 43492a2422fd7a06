"""The command that supposes: scenarios solved beside a base plan."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from planner.bootstrap import clock, versions
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.show import show_diff
from planner.cli.terminal import listing, print_listing, say, solving
from planner.domain.compare import PlanDiff
from planner.domain.errors import BadInput
from planner.domain.sweep import Base
from planner.intake.scenario import read_scenario_file
from planner.jobs import Progress
from planner.services.plan_records import PlanRecord, get_plan
from planner.services.plan_view import diff_json
from planner.services.what_if import Outcome, plan_base, run_scenarios


@click.command("what-if")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--base", help="The plan to compare with; else the files' [base], else the latest.")
@click.option("--compare", "side_by_side", is_flag=True, help="Print a table, one column a scenario.")
@json_option
@pass_app
def what_if(app: App, files: tuple[Path, ...], base: str | None, *, side_by_side: bool, as_json: bool) -> None:
    """Solve scenario FILES as of a base plan and say who gains, who loses, and because of what."""
    world = app.world
    read = [read_scenario_file(file, world.catalogue.crisis.tz, world) for file in files]
    with solving("Supposing") as progress:
        record = base_record(app, base, _one_base(files, [one.base for one in read]), progress)
        outcomes = run_scenarios(
            app.store, world, record, [one.scenario for one in read], versions(), clock=clock, progress=progress,
            by=app.actor,
        )  # fmt: skip
    if as_json:
        print_json({"base": record.id, "scenarios": [_json(record, one) for one in outcomes]})
        return
    if side_by_side:
        print_listing(_table(record, outcomes))
        print_listing(_sites(record, outcomes))
    for one in outcomes:
        name = escape(one.scenario.name)
        say(f"\n[bold]{name}[/]: {one.record.plan.people_reached:,} people, plan {one.record.id}")
        show_diff(record.id, one.record.id, one.difference)


def base_record(app: App, named: str | None, stated: Base | None, progress: Progress) -> PlanRecord:
    """Return the plan that scenarios are laid over: the one named, or the file's own, else the latest.

    Raises
    ------
    BadInput
        If both are given, or the plan named is itself a scenario.
    """
    if named is not None and stated is not None:
        raise BadInput(f"--base {named} is given, and the file states a [base] of its own. Leave one of them out.")
    if stated is not None:
        return plan_base(
            app.store, app.world, stated, versions(), clock=clock, progress=progress, by=app.actor
        )  # fmt: skip
    record = get_plan(app.store, named or "latest", app.crisis)
    if record.stored.card.supposed:
        raise BadInput(
            f"Plan {record.id} is itself a scenario ({record.snapshot.scenario.name}). Give --base a plain plan."
        )
    return record


def _one_base(files: tuple[Path, ...], bases: Sequence[Base | None]) -> Base | None:
    if len(set(bases)) > 1:
        told = ", ".join(file.name for file, base in zip(files, bases, strict=True) if base is not None)
        raise BadInput(f"The files do not begin from one base ({told} state their own). Give them one by one.")
    return bases[0]


def _json(base: PlanRecord, one: Outcome) -> dict[str, object]:
    return {
        "name": one.scenario.name,
        "digest": one.record.stored.card.digest,
        "plan": one.record.id,
        "people_reached": one.record.plan.people_reached,
        "delta": diff_json(base.id, one.record.id, one.difference),
    }


def _table(base: PlanRecord, outcomes: tuple[Outcome, ...]) -> Table:
    """Return the indicators of the base plan and each scenario side by side."""
    scenarios = [escape(one.scenario.name) for one in outcomes]
    table = listing("", "base", *scenarios, right=("base", *scenarios))
    records = [base, *(one.record for one in outcomes)]
    table.add_row("people", *(f"{r.plan.people_reached:,}" for r in records))
    table.add_row("convoys", *(str(len(r.plan.convoys)) for r in records))
    table.add_row("trucks", *(str(sum(c.truck_count for c in r.plan.convoys)) for r in records))
    moves: Mapping[str, Callable[[PlanDiff], int]] = {
        "convoys added": lambda diff: len(diff.added),
        "dropped": lambda diff: len(diff.removed),
        "moved": lambda diff: sum(change.moved for change in diff.changed),
        "loaded otherwise": lambda diff: sum(not change.moved for change in diff.changed),
        "kept": lambda diff: len(diff.kept),
    }
    for word, count in moves.items():
        table.add_row(word, "", *(str(count(one.difference)) for one in outcomes))
    names = [level.name for level in base.plan.objective]
    for name in names:
        values = [{level.name: level.value for level in r.plan.objective}.get(name) for r in records]
        table.add_row(name, *("-" if value is None else f"{value:,.0f}" for value in values))
    return table


def _sites(base: PlanRecord, outcomes: tuple[Outcome, ...]) -> Table:
    """Return the people reached at each site where some scenario reaches others than the base, by largest change."""
    scenarios = [escape(one.scenario.name) for one in outcomes]
    table = listing("people reached", "base", *scenarios, right=("base", *scenarios))
    found: dict[str, dict[int, int]] = {}
    before: dict[str, int] = {}
    for place, one in enumerate(outcomes):
        for site in one.difference.sites:
            before[site.site] = site.people_a
            if site.people_b != site.people_a:
                found.setdefault(site.site, {})[place] = site.people_b
    for name in sorted(found, key=lambda n: (-max(abs(p - before[n]) for p in found[n].values()), n)):
        told = (
            f"{found[name][place]:,} ({found[name][place] - before[name]:+,})" if place in found[name] else "as base"
            for place in range(len(outcomes))
        )
        known = base.snapshot.sites.get(name)
        table.add_row(escape(known.name if known else name), f"{before[name]:,}", *told)
    return table
