"""Access on the page: why a gate is what it is, who may see it, and reports looked at before they are saved."""

import re
from dataclasses import replace

import pytest

from planner.domain.rights import Role
from planner.services.crises import load_world
from planner.store.store import Store
from routing.evidence import Incident, Retraction
from tests.web.doors import Browser, Door, hidden
from tests.web.september import CRISIS, Opened
from tests.web.september import text_of as words_of

pytest_plugins = ["tests.web.failed_fixtures"]
TWO_RIVERS = "two-rivers"
READ = (
    "/access", "/access?sel=gate:amber-bridge", "/access/ceasefires", "/access/log", "/access/records/1",
    "/access/route?from=ordan&to=kessa",
)  # fmt: skip
RECORD = "/access/record?sel=gate:amber-bridge"
GATE_CLOSED = {
    "kind": "gate", "gate": "amber-bridge", "state": "closed", "source": "field office", "reliability": "B",
    "credibility": "2", "valid_from": "2031-04-08T08:00", "learned_at": "2031-04-08T08:00",
}  # fmt: skip
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


def text_of(page: str) -> str:
    """Return what a reader sees, with no space before a comma, a colon or an end."""
    return re.sub(r" ([:;,.)])", r"\1", words_of(page))


@pytest.fixture
def analyst(site: Door) -> Browser:
    return site.signed_in("analyst")


def head(door: Door) -> int:
    with door.store.reading() as read:
        return read.head(TWO_RIVERS)


def look(browser: Browser, **changes: str) -> str:
    """Return the form with what the report would change, as it stands on the page."""
    return browser.send(RECORD, **(GATE_CLOSED | changes), do="preview").text


def save(browser: Browser, **changes: str) -> str:
    """Look at a report, save it and return the address that the save leads to."""
    shown = look(browser, **changes)
    seen = SEEN.search(shown)
    assert seen is not None, text_of(shown)[-900:]
    answer = browser.send(RECORD, **(GATE_CLOSED | changes), do="save", seen=seen[1])
    assert answer.status_code == 303, text_of(answer.text)[-900:]
    return answer.location


def test_the_panel_of_a_stretch_says_what_it_lets_pass(site: Door, analyst: Browser) -> None:
    with site.store.reading() as read:
        network = read.get_network(TWO_RIVERS)
    name = min(network.segments)
    low = replace(
        network.segments[name], weight_limit_kg=7_500, axle_limit_kg=6_000, height_limit_m=3.8, width_limit_m=2.5
    )
    with site.store.writing() as write:
        write.put_network(TWO_RIVERS, replace(network, segments={**network.segments, name: low}))
    told = text_of(analyst.get(f"/access?sel=segment:{name}").text)
    assert "up to 7.5 t, 6 t an axle, up to 3.8 m high, up to 2.5 m wide" in told


# ---- Who sees it


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", READ)
def test_roads_are_seen_by_those_who_run_the_operation(readers: dict[Role, Browser], role: Role, address: str) -> None:
    allowed = role in {Role.COORDINATOR, Role.ANALYST}

    assert readers[role].get(address).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMIN])
def test_others_record_and_withdraw_nothing(site: Door, role: Role) -> None:
    before, browser = head(site), site.signed_in(role.value)
    token = hidden(browser.get("/account").text, "/sign-out")["csrf_token"]

    assert browser.get(RECORD).status_code == 403
    sent = [
        browser.client.post("/access/record", data={**GATE_CLOSED, "do": "save", "csrf_token": token}),
        browser.client.post("/access/records/1/withdrawal", data={"reason": "x", "source": "y", "csrf_token": token}),
    ]
    assert [answer.status_code for answer in sent] == [403, 403]
    assert head(site) == before


# ---- Why a road is what it is, as known then


