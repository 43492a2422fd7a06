"""The policy on its page: read in words, tried before it is set, never overwritten unseen."""

from dataclasses import asdict

import pytest

from planner.domain.rights import Role
from planner.services.access_policy import in_force, list_policies, set_policy
from planner.services.crises import load_world
from routing.policy import AccessPolicy
from routing.policy_record import NamedPolicy
from tests.web.doors import NOW, Browser, Door
from tests.web.form_hands import fields_of
from web.policy_words import PARAMETERS

pytest_plugins = ["tests.web.site_fixtures"]
PAGE, SET = "/access/policy", "/access/policy/versions"
STRICT = {"blocked_below_p": "0.88"}
"""A ceasefire at p 0.85 is not good enough."""
SAID = {"name": "strict", "source": "access group", "reason": "three convoys were turned back"}


def now(door: Door) -> NamedPolicy:
    world = load_world(door.store, "two-rivers")
    return in_force(world, world.head)


def tried(browser: Browser, **values: str) -> dict[str, list[str]]:
    """Return the form as it comes back with its effect shown."""
    fields = fields_of(browser.get(PAGE).text, PAGE)
    answer = browser.client.post(PAGE, data={**fields, **values})
    assert answer.status_code == 200
    return fields_of(answer.text, PAGE)


def test_every_number_of_the_policy_has_its_words_and_comes_back_as_it_is() -> None:
    odd = AccessPolicy(stale_after_s=1_000, report_needed_within_m=123, p_stale=1 / 3)
    assert PARAMETERS.keys() == asdict(AccessPolicy()).keys()
    for policy in (AccessPolicy(), odd):
        back = {name: one.kept(float(one.written(policy))) for name, one in PARAMETERS.items()}
        assert back == pytest.approx(asdict(policy), rel=1e-9)
        assert {n: v for n, v in back.items() if isinstance(v, int)} == {
            n: v for n, v in asdict(policy).items() if isinstance(v, int)
        }


@pytest.mark.parametrize(
    ("role", "reads", "sets"),
    [(Role.COORDINATOR, 200, 422), (Role.ANALYST, 200, 403), (Role.PARTNER, 403, 403), (Role.ADMIN, 403, 403)],
)
def test_who_plans_reads_and_tries_it_and_a_coordinator_sets_it(site: Door, role: Role, reads: int, sets: int) -> None:
    browser = site.signed_in(role.value)
    fields = fields_of(site.signed_in("coordinator").get(PAGE).text, PAGE)
    token = fields_of(browser.get("/account").text, "/sign-out")["csrf_token"]
    sent = {**fields, **STRICT, "csrf_token": token}

    assert browser.get(PAGE).status_code == reads
    assert browser.client.post(PAGE, data=sent).status_code == reads
    assert browser.client.post(SET, data=sent).status_code == sets
    assert browser.client.post(SET, data={**sent, "csrf_token": ""}).status_code in {400, 403}
    assert now(site).version == 0


def test_a_policy_is_shown_with_what_it_turns_and_then_set_with_its_reason(site: Door) -> None:
    browser = site.signed_in("coordinator")
    fields = fields_of(browser.get(PAGE).text, PAGE)
    look = browser.client.post(PAGE, data={**fields, **STRICT})

    assert "turn within three days" in look.text
    assert "sel=segment:south-bank--kessa-bank" in look.text
    assert "This touches" in look.text
    assert now(site).version == 0
    sent = {**fields_of(look.text, PAGE), **SAID}
    assert browser.client.post(SET, data=sent).status_code == 303
    assert browser.client.post(SET, data=sent).status_code == 303
    policy = now(site)
    assert (policy.name, policy.version, policy.policy.blocked_below_p) == ("strict", 1, 0.88)
    assert policy.set_by is not None
    assert (policy.set_by.source, policy.set_by.note) == ("access group", "three convoys were turned back")
    page = browser.get(PAGE).text
    assert "three convoys were turned back" in page
    assert 'value="0.88"' in page


def test_what_is_set_is_what_was_looked_at(site: Door) -> None:
    browser = site.signed_in("coordinator")
    sent = {**tried(browser, **STRICT), **SAID, "p_unknown": "0.1"}

    answer = browser.client.post(SET, data=sent)

    assert answer.status_code == 422
    assert 'id="complaint-seen"' in answer.text
    assert now(site).version == 0


def test_a_policy_set_by_somebody_else_meanwhile_is_shown_and_not_overwritten(site: Door) -> None:
    browser = site.signed_in("coordinator")
    sent = {**tried(browser, **STRICT), **SAID}
    other = AccessPolicy(p_unknown=0.2, blocked_below_p=0.3)
    set_policy(site.store, load_world(site.store, "two-rivers"), other, "theirs", source="x", actor="y", at=NOW)

    answer = browser.client.post(SET, data=sent)

    assert answer.status_code == 409
    assert "Nothing was overwritten" in answer.text
    assert now(site).name == "theirs"
    fields = fields_of(answer.text, PAGE)
    assert (fields["blocked_below_p"], fields["p_unknown"]) == (["0.88"], ["0.2"])
    assert browser.client.post(SET, data={**fields, **SAID}).status_code == 422  # its effect was not looked at yet
    again = fields_of(browser.client.post(PAGE, data=fields).text, PAGE)
    assert browser.client.post(SET, data={**again, **SAID}).status_code == 303
    assert now(site).policy == AccessPolicy(p_unknown=0.2, blocked_below_p=0.88)
    assert [one.name for one in list_policies(load_world(site.store, "two-rivers"), 999)] == ["theirs", "strict"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"p_unknown": "often"}, "p_unknown"),
        ({"p_unknown": "1.5"}, "p_unknown"),
        ({"p_unknown": "nan"}, "p_unknown"),
        ({"stale_after_s": ""}, "stale_after_s"),
        ({"hazard_step_s": "0"}, "whole"),
        ({"blocked_below_p": "0.95"}, "whole"),
        ({}, "whole"),
        ({"base": "7", "p_unknown": "0.1"}, "whole"),
        ({"base": "", "p_unknown": "0.1"}, "whole"),
    ],
)
def test_a_number_that_cannot_be_used_is_said_beside_it(site: Door, values: dict[str, str], field: str) -> None:
    browser = site.signed_in("analyst")
    fields = fields_of(browser.get(PAGE).text, PAGE)

    answer = browser.client.post(PAGE, data={**fields, **values})

    assert answer.status_code == 422
    assert f'id="complaint-{field}"' in answer.text


def test_a_name_that_is_taken_is_refused_with_the_effect_still_shown(site: Door) -> None:
    browser = site.signed_in("coordinator")
    answer = browser.client.post(SET, data={**tried(browser, **STRICT), **SAID, "name": "default"})

    assert answer.status_code == 422
    assert 'id="complaint-name"' in answer.text
    assert "This touches" in answer.text


def test_the_page_is_found_from_access_and_from_settings(site: Door) -> None:
    assert PAGE in site.signed_in("coordinator").get("/access").text
    site.person("both", Role.ADMIN, Role.COORDINATOR)
    assert PAGE in site.signed_in("both").get("/settings").text
    assert PAGE not in site.signed_in("admin").get("/settings").text
