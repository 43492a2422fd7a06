"""What people do in a real browser: select at once, and send forms without scripts; `test_keyboard` has the jobs."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.live import sign_in, sign_in_on_page
from tests.web.doors import Door

pytest_plugins = ["tests.browser.site_fixtures"]


def test_sign_in_leads_to_today_and_out_again(chrome: Browser, shared_address: str, shared_site: Door) -> None:
    person = sign_in_on_page(chrome, shared_address, shared_site, "coordinator")

    expect(person.page).to_have_url(re.compile("/today"))
    person.page.locator("details.menu summary").click()
    person.page.get_by_role("button", name="Sign out").click()
    expect(person.page).to_have_url(re.compile("/sign-in"))
    person.context.close()


def test_a_closure_is_recorded_without_scripts_and_the_convoys_it_touches_are_seen_before(
    chrome: Browser, address: str, site: Door
) -> None:
    person = sign_in(chrome, address, site, "analyst", scripts=False)
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
    person = sign_in_on_page(chrome, shared_address, shared_site, "partner")

    names = person.page.locator(".nav a, .menu-pages a").all_inner_texts()
    assert {name for name in names if name} <= {"Failed deliveries", "My incidents", "Reports"}
    person.page.goto(shared_address + "/plans")
    expect(person.page.locator("h1")).to_have_text("Not allowed")
    person.context.close()