@pytest.mark.parametrize(
    ("at", "status", "by"),
    [
        ("2016-09-11T12:00", "blocked", "Decided by control: crosses a line with neither ceasefire nor arrangement"),
        ("2016-09-13T09:00", "contested", "Decided by a hazard"),
        ("2016-09-19T21:00", "blocked", "Decided by the ceasefire: ceasefire expired"),
    ],
)
def test_the_castello_gate_says_what_decided_it(opened: Opened, at: str, status: str, by: str) -> None:
    page = opened("2016-09-30T12:00").signed_in("analyst").get(f"/access?sel=gate:castello&at={at}").text

    told = text_of(page)
    assert "Castello south crossing" in told
    assert f"{status} since" in told or f"{status} for two weeks" in told
    assert by in told
    decides = re.findall(r'<div class="decides"><dt>(\w+)', page)
    assert decides == [{"control": "Control", "a hazard": "Hazard"}.get(by[11:].partition(":")[0], "Ceasefire")]


def test_what_the_truce_leaves_behind_is_said_before_it_ends(opened: Opened) -> None:
    browser = opened("2016-09-30T12:00").signed_in("analyst")
    told = text_of(browser.get("/access?sel=gate:castello&at=2016-09-15T18:00").text)

    assert (
        "Truce ends Fri 16 Sep 19:00, in 25 h; contested then, and blocked from 19 Sep 19:00, unless extended" in told
    )


def test_every_status_in_the_list_names_its_source_and_age(opened: Opened) -> None:
    browser = opened("2016-09-18T08:00").signed_in("analyst")
    page = browser.get("/access?gate=castello").text
    row = re.findall(r'<tr data-sel="segment:.*?</tr>', page, re.DOTALL)

    assert len(row) == 1
    assert "monitors, 13 Sep 2016, 4 d ago" in text_of(row[0])


def test_a_search_finds_names_in_either_script(opened: Opened) -> None:
    browser = opened("2016-09-18T08:00").signed_in("analyst")

    assert "sel=gate%3Acastello" in browser.get("/access?q=الكاستيلو").text
    assert "Nothing on this network is called so." in browser.get("/access?q=atlantis").text


def test_what_is_not_known_yet_is_hollow_and_says_so(opened: Opened) -> None:
    page = opened("2016-09-30T12:00").signed_in("analyst").get("/access?at=2016-09-15T18:00").text

    assert "later ones are hollow and are not used" in page
    marks = re.findall(r'<a class="rail-mark([^"]*)".*?aria-label="([^"]*)"', page)
    later = [words for kind, words in marks if "later" in kind]
    assert later
    assert all("not known yet and not used" in words for words in later)
    assert any("All convoys held" in words for words in later)
    assert not any("not known yet" in words for kind, words in marks if "later" not in kind)


def test_claims_end_at_the_pages_time_and_differ_side_by_side(opened: Opened) -> None:
    told = text_of(opened("2016-09-30T12:00").signed_in("analyst").get("/access/ceasefires?at=2016-09-19T18:00").text)

    assert "truce-2016-09 disputed" in told
    assert "Government of Syria and allied forces says it is over" in told
    assert "Russian Federation guarantor says it holds" in told
    early = text_of(opened("2016-09-30T12:00").signed_in("analyst").get("/access/ceasefires?at=2016-09-18T18:00").text)
    assert "says it is over" not in early


def test_papers_missing_at_a_gate_are_named(opened: Opened) -> None:
    told = text_of(
        opened("2016-09-30T12:00").signed_in("analyst").get("/access?sel=gate:castello&at=2016-09-23T09:00").text
    )

    assert "asks for permission, letter and clearance" in told
    assert re.search(r"Papers at this gate.*(missing|No site has papers)", told)


def test_the_slider_leads_to_an_hour_without_scripts(opened: Opened) -> None:
    browser = opened("2016-09-30T12:00").signed_in("analyst")
    start = re.search(r'name="from" value="(\d+)"', browser.get("/access?at=2016-09-15T18:00").text)
    assert start is not None

    answer = browser.get(f"/access?from={start[1]}&hours=30&sel=gate:castello")

    assert answer.status_code == 302
    assert "at=2016-09-06T06%3A00" in answer.location
    assert "sel=gate%3Acastello" in answer.location


