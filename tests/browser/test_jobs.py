"""The jobs of a coordinator in a real browser, by keyboard where hands may be busy, and without scripts for forms."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from planner import jobs
from planner.services.plans import make_plan
from tests.browser.live import sign_in
from tests.web.doors import Door

pytest_plugins = ["tests.browser.site_fixtures"]
MOST_TABS = 120


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is looked for has the focus: no pointer is used."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    message = f"{selector} is not reached by Tab on {page.url}"
    raise AssertionError(message)


def test_sign_in_leads_to_today_and_out_again(chrome: Browser, shared_address: str, shared_site: Door) -> None:
    person = sign_in(chrome, shared_address, shared_site, "coordinator")

    expect(person.page).to_have_url(re.compile("/today"))
    assert person.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    cookies = person.context.cookies()
    assert all(cookie["httpOnly"] for cookie in cookies)
    person.page.locator("details.menu summary").click()
    person.page.get_by_role("button", name="Sign out").click()
    expect(person.page).to_have_url(re.compile("/sign-in"))
    person.context.close()


def test_why_a_gate_is_blocked_is_found_by_keyboard_alone(
    chrome: Browser, shared_address: str, shared_site: Door
) -> None:
    person = sign_in(chrome, shared_address, shared_site, "analyst")
    page = person.open("/access?status=BLOCKED")

    tab_to(page, ".stretches tbody tr:first-child a")
    page.keyboard.press("Enter")

    expect(page.locator(".side .why").first).to_contain_text("Decided by")
    expect(page.locator(".side .five .decides").first).to_be_visible()
    expect(page.locator(".side .ev").first).to_be_visible()
    person.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_closure_is_recorded_and_the_convoys_it_touches_are_seen_before(
    chrome: Browser, address: str, site: Door, *, scripts: bool
) -> None:
    person = sign_in(chrome, address, site, "analyst", scripts=scripts)
    page = person.page
    page.goto(address + "/access?sel=gate:amber-bridge")
    with site.store.reading() as read:
        head = read.head("two-rivers")

    page.get_by_role("link", name="Record a report").click()
    page.select_option("#f-state", "closed")
    page.fill("#f-source", "field office")
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.locator(".impact h3").first).to_contain_text(re.compile(r"touches \d+ convoys?|touches no planned"))
    with site.store.reading() as read:
        assert read.head("two-rivers") == head, "looking stores nothing"
    page.get_by_role("button", name="Save record").click()

    expect(page.get_by_text("Recorded.")).to_be_visible()
    with site.store.reading() as read:
        assert read.head("two-rivers") == head + 1
    person.context.close()


def test_a_plan_is_asked_for_solved_and_read(chrome: Browser, address: str, site: Door) -> None:
    person = sign_in(chrome, address, site, "coordinator")
    page = person.open("/plans")
    page.fill("input[name=from], input[name=start]", "2031-04-08")
    page.fill("input[name=days]", "2")
    page.locator("form[method=post] button.main").last.click()
    expect(page).to_have_url(re.compile(r"/runs/\d+"))

    jobs.work_once(site.store, make_plan, "worker", site.clock)
    # The page of the run sees its end by itself, and then leads to the plan.
    page.locator("main a[href^='/plans/']").first.click()

    expect(page).to_have_url(re.compile(r"/plans/\d+"))
    expect(page.locator("h1")).to_contain_text(re.compile("Plan"))
    expect(page.locator("[data-sel^='convoy:']").first).to_be_visible()
    person.context.close()


def test_one_selection_is_shared_by_list_chart_and_address_within_a_tenth_of_a_second(
    chrome: Browser, shared_address: str, shared_site: Door
) -> None:
    person = sign_in(chrome, shared_address, shared_site, "coordinator")
    page = person.open("/plans/latest")
    wanted = page.locator("[data-sel^='convoy:']").last.get_attribute("data-sel")

    took_ms = page.evaluate(
        """id => new Promise((done) => {
          const start = performance.now();
          window.qafila.select(id);
          requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
        })""",
        wanted,
    )

    chosen = page.locator(f"[data-sel='{wanted}']")
    print(f"selection: {took_ms:.0f} ms over {chosen.count()} places")  # noqa: T201 - a figure to read
    assert took_ms < 100
    assert chosen.count() >= 2
    assert all("sel" in (chosen.nth(n).get_attribute("class") or "") for n in range(chosen.count()))
    assert wanted is not None
    assert wanted.replace(":", "%3A") in page.url
    person.context.close()


def test_why_a_site_is_not_served_is_read_on_the_plan(chrome: Browser, shared_address: str, shared_site: Door) -> None:
    with shared_site.store.reading() as read:
        unmet = read.get_plan("latest").plan.unmet
    assert unmet
    person = sign_in(chrome, shared_address, shared_site, "analyst")
    page = person.open("/plans/latest")

    card = page.locator(".unmet").first
    expect(card).to_be_visible()
    expect(card.locator(".cls").first).to_contain_text(re.compile("Proved impossible|Outbid|Not found"))
    person.context.close()


def test_two_scenarios_are_compared(chrome: Browser, address: str, site: Door) -> None:
    person = sign_in(chrome, address, site, "analyst")
    page = person.open("/what-if?example=truce-ends-early")
    page.get_by_role("button", name="Solve and compare").click()
    expect(page).to_have_url(re.compile("/what-if/compare"))

    jobs.work_once(site.store, make_plan, "worker", site.clock)

    expect(page.locator(".indicators")).to_contain_text("People reached")
    expect(page.locator(".scenario h3").first).to_be_visible(timeout=15_000)
    person.context.close()


def test_a_failed_delivery_is_looked_up_and_its_report_downloaded(
    chrome: Browser, shared_address: str, shared_site: Door
) -> None:
    person = sign_in(chrome, shared_address, shared_site, "coordinator")
    later = "at=2031-06-01T08:00"
    page = person.open(f"/failed?{later}&period=2031")
    page.locator("a[href*='/failed/']").first.click()
    expect(page.locator("h1")).to_be_visible()

    page = person.open(f"/reports?{later}&period=2031-04")
    with page.expect_download() as told:
        page.get_by_role("button", name="Download CSV").click()

    assert told.value.suggested_filename == "denials-2031-04-T1.csv"
    person.context.close()


def test_a_need_is_entered_without_scripts(chrome: Browser, address: str, site: Door) -> None:
    person = sign_in(chrome, address, site, "coordinator", scripts=False)
    page = person.page
    page.goto(address + "/needs/kessa")
    page.fill("input[name=source_new]", "town council")
    page.fill("input[name=people_new]", "4321")
    page.get_by_role("button", name="Save").first.click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("th", has_text="town council")).to_be_visible()
    person.context.close()


def test_a_partner_sees_reports_and_nothing_to_come(chrome: Browser, shared_address: str, shared_site: Door) -> None:
    person = sign_in(chrome, shared_address, shared_site, "partner")

    names = person.page.locator(".nav a, .menu-pages a").all_inner_texts()
    assert {name for name in names if name} <= {"Failed deliveries", "Reports"}
    person.page.goto(shared_address + "/plans")
    expect(person.page.locator("h1")).to_have_text("Not allowed")
    person.context.close()
