"""Road data on its page: handed in, looked at by a worker, stored by a coordinator's word alone."""

import io
from pathlib import Path

import pytest

from planner.domain.rights import Role
from planner.services.crises import load_world
from planner.services.road_queue import list_roads, work_roads_once
from tests.planner.services.test_road_import import report_on, rows_of
from tests.routing.readers.files import geojson
from tests.web.doors import Browser, Door
from tests.web.form_hands import fields_of

pytest_plugins = ["tests.web.site_fixtures"]
PAGE, ONE = "/access/roads", "/access/roads/1"


def roads(door: Door, folder: Path, *without: str) -> bytes:
    rows = rows_of(load_world(door.store, "two-rivers").network, *without)
    return geojson(folder / "roads.geojson", [*rows, ([(1.0, 1.0)], {"highway": "track"})]).read_bytes()


def hand_in(browser: Browser, content: bytes, name: str = "roads.geojson", **fields: str) -> str:
    sent = {**fields_of(browser.get(PAGE).text, PAGE), **fields, "file": (io.BytesIO(content), name)}
    answer = browser.client.post(PAGE, data=sent, content_type="multipart/form-data")
    return answer.location if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


def work(door: Door) -> None:
    assert work_roads_once(door.store, "w1", door.clock, beat_s=60) == 1


def segments(door: Door) -> set[str]:
    return set(load_world(door.store, "two-rivers").network.segments)


@pytest.mark.parametrize("role", list(Role))
def test_only_a_coordinator_brings_road_data_in(site: Door, tmp_path: Path, role: Role) -> None:
    coordinator, browser = site.signed_in("coordinator"), site.signed_in(role.value)
    assert hand_in(coordinator, roads(site, tmp_path)) == ONE
    work(site)
    allowed = role is Role.COORDINATOR
    for where in (PAGE, ONE, f"{ONE}/progress"):
        assert browser.get(where).status_code == (200 if allowed else 403), where
    token = fields_of(browser.get("/account").text, "/sign-out")["csrf_token"]
    for where in (PAGE, f"{ONE}/store", f"{ONE}/drop"):
        if not allowed:
            assert browser.client.post(where, data={"csrf_token": token}).status_code == 403
        assert browser.client.post(where, data={}).status_code in {400, 403}
    assert [card.state for card in list_roads(site.store, "two-rivers")] == ["looked"]


def test_a_file_is_followed_read_and_stored(site: Door, tmp_path: Path) -> None:
    browser, before = site.signed_in("coordinator"), segments(site)
    assert hand_in(browser, roads(site, tmp_path)) == ONE
    waiting = browser.get(ONE).text
    assert "Waits for a worker" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert segments(site) == before

    work(site)
    page = browser.get(ONE).text
    for said in (
        "km",
        "Parts that do not hang together",
        "Set aside: these rows cannot be used",
        "Places at their roads",
    ):
        assert said in page
    fields = fields_of(page, f"{ONE}/store")
    answer = browser.client.post(f"{ONE}/store", data=fields)
    assert (answer.status_code, answer.location) == (303, ONE)
    assert browser.client.post(f"{ONE}/store", data=fields).status_code == 303
    assert segments(site) == before
    work(site)
    assert "These are the roads now." in browser.get(ONE).text
    assert segments(site) != before
    again = {**fields, "once": "another"}
    assert browser.client.post(f"{ONE}/store", data=again).status_code == 409


def test_what_would_be_lost_is_ticked_before_it_goes(site: Door, tmp_path: Path) -> None:
    browser = site.signed_in("coordinator")
    report_on(site.store, "varn--hightop", "closed")
    hand_in(browser, roads(site, tmp_path, "varn--hightop"))
    work(site)
    page = browser.get(ONE).text
    assert 'value="varn--hightop"' in page
    assert "reported closed" in page

    browser.client.post(f"{ONE}/store", data=fields_of(page, f"{ONE}/store"))
    work(site)
    page = browser.get(ONE).text
    assert "Not stored" in page
    assert "--allow-lost" not in page
    fields = {**fields_of(page, f"{ONE}/store"), "allow_lost": ["varn--hightop"], "leave_off": ["all"]}
    browser.client.post(f"{ONE}/store", data=fields)
    work(site)
    assert "varn--hightop" not in segments(site)


def test_a_file_sent_twice_is_brought_in_once(site: Door, tmp_path: Path) -> None:
    browser = site.signed_in("coordinator")
    fields = fields_of(browser.get(PAGE).text, PAGE)
    for _time in range(2):
        sent = {**fields, "file": (io.BytesIO(roads(site, tmp_path)), "roads.geojson")}
        assert browser.client.post(PAGE, data=sent, content_type="multipart/form-data").location == ONE
    assert len(list_roads(site.store, "two-rivers")) == 1


def test_a_file_is_put_away(site: Door, tmp_path: Path) -> None:
    browser = site.signed_in("coordinator")
    hand_in(browser, roads(site, tmp_path))
    work(site)
    fields = fields_of(browser.get(ONE).text, f"{ONE}/drop")
    assert browser.client.post(f"{ONE}/drop", data=fields).location == PAGE
    assert "put away" in browser.get(PAGE).text


@pytest.mark.parametrize(
    ("content", "name", "fields", "field"),
    [
        (b"", "", {}, "file"),
        (b"x", "roads.csv", {}, "file"),
        (b"", "roads.pbf", {}, "file"),
        (b"x", "roads.pbf", {"snap_m": "near"}, "snap_m"),
        (b"x", "roads.pbf", {"same_m": "-1"}, "same_m"),
    ],
)
def test_what_is_wrong_with_a_file_or_a_number_is_said_beside_it(
    site: Door, content: bytes, name: str, fields: dict[str, str], field: str
) -> None:
    told = hand_in(site.signed_in("coordinator"), content, name, **fields)

    assert told.startswith("422")
    assert f'id="complaint-{field}"' in told
    assert list_roads(site.store, "two-rivers") == ()


def test_a_broken_file_says_why_it_cannot_be_used(site: Door) -> None:
    browser = site.signed_in("coordinator")
    hand_in(browser, b"{]")
    work(site)
    page = browser.get(ONE).text
    assert "This file cannot be used" in page
    assert "roads.geojson" in page


def test_larger_files_are_taken_here_and_nowhere_else(site: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(site.app.config, "MAX_CONTENT_LENGTH", 100_000)
    monkeypatch.setattr(site.app.view_functions["access.hand_in"], "largest_bytes", 300_000)
    browser, large = site.signed_in("coordinator"), b"x" * 200_000

    assert hand_in(browser, large) == ONE
    assert hand_in(browser, large * 2).startswith("413")
    sent = {**fields_of(browser.get("/access/import").text, "/access/import"), "file": (io.BytesIO(large), "a.csv")}
    assert browser.client.post("/access/import", data=sent, content_type="multipart/form-data").status_code == 413
    refused = {"file": (io.BytesIO(large), "roads.pbf")}
    analyst = site.signed_in("analyst")
    assert analyst.client.post(PAGE, data=refused, content_type="multipart/form-data").status_code == 403
