"""A served site, a browser and what axe says, for tests of convoys and failed deliveries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.program import browser_path
from tests.web.doors import Door

DESK, PHONE = (1440, 900), (390, 844)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open a browser for as long as it is needed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextmanager
def served(door: Door) -> Iterator[str]:
    """Serve a site and return its address."""
    server = make_server("127.0.0.1", 0, door.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def sign_in(
    browser: Browser, door: Door, address: str, who: str, *, size: tuple[int, int] = DESK, **more: bool
) -> Page:
    """Return a page in a fresh context in which somebody has signed in."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=more.get("scripts", True)
    )
    session = door.signed_in(who).cookie()
    context.add_cookies([{"name": "qafila", "value": session, "url": address, "httpOnly": True}])
    return context.new_page()


def look(page: Page) -> list[str]:
    """Return what axe finds, and by how much the page is wider than the screen."""
    page.wait_for_load_state("networkidle")
    found = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]
