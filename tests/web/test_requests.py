"""Requests on the page: September counted by hand, legal steps alone, scans for those who may, partners' incidents."""

import io
import re

import pytest
from werkzeug.test import TestResponse

from planner.domain.rights import Role
from planner.services.crises import load_world
from routing.deliveries import MovementStep
from routing.evidence import DeliveryOutcome, PermitStep
from tests.web.convoy_hands import CRISIS, publish
from tests.web.doors import Browser, Door, hidden
from tests.web.september import Opened, text_of

pytest_plugins = ["tests.web.failed_fixtures"]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
REQUEST = "varn@varn-01"


def send_step(browser: Browser, request: str, step: str, **fields: str) -> TestResponse:
    address = f"/requests/{request}/step/{step}"
    page = browser.get(address).text
    sent = {"reliability": "B", "credibility": "2", "source": "liaison office", "at": "2031-04-08T07:40", **fields}
    return browser.client.post(address, data={**hidden(page, address), **sent})


def attach(browser: Browser, request: str, content: bytes, name: str = "letter.pdf") -> TestResponse:
    page = browser.get(f"/requests/{request}").text
    address = f"/requests/{request}/scan"
    position = re.findall(r'<option value="(\d+)"', page.partition('id="f-position"')[2])[0]
    data = {**hidden(page, address), "position": position, "scan": (io.BytesIO(content), name)}
    return browser.client.post(address, data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("address", ["/requests", "/requests/new", f"/requests/{REQUEST}"])
@pytest.mark.parametrize("role", list(Role))
def test_only_the_operation_sees_requests(readers: dict[Role, Browser], role: Role, address: str) -> None:
    allowed = {Role.COORDINATOR} if address.endswith("new") else {Role.COORDINATOR, Role.ANALYST}

    assert readers[role].get(address).status_code == (200 if role in allowed else 403)


def test_september_is_counted_by_hand(opened: Opened) -> None:
    """25 locations of 21 August and eastern Aleppo: eight in part, one in principle, 17 without an answer."""
    told = text_of(opened("2016-09-30T19:00").signed_in("analyst").get("/requests?period=2016-09").text)

    assert "17 no answer in time" in told
    assert "Locations asked for 26 approved in full 0 in part 8 in principle 1 refused 0 no answer 17" in told
    # Moadamiyeh 35,000, Al Waer 70,000, Talbiseh 84,000, the Four Towns 61,000.
    assert "7 inter-agency convoys delivered to 250,000 people" in told
    assert "Convoys sent 8 Convoys that failed 2" in told


def test_the_forty_trucks_were_held_and_are_let_go(opened: Opened) -> None:
    analyst = opened("2016-09-30T19:00").signed_in("analyst")
    address = "/requests/eastern-aleppo@eastern-aleppo-40"

    held = text_of(analyst.get(f"{address}?at=2016-09-20T12:00").text)
    let_go = text_of(analyst.get(address).text)
    assert "held , since 13 Sep" in held
    assert "letter asked for" in let_go
    assert "released" in let_go


def test_what_was_removed_at_darayya_is_counted_by_line(opened: Opened) -> None:
    told = text_of(opened("2016-09-30T19:00").signed_in("analyst").get("/requests/darayya@darayya-2016-05").text)

    assert "300 300 300 300 4,500 kg" in told
    assert re.search("1,050 kg ?, 10,000 treatments", told)
    assert "back at the hub" in told
    assert "does not add up" not in told


def test_a_legal_step_becomes_a_record_and_an_illegal_one_names_the_legal(site: Door) -> None:
    analyst = site.signed_in("analyst")
    with site.store.reading() as read:
        head = read.head(CRISIS)

    refused = send_step(analyst, REQUEST, "issue_letter")
    assert refused.status_code == 409
    assert "Steps that can: approve, approve_in_part" in refused.text
    taken = send_step(analyst, REQUEST, "approve_in_part", people="500", struck="trauma-kit", note="by telephone")

    assert taken.status_code == 303
    record = load_world(site.store, CRISIS).log[-1]
    assert record.position == head + 1
    assert isinstance(record.fact, PermitStep)
    assert (record.fact.step, record.fact.state, record.fact.people) == ("permission", "partial", 500)
    assert (record.fact.struck, record.source, record.note) == (("trauma-kit",), "liaison office", "by telephone")


def test_a_step_form_sent_twice_is_one_record(site: Door) -> None:
    analyst = site.signed_in("analyst")
    address = f"/requests/{REQUEST}/step/deny"
    form = {
        **hidden(analyst.get(address).text, address), "at": "2031-04-08T07:00", "source": "ministry",
        "reliability": "A", "credibility": "1", "reason_code": "plan_denied", "authority_type": "central",
    }  # fmt: skip

    first, second = (analyst.client.post(address, data=form) for _ in range(2))

    assert first.status_code == second.status_code == 303
    log = load_world(site.store, CRISIS).log
    assert len([r for r in log if isinstance(r.fact, PermitStep) and r.fact.state == "refused"]) == 1


def test_a_published_movement_is_in_the_pipeline_by_itself(site: Door) -> None:
    movement = publish(site)
    coordinator = site.signed_in("coordinator")

    page = coordinator.get(f"/convoys/{movement}").text
    found = re.search(rf'href="[^"]*/requests/([a-z]+@{movement})"', page)
    assert found is not None
    assert "in the plan, not submitted" in text_of(page) or "cleared" in text_of(page)
    assert "Units by line" in text_of(coordinator.get(f"/requests/{found[1]}").text)


def test_a_location_is_asked_for_and_its_clock_runs(site: Door) -> None:
    coordinator = site.signed_in("coordinator")
    address = "/requests/new"
    form = {
        **hidden(coordinator.get(address).text, address), "site": "osk", "plan": "2031-05", "hub": "ordan",
        "channel": "cross_line", "people": "700", "agencies": "WFP, UNICEF", "submitted_at": "2031-04-01T09:00",
        "source": "planning desk", "requested_family-ration": "140",
    }  # fmt: skip

    answer = coordinator.client.post(address, data=form)

    assert answer.status_code == 303
    told = text_of(coordinator.get(answer.location).text)
    assert "WFP, UNICEF" in told
    assert "seven working days" in told
    assert "140" in told


def test_what_becomes_of_a_convoy_counts_its_items(site: Door) -> None:
    coordinator = site.signed_in("coordinator")
    address = "/convoys/outcome"
    form = {
        **hidden(coordinator.get(address).text, address), "movement": "kessa-01", "what": "turned_back",
        "where": "gate:amber-bridge", "happened_at": "2031-04-08T07:40", "reason_code": "items_removed",
        "source": "convoy leader", "reliability": "B", "credibility": "2", "item_0": "trauma-kit",
        "item_what_0": "removed", "item_units_0": "3", "item_kg_0": "1500", "item_treatments_0": "300",
    }  # fmt: skip

    assert coordinator.client.post(address, data=form).status_code == 303

    fact = load_world(site.store, CRISIS).log[-1].fact
    assert isinstance(fact, DeliveryOutcome)
    assert fact.gate == "amber-bridge"
    ((line),) = fact.lines
    assert (line.what, line.commodity, line.units, line.kg, line.treatments) == ("removed", "trauma-kit", 3, 1500, 300)


# ---- Scans


def test_a_scan_is_kept_by_its_digest_and_never_given_to_a_partner(site: Door) -> None:
    analyst = site.signed_in("analyst")

    assert attach(analyst, REQUEST, PDF).status_code == 303
    assert attach(analyst, REQUEST, PDF).status_code == 303
    page = analyst.get(f"/requests/{REQUEST}").text
    links = re.findall(r'href="(/requests/scans/[^"]+)"', page)
    assert len(links) == 1, "attached twice it is there once"
    got = analyst.get(links[0])
    assert (got.data, got.mimetype) == (PDF, "application/pdf")
    assert got.headers["Content-Disposition"].startswith("attachment")
    for role in ("partner", "admin"):
        assert site.signed_in(role).get(links[0]).status_code == 403
    assert {"attach", "download"} <= set(site.audit())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>letter</html>", "by its content"),
        (b"MZ\x90\x00", "by its content"),
        (b"", "Choose a file|0 bytes"),
        (PDF.replace(b"<<>>", b"<</OpenAction 2 0 R>>", 1), "no scan needs"),
    ],
)
def test_what_is_no_scan_is_refused_whatever_it_is_called(site: Door, content: bytes, said: str) -> None:
    answer = attach(site.signed_in("analyst"), REQUEST, content)

    assert answer.status_code == 422
    assert re.search(said, answer.text), said


