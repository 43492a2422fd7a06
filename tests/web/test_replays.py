"""Replays on the page: asked for, followed, stopped, read in both languages and taken out as PDF and JSON."""

import json
from dataclasses import replace

import pytest

from planner.domain.rights import Role
from planner.services.replay_queue import work_replays_once
from tests.web.doors import Browser, Door
from tests.web.replayed import one_morning

pytest_plugins = ["tests.web.site_fixtures"]
PAGES = ("/what-if/replays", "/what-if/replays/1", "/what-if/replays/1.pdf", "/what-if/replays/1.json")


@pytest.mark.parametrize("address", PAGES)
def test_replays_name_routes_and_are_closed_to_partners(readers: dict[Role, Browser], address: str) -> None:
    answers = {role: readers[role].get(address).status_code for role in Role}
    assert answers == {Role.COORDINATOR: 200, Role.ANALYST: 200, Role.PARTNER: 403, Role.ADMIN: 403}


def test_a_replay_says_what_was_planned_flagged_and_lost_beside_what_happened(readers: dict[Role, Browser]) -> None:
    shown = readers[Role.ANALYST].get("/what-if/replays/1").text
    for said in (
        "turned back", "too late", "announced by others", "Kessa convoy of 12 trucks", "50.0", "4,000",
        "Not in force for varn", "What really happened", "Attacked", "field office",
    ):  # fmt: skip
        assert said in shown, said
    assert shown.count('class="flagged"') == 1
    summary = shown.partition("</table>")[0]
    assert "Kessa convoy of 12 trucks" in summary.partition("Attacked")[0], "the morning does not name whom it flags"
    assert "ours to Ulmar" in shown
    assert "2031-04-08-calder-c01" not in shown, "a convoy of ours is told by its id"
    arabic = readers[Role.ANALYST].get("/what-if/replays/1?lang=ar").text
    assert "باقية لليل" in arabic
    assert "قافلة كيسا" in arabic
    assert "الأوراق ليست سارية" in arabic, "why it cannot go is said in English alone"


def test_whoever_is_likeliest_to_be_caught_leads_the_morning() -> None:
    morning = one_morning().mornings[0]
    ours, late, stuck = morning.convoys
    later = replace(late, name="varn-02", caught_inside=0.25)

    assert [c.name for c in replace(morning, convoys=(stuck, later, ours, late)).by_risk] == [
        late.name, later.name, ours.name, stuck.name,
    ]  # fmt: skip


def test_what_leaves_the_house_is_put_on_record_and_says_for_whom(site: Door) -> None:
    browser = site.signed_in("analyst")
    paper, data = (browser.get(f"/what-if/replays/1.{kind}") for kind in ("pdf", "json"))
    assert paper.data.startswith(b"%PDF-")
    assert json.loads(data.data)["mornings"][0]["convoys"][1]["flagged"] is True
    assert browser.get("/what-if/replays/1.csv").status_code == 404
    with site.store.reading() as read:
        exported = [row for row in read.list_audit() if row.action == "export_replay" and "replays/1" in row.target]
    assert len(exported) == 2


def test_a_replay_is_asked_for_once_followed_and_stopped(site: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.signed_in("analyst")
    days = {"from": "2031-04-06", "until": "2031-04-07", "days": "2"}
    asked = [browser.send("/what-if/replays", **days) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [303, 303]
    where = asked[0].headers["Location"]
    assert asked[1].headers["Location"] == where
    assert "data-poll" in browser.get(where).text
    assert "0 of 2 mornings" in browser.get(f"{where}/progress").text
    assert "has found nothing yet" in browser.get(f"{where}.pdf").text

    def broken(*_: object) -> None:
        raise RuntimeError("no such solver")

    assert browser.send(where, f"{where}/stop").status_code == 303
    assert "stopped after 0 of 2" in browser.get(where).text
    again = browser.send(where, "/what-if/replays", **days)
    assert again.headers["Location"] == where
    monkeypatch.setattr("planner.services.replay_queue.replay_morning", broken)
    assert work_replays_once(site.store, "w", site.clock) is not None
    assert "no such solver" in browser.get(where).text


@pytest.mark.parametrize(
    "wrong", [{"from": "2031-04-09", "until": "2031-04-08"}, {"until": "soon"}, {"days": "9"}, {"from": "2001-01-01"}]
)
def test_what_cannot_be_replayed_is_said_beside_the_form(readers: dict[Role, Browser], wrong: dict[str, str]) -> None:
    fields = {"from": "2031-04-06", "until": "2031-04-07", "days": "2", **wrong}
    answer = readers[Role.ANALYST].send("/what-if/replays", **fields)
    assert answer.status_code == 422
    assert 'class="complaint"' in answer.text
