"""Runs on the page: told truthfully whatever their worker does, stopped, ended early, watched by many."""

import json

import pytest

from planner import jobs
from planner.domain.accounts import IDLE_S
from planner.domain.plan import Plan
from planner.domain.rights import Role
from planner.domain.snapshot import Snapshot
from planner.services.plans import make_plan
from planner.services.runs import stop_run
from planner.store.records import Claim, Sign
from tests.web.doors import Browser, Door, hidden
from web.live import Streams

pytest_plugins = ["tests.web.site_fixtures"]


@pytest.fixture
def analyst(site: Door) -> Browser:
    """Somebody who has asked for a plan: run 2."""
    browser = site.signed_in("analyst")
    assert browser.send("/plans", days="2", **{"from": "2031-04-08"}).location == "/runs/2"
    return browser


def claim(site: Door, worker: str = "w1") -> Claim:
    with site.store.writing() as write:
        taken = write.claim_run(worker, now=site.clock(), lease_s=60)
    assert taken is not None
    return taken


def sign(site: Door, taken: Claim, stage: str = "equity", done: float = 0.5) -> None:
    with site.store.writing() as write:
        write.beat(taken, now=site.clock(), sign=Sign(stage=stage, done=done, best=80e6, bound=90e6))


def events(browser: Browser) -> list[tuple[str, str]]:
    """Return the events of the stream, opened to its end."""
    told = browser.get("/runs/2/events").text
    found = []
    for block in told.split("\n\n"):
        if block.startswith("event: "):
            kind, data = block.split("\n", 1)
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_run_is_listed_with_who_asked_and_how_far_it_is(site: Door, analyst: Browser) -> None:
    assert "waits for a worker" in analyst.get("/runs").text
    sign(site, claim(site))

    page = analyst.get("/runs").text

    for said in ("Analyst", "Worst-off sites first", "80 M", "90 M", "w1"):
        assert said in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_a_silent_worker_is_not_shown_as_alive(site: Door, analyst: Browser) -> None:
    taken = claim(site)
    sign(site, taken)
    assert "just now" in analyst.get("/runs/2").text

    site.clock.now += 40
    silent = analyst.get("/runs/2").text
    site.clock.now += 30
    dead = analyst.get("/runs/2/progress").text
    again = claim(site, "w2")
    sign(site, again, "options", 0.1)
    on = analyst.get("/runs/2").text

    assert "no sign for 40 s" in silent
    assert "Should it stay silent" in silent
    assert "no sign for 70 s" in dead
    assert "the next free worker takes the run over" in dead
    assert "no sign" not in on
    assert "Looking for ways there and back" in on
    assert "attempt <bdi" in on
    assert ">2</bdi>" in on


def test_a_run_that_ends_says_how_it_ended(site: Door, analyst: Browser) -> None:
    def fail(_: Snapshot, __: jobs.Progress) -> Plan:
        message = "no <b>memory</b>"
        raise ValueError(message)

    jobs.work_once(site.store, fail, "w1", site.clock)
    failed = analyst.get("/runs/2").text
    assert "Failed" in failed
    assert "no &lt;b&gt;memory" in failed
    assert "http-equiv" not in failed

    analyst.send("/plans", days="2", **{"from": "2031-04-08"})
    jobs.work_once(site.store, make_plan, "w1", site.clock)
    done = analyst.get("/runs/2").text
    assert "Open the plan" in done
    assert "data-done" in analyst.get("/runs/2/progress").text
    assert 'data-events="' not in done


def test_stopping_keeps_nothing_and_says_so(site: Door, analyst: Browser) -> None:
    claim(site)
    sent = hidden(analyst.get("/runs/2").text, "/runs/2/stop")
    first, again = (analyst.client.post("/runs/2/stop", data=sent) for _ in range(2))
    page = analyst.get("/runs/2").text

    assert (first.status_code, again.status_code) == (303, 303)
    assert "Stopped. Nothing was kept." in page
    assert "/runs/2/stop" not in page
    with site.store.reading() as read:
        assert read.get_run(2).state == "stopped"
        assert read.list_audit()[0].action == "stop"


