"""Every route: a right of its own, its headers whatever the answer, nothing changed by asking."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from planner.domain.rights import Right, Role, can
from tests.web.doors import Browser, Door
from tests.web.routes import needed, walk
from web.headers import FILE_ENDPOINTS, FILE_HEADERS, SECURITY_HEADERS

pytest_plugins = ["tests.web.site_fixtures"]
FILES = {"static_file", "robots", "favicon"}


def test_every_route_declares_a_right(shared_site: Door) -> None:
    silent = [rule.endpoint for rule in shared_site.app.url_map.iter_rules() if not needed(shared_site, rule)]

    assert silent == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_its_rights_open_and_nothing_else(
    shared_site: Door, readers: dict[Role, Browser], role: Role
) -> None:
    for rule, where in walk(shared_site):
        right = needed(shared_site, rule)
        assert right is not None
        answer = readers[role].get(where)
        assert answer.status_code < 500, (rule, answer.status_code)
        if right is not Right.OPEN:
            assert (answer.status_code != 403) == can({role}, right), (rule, answer.status_code)


def test_who_is_not_signed_in_is_led_to_the_door(shared_site: Door) -> None:
    browser = shared_site.browser()
    for rule, where in walk(shared_site):
        if needed(shared_site, rule) is Right.OPEN:
            continue
        answer = browser.get(where)
        assert answer.status_code in {302, 303, 401}, rule
        if answer.status_code != 401:
            assert answer.headers["Location"].startswith("/sign-in"), rule


# ---- Headers


def assert_hardened(answer: TestResponse, endpoint: str | None = None) -> None:
    is_file = endpoint in FILE_ENDPOINTS and answer.status_code == 200
    wanted = FILE_HEADERS if is_file else SECURITY_HEADERS
    asked = (answer.request.method, answer.request.path, answer.status_code)
    assert {name: answer.headers.get(name) for name in wanted} == wanted, asked
    kept = answer.headers.get("Cache-Control", "")
    assert "no-store" in kept or "no-cache" in kept or endpoint in FILES, (asked, kept)


def test_no_answer_leaves_without_its_security_headers(shared_site: Door, readers: dict[Role, Browser]) -> None:
    """Those of a file too, of a stream, and of every refusal: signed in or not, whatever is asked or sent."""
    stranger = shared_site.browser()
    seen = set()
    for rule, where in walk(shared_site):
        for browser in (stranger, readers[Role.COORDINATOR], readers[Role.PARTNER]):
            answer = browser.get(where)
            assert_hardened(answer, rule.endpoint)
            seen.add((answer.status_code, answer.mimetype))
    for _rule, where in walk(shared_site, "POST"):
        for browser in (stranger, readers[Role.PARTNER]):
            answer = browser.client.post(where)
            assert_hardened(answer)
            seen.add((answer.status_code, answer.mimetype))

    assert {(200, "text/html"), (200, "text/css"), (200, "image/svg+xml"), (200, "text/event-stream")} <= seen
    assert {(302, "text/html"), (403, "text/html"), (400, "text/html"), (401, "application/problem+json")} <= seen


ODD: dict[str, Callable[[Browser], TestResponse]] = {
    "no such page": lambda browser: browser.get("/no-such-page"),
    "no such file": lambda browser: browser.get("/static/0/css/frame.css"),
    "no such address of the API": lambda browser: browser.get("/api/v1/nothing"),
    "another method": lambda browser: browser.client.delete("/plans"),
    "a list of methods": lambda browser: browser.client.options("/plans"),
    "the head alone": lambda browser: browser.client.head("/plans"),
    "a time that is none": lambda browser: browser.get("/today?at=whenever"),
    "a table too large": lambda browser: browser.client.post("/needs/import", data=b"x" * (9 * 1024 * 1024)),
    "a body that is no JSON": lambda browser: browser.client.post("/api/v1/plans", data="{"),
    "something not changed": lambda browser: browser.get(
        "/data/status", headers={"If-None-Match": browser.get("/data/status").headers["ETag"]}
    ),
    "a slash too many": lambda browser: browser.get("/plans/"),
}


@pytest.mark.parametrize("asked", ODD)
def test_no_odd_answer_leaves_without_them_either(readers: dict[Role, Browser], asked: str) -> None:
    answer = ODD[asked](readers[Role.COORDINATOR])

    assert answer.status_code != 500
    assert_hardened(answer)


# ---- Asking


def test_asking_changes_nothing(site: Door) -> None:
    browsers = [site.signed_in(role.value) for role in Role]
    before = _digest(site)

    for _rule, where in walk(site):
        for browser in browsers:
            browser.get(where)

    assert _digest(site) == before


def _digest(door: Door) -> dict[str, int | str]:
    """Return what must not change: log, rows, plans, movements, runs; refusals and who fetched what are noted."""
    with door.store.reading() as read:
        return {
            "stamp": str(read.stamp("two-rivers")),
            "plans": len(read.list_plans("two-rivers")),
            "runs": len(read.list_runs("two-rivers")),
            "movements": str(read.list_movements("two-rivers")),
            "people": str([(a.username, a.roles, a.active) for a in read.list_accounts()]),
            "done": str(
                [e.action for e in read.list_audit(limit=1_000) if not e.action.startswith(("refus", "fetch"))]
            ),
        }


# ---- Addresses


def test_nothing_sensitive_stands_in_an_address(shared_site: Door) -> None:
    for rule in shared_site.app.url_map.iter_rules():
        assert not {"password", "token", "code"} & set(rule.arguments), rule
