"""The API's part on reports: what a tier would read, drafts and release, files, and the feed of a partner."""

from http import HTTPStatus
from typing import Any, Final, Literal
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask import Blueprint, Response, g, jsonify, url_for
from pydantic import Field

from planner.domain.releases import Release
from planner.partners.report import Kind, Tier
from planner.partners.signing import MANIFEST
from planner.partners.tables import body_of
from planner.partners.writers import MEDIA
from planner.services import outbox, releases
from planner.services.reports import Wanted, make_report
from planner.services.sign_ins import note_fetch
from routing.units import format_instant
from web.api.described import Document, Strict, answers, api, files
from web.desk import the_desk
from web.forms import do_once_json
from web.frame import read_moment
from web.report_preview import kind_name
from web.rights import Right, needs
from web.roles import reader

page = Blueprint("reports", __name__)
ATOM: Final = "http://www.w3.org/2005/Atom"


@page.after_request
def ask_for_a_token(answer: Response) -> Response:
    """Tell a feed reader that came without a token how to send one: as the password."""
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Basic realm="qafila", charset="UTF-8"'
    return answer


class PreviewQuery(Strict):
    """Which report, for whom, as of when."""

    kind: Kind
    subject: str = Field(max_length=60, description="A period, a plan's month, an event id, or a convoy.")
    tier: Tier = "T1"
    at: str | None = Field(None, max_length=40, description="As of this time; else now.")


class Draft(Strict):
    """A report that is to be released."""

    kind: Literal["denials", "incident", "monthly", "register", "activities"]
    subject: str = Field(min_length=1, max_length=60)
    tier: Tier
    supersedes: int | None = Field(None, ge=1, le=2**31 - 1)


class Review(Strict):
    """What a second person says of a draft."""

    verdict: Literal["approved", "returned"]
    note: str = Field("", max_length=2_000)


class Reports(Document):
    """Reports, newest first."""

    reports: list[dict[str, Any]]


@page.get("/reports/preview")
@needs(Right.REPORT)
@api.validate(resp=answers(), tags=["reports"])
def preview(query: PreviewQuery) -> Response:
    """Return a report as a tier would read it."""
    desk = the_desk()
    now = desk.now if query.at is None else read_moment(query.at)
    wanted = Wanted(kind=query.kind, subject=query.subject, tier=query.tier)
    return jsonify(body_of(make_report(desk.store, desk.world(), wanted, now=now, reader=g.me.id)))


@page.get("/reports")
@needs(Right.PARTNER)
@api.validate(resp=answers(Reports), tags=["reports"])
def reports() -> Response:
    """Return reports: to the house all that are on their way, to a partner those released to its tier."""
    desk, mine = the_desk(), reader()
    if mine.tier is None:
        rows = releases.list_house(desk.store, desk.crisis_id)
    else:
        rows = releases.list_for(desk.store, desk.crisis_id, mine)
    return jsonify(reports=[_json(row, house=mine.tier is None) for row in rows])


@page.post("/reports")
@needs(Right.REPORT)
@api.validate(resp=answers(status=201), tags=["reports"])
def draft(json: Draft) -> tuple[Response, int]:
    """Draft a report for review; sent again with the same `Idempotency-Key` it is drafted once."""
    desk = the_desk()
    wanted = Wanted(kind=json.kind, subject=json.subject, tier=json.tier)

    def deed() -> str:
        made = releases.draft_release(
            desk.store, desk.world(), wanted, by=g.me.id, at=desk.clock(), now=desk.now, supersedes=json.supersedes
        )
        return str(made.id)

    number = int(do_once_json(deed))
    return jsonify(_json(releases.get_release(desk.store, desk.crisis_id, number), house=True)), 201


@page.get("/reports/<int:number>")
@needs(Right.PARTNER)
@api.validate(resp=answers(), tags=["reports"])
def report(number: int) -> Response:
    """Return one report with the digests of its files, its manifest and its signature."""
    desk, mine = the_desk(), reader()
    found = releases.get_for(desk.store, desk.crisis_id, _small(number), mine)
    return jsonify(_json(found, house=mine.tier is None) | {"manifest": found.manifest, "signature": found.signature})