def test_stop_and_keep_tells_the_worker(site: Door, analyst: Browser) -> None:
    waiting = analyst.get("/runs/2").text
    assert "data-keep hidden" in waiting
    early = analyst.client.post("/runs/2/keep", data=hidden(waiting, "/runs/2/keep"), follow_redirects=True)
    assert "nothing to keep" in early.text

    taken = claim(site)
    sign(site, taken)
    told = analyst.send("/runs/2", "/runs/2/keep")
    page = analyst.get("/runs/2").text

    assert told.status_code == 303
    assert "told to end with the best it has" in page
    with site.store.writing() as write:
        assert write.beat(taken, now=site.clock(), sign=None) == "keep"


def test_only_who_plans_stops(site: Door) -> None:
    site.person("reader", Role.PARTNER)
    browser = site.signed_in("reader")
    token = hidden(browser.get("/account").text, "/sign-out")["csrf_token"]

    for deed in ("stop", "keep"):
        assert browser.client.post(f"/runs/1/{deed}", data={"csrf_token": token}).status_code == 403
    assert browser.get("/runs/1/events").status_code == 403


def test_what_is_not_there_is_not_found(readers: dict[Role, Browser]) -> None:
    for address in ("/runs/99", "/runs/99/progress", "/runs/99/events"):
        assert readers[Role.ANALYST].get(address).status_code == 404


def test_a_stream_sends_news_and_ends_with_the_run(
    site: Door, analyst: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = claim(site)
    looks = 0

    def pause(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            sign(site, taken, "value", 0.25)
        if looks == 4:
            jobs.stop(site.store, 2, at=site.clock())

    streams = site.app.extensions["qafila-streams"]
    monkeypatch.setattr(streams, "open", lambda look: Streams().open(look, pause=pause))

    told = events(analyst)

    assert [kind for kind, _ in told] == ["progress", "progress", "end"]
    assert "Choosing convoys and loads" in told[1][1]
    assert "nothing was kept" in told[-1][1]


def test_a_quiet_stream_shows_that_it_lives_and_ends_in_time(site: Door) -> None:
    clock = iter(range(10_000))
    with site.app.test_request_context():
        answer = Streams().open(lambda: ("same", False), pause=lambda _: None, clock=lambda: float(next(clock)))
        assert answer is not None
        told = "".join(map(str, answer.response))

    assert answer.mimetype == "text/event-stream"
    assert told.count("event: progress") == 1
    assert told.count(": still here") == 29
    assert "event: end" not in told


def test_beyond_the_last_stream_the_page_polls(site: Door, analyst: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(site.app.extensions, "qafila-streams", Streams(most=0))

    assert analyst.get("/runs/2/events").status_code == 503
    assert analyst.get("/runs/2/progress").status_code == 200


@pytest.mark.parametrize(
    "address", ["/runs/2/progress", "/runs/2/events", "/what-if/compare/progress?base=latest&with=2"]
)
def test_asvs_7_3_1_a_page_that_follows_a_run_keeps_nobody_awake(site: Door, analyst: Browser, address: str) -> None:
    stop_run(site.store, "two-rivers", 2, by="nour", at=site.clock())  # so that its stream ends
    for _ in range(2):
        site.clock.now += IDLE_S // 3
        assert analyst.get(address).status_code == 200
    site.clock.now += IDLE_S // 3

    left = analyst.get("/runs/2")

    assert left.location == "/sign-in?next=/runs/2"


def test_a_stream_that_is_left_makes_room(site: Door) -> None:
    streams = Streams(most=1)
    with site.app.test_request_context():
        first = streams.open(lambda: ("x", False))
        assert first is not None
        assert streams.open(lambda: ("x", False)) is None
        first.close()
        assert streams.open(lambda: ("x", False)) is not None


def test_a_scenario_says_what_it_supposes(analyst: Browser) -> None:
    text = '[[edit]]\nkind = "escort_change"\nteams = 2\n'
    asked = analyst.send("/what-if", do="solve", name="two more teams", text=text, base="latest")
    assert asked.status_code == 303

    page = analyst.get("/runs").text

    assert "two more teams" in page
