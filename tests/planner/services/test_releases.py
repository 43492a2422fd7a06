"""Reports go out after a second person's word, signed, once to each; what is released never changes."""

import io
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import text

from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.releases import Recipient, Release
from planner.domain.world import World
from planner.partners.mail import MailServer
from planner.partners.report import Tier
from planner.partners.signing import Signer, check_bundle
from planner.services import releases
from planner.services.crises import load_seed, load_world
from planner.services.evidence import record
from planner.services.outbox import end_recipient, list_letters, put_recipient, retry_letter, send_what_waits
from planner.services.releases import Reader
from planner.services.reports import Wanted
from planner.store.records import ChangedMeanwhile
from planner.store.store import Store
from routing.units import DAY, Instant, parse_instant
from tests.planner.post_office import PostOffice, open_post_office

pytest_plugins = ["tests.database_fixtures"]
NOW: Instant = 1_937_034_000
"""20 May 2031, 10:00 in the zone of Two Rivers."""
SIGNER = Signer(seed=bytes(range(32)))
HOUSE = Reader(id="nour", tier=None)
OCHA = Recipient(
    id="ocha", organisation="OCHA", email="desk@example.org", tier="T1", language="en", formats=("pdf", "csv"),
    account=None,
)  # fmt: skip


@pytest.fixture
def loaded(store: Store) -> World:
    return load_seed(store, "two-rivers", actor="nour", at=NOW)


def drafted(store: Store, world: World, tier: Tier = "T1", **more: int) -> Release:
    wanted = Wanted(kind="denials", subject="2031-04", tier=tier)
    return releases.draft_release(store, world, wanted, by="nour", at=NOW, now=NOW, **more)


def released(store: Store, world: World, tier: Tier = "T1", **more: int) -> Release:
    draft = drafted(store, world, tier, **more)
    releases.review_release(store, "two-rivers", draft.id, "approved", by="samir", at=NOW)
    return releases.release(store, world, draft.id, SIGNER, by="samir", at=NOW, now=NOW)


def mail(office: PostOffice) -> MailServer:
    return MailServer(scheme="smtp+plain", host="127.0.0.1", port=office.port, sender="reports@example.org")


def send(store: Store, office: PostOffice, at: Instant = NOW) -> int:
    server = mail(office)
    return send_what_waits(
        store, "two-rivers", server, sender=server.sender, public_key=SIGNER.public_key, clock=lambda: at
    )


def test_a_report_goes_from_draft_by_a_second_person_to_a_signed_bundle(store: Store, loaded: World) -> None:
    draft = drafted(store, loaded)
    assert draft.state == "draft"
    assert {f.name.rpartition(".")[2] for f in draft.files} == {"pdf", "xlsx", "csv", "json", "geojson", "kml"}
    with pytest.raises(Refused, match="not approved"):
        releases.release(store, loaded, draft.id, SIGNER, by="samir", at=NOW, now=NOW)
    with pytest.raises(Refused, match="A second person reviews it"):
        releases.review_release(store, "two-rivers", draft.id, "approved", by="nour", at=NOW)
    releases.review_release(store, "two-rivers", draft.id, "approved", by="samir", at=NOW)
    done = releases.release(store, loaded, draft.id, SIGNER, by="nour", at=NOW, now=NOW)
    assert (done.state, done.reviewed_by) == ("released", "samir")

    content = releases.fetch_bundle(store, "two-rivers", done.id, HOUSE, at=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert check_bundle(files, SIGNER.public_key)["subject"] == "2031-04"
    assert set(files) == {*(f.name for f in done.files), "manifest.json", "manifest.sig"}
    changed = next(name for name in files if name.endswith(".csv"))
    with pytest.raises(BadInput, match="not the one that was signed"):
        check_bundle({**files, changed: files[changed] + b" "}, SIGNER.public_key)
    with pytest.raises(BadInput, match="not signed with this key"):
        check_bundle({**files, "manifest.json": files["manifest.json"].replace(b"T1", b"T0")}, SIGNER.public_key)
    with pytest.raises(BadInput, match="not signed with this key"):
        check_bundle(files, Signer(seed=bytes(32)).public_key)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE report SET subject = 'x'", "UPDATE report SET state = 'discarded', manifest = NULL",
        "UPDATE report SET review_note = 'x'", "DELETE FROM report", "UPDATE report_file SET content = '1'",
        "DELETE FROM report_file", "DELETE FROM outbox",
    ],
)  # fmt: skip
def test_the_database_itself_keeps_what_is_released(store: Store, loaded: World, statement: str) -> None:
    put_recipient(store, "two-rivers", OCHA, by="nour", at=NOW)
    released(store, loaded)
    with pytest.raises(ChangedMeanwhile, match="kept as they were written"), store.writing() as unit:
        unit._session.execute(text(statement))


