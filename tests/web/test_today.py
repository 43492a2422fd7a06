"""Today on the page: what changed since yesterday, what runs out, who waited longest, and nothing learned later."""

import re

import pytest

from planner.domain.access_plans import answer_due
from planner.domain.rights import Role
from planner.services.crises import load_world
from planner.services.today import look_back
from planner.store.store import Store
from routing.units import AsOf
from tests.web.doors import Browser
from tests.web.september import CRISIS, Opened, moment, text_of

pytest_plugins = ["tests.web.failed_fixtures"]
END = "2016-09-30T12:00"


@pytest.fixture
def coordinator(opened: Opened) -> Browser:
    return opened(END).signed_in("coordinator")


@pytest.mark.parametrize("role", list(Role))
def test_only_the_operation_has_a_today(readers: dict[Role, Browser], role: Role) -> None:
    assert readers[role].get("/today").status_code == (200 if role in {Role.COORDINATOR, Role.ANALYST} else 403)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2016-08-21T10:00", "2016-08-31T00:00"),  # Monday 22nd to Thursday, Sunday to Tuesday the 30th
        ("2016-09-07T10:00", "2016-09-23T00:00"),  # 8th, 11th, then after the feast the 18th to the 22nd
    ],
)
def test_an_answer_is_due_after_seven_working_days(syria: Store, asked: str, due: str) -> None:
    crisis = load_world(syria, CRISIS).catalogue.crisis

    assert answer_due(moment(asked), crisis) == moment(due)


def test_overdue_answers_and_missing_letters_are_counted(coordinator: Browser) -> None:
    told = text_of(coordinator.get("/today?at=2016-09-15T17:00").text)

    # Seventeen sites of 21 August were never answered; nine sites were agreed to and have no letter.
    assert "Answers for 17 sites are overdue." in told
    assert "9 letters are missing." in told
    assert "15 d over due Tue 30 Aug" in told
    assert "Letters, 8 agreed sites" in told


def test_the_evening_of_the_nineteenth_says_what_changed(coordinator: Browser) -> None:
    told = text_of(coordinator.get("/today?at=2016-09-20T09:00").text)

    assert "Urum Al-Kubra attacked" in told
    assert "All convoys stopped until 22 Sep 06:00" in told
    assert "ceasefire expired" in told
    assert re.search(r"contested → to blocked", told)
    assert "Talbiseh delivered" in told


def test_nothing_that_was_learned_later_is_on_the_page(coordinator: Browser) -> None:
    page = coordinator.get("/today?at=2016-09-18T08:00").text

    for later in ("attacked", "UN spokesman, 19 Sep", "All convoys stopped", "delivered"):
        assert later not in text_of(page), later


def test_a_situation_seen_with_less_knowledge_shows_less(coordinator: Browser) -> None:
    told = text_of(coordinator.get("/today?at=2016-09-20T09:00&known=402").text)

    assert "attacked" not in told


def test_days_are_counted_from_the_last_delivery(coordinator: Browser) -> None:
    page = coordinator.get("/today?at=2016-09-18T08:00").text
    rows = {
        text_of(r).split(" s ")[0].strip(): text_of(r)
        for r in re.findall(r'<tr data-sel="site:.*?</tr>', page, re.DOTALL)
    }

    madaya = next(row for name, row in rows.items() if name.startswith("Madaya"))
    assert madaya.rstrip().endswith("140")  # 30 April 18:00 to 18 September 08:00
    first = text_of(re.findall(r'<tr data-sel="site:.*?</tr>', page, re.DOTALL)[0])
    assert "Deir ez-Zor" in first
    assert "not stated" in first


def test_changes_are_told_since_the_last_visit_of_the_week(syria: Store) -> None:
    log = load_world(syria, CRISIS).log
    question = AsOf(at=moment("2016-09-20T09:00"), known=417)

    assert look_back(question, log, moment("2016-09-18T08:00")) == (
        AsOf(at=moment("2016-09-18T08:00"), known=393),
        True,
    )
    assert look_back(question, log, None) == (AsOf(at=moment("2016-09-19T09:00"), known=402), False)
    assert look_back(question, log, moment("2016-08-01T08:00"))[1] is False
    assert look_back(question, log, moment("2026-08-01T08:00"))[1] is False


def test_a_crisis_without_a_plan_has_a_today_too(coordinator: Browser) -> None:
    page = coordinator.get("/today?at=2016-01-05T08:00")

    assert page.status_code == 200
    assert "No answer is overdue." in page.text
