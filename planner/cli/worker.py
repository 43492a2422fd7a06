"""The command that solves what waits in the queue."""

import os
import signal
import socket
import threading

import click

from planner import jobs
from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.terminal import note
from planner.services.plans import make_plan
from planner.services.replay_queue import work_replays_once
from planner.services.road_queue import work_roads_once
from planner.services.studies import make_study
from planner.store.shelf import loader
from planner.store.store import Store

BEATS_A_LEASE = 4
"""A worker must miss so many signs of life in a row before it is taken for dead."""


@click.command()
@click.option("--once", is_flag=True, help="Work what waits, then leave.")
@click.option("--sweep", type=click.IntRange(1), help="Work only the scenarios of this sweep, then leave.")
@click.option("--name", help="The worker's name; else that of this machine and process.")
@click.option("--lease", "lease_s", default=jobs.LEASE_S, type=click.IntRange(1), hidden=True)
@pass_app
def worker(app: App, sweep: int | None, name: str | None, lease_s: int, *, once: bool) -> None:
    """Solve the runs that wait, read road files, replay past days; told to leave, finish what is in hand."""
    name = name or f"{socket.gethostname()}-{os.getpid()}"
    leaving = threading.Event()
    before = {
        sign: signal.signal(sign, lambda _number, _frame: leaving.set()) for sign in (signal.SIGTERM, signal.SIGINT)
    }
    beat_s = min(jobs.BEAT_S, lease_s / BEATS_A_LEASE)
    try:
        if once or sweep is not None:
            worked = _work_what_waits(app.store, name, leaving, sweep, lease_s, beat_s)
        else:
            note(f"Worker {name} waits for runs.")
            worked = jobs.work_forever(
                app.store, make_plan, name, clock, leaving=leaving, lease_s=lease_s, beat_s=beat_s, study=make_study,
                beside=lambda: _beside(app.store, name, lease_s, beat_s),
            )  # fmt: skip
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    note(f"Worked {worked} runs.")


def _beside(store: Store, name: str, lease_s: int, beat_s: float) -> bool:
    """Read a road file or do a morning of a replay, and tell whether there was any."""
    if work_roads_once(store, name, clock, lease_s=lease_s, beat_s=beat_s) is not None:
        return True
    return work_replays_once(store, name, clock, lease_s=lease_s, beat_s=beat_s) is not None


def _work_what_waits(
    store: Store, name: str, leaving: threading.Event, sweep: int | None, lease_s: int, beat_s: float
) -> int:
    worked, load = 0, loader(store)
    while not leaving.is_set():
        run = jobs.work_once(
            store, make_plan, name, clock, lease_s=lease_s, beat_s=beat_s, sweep=sweep, load=load, study=make_study
        )
        if run is not None:
            worked += 1
        elif sweep is not None or not _beside(store, name, lease_s, beat_s):
            break
    return worked
