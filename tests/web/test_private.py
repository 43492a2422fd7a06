"""What stands in addresses is kept by histories, logs and eyes: it says what is looked at, and nothing else."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from planner.domain.rights import Role
from tests.web.doors import GOOD, Door
from tests.web.routes import ASKED, walk

pytest_plugins = ["tests.web.site_fixtures"]
ADDRESS = re.compile(r'(?:href|src|action|data-[a-z]+)="(/[^"]*)"')
GET_FORM = re.compile(r'<form\b(?![^>]*method="post").*?</form>', re.DOTALL)
NAMES = {
    "at", "known", "lang", "sel", "q", "status", "gate", "page", "span", "rail", "hours", "from", "to", "until",
    "within", "kind", "id", "site", "state", "scope", "reason", "source", "order", "listing", "show", "convoy", "base",
    "with", "example", "period", "tier", "view", "count", "days", "listed", "look", "b", "next",
}  # fmt: skip
"""All that an address may ask: clocks, language, what is selected, listed, searched and compared."""


def told_by(page: str) -> set[tuple[str, str]]:
    """Return the names and values that a page's links, sources and forms put into addresses."""
    told = {pair for where in ADDRESS.findall(page) for pair in parse_qsl(urlsplit(unescape(where)).query)}
    for form in GET_FORM.findall(page):
        told |= {(name, "") for name in re.findall(r'<(?:input|select|textarea|button)\b[^>]*\bname="([^"]+)"', form)}
        told |= {(name, unescape(value)) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}
    return told


@pytest.mark.parametrize("role", list(Role))
def test_an_address_says_what_is_looked_at_and_nothing_else(published_site: Door, role: Role) -> None:
    browser = published_site.signed_in(role.value)
    told: set[tuple[str, str]] = set()
    secret = {GOOD, browser.cookie(), role.value.title()}
    for _rule, where in walk(published_site, "GET", (ASKED[0], ASKED[5])):
        answer = browser.get(where)
        if answer.mimetype == "text/html":
            told |= told_by(answer.text)
            secret |= set(re.findall(r'name="(?:csrf_token|once)" value="([^"]+)"', answer.text))

    assert {name for name, _value in told} <= NAMES
    assert not secret & {value for _name, value in told}
    assert told or role is Role.ADMIN, "an administrator's pages have no clocks"
