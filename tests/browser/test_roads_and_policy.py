"""The policy is tried and set, and a road file followed live, by somebody at a browser."""

import json
from pathlib import Path

from playwright.sync_api import Browser, expect

from planner.services.access_policy import in_force
from planner.services.crises import load_world
from planner.services.road_queue import work_roads_once
from tests.browser.live import sign_in
from tests.web.doors import Door

pytest_plugins = ["tests.browser.site_fixtures"]


def test_a_policy_is_looked_at_by_enter_and_set_by_its_button(chrome: Browser, address: str, site: Door) -> None:
    page = sign_in(chrome, address, site, "coordinator").open("/access")
    page.get_by_role("link", name="How roads are judged").click()
    field = page.get_by_label("Blocked below this probability")
    field.fill("0.88")
    field.press("Enter")

    expect(page.get_by_role("heading", name="This touches")).to_be_visible()
    expect(page.locator("#effect-map")).to_have_attribute("aria-busy", "false", timeout=15_000)
    world = load_world(site.store, "two-rivers")
    assert in_force(world, world.head).version == 0
    page.get_by_label("Name").fill("strict")
    page.get_by_label("Who decided so").fill("access group")
    page.get_by_label("Why").fill("three convoys were turned back")
    page.get_by_role("button", name="Set this policy").click()

    expect(page.locator(".notice")).to_contain_text("strict is in force")
    expect(page.locator("#versions tr.sel")).to_contain_text("three convoys were turned back")
    assert field.input_value() == "0.88"


def test_a_road_file_is_followed_until_its_worker_is_done(
    chrome: Browser, address: str, site: Door, tmp_path: Path
) -> None:
    track = {"type": "LineString", "coordinates": [[1.5, 0.9], [1.51, 0.91]]}
    feature = {"type": "Feature", "properties": {"highway": "track"}, "geometry": track}
    file = tmp_path / "track.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    page = sign_in(chrome, address, site, "coordinator").open("/access/roads")
    page.set_input_files("#f-file", file)
    page.get_by_role("button", name="Show what it would do").click()

    expect(page.locator("#run-progress")).to_contain_text("Waits for a worker")
    work_roads_once(site.store, "w1", site.clock)
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Put these roads in place")).to_be_visible()
