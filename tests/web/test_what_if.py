"""What-if on the page: edits are composed, mistakes are said at once, scenarios are compared beside their base."""

import pytest

from planner import jobs
from planner.domain.rights import Role
from planner.services.plans import make_plan
from planner.services.scenarios import list_examples
from tests.web.doors import Browser, Door, hidden

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
    assert "scenario row 1" in wrong.text
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
    for told in ("early", "bridge", "People reached", "edit:ceasefire_ends:river-truce", "edit:gate_set:amber-bridge"):
        assert told in shown.text


def test_the_smallest_change_of_a_plan_can_be_tried(site: Door) -> None:
    browser = site.signed_in("coordinator")
    edit = 'edit = [{ kind = "escort_change", teams = 2 }]'
    page = browser.get("/what-if").text
    csrf = hidden(page, "/what-if")["csrf_token"]

    answer = browser.client.post("/what-if/try", data={"csrf_token": csrf, "plan": "latest", "edit": edit})

    assert answer.status_code == 303
    assert "/what-if/compare?" in answer.headers["Location"]
