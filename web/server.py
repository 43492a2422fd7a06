"""Run the site and what works beside it: one server of many threads, a worker that solves, a sender of reports."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication

from planner import bootstrap
from planner.services.crises import choose_crisis
from routing.units import Instant
from web.app import create_app
from web.desk import Desk

THREADS: Final = 64
"""Each open stream of a solve's progress holds one; forty of them leave room for pages."""
TIMEOUT_S: Final = 120
GRACE_S: Final = 10


class Site(BaseApplication):  # type: ignore[misc] # gunicorn publishes no types
    """One gunicorn process in this one, with the application made after the fork."""

    def __init__(self, options: Mapping[str, Any], make: Callable[[], Flask]) -> None:
        self._options, self._make = options, make
        super().__init__()

    def load_config(self) -> None:
        """Take the options that were given; the environment's gunicorn settings do not count."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Open the store in the process that answers."""
        return self._make()


def open_desk(environ: Mapping[str, str], situation_at: Instant | None = None) -> Desk:
    """Return the desk that the environment names.

    Raises
    ------
    BadInput
        If there is no database, no key or no crisis.
    """
    settings = bootstrap.read_settings(environ)
    store = bootstrap.open_store(settings, environ)
    crisis = choose_crisis(store, settings.crisis)
    return Desk(
        store=store, crisis_id=crisis, situation_at=situation_at, settle=set_apart,
        signer=lambda: bootstrap.get_signer(settings),
    )  # fmt: skip


def set_apart() -> None:
    """Keep the collector from walking through the world again and again: it stays until the next write.

    With 5,100 stretches a full collection takes 150 ms, and every tenth to twentieth page met one. What a former world
    left in circles is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def serve(
    environ: Mapping[str, str], *, host: str, port: int, situation_at: Instant | None, with_worker: bool, demo: bool
) -> None:
    """Answer requests until told to leave; the worker is told with the server.

    Raises
    ------
    BadInput
        If the desk cannot be opened.
    """
    open_desk(environ, situation_at).store.close()  # says plainly what is missing before anything starts
    told = bootstrap.read_settings(environ)
    beside = [_start(environ, "worker")] if with_worker else []
    if with_worker and bootstrap.find_mailer(told) is not None:
        beside.append(_start(environ, "outbox", "run"))
    options = {
        "bind": f"{host}:{port}", "worker_class": "gthread", "threads": THREADS, "workers": 1,
        "timeout": TIMEOUT_S, "graceful_timeout": GRACE_S, "loglevel": "warning", "accesslog": None,
        "control_socket_disable": True,
    }  # fmt: skip
    settings = {
        "REQUIRE_TOTP": told.require_totp and not demo,
        "FORCE_PASSWORD_CHANGE": not demo,
        "SESSION_COOKIE_SECURE": told.https,
    }
    try:
        Site(options, lambda: create_app(open_desk(environ, situation_at), settings)).run()
    finally:
        for process in beside:
            process.send_signal(signal.SIGTERM)
        for process in beside:
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                # Its run is put back into the queue by its lease, and so is its letter.
                process.kill()


def _start(environ: Mapping[str, str], *words: str) -> "subprocess.Popen[bytes]":
    command: Sequence[str] = [sys.executable, "-m", "planner", *words]
    return subprocess.Popen(command, env={**os.environ, **environ}, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
