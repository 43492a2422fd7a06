"""Reports on the page: previews for the house, review by a second person, and for partners what is released to them."""

import csv
import io
import zipfile
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from planner.domain.denials import list_denials, parse_period
from planner.domain.releases import Recipient
from planner.domain.rights import Role
from planner.partners.signing import Signer, check_bundle
from planner.services import accounts, sign_ins
from planner.services.crises import load_world
from planner.services.outbox import put_recipient
from tests.web.doors import Browser, Door, hidden
from tests.web.released import SIGNER, release_one
from web.desk import KEY

pytest_plugins = ["tests.web.site_fixtures"]
PERIOD = "2031-04"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def later(site: Door) -> Door:
    """The site some weeks after the failures of its log, with a key to sign with."""
    desk = site.app.extensions[KEY]
    desk.situation_at += 40 * 86_400
    desk.signer = lambda: SIGNER
    return site


def internal_words(door: Door) -> set[str]:
    """Return what no partner may read: gates, sources, stated reasons and movements of the failures."""
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


@pytest.mark.parametrize("kind", ["denials", "register", "monthly", "activities"])
def test_the_house_previews_each_report_for_each_tier(later: Door, kind: str) -> None:
    browser = later.signed_in("analyst")
    for tier in ("T1", "T2", "T3"):
        page = browser.get(f"/reports?kind={kind}&period={PERIOD}&tier={tier}")
        assert page.status_code == 200
        assert "What they would read" in page.text


def test_a_preview_for_partners_holds_nothing_of_the_record(later: Door) -> None:
    page = later.signed_in("analyst").get(f"/reports?period={PERIOD}&tier=T1").text
    told = page.partition("What they would read")[2].partition("</section>")[0]

    assert "facilitation letter missing" in told
    assert not [word for word in internal_words(later) if word in told]
    assert "Rows that each tier would read:" in page


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv", "json", "geojson", "kml"])
def test_each_file_taken_out_is_on_record(later: Door, kind: str) -> None:
    browser = later.signed_in("coordinator")
    page = browser.get(f"/reports?period={PERIOD}").text
    sent = {**hidden(page, "/reports/download"), "format": kind, "language": "ar"}

    answer = browser.client.post("/reports/download", data=sent)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="denials-{PERIOD}-T1.{kind}"'
    assert list(later.audit())[-1] == "export"


def test_a_partner_cannot_take_out_what_was_not_released(later: Door) -> None:
    browser = later.signed_in("partner")
    token = hidden(browser.get("/account").text, "/sign-out")["csrf_token"]
    sent = {"csrf_token": token, "kind": "denials", "period": PERIOD, "tier": "T3", "format": "csv"}

    assert browser.client.post("/reports/download", data=sent).status_code == 403
    assert browser.client.post("/reports/drafts", data=sent).status_code == 403


@pytest.mark.parametrize("period", ["2031-13", "soon", "2099-01", "../x"])
def test_a_period_that_is_none_is_said_beside_its_field(readers: dict[Role, Browser], period: str) -> None:
    page = readers[Role.COORDINATOR].get("/reports", query_string={"period": period}).text

    assert 'id="complaint-period"' in page


# ---- From draft to the partner


def test_a_report_is_drafted_reviewed_by_another_and_released_to_its_tier(later: Door) -> None:
    analyst, coordinator, partner = (later.signed_in(name) for name in ("analyst", "coordinator", "partner"))
    drafted = analyst.send(f"/reports?period={PERIOD}", "/reports/drafts")
    assert drafted.status_code == 303
    where = drafted.headers["Location"].partition("?")[0]
    assert "somebody else reviews it" in analyst.get(where).text
    assert partner.get(where).status_code == 404
    assert "No report was released to you yet." in partner.get("/reports").text

    assert coordinator.send(where, f"{where}/review", verdict="approved").status_code == 303
    assert analyst.client.post(f"{where}/release", data={}).status_code in {400, 403}
    assert coordinator.send(where, f"{where}/release").status_code == 303

    page = partner.get("/reports").text
    assert "Access denials" in page
    assert "Drafted by" not in partner.get(where).text
    rows = list(csv.reader(io.StringIO(partner.get(f"{where}/files/denials-{PERIOD}-T1.csv").text)))
    assert len(rows) == 4
    assert list(later.audit())[-1] == "fetch report"
    assert not [word for word in internal_words(later) if word in page + partner.get(where).text]


def test_a_partner_reads_its_organisations_tier_and_no_other(later: Door) -> None:
    mine, other = release_one(later, "T2"), release_one(later, "T1")
    partner = later.signed_in("partner")
    assert (partner.get(f"/reports/{mine}").status_code, partner.get(f"/reports/{other}").status_code) == (404, 200)
    account = accounts.get_account(later.store, "partner").id
    awg = Recipient(
        id="awg", organisation="AWG", email=None, tier="T2", language="en", formats=("pdf",), account=account
    )
    put_recipient(later.store, "two-rivers", awg, by="nour", at=later.clock())
    assert (partner.get(f"/reports/{mine}").status_code, partner.get(f"/reports/{other}").status_code) == (200, 404)


def test_the_bundle_of_the_page_holds(later: Door, tmp_path: Path) -> None:
    number = release_one(later, "T1")
    content = later.signed_in("partner").get(f"/reports/{number}/bundle").data
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert check_bundle(files, SIGNER.public_key)["report"] == number
    assert isinstance(SIGNER, Signer)
    assert tmp_path.exists()


# ---- The feed


def token(door: Door, username: str) -> str:
    account = accounts.get_account(door.store, username)
    return sign_ins.make_token(door.store, account.id, "feed", 30, door.clock()).token


def test_a_feed_reader_reads_released_reports_of_its_tier(later: Door) -> None:
    mine, _other = release_one(later, "T1"), release_one(later, "T2")
    client = later.app.test_client()
    asked = client.get("/api/v1/feed.atom")
    assert asked.status_code == 401
    assert asked.headers["WWW-Authenticate"].startswith("Basic")

    answer = client.get("/api/v1/feed.atom", auth=("feed", token(later, "partner")))

    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    root = fromstring(answer.data)  # noqa: S314 - our own feed
    (entry,) = root.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:qafila:two-rivers:report:{mine}"
    assert all(root.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    links = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "enclosure"]
    fetched = client.get(links[0].get("href", ""), auth=("feed", token(later, "partner")))
    assert (fetched.status_code, str(len(fetched.data))) == (200, links[0].get("length"))
    assert list(later.audit())[-3:].count("fetch report") == 1
    assert "fetch" in list(later.audit())


def test_the_feed_as_json_tells_the_same(later: Door) -> None:
    mine = release_one(later, "T1")
    headers = {"Authorization": f"Bearer {token(later, 'partner')}"}
    told = later.app.test_client().get("/api/v1/feed", headers=headers).get_json()
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in told["items"]] == [f"urn:qafila:two-rivers:report:{mine}"]


def test_a_token_that_is_revoked_or_wrong_opens_no_feed(later: Door) -> None:
    client = later.app.test_client()
    for wrong in ("", "x", "qafila_" + "A" * 43):
        assert client.get("/api/v1/feed.atom", auth=("feed", wrong)).status_code == 401
    good = token(later, "partner")
    accounts.disable_account(later.store, "partner", actor="setup", at=later.clock())
    assert client.get("/api/v1/feed.atom", auth=("feed", good)).status_code == 401
