"""The map in a real browser: what it shows, what it refuses to show, and what it looks like."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from planner.domain.world import World
from tests.browser.map_page import DESK, PHONE, PLAN, MapPage, api, opened, page_of, serving

pytest_plugins = ["tests.browser.map_fixtures"]
CHANGED = "Status not loaded. The road network has changed since this page was opened."


def colours_seen(page: Page) -> set[str]:
    """Return which of the status colours are on the canvas of the roads, dimmed or not."""
    found = page.evaluate(
        """() => {
          const canvas = document.querySelector('.map-ground canvas'), pen = canvas.getContext('2d');
          const data = pen.getImageData(0, 0, canvas.width, canvas.height).data, seen = [];
          const wanted = {open: [0, 114, 178], contested: [230, 159, 0], blocked: [176, 0, 32]};
          for (const [name, rgb] of Object.entries(wanted)) {
            for (let i = 0; i < data.length; i += 4) {
              if (rgb.every((part, k) => Math.abs(data[i + k] - part) < 12)) { seen.push(name); break; }
            }
          }
          return seen;
        }"""
    )
    return set(found)


# ---- What is shown


def test_counts_scale_and_words_of_caution_stand_on_the_map(chromium: Browser, rivers_world: World) -> None:
    page_ = page_of(rivers_world)
    counts = json.loads(page_.statuses[""])["counts"]
    with serving(page_) as address:
        page = opened(chromium, address)

        key = page.locator(".mapkey").inner_text()
        assert [int(figure) for figure in key.split() if figure.isdigit()][:4] == [
            counts["OPEN"], counts["CONTESTED"], counts["BLOCKED"], counts["UNKNOWN"],
        ]  # fmt: skip
        assert "37 segments" in key
        assert rivers_world.catalogue.crisis.disclaimer in page.locator(".mapnote").inner_text()
        assert "km" in page.locator(".map-scale-box").inner_text()
        assert "Natural Earth" not in page.locator(".mapnote").inner_text(), "an invented country has no real coast"
        assert page.evaluate("window.heard[0].counts") == counts
        page.close()


def test_real_coasts_are_drawn_for_a_real_crisis_without_flag_or_foreign_address(
    chromium: Browser, syria_world: World
) -> None:
    with serving(page_of(syria_world)) as address:
        page = chromium.new_page(viewport={"width": 1000, "height": 640})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        expect(page.locator("#map")).to_have_attribute("aria-busy", "false")
        page.wait_for_timeout(300)

        assert "Natural Earth" in page.locator(".mapnote").inner_text()
        assert page.locator(".leaflet-control-attribution, .leaflet-attribution-flag").count() == 0
        assert [url for url in asked if not url.startswith(address)] == []
        assert colours_seen(page) == {"open", "contested", "blocked"}
        page.close()


def test_nothing_on_the_map_lies_over_anything_else(chromium: Browser, syria_world: World) -> None:
    with serving(page_of(syria_world, {"bounds": [36.62, 35.98, 37.45, 36.45]})) as address:
        page = opened(chromium, address, query="sel=gate:castello")
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('.map-ground svg text.m-lbl')].map((text) => {
                 const box = text.getBoundingClientRect();
                 return [box.left, box.top, box.right, box.bottom, text.textContent];
               })"""
        )
        shared = [
            (a[4], b[4])
            for i, a in enumerate(boxes)
            for b in boxes[i + 1 :]
            if min(a[2], b[2]) - max(a[0], b[0]) > 4 and min(a[3], b[3]) - max(a[1], b[1]) > 5
        ]
        assert len(boxes) > 25
        assert shared == []
        assert "Castello south crossing" in {box[4] for box in boxes}
        page.close()


def test_arabic_names_come_first_in_arabic_and_the_map_is_not_mirrored(chromium: Browser, rivers_world: World) -> None:
    with serving(page_of(rivers_world, language="ar")) as address:
        page = opened(chromium, address, query="lang=ar")
        names = page.locator(".map-ground svg text").all_text_contents()

        assert "أوردان" in names or any("\u0600" < name[0] < "\u06ff" for name in names if name)
        assert "مفتوح" in page.locator(".mapkey").inner_text()
        west, east = (
            page.locator(
                ".map-ground svg text", has_text=rivers_world.network.places[place].name_ar
            ).first.bounding_box()
            for place in ("ordan", "port-selm")
        )
        assert west is not None
        assert east is not None
        assert west["x"] < east["x"]
        zoom = page.locator(".map-zoom").bounding_box()
        assert zoom is not None
        assert zoom["x"] > 500, "buttons stand at the start of the line"
        page.close()


def test_a_name_from_the_data_is_text_and_not_markup(chromium: Browser, rivers_world: World) -> None:
    with serving(page_of(rivers_world, PLAN)) as address:
        page = opened(chromium, address)

        assert "<b>Calder</b>" in page.locator(".map-ground svg text").all_text_contents()
        assert page.locator(".map-ground svg b").count() == 0
        page.close()


