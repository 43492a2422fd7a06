"""Signing in and out: what ASVS 5.0 asks of it, by number, and what a person meets at the door."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.domain.accounts import CODE_WITHIN_S, FAILURES_ALLOWED, IDLE_S, LOCKED_S, WHOLE_DAY_S
from planner.domain.rights import Role
from planner.services import accounts
from planner.store.store import Store
from tests.web.doors import BETTER, GOOD, NOW, Browser, Door, hidden, make_door

pytest_plugins = ["tests.web.door_fixtures"]


def is_in(browser: Browser) -> bool:
    return browser.get("/for/anybody").status_code == 200


def test_a_person_signs_in_and_goes_where_they_wanted(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.browser()

    asked = browser.get("/for/read?at=2031-04-09")
    assert asked.status_code == 302
    shown = browser.get(asked.location)
    answer = browser.client.post(
        "/sign-in", data={**hidden(shown.text, "/sign-in"), "username": " Nour ", "password": GOOD}
    )

    assert answer.location == "/for/read?at=2031-04-09"
    assert browser.get(answer.location).text == "Nour is here"


@pytest.mark.parametrize(
    "wanted",
    [
        "//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "/for/read\r\nSet-Cookie: x=1",
        "javascript:alert(1)", "for/read", "/no-such-page", "/sign-out", "/sign-in", "/account/tokens", "http://[",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere_by_signing_in(door: Door, wanted: str) -> None:
    door.person("nour", Role.ANALYST)
    assert door.browser().sign_in("nour", GOOD, next=wanted).location == "/"


def test_signing_out_ends_it_on_the_server_too(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    old = browser.cookie()

    answer = browser.send("/account", "/sign-out")

    assert answer.location == "/sign-in"
    assert not is_in(browser)
    browser.client.set_cookie("qafila", old)
    assert not is_in(browser)
    assert [*door.audit()][-2:] == ["sign in", "sign out"]


def test_asvs_6_3_8_unknown_wrong_disabled_and_locked_are_one_text(door: Door) -> None:
    for username in ("nour", "gone", "rests"):
        door.person(username, Role.ANALYST)
    accounts.disable_account(door.store, "gone", actor="setup", at=NOW)
    for _ in range(FAILURES_ALLOWED):
        door.browser().sign_in("rests", "wrong")

    tries = {"nour": "wrong", "nobody": GOOD, "gone": GOOD, "rests": GOOD, "no such name!": GOOD}
    pages = set()
    for username, password in tries.items():
        answer = door.browser().sign_in(username, password)
        assert answer.status_code == 422
        said = re.sub(r'value="[^"]*"', "", answer.text)
        pages.add(said)

    assert len(pages) == 1
    assert "do not fit" in pages.pop()


def seconds_of_refusals(door: Door, rounds: int) -> dict[str, float]:
    """Return the shortest time of a refused sign-in for a known and an unknown name, tried in turn."""
    shortest = {"nour": float("inf"), "nobody": float("inf")}
    for _ in range(rounds):
        for username, before in shortest.items():
            browser = door.browser()
            shown = hidden(browser.get("/sign-in").text, "/sign-in")
            begun = time.perf_counter()
            browser.client.post("/sign-in", data={**shown, "username": username, "password": "wrong"})
            shortest[username] = min(before, time.perf_counter() - begun)
    return shortest


def test_asvs_6_3_8_a_refusal_takes_its_time_whatever_it_was_for(door_store: Store, quick_hashes: None) -> None:  # noqa: ARG001
    door = make_door(door_store, {"SIGN_IN_FLOOR_S": 0.5})
    door.person("nour", Role.ANALYST)

    shortest = seconds_of_refusals(door, 3)

    assert min(shortest.values()) >= 0.5
    assert abs(shortest["nour"] - shortest["nobody"]) < 0.2


def test_asvs_6_3_8_an_unknown_name_costs_a_hash_too(door_store: Store) -> None:
    door = make_door(door_store)
    door.person("nour", Role.ANALYST)

    shortest = seconds_of_refusals(door, 4)

    assert 0.4 < shortest["nour"] / shortest["nobody"] < 2.5  # without a hash it is a twentieth


def test_ten_wrong_passwords_rest_the_account_whoever_tries(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    inside = door.signed_in("nour")
    for _ in range(FAILURES_ALLOWED):
        door.browser().sign_in("nour", "wrong")

    assert door.browser().sign_in("nour", GOOD).status_code == 422
    assert is_in(inside)  # who is in already is not put out by others' tries
    door.clock.now += LOCKED_S
    assert door.browser().sign_in("nour", GOOD).status_code == 303


def test_asvs_7_2_4_signing_in_makes_a_new_session(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.browser()
    browser.get("/sign-in")
    planted = browser.cookie()
    assert planted

    browser.sign_in("nour", GOOD)

    assert browser.cookie() not in {"", planted}
    other = door.browser()
    other.client.set_cookie("qafila", planted)
    assert not is_in(other)


def test_asvs_7_2_4_a_second_sign_in_ends_the_first_of_the_same_browser_after_the_code(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    phone, _codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    door.clock.now += 60
    browser = door.browser()
    browser.sign_in("nour", GOOD)
    half = browser.cookie()

    browser.code(str(phone.generate(time=door.clock()).token))

    assert browser.cookie() != half
    other = door.browser()
    other.client.set_cookie("qafila", half)
    assert not is_in(other)
    assert other.get("/sign-in/code").status_code == 303


def test_asvs_7_3_1_a_session_ends_after_half_an_hour_without_use(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    for _ in range(3):
        door.clock.now += IDLE_S - 1
        assert is_in(browser)

    door.clock.now += IDLE_S

    assert not is_in(browser)


def test_asvs_7_3_1_what_a_page_asks_by_itself_keeps_nobody_awake(door: Door) -> None:
    from web.rights import Right, needs  # noqa: PLC0415 - for this test's own view
    from web.sessions import unattended  # noqa: PLC0415

    @unattended
    @needs(Right.ANYBODY)
    def progress() -> str:
        return "half"

    door.app.add_url_rule("/progress", "progress", progress)
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    asked = []
    for _ in range(3):
        door.clock.now += IDLE_S // 3
        asked.append(browser.get("/progress").status_code)

    assert asked == [200, 200, 302]


def test_asvs_7_3_2_a_session_ends_after_twelve_hours_however_busy(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    while door.clock.now < NOW + WHOLE_DAY_S - 600:
        door.clock.now += 600
        assert is_in(browser)

    door.clock.now += 600

    assert not is_in(browser)


def test_asvs_7_4_2_disabling_an_account_ends_its_sessions(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browsers = [door.signed_in("nour") for _ in range(2)]

    accounts.disable_account(door.store, "nour", actor="setup", at=NOW)
    assert not any(is_in(browser) for browser in browsers)

    accounts.enable_account(door.store, "nour", actor="setup", at=NOW)
    assert not any(is_in(browser) for browser in browsers)


def test_asvs_7_4_5_an_administrator_ends_the_sessions_of_one_person(door: Door) -> None:
    nour, samir = door.person("nour", Role.ANALYST), door.person("samir", Role.ANALYST)
    theirs, others = door.signed_in("nour"), door.signed_in("samir")

    (one,) = accounts.list_sign_ins(door.store, nour.id, NOW)
    assert one.device == "Firefox, Linux"
    accounts.end_sign_in(door.store, one.id, account=nour.id, actor="admin", at=NOW)

    assert not is_in(theirs)
    assert is_in(others)
    assert accounts.end_sign_ins(door.store, samir.id, actor="admin", at=NOW) == 1
    assert not is_in(others)


def test_asvs_7_5_2_a_person_sees_their_sessions_and_ends_them(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    here = door.signed_in("nour")
    elsewhere = door.browser(agent="Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
    elsewhere.sign_in("nour", GOOD)

    shown = here.get("/account").text
    assert "Firefox, Linux" in shown
    assert "Chrome, Android" in shown
    other = re.search(r'name="sign_in" value="(s-[0-9a-f]+)"', shown)
    assert other is not None
    here.send("/account", "/account/sign-ins/end", sign_in=other[1])

    assert not is_in(elsewhere)
    assert is_in(here)


def test_asvs_7_5_2_a_person_ends_all_sessions_but_this_one(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    here, *others = (door.signed_in("nour") for _ in range(3))

    here.send("/account", "/account/sign-ins/end", sign_in="others")

    assert is_in(here)
    assert not any(is_in(other) for other in others)


def test_asvs_8_3_2_a_changed_role_counts_with_the_next_request(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    assert browser.get("/for/read").status_code == 200
    assert browser.get("/for/edit").status_code == 403

    accounts.set_roles(door.store, "nour", (Role.PARTNER,), actor="setup", at=NOW)

    assert browser.get("/for/read").status_code == 403
    accounts.set_roles(door.store, "nour", (Role.COORDINATOR,), actor="setup", at=NOW)
    assert browser.get("/for/edit").status_code == 200


def test_a_visit_knows_when_the_last_one_ended(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    first = door.signed_in("nour")
    door.clock.now += 1200
    assert is_in(first)
    door.clock.now += 86_400

    door.signed_in("nour")

    assert accounts.get_account(door.store, "nour").visit_before == NOW + 1200


def test_the_cookie_is_for_this_site_and_no_script(door: Door) -> None:
    set_cookie = door.browser().get("/sign-in").headers["Set-Cookie"]

    assert set_cookie.startswith("qafila=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(set_cookie.split("; "))
    assert "Secure" not in set_cookie


def test_by_https_the_cookie_is_bound_to_host_and_https(door_store: Store, quick_hashes: None) -> None:  # noqa: ARG001
    door = make_door(door_store, {"SESSION_COOKIE_SECURE": True})
    door.person("nour", Role.ANALYST)
    client = door.app.test_client()
    shown = client.get("/sign-in", base_url="https://localhost")
    assert shown.headers["Set-Cookie"].startswith("__Host-qafila=")
    assert "Secure" in shown.headers["Set-Cookie"]

    fields = {**hidden(shown.text, "/sign-in"), "username": "nour", "password": GOOD}
    assert client.post("/sign-in", data=fields, base_url="https://localhost").status_code == 303
    assert client.get("/for/read", base_url="https://localhost").status_code == 200


def test_who_only_looks_at_the_door_leaves_nothing_in_the_store(door: Door) -> None:
    before = [*door.audit()]
    for _ in range(3):
        door.browser().get("/sign-in")

    assert [*door.audit()] == before
    with door.store.reading() as read:
        assert read.list_sign_ins() == ()


# ---- One-time passwords


def test_a_one_time_password_must_be_changed_before_anything_else(door: Door) -> None:
    door.person("nour", Role.ANALYST, password=None)
    browser, once = door.signed_in("nour"), door.passwords["nour"]

    assert browser.get("/for/read").location == "/account/password"
    assert browser.get("/account").location == "/account/password"
    refused = browser.get("/api/v1/for/read")
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"
    done = browser.send("/account/password", password=once, new_password=BETTER, again=BETTER)
    assert done.location == "/account"
    assert browser.get("/for/read").status_code == 200
    assert door.browser().sign_in("nour", once).status_code == 422
    assert door.browser().sign_in("nour", BETTER).status_code == 303


def test_in_a_demonstration_the_change_is_only_offered(door_store: Store, quick_hashes: None) -> None:  # noqa: ARG001
    door = make_door(door_store, {"FORCE_PASSWORD_CHANGE": False})
    door.person("nour", Role.ANALYST, password=None)
    browser = door.signed_in("nour")

    assert browser.get("/for/read").status_code == 200
    assert "one-time password" in browser.get("/account").text


@pytest.mark.parametrize(
    ("password", "new", "again", "said"),
    [
        ("wrong", BETTER, BETTER, "not your password"),
        (GOOD, "short", "short", "At least 12"),
        (GOOD, "Password1234", "Password1234", "easy to guess"),
        (GOOD, "two-rivers-nour", "two-rivers-nour", "easy to guess"),
        (GOOD, BETTER, BETTER + "!", "do not match"),
        (GOOD, GOOD, GOOD, "Choose another"),
    ],
)
def test_asvs_6_2_4_a_new_password_is_judged(door: Door, password: str, new: str, again: str, said: str) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")

    answer = browser.send("/account/password", password=password, new_password=new, again=again)

    assert answer.status_code == 422
    assert said in answer.text
    assert new not in re.sub(r"<[^i].*?>", "", answer.text)
    assert door.browser().sign_in("nour", GOOD).status_code == 303


def test_changing_the_password_ends_the_other_sessions(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    here, elsewhere = door.signed_in("nour"), door.signed_in("nour")

    here.send("/account/password", password=GOOD, new_password=BETTER, again=BETTER)

    assert is_in(here)
    assert not is_in(elsewhere)


# ---- One-time codes


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_asvs_6_3_3_coordinator_and_administrator_must_have_codes(
    door_store: Store,
    quick_hashes: None,  # noqa: ARG001
    role: Role,
) -> None:
    door = make_door(door_store, {"REQUIRE_TOTP": True})
    door.person("nour", role)
    browser = door.signed_in("nour")
    own = "/for/administer" if role is Role.ADMIN else "/for/publish"
    assert browser.get(own).location == "/account/codes"
    assert browser.get("/api/v1" + own).status_code == 403
    assert browser.client.post("/account/tokens").status_code in {303, 400}

    phone, _codes = browser.set_up_codes(GOOD, door.clock)

    assert browser.get(own).status_code == 200
    assert "/account/codes/drop" not in browser.get("/account").text
    door.clock.now += 60
    again = door.browser()
    assert again.sign_in("nour", GOOD).location == "/sign-in/code"
    assert not is_in(again)
    assert again.code(str(phone.generate(time=door.clock()).token)).status_code == 303
    assert is_in(again)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PARTNER])
def test_others_may_have_codes(door_store: Store, quick_hashes: None, role: Role) -> None:  # noqa: ARG001
    door = make_door(door_store, {"REQUIRE_TOTP": True})
    door.person("nour", role)
    assert is_in(door.signed_in("nour"))


def test_asvs_6_5_1_a_code_works_once(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    phone, _codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    now = str(phone.generate(time=door.clock()).token)
    set_up_with = door.browser()
    set_up_with.sign_in("nour", GOOD)
    assert set_up_with.code(now).status_code == 422  # it was used to set them up

    door.clock.now += 60
    code = str(phone.generate(time=door.clock()).token)
    first, second = door.browser(), door.browser()
    for browser in (first, second):
        browser.sign_in("nour", GOOD)

    assert first.code(code).status_code == 303
    assert second.code(code).status_code == 422
    assert is_in(first)
    assert not is_in(second)


def test_asvs_6_5_1_a_code_sent_eight_times_at_once_works_once(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    phone, _codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    door.clock.now += 60
    code = str(phone.generate(time=door.clock()).token)
    browsers = [door.browser() for _ in range(8)]
    forms = []
    for browser in browsers:
        browser.sign_in("nour", GOOD)
        forms.append(hidden(browser.get("/sign-in/code").text, "/sign-in/code"))

    def send(pair: tuple[Browser, dict[str, str]]) -> int:
        return pair[0].client.post("/sign-in/code", data={**pair[1], "code": code}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, zip(browsers, forms, strict=True)))

    assert answers.count(303) == 1
    assert [is_in(browser) for browser in browsers].count(True) == 1


def test_asvs_6_5_1_a_recovery_code_works_once(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    _phone, codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    assert len(codes) == 10
    for expected in (303, 422):
        browser = door.browser()
        browser.sign_in("nour", GOOD)
        assert browser.code(codes[0].upper()).status_code == expected
    last = door.browser()
    last.sign_in("nour", GOOD)
    last.code(codes[1])

    assert "8 recovery codes are left" in last.get("/account").text


def test_of_codes_nothing_readable_is_stored(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    phone, codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    account = accounts.get_account(door.store, "nour")

    assert phone.base32_key not in (account.totp_secret or "")
    assert not set(codes) & set(account.recovery_codes)


def test_wrong_codes_rest_the_account_and_the_password_does_not_wake_it(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    phone, _codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    browser = door.browser()
    for _ in range(FAILURES_ALLOWED):
        browser = door.browser()
        browser.sign_in("nour", GOOD)
        assert browser.code("000000").status_code == 422

    assert browser.code(str(phone.generate(time=door.clock() + 60).token)).status_code == 422
    assert door.browser().sign_in("nour", GOOD).status_code == 422
    assert [*door.audit()][-1] == "lock account"


def test_the_second_step_waits_five_minutes(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    phone, _codes = door.signed_in("nour").set_up_codes(GOOD, door.clock)
    door.clock.now += 60
    browser = door.browser()
    browser.sign_in("nour", GOOD)
    form = hidden(browser.get("/sign-in/code").text, "/sign-in/code")

    door.clock.now += CODE_WITHIN_S
    code = str(phone.generate(time=door.clock()).token)
    browser.client.post("/sign-in/code", data={**form, "code": code})

    assert not is_in(browser)


def test_codes_are_set_up_by_showing_that_they_work_and_who_one_is(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    shown = browser.get("/account/codes").text
    assert "<svg" in shown
    assert "data:image" not in shown

    wrong = browser.send("/account/codes", code="000000", password=GOOD)
    assert "does not fit" in wrong.text
    forged = browser.send("/account/codes", code="000000", password=GOOD, state="x")
    assert "open too long" in forged.text
    assert accounts.get_account(door.store, "nour").totp_secret is None


def test_codes_are_dropped_with_the_password(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    browser = door.signed_in("nour")
    browser.set_up_codes(GOOD, door.clock)

    assert browser.send("/account", "/account/codes/drop", password="x" * 12).status_code == 422
    renewed = browser.send("/account", "/account/codes/recovery", password=GOOD)
    assert len(re.findall(r"<li><code>", renewed.text)) == 10
    assert browser.send("/account", "/account/codes/drop", password=GOOD).status_code == 303
    assert door.browser().sign_in("nour", GOOD).location == "/"
    assert [*door.audit()][-3:] == ["renew recovery codes", "drop second factor", "sign in"]


def test_a_reset_gives_a_lost_phone_up(door: Door) -> None:
    door.person("nour", Role.ANALYST)
    door.signed_in("nour").set_up_codes(GOOD, door.clock)

    made = accounts.reset_password(door.store, "nour", second_factor=True, actor="admin", at=NOW)

    assert door.browser().sign_in("nour", made.password).location == "/"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_page_of_the_door_opens_in_both_languages(door: Door, language: str) -> None:
    door.person("nour", Role.ANALYST)
    outside, inside = door.browser(), door.signed_in("nour")
    assert outside.get(f"/sign-in?lang={language}").status_code == 200
    for page in ("/account", "/account/password", "/account/codes"):
        answer = inside.get(f"{page}?lang={language}")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|data:image", answer.text)
