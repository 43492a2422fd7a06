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
from planner.services.studies import make_study
from planner.store.store import Store

BEATS_A_LEASE = 4
"""A worker must miss so many signs of life in a row before it is taken for dead."""


@click.command()
@click.option("--once", is_flag=True, help="Work what waits, then leave.")
@click.option("--lease", "lease_s", default=jobs.LEASE_S, type=click.IntRange(1), hidden=True)
@pass_app
def worker(app: App, lease_s: int, *, once: bool) -> None:
    """Solve the runs that wait in the queue, until told to leave; the run in hand is finished first."""
    name = f"{socket.gethostname()}-{os.getpid()}"
    leaving = threading.Event()
    before = {
        sign: signal.signal(sign, lambda _number, _frame: leaving.set()) for sign in (signal.SIGTERM, signal.SIGINT)
    }
    beat_s = min(jobs.BEAT_S, lease_s / BEATS_A_LEASE)
    try:
        if once:
            worked = _work_what_waits(app.store, name, leaving, lease_s, beat_s)
        else:
            note(f"Worker {name} waits for runs.")
            worked = jobs.work_forever(
                app.store, make_plan, name, clock, leaving=leaving, lease_s=lease_s, beat_s=beat_s, study=make_study
            )
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    note(f"Worked {worked} runs.")


def _work_what_waits(store: Store, name: str, leaving: threading.Event, lease_s: int, beat_s: float) -> int:
    worked = 0
    while not leaving.is_set():
        if jobs.work_once(store, make_plan, name, clock, lease_s=lease_s, beat_s=beat_s, study=make_study) is None:
            break
        worked += 1
    return worked
