"""Bringing evidence in on the page: what it would do is shown first, and just that is done, once."""

import io

import pytest

from planner.domain.rights import Role
from planner.services.crises import load_world
from routing.evidence import Incident
from routing.hand_set import GateInspection, PassageOverride
from tests.planner.intake.files import csv_of, event, feature, geojson, square, workbook
from tests.web.doors import Browser, Door, hidden

pytest_plugins = ["tests.web.site_fixtures"]
PAGE = "/access/import"
ASKED = {
    "source": "", "learned_at": "2031-04-08T09:00", "reliability": "B", "credibility": "2", "within": "500",
    "parties": "", "encoding": "utf-8",
}  # fmt: skip
CLASH = event(event_id_cnty="XR1", event_date="2031-04-07", latitude="0.9", longitude="1.5")


def incidents(door: Door) -> list[Incident]:
    facts = [record.fact for record in load_world(door.store, "two-rivers").log]
    return [fact for fact in facts if isinstance(fact, Incident) and fact.event_id]


@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_record_brings_evidence_in(readers: dict[Role, Browser], role: Role) -> None:
    allowed = role in {Role.COORDINATOR, Role.ANALYST}
    assert readers[role].get(PAGE).status_code == (200 if allowed else 403)


def test_a_file_is_shown_first_and_brought_in_as_shown(site: Door) -> None:
    browser = site.signed_in("coordinator")
    table = csv_of(CLASH, CLASH | {"event_id_cnty": "XR2", "sub_event_type": "Melee"}).decode()

    preview = browser.send(PAGE, kind="events", table=table, **ASKED)

    assert preview.status_code == 200
    assert "No rule says what &#39;Battles&#39; of this kind leaves on roads" in preview.text
    assert incidents(site) == []
    confirm = {**hidden(preview.text, PAGE), "table": table}
    done = browser.client.post(PAGE, data=confirm)
    assert done.status_code == 303
    assert [fact.event_id for fact in incidents(site)] == ["XR1"]
    page = browser.get("/access/records/96").text
    assert "<bdi>Military Forces</bdi> · <bdi>Armed Group</bdi>" in page
    assert "on the day" in page
    assert "by Local Radio" in page
    assert browser.client.post(PAGE, data=confirm).status_code == 303
    assert len(incidents(site)) == 1
    assert "Nothing of it is to be added." in browser.send(PAGE, kind="events", table=table, **ASKED).text


def test_a_workbook_is_carried_from_the_preview_to_the_deed(site: Door) -> None:
    browser = site.signed_in("coordinator")
    book = io.BytesIO(workbook(list(CLASH), list(CLASH.values())))

    data = {**hidden(browser.get(PAGE).text, PAGE), **ASKED, "kind": "events", "file": (book, "events.xlsx")}
    preview = browser.client.post(PAGE, data=data, content_type="multipart/form-data")

    fields = hidden(preview.text, PAGE)
    assert fields["name"] == "events.xlsx"
    assert browser.client.post(PAGE, data=fields).status_code == 303
    assert [fact.event_id for fact in incidents(site)] == ["XR1"]
    broken = browser.client.post(PAGE, data={**fields, "once": "2", "kept": "nonsense"})
    assert broken.status_code == 422
    assert "did not come back whole" in broken.text


def test_a_preview_of_a_log_that_has_grown_is_shown_anew(site: Door) -> None:
    browser = site.signed_in("coordinator")
    table = csv_of(CLASH, CLASH | {"event_id_cnty": "XR2"}).decode()
    preview = browser.send(PAGE, kind="events", table=table, **ASKED)
    first = browser.send(PAGE, kind="events", table=csv_of(CLASH).decode(), **ASKED)
    taken = {**hidden(first.text, PAGE), "table": csv_of(CLASH).decode()}
    assert browser.client.post(PAGE, data=taken).status_code == 303

    answer = browser.client.post(PAGE, data={**hidden(preview.text, PAGE), "table": table})

    assert answer.status_code == 409
    assert len(incidents(site)) == 1


