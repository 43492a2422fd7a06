"""Needs and supply on the page: shown by source, edited under a version, brought in after a preview."""

import re

import pytest

from planner.domain.needs import Site
from planner.domain.rights import Role
from planner.domain.supply import StockBatch
from tests.web.doors import Browser, Door, hidden

pytest_plugins = ["tests.web.site_fixtures"]
SITE = "kessa"


def versions(door: Door) -> dict[str, int]:
    with door.store.reading() as read:
        return {key: stored.version for key, stored in read.list_versioned("two-rivers", StockBatch).items()}


@pytest.mark.parametrize("address", ["/needs", f"/needs/{SITE}", "/supply", "/needs?listing=besieged&order=people"])
@pytest.mark.parametrize("role", list(Role))
def test_only_the_operation_reads_them(readers: dict[Role, Browser], role: Role, address: str) -> None:
    allowed = role in {Role.COORDINATOR, Role.ANALYST}

    assert readers[role].get(address).status_code == (200 if allowed else 403)


@pytest.mark.parametrize(
    "address", ["/needs/import", "/supply/rows/stock/edit", "/needs/rows/need/edit", "/supply/import"]
)
def test_only_coordinators_edit_them(readers: dict[Role, Browser], address: str) -> None:
    answers = {role: readers[role].get(address).status_code for role in Role}

    assert answers == {Role.COORDINATOR: 200, Role.ANALYST: 403, Role.PARTNER: 403, Role.ADMIN: 403}


def test_a_site_that_is_not_there_is_said_so(readers: dict[Role, Browser]) -> None:
    assert readers[Role.COORDINATOR].get("/needs/nowhere").status_code == 404
    assert readers[Role.COORDINATOR].get("/supply/rows/stock/edit?id=nowhere").status_code == 404


def people_of(door: Door) -> dict[str, int]:
    with door.store.reading() as read:
        return {f.source: f.people for f in read.get_reference("two-rivers", Site, SITE).row.people}


def test_a_figure_of_another_source_is_added_beside_the_others(site: Door) -> None:
    browser = site.signed_in("coordinator")
    before = people_of(site)

    fields = _typed(browser) | {"source_new": "town council", "people_new": "12,345"}
    answer = browser.send(f"/needs/{SITE}", f"/needs/{SITE}/edit", **fields)

    assert answer.status_code == 303
    assert people_of(site) == before | {"town council": 12_345}
    assert "town council" in browser.get(f"/needs/{SITE}").text


def _typed(browser: Browser) -> dict[str, str]:
    """Return the site's form as it stands, filled."""
    page = browser.get(f"/needs/{SITE}").text
    form = page[page.index('class="site-form"') :]
    values = dict(re.findall(r'name="(\w+)" type="(?:number|datetime-local)"[^>]* value="([^"]*)"', form))
    return values | dict(re.findall(r'name="(severity|offload_trucks_per_hour|storage_kg)"[^>]* value="([^"]*)"', form))


def test_every_mistake_is_said_beside_its_field_and_nothing_is_saved(site: Door) -> None:
    browser = site.signed_in("coordinator")
    before = people_of(site)

    wrong = _typed(browser) | {"severity": "9", "offload_trucks_per_hour": "many", "people_new": "5", "source_new": ""}
    answer = browser.send(f"/needs/{SITE}", f"/needs/{SITE}/edit", **wrong)

    assert answer.status_code == 422
    for name in ("severity", "offload_trucks_per_hour", "source_new"):
        assert f'id="complaint-{name}"' in answer.text
    assert people_of(site) == before


def test_of_two_who_edit_the_same_site_the_second_sees_both_values(site: Door) -> None:
    first, second = site.signed_in("coordinator"), site.signed_in("coordinator")
    page = second.get(f"/needs/{SITE}").text
    stale = _typed(second) | {"severity": "2"}

    done = first.send(f"/needs/{SITE}", f"/needs/{SITE}/edit", **(_typed(first) | {"severity": "5"}))
    late = second.client.post(f"/needs/{SITE}/edit", data={**hidden(page, f"/needs/{SITE}/edit"), **stale})

    assert done.status_code == 303
    assert late.status_code == 409
    assert "<td>5</td><td>2</td>" in late.text
    again = second.client.post(f"/needs/{SITE}/edit", data={**hidden(late.text, f"/needs/{SITE}/edit"), **stale})
    assert again.status_code == 303
    with site.store.reading() as read:
        assert read.get_reference("two-rivers", Site, SITE).row.severity == 2


