"""Failed deliveries and today of September 2016 in a real browser: read by axe, for partners too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.convoy_site import DESK, PHONE, chromium, look, served, sign_in
from tests.web.doors import Door
from tests.web.september import Opened

pytest_plugins = ["tests.web.failed_fixtures"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def door(opened: Opened) -> Door:
    return opened("2016-09-30T12:00")


def test_axe_finds_nothing_for_the_operation_on_a_phone(browser: Browser, door: Door) -> None:
    with served(door) as address:
        page = sign_in(browser, door, address, "analyst", size=PHONE)
        for where in ("/failed", "/failed/syria-2016-09-00305", "/failed?view=partner", "/today?at=2016-09-20T09:00"):
            for looks in ("lang=en&theme=light", "lang=ar&theme=dark"):
                page.goto(f"{address}{where}{'&' if '?' in where else '?'}{looks}")
                assert look(page) == [], (where, looks)
        page.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_for_partners(browser: Browser, door: Door, size: tuple[int, int]) -> None:
    with served(door) as address:
        page = sign_in(browser, door, address, "partner", size=size)
        page.goto(f"{address}/failed?period=2016")
        assert look(page) == []
        assert page.locator(".map").count() == 0
        page.context.close()


def test_a_case_chosen_in_the_list_is_marked_and_kept_in_the_address(browser: Browser, door: Door) -> None:
    with served(door) as address:
        page = sign_in(browser, door, address, "coordinator")
        page.goto(f"{address}/failed")
        row = page.locator('tr[data-sel="case:syria-2016-09-00416"]')
        row.locator("td").nth(1).click()
        assert row.get_attribute("aria-current") == "true"
        assert "sel=case%3Asyria-2016-09-00416" in page.url
        page.context.close()
