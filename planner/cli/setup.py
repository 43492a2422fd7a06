"""Commands that set the product up and keep it running."""

import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from rich.markup import escape

from planner import bootstrap, jobs
from planner.cli.frame import App, json_option, notes, out, pass_app, print_json
from planner.cli.plans import solve_plan, view
from planner.cli.show import show_plan
from planner.intake.seed import seed_names
from planner.services.crises import load_seed
from planner.services.doctor import examine
from planner.services.plans import make_plan
from routing.units import format_instant

DEMO_CRISIS = "syria-2016-09"


@click.command()
@pass_app
def init(app: App) -> None:
    """Create the data folder, the key and the database, or bring the tables to this version."""
    store = bootstrap.init_store(app.settings, os.environ)
    click.echo(f"Ready: {store.kind} at {(app.settings.database_url and 'QAFILA_DATABASE_URL') or app.settings.home}.")
    if app.settings.database_url is None and "QAFILA_PASSPHRASE" not in os.environ:
        click.echo(f"The key is in {app.settings.key_file}. Without it the data is lost: keep a copy elsewhere.")


@click.command()
@click.argument("name")
@pass_app
def seed(app: App, name: str) -> None:
    """Load a seed crisis that comes with the product."""
    world = load_seed(app.store, name, actor=app.actor, at=bootstrap.clock())
    click.echo(
        f"Loaded {name}: {len(world.network.places)} places, {len(world.network.segments)} segments, "
        f"{len(world.catalogue.sites)} sites, {len(world.log)} records."
    )


@click.command()
@json_option
@pass_app
def doctor(app: App, *, as_json: bool) -> None:
    """Say whether everything that the product needs is here and works. Exits 1 where something does not."""
    found = examine(app.settings.home)
    if as_json:
        print_json(found)
    else:
        for name, said in found.items():
            out.print(f"{name:>12}  {said}")
        out.print(f"{'crises':>12}  {', '.join(seed_names())} can be loaded")
    if found["ok"] is not True:
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--once", is_flag=True, help="Work what waits, then leave.")
@pass_app
def worker(app: App, *, once: bool) -> None:
    """Solve the runs that wait in the queue, until told to leave."""
    name = f"{socket.gethostname()}-{os.getpid()}"
    leaving = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda _number, _frame: leaving.set())
    if once:
        worked = 0
        while not leaving.is_set() and jobs.work_once(app.store, make_plan, name, bootstrap.clock) is not None:
            worked += 1
    else:
        notes.print(f"Worker {name} waits for runs.")
        worked = jobs.work_forever(app.store, make_plan, name, bootstrap.clock, leaving=leaving)
    notes.print(f"Worked {worked} runs.")


@click.command()
@click.option("--once", is_flag=True, help="Load, plan, print the plan as JSON, leave.")
def demo(*, once: bool) -> None:
    """Plan 18 to 26 September 2016 as known on the 18th, in a folder of its own that is thrown away."""
    with _home() as environ:
        app = App(settings=bootstrap.read_settings(environ))
        with bootstrap_store(app, environ):
            notes.print("Loading the crisis.")
            world = load_seed(app.store, DEMO_CRISIS, actor="demo", at=bootstrap.clock())
            crisis = world.catalogue.crisis
            start = format_instant(crisis.demo_from, crisis.tz)
            known = format_instant(crisis.demo_known, crisis.tz)
            record = solve_plan(app, start, crisis.demo_days, known, None, None, 1)
            if once:
                print_json(view(record))
                return
            show_plan(record, out)
            out.print(
                "\nNext: qafila init && qafila seed syria-2016-09, then qafila access explain castello "
                "--at 2016-09-19T21:00+03:00",
                style="dim",
            )


@contextmanager
def bootstrap_store(app: App, environ: Mapping[str, str]) -> Iterator[None]:
    """Give the app a new store of its own and close it at the end."""
    app.store = bootstrap.init_store(app.settings, environ)
    try:
        yield
    finally:
        app.store.close()


@contextmanager
def _home() -> Iterator[dict[str, str]]:
    """Make an empty home with a key outside it, and remove both at the end."""
    folder = Path(tempfile.mkdtemp(prefix="qafila-demo-"))
    try:
        yield {
            "QAFILA_HOME": str(folder / "home"),
            "QAFILA_KEY_FILE": str(folder / "key" / "database.key"),
            "QAFILA_CRISIS": DEMO_CRISIS,
        }
    finally:
        shutil.rmtree(folder)
        notes.print(escape(f"Removed {folder}."), style="dim")
