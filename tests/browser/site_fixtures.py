"""The site in a browser, for tests that ask for it by `pytest_plugins`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.live import serving, start_browser
from tests.web.doors import Door

pytest_plugins = ["tests.web.site_fixtures"]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One browser for the tests of a module; each person has a context of their own."""
    with sync_playwright() as playwright:
        browser = start_browser(playwright)
        yield browser
        browser.close()


@pytest.fixture
def address(site: Door) -> Iterator[str]:
    """The address of a site to write on."""
    with serving(site.app) as served:
        yield served


@pytest.fixture(scope="module")
def shared_address(shared_site: Door) -> Iterator[str]:
    """The address of the site for reading."""
    with serving(shared_site.app) as served:
        yield served
