"""The map worked by hand and by keys: selecting, pointing out, moving, insets."""

import re

from playwright.sync_api import Browser, expect

from planner.domain.world import World
from tests.browser.map_page import PHONE, PLAN, opened, page_of, serving

pytest_plugins = ["tests.browser.map_fixtures"]


def test_a_click_selects_the_convoy_on_a_road_it_takes_and_the_road_elsewhere(
    chromium: Browser, rivers_world: World
) -> None:
    with serving(page_of(rivers_world, PLAN)) as address:
        page = opened(chromium, address)
        page.locator(".m-shield text", has_text="C1").wait_for()
        box = page.locator(".m-shield rect").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 8, box["y"] + 8)
        expect(page).to_have_url(re.compile("sel=convoy%3Ac01"))
        expect(page.locator(".m-shield.on")).to_have_count(1)
        page.evaluate("window.qafila.select('segment:merro--ordan')")
        page.evaluate("window.qafila.select('site:calder')")
        expect(page.locator(".m-marker")).to_have_count(1)
        page.close()


def test_a_form_is_given_the_road_that_was_pointed_out_by_keys(chromium: Browser, rivers_world: World) -> None:
    at = rivers_world.network.segments["merro--ordan"].shape[6]
    around = [at[0] - 0.05, at[1] - 0.05, at[0] + 0.05, at[1] + 0.05]
    with serving(page_of(rivers_world, {"bounds": around})) as address:
        page = opened(chromium, address)
        page.evaluate(
            """async () => {
              const map = (await import('/static/x/js/map.js')).mountMap(document.querySelector('#map'));
              map.pick({kind: 'segment'}).then((found) => { window.found = found; });
            }"""
        )
        expect(page.locator(".map-say")).to_contain_text("Click a road.")
        page.keyboard.press("Enter")
        page.wait_for_function("() => window.found")
        assert page.evaluate("window.found.id") == "segment:merro--ordan"
        expect(page.locator(".map-say")).to_be_hidden()
        page.evaluate(
            """async () => {
              const map = (await import('/static/x/js/map.js')).mountMap(document.querySelector('#map'));
              map.pick({kind: 'gate'}).then((found) => { window.gave_up = found === null; });
            }"""
        )
        page.keyboard.press("Escape")
        page.wait_for_function("() => window.gave_up")
        page.close()


def test_keys_move_and_zoom_the_map(chromium: Browser, syria_world: World) -> None:
    with serving(page_of(syria_world)) as address:
        page = opened(chromium, address)
        before = page.locator(".map-scale-box").inner_text()
        page.locator(".map-ground").focus()
        page.keyboard.press("+")
        page.keyboard.press("+")
        expect(page.locator(".map-scale-box")).not_to_have_text(before)
        where = page.locator(".leaflet-map-pane").get_attribute("style")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(500)
        assert page.locator(".leaflet-map-pane").get_attribute("style") != where
        page.close()


def test_what_is_selected_elsewhere_comes_into_view_and_what_is_seen_stays_put(
    chromium: Browser, syria_world: World
) -> None:
    with serving(page_of(syria_world, {"bounds": [36.62, 35.98, 37.45, 36.45]})) as address:
        page = opened(chromium, address)
        pane = page.locator(".leaflet-map-pane")
        start = pane.get_attribute("style")
        page.evaluate("window.qafila.select('gate:castello')")
        assert pane.get_attribute("style") == start
        page.evaluate("window.qafila.select('gate:deir-ez-zor')")
        expect(page.locator(".m-marker")).to_have_count(1)
        page.close()


def test_insets_open_their_place_and_a_narrow_map_has_none(chromium: Browser, syria_world: World) -> None:
    inset = {"letter": "A", "name": "Aleppo", "bounds": [36.67, 36.06, 37.43, 36.4]}
    with serving(page_of(syria_world, {"insets": [inset]})) as address:
        page = opened(chromium, address)
        scale = page.locator(".map-scale-box").inner_text()
        page.get_by_role("button", name="A Aleppo: show this place large").click()
        expect(page.locator(".map-scale-box")).not_to_have_text(scale)
        expect(page.locator(".inset")).to_be_hidden()
        page.get_by_role("button", name="Show the whole map").click()
        expect(page.locator(".inset")).to_be_visible()
        page.close()
        phone = opened(chromium, address, PHONE)
        assert phone.locator(".inset").count() == 0
        phone.close()
