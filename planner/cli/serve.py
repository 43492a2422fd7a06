"""The command that runs the site: its pages, and the worker that solves for them."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import click
from rich.markup import escape

from planner import bootstrap
from planner.cli.app import App, pass_app
from planner.cli.ending import ended_cleanly
from planner.cli.terminal import listing, print_listing, say
from planner.domain.errors import Refused
from planner.services.accounts import NewPassword, ensure_first_accounts
from routing.units import Instant

LOCAL: Final = "127.0.0.1"
PORT: Final = 8000
STARTS_WITHIN_S: Final = 60
GRACE_S: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the site listens, on which moment its pages are set, and how strict its sign-in is."""

    host: str = LOCAL
    port: int = PORT
    situation_at: Instant | None = None
    with_worker: bool = True
    demo: bool = False

    @property
    def address(self) -> str:
        """What a browser on this machine opens."""
        return f"http://{self.host}:{self.port}/"


@click.command()
@click.option("--host", default=LOCAL, show_default=True, help="Where to listen; anything else needs https before it.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--situation-at", help="Set the pages on a past moment (a replay): a time with offset, or a date.")
@click.option("--no-worker", is_flag=True, help="Solve nothing here; workers run elsewhere.")
@pass_app
def serve(app: App, host: str, port: int, situation_at: str | None, *, no_worker: bool) -> None:
    """Run the site and its worker until told to leave; the first run prints one-time passwords."""
    at = None if situation_at is None else app.instant(situation_at, "--situation-at")
    crisis = app.crisis
    first = ensure_first_accounts(app.store, bootstrap.clock())
    site = Site(host=host, port=port, situation_at=at, with_worker=not no_worker)
    with ended_cleanly():
        with_site({**app.environ, "QAFILA_CRISIS": crisis}, site, first)


def with_site(environ: Mapping[str, str], site: Site, first: Sequence[NewPassword]) -> None:
    """Start the site, say where it is and who may sign in, and stay until it ends.

    Raises
    ------
    Refused
        If it does not start.
    """
    running = subprocess.Popen(_command(site), env={**os.environ, **environ})  # noqa: S603 - our own command
    try:
        _wait(running, site)
        _show(site, first)
        code = running.wait()
    except KeyboardInterrupt:
        code = 0
    finally:
        _end(running)
    if code not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise Refused(f"The site ended with exit code {code}. What it said stands above.")


def _command(site: Site) -> list[str]:
    command = [sys.executable, "-m", "web", "--host", site.host, "--port", str(site.port)]
    if site.situation_at is not None:
        command += ["--situation-at", str(site.situation_at)]
    if not site.with_worker:
        command.append("--no-worker")
    if site.demo:
        command.append("--demo")
    return command


def _wait(running: "subprocess.Popen[bytes]", site: Site) -> None:
    """Return when the site answers."""
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end:
        if running.poll() is not None:
            raise Refused(f"The site did not start on {site.host}:{site.port}. Is the port taken? Try --port.")
        with suppress(OSError):
            asking = http.client.HTTPConnection(site.host, site.port, timeout=5)
            asking.request("GET", "/healthz")
            if asking.getresponse().status == http.HTTPStatus.OK:
                return
        time.sleep(0.2)
    raise Refused(f"The site did not answer within {STARTS_WITHIN_S} s. What it said stands above.")


def _show(site: Site, first: Sequence[NewPassword]) -> None:
    say(f"\nThe site is at [bold]{site.address}[/]")
    if first:
        told = "good while the demonstration runs" if site.demo else "to be changed at the first sign-in"
        table = listing("sign in as", "role", "one-time password", title=f"Shown only now, {told}:")
        for one in first:
            table.add_row(escape(one.username), ", ".join(one.roles), escape(one.password))
        print_listing(table)
    say("Ctrl-C ends it.", style="dim")


def _end(running: "subprocess.Popen[bytes]") -> None:
    if running.poll() is None:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
