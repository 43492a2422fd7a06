"""A site with a door: people with passwords, a clock that is set by hand, and browsers that click through forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from flask.testing import FlaskClient
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from planner.domain.accounts import Account
from planner.domain.rights import Role
from planner.services import accounts, passwords
from planner.store.store import Store
from routing.units import Instant
from web import identity
from web.app import create_app
from web.desk import Desk
from web.rights import Right, needs

NOW: Instant = 1_933_491_600
"""9 April 2031, 12:00 in the zone of Two Rivers."""
GOOD = "seven quiet bridges at dusk"
BETTER = "nobody counts the lamps twice"


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: Instant = NOW

    def __call__(self) -> Instant:
        return self.now


@dataclass(kw_only=True)
class Door:
    """The site, its store and its clock."""

    app: Flask
    store: Store
    clock: Clock
    passwords: dict[str, str] = field(default_factory=dict)

    def person(self, username: str, *roles: Role, password: str | None = GOOD) -> Account:
        """Let somebody in with an own password; without one they have the one-time password."""
        made = accounts.add_account(self.store, username, roles, name=username.title(), actor="setup", at=NOW)
        self.passwords[username] = made.password
        if password is not None:
            from planner.services.passwords import hash_password  # noqa: PLC0415 - as it is patched now

            with self.store.writing() as write:
                write.change_account(made.account, 1, password_hash=hash_password(password), must_change_password=False)
            self.passwords[username] = password
        return accounts.get_account(self.store, username)

    def browser(
        self, *, agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    ) -> "Browser":
        """Return a browser that has been nowhere yet."""
        client = self.app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = agent
        return Browser(client=client)

    def signed_in(self, username: str) -> "Browser":
        """Return a browser in which somebody has signed in."""
        browser = self.browser()
        answer = browser.sign_in(username, self.passwords[username])
        assert answer.status_code == 303, answer.text
        return browser

    def audit(self) -> Iterator[str]:
        """Return the actions on record, oldest first."""
        with self.store.reading() as read:
            return (entry.action for entry in reversed(read.list_audit()))


@dataclass
class Browser:
    """A browser: it opens pages, and sends forms with what hidden fields they hold."""

    client: FlaskClient

    def get(self, address: str, **more: Any) -> TestResponse:  # noqa: ANN401 - as the client's own
        # To its end: a stream that is left open ends whenever its memory is freed, in the middle of another request.
        return self.client.get(address, buffered=True, **more)

    def send(self, page: str, to: str | None = None, **fields: str) -> TestResponse:
        """Load a page and send its form (or the one that goes to another address) with these fields."""
        shown = self.client.get(page).text
        return self.client.post(to or page, data={**hidden(shown, to or page), **fields})

    def sign_in(self, username: str, password: str, **more: str) -> TestResponse:
        """Load the sign-in page and send it."""
        return self.send("/sign-in", username=username, password=password, **more)

    def code(self, code: str) -> TestResponse:
        """Send the second step of a sign-in."""
        return self.send("/sign-in/code", code=code)

    def cookie(self, name: str = "qafila") -> str:
        """Return what the session's cookie holds."""
        found = self.client.get_cookie(name)
        return "" if found is None else found.value

    def set_up_codes(self, password: str, clock: Clock) -> tuple[TOTP, list[str]]:
        """Set one-time codes up as a person does; return the phone and the recovery codes."""
        shown = self.client.get("/account/codes").text
        secret = re.search(r'class="secret"[^>]*>([A-Z2-7-]+)<', shown)
        assert secret is not None, shown
        phone = TOTP(key=secret[1])
        typed = {"code": str(phone.generate(time=clock()).token), "password": password}
        done = self.client.post("/account/codes", data={**hidden(shown, "/account/codes"), **typed})
        assert done.status_code == 200, done.text
        return phone, re.findall(r"<li><code>([0-9a-f-]+)</code>", done.text)


def hidden(page: str, to: str) -> dict[str, str]:
    """Return the hidden fields of the page's form that goes to an address; one without an address goes to its own."""
    for form in re.findall(r'<form\b[^>]*method="post".*?</form>', page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', form)
        if action is None or unquote(action[1]) == unquote(to):
            fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
            return {name: value.replace("&#34;", '"') for name, value in fields}
    message = f"No form to {to} on this page:\n{page}"
    raise AssertionError(message)


def make_door(store: Store, settings: dict[str, Any] | None = None) -> Door:
    """Return a site of the door alone, with one page for each right."""
    clock = Clock()
    desk = Desk(store=store, crisis_id="two-rivers", clock=clock)
    app = create_app(desk, {"TESTING": True, "SIGN_IN_FLOOR_S": 0.0, "REQUIRE_TOTP": False, **(settings or {})})
    for right in Right:
        for prefix in ("/for/", "/api/v1/for/"):

            @needs(right)
            def view() -> str:
                return f"{g.me.name or 'nobody'} is here"

            address = f"{prefix}{right.value}"
            app.add_url_rule(address, address.strip("/").replace("/", "_"), view, methods=["GET", "POST"])

    def undeclared() -> str:
        return "convoy 7 leaves at 05:45"

    app.add_url_rule("/undeclared", "undeclared", undeclared)
    return Door(app=app, store=store, clock=clock)


def hash_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patch the hasher, for fixtures that live longer than a test."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for name, value in (("ROUNDS", 1), ("MEMORY_KIB", 8), ("LANES", 1)):
        monkeypatch.setattr(identity, name, value)
