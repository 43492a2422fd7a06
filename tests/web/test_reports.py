"""Reports on the page: a preview for those who report, redacted rows alone for partners, every file on record."""

import csv
import io

import pytest

from planner.domain.denials import list_denials, parse_period
from planner.domain.rights import Role
from planner.services.crises import load_world
from tests.web.doors import Browser, Door, hidden
from web.desk import KEY

pytest_plugins = ["tests.web.site_fixtures"]
PERIOD = "2031-04"


@pytest.fixture
def later(site: Door) -> Door:
    """The site some weeks after the failures of its log."""
    site.app.extensions[KEY].situation_at += 40 * 86_400
    return site


def internal_words(door: Door) -> set[str]:
    """Return what no partner may read: gates, sites, sources, stated reasons and movements of the failures."""
    world = load_world(door.store, "two-rivers")
    denials = list_denials(world, parse_period(PERIOD, world.catalogue.crisis.tz), world.head)
    assert denials
    words = {
        word
        for d in denials
        for word in (d.gate, d.movement.id, d.movement.name, d.movement.site, d.stated_reason, *d.sources)
    }
    return {word for word in words if word}


@pytest.mark.parametrize("role", list(Role))
def test_who_reports_and_who_is_told(readers: dict[Role, Browser], role: Role) -> None:
    expected = 403 if role is Role.ADMIN else 200

    assert readers[role].get("/reports").status_code == expected


def test_a_partner_reads_redacted_rows_and_nothing_of_the_record(later: Door) -> None:
    page = later.signed_in("partner").get(f"/reports?period={PERIOD}").text

    assert "amrf code" in page
    assert not [word for word in internal_words(later) if word in page]


def test_whoever_reports_sees_the_record_beside_the_preview(later: Door) -> None:
    page = later.signed_in("analyst").get(f"/reports?period={PERIOD}&tier=T2").text

    assert "What is on record here" in page
    assert all(name in page for name in ("checkpoint", "stated reason"))


def test_a_partner_who_asks_for_more_gets_the_partners_tier(later: Door) -> None:
    browser = later.signed_in("partner")
    page = browser.get(f"/reports?period={PERIOD}").text
    sent = {**hidden(page, "/reports/download"), "period": PERIOD, "tier": "T3", "format": "csv"}

    answer = browser.client.post("/reports/download", data=sent)

    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="denials-{PERIOD}-T1.csv"'
    assert "sources" not in rows[0]
    assert not [word for word in internal_words(later) if word in answer.text]


@pytest.mark.parametrize("kind", ["csv", "json", "pdf"])
def test_each_file_taken_out_is_on_record(later: Door, kind: str) -> None:
    browser = later.signed_in("coordinator")
    page = browser.get(f"/reports?period={PERIOD}").text
    sent = {**hidden(page, "/reports/download"), "format": kind}

    assert browser.client.post("/reports/download", data=sent).status_code == 200
    assert list(later.audit())[-1] == "export"
    assert "T1" in browser.get("/reports").text


@pytest.mark.parametrize("period", ["2031-13", "soon", "2099-01", "../x"])
def test_a_period_that_is_none_is_said_beside_its_field(readers: dict[Role, Browser], period: str) -> None:
    page = readers[Role.COORDINATOR].get("/reports", query_string={"period": period}).text

    assert 'id="complaint-period"' in page
