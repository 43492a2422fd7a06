"""Who may open what: each right, the guard that denies by default, forms of other sites, tokens of scripts."""

import logging

import pytest

from planner.domain.rights import RIGHTS, Right, Role
from planner.services import accounts
from tests.web.doors import GOOD, NOW, Door, hidden

pytest_plugins = ["tests.web.door_fixtures"]


@pytest.mark.parametrize("role", [*Role])
def test_a_role_opens_what_it_may_and_nothing_else(door: Door, role: Role) -> None:
    door.person("nour", role)
    browser = door.signed_in("nour")

    opened = {right for right in Right if browser.get(f"/for/{right}").status_code == 200}

    assert opened == {Right.OPEN, Right.ANYBODY, *RIGHTS[role]}


def test_nobody_opens_what_says_nothing_of_its_right(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.person("nour", *Role)
    browser = door.signed_in("nour")
    with caplog.at_level(logging.ERROR):
        answer = browser.get("/undeclared")

    assert answer.status_code == 500
    assert "05:45" not in answer.text
    assert "declares no right" in caplog.text


def test_who_is_not_signed_in_is_led_to_the_door_and_a_script_is_told(door: Door) -> None:
    browser = door.browser()

    assert browser.get("/for/read?sel=gate:x").location == "/sign-in?next=/for/read?sel%3Dgate:x"
    told = browser.get("/api/v1/for/read")
    assert (told.status_code, told.mimetype) == (401, "application/problem+json")
    assert browser.get("/for/read", headers={"X-Requested-With": "poll"}).status_code == 401
    assert browser.get("/for/open").status_code == 200


def test_asvs_16_3_2_a_refused_right_is_on_record(door: Door) -> None:
    nour = door.person("nour", Role.PARTNER)
    browser = door.signed_in("nour")
    page, script = browser.get("/for/publish?plan=secret"), browser.get("/api/v1/for/read")
    assert (page.status_code, script.status_code) == (403, 403)
    assert script.mimetype == "application/problem+json"

    with door.store.reading() as read:
        last, before, *_older = read.list_audit()
    assert (before.actor, before.action, before.target) == (nour.id, "refuse", "GET for_publish")
    assert last.target == "GET api_v1_for_read"
    assert last.detail == {"right": "read"}


# ---- Forms of other sites


def test_asvs_3_5_1_a_form_without_its_token_does_nothing(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    for address in ("/for/read", "/sign-out", "/account/sign-ins/end"):
        answer = browser.client.post(address)
        assert answer.status_code == 400
        assert "Nothing was done" in answer.text
    told = browser.client.post("/api/v1/for/read")
    assert (told.status_code, told.mimetype) == (400, "application/problem+json")
    assert browser.get("/for/read").status_code == 200


def test_asvs_3_5_1_the_token_of_another_session_is_worth_nothing(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    door.person("samir", Role.ANALYST)
    mine, theirs = door.signed_in("nour"), door.signed_in("samir")
    token = hidden(theirs.get("/account").text, "/sign-out")["csrf_token"]
    at_the_door = hidden(door.browser().get("/sign-in").text, "/sign-in")["csrf_token"]

    for wrong in (token, at_the_door, "", "x"):
        assert mine.client.post("/for/read", data={"csrf_token": wrong}).status_code == 400


def test_asvs_3_5_1_signing_in_is_guarded_too(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.browser()
    assert browser.client.post("/sign-in", data={"username": "nour", "password": GOOD}).status_code == 400
    browser.get("/sign-in")
    assert browser.client.post("/sign-in", data={"username": "nour", "password": GOOD}).status_code == 400


def test_a_script_of_our_page_sends_the_token_as_a_header(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    token = hidden(browser.get("/account").text, "/sign-out")["csrf_token"]

    assert browser.client.post("/for/read", headers={"X-CSRFToken": token}).status_code == 200
    assert browser.client.post("/api/v1/for/read", headers={"X-CSRFToken": token}).status_code == 200
    from_elsewhere = {"X-CSRFToken": token, "Sec-Fetch-Site": "cross-site"}
    assert browser.client.post("/for/read", headers=from_elsewhere).status_code == 400


def test_a_form_opened_before_signing_in_again_is_refused(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    old = hidden(browser.get("/account").text, "/sign-out")
    browser.send("/account", "/sign-out")
    browser.sign_in("nour", GOOD)

    assert browser.client.post("/sign-out", data=old).status_code == 400


# ---- Tokens of scripts


def make_token(door: Door, username: str) -> str:
    shown = door.signed_in(username).send(
        "/account", "/account/tokens", label="weekly report", days="30", password=door.passwords[username]
    )
    assert shown.status_code == 200, shown.text
    return shown.text.partition('dir="ltr">qafila_')[2].partition("<")[0]


def test_a_script_speaks_for_its_person_under_api_alone(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    bearer = {"Authorization": f"Bearer qafila_{make_token(door, 'nour')}"}
    script = door.browser().client

    assert script.get("/api/v1/for/read", headers=bearer).text == "Nour is here"
    assert script.post("/api/v1/for/read", headers=bearer).status_code == 200  # needs no form's token
    assert script.get("/api/v1/for/edit", headers=bearer).status_code == 403
    assert script.get("/for/read", headers=bearer).status_code == 302
    assert script.post("/for/read", headers=bearer).status_code == 302


@pytest.mark.parametrize("wrong", ["", "x", "qafila_x", "qafila_" + "A" * 43])
def test_a_wrong_token_is_refused_even_beside_a_good_cookie(door: Door, wrong: str) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    told = browser.get("/api/v1/for/read", headers={"Authorization": f"Bearer {wrong}"})

    assert (told.status_code, told.mimetype) == (401, "application/problem+json")


def test_a_token_is_revoked_and_ends_with_its_account(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    tokens = [make_token(door, "nour") for _ in range(2)]
    browser, script = door.signed_in("nour"), door.browser().client

    def works(token: str) -> bool:
        answer = script.get("/api/v1/for/read", headers={"Authorization": f"Bearer qafila_{token}"})
        return answer.status_code == 200

    with door.store.reading() as read:
        listed = read.list_tokens(accounts.get_account(door.store, "nour").id)
    browser.send("/account", "/account/tokens/revoke", token=listed[0].id)
    assert sorted(map(works, tokens)) == [False, True]
    accounts.disable_account(door.store, "nour", actor="setup", at=NOW)
    assert not any(map(works, tokens))


def test_a_token_form_sent_twice_makes_one(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    fields = {**hidden(browser.get("/account").text, "/account/tokens"), "label": "x", "days": "30", "password": GOOD}
    answers = [browser.client.post("/account/tokens", data=fields).status_code for _ in range(2)]

    assert answers == [200, 303]
    assert "made already" in browser.get("/account").text
    with door.store.reading() as read:
        assert len(read.list_tokens(accounts.get_account(door.store, "nour").id)) == 1


def test_a_token_needs_the_password_a_label_and_a_life(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    for fields in (
        {"label": "x", "days": "30", "password": "wrong"}, {"label": "", "days": "30", "password": GOOD},
        {"label": "x", "days": "31", "password": GOOD}, {"label": "x", "days": "many", "password": GOOD},
    ):  # fmt: skip
        assert browser.send("/account", "/account/tokens", **fields).status_code == 422
