"""What may become of a plan, on the page: figures, the convoys most often caught first, and a plan B."""

import re

import pytest

from planner.domain.rights import Role
from planner.futures.outcome import draw_futures
from planner.services.plan_records import get_plan
from planner.services.robustness import PAGE_DRAWS, find_plans_b
from tests.web.doors import Browser, Door

pytest_plugins = ["tests.web.site_fixtures"]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_page_tells_what_the_draw_found(site: Door, readers: dict[Role, Browser]) -> None:
    record = get_plan(site.store, "latest", "two-rivers")
    drawn = draw_futures(record.plan, record.snapshot, PAGE_DRAWS)
    page = readers[Role.ANALYST].get("/plans/latest/futures").text
    said = text_of(page)
    assert f"{round(drawn.mean):,}" in said
    assert f"{round(drawn.cvar()):,}" in said
    assert f"{record.plan.people_reached:,} if all goes as planned" in said
    shown = [float(cell) for cell in re.findall(r"third caught.*?<b>.*?([\d.]+) %", page)]
    assert shown == sorted((round(100 * fate.caught_inside, 1) for fate in drawn.convoys), reverse=True)


def test_a_selected_convoy_has_its_plan_b(site: Door, readers: dict[Role, Browser]) -> None:
    record = get_plan(site.store, "latest", "two-rivers")
    plans = find_plans_b(record.plan.convoys, record.snapshot)
    assert plans, "some convoy of the example passes a gate"
    for convoy in record.plan.convoys:
        said = text_of(readers[Role.COORDINATOR].get(f"/plans/latest/futures?sel=convoy:{convoy.id}").text)
        found = plans.get(convoy.id)
        if found is None:
            assert "It passes no gate" in said
        elif found.day is None:
            assert "there is no other way" in said
            assert found.reason in said.replace("&#39;", "'")
        else:
            assert "were closed:" in said
            assert "people fewer" in said or "as many people" in said


@pytest.mark.parametrize("query", ["", "?sel=convoy:c1"])
def test_only_who_may_read_plans_sees_it(readers: dict[Role, Browser], query: str) -> None:
    codes = {role: readers[role].get(f"/plans/latest/futures{query}").status_code for role in Role}
    assert codes[Role.PARTNER] == codes[Role.ADMIN] == 403
    assert codes[Role.COORDINATOR] == codes[Role.ANALYST] != 403


def test_a_convoy_that_is_not_there_is_not_found(readers: dict[Role, Browser]) -> None:
    assert readers[Role.ANALYST].get("/plans/latest/futures?sel=convoy:no-such").status_code == 404