def test_a_report_is_superseded_never_edited(store: Store, loaded: World) -> None:
    first = released(store, loaded)
    second = released(store, loaded, supersedes=first.id)
    listed = {r.id: r.superseded_by for r in releases.list_for(store, "two-rivers", HOUSE)}
    assert listed == {first.id: second.id, second.id: None}
    with pytest.raises(Refused, match="superseded by"):
        drafted(store, loaded, supersedes=first.id)
    with pytest.raises(Refused, match="this one is denials for T2"):
        drafted(store, loaded, "T2", supersedes=second.id)


def test_a_returned_report_is_not_released_and_says_why(store: Store, loaded: World) -> None:
    draft = drafted(store, loaded)
    with pytest.raises(BadInput, match="with a reason"):
        releases.review_release(store, "two-rivers", draft.id, "returned", by="samir", at=NOW)
    back = releases.review_release(store, "two-rivers", draft.id, "returned", by="samir", at=NOW, note="figures")
    assert (back.state, back.review_note) == ("returned", "figures")
    with pytest.raises(Refused, match="is returned, not approved"):
        releases.release(store, loaded, draft.id, SIGNER, by="samir", at=NOW, now=NOW)
    assert releases.discard_release(store, "two-rivers", draft.id, by="nour", at=NOW).state == "discarded"


def test_a_consent_taken_back_after_the_draft_stops_the_release(store: Store, loaded: World) -> None:
    draft = drafted(store, loaded)
    releases.review_release(store, "two-rivers", draft.id, "approved", by="samir", at=NOW)
    no = {"kind": "sharing", "movement": "kessa-01", "consent": False, "source": "them",
          "valid_from": "2031-05-19", "learned_at": "2031-05-19"}  # fmt: skip
    record(store, loaded, no, actor="nour", at=NOW)
    with pytest.raises(Refused, match="a consent taken back"):
        releases.release(store, load_world(store, "two-rivers"), draft.id, SIGNER, by="samir", at=NOW, now=NOW)


def test_what_is_empty_or_for_the_road_is_not_released(store: Store, loaded: World) -> None:
    early = parse_instant("2031-04-13T10:00+03:00", loaded.catalogue.crisis.tz)
    wanted = Wanted(kind="denials", subject="2031-04-12", tier="T1")
    with pytest.raises(BadInput, match="nothing to release"):
        releases.draft_release(store, loaded, wanted, by="nour", at=NOW, now=early)
    with pytest.raises(BadInput, match="for the road"):
        releases.draft_release(store, loaded, replace(wanted, kind="sheet", tier="T3"), by="n", at=NOW, now=NOW)


def test_a_partner_sees_released_reports_of_its_tier_alone(store: Store, loaded: World) -> None:
    mine, other, draft = released(store, loaded, "T1"), released(store, loaded, "T2"), drafted(store, loaded, "T1")
    partner = Reader(id="partner", tier="T1")
    assert [r.id for r in releases.list_for(store, "two-rivers", partner)] == [mine.id]
    for number in (other.id, draft.id, 999):
        with pytest.raises(NotFound, match=f"No report {number}"):
            releases.get_for(store, "two-rivers", number, partner)
        with pytest.raises(NotFound):
            releases.fetch_file(store, "two-rivers", number, mine.files[0].name, partner, at=NOW)
    releases.fetch_file(store, "two-rivers", mine.id, mine.files[0].name, partner, at=NOW)
    with store.reading() as unit:
        last = unit.list_audit(limit=1)[0]
    assert (last.actor, last.action, last.detail["file"]) == ("partner", "fetch report", mine.files[0].name)


