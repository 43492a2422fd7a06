"""Nothing of a visit stays in a browser but a cookie that says nothing: a laptop that is taken tells nothing."""

import re

from playwright.sync_api import Browser

from tests.browser.live import sign_in_on_page
from tests.browser.pages import TWO_RIVERS
from tests.web.doors import Door

pytest_plugins = ["tests.browser.site_fixtures"]
SCRIPTED = {"access-gate", "access-record", "plan", "what-if-edit", "compared", "convoy", "outcome", "failed", "run"}
"""The screens whose scripts differ; all others have those of the frame alone."""
KEPT = """async () => [
  Object.entries(localStorage), Object.entries(sessionStorage), (await indexedDB.databases()).map(one => one.name),
  self.caches ? await caches.keys() : [], document.cookie, name, history.state]"""


def test_nothing_of_a_visit_stays_in_the_browser(chrome: Browser, shared_address: str, shared_site: Door) -> None:
    person = sign_in_on_page(chrome, shared_address, shared_site, "coordinator")
    person.page.locator("form.other-language button").click()
    asked: set[str] = set()
    person.page.on("request", lambda request: asked.add(request.url))
    screens = [screen for screen in TWO_RIVERS if screen.name in SCRIPTED]
    assert len(screens) == len(SCRIPTED)

    for screen in screens:
        page = person.open(screen.address)
        for chosen in page.locator("tr[data-sel]").all()[:1]:
            chosen.evaluate("row => row.querySelector('td').click()")
        assert page.evaluate(KEPT) == [[], [], [], [], "", "", None], screen.name

    cookies = {cookie["name"]: cookie for cookie in person.context.cookies()}
    assert {name for name, cookie in cookies.items() if not cookie["httpOnly"] or cookie["sameSite"] != "Lax"} == set()
    assert cookies.keys() == {"qafila", "qafila_language"}
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookies["qafila"]["value"]), "drawn, and nothing else"
    assert cookies["qafila_language"]["value"] == "ar"
    assert {url for url in asked if not url.startswith(shared_address) or cookies["qafila"]["value"] in url} == set()
    person.context.close()
