"""The whole site served to a real browser, and a person at it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from werkzeug.serving import make_server

from tests.browser.program import browser_path
from tests.web.doors import Door

SWITCHES: Final = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
DESK: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
DRAWN: Final = "() => !document.querySelector('.map:not([aria-busy=\"false\"])')"
"""Waiting for a quiet network instead costs half a second a page."""


def start_browser(playwright: Playwright) -> Browser:
    """Return Debian's Chromium (or the one of `QAFILA_BROWSER`), which asks nobody for anything."""
    return playwright.chromium.launch(executable_path=browser_path(), args=SWITCHES)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on this machine and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@dataclass
class Person:
    """Somebody at a browser of their own."""

    address: str
    context: BrowserContext
    page: Page
    scripts: bool = True

    def open(self, where: str) -> Page:
        """Go to an address of the site and wait until its maps are drawn."""
        self.page.goto(self.address + where)
        if self.scripts:
            self.page.wait_for_function(DRAWN)
        return self.page


def sign_in(
    browser: Browser, address: str, door: Door, username: str, *, scripts: bool = True, phone: bool = False
) -> Person:
    """Return somebody who has signed in and has no page open yet.

    The session is the door's own, its cookie put into the browser: the page of the sign-in and the map that follows
    it cost two thirds of a second of processor time, and `sign_in_on_page` opens them where they matter.
    """
    person = _newcomer(browser, address, scripts=scripts, phone=phone)
    session = door.signed_in(username).cookie()
    person.context.add_cookies([{"name": "qafila", "value": session, "url": address, "httpOnly": True}])
    return person


def sign_in_on_page(browser: Browser, address: str, door: Door, username: str) -> Person:
    """Return somebody who has signed in through the page and is where that leads."""
    person = _newcomer(browser, address)
    page = person.page
    page.goto(address + "/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", door.passwords[username])
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    return person


def _newcomer(browser: Browser, address: str, *, scripts: bool = True, phone: bool = False) -> Person:
    size = PHONE if phone else DESK
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    return Person(address=address, context=context, page=context.new_page(), scripts=scripts)
