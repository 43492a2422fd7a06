"""Convoys on the page: what was known, who has to move, notes that no race loses, and what happened, recorded once."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from planner.domain.rights import Role
from planner.services.crises import load_world
from planner.services.plan_records import get_plan
from routing.evidence import DeliveryOutcome
from tests.web.convoy_hands import CRISIS, OUTCOME, publish, send_outcome
from tests.web.doors import Browser, Door, hidden
from tests.web.september import Opened, text_of

pytest_plugins = ["tests.web.failed_fixtures"]


def outcomes(door: Door, movement: str) -> list[DeliveryOutcome]:
    log = load_world(door.store, CRISIS).log
    return [r.fact for r in log if isinstance(r.fact, DeliveryOutcome) and r.fact.movement == movement]


def note_form(browser: Browser, movement: str) -> dict[str, str]:
    return hidden(browser.get(f"/convoys/{movement}").text, f"/convoys/{movement}/edit")


def save_notes(browser: Browser, movement: str, form: dict[str, str], **notes: str) -> TestResponse:
    empty = {"note": "", "contact_role": "", "escort_team": "", "priority": "", "remarks": ""}
    return browser.client.post(f"/convoys/{movement}/edit", data={**form, **empty, **notes})


def detail(door: Door, movement: str) -> dict[str, Any]:
    with door.store.reading() as read:
        return dict(read.get_movement(CRISIS, movement).detail)


@pytest.mark.parametrize("address", ["/convoys", "/convoys?show=all", "/convoys/kessa-01"])
@pytest.mark.parametrize("role", list(Role))
def test_only_the_operation_sees_convoys(readers: dict[Role, Browser], role: Role, address: str) -> None:
    allowed = role in {Role.COORDINATOR, Role.ANALYST}

    assert readers[role].get(address).status_code == (200 if allowed else 403)


def test_analysts_record_and_do_not_edit(site: Door) -> None:
    movement = publish(site)
    analyst = site.signed_in("analyst")

    assert analyst.get(f"/convoys/{movement}/outcome").status_code == 200
    page = analyst.get(f"/convoys/{movement}").text
    assert f"/convoys/{movement}/edit" not in page
    token = hidden(page, "/preferences") if "/preferences" in page else {}
    assert analyst.client.post(f"/convoys/{movement}/edit", data=token).status_code in {400, 403}
    assert detail(site, movement) == {"pinned": True, "site": detail(site, movement)["site"]}


def test_a_proposed_convoy_is_shown_and_cannot_be_edited(site: Door) -> None:
    coordinator = site.signed_in("coordinator")
    plan = get_plan(site.store, "latest", CRISIS)
    address = f"/convoys/{plan.id}-{plan.plan.convoys[0].id}"

    page = coordinator.get(address)
    assert page.status_code == 200
    assert "proposed, not published" in page.text
    assert coordinator.get(f"{address}/outcome").status_code == 409


def test_a_convoy_planned_later_was_not_known_before(site: Door) -> None:
    movement = publish(site)
    coordinator = site.signed_in("coordinator")

    assert movement in coordinator.get("/convoys").text
    assert movement not in coordinator.get("/convoys?at=2031-04-07T08:00").text
    assert coordinator.get(f"/convoys/{movement}?at=2031-04-07T08:00").status_code == 404


def test_the_papers_and_who_has_to_move_are_those_known_then(opened: Opened) -> None:
    coordinator = opened("2016-09-30T12:00").signed_in("coordinator")

    before = text_of(coordinator.get("/convoys/eastern-aleppo-40?at=2016-09-14T12:00").text)
    assert "agreed in principle" in before
    assert "The authority asked · Facilitation letter · since 12 Sep" in before
    assert "20 trucks" in before
    after = text_of(coordinator.get("/convoys/eastern-aleppo-40?at=2016-09-20T12:00").text)
    assert "no answer" in after
    assert "40 trucks" in after


def test_trucks_of_a_movement_that_has_not_left_are_not_told_ahead(opened: Opened) -> None:
    coordinator = opened("2016-09-30T12:00").signed_in("coordinator")

    page = text_of(coordinator.get("/convoys/urum-al-kubra-31?at=2016-09-18T08:00").text)
    assert "trucks not stated" in page
    assert "attack" not in page
    assert "19 Sep" not in page


def test_of_two_who_edit_one_convoy_the_second_sees_both_and_loses_nothing(site: Door) -> None:
    movement = publish(site)
    one, two = site.signed_in("coordinator"), site.signed_in("coordinator")
    mine, theirs = note_form(one, movement), note_form(two, movement)

    assert save_notes(one, movement, mine, note="gate opens late", priority="1").status_code == 303
    lost = save_notes(two, movement, theirs, note="bring fuel", contact_role="hub officer")

    assert lost.status_code == 409
    assert "gate opens late" in lost.text
    assert "bring fuel" in lost.text
    assert "hub officer" in lost.text
    assert detail(site, movement)["note"] == "gate opens late"
    again = save_notes(two, movement, hidden(lost.text, f"/convoys/{movement}/edit"), note="bring fuel", priority="1")
    assert again.status_code == 303
    assert detail(site, movement)["note"] == "bring fuel"


def test_notes_keep_the_pin_and_the_audit_keeps_no_words(site: Door) -> None:
    movement = publish(site)
    coordinator = site.signed_in("coordinator")

    save_notes(coordinator, movement, note_form(coordinator, movement), remarks="quiet words")

    assert detail(site, movement)["pinned"] is True
    with site.store.reading() as read:
        entry = next(e for e in read.list_audit() if e.action == "edit")
    assert entry.detail == {"changed": "remarks"}


def test_a_contact_is_a_role_and_never_a_number(site: Door) -> None:
    movement = publish(site)
    coordinator = site.signed_in("coordinator")

    answer = save_notes(
        coordinator, movement, note_form(coordinator, movement), contact_role="call 0944 123 456", escort_team="nobody"
    )

    assert answer.status_code == 422
    assert "Write the role alone" in answer.text
    assert "Choose one of the list." in answer.text
    assert "call 0944 123 456" in answer.text


def test_a_reported_movement_may_be_noted_too(site: Door) -> None:
    coordinator = site.signed_in("coordinator")

    answer = save_notes(coordinator, "kessa-01", note_form(coordinator, "kessa-01"), note="ask again")

    assert answer.status_code == 303
    assert detail(site, "kessa-01") == {
        "note": "ask again", "contact_role": None, "escort_team": None, "priority": None, "remarks": None,
    }  # fmt: skip


def test_a_pin_is_taken_off_and_put_back(site: Door) -> None:
    movement = publish(site)
    coordinator = site.signed_in("coordinator")

    coordinator.send(f"/convoys/{movement}", f"/convoys/{movement}/pin")
    assert detail(site, movement)["pinned"] is False
    coordinator.send(f"/convoys/{movement}", f"/convoys/{movement}/pin")
    assert detail(site, movement)["pinned"] is True


def test_what_happened_is_written_as_it_was_said(site: Door) -> None:
    movement = publish(site)

    assert send_outcome(site.signed_in("analyst"), movement, **OUTCOME).status_code == 303

    (told,) = outcomes(site, movement)
    assert (told.what, told.result, told.reason_code) == ("turned_back", "denied", "checkpoint_turnback")
    assert told.stated_reason == "come back with another list"
    assert [(f.count, f.source) for f in told.people_requested] == [(900, "our plan"), (1200, "council")]
    assert [(f.count, f.source) for f in told.people_reached] == [(0, "our plan")]
    assert (told.trucks, told.hours_lost, told.truck_days_lost, told.follow_up) == (4, 6, 1, True)


def test_the_same_form_sent_twice_makes_one_record(site: Door) -> None:
    movement = publish(site)
    browser = site.signed_in("coordinator")
    address = f"/convoys/{movement}/outcome"
    form = {**hidden(browser.get(address).text, address), "where": "road", **OUTCOME}

    first, second = (browser.client.post(address, data=form) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(outcomes(site, movement)) == 1


def test_everything_that_is_wrong_is_said_at_once_and_what_was_typed_stays(site: Door) -> None:
    movement = publish(site)
    wrong = {**OUTCOME, "what": "", "happened_at": "2031-05-01T08:00", "source": "", "trucks": "many", "came_1": "9000"}

    answer = send_outcome(site.signed_in("coordinator"), movement, **wrong)

    assert answer.status_code == 422
    for field in ("what", "happened_at", "source", "trucks", "came_1"):
        assert f'id="complaint-{field}"' in answer.text, field
    assert "come back with another list" in answer.text
    assert outcomes(site, movement) == []


def test_a_failure_without_an_assessed_reason_is_refused(site: Door) -> None:
    movement = publish(site)

    answer = send_outcome(site.signed_in("coordinator"), movement, **{**OUTCOME, "reason_code": ""})

    assert answer.status_code == 422
    assert "Say why, as you assess it" in answer.text


def test_several_sources_stand_side_by_side(opened: Opened) -> None:
    page = opened("2016-09-30T12:00").signed_in("analyst").get("/convoys/darayya-2016-06").text

    told = text_of(page)
    assert "2,400 press, Jun 2016 (rations) 4,000 WFP, 10 Jun 2016 (flour)" in told