def test_roads_and_land_are_shown_in_the_readers_words(site: Door) -> None:
    browser = site.signed_in("coordinator")
    road = {"segment": "merro--ordan", "status": "Not passable", "date": "2031-04-07", "source": "Logistics group"}
    shown = browser.send(PAGE, kind="roads", table=csv_of(road).decode(), **ASKED).text
    assert "Road closed: Merro" in shown
    land = feature("Polygon", square(-9, -9, 9, 9), side="blue", as_of="2031-04-07")
    told = {**ASKED, "parties": "blue=north", "source": "map desk"}
    shown = browser.send(PAGE, kind="control", table=geojson(land).decode(), **told).text
    assert "is held by Northern authority" in shown


def test_what_the_rows_would_turn_is_shown_before_they_are_brought_in(site: Door) -> None:
    browser = site.signed_in("coordinator")
    road = {"segment": "merro--ordan", "status": "Not passable", "date": "2031-04-08", "source": "Logistics group"}
    other = {"segment": "port-selm--merro", "status": "Not passable", "date": "2031-04-08", "source": "Logistics group"}

    shown = browser.send(PAGE, kind="roads", table=csv_of(road, other).decode(), **ASKED).text

    assert "2 stretches turn within three days" in shown
    assert "sel=segment:merro--ordan" in shown
    assert "This touches" in shown
    again = browser.send(PAGE, kind="roads", table=csv_of(road, road | {"source": "x"}).decode(), **ASKED).text
    assert "1 stretch turns within three days" in again


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "news"}, "kind"),
        ({"table": ""}, "table"),
        ({"table": "a,b\n1,2\n"}, "table"),
        ({"learned_at": ""}, "learned_at"),
        ({"within": "0"}, "within"),
        ({"parties": "blue"}, "parties"),
        ({"reliability": "Z"}, "reliability"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(site: Door, changes: dict[str, str], field: str) -> None:
    answer = site.signed_in("analyst").send(PAGE, **{**ASKED, "kind": "events", "table": "", **changes})

    assert answer.status_code == 422
    assert f'id="complaint-{field}"' in answer.text


def test_a_gates_record_set_by_hand_and_an_inspection_are_recorded_on_the_page(site: Door) -> None:
    browser = site.signed_in("coordinator")
    told = {
        "gate": "amber-bridge", "source": "access group", "reliability": "B", "credibility": "2",
        "valid_from": "2031-04-08T00:00", "learned_at": "2031-04-08T07:00",
    }  # fmt: skip
    counts = {"kind": "passage_override", "passed": "3", "turned_back": "5", "reason": "new commander", **told}
    held = {"kind": "gate_inspection", "low_min": "30", "mode_min": "90", "high_min": "240", **told}
    for values in (counts, held):
        shown = browser.send(f"/access/record?kind={values['kind']}", "/access/record", do="preview", **values)
        fields = hidden(shown.text, "/access/record")
        assert browser.client.post("/access/record", data={**fields, **values, "do": "save"}).status_code == 303
    facts = [record.fact for record in load_world(site.store, "two-rivers").log[-2:]]
    assert facts == [
        PassageOverride(gate="amber-bridge", passed=3, turned_back=5, reason="new commander"),
        GateInspection(gate="amber-bridge", delay_low_s=1_800, delay_mode_s=5_400, delay_high_s=14_400),
    ]
    panel = browser.get("/access?sel=gate:amber-bridge&known=97").text
    assert "3 of 8 columns passed" in panel
    assert ">set by hand</a>, 0 cases learned since" in panel
    wrong = browser.send(
        "/access/record?kind=gate_inspection", "/access/record", do="preview", **{**held, "mode_min": "9"}
    )
    assert 'id="complaint-high_min"' in wrong.text
