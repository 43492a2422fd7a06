"""A sweep worked by processes that are killed at random: each scenario is answered once, and nothing is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from planner import jobs
from planner.domain.snapshot import Snapshot
from planner.services.sweep_work import work_sweep
from planner.services.sweeps import SweepState, resume_sweep, state_of, stop_sweep, view_sweep
from planner.store.records import SweepCard
from planner.store.store import Store
from tests.databases import Database
from tests.planner.instances import two_sites_one_gate
from tests.planner.store.examples import MONDAY, plan_for

pytest_plugins = ["tests.database_fixtures"]
WORLD: Snapshot = two_sites_one_gate()
PROVE = bool(os.environ.get("QAFILA_PROVE"))
SCENARIOS, KILLS = (60, 10) if PROVE else (14, 3)


def asked(store: Store, scenarios: int = SCENARIOS) -> SweepCard:
    """Return a sweep of small worlds that differ in their seed, with the base plan that it is compared with."""
    with store.writing() as write:
        write.put_crisis(WORLD.crisis)
    digest = store.save_snapshot(WORLD)
    body = {
        "axes": [{"name": "seed", "values": list(range(2, 2 + scenarios))}], "combinations": scenarios,
        "sampled": None, "scenarios": scenarios,
    }  # fmt: skip
    snapshots = [store.save_snapshot(replace(WORLD, seed=seed)) for seed in range(2, 2 + scenarios)]
    with store.writing() as write:
        base = write.save_plan(plan_for(digest, people=1), created_at=MONDAY, created_by="nour")
        card = write.add_sweep(
            "d" * 64, crisis=WORLD.crisis.id, name="many", base=base.id, body=body, at=MONDAY, by="nour"
        )
        for number, snapshot in enumerate(snapshots, 1):
            run = write.enqueue_run(f"key-{number}", snapshot, at=MONDAY, by="nour", rank=1)
            write.add_swept(card.id, [(number, {"seed": number + 1}, run.id)])
    return card


def test_workers_killed_at_random_still_give_each_result_once(database: Database) -> None:
    store = database.open()
    card, draw, killed = asked(store), random.Random(7), 0  # noqa: S311 - who is killed is no secret
    command = [sys.executable, "-m", "tests.planner.sweep_process", database.kind, database.address, str(card.id)]
    killed_at = 0

    def kill(state: SweepState) -> None:
        nonlocal killed, killed_at
        with store.reading() as read:
            busy = {one.worker for one in read.list_swept(card.id) if one.state == "running" and one.worker}
        # Whoever was killed holds its run until the lease ends, and cannot be killed again.
        workers = sorted(busy & processes.keys())
        # Not one after another without an answer between: a run that takes every worker with it is failed in the end.
        if killed < KILLS and workers and state.done > killed_at:
            victim = draw.choice(workers)
            os.kill(processes.pop(victim), signal.SIGKILL)
            killed, killed_at = killed + 1, state.done

    processes: dict[str, int] = {}
    start = subprocess.Popen

    def seen(arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - passed on as it came
        process: subprocess.Popen[bytes] = start(arguments, **options)
        processes[arguments[-1]] = process.pid
        return process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", seen)
        ended = work_sweep(store, card.id, command, 2, kill, lambda: int(time.time()))

    assert killed == KILLS
    assert ended == SweepState(done=SCENARIOS)
    found = view_sweep(store, WORLD.crisis.id, card.id)
    assert [r.figures.people_reached for r in found.results if r.figures] == list(range(2, 2 + SCENARIOS))
    with store.reading() as read:
        assert len(read.list_plans(WORLD.crisis.id)) == SCENARIOS + 1
    store.close()


def test_a_sweep_is_stopped_and_goes_on_where_it_was(store: Store) -> None:
    card = asked(store, 3)
    jobs.work_once(store, lambda s, _: plan_for(store.save_snapshot(s), people=s.seed), "w", lambda: MONDAY)
    with store.writing() as write:  # somebody waits for the last scenario besides
        last = write.list_swept(card.id)[-1]
        run = write.get_run(last.run)
        write.enqueue_run(run.key, run.snapshot, at=MONDAY, by="salma")

    assert stop_sweep(store, WORLD.crisis.id, card.id, at=MONDAY, by="nour") == 1
    assert state_of(store, card.id) == SweepState(done=1, stopped=1, queued=1)

    resume_sweep(store, WORLD.crisis.id, card.id, at=MONDAY, by="nour")
    assert state_of(store, card.id) == SweepState(done=1, queued=2)


def test_a_plan_that_somebody_waits_for_goes_before_every_sweep(store: Store) -> None:
    asked(store, 2)
    digest = store.save_snapshot(replace(WORLD, seed=99))
    wanted = jobs.enqueue(store, "urgent", digest, at=MONDAY, by="salma")

    claimed = jobs.work_once(store, lambda s, _: plan_for(store.save_snapshot(s), people=9), "w", lambda: MONDAY)

    assert claimed == wanted.id


def test_an_interrupted_sweep_puts_back_what_its_workers_had(database: Database) -> None:
    store = database.open()
    card = asked(store, 6)
    command = [sys.executable, "-m", "tests.planner.sweep_process", database.kind, database.address, str(card.id)]

    def leave(state: SweepState) -> None:
        if state.running:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work_sweep(store, card.id, command, 1, leave, lambda: int(time.time()), pause=lambda _: time.sleep(0.01))

    state = state_of(store, card.id)
    assert (state.running, state.queued + state.done) == (0, 6)
    store.close()


def test_a_run_whose_worker_fell_silent_elsewhere_is_taken_over(database: Database) -> None:
    store = database.open()
    card = asked(store, 1)
    with store.writing() as write:
        write.claim_run("a worker on a machine that burned", now=MONDAY, lease_s=60, sweep=card.id)
    command = [sys.executable, "-m", "tests.planner.sweep_process", database.kind, database.address, str(card.id)]
    ended = work_sweep(store, card.id, command, 1, lambda _: None, lambda: int(time.time()))
    assert ended == SweepState(done=1)
    store.close()
