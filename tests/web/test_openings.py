"""The negotiators' list on the plan's page: asked for by those who plan, read by those who read plans."""

import re

from planner import jobs
from planner.domain.rights import Role
from planner.services.plan_records import get_plan
from planner.services.plans import make_plan
from planner.services.studies import find_known_openings, make_study
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
    found = find_known_openings(site.store, record)
    assert found is not None
    shown = analyst.get("/plans/latest").text
    assert f'action="/plans/{plan[1]}/study"' not in shown
    assert shown.count('data-sel="opening:') == sum(one.grade != "nothing" for one in found.found)
    assert "/what-if/try" in shown or 'name="edit"' in shown
    arabic = analyst.get("/plans/latest?lang=ar").text
    assert "ماذا يعطي الفتح" in arabic


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
