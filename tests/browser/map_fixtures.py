"""A browser and two crises for tests of maps, asked for by `pytest_plugins`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from tests.browser.program import browser_path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def rivers_world() -> World:
    return read_seed(find_seed("two-rivers"))


@pytest.fixture(scope="module")
def syria_world() -> World:
    return read_seed(find_seed("syria-2016-09"))
