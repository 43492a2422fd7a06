"""The negotiators' list on the plan's page: asked for by those who plan, read by those who read plans."""

import re
from dataclasses import replace

from planner import jobs
from planner.domain.opening import Openings
from planner.domain.rights import Role
from planner.domain.tradeoff import Tradeoff
from planner.services import accounts, sign_ins
from planner.services.plan_records import get_plan
from planner.services.plans import make_plan
from planner.services.studies import OPENING, TRADEOFF, find_known, make_study
from planner.services.tradeoffs import balance_of
from tests.web.doors import Door, hidden

pytest_plugins = ["tests.web.site_fixtures"]


def test_it_is_asked_for_once_and_shown_with_people_and_a_way_to_try_it(site: Door) -> None:
    analyst = site.signed_in(Role.ANALYST.value)
    page = analyst.get("/plans/latest").text
    plan = re.search(r'action="/plans/(\w+)/study"', page)
    assert plan is not None
    sent = hidden(page, f"/plans/{plan[1]}/study")
    first, again = (analyst.client.post(f"/plans/{plan[1]}/study", data=sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert "what opening would give to plan" in analyst.get("/runs/2").text

    assert jobs.work_once(site.store, make_plan, "w1", site.clock, study=make_study) == 2
    record = get_plan(site.store, "latest", "two-rivers")
    found = find_known(site.store, record, OPENING, Openings)
    assert found is not None
    shown = analyst.get("/plans/latest").text
    assert 'name="study" value="opening"' not in shown
    assert shown.count('data-sel="opening:') == sum(one.grade != "nothing" for one in found.found)
    assert "/what-if/try" in shown or 'name="edit"' in shown
    arabic = analyst.get("/plans/latest?lang=ar").text
    assert "ماذا يعطي الفتح" in arabic


def test_another_balance_is_drawn_and_can_be_planned(site: Door) -> None:
    analyst, record = site.signed_in(Role.ANALYST.value), get_plan(site.store, "latest", "two-rivers")
    own = balance_of(record.plan, record.snapshot.policy)
    other = replace(own, equity_tolerance=0.1, value=own.value * 1.2, people=own.people + 77)
    found = Tradeoff(plan_digest=record.stored.card.digest, balances=(own, other), cut_short=False)
    with site.store.writing() as write:
        write.save_study(record.id, TRADEOFF, found, at=site.clock())

    page = analyst.get("/plans/latest").text
    assert f"{other.people:,}" in page
    assert page.count('<circle class="b-') == 2
    sent = hidden(page, f"/plans/{record.id}/balance")
    assert analyst.client.post(f"/plans/{record.id}/balance", data=sent).status_code == 303
    with site.store.reading() as read:
        run = read.list_runs("two-rivers")[0]
    asked = site.store.load_snapshot(run.snapshot)
    assert (asked.policy.equity_tolerance, asked.incumbent) == (0.1, record.plan.convoys)
    again = hidden(analyst.get("/plans/latest").text, f"/plans/{record.id}/balance")
    assert analyst.client.post(f"/plans/{record.id}/balance", data={**again, "balance": "9"}).status_code == 404


def test_what_nobody_has_words_for_is_not_found_out(site: Door) -> None:
    analyst = site.signed_in(Role.ANALYST.value)
    token = hidden(analyst.get("/account").text, "/sign-out")["csrf_token"]
    answer = analyst.client.post("/plans/latest/study", data={"csrf_token": token, "study": "horoscope"})
    assert answer.status_code == 404
    with site.store.reading() as read:
        assert len(read.list_runs("two-rivers")) == 1


def test_partners_and_administrators_ask_for_nothing(site: Door) -> None:
    for role in (Role.PARTNER, Role.ADMIN):
        browser = site.signed_in(role.value)
        token = hidden(browser.get("/account").text, "/sign-out")["csrf_token"]
        data = {"csrf_token": token, "study": "opening"}
        assert browser.client.post("/plans/latest/study", data=data).status_code == 403


def test_scripts_ask_for_it_and_read_it(site: Door) -> None:
    account = accounts.get_account(site.store, Role.ANALYST.value)
    token = sign_ins.make_token(site.store, account.id, "test", 30, site.clock()).token
    client, headers = site.app.test_client(), {"Authorization": f"Bearer {token}"}
    address = "/api/v1/plans/latest/studies"
    assert client.get(f"{address}/tradeoff", headers=headers).get_json()["known"] is False
    assert client.get(f"{address}/horoscope", headers=headers).status_code == 404
    assert client.post(f"{address}/horoscope", headers=headers).status_code == 404
    asked = client.post(f"{address}/tradeoff", headers=headers)
    assert (asked.status_code, asked.get_json()["state"]) == (202, "queued")
    record = get_plan(site.store, "latest", "two-rivers")
    own = balance_of(record.plan, record.snapshot.policy)
    found = Tradeoff(plan_digest=record.stored.card.digest, balances=(own,), cut_short=False)
    with site.store.writing() as write:
        write.save_study(record.id, TRADEOFF, found, at=site.clock())
    told = client.get(f"{address}/tradeoff", headers=headers).get_json()
    assert [one["people_reached"] for one in told["balances"]] == [record.plan.people_reached]
