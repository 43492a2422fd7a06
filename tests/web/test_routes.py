"""Every route: a right of its own, its headers, nothing changed by asking, nothing of the future for a partner."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from planner.domain.rights import Right, Role, can
from tests.web.doors import Browser, Door
from web.headers import FILE_ENDPOINTS, FILE_HEADERS, SECURITY_HEADERS
from web.rights import right_of

pytest_plugins = ["tests.web.site_fixtures"]
STREAMS = {"runs.events"}
"""Answers that end with their run only."""
VALUES = {
    "site": "kessa", "plan": "latest", "first": "latest", "second": "latest", "a": "latest", "b": "latest", "run": 1,
    "position": 1, "segment": "amber-bridge", "digest": "0", "name": "css/frame.css", "kind": "stock",
    "username": "analyst", "convoy": "none", "movement": "none", "event": "none", "event_id": "none",
}  # fmt: skip
FILES = {"static_file", "robots", "favicon"}


def rules(door: Door, method: str = "GET") -> list[Rule]:
    return [rule for rule in door.app.url_map.iter_rules() if method in (rule.methods or ())]


def address(door: Door, rule: Rule) -> str:
    """Return an address of the rule, whatever stands behind it."""
    with door.app.test_request_context():
        values = {name: VALUES.get(name, "none") for name in rule.arguments}
        numbers = {name for name, converter in rule._converters.items() if "int" in type(converter).__name__.lower()}
        built = rule.build({name: 1 if name in numbers else value for name, value in values.items()})
    assert built is not None
    return built[1]


def test_every_route_declares_a_right(shared_site: Door) -> None:
    silent = [r.endpoint for r in shared_site.app.url_map.iter_rules() if not _right(shared_site, r)]

    assert silent == []


def _right(door: Door, rule: Rule) -> Right | None:
    return right_of(door.app.view_functions[rule.endpoint])


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_its_rights_open_and_nothing_else(
    shared_site: Door, readers: dict[Role, Browser], role: Role
) -> None:
    for rule in rules(shared_site):
        if rule.endpoint in STREAMS:
            continue
        right = _right(shared_site, rule)
        assert right is not None
        answer = readers[role].get(address(shared_site, rule))
        assert answer.status_code < 500, (rule, answer.status_code)
        if right is not Right.OPEN:
            assert (answer.status_code != 403) == can({role}, right), (rule, answer.status_code)


def test_who_is_not_signed_in_is_led_to_the_door(shared_site: Door) -> None:
    browser = shared_site.browser()
    for rule in rules(shared_site):
        if _right(shared_site, rule) is Right.OPEN:
            continue
        answer = browser.get(address(shared_site, rule))
        assert answer.status_code in {302, 303, 401}, rule
        if answer.status_code != 401:
            assert answer.headers["Location"].startswith("/sign-in"), rule


def test_no_answer_leaves_without_its_security_headers(shared_site: Door, readers: dict[Role, Browser]) -> None:
    for rule in rules(shared_site):
        if rule.endpoint in STREAMS:
            continue
        answer = readers[Role.COORDINATOR].get(address(shared_site, rule))
        headers, is_file = answer.headers, rule.endpoint in FILE_ENDPOINTS and answer.status_code == 200
        wanted = FILE_HEADERS if is_file else SECURITY_HEADERS
        assert {name: headers.get(name) for name in wanted} == wanted, rule
        kept = headers.get("Cache-Control", "")
        assert "no-store" in kept or "no-cache" in kept or rule.endpoint in FILES, (rule, kept)


def test_asking_changes_nothing(site: Door) -> None:
    browsers = [site.signed_in(role.value) for role in Role]
    before = _digest(site)

    for rule in rules(site):
        if rule.endpoint not in STREAMS:
            for browser in browsers:
                browser.get(address(site, rule))

    assert _digest(site) == before


def _digest(door: Door) -> dict[str, int | str]:
    """Return what must not change: the log, rows, plans, movements and runs; refusals are noted, signs of life kept."""
    with door.store.reading() as read:
        return {
            "stamp": str(read.stamp("two-rivers")),
            "plans": len(read.list_plans("two-rivers")),
            "runs": len(read.list_runs("two-rivers")),
            "movements": str(read.list_movements("two-rivers")),
            "people": str([(a.username, a.roles, a.active) for a in read.list_accounts()]),
            "done": str([e.action for e in read.list_audit(limit=1_000) if not e.action.startswith("refus")]),
        }


def words_of_the_future(door: Door) -> Iterator[str]:
    """Yield what a partner may not read: roads, gates, sites and times of departure of planned convoys."""
    with door.store.reading() as read:
        plan = read.get_plan("latest").plan
    for convoy in plan.convoys:
        yield from convoy.segments
        yield from (gate.gate for move in convoy.moves for gate in move.gates)
        yield from (f'"{stop.site}"' for stop in convoy.stops)


def test_a_partner_reads_no_future_route_on_any_page_or_in_any_answer(
    shared_site: Door, readers: dict[Role, Browser]
) -> None:
    forbidden = set(words_of_the_future(shared_site))
    assert forbidden
    for rule in rules(shared_site):
        if rule.endpoint in STREAMS | FILES:
            continue
        answer = readers[Role.PARTNER].get(address(shared_site, rule)).text
        assert not {word for word in forbidden if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", answer)}, rule


def test_nothing_sensitive_stands_in_an_address(shared_site: Door) -> None:
    for rule in shared_site.app.url_map.iter_rules():
        assert not {"password", "token", "code"} & set(rule.arguments), rule