def new_stock(**more: str) -> dict[str, str]:
    return {
        "hub": "ordan", "commodity": "food-ration", "batch": "x1", "units": "50", "start": "2031-04-01T00:00",
        "end": "", "source": "waybill 7", **more,
    }  # fmt: skip


def choices(door: Door) -> dict[str, str]:
    with door.store.reading() as read:
        batch = read.list_reference("two-rivers", StockBatch)[0]
    return {"hub": batch.hub, "commodity": batch.commodity}


def test_the_same_form_sent_twice_adds_one_batch(site: Door) -> None:
    browser = site.signed_in("coordinator")
    page = browser.get("/supply/rows/stock/edit").text
    sent = {**hidden(page, "/supply/rows/stock/edit"), **new_stock(**choices(site))}
    before = set(versions(site))

    answers = [browser.client.post("/supply/rows/stock/edit", data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    (new,) = set(versions(site)) - before
    assert versions(site)[new] == 1


def test_a_batch_is_edited_and_removed_and_the_audit_says_by_whom(site: Door) -> None:
    browser = site.signed_in("coordinator")
    row_id = next(iter(versions(site)))
    edit = f"/supply/rows/stock/edit?id={row_id}"
    page = browser.get(edit).text
    changed = {**hidden(page, edit), "units": "77", "start": "2031-04-01T00:00", "end": "", "source": "count"}
    assert browser.client.post(edit, data=changed).status_code == 303
    assert versions(site)[row_id] == 2

    page, remove = browser.get(edit).text, f"/supply/rows/stock/remove?id={row_id}"
    assert browser.client.post(remove, data=hidden(page, remove)).status_code == 303
    assert row_id not in versions(site)
    assert list(site.audit())[-2:] == ["edit", "remove"]


TABLE = "site,commodity,units,needed_from,needed_until,source,synthetic\n"


def test_a_table_is_shown_first_and_brought_in_as_shown(site: Door) -> None:
    browser = site.signed_in("coordinator")
    commodity = choices(site)["commodity"]
    row = f"{SITE},{commodity},321,2031-05-01,2031-06-01,assessment,no\n"

    preview = browser.send("/needs/import", table=TABLE + row)
    assert preview.status_code == 200
    assert "assessment" not in browser.get(f"/needs/{SITE}").text
    confirm = {**hidden(preview.text, "/needs/import"), "table": TABLE + row}
    done = browser.client.post("/needs/import", data=confirm)

    assert done.status_code == 303
    assert "assessment" in browser.get(f"/needs/{SITE}").text


def test_a_table_with_mistakes_names_each_row_and_stores_nothing(site: Door) -> None:
    browser = site.signed_in("coordinator")
    rows = "nowhere,food,1,2031-05-01,2031-06-01,x,no\nkessa,nothing,-5,2031-05-01,2031-04-01,x,no\n"

    answer = browser.send("/needs/import", table=TABLE + rows)

    assert answer.status_code == 422
    assert "row 2" in answer.text
    assert "row 3" in answer.text


def test_a_preview_of_records_that_have_changed_is_not_done(site: Door) -> None:
    browser = site.signed_in("coordinator")
    row = f"{SITE},{choices(site)['commodity']},321,2031-05-01,2031-06-01,assessment,no\n"
    preview = browser.send("/needs/import", table=TABLE + row)
    confirm = {**hidden(preview.text, "/needs/import"), "table": TABLE + row, "seen": "another digest"}

    assert browser.client.post("/needs/import", data=confirm).status_code == 409


def test_units_are_said_in_arabic_too(readers: dict[Role, Browser]) -> None:
    page = readers[Role.COORDINATOR].get("/supply?lang=ar").text

    assert re.search(r'<bdi class="n">[\d,.]+ طن</bdi>', page)
    assert re.search(r'<bdi class="n">[\d,.]+ م³</bdi>', page)
    assert re.search(r'<bdi class="n">\d+ د</bdi>', page)
    assert not re.search(r'dir="ltr">[\d,.]+ (t|m³|min)<', page)


def test_a_page_that_is_not_there_is_not_called_a_plan_not_found(readers: dict[Role, Browser]) -> None:
    page = readers[Role.COORDINATOR].get("/needs/nowhere?lang=ar").text

    assert "لا يوجد شيء كهذا" in page
    assert "لم يُعثر على حل" not in page


def test_a_list_left_unchosen_comes_back_unchosen(readers: dict[Role, Browser]) -> None:
    page = readers[Role.COORDINATOR].send("/supply/rows/stock/edit", hub="", commodity="", batch="x", units="1").text

    assert '<option value="" selected>choose</option>' in page
