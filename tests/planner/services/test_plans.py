"""Working a run: here, or by following the worker that has it already."""

import threading
import time
from dataclasses import dataclass

import pytest

from planner import jobs
from planner.domain.canonical import digest_of
from planner.domain.errors import Refused
from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import Violation
from planner.services import plans
from planner.services.plans import UnsoundPlan, make_plan, request_plan, work_run
from planner.store.records import Run, Sign
from planner.store.store import Store
from tests.databases import Database
from tests.planner.instances import two_sites_one_gate
from tests.planner.store.examples import MONDAY, plan_for

pytest_plugins = ["tests.database_fixtures"]
WORLD: Snapshot = two_sites_one_gate()
HALF_WAY = Sign(stage="value", done=0.5, best=7.0, bound=9.0)


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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        progress(HALF_WAY)
        return plan_for(digest_of(snapshot))

    monkeypatch.setattr(plans, "make_plan", answer)


def ask(store: Store) -> Run:
    return request_plan(store, WORLD, {"ortools": "9.15"}, at=MONDAY, by="nour")


@pytest.mark.usefixtures("quick")
def test_a_run_that_waits_is_worked_here(home: Store) -> None:
    told: list[jobs.Report] = []
    ended = work_run(home, ask(home), Clock(), told.append, worker="w1", pause=lambda _: pytest.fail("no wait"))
    assert (ended.state, ended.worker) == ("done", "w1")
    assert told == [HALF_WAY]


@pytest.mark.usefixtures("quick")
def test_a_run_that_is_done_comes_back_as_it_is(home: Store) -> None:
    first = work_run(home, ask(home), Clock(), lambda _: None, worker="w1")
    assert work_run(home, ask(home), Clock(), lambda _: pytest.fail("not solved again"), worker="w2") == first


def test_another_worker_s_run_is_followed_to_its_end(database: Database, home: Store) -> None:
    asked = ask(home)
    seen = threading.Event()

    def slowly(snapshot: Snapshot, progress: jobs.Progress) -> Plan:
        progress(HALF_WAY)
        assert seen.wait(30)
        return plan_for(digest_of(snapshot))

    def other() -> None:
        own = database.open()
        jobs.work_once(own, slowly, "other", Clock(), beat_s=0.02)
        own.close()

    def told(report: jobs.Report) -> None:
        assert report == HALF_WAY
        seen.set()

    def running() -> bool:
        with home.reading() as read:
            return read.get_run(asked.id).state == "running"

    thread = threading.Thread(target=other)
    thread.start()
    while not running():
        time.sleep(0.01)
    ended = work_run(home, asked, Clock(), told, worker="w1", pause=lambda _: time.sleep(0.02))
    thread.join()
    assert (ended.state, ended.worker, ended.attempt) == ("done", "other", 1)


@pytest.mark.usefixtures("quick")
def test_a_silent_worker_s_run_is_taken_over_when_its_lease_lapses(home: Store) -> None:
    asked, clock = ask(home), Clock()
    with home.writing() as write:
        assert write.claim_run("silent", now=clock.now, lease_s=60) is not None
        asked = write.get_run(asked.id)
    waits: list[float] = []

    def half_a_minute(seconds: float) -> None:
        waits.append(seconds)
        clock.now += 30

    ended = work_run(home, asked, clock, lambda _: None, worker="w1", pause=half_a_minute)
    assert (ended.state, ended.worker, ended.attempt) == ("done", "w1", 2)
    assert waits == [0.5, 0.5]


def test_a_failed_or_stopped_run_says_why(home: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Snapshot, __: jobs.Progress) -> Plan:
        raise UnsoundPlan("The plan breaks 1 hard rules and was thrown away: hold (c01): shots. Please report this.")

    monkeypatch.setattr(plans, "make_plan", refuse)
    with pytest.raises(Refused, match=r"Run 1 failed: The plan breaks 1 hard rules"):
        work_run(home, ask(home), Clock(), lambda _: None, worker="w1")
    asked = ask(home)
    stopped = jobs.stop(home, asked.id, at=MONDAY)
    with pytest.raises(Refused, match=r"Run 1 was stopped before it had a plan"):
        work_run(home, stopped, Clock(), lambda _: None, worker="w1")


def test_a_plan_that_breaks_a_rule_is_thrown_away_with_the_rule_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Violation(rule="hold", convoy="c01", detail="moves under a hold: shots")
    monkeypatch.setattr("planner.services.plans.violations", lambda *_: (broken,))
    with pytest.raises(UnsoundPlan, match=r"breaks 1 hard rules and was thrown away: hold \(c01\): moves under a hold"):
        make_plan(WORLD, lambda _: None)
