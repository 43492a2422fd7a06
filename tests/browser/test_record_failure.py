"""The attack at Urum al-Kubra is recorded from an empty form: one page, the keyboard alone, under a minute."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from planner.domain.rights import Role
from planner.services.crises import load_seed, load_world
from planner.store.store import Store
from routing.evidence import DeliveryOutcome
from tests.browser.convoy_site import PHONE, chromium, look, served, sign_in
from tests.browser.keys import tab_to
from tests.databases import KEY
from tests.web.doors import Clock, Door, hash_quickly
from tests.web.september import CRISIS, moment
from web.app import create_app
from web.desk import Desk

TYPED_A_SECOND = 4
"""Keys a second of somebody who types with two fingers."""


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """The evening of 19 September 2016, before anybody has written a word on the attack."""
    hash_quickly(monkeypatch)
    store = Store.open(str(tmp_path / "qafila.db"), KEY)
    store.migrate()
    now = moment("2016-09-19T20:30")
    load_seed(store, CRISIS, actor="setup", at=now)
    clock = Clock(now=now)
    desk = Desk(store=store, crisis_id=CRISIS, clock=clock, situation_at=now)
    app = create_app(desk, {"TESTING": True, "SIGN_IN_FLOOR_S": 0.0, "REQUIRE_TOTP": False})
    made = Door(app=app, store=store, clock=clock)
    made.person("coordinator", Role.COORDINATOR)
    yield made
    store.close()


class Hands:
    """Two hands on a keyboard: every key is counted, what is done is printed."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0
        page.evaluate("addEventListener('keydown', () => { window.pressed = (window.pressed ?? 0) + 1 }, true)")

    def write(self, field: str, text: str) -> None:
        tab_to(self.page, field)
        self.page.keyboard.type(text)
        self.tell(f"{field}: {text!r}")

    def press(self, field: str, key: str) -> None:
        tab_to(self.page, field)
        self.page.keyboard.press(key)
        self.tell(f"{field}: {key}")

    def tell(self, said: str) -> None:
        self.keys = self.page.evaluate("window.pressed ?? 0")
        print(f"{self.keys:>4} keys  {said}")  # noqa: T201 - the steps are to be read


def test_the_attack_at_urum_al_kubra_takes_one_page_no_mouse_and_less_than_a_minute(door: Door) -> None:
    with chromium() as browser, served(door) as address:
        page = sign_in(browser, door, address, "coordinator")
        page.goto(f"{address}/convoys/outcome")
        hands, started = Hands(page), time.monotonic()

        hands.write("#f-movement", "urum al-kubra · urum al-kubra, 31")
        hands.press("input[name=what]", "ArrowLeft")
        for _ in range(7):
            page.keyboard.press("ArrowLeft")
        hands.tell("to Attacked, by the arrows")
        assert page.locator("input[name=what]:checked").get_attribute("value") == "attacked"
        hands.write("#f-where", "At the s")
        hands.write("#f-happened_at", "09192016")
        page.keyboard.press("ArrowRight")
        page.keyboard.type("0712PM")
        hands.tell("19 September, 19:12")
        hands.write("#f-reason_code", "attack on")
        hands.write("#f-source", "UN spokesman")
        hands.write("#f-asked_0", "78000")
        hands.write("#f-figure_source_0", "UN")
        hands.write("#f-asked_1", "75000")
        hands.write("#f-figure_source_1", "Red Crescent")
        hands.write("#f-item_0", "Family food")
        hands.press("#f-item_what_0", "ArrowDown")
        hands.write("#f-item_units_0", "9000")
        hands.press("input[name=follow_up]", "Space")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        took_s = time.monotonic() - started
        print(f"{hands.keys + 1} keys, {took_s:.0f} s here, {hands.keys / TYPED_A_SECOND:.0f} s by two fingers")  # noqa: T201

        assert hands.keys / TYPED_A_SECOND < 60
        told = [r.fact for r in load_world(door.store, CRISIS).log if isinstance(r.fact, DeliveryOutcome)][-1]
        assert (told.movement, told.what, told.result, told.reason_code) == (
            "urum-al-kubra-31", "attacked", "impeded", "attack",
        )  # fmt: skip
        assert told.happened_at == moment("2016-09-19T19:12")
        assert [(f.count, f.source) for f in told.people_requested] == [(78_000, "UN"), (75_000, "Red Crescent")]
        assert [(line.what, line.commodity, line.units) for line in told.lines] == [("lost", "family-ration", 9_000)]
        assert told.follow_up
        page.context.close()


def test_axe_finds_nothing_on_the_pages_of_the_pipeline(door: Door) -> None:
    with chromium() as browser, served(door) as address:
        page = sign_in(browser, door, address, "coordinator", size=PHONE)
        request = "/requests/urum-al-kubra@urum-al-kubra-31"
        for where in (
            "/requests", request, f"{request}/step/attack", "/requests/new",
        ):  # fmt: skip
            for looks in ("lang=en&theme=light", "lang=ar&theme=dark"):
                page.goto(f"{address}{where}?{looks}")
                assert look(page) == [], (where, looks)
        page.context.close()


def test_steps_are_taken_without_scripts(door: Door) -> None:
    with chromium() as browser, served(door) as address:
        page = sign_in(browser, door, address, "coordinator", scripts=False)
        page.goto(f"{address}/requests/duma@2016-09")
        page.get_by_role("link", name="Agreed in principle").click()
        page.fill("#f-source", "liaison office")
        page.get_by_role("button", name="Save: Agreed in principle").click()
        page.wait_for_load_state()

        assert "agreed in principle" in page.locator("h1 + .said").inner_text()
        page.context.close()
