"""Settings: administrators manage people and read the trail; nobody else, and no route is shown there."""

import re

import pytest

from planner.domain.rights import Role
from planner.services import accounts
from planner.services.access_policy import set_policy
from planner.services.crises import load_world
from routing.policy import AccessPolicy
from tests.web.doors import Browser, Door, hidden

pytest_plugins = ["tests.web.site_fixtures"]


@pytest.mark.parametrize("role", list(Role))
def test_only_administrators_manage_people(readers: dict[Role, Browser], role: Role) -> None:
    assert readers[role].get("/settings").status_code == (200 if role is Role.ADMIN else 403)


def test_the_parameters_stand_with_their_meaning_and_the_chain_holds(readers: dict[Role, Browser]) -> None:
    page = readers[Role.ADMIN].get("/settings").text

    assert "A visit counts for equity when it brings this share of the food need." in page
    assert re.search(r"the chain of \d+ entries holds", page)


def test_the_policy_on_record_is_shown_with_what_it_changes(site: Door) -> None:
    world = load_world(site.store, "two-rivers")
    changed = AccessPolicy(p_stale=0.61)
    set_policy(site.store, world, changed, "cautious", source="access group", actor="nour", at=1_933_300_000)

    page = site.signed_in("admin").get("/settings").text

    assert "<bdi>cautious</bdi>, version 1, record" in page
    assert '<bdi dir="ltr">0.61</bdi> <span class="dim">default <bdi dir="ltr">0.8</bdi></span>' in page


def test_an_administrator_sees_no_place_of_a_route(shared_site: Door, readers: dict[Role, Browser]) -> None:
    page = readers[Role.ADMIN].get("/settings").text
    with shared_site.store.reading() as read:
        plan = read.get_plan("latest").plan

    assert plan.convoys
    assert not [segment for convoy in plan.convoys for segment in convoy.segments if segment in page]


def test_a_new_person_gets_a_password_that_is_shown_once(site: Door) -> None:
    browser = site.signed_in("admin")

    made = browser.send("/settings", "/settings/people", username="rana", name="Rana", roles="analyst")

    password = re.search(r'<code dir="ltr">([^<]{12,})</code>', made.text)
    assert password is not None
    assert password[1] not in browser.get("/settings").text
    assert site.browser().sign_in("rana", password[1]).status_code == 303


def test_a_name_that_is_none_and_a_missing_role_are_said_at_once(site: Door) -> None:
    answer = site.signed_in("admin").send("/settings", "/settings/people", username="", name="x")

    assert answer.status_code == 422
    assert all(f'id="complaint-{name}"' in answer.text for name in ("username", "roles"))


def test_whoever_is_disabled_is_out_at_once(site: Door) -> None:
    admin, analyst = site.signed_in("admin"), site.signed_in("analyst")
    page = admin.get("/settings").text
    sent = {**hidden(page, "/settings/people/analyst"), "deed": "disable"}

    assert admin.client.post("/settings/people/analyst", data=sent).status_code == 303
    assert analyst.get("/needs").status_code == 302
    assert not accounts.get_account(site.store, "analyst").active


def test_the_last_administrator_stays(site: Door) -> None:
    admin = site.signed_in("admin")
    page = admin.get("/settings").text
    sent = {**hidden(page, "/settings/people/admin"), "deed": "disable"}

    assert admin.client.post("/settings/people/admin", data=sent).status_code == 409
    assert accounts.get_account(site.store, "admin").active
