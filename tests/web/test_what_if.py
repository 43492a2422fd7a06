"""What-if on the page: edits are composed, mistakes are said at once, scenarios are compared beside their base."""

import pytest

from planner import jobs
from planner.domain.rights import Role
from planner.intake.scenario import EDITS
from planner.services.plans import make_plan
from planner.services.scenarios import list_examples
from tests.web.doors import Browser, Door, hidden
from web.edit_fields import EDIT_KINDS

pytest_plugins = ["tests.web.site_fixtures"]
ENDS_EARLY = {example.name: example.text for example in list_examples("two-rivers")}["truce-ends-early"]
GATE_CLOSED = """
[[edit]]
kind = "gate_set"
gate = "amber-bridge"
state = "closed"
from = "2031-04-08T00:00:00+03:00"
until = "2031-04-12T00:00:00+03:00"
"""


@pytest.mark.parametrize("address", ["/what-if", "/what-if?example=truce-ends-early", "/what-if?sel=gate:amber-bridge"])
def test_only_who_plans_composes(readers: dict[Role, Browser], address: str) -> None:
    answers = {role: readers[role].get(address).status_code for role in Role}

    assert answers == {Role.COORDINATOR: 200, Role.ANALYST: 200, Role.PARTNER: 403, Role.ADMIN: 403}


def test_an_edit_is_added_to_the_scenario_in_hand(readers: dict[Role, Browser]) -> None:
    answer = readers[Role.ANALYST].send(
        "/what-if", do="add", kind="gate_set", gate="amber-bridge", state="closed", name="closed", base="latest",
        **{"from": "2031-04-08T00:00", "until": "2031-04-09T00:00"},
    )  # fmt: skip

    assert answer.status_code == 200
    assert "gate = &#34;amber-bridge&#34;" in answer.text
    assert "1 change" in answer.text


def test_every_missing_value_is_said_beside_its_field(readers: dict[Role, Browser]) -> None:
    answer = readers[Role.ANALYST].send("/what-if", do="add", kind="gate_set", gate="nowhere", name="x", base="latest")

    assert answer.status_code == 422
    assert all(f'id="complaint-{name}"' in answer.text for name in ("gate", "state", "from", "until"))


def test_mistakes_in_a_file_are_said_with_their_lines_and_conflicts_name_both(readers: dict[Role, Browser]) -> None:
    wrong = readers[Role.ANALYST].send("/what-if", do="solve", name="x", text='[[edit]]\nkind = "gate_sat"\n')
    both = readers[Role.ANALYST].send(
        "/what-if", do="solve", name="x", text=GATE_CLOSED + GATE_CLOSED.replace("closed", "open")
    )

    assert wrong.status_code == both.status_code == 422
    assert "scenario row 2" in wrong.text
    assert "Two edits change gate amber-bridge in overlapping time" in both.text


def test_a_scenario_without_a_change_is_no_scenario(readers: dict[Role, Browser]) -> None:
    assert readers[Role.ANALYST].send("/what-if", do="solve", name="x", text="").status_code == 422


def test_two_scenarios_are_solved_and_compared_with_their_causes(site: Door) -> None:
    browser = site.signed_in("analyst")
    first = browser.send("/what-if", do="solve", name="early", text=ENDS_EARLY, base="latest")
    assert first.status_code == 303
    waiting = browser.get(first.headers["Location"])
    assert "waits for a worker" in waiting.text
    number = first.headers["Location"].rpartition("with=")[2]

    page = browser.get(f"/what-if?with={number}").text
    sent = {**hidden(page, "/what-if"), "do": "solve", "name": "bridge", "text": GATE_CLOSED, "base": "latest"}
    second = browser.client.post("/what-if", data=sent)
    again = browser.client.post("/what-if", data=sent)
    assert again.headers["Location"] == second.headers["Location"]
    while jobs.work_once(site.store, make_plan, "worker", site.clock) is not None:
        pass
    shown = browser.get(second.headers["Location"])

    assert shown.status_code == 200
    assert "data-poll" not in shown.text
    for told in ("early", "bridge", "People reached", "A ceasefire ends at another time", "amber-bridge</bdi>)"):
        assert told in shown.text


def test_two_plans_are_compared_site_by_site_whoever_made_them(site: Door) -> None:
    browser = site.signed_in("coordinator")
    bare = browser.get("/what-if/compare?base=latest")
    assert bare.status_code == 200
    assert "Nothing beside it yet." in bare.text
    first = browser.send("/what-if", do="solve", name="bridge", text=GATE_CLOSED, base="latest")
    while jobs.work_once(site.store, make_plan, "worker", site.clock) is not None:
        pass
    with site.store.reading() as read:
        plans = {card.supposed: card.id for card in read.list_plans("two-rivers")}
    by_run = browser.get(first.headers["Location"]).text
    by_plan = browser.get(f"/what-if/compare?base={plans[False]}&with={plans[True]}").text
    for told in ("Who gains, who loses", 'data-sel="site:', "amber-bridge</bdi>)", "dropped", "moved"):
        assert told in by_run
        assert told in by_plan
    unknown = browser.get("/what-if/compare?base=latest&with=0123456789ab")
    assert unknown.status_code == 404


def test_every_kind_of_edit_has_its_fields_and_is_read_back(readers: dict[Role, Browser]) -> None:
    assert set(EDIT_KINDS) == set(EDITS)
    sent = {"do": "add", "name": "x", "base": "latest"}
    answers = [
        readers[Role.ANALYST].send("/what-if", **sent, **edit)
        for edit in (
            {"kind": "stock_change", "hub": "ordan", "commodity": "flour-bag", "units": "-200"},
            {"kind": "need_scaled", "percent": "120"},
            {"kind": "driving_hours_set", "opens": "07:00", "closes": "15:00"},
            {"kind": "plan_policy_set", "parameter": "max_trucks", "value": "12"},
            {"kind": "access_policy_set", "parameter": "p_arrangement", "value": "0.5"},
        )
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert all("1 change" in answer.text for answer in answers)
    wrong = readers[Role.ANALYST].send("/what-if", **sent, kind="plan_policy_set", parameter="max_trucks", value="many")
    assert (wrong.status_code, "max_trucks is" in wrong.text) == (422, True)


def test_the_smallest_change_of_a_plan_can_be_tried(site: Door) -> None:
    browser = site.signed_in("coordinator")
    edit = 'edit = [{ kind = "escort_change", teams = 2 }]'
    page = browser.get("/what-if").text
    csrf = hidden(page, "/what-if")["csrf_token"]

    answer = browser.client.post("/what-if/try", data={"csrf_token": csrf, "plan": "latest", "edit": edit})

    assert answer.status_code == 303
    assert "/what-if/compare?" in answer.headers["Location"]
