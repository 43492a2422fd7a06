"""Sweeps on the page: asked for as a file, followed, stopped and resumed, shown as heat map, table and CSV."""

import pytest

from planner import jobs
from planner.domain.rights import Role
from planner.services.scenarios import list_examples
from planner.store.records import RunId
from tests.planner.store.examples import plan_for
from tests.web.doors import Browser, Door

pytest_plugins = ["tests.web.site_fixtures"]
EXAMPLE = next(iter(list_examples("two-rivers", "sweeps")))
SMALL = EXAMPLE.text.replace('every = "12 h"', 'every = "60 h"').replace("[-15, -10, -5, 0]", "[-15, 0, 5]")


@pytest.mark.parametrize("address", ["/what-if/sweeps", f"/what-if/sweeps?example={EXAMPLE.name}"])
def test_only_who_plans_sweeps(readers: dict[Role, Browser], address: str) -> None:
    answers = {role: readers[role].get(address).status_code for role in Role}
    assert answers == {Role.COORDINATOR: 200, Role.ANALYST: 200, Role.PARTNER: 403, Role.ADMIN: 403}


def test_mistakes_in_a_sweep_are_said_and_too_many_scenarios_refused(readers: dict[Role, Browser]) -> None:
    wrong = readers[Role.ANALYST].send("/what-if/sweeps", text=EXAMPLE.text.replace("river-truce", "nobodys"))
    many = EXAMPLE.text.replace('every = "12 h"', 'every = "10 min"')
    too_many = readers[Role.ANALYST].send("/what-if/sweeps", text=many)
    assert (wrong.status_code, "no ceasefire" in wrong.text) == (422, True)
    assert (too_many.status_code, "more than the 500 that a page queues" in too_many.text) == (422, True)


def work(site: Door, most: int) -> list[RunId]:
    """Answer some of what waits, with more people each time."""
    people = iter(range(1_000, 9_000, 1_000))
    done = []
    for _ in range(most):
        run = jobs.work_once(
            site.store, lambda s, _: plan_for(site.store.save_snapshot(s), people=next(people)), "w", site.clock
        )
        if run is not None:
            done.append(run)
    return done


def test_a_sweep_is_followed_stopped_resumed_and_read(site: Door) -> None:
    browser = site.signed_in("analyst")
    asked = browser.send("/what-if/sweeps", text=SMALL, base="latest")
    assert asked.status_code == 303
    where = asked.headers["Location"]
    waiting = browser.get(where).text
    assert "data-poll" in waiting
    assert "6 scenarios" in waiting
    assert "0 of 6 solved" in browser.get(f"{where}/progress").text

    assert len(work(site, 2)) == 2
    assert browser.send(where, f"{where}/stop").status_code == 303
    assert "4 stopped" in browser.get(where).text
    assert work(site, 1) == []
    assert browser.send(where, f"{where}/resume").status_code == 303
    assert len(work(site, 9)) == 4

    shown = browser.get(where).text
    assert "data-poll" not in shown
    assert shown.count('class="square s') == 6
    assert shown.count('type="checkbox" name="with"') == 6
    assert "Sites served" in browser.get(f"{where}?show=sites_served&down=trucks&across=end").text
    table = browser.get(f"{where}.csv")
    assert table.mimetype == "text/csv"
    assert table.text.startswith("\ufeffnumber,$end,$trucks,people_reached,people_gained")
    assert len(table.text.strip().splitlines()) == 7
    assert "done" in browser.get("/what-if/sweeps").text
    assert browser.get("/what-if/sweeps/99").status_code == 404
    assert browser.get("/runs").text.count("/runs/") < 6  # its runs are told of here