def test_a_way_is_refused_with_what_stands_between(opened: Opened) -> None:
    browser = opened("2016-09-30T12:00").signed_in("analyst")
    told = text_of(browser.get("/access/route?from=gaziantep&to=eastern-aleppo&at=2016-09-10T08:00").text)

    assert "No way." in told
    assert "What stands between" in told
    assert "Northern junction – Eastern Aleppo" in told


def test_both_unknown_ends_of_a_way_are_complained_of_at_once(readers: dict[Role, Browser]) -> None:
    answer = readers[Role.ANALYST].get("/access/route?from=nowhere&to=never")

    assert answer.status_code == 422
    assert answer.text.count("No single place") == 2


def test_an_area_drawn_on_the_map_tells_its_roads_and_convoys(readers: dict[Role, Browser]) -> None:
    told = text_of(readers[Role.ANALYST].get("/access?sel=box:-180,-90,180,90").text)

    assert "The drawn area" in told
    assert "Convoys planned over it" in told
    wrong = text_of(readers[Role.ANALYST].get("/access?sel=box:1,2,3").text)
    assert "is no rectangle" in wrong


# ---- A report is looked at, then saved


def test_all_complaints_stand_beside_their_fields_at_once(analyst: Browser, site: Door) -> None:
    wrong = {
        "state": "",
        "source": " ",
        "valid_from": "yesterday",
        "learned_at": "2199-01-01T00:00",
        "reliability": "Z",
    }
    before = head(site)
    answer = analyst.send(RECORD, **(GATE_CLOSED | wrong), do="save")

    assert answer.status_code == 422
    for name in wrong:
        assert f'id="complaint-{name}"' in answer.text, name
    assert answer.text.count('aria-invalid="true"') >= len(wrong)
    assert head(site) == before


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("road", {"more_segments", "state"}),
        ("gate_hours", {"opens", "closes"}),
        ("incident", {"hazard"}),
        ("ceasefire_agreed", {"ceasefire", "areas", "parties", "firm_end", "intended_end"}),
        ("hold", {"scope", "reason"}),
        ("permit", {"step", "state", "site"}),
        ("statement", {"by", "text"}),
    ],
)
def test_each_kind_shows_its_own_fields_and_misses_them(analyst: Browser, kind: str, fields: set[str]) -> None:
    page = analyst.get(f"/access/record?kind={kind}").text
    answer = analyst.send("/access/record", kind=kind, do="preview", source="office", reliability="B", credibility="2",
                          valid_from="2031-04-08T08:00", learned_at="2031-04-08T08:00")  # fmt: skip

    assert all(f'name="{name}"' in page for name in fields)
    assert answer.status_code == 422
    assert all(f'id="complaint-{name.removeprefix("more_")}"' in answer.text for name in fields)


def test_looking_stores_nothing(analyst: Browser, site: Door) -> None:
    before = everything(site.store)

    told = text_of(look(analyst))

    assert re.search(r"This touches (\d+ convoys?, [\d,]+ people|no planned convoy)", told)
    assert re.search(r"\d+ stretch(es)? turns? within three days", told)
    assert everything(site.store) == before


def everything(store: Store) -> tuple[object, ...]:
    """Return all that a report or its look could write."""
    with store.reading() as read:
        return (
            read.stamp(TWO_RIVERS),
            tuple(read.list_recorded(TWO_RIVERS)),
            len(read.list_audit()),
            read.list_plans(TWO_RIVERS),
        )


def test_a_closure_names_the_convoys_and_what_each_can_do(analyst: Browser) -> None:
    told = text_of(look(analyst))

    assert re.search(r"C\d+ .*(hold: no other way in|reroute: another way|look again|turn back)", told)


