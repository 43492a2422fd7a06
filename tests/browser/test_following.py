"""A solve followed from a browser: its worker is killed, its reader is signed out, and forty watch at once."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, expect

from planner.services import accounts
from planner.services.runs import list_going
from tests.browser.live import sign_in
from tests.planner.desks import ROOT
from tests.planner.desks import Desk as Folder
from tests.web.doors import Clock, Door
from web.live import MOST_STREAMS, Streams

pytest_plugins = ["tests.browser.site_fixtures"]
ASKED = 8
PAGES = ("/plans/latest", "/today", "/runs")


@pytest.fixture
def real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site's clock be the machine's, as that of other processes is."""
    monkeypatch.setattr(Clock, "__call__", lambda _clock: int(time.time()))


@pytest.fixture
def going(real_time: None, site: Door) -> str:  # noqa: ARG001 - asked for by name
    """The address of a run that waits for a worker."""
    asked = site.signed_in("analyst").send("/plans", days="2", **{"from": "2031-04-08"})
    return asked.location


# ---- A killed worker


@contextmanager
def hanging_worker(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a worker that hangs in its first solve and gives signs of life meanwhile."""
    command = [sys.executable, "-m", "tests.planner.worker_process", "desk", str(folder), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("hanging")
        yield worker
        worker.kill()


def test_the_page_of_a_run_shows_it_going_on_when_its_worker_was_killed(
    chrome: Browser, address: str, site: Door, going: str, tmp_path: Path
) -> None:
    person = sign_in(chrome, address, site, "analyst")
    page = person.page
    page.goto(address + going)
    page.evaluate("window.stays = true")
    shown = page.locator("#run-progress")

    with hanging_worker(tmp_path / "desk") as worker:
        expect(shown).to_contain_text(f"process-{worker.pid}, attempt 1")
        worker.send_signal(signal.SIGKILL)
        expect(shown).to_contain_text("the next free worker takes the run over")
    assert page.evaluate("window.stays"), "all that by the page that was open"
    with Folder(folder=tmp_path / "desk").start("worker", "--once") as second:
        expect(shown).to_contain_text("attempt 2", timeout=30_000)
        expect(shown).to_contain_text("Open the plan", timeout=60_000)
        assert second.wait(20) == 0
    expect(shown).not_to_contain_text(f"process-{worker.pid}")
    page.get_by_role("link", name="Open the plan").click()

    expect(page.locator("[data-sel^='convoy:']").first).to_be_visible()
    assert list_going(site.store, "two-rivers", site.clock()) == ()
    with site.store.reading() as read:
        assert len(read.list_plans("two-rivers")) == 2, "the first plan and this run's one"
    person.context.close()


# ---- A reader who is signed out


@pytest.mark.parametrize("where", ["/runs/2", "/what-if/compare?base=latest&with=2"])
def test_a_page_that_is_signed_out_while_it_follows_leads_to_the_door(
    chrome: Browser, address: str, site: Door, going: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert going == "/runs/2"
    monkeypatch.setitem(site.app.extensions, "qafila-streams", Streams(most=0))
    person = sign_in(chrome, address, site, "analyst")
    page = person.page
    page.goto(address + where)
    expect(page.get_by_text("waits for a worker").or_(page.get_by_text("Waits for a worker"))).to_be_visible()

    analyst = accounts.get_account(site.store, "analyst")
    accounts.end_sign_ins(site.store, analyst.id, actor="admin", at=site.clock())

    page.wait_for_url("**/sign-in?next=**", timeout=10_000)
    assert page.locator("input[name=password]").count() == 1
    person.context.close()


# ---- Forty who watch


@contextmanager
def served_for_real(folder: Folder) -> Iterator[int]:
    """Serve a folder as `qafila serve` does, in a process of its own; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "web", "--port", str(port), "--no-worker", "--demo"]
    with subprocess.Popen(command, env=folder.environ(QAFILA_CRISIS="two-rivers"), cwd=ROOT) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            server.kill()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until, "The server did not start."
            time.sleep(0.1)
        else:
            return


def opened(port: int, where: str, cookie: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", where, headers={"Cookie": f"qafila={cookie}"})
    return line, line.getresponse()


def median_ms(port: int, cookie: str) -> float:
    """Return the median over some pages of the time from asking to the last byte."""
    taken = []
    for _ in range(ASKED):
        for where in PAGES:
            start = time.perf_counter()
            line, answer = opened(port, where, cookie)
            assert answer.status == 200
            answer.read()
            taken.append(1000 * (time.perf_counter() - start))
            line.close()
    return median(taken)


def test_forty_open_streams_do_not_slow_a_page(site: Door, going: str, tmp_path: Path) -> None:
    cookie = site.signed_in("analyst").cookie()
    with site.store.writing() as write:
        assert write.claim_run("w1", now=site.clock(), lease_s=600) is not None

    with served_for_real(Folder(folder=tmp_path / "desk")) as port, ExitStack() as open_lines:
        median_ms(port, cookie)  # what is kept in memory is read
        alone = median_ms(port, cookie)
        for _ in range(MOST_STREAMS):
            line, answer = opened(port, f"{going}/events", cookie)
            open_lines.callback(line.close)
            assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
            assert answer.readline() == b"retry: 2000\n"
        refused, answer = opened(port, f"{going}/events", cookie)
        assert answer.status == 503, "all forty are open at once"
        refused.close()
        watched = median_ms(port, cookie)

    print(f"A page takes {alone:.0f} ms alone, {watched:.0f} ms beside {MOST_STREAMS} streams")  # noqa: T201 - figures
    # On a machine that tests share with each other; a page that waited for a thread would wait for seconds.
    assert watched < 3 * alone + 50
