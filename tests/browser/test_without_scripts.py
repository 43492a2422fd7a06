"""Every form of every page, sent in a browser that runs no scripts: it has a button, and the server answers it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page

from planner.domain.needs import Need
from planner.domain.supply import StockBatch
from tests.browser.live import sign_in
from tests.web.doors import GOOD, Door
from tests.web.road_hands import bring_roads
from tests.web.routes import LATER, rules

pytest_plugins = ["tests.browser.site_fixtures"]
TYPED = {
    "number": "1", "date": "2031-04-09", "datetime-local": "2031-04-09T08:00", "time": "08:00", "password": GOOD,
}  # fmt: skip
ELSEWHERE = {
    "signin.sign_in": "sent by everybody here",
    "signin.code": "shown once one-time codes are set up; sent in `tests/web/test_signin.py`",
    "signin.new_recovery_codes": "the same",
    "signin.drop_second_factor": "the same",
    "access.set_policy": "shown beside its effect; sent in `tests/web/test_access_policy.py`",
    "incidents.accept": "shown once a partner has submitted one; sent in `tests/web/test_requests.py`",
    "incidents.give_back": "the same",
    "plans.balance": "shown once balances are found out; sent in `tests/web/test_twice.py`",
    "reports.review": "shown once a report is drafted; sent in `tests/web/test_reports.py`",
    "reports.release": "the same",
    "reports.discard": "the same",
    "reports.retry": "shown once a letter is put aside; sent in `tests/web/test_twice.py`",
    "settings.change_alerts": "shown once whoever is on duty has an address; sent in `tests/web/test_twice.py`",
    "sweeps.change": "shown once a sweep is asked for; sent in `tests/web/test_twice.py`",
    "what_if.try_change": "shown beside a change that was solved again; sent in `tests/web/test_what_if.py`",
}
OUT = "signin.sign_out"
BUTTON = "button:not([tabindex='-1'], [type=button])"
FORMS = f"""[...document.forms].map(form => [
  form.method, form.getAttribute("action"), form.className,
  [...form.querySelectorAll("{BUTTON}")].map(button => button.value)])"""
Key = tuple[str, str, str]
"""Method, endpoint, and what the button says."""


def where(door: Door) -> dict[str, list[str]]:
    """Return the pages to walk by who opens them, in an order in which each form is shown once."""
    with door.store.reading() as read:
        plan = read.get_plan_card("latest")
        stock, need = (
            next(iter(read.list_versioned("two-rivers", StockBatch))),
            next(iter(read.list_versioned("two-rivers", Need))),
        )
    convoy = f"{plan.id}-c01"
    return {
        "coordinator": [
            "/today", "/access", "/access/record?sel=gate:amber-bridge", "/access/records/1", "/access/log",
            "/access/import", "/access/policy", "/access/roads/1", "/access/roads/2", "/access/roads", "/access/route",
            "/needs", "/needs/kessa", "/needs/rows/need/edit",
            f"/needs/rows/need/edit?id={need}", "/needs/import", "/supply",
            "/supply/rows/stock/edit", f"/supply/rows/stock/edit?id={stock}",
            "/supply/import", "/plans/latest", "/plans/latest", "/what-if?example=truce-ends-early",
            "/what-if?kind=escort_change", "/what-if/sweeps", "/what-if/replays", "/what-if/replays/2", "/plans",
            "/runs/2", "/runs/3", f"/convoys/{convoy}",
            f"/convoys/{convoy}/outcome", "/convoys/outcome", "/requests", "/requests/new", "/requests/varn@varn-01",
            "/requests/varn@varn-01/step/agree_in_principle", "/failed", f"/reports?period=2031-04&at={LATER}",
            "/reports/recipients",
            "/account/codes", "/account/password", "/account", "/account",
        ],
        "partner": ["/failed", "/incidents", "/reports"],
        "admin": ["/settings"],
    }  # fmt: skip


def buttons(door: Door, page: Page) -> Iterator[tuple[Key, Locator, Locator]]:
    """Yield each button with its form; the last form first, so that an administrator's own row comes last."""
    match = door.app.url_map.bind("").match
    for number, (method, action, name, values) in reversed(list(enumerate(page.evaluate(FORMS)))):
        endpoint, _values = match(urlsplit(action or page.url).path, method.upper())
        assert values, f"{page.url}: the form to {endpoint} has no button"
        form = page.locator("form").nth(number)
        for place, value in enumerate(values):
            # The clocks in the head are one form on every page.
            yield (
                (method, "clocks" if name == "asof-form" else str(endpoint), value),
                form,
                form.locator(BUTTON).nth(place),
            )


def make_ready(form: Locator, button: Locator) -> None:
    """Open what is closed around a button and fill in what the browser asks for, as a person would."""
    for closed in reversed(button.locator("xpath=ancestor::details[not(@open)]").all()):
        closed.locator("> summary").click()
    wrong = form.locator("input:invalid, select:invalid, textarea:invalid")
    while wrong.count():
        field = wrong.first
        kind = str(field.evaluate("field => field.type"))
        if kind.startswith("select"):
            field.select_option(index=1)
        elif kind in {"radio", "checkbox"}:
            field.check()
        else:
            field.fill(TYPED.get(kind, "something"))


def send(page: Page, form: Locator, button: Locator) -> None:
    make_ready(form, button)
    with page.expect_response(lambda response: response.request.is_navigation_request()) as told:
        button.click()
    page.wait_for_load_state()
    answer = told.value
    asked = (answer.request.method, answer.url)
    assert answer.status in {200, 303, 302, 409, 422}, (*asked, answer.status)
    if answer.status > 400:
        assert page.locator(".complaint, .notice, [role=alert]").count(), (*asked, "refused without a word")


def send_what_is_new(door: Door, page: Page, address: str, done: set[Key]) -> None:
    """Send each form of a page that was not sent before, from the page as it is opened afresh."""
    shown = page.goto(address)
    assert shown is not None
    assert shown.status == 200, address
    # A row that was removed has no page any more.
    while shown is not None and shown.status == 200:
        for key, form, button in buttons(door, page):
            if key in done or key[1] == OUT:
                continue
            done.add(key)
            if form.is_visible() or button.locator("xpath=ancestor::details[not(@open)]").count():
                send(page, form, button)
                shown = page.goto(address)
                break
        else:
            return


def test_every_form_is_answered_without_scripts(chrome: Browser, address: str, site: Door) -> None:
    done: set[Key] = set()
    for _file in range(2):
        bring_roads(site.store, "two-rivers", site.clock())
    pages = where(site)
    browsers = [sign_in(chrome, address, site, who, scripts=False) for who in pages]
    sign_in(chrome, address, site, "coordinator", scripts=False)  # a second sign-in, to be ended
    for person, walked in zip(browsers, pages.values(), strict=True):
        for page in walked:
            send_what_is_new(site, person.page, address + page, done)
            if page == "/plans":
                for worker in ("w1", "w2"):
                    with site.store.writing() as write:
                        assert write.claim_run(worker, now=site.clock(), lease_s=600) is not None
    person = browsers[0]
    person.page.goto(address + "/today")
    person.page.locator("details.menu summary").click()
    send(person.page, *next(found for key, *found in buttons(site, person.page) if key[1] == OUT))

    posted = {rule.endpoint for rule in rules(site, "POST") if not rule.rule.startswith("/api/")}
    print(f"{len(done)} buttons of {len({key[:2] for key in done})} forms")  # noqa: T201 - a figure to read
    assert posted - {key[1] for key in done if key[0] == "post"} == ELSEWHERE.keys() | {OUT}