def test_a_partner_page_without_roads_still_has_its_points(chromium: Browser) -> None:
    case = {
        "sel": "case:1",
        "at": [37.1, 36.2],
        "kind": "case",
        "name": "Aleppo",
        "name2": "turned back",
        "people": 900,
    }
    page_ = MapPage(roads="{}", broken={"/data/roads": 403}, overlay={"points": [case]}, says_disclaimer=False)
    with serving(page_) as address:
        page = chromium.new_page(viewport={"width": 600, "height": 400})
        page.goto(address)
        expect(page.locator(".map-ground svg .m-case")).to_have_count(1)
        expect(page.locator(".mapnote")).to_contain_text("do not imply endorsement")
        expect(page.locator(".map-say")).to_be_hidden()

        assert {"Aleppo", "turned back"} <= set(page.locator(".map-ground svg text").all_text_contents())
        page.close()


CORNER = """(() => {
  const pen = document.querySelector('.map-ground canvas').getContext('2d');
  return [...pen.getImageData(3, 3, 1, 1).data].slice(0, 3);
})()"""


def test_colours_follow_the_theme_and_paper_is_white(chromium: Browser, rivers_world: World) -> None:
    with serving(page_of(rivers_world)) as address:
        page = opened(chromium, address)
        light = page.evaluate(CORNER)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(400)
        dark = page.evaluate(CORNER)
        page.emulate_media(media="print")
        page.wait_for_timeout(400)
        assert (min(light) > 200, max(dark) < 80, page.evaluate(CORNER)) == (True, True, [255, 255, 255])
        page.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing(chromium: Browser, rivers_world: World, size: tuple[int, int], language: str) -> None:
    with serving(page_of(rivers_world, PLAN, language)) as address:
        for theme in ("light", "dark"):
            page = opened(chromium, address, size, f"lang={language}&theme={theme}&sel=convoy:c01")
            found = Axe().run(page).response["violations"]
            heading = {"page-has-heading-one"}  # the page around a map has one
            assert [violation["id"] for violation in found if violation["id"] not in heading] == []
            page.close()


# ---- What it refuses to show


def test_a_status_that_fails_to_load_leaves_no_old_one_behind(chromium: Browser, syria_world: World) -> None:
    page_ = page_of(syria_world)
    with serving(page_) as address:
        page = opened(chromium, address)
        assert colours_seen(page) == {"open", "contested", "blocked"}
        page_.broken["/data/status"] = 503
        api(page, "setAsOf('/data/status?at=before')")

        expect(page.locator(".map-say")).to_contain_text("Status not loaded. The server did not answer.")
        assert page.locator(".map-say").get_attribute("role") == "alert"
        assert colours_seen(page) == set()
        assert "–" in page.locator(".mapkey").inner_text()
        assert page.evaluate("window.heard.at(-1)") == {"ok": False, "counts": None, "asOf": None}
        page_.broken.clear()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".map-say")).to_be_hidden()
        before = json.loads(page_.statuses["before"])
        assert page.evaluate("window.heard.at(-1).counts") == before["counts"]
        page.close()


def test_statuses_of_another_network_are_not_painted(chromium: Browser, rivers_world: World) -> None:
    page_ = page_of(rivers_world)
    other = json.loads(page_.statuses[""]) | {"network": "0" * 16}
    page_.statuses["other"] = json.dumps(other)
    with serving(page_) as address:
        page = opened(chromium, address)
        api(page, "setAsOf('/data/status?at=other')")

        expect(page.locator(".map-say")).to_contain_text(CHANGED)
        assert colours_seen(page) == set()
        assert page.get_by_role("button", name="Load the page again").is_visible()
        page.close()


@pytest.mark.parametrize(
    ("code", "said"), [(409, CHANGED), (401, "You are signed out."), (403, "Your role does not see this.")]
)
def test_why_a_status_is_not_there_is_said(chromium: Browser, rivers_world: World, code: int, said: str) -> None:
    page_ = page_of(rivers_world)
    page_.broken["/data/status"] = code
    with serving(page_) as address:
        page = opened(chromium, address)

        expect(page.locator(".map-say")).to_contain_text(said)
        page.close()


def test_roads_that_fail_to_load_can_be_asked_again(chromium: Browser, rivers_world: World) -> None:
    page_ = page_of(rivers_world)
    page_.broken["/data/roads"] = 500
    with serving(page_) as address:
        page = opened(chromium, address)
        expect(page.locator(".map-say")).to_contain_text("Roads not loaded")
        page_.broken.clear()
        page.get_by_role("button", name="Try again").click()

        expect(page.locator(".map-say")).to_be_hidden()
        expect(page.locator(".mapkey")).to_contain_text("37 segments")
        page.close()


def test_of_quick_steps_in_time_only_the_last_is_asked(chromium: Browser, rivers_world: World) -> None:
    page_ = page_of(rivers_world)
    with serving(page_) as address:
        page = opened(chromium, address)
        page_.asked.clear()
        api(page, "setAsOf('/data/status?at=nowhere')")
        page.evaluate(
            """async () => {
              const { map } = document.querySelector('#map');
              for (let i = 0; i < 20; i++) map.setAsOf('/data/status?at=nowhere');
              await map.setAsOf('/data/status?at=before');
            }"""
        )
        asked = [path for path in page_.asked if path.startswith("/data/status")]

        assert [path.split("&")[0] for path in asked if "before" in path] == ["/data/status?at=before"]
        assert len(asked) <= 2
        assert page.evaluate("window.heard.at(-1).asOf.at") == json.loads(page_.statuses["before"])["as_of"]["at"]
        page.close()
