"""The queue: each run asked for is done once, whatever happens to the workers."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from planner import jobs
from planner.domain.canonical import digest_of
from planner.domain.errors import NotFound, Refused
from planner.domain.hurry import Relay, hurried
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.store.records import LostClaim, Run, Sign, StoredPlan
from planner.store.store import Store
from tests.databases import Database
from tests.planner import worker_process
from tests.planner.instances import two_sites_one_gate
from tests.planner.store.examples import MONDAY, plan_for

pytest_plugins = ["tests.database_fixtures"]
WORLD: Snapshot = two_sites_one_gate()
KILLS = 20 if os.environ.get("QAFILA_PROVE") else 2


@dataclass
class Clock:
    """Time that passes when the test says so."""

    now: int = MONDAY

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def home(store: Store) -> Store:
    with store.writing() as write:
        write.put_crisis(WORLD.crisis)
    return store


def ask(home: Store, seed: int = 1, *, at: int = MONDAY) -> Run:
    digest = home.save_snapshot(replace(WORLD, seed=seed))
    return jobs.enqueue(home, jobs.run_key(digest, {"ortools": "9.15"}), digest, at=at, by="nour")


def run_of(home: Store, run: Run) -> Run:
    with home.reading() as read:
        return read.get_run(run.id)


def plans_of(home: Store) -> list[str]:
    with home.reading() as read:
        return [card.id for card in read.list_plans(WORLD.crisis.id)]


def solve(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
    progress(Sign(stage="value", done=0.5, best=3.0, bound=None))
    return plan_for(digest_of(snapshot), people=snapshot.seed)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "It did not come about within 30 s."
        time.sleep(0.01)


def test_a_run_asked_for_twice_is_one_run(home: Store) -> None:
    first = ask(home)

    assert ask(home, at=MONDAY + 9) == first
    assert ask(home, seed=2).id != first.id
    with home.reading() as read:
        assert read.find_run(first.key) == first
        assert read.find_run("other") is None
        assert [run.state for run in read.list_runs(WORLD.crisis.id)] == ["queued", "queued"]


def test_other_versions_of_the_solvers_are_another_run() -> None:
    assert jobs.run_key("a", {"ortools": "9.15"}) != jobs.run_key("a", {"ortools": "9.16"})


def test_a_run_of_an_unknown_snapshot_is_refused(home: Store) -> None:
    with pytest.raises(NotFound, match="Save it first"):
        jobs.enqueue(home, "key", "0" * 64, at=MONDAY, by="nour")


def test_a_worked_run_has_its_plan(home: Store) -> None:
    asked, clock = ask(home), Clock()
    clock.now += 7

    assert jobs.work_once(home, solve, "w1", clock) == asked.id

    done = run_of(home, asked)
    assert (done.state, done.attempt, done.ended_at, done.error) == ("done", 1, MONDAY + 7, None)
    assert [done.plan] == plans_of(home)
    assert jobs.work_once(home, solve, "w1", clock) is None
    assert ask(home) == done


def test_the_oldest_run_goes_first_unless_one_is_named(home: Store) -> None:
    runs = [ask(home, seed) for seed in (1, 2, 3)]

    worked = [jobs.work_once(home, solve, "w1", Clock(), only=only) for only in (runs[1].id, None, runs[1].id, None)]

    assert worked == [runs[1].id, runs[0].id, None, runs[2].id]


def test_no_transaction_is_open_while_solving(home: Store) -> None:
    def look(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        assert home._engine.pool.checkedout() == 0  # type: ignore[attr-defined] # both engines have a queue pool
        return solve(snapshot, progress)

    asked = ask(home)
    jobs.work_once(home, look, "w1", Clock())

    assert run_of(home, asked).error is None


def test_a_living_worker_keeps_its_run_past_the_first_lease(home: Store) -> None:
    asked, clock = ask(home), Clock()

    def take_long(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        for _ in range(3):
            clock.now += 50
            progress(Sign(stage="value", done=0.5, best=3.0, bound=None))
            wait_until(lambda: run_of(home, asked).heartbeat_at == clock.now)
            assert jobs.work_once(home, solve, "w2", clock) is None
        return solve(snapshot, progress)

    jobs.work_once(home, take_long, "w1", clock, lease_s=60, beat_s=0.01)

    done = run_of(home, asked)
    assert (done.state, done.attempt, done.worker, done.error) == ("done", 1, "w1", None)
    assert done.progress == Sign(stage="value", done=0.5, best=3.0, bound=None)
    with home.reading() as read:
        assert read.count_workers(since=MONDAY + 150) == 1
        assert read.count_workers(since=MONDAY + 151) == 0


def test_the_answer_of_a_worker_taken_for_dead_is_dropped(home: Store) -> None:
    asked, clock = ask(home), Clock()

    def freeze(snapshot: Snapshot, _: jobs.Progress) -> Plan:
        clock.now += 60
        assert jobs.work_once(home, solve, "w2", clock) == asked.id
        return plan_for(digest_of(snapshot), people=999)

    assert jobs.work_once(home, freeze, "w1", clock, lease_s=60, beat_s=1_000) == asked.id

    done = run_of(home, asked)
    assert (done.state, done.attempt, done.worker) == ("done", 2, "w2")
    assert [done.plan] == plans_of(home)


def test_a_stale_claim_can_neither_beat_nor_end_the_run(home: Store) -> None:
    asked = ask(home)
    with home.writing() as write:
        stale = write.claim_run("w1", now=MONDAY, lease_s=60)
        # The same worker again: only the attempt tells the two claims apart.
        fresh = write.claim_run("w1", now=MONDAY + 60, lease_s=60)
    assert stale is not None
    assert fresh is not None
    plan = plan_for(asked.snapshot)

    with home.writing() as write:
        assert not write.beat(stale, now=MONDAY + 61, sign=None)
        with pytest.raises(LostClaim):
            write.finish_run(stale, plan, at=MONDAY + 61)
        with pytest.raises(LostClaim):
            write.fail_run(stale, "no", at=MONDAY + 61)
        with pytest.raises(LostClaim):
            write.release_run(stale)
        assert write.beat(fresh, now=MONDAY + 61, sign=None)
        write.finish_run(fresh, plan, at=MONDAY + 62)
        with pytest.raises(LostClaim):
            write.finish_run(fresh, plan, at=MONDAY + 63)

    assert run_of(home, asked).ended_at == MONDAY + 62


def test_a_solve_that_raises_fails_its_run_with_the_reason(home: Store) -> None:
    def refuse(_: Snapshot, __: jobs.Progress) -> Plan:
        raise Refused("The verifier found: gate hours.")

    def break_down(_: Snapshot, __: jobs.Progress) -> Plan:
        raise ZeroDivisionError("division by zero")

    asked = ask(home)
    jobs.work_once(home, refuse, "w1", Clock())
    assert (run_of(home, asked).state, run_of(home, asked).error) == ("failed", "The verifier found: gate hours.")

    assert ask(home).state == "queued"
    assert run_of(home, asked).error is None
    jobs.work_once(home, break_down, "w1", Clock())
    assert run_of(home, asked).error == "ZeroDivisionError: division by zero"
    assert run_of(home, asked).attempt == 2


def test_a_plan_for_another_snapshot_is_not_kept(home: Store) -> None:
    other = home.save_snapshot(replace(WORLD, seed=9))

    asked = ask(home)
    jobs.work_once(home, lambda _, __: plan_for(other), "w1", Clock())

    assert "answers snapshot" in (run_of(home, asked).error or "")
    assert plans_of(home) == []


def test_plan_and_end_of_the_run_are_kept_together_or_not_at_all(home: Store) -> None:
    asked = ask(home)
    with home.writing() as write:
        claim = write.claim_run("w1", now=MONDAY, lease_s=60)
    assert claim is not None

    with suppress(ConnectionError), home.writing() as write:
        write.finish_run(claim, plan_for(asked.snapshot), at=MONDAY)
        raise ConnectionError("power cut")

    assert run_of(home, asked).state == "running"
    assert plans_of(home) == []


def test_a_run_that_takes_its_workers_with_it_is_failed_in_the_end(home: Store) -> None:
    asked, clock = ask(home), Clock()
    for _ in range(3):
        with home.writing() as write:
            assert write.claim_run("w1", now=clock.now, lease_s=60) is not None
        clock.now += 60

    assert jobs.work_once(home, solve, "w1", clock) is None

    failed = run_of(home, asked)
    assert failed.state == "failed"
    assert "died 3 times" in (failed.error or "")
    again = ask(home)
    assert (again.state, again.attempt) == ("queued", 3)
    jobs.work_once(home, solve, "w1", clock)
    assert run_of(home, asked).state == "done"


def test_a_stopped_run_is_left_at_the_next_report(home: Store) -> None:
    asked = ask(home)
    reached = []

    def go_on(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        jobs.stop(home, asked.id, at=MONDAY + 1)
        for _ in range(3_000):
            progress(Sign(stage="value", done=0.1, best=None, bound=None))
            time.sleep(0.01)
        reached.append("end")
        return solve(snapshot, progress)

    jobs.work_once(home, go_on, "w1", Clock(), beat_s=0.01)

    assert reached == []
    assert run_of(home, asked).state == "stopped"
    assert plans_of(home) == []
    with pytest.raises(Refused, match="stopped already"):
        jobs.stop(home, asked.id, at=MONDAY + 2)
    with pytest.raises(NotFound):
        jobs.stop(home, 999, at=MONDAY)
    assert ask(home).state == "queued"


def until_hurried(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
    wait_until(lambda: hurried(progress))
    return solve(snapshot, progress)


def test_a_solve_that_is_told_to_keep_its_best_ends_with_it(home: Store) -> None:
    asked = ask(home)

    def search(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        assert not hurried(progress)
        assert jobs.keep(home, asked.id, at=MONDAY + 1, by="nour").wish == "keep"
        return until_hurried(snapshot, progress)

    jobs.work_once(home, search, "w1", Clock(), beat_s=0.01)

    ended = run_of(home, asked)
    assert (ended.state, ended.wish, ended.plan) == ("done", "keep", plans_of(home)[0])
    with home.reading() as read:
        assert read.list_audit()[0].action == "keep"
    with pytest.raises(Refused, match="done already"):
        jobs.keep(home, asked.id, at=MONDAY + 2, by="nour")


def test_whoever_asks_again_after_an_early_end_gets_the_whole_answer(home: Store) -> None:
    asked = ask(home)

    def ended_early(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        jobs.keep(home, asked.id, at=MONDAY, by="nour")
        return solve(snapshot, progress)

    jobs.work_once(home, ended_early, "w1", Clock())
    again = ask(home)

    assert (again.id, again.state, again.plan, again.wish) == (asked.id, "queued", None, "go on")
    assert len(plans_of(home)) == 1


def test_what_has_not_begun_has_nothing_to_keep(home: Store) -> None:
    asked = ask(home)
    with pytest.raises(Refused, match="nothing to keep yet"):
        jobs.keep(home, asked.id, at=MONDAY, by="nour")
    with pytest.raises(NotFound):
        jobs.keep(home, 999, at=MONDAY, by="nour")


def test_the_wish_dies_with_the_worker_that_had_something_to_keep(home: Store) -> None:
    asked = ask(home)
    with home.writing() as write:
        assert write.claim_run("w1", now=MONDAY, lease_s=60) is not None
    jobs.keep(home, asked.id, at=MONDAY + 5, by="nour")
    with home.writing() as write:
        claim = write.claim_run("w2", now=MONDAY + 61, lease_s=60)
        assert claim is not None
        assert write.beat(claim, now=MONDAY + 62, sign=None) == "go on"


def test_hurry_is_passed_on_through_whoever_listens_between() -> None:
    class Impatient:
        hurry = False

    behind, heard = Impatient(), list[int]()
    relay = Relay(heard.append, behind, print)
    relay(1)

    assert (heard, hurried(relay)) == ([1], False)
    behind.hurry = True
    assert hurried(relay)
    assert hurried(Relay(print, relay))


def test_a_worker_told_to_leave_at_once_puts_its_run_back(home: Store) -> None:
    def interrupted(_: Snapshot, __: jobs.Progress) -> Plan:
        raise KeyboardInterrupt

    asked = ask(home)
    with pytest.raises(KeyboardInterrupt):
        jobs.work_once(home, interrupted, "w1", Clock())

    assert run_of(home, asked).state == "queued"
    assert jobs.work_once(home, solve, "w2", Clock()) == asked.id


def test_a_worker_finishes_the_run_in_hand_before_it_leaves(home: Store) -> None:
    leaving = threading.Event()
    first, second = ask(home, 1), ask(home, 2)

    def told_to_leave(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        leaving.set()
        return solve(snapshot, progress)

    assert jobs.work_forever(home, told_to_leave, "w1", Clock(), leaving=leaving) == 1
    assert [run_of(home, run).state for run in (first, second)] == ["done", "queued"]


def test_other_work_is_done_while_no_run_waits_and_a_run_comes_first(home: Store) -> None:
    leaving = threading.Event()
    asked: list[Run] = []
    seen: list[str] = []

    def beside() -> bool:
        if not asked:
            asked.append(ask(home, 1))
            return True
        seen.append(run_of(home, asked[0]).state)
        leaving.set()
        return False

    assert jobs.work_forever(home, solve, "w1", Clock(), leaving=leaving, idle_s=600, beside=beside) == 1
    assert seen == ["done"]


def test_many_workers_do_each_run_once(database: Database, home: Store) -> None:
    runs = [ask(home, seed) for seed in range(1, 9)]
    worked: list[int] = []

    def work(name: str) -> None:
        own = database.open()
        while (run := jobs.work_once(own, solve, name, Clock())) is not None:
            worked.append(run)
        own.close()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(worked) == [run.id for run in runs]
    assert {run_of(home, run).attempt for run in runs} == {1}
    assert len(plans_of(home)) == 8


def test_the_runs_of_killed_workers_are_done_once_by_others(database: Database, home: Store) -> None:
    runs = [ask(home, seed, at=int(time.time())) for seed in range(1, KILLS + 3)]
    for kill in range(KILLS):
        # Each but the first answers one run (its forerunner's, once that lease has lapsed) and dies in the next.
        kill_worker(database, after=min(kill, 1))

    def wall_clock() -> int:
        return int(time.time())

    def all_ended() -> bool:
        jobs.work_once(home, solve, "survivor", wall_clock, lease_s=worker_process.LEASE_S)
        return all(run_of(home, run).state not in {"queued", "running"} for run in runs)

    wait_until(all_ended)

    ended = [run_of(home, run) for run in runs]
    assert [run.state for run in ended] == ["done"] * len(runs)
    assert sum(run.attempt - 1 for run in ended) == KILLS
    assert sorted(plans_of(home)) == sorted({run.plan or "" for run in ended})


def kill_worker(database: Database, *, after: int) -> None:
    """Start a worker process and kill it without warning in the middle of a solve, after so many answers."""
    command = [sys.executable, "-m", "tests.planner.worker_process", database.kind, database.address, str(after)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("hanging")
        worker.send_signal(signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL


def ask_about(home: Store, plan: str, *, study: str = "opening") -> Run:
    with home.writing() as write:
        card = write.get_plan_card(plan)
        key = jobs.study_key(card.digest, study, {"ortools": "9.15"})
        return write.enqueue_run(key, card.snapshot, at=MONDAY, by="nour", study=study, about=card.id)


def test_a_study_is_made_by_those_who_can_and_kept_beside_its_plan(home: Store) -> None:
    asked, clock = ask(home), Clock()
    jobs.work_once(home, solve, "w1", clock)
    plan = run_of(home, asked).plan or ""
    wanted = ask_about(home, plan)
    assert jobs.work_once(home, solve, "w1", clock) is None
    assert ask_about(home, plan) == wanted
    told: list[tuple[str, str, int]] = []

    def study(name: str, stored: StoredPlan, snapshot: Snapshot, progress: jobs.Progress) -> object:
        progress(Sign(stage="openings", done=0.5, best=None, bound=None))
        told.append((name, stored.card.id, snapshot.seed))
        return Sign(stage="found", done=1.0, best=7.0, bound=None)

    assert jobs.work_once(home, solve, "w1", clock, study=study) == wanted.id
    assert told == [("opening", plan, 1)]
    done = run_of(home, wanted)
    assert (done.state, done.plan, done.study, done.about) == ("done", plan, "opening", plan)
    with home.reading() as read:
        assert read.find_study(plan, "opening", Sign) == Sign(stage="found", done=1.0, best=7.0, bound=None)
        assert read.find_study(plan, "another", Sign) is None


def test_a_study_found_out_again_replaces_what_was_found(home: Store) -> None:
    asked = ask(home)
    jobs.work_once(home, solve, "w1", Clock())
    plan = run_of(home, asked).plan or ""
    for best in (1.0, 2.0):
        with home.writing() as write:
            write.save_study(plan, "opening", Sign(stage="found", done=1.0, best=best, bound=None), at=MONDAY)
    with home.reading() as read:
        kept = read.find_study(plan, "opening", Sign)
    assert kept is not None
    assert kept.best == 2.0