@page.post("/reports/<int:number>/review")
@needs(Right.REPORT)
@api.validate(resp=answers(), tags=["reports"])
def review(number: int, json: Review) -> Response:
    """Approve a draft that somebody else made, or return it with a reason."""
    desk = the_desk()
    done = releases.review_release(
        desk.store, desk.crisis_id, _small(number), json.verdict, by=g.me.id, at=desk.clock(), note=json.note
    )
    return jsonify(_json(done, house=True))


@page.post("/reports/<int:number>/release")
@needs(Right.PUBLISH)
@api.validate(resp=answers(), tags=["reports"])
def release(number: int) -> Response:
    """Sign and release an approved report; it goes to every recipient of its tier."""
    desk = the_desk()
    done = releases.release(
        desk.store, desk.world(), _small(number), desk.signer(), by=g.me.id, at=desk.clock(), now=desk.now
    )
    return jsonify(_json(done, house=True))


@page.post("/reports/<int:number>/discard")
@needs(Right.REPORT)
@api.validate(resp=answers(), tags=["reports"])
def discard(number: int) -> Response:
    """End a report that was not released."""
    desk = the_desk()
    gone = releases.discard_release(desk.store, desk.crisis_id, _small(number), by=g.me.id, at=desk.clock())
    return jsonify(_json(gone, house=True))


@page.get("/reports/<int:number>/files/<name>")
@needs(Right.PARTNER)
@files(*MEDIA.values())
@api.validate(resp=answers(), tags=["reports"], skip_validation=True)  # of the answer: it is no JSON
def file(number: int, name: str) -> Response:
    """Return a file of a report; who fetched it is put on record."""
    desk = the_desk()
    told, content = releases.fetch_file(desk.store, desk.crisis_id, _small(number), name, reader(), at=desk.clock())
    return _attached(content, told.name, told.media)


@page.get("/reports/<int:number>/bundle")
@needs(Right.PARTNER)
@files("application/zip")
@api.validate(resp=answers(), tags=["reports"], skip_validation=True)  # of the answer: it is no JSON
def bundle(number: int) -> Response:
    """Return a released report as one ZIP with manifest and signature; who fetched it is put on record."""
    desk = the_desk()
    content = releases.fetch_bundle(desk.store, desk.crisis_id, _small(number), reader(), at=desk.clock())
    return _attached(content, f"report-{number}.zip", "application/zip")