# ---- The outbox


def test_each_recipient_of_the_tier_gets_the_report_once(store: Store, loaded: World) -> None:
    for one in (
        OCHA, replace(OCHA, id="wfp", email="wfp@example.org", language="ar"), replace(OCHA, id="icrc", email=None),
        replace(OCHA, id="unsc", tier="T2", email="unsc@example.org"),
    ):  # fmt: skip
        put_recipient(store, "two-rivers", one, by="nour", at=NOW)
    done = released(store, loaded)
    with open_post_office() as office:
        assert send(store, office) == 2
        assert send(store, office, NOW + DAY) == 0
        assert {to: len(box) for to, box in office.boxes.items()} == {"desk@example.org": 1, "wfp@example.org": 1}
        (message,) = office.boxes["wfp@example.org"].values()
    names = [part.get_filename() for part in message.walk() if part.get_filename()]
    assert names == ["denials-2031-04-T1-ar.pdf", "denials-2031-04-T1.csv", "manifest.json", "manifest.sig"]
    attached = {p.get_filename(): p.get_payload(decode=True) for p in message.walk() if p.get_filename()}
    assert attached["manifest.json"] == (done.manifest or "").encode()
    assert [letter.state for letter in list_letters(store, "two-rivers")] == ["sent", "sent"]
    with pytest.raises(ChangedMeanwhile), store.writing() as unit:
        unit._session.execute(text("UPDATE outbox SET state = 'queued', sent_at = NULL"))


def test_a_restricted_report_is_announced_and_not_attached(store: Store, loaded: World) -> None:
    put_recipient(store, "two-rivers", replace(OCHA, tier="T3"), by="nour", at=NOW)
    released(store, loaded, "T3")
    with open_post_office() as office:
        send(store, office)
        (message,) = office.handed_in
    assert not message.is_multipart()
    assert "sign in and fetch it" in str(message.get_payload())


def test_a_refusal_is_tried_again_later_and_a_final_one_put_aside(store: Store, loaded: World) -> None:
    put_recipient(store, "two-rivers", OCHA, by="nour", at=NOW)
    released(store, loaded)
    with open_post_office() as office:
        office.refuses["desk@example.org"] = "451 later"
        assert send(store, office) == 1
        (letter,) = list_letters(store, "two-rivers")
        assert (letter.state, letter.attempt, letter.next_at - NOW) == ("queued", 1, 60)
        assert send(store, office, NOW + 59) == 0
        send(store, office, NOW + 60)
        assert list_letters(store, "two-rivers")[0].next_at == NOW + 60 + 120
        office.refuses["desk@example.org"] = "550 nobody here"
        send(store, office, NOW + DAY)
        assert list_letters(store, "two-rivers")[0].state == "failed"
        assert send(store, office, NOW + 2 * DAY) == 0
        office.refuses.clear()
        retry_letter(store, "two-rivers", letter.id, by="nour", at=NOW + 2 * DAY)
        send(store, office, NOW + 2 * DAY)
        assert list_letters(store, "two-rivers")[0].state == "sent"


def test_who_was_removed_gets_nothing_more_and_the_address_is_gone(store: Store, loaded: World) -> None:
    put_recipient(store, "two-rivers", OCHA, by="nour", at=NOW)
    released(store, loaded)
    end_recipient(store, "two-rivers", "ocha", by="nour", at=NOW)
    with open_post_office() as office:
        send(store, office)
        assert office.handed_in == []
    with store.reading() as unit:
        assert unit.get_recipient("two-rivers", "ocha").email is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "a@b\r\nBcc: x@y.z"}, "no e-mail address"),
        ({"id": "O C"}, "no id"),
        ({"organisation": "a\nb"}, "name"),
    ],
)
def test_a_recipient_that_would_bend_a_header_is_refused(changes: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        replace(OCHA, **changes)  # type: ignore[arg-type] # fields by name