def test_a_complete_report_is_looked_at_when_the_form_opens(analyst: Browser, site: Door) -> None:
    before = head(site)
    told = text_of(analyst.get(RECORD + "&kind=gate&state=closed").text)

    assert "This touches" in told
    assert "Say first who reports it." in told
    assert head(site) == before


def test_saving_what_was_not_looked_at_shows_it_first(analyst: Browser, site: Door) -> None:
    before, seen = head(site), SEEN.search(look(analyst))
    assert seen is not None

    answer = analyst.send(RECORD, **(GATE_CLOSED | {"state": "open"}), do="save", seen=seen[1])

    assert answer.status_code == 422
    assert "This is not the report whose effect was shown" in answer.text
    assert head(site) == before


def test_the_same_form_sent_twice_makes_one_record(analyst: Browser, site: Door) -> None:
    before, shown = head(site), look(analyst)
    seen = SEEN.search(shown)
    assert seen is not None
    form = {**hidden(shown, RECORD), **GATE_CLOSED, "do": "save", "seen": seen[1]}

    answers = [analyst.client.post(RECORD, data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert head(site) == before + 1


def test_a_saved_report_is_seen_where_it_leads(analyst: Browser, site: Door) -> None:
    where = save(analyst)

    assert f"known={head(site)}" in where
    assert "sel=gate" in where
    told = text_of(analyst.get(where).text)
    assert f"Recorded. It is record {head(site)}" in told
    assert "Decided by the gate: gate closed. field office" in told


def test_an_attack_on_aid_proposes_a_hold_and_makes_none(analyst: Browser, site: Door) -> None:
    attack = {"kind": "incident", "hazard": "attack_on_aid", "place": "kessa", "geo_precision": "2"}

    where = save(analyst, **attack)

    told = analyst.get(where).text
    assert "A hold on convoys is proposed" in told
    assert "kind=hold" in told
    world = load_world(site.store, TWO_RIVERS)
    assert isinstance(world.log[-1].fact, Incident)
    assert not [r for r in world.log if r.fact.kind == "hold" and r.position == world.head]


def test_a_withdrawn_record_stays_struck_with_its_reason(analyst: Browser, site: Door) -> None:
    save(analyst)
    position = head(site)
    page = f"/access/records/{position}"
    to = f"{page}/withdrawal"

    refused = analyst.send(page, to, reason="", source="field office")
    done = analyst.send(page, to, reason="the guard was asked again", source="field office")

    assert refused.status_code == 422
    assert 'id="complaint-reason"' in refused.text
    assert (done.status_code, done.location) == (303, page)
    assert head(site) == position + 1
    told = text_of(analyst.get(page).text)
    assert "Withdrawn" in told
    assert "the guard was asked again" in told
    assert "Withdraw this record" not in told
    panel = analyst.get(f"/access?sel=gate:amber-bridge&known={position + 1}").text
    struck = re.search(r'<li class="ev withdrawn">.*?</li>', panel, re.DOTALL)
    assert struck is not None
    assert "the guard was asked again" in struck[0]
    assert isinstance(load_world(site.store, TWO_RIVERS).log[-1].fact, Retraction)


def test_the_log_is_filtered_by_kind_source_and_subject(opened: Opened, syria: Store) -> None:
    browser = opened("2016-09-30T12:00").signed_in("analyst")
    claims = browser.get("/access/log?kind=ceasefire_claim&at=2016-09-19T18:00").text

    assert "3 records" in text_of(claims)
    assert "position" not in text_of(browser.get("/access/log?source=monitors").text)
    assert "castello" in browser.get("/access/log?sel=gate:castello").text
    assert load_world(syria, CRISIS).head > 0


def test_a_link_to_a_record_leads_to_its_page(readers: dict[Role, Browser]) -> None:
    answer = readers[Role.ANALYST].get("/access?sel=record:3&at=2031-04-08T08:00")

    assert answer.status_code == 302
    assert answer.location.startswith("/access/records/3?at=")