# ---- Incidents of partners

INCIDENT = {
    "organisation": "Relief Society", "what": "turned_back", "happened_at": "2031-04-07T09:00", "place": "near Varn",
    "authority_type": "checkpoint", "stated_reason": "no list", "people_not_reached": "300", "sectors": "food",
}  # fmt: skip


def submit(door: Door, who: str = "partner", **fields: str) -> TestResponse:
    browser = door.signed_in(who)
    page = browser.get("/incidents").text
    governorate = re.findall(r'<option value="([^"]+)"', page.partition('id="f-governorate"')[2])[0]
    form = {**hidden(page, "/incidents"), "governorate": governorate, **INCIDENT, **fields}
    return browser.client.post("/incidents", data=form)


def test_a_partners_incident_becomes_evidence_when_it_is_accepted(site: Door) -> None:
    assert submit(site).status_code == 303
    partner, analyst = site.signed_in("partner"), site.signed_in("analyst")
    assert "waits" in text_of(partner.get("/incidents").text)
    assert "near Varn" in text_of(analyst.get("/incidents/desk").text)

    accepted = analyst.send(
        "/incidents/desk/1", "/incidents/desk/1/accept", movement="", hub="ordan", site="varn",
        reason_code="checkpoint_turnback", reliability="B", credibility="2", note="",
    )  # fmt: skip

    assert accepted.status_code == 303, accepted.text
    record = load_world(site.store, CRISIS).log[-1]
    assert isinstance(record.fact, DeliveryOutcome)
    assert (record.fact.movement, record.fact.what, record.source) == ("partner-1", "turned_back", "Relief Society")
    assert "accepted" in text_of(partner.get("/incidents").text)
    again = analyst.send("/incidents/desk/1", "/incidents/desk/1/return", reason="too late")
    assert again.status_code == 409


def test_a_returned_incident_says_why_to_its_partner_alone(site: Door) -> None:
    site.person("other", Role.PARTNER)
    submit(site)
    analyst = site.signed_in("analyst")
    assert analyst.send("/incidents/desk/1", "/incidents/desk/1/return", reason="").status_code == 422

    analyst.send("/incidents/desk/1", "/incidents/desk/1/return", reason="which day was it?")

    assert "which day was it?" in site.signed_in("partner").get("/incidents").text
    assert "which day was it?" not in site.signed_in("other").get("/incidents").text
    assert not [r for r in load_world(site.store, CRISIS).log if isinstance(r.fact, MovementStep)]


def test_only_partners_submit_and_only_the_operation_decides(readers: dict[Role, Browser]) -> None:
    for role, browser in readers.items():
        assert browser.get("/incidents").status_code == (200 if role is Role.PARTNER else 403)
        decides = role in {Role.COORDINATOR, Role.ANALYST}
        assert browser.get("/incidents/desk").status_code == (200 if decides else 403)
