"""Workers from the command line: what waits is solved, and a killed worker's run is finished by another, once."""

import signal
import time
from collections.abc import Callable

from planner.bootstrap import clock, versions
from planner.services.crises import load_world
from planner.services.plans import request_plan
from planner.services.snapshots import horizon_from, planning_as_of, take_snapshot
from planner.store.records import Run
from planner.store.store import Store
from routing.units import parse_instant
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def ask(store: Store, days: int) -> Run:
    """Queue a plan from 9 April without solving it, as a page does."""
    world = load_world(store, "two-rivers")
    day = parse_instant("2031-04-09", world.catalogue.crisis.tz)
    snapshot = take_snapshot(world, as_of=planning_as_of(world, day), horizon=horizon_from(day, days, world))
    return request_plan(store, snapshot, versions(), at=clock(), by="nour")


def run_of(store: Store, run: Run) -> Run:
    with store.reading() as read:
        return read.get_run(run.id)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "It did not come about within two minutes."
        time.sleep(0.05)


def test_a_worker_solves_what_waits_and_leaves(fresh: Desk) -> None:
    store = fresh.store()
    asked = ask(store, 1)
    told = fresh.qafila("worker", "--once")
    assert (told.code, told.out, told.err) == (0, "", "Worked 1 runs.\n")
    assert run_of(store, asked).state == "done"
    assert fresh.qafila("plan", "show").code == 0
    assert fresh.qafila("worker", "--once").err == "Worked 0 runs.\n"
    store.close()


def test_the_run_of_a_killed_worker_is_finished_by_another_once(fresh: Desk) -> None:
    store = fresh.store()
    asked = ask(store, 3)
    with fresh.start("worker", "--lease", "2") as worker:
        # A first sign of life: the solve is on its way.
        wait_until(lambda: run_of(store, asked).progress is not None)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
    killed = run_of(store, asked)
    assert (killed.state, killed.attempt, killed.plan) == ("running", 1, None)
    assert killed.lease_until is not None

    wait_until(lambda: clock() >= (killed.lease_until or 0))
    assert fresh.qafila("worker", "--once").err == "Worked 1 runs.\n"

    done = run_of(store, asked)
    assert (done.state, done.attempt) == ("done", 2)
    with store.reading() as read:
        assert [card.id for card in read.list_plans("two-rivers")] == [done.plan]
    store.close()
    assert fresh.qafila("plan", "verify").code == 0


def test_a_worker_told_to_leave_finishes_and_leaves(fresh: Desk) -> None:
    with fresh.start("worker") as worker:
        assert worker.stderr is not None
        assert worker.stderr.readline().endswith("waits for runs.\n")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
        assert worker.stderr.read() == "Worked 0 runs.\n"
