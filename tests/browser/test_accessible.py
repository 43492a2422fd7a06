"""axe finds nothing on any page, in both languages; nothing is cut off on a phone."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from planner.domain.rights import Role
from tests.browser.live import Person, sign_in
from tests.browser.pages import TWO_RIVERS, Screen
from tests.web.doors import Door
from tests.web.routes import rules

pytest_plugins = ["tests.browser.site_fixtures"]


ELSEWHERE = {
    "signin.sign_in": "in `test_signin`",
    "signin.code": "the same page with one field",
    "home.index": "leads to the first page",
    "plans.compare": "leads to the difference",
    "runs.progress": "a part of the page of a run",
    "what_if.progress": "a part of the comparison",
    "access.road_progress": "a part of the page of a road file",
    "sweeps.progress": "a part of the page of a sweep",
    "sweeps.export": "a file",
    "replays.progress": "a part of the page of a replay",
    "replays.export": "a file",
    "runs.events": "a stream",
    "incidents.decide": "shown once a partner has submitted an incident",
    "requests.scan": "a file",
    "reports.report": "shown once a report is drafted",
    "reports.file": "a file",
    "reports.bundle": "a file",
    "home.health": "for machines",
    "robots": "for machines",
    "favicon": "a picture",
    "static_file": "files",
}
"""What is no page of its own, or is looked at by another test."""


def test_every_page_is_looked_at(shared_site: Door) -> None:
    match = shared_site.app.url_map.bind("").match
    looked_at = {match(urlsplit(s.address).path)[0] for s in TWO_RIVERS if s.name != "not-found"}
    pages = {r.endpoint for r in rules(shared_site) if not r.rule.startswith(("/api/v1/", "/data/"))}

    assert pages - looked_at == ELSEWHERE.keys()


@pytest.fixture(scope="module")
def people(chrome: Browser, shared_address: str, shared_site: Door) -> dict[tuple[Role, bool], Person]:
    """One person a role at a desk, one at a phone."""
    return {
        (role, phone): sign_in(chrome, shared_address, shared_site, role.value, phone=phone)
        for role in Role
        for phone in (False, True)
    }


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("screen", TWO_RIVERS, ids=lambda screen: screen.name)
def test_axe_finds_nothing(people: dict[tuple[Role, bool], Person], screen: Screen, language: str) -> None:
    person = people[screen.role, False]
    mark = "&" if "?" in screen.address else "?"
    page = person.open(f"{screen.address}{mark}lang={language}")

    found = Axe().run(page).response["violations"]

    assert [(f["id"], f["nodes"][0]["html"][:160]) for f in found] == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("screen", TWO_RIVERS, ids=lambda screen: screen.name)
def test_nothing_is_wider_than_a_phone(people: dict[tuple[Role, bool], Person], screen: Screen, language: str) -> None:
    person = people[screen.role, True]
    mark = "&" if "?" in screen.address else "?"
    page = person.open(f"{screen.address}{mark}lang={language}")

    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert wide <= 0


LISTS = {"needs", "needs-site", "supply", "plans", "runs", "reports", "reports-partner", "failed-partner", "settings"}


@pytest.mark.parametrize("screen", [s for s in TWO_RIVERS if s.name in LISTS], ids=lambda screen: screen.name)
def test_no_table_is_moved_sideways_on_a_phone(people: dict[tuple[Role, bool], Person], screen: Screen) -> None:
    page = people[screen.role, True].open(screen.address)

    moved = page.evaluate("[...document.querySelectorAll('.scroll')].filter(p => p.scrollWidth > p.clientWidth).length")

    assert moved == 0
