"""The command that shows the whole way from evidence to the running site, in a folder that is thrown away."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from planner import bootstrap
from planner.cli.app import App
from planner.cli.ending import ended_cleanly
from planner.cli.frame import print_json
from planner.cli.plans import view
from planner.cli.serve import PORT, Site, with_site
from planner.cli.show import show_plan
from planner.cli.solve import solve_plan
from planner.cli.terminal import note
from planner.services.accounts import ensure_first_accounts
from planner.services.crises import load_seed
from routing.units import format_instant

DEMO_CRISIS = "syria-2016-09"


@click.command()
@click.option("--once", is_flag=True, help="Load, plan, print the plan as JSON, leave.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65_535), help="Where the site listens.")
@click.option("--crisis", default=DEMO_CRISIS, hidden=True)
def demo(crisis: str, port: int, *, once: bool) -> None:
    """Plan 18 to 26 September 2016 as known on the 18th and run the site on it, in a folder that is thrown away."""
    with ended_cleanly(), _home(crisis) as app:
        note("Loading the crisis.")
        world = load_seed(app.store, crisis, actor="demo", at=bootstrap.clock())
        told = world.catalogue.crisis
        start, known = (format_instant(at, told.tz) for at in (told.demo_from, told.demo_known))
        record = solve_plan(app, start, told.demo_days, known, None, None, 1)
        if once:
            print_json(view(record))
            return
        show_plan(record)
        first = ensure_first_accounts(app.store, bootstrap.clock(), must_change=False)
        with_site(app.environ, Site(port=port, situation_at=told.demo_known, demo=True), first)


@contextmanager
def _home(crisis: str) -> Iterator[App]:
    """Make an empty home with a key outside it and a new store in it, and remove all of it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="qafila-demo-"))
    app = App(
        environ={
            "QAFILA_HOME": str(folder / "home"),
            "QAFILA_KEY_FILE": str(folder / "key" / "database.key"),
            "QAFILA_CRISIS": crisis,
        }
    )
    try:
        bootstrap.init_store(app.settings, app.environ).close()
        yield app
        app.store.close()
    finally:
        shutil.rmtree(folder)
        note(f"Removed {folder}.")
