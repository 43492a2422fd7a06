"""The door in a real browser: opened by keyboard, read by axe in both languages and themes, on desk and phone."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from planner.domain.rights import Role
from tests.browser.program import browser_path
from tests.web.doors import GOOD, Door

pytest_plugins = ["tests.web.door_fixtures"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, door.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def look(page: Page) -> list[str]:
    """Return what axe finds, and by how much the page is wider than the screen."""
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_at_the_door(chromium: Browser, address: str, size: dict[str, int]) -> None:
    page = chromium.new_page(viewport=size)  # type: ignore[arg-type] # a dict as playwright's own
    for language in ("en", "ar"):
        for theme in ("light", "dark"):
            page.goto(f"{address}/sign-in?lang={language}&theme={theme}")
            assert look(page) == [], (language, theme)
    page.close()


def test_one_signs_in_by_keyboard_alone_and_nothing_breaks_the_policy(
    chromium: Browser, address: str, door: Door
) -> None:
    door.person("nour", Role.ANALYST)
    page = chromium.new_page(viewport=DESK)  # type: ignore[arg-type] # a dict as playwright's own
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda wrong: said.append(str(wrong)))
    page.goto(f"{address}/account")
    page.keyboard.type("nour")
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/account")
    for language in ("en", "ar"):
        for theme in ("light", "dark"):
            for where in ("account", "account/password", "account/codes"):
                page.goto(f"{address}/{where}?lang={language}&theme={theme}")
                assert look(page) == [], (where, language, theme)
    page.close()

    assert said == []
