"""The eight jobs of a coordinator by keyboard alone: from the address of the site to the end, no pointer is used."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from planner import jobs
from planner.services.plans import make_plan
from tests.browser.keys import enter, follow, press, tab_to, write
from tests.browser.live import DESK, serving
from tests.web.doors import Door
from tests.web.september import Opened

pytest_plugins = ["tests.browser.site_fixtures", "tests.web.failed_fixtures"]


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    context = chrome.new_context(
        viewport={"width": DESK["width"], "height": DESK["height"]}, reduced_motion="reduce", accept_downloads=True
    )
    yield context.new_page()
    context.close()


def nav(name: str) -> str:
    return f".nav a[href='/{name}']"


def work(site: Door) -> None:
    assert jobs.work_once(site.store, make_plan, "worker", site.clock) is not None


def test_one_signs_in_and_out(page: Page, shared_address: str, shared_site: Door) -> None:
    enter(page, shared_address, "coordinator", shared_site.passwords["coordinator"])
    expect(page.locator(".nav [aria-current=page]")).to_have_text("Today")

    press(page, "details.menu summary")
    follow(page, "form[action='/sign-out'] button")

    expect(page).to_have_url(re.compile("/sign-in"))


def test_one_finds_why_castello_is_blocked(page: Page, opened: Opened) -> None:
    door = opened("2016-09-30T12:00")
    with serving(door.app) as address:
        enter(page, address, "analyst", door.passwords["analyst"])
        follow(page, nav("access"))
        write(page, "#find", "castello")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        follow(page, ".found a[href*='gate%3Acastello']")

        expect(page.locator(".side h2").first).to_have_text("Castello south crossing")
        expect(page.locator(".side .why").first).to_contain_text("blocked")
        expect(page.locator(".side .why").first).to_contain_text("Decided by")
        follow(page, ".side .ev a[href*='/access/records/']")
        expect(page.locator("main")).to_contain_text("Reported by")


def test_one_records_a_closure_and_sees_first_which_convoys_it_touches(page: Page, address: str, site: Door) -> None:
    enter(page, address, "analyst", site.passwords["analyst"])
    follow(page, nav("access"))
    follow(page, ".gates a[href*='gate%3Aamber-bridge']")
    follow(page, ".record-foot a[href*='state=closed']")
    write(page, "#f-source", "field office")
    press(page, "button[value=preview]")
    expect(page.locator("#impact")).to_be_focused()
    expect(page.locator("#impact")).to_contain_text(re.compile(r"touches \d+ convoys?"))
    with site.store.reading() as read:
        head = read.head("two-rivers")

    follow(page, "button[value=save]")

    expect(page.get_by_text("Recorded.")).to_be_visible()
    with site.store.reading() as read:
        assert read.head("two-rivers") == head + 1


def test_one_has_a_plan_solved_and_reads_it(page: Page, address: str, site: Door) -> None:
    enter(page, address, "coordinator", site.passwords["coordinator"])
    follow(page, nav("plans"))
    write(page, "#f-days", "2")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#run-progress")).to_contain_text("Waits for a worker")
    work(site)
    expect(page.get_by_role("link", name="Open the plan")).to_be_visible()
    follow(page, "main a[href^='/plans/']")

    tab_to(page, ".panel-convoys .list, .lanes")
    page.keyboard.press("ArrowDown")
    second = page.locator(".conv tbody tr").nth(1).get_attribute("data-sel")
    expect(page.locator(f".conv tr[data-sel='{second}']")).to_have_attribute("aria-current", "true")
    expect(page.locator(f".loads:visible, [data-for='{second}']:visible").first).to_be_visible()


def test_one_finds_why_a_site_is_not_served(page: Page, shared_address: str, shared_site: Door) -> None:
    enter(page, shared_address, "analyst", shared_site.passwords["analyst"])
    follow(page, nav("plans"))
    follow(page, "tbody a[href^='/plans/']")
    press(page, ".unmet h3 a")
    expect(page.locator(".unmet.sel")).to_have_count(1)
    press(page, ".unmet.sel details.why summary")

    expect(page.locator(".unmet.sel .cause .reason").first).to_be_visible()
    expect(page.locator(".unmet.sel .cls").first).to_contain_text(re.compile("Proved impossible|Outbid|Not found"))


def test_one_compares_two_scenarios(page: Page, address: str, site: Door) -> None:
    enter(page, address, "analyst", site.passwords["analyst"])
    follow(page, nav("what-if"))
    follow(page, ".examples a[href*='truce-ends-early']")
    follow(page, "button[value=solve]")
    expect(page.locator("h1")).to_have_text("Compare")
    follow(page, ".title a[href*='/what-if']")
    tab_to(page, "#f-kind")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#f-ceasefire")).to_be_visible()
    page.keyboard.press("End")
    kinds = [str(one.get_attribute("value")) for one in page.locator("#f-kind option").all()]
    for _kind in kinds[kinds.index("escort_change") + 1 :]:
        page.keyboard.press("ArrowUp")
    expect(page.locator("#f-teams")).to_be_visible()
    write(page, "#f-teams", "2")
    follow(page, "button[value=add]")
    expect(page.locator(".edits li")).to_have_count(1)
    follow(page, "button[value=solve]")
    work(site)
    work(site)

    expect(page.locator(".indicators thead th")).to_have_count(4)
    expect(page.locator(".scenario h3")).to_have_count(2, timeout=15_000)


def test_one_looks_up_a_failed_delivery(page: Page, shared_address: str, shared_site: Door) -> None:
    enter(page, shared_address, "coordinator", shared_site.passwords["coordinator"])
    follow(page, nav("failed"))
    follow(page, "tbody a[href*='/failed/']")

    expect(page.locator("main")).to_contain_text("two-rivers-00035")


def test_one_downloads_the_denial_report(page: Page, shared_address: str, shared_site: Door) -> None:
    enter(page, shared_address, "coordinator", shared_site.passwords["coordinator"])
    follow(page, nav("reports"))
    tab_to(page, "button[value=csv]")
    with page.expect_download() as told:
        page.keyboard.press("Enter")

    assert told.value.suggested_filename == "denials-2031-04-T1.csv"
