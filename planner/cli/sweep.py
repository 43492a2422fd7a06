"""The command that solves many scenarios at once."""

import csv
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from planner.bootstrap import clock, versions
from planner.cli.app import App, pass_app
from planner.cli.frame import REFUSED, json_option, print_json
from planner.cli.terminal import listing, note, notes, print_listing, say, solving
from planner.cli.what_if import base_record
from planner.intake.sweep import read_sweep
from planner.services.sweep_view import csv_rows, result_json
from planner.services.sweep_work import Follow, work_sweep
from planner.services.sweeps import SweepState, SweepView, request_sweep, state_of, view_sweep
from planner.store.records import SweepId

SHOWN: Final = 40
"""Longer tables are shown by their best and worst; `--csv` and `--json` give every row."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(0), help="Processes here; else one a core. 0 follows workers elsewhere.")
@click.option("--dask", help="The address of a running Dask scheduler that solves instead: tls://HOST:PORT.")
@click.option("--base", help="The plan to compare with; else the file's [base], else the latest.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write the table of results there.")
@json_option
@pass_app
def sweep(
    app: App, file: Path, workers: int | None, dask: str | None, base: str | None, csv_file: Path | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Solve every scenario of a sweep FILE beside its base plan. Asked for again, what is done is not done again.

    Ctrl-C ends the workers here and keeps what is done; the same command goes on. Exits 1 if a scenario failed.
    """
    world = app.world
    started = time.monotonic()
    asked = read_sweep(file, world.catalogue.crisis.tz, world)
    with solving("Base plan") as progress:
        record = base_record(app, base, asked.base, progress)
    with _bar("Queueing", len(asked.cells)) as told:
        card = request_sweep(
            app.store, world, record, asked, versions(), at=clock(), by=app.actor, told=lambda n: told(n, "")
        )
    with _bar("Solving", len(asked.cells)) as told, _goes_on(app, card.id):
        follow = _follower(told)
        if dask is not None:
            from planner.services.dask_cluster import work_on_dask  # noqa: PLC0415 - an extra that may be missing

            work_on_dask(app.store, card.id, dask, clock, follow, note)
        else:
            command = [sys.executable, "-m", "planner", "worker", "--sweep", str(card.id)]
            work_sweep(app.store, card.id, command, _count(workers), follow, clock)
    view = view_sweep(app.store, app.crisis, card.id)
    seconds = time.monotonic() - started
    if csv_file is not None:
        with csv_file.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(csv_rows(view))
    if as_json:
        print_json(_json(view, seconds))
    else:
        _show(view, seconds)
    if view.state.failed or view.state.stopped:
        raise click.exceptions.Exit(REFUSED)


def _count(workers: int | None) -> int:
    return len(os.sched_getaffinity(0)) if workers is None else workers


@contextmanager
def _goes_on(app: App, sweep: SweepId) -> Iterator[None]:
    """Say to whoever interrupts what is kept, and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        state = state_of(app.store, sweep)
        note(f"{state.done} of {state.total} are solved and kept. The same command goes on with the rest.")
        raise


@contextmanager
def _bar(title: str, total: int) -> Iterator["_Told"]:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task(title, total=total, said="")
        yield _Told(bar, task)


class _Told:
    """Moves a bar."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def __call__(self, done: int, said: str, total: int | None = None) -> None:
        self._bar.update(self._task, completed=done, said=said, total=total)


def _follower(told: _Told) -> Follow:
    def follow(state: SweepState) -> None:
        ended = state.done + state.failed + state.stopped
        failed = f", {state.failed} failed" if state.failed else ""
        told(ended, f"{state.running} at work{failed}", state.total)

    return follow


def _json(view: SweepView, seconds: float) -> dict[str, object]:
    rows = [result_json(view, result) for result in view.results]
    return {
        "sweep": view.card.id,
        "name": view.card.name,
        "digest": view.card.digest,
        "base": view.card.base,
        "scenarios": len(rows),
        "combinations": view.combinations,
        "seed": view.seed,
        "done": sum(row["state"] == "done" for row in rows),
        "failed": sum(row["state"] == "failed" for row in rows),
        "seconds": round(seconds, 3),
        "rows": rows,
    }


def _show(view: SweepView, seconds: float) -> None:
    state = view.state
    drawn = "" if view.seed is None else f", drawn from {view.combinations:,} by seed {view.seed}"
    say(
        f"\n[bold]{escape(view.card.name)}[/]: {len(view.results)} scenarios{drawn}; {state.done} solved, "
        f"{state.failed} failed, in {seconds:.1f} s. Base plan {view.card.base}: {view.base.people_reached:,} people"
    )
    solved = sorted(
        (r for r in view.results if r.figures is not None),
        key=lambda r: (-(r.figures.people_reached if r.figures else 0), r.swept.number),
    )
    shown = solved if len(solved) <= SHOWN else [*solved[: SHOWN // 2], *solved[-SHOWN // 2 :]]
    names = [axis.name for axis in view.axes]
    columns = ("people", "to base", "convoys", "trucks", "sites", "unmet", "gap")
    table = listing("#", *map(escape, names), *columns, "plan", right=("#", *columns))
    for place, result in enumerate(shown):
        figures = result.figures
        if figures is None:
            continue
        if place == SHOWN // 2 and len(solved) > SHOWN:
            table.add_row("", *("..." for _ in names))
        table.add_row(
            str(result.swept.number), *(escape(str(result.swept.chosen[name])) for name in names),
            f"{figures.people_reached:,}", f"{figures.people_reached - view.base.people_reached:+,}",
            str(figures.convoys), str(figures.trucks), str(figures.sites_served), str(figures.needs_unmet),
            "-" if figures.gap is None else f"{figures.gap:.1%}", result.swept.plan or "",
        )  # fmt: skip
    print_listing(table)
    for result in view.results:
        if result.swept.state == "failed":
            say(f"[bold red]failed[/] {result.swept.number}: {escape(result.swept.error or '')}")