def _attached(content: bytes, name: str, media: str) -> Response:
    answer = Response(content, mimetype=media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page.get("/outbox")
@needs(Right.REPORT)
@api.validate(resp=answers(), tags=["reports"])
def letters() -> Response:
    """Return the letters of the outbox: what waits, what was sent, what was put aside and why."""
    desk = the_desk()
    return jsonify(
        letters=[
            {"letter": one.id, "report": one.release, "news": one.news and [*one.news],
             "recipient": one.recipient, "state": one.state,
             "attempts": one.attempt, "error": one.error, "next_at": format_instant(one.next_at, desk.zone),
             "sent_at": None if one.sent_at is None else format_instant(one.sent_at, desk.zone)}
            for one in outbox.list_letters(desk.store, desk.crisis_id)
        ]
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# The feed of a partner


@page.get("/feed")
@needs(Right.PARTNER)
@api.validate(resp=answers(), tags=["reports"])
def feed() -> Response:
    """Return the released reports of whoever's token it is as a JSON feed (jsonfeed.org 1.1)."""
    items = [
        {
            "id": f"urn:qafila:{row.crisis}:report:{row.id}",
            "url": url_for("api.reports.report", number=row.id, _external=True),
            "title": _title(row),
            "content_text": _told(row),
            "date_published": format_instant(row.released_at or 0, the_desk().zone),
            "attachments": [
                {"url": url_for("api.reports.file", number=row.id, name=f.name, _external=True), "mime_type": f.media,
                 "title": f.name, "size_in_bytes": f.size}
                for f in row.files
            ],
        }
        for row in _fed()
    ]  # fmt: skip
    here = url_for("api.reports.feed", _external=True)
    title = the_desk().crisis.name
    return jsonify(version="https://jsonfeed.org/version/1.1", title=title, feed_url=here, items=items)


@page.get("/feed.atom")
@needs(Right.PARTNER)
@files("application/atom+xml")
@api.validate(resp=answers(), tags=["reports"], skip_validation=True)  # of the answer: it is no JSON
def atom() -> Response:
    """Return the released reports of whoever's token it is as an Atom feed (RFC 4287)."""
    rows, zone = _fed(), the_desk().zone
    register_namespace("", ATOM)
    root = Element(f"{{{ATOM}}}feed")
    here = url_for("api.reports.atom", _external=True)
    _say(root, "id", here)
    _say(root, "title", the_desk().crisis.name)
    _say(root, "updated", format_instant(max((row.released_at or 0 for row in rows), default=0), zone))
    SubElement(root, f"{{{ATOM}}}link", rel="self", href=here)
    _say(SubElement(root, f"{{{ATOM}}}author"), "name", the_desk().crisis.name)
    for row in rows:
        entry = SubElement(root, f"{{{ATOM}}}entry")
        _say(entry, "id", f"urn:qafila:{row.crisis}:report:{row.id}")
        _say(entry, "title", _title(row))
        for name in ("published", "updated"):
            _say(entry, name, format_instant(row.released_at or 0, zone))
        _say(entry, "summary", _told(row))
        SubElement(
            entry, f"{{{ATOM}}}link", rel="alternate", href=url_for("api.reports.report", number=row.id, _external=True)
        )
        for f in row.files:
            where = url_for("api.reports.file", number=row.id, name=f.name, _external=True)
            SubElement(
                entry, f"{{{ATOM}}}link", rel="enclosure", href=where, type=f.media, length=str(f.size), title=f.name
            )
    return Response(
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8"), mimetype="application/atom+xml"
    )


def _say(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _fed() -> tuple[Release, ...]:
    """Return what the feed holds; that it was asked for is put on record. The house is fed what every tier gets."""
    desk, mine = the_desk(), reader()
    note_fetch(desk.store, g.me.id, what="feed", at=desk.clock())
    return releases.list_for(desk.store, desk.crisis_id, mine)


def _title(row: Release) -> str:
    return f"{kind_name(row.kind)} {row.subject} ({row.tier})"


def _told(row: Release) -> str:
    told = f"{len(row.files)} files; {MANIFEST} signed."
    if row.superseded_by is not None:
        return f"Superseded by report {row.superseded_by}. {told}"
    return told if row.supersedes is None else f"In place of report {row.supersedes}. {told}"


def _json(row: Release, *, house: bool) -> dict[str, Any]:
    zone = the_desk().zone

    def moment(at: int | None) -> str | None:
        return None if at is None else format_instant(at, zone)

    told: dict[str, Any] = {
        "report": row.id, "kind": row.kind, "subject": row.subject, "tier": row.tier, "state": row.state,
        "released_at": moment(row.released_at), "supersedes": row.supersedes, "superseded_by": row.superseded_by,
        "files": [
            {"name": f.name, "media": f.media, "language": f.language, "sha256": f.sha256, "bytes": f.size}
            for f in row.files
        ],
    }  # fmt: skip
    if house:
        told |= {
            "drafted_at": moment(row.drafted_at), "drafted_by": row.drafted_by,
            "reviewed_at": moment(row.reviewed_at), "reviewed_by": row.reviewed_by, "review_note": row.review_note,
            "released_by": row.released_by,
        }  # fmt: skip
    return told


def _small(number: int) -> int:
    """Return a number that a database row can have; a larger one is the number of no report."""
    return min(number, 2**31 - 1)
