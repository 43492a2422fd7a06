"""Access in a real browser: by keyboard alone, without scripts, with the slider and an area drawn by hand."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.live import Person, sign_in
from tests.web.doors import Door

pytest_plugins = ["tests.browser.site_fixtures", "tests.web.failed_fixtures"]
MOST_TABS = 200
TWO_RIVERS = "two-rivers"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is looked for has the focus: no pointer is used."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    message = f"{selector} is not reached by Tab on {page.url}"
    raise AssertionError(message)


@pytest.fixture(scope="module")
def analyst(chrome: Browser, shared_address: str, shared_site: Door) -> Person:
    return sign_in(chrome, shared_address, shared_site, "analyst")


@pytest.fixture
def reader(analyst: Person) -> Iterator[Person]:
    """The analyst at a page of its own; scripts and styles are at hand after the first test."""
    page = analyst.context.new_page()
    yield replace(analyst, page=page)
    page.close()


def test_a_closure_is_recorded_from_the_gate_and_its_convoys_are_seen_before(
    chrome: Browser, address: str, site: Door
) -> None:
    page = sign_in(chrome, address, site, "analyst").open("/access?sel=gate:amber-bridge")
    with site.store.reading() as read:
        head = read.head(TWO_RIVERS)

    page.get_by_role("link", name="Gate closed").click()
    expect(page.locator("#impact")).to_have_text(re.compile(r"This touches \d+ convoys?, [\d,]+ people"))
    expect(page.locator(".touched .advice").first).to_contain_text(re.compile("hold|reroute|look again|turn back"))
    page.get_by_role("button", name="Save record").click()
    expect(page.locator("#complaint-source")).to_be_visible()
    page.fill("#f-source", "field office")
    page.get_by_role("button", name="Show what it changes").last.click()
    expect(page.get_by_role("button", name="Save record")).to_be_visible()
    page.get_by_role("button", name="Save record").click()

    expect(page.get_by_text(f"Recorded. It is record {head + 1}")).to_be_visible()
    expect(page.locator(".side .ev.decides").first).to_contain_text("field office")
    with site.store.reading() as read:
        assert read.head(TWO_RIVERS) == head + 1


def test_another_kind_shows_its_fields_and_keeps_what_was_typed(chrome: Browser, address: str, site: Door) -> None:
    page = sign_in(chrome, address, site, "analyst").open("/access/record?sel=gate:amber-bridge")
    page.fill("#f-source", "field office")

    page.select_option("#f-kind", "incident")

    expect(page.locator("#f-hazard")).to_be_visible()
    expect(page.locator("#f-source")).to_have_value("field office")
    page.get_by_role("button", name="Show what it changes").last.click()
    expect(page.locator("#complaint-hazard")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "f-hazard"


def test_the_slider_changes_map_side_and_address_without_a_new_page(reader: Person) -> None:
    page = reader.open("/access?sel=gate:amber-bridge")
    page.evaluate("window.kept = 1")
    slider = page.locator("#slide")
    before = page.locator(".head .asof b").first.inner_text()

    with page.expect_response(lambda answer: "/data/status" in answer.url and "at=" in answer.url):
        slider.press("ArrowRight")
    page.wait_for_url(re.compile(r"at=2031-04-08T09"))

    expect(page.locator(".head .asof b").first).not_to_have_text(before)
    expect(page.locator(".side h2").first).to_be_visible()
    assert page.evaluate("window.kept") == 1
    assert page.evaluate("document.activeElement.id") == "slide"


def test_a_road_chosen_on_the_map_is_told_beside_it(reader: Person) -> None:
    page = reader.open("/access")
    page.evaluate("window.kept = 1")

    page.evaluate("window.qafila.select('gate:amber-bridge')")

    expect(page.locator(".side .five")).to_be_visible()
    assert "sel=gate" in page.url
    assert page.evaluate("window.kept") == 1
    page.locator(".side .close").click()
    expect(page.locator(".side .gates")).to_be_visible()


@pytest.mark.parametrize("by_keys", [False, True])
def test_an_area_is_drawn_by_hand_or_taken_by_keys(reader: Person, *, by_keys: bool) -> None:
    page = reader.open("/access")
    page.locator("#draw-area").click()
    if by_keys:
        page.keyboard.press("Enter")
    else:
        box = page.locator(".draw-pane").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 40, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 40, box["y"] + box["height"] - 40, steps=4)
        page.mouse.up()

    expect(page.locator(".side h2").first).to_have_text("The drawn area")
    expect(page.locator(".side .tally")).to_contain_text(re.compile(r"\d+ stretch"))
    assert "sel=box" in page.url


def test_without_scripts_the_list_and_the_slider_still_lead(
    chrome: Browser, shared_address: str, shared_site: Door
) -> None:
    page = sign_in(chrome, shared_address, shared_site, "analyst", scripts=False).page
    page.goto(shared_address + "/access")

    page.locator(".stretches tbody a").first.click()
    expect(page.locator(".side .five").first).to_be_visible()
    page.get_by_role("link", name="1 h on").click()
    expect(page.locator(".side .five").first).to_be_visible()
    assert "at=2031-04-08T09" in page.url


@pytest.mark.parametrize("looks", ["lang=en&theme=dark", "lang=ar&theme=light"])
@pytest.mark.parametrize(
    "where",
    [
        "/access", "/access?sel=gate:amber-bridge&rail=turns", "/access?sel=area:north-bank&span=month",
        "/access?q=nothing-is-called-so", "/access/route?from=ordan&to=kessa", "/access/route?from=nowhere&to=never",
        "/access/record?sel=gate:amber-bridge&kind=gate&state=closed", "/access/record?kind=ceasefire_agreed",
        "/access/records/1?look=withdrawal", "/access/ceasefires", "/access/log",
    ],
)  # fmt: skip
def test_axe_finds_nothing(reader: Person, where: str, looks: str) -> None:
    page = reader.open(f"{where}{'&' if '?' in where else '?'}{looks}")

    found = Axe().run(page).response["violations"]

    assert [(f["id"], f["nodes"][0]["html"][:200]) for f in found] == []


@pytest.mark.parametrize(
    "where", ["/access?sel=gate:amber-bridge", "/access/record?sel=gate:amber-bridge", "/access/ceasefires"]
)
def test_nothing_is_wider_than_a_phone(chrome: Browser, shared_address: str, shared_site: Door, where: str) -> None:
    page = sign_in(chrome, shared_address, shared_site, "analyst", phone=True).open(where)

    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
