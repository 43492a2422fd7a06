"""Convoys in a real browser: read by axe, recorded by keyboard, edited by two at once, once without scripts."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from planner.services.crises import load_world
from routing.evidence import DeliveryOutcome
from tests.browser.convoy_site import PHONE, chromium, look, served, sign_in
from tests.web.convoy_hands import publish
from tests.web.doors import Door

pytest_plugins = ["tests.web.site_fixtures"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def address(site: Door) -> Iterator[str]:
    with served(site) as url:
        yield url


def test_axe_finds_nothing_on_a_phone(browser: Browser, site: Door, address: str) -> None:
    movement = publish(site)
    page = sign_in(browser, site, address, "coordinator", size=PHONE)
    for where in (
        "/today",
        "/convoys?show=all",
        f"/convoys/{movement}",
        f"/convoys/{movement}/outcome",
        "/convoys/varn-01",
    ):
        for looks in ("lang=en&theme=light", "lang=ar&theme=dark"):
            page.goto(f"{address}{where}{'&' if '?' in where else '?'}{looks}")
            assert look(page) == [], (where, looks)
    page.context.close()


def test_what_happened_is_recorded_by_keyboard_alone_within_a_minute(
    browser: Browser, site: Door, address: str
) -> None:
    movement = publish(site)
    page = sign_in(browser, site, address, "coordinator", size=PHONE)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/convoys/{movement}/outcome")
    started = time.monotonic()

    page.focus('input[name="what"]')
    page.keyboard.press("Space")  # turned back, the first
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # the second stop of the way: the gate
    assert page.locator("[data-save-button]").inner_text() == "Save: turned back"
    page.focus('input[name="happened_at"]')
    page.keyboard.press("Tab")
    page.select_option("#f-reason_code", "checkpoint_turnback")
    page.focus("#f-source")
    page.keyboard.type("convoy leader, by radio")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/convoys/{movement}")

    assert time.monotonic() - started < 60
    told = [r.fact for r in load_world(site.store, "two-rivers").log if isinstance(r.fact, DeliveryOutcome)]
    assert [(o.what, o.reason_code) for o in told if o.movement == movement] == [("turned_back", "checkpoint_turnback")]
    assert wrong == []
    page.context.close()


def test_two_browsers_edit_one_convoy_and_nothing_is_lost(browser: Browser, site: Door, address: str) -> None:
    movement = publish(site)
    one, two = (sign_in(browser, site, address, "coordinator", scripts=scripts) for scripts in (True, False))
    for page in (one, two):
        page.goto(f"{address}/convoys/{movement}")

    one.fill("#f-note", "gate opens late")
    one.get_by_role("button", name="Save the notes").click()
    one.wait_for_load_state()
    two.fill("#f-note", "bring fuel")
    two.get_by_role("button", name="Save the notes").click()
    two.wait_for_load_state()

    shown = two.locator(".conflict")
    assert "gate opens late" in shown.inner_text()
    assert "bring fuel" in shown.inner_text()
    two.get_by_role("button", name="Save mine in place of theirs").click()
    two.wait_for_load_state()
    with site.store.reading() as read:
        assert read.get_movement("two-rivers", movement).detail["note"] == "bring fuel"
    for page in (one, two):
        page.context.close()
