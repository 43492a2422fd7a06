"""Reports: what each tier would read, drafts and their review, what is released; for partners their own."""

from datetime import datetime
from typing import Any, Final, get_args

from flask import Blueprint, Response, g, render_template, request, url_for

from planner.domain.errors import BadInput, PlannerError
from planner.partners.redaction import EMBARGO_S
from planner.partners.report import TIERS, Kind, Report, Tier
from planner.partners.words import LANGUAGES
from planner.partners.writers import KINDS, MEDIA, OFFERS, Format, check_offer
from planner.services import outbox, releases
from planner.services.releases import RELEASED_KINDS
from planner.services.reports import Wanted, export_report, list_exports, make_report
from routing.errors import RoutingError
from routing.units import Instant
from web.desk import the_desk
from web.forms import Form, do_once
from web.frame import page as page_address
from web.frame import page_asof
from web.i18n import gettext as _
from web.report_preview import kind_name, preview, spoken, tier_names
from web.rights import Right, needs
from web.roles import FOR_PARTNERS, reader

page = Blueprint("reports", __name__, url_prefix="/reports")
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
ON_PAGE: Final[tuple[Kind, ...]] = tuple(kind for kind in KINDS if kind in RELEASED_KINDS)
LONGEST: Final = 60


def _now() -> Instant:
    return page_asof().at


@page.app_template_filter("report_kind")
def report_kind(kind: str) -> str:
    """Write how a kind of report is called."""
    return kind_name(kind)


@page.get("")
@needs(Right.PARTNER)
def index() -> str:
    """Show what a tier would read and what is on its way; to a partner what was released to it."""
    desk = the_desk()
    if not g.me.can(Right.REPORT):
        mine = reader()
        return render_template(
            "reports/partner.html", reports=releases.list_for(desk.store, desk.crisis_id, mine), tier=mine.tier
        )
    form = Form(values={
        "kind": request.args.get("kind", ON_PAGE[0]), "period": request.args.get("period") or _this_month(),
    })  # fmt: skip
    kind = next((k for k in ON_PAGE if k == form.values["kind"]), ON_PAGE[0])
    offered = OFFERS[kind].tiers
    tier = next((t for t in offered if t == request.args.get("tier")), FOR_PARTNERS)
    report = form.attempt("period", lambda: _report(kind, form.values["period"], tier))
    names = {r.id: r.organisation for r in outbox.list_recipients(desk.store, desk.crisis_id)}
    return render_template(
        "reports/index.html", form=form, kind=kind, kinds=[(k, kind_name(k)) for k in ON_PAGE], tier=tier,
        tiers=[pair for pair in tier_names() if pair[0] in offered], languages=LANGUAGES,
        told=None if report is None else preview(report),
        others=_others(kind, form.values["period"], report is not None),
        embargo_s=EMBARGO_S[tier], exports=list_exports(desk.store, desk.crisis_id)[:20],
        reports=releases.list_house(desk.store, desk.crisis_id),
        recipients=outbox.list_recipients(desk.store, desk.crisis_id),
        letters=outbox.list_letters(desk.store, desk.crisis_id)[:50], names=names, spoken=spoken(),
    )  # fmt: skip


def _this_month() -> str:
    return datetime.fromtimestamp(_now(), the_desk().zone).strftime("%Y-%m")


def _report(kind: Kind, subject: str, tier: Tier) -> Report:
    desk = the_desk()
    wanted = Wanted(kind=kind, subject=subject, tier=tier)
    return make_report(desk.store, desk.world(), wanted, now=_now(), reader=g.me.id)


def _others(kind: Kind, subject: str, readable: bool) -> list[tuple[Tier, int | None]]:  # noqa: FBT001 - of its one caller
    """Return how many rows each tier would read; None where the report is not made for it or not yet."""
    found: list[tuple[Tier, int | None]] = []
    for tier in TIERS:
        try:
            report = _report(kind, subject, tier) if readable and tier in OFFERS[kind].tiers else None
        except (PlannerError, RoutingError):
            report = None
        found.append((tier, None if report is None else sum(len(table.rows) for table in report.tables[:1])))
    return found


@page.post("/download")
@needs(Right.REPORT)
def download() -> Response:
    """Return a report as a file for the house; its digest goes into the audit trail.

    Raises
    ------
    BadInput
        If the kind, tier, format or language is none, or the subject is not understood.
    """
    form, desk = Form.sent(), the_desk()
    wanted = _wanted(form)
    kind = next((f for f in FORMATS if f == form.text("format")), None)
    if kind is None:
        raise BadInput(_("Choose a format of the list."))
    check_offer(wanted.kind, wanted.tier, kind)
    tongue = next((one for one in LANGUAGES if one == form.text("language")), spoken())
    content = export_report(
        desk.store, desk.world(), wanted, kind, now=_now(), by=g.me.id, language=tongue, hxl=form.text("hxl") != "no"
    )
    # Named by what it is: what was understood holds letters, digits, dots and hyphens only.
    name = f"{wanted.kind}-{wanted.subject.replace('/', '-')}-{wanted.tier}.{kind}"
    return _file(content, name, MEDIA[kind])


def _wanted(form: Form) -> Wanted:
    kind = next((k for k in KINDS if k == form.text("kind")), None)
    tier = next((t for t in TIERS if t == form.text("tier")), None)
    if kind is None or tier is None:
        raise BadInput(_("Choose a report and a tier of the list."))
    return Wanted(kind=kind, subject=form.text("period", longest=LONGEST), tier=tier)


def _file(content: bytes, name: str, media: str) -> Response:
    answer = Response(content, mimetype=media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ---------------------------------------------------------------------------------------------------------------------
# On its way out


@page.post("/drafts")
@needs(Right.REPORT)
def draft() -> Any:  # noqa: ANN401 - as Flask's views
    """Draft a report for review, once however often it is sent."""
    form, desk = Form.sent(), the_desk()
    wanted = _wanted(form)
    older = form.text("supersedes")
    supersedes = int(older) if older.isdigit() else None

    def deed() -> str:
        made = releases.draft_release(
            desk.store, desk.world(), wanted, by=g.me.id, at=desk.clock(), now=_now(), supersedes=supersedes
        )
        return page_address("reports.report", number=made.id)

    return do_once(deed)


@page.get("/<int:number>")
@needs(Right.PARTNER)
def report(number: int) -> str:
    """Show one report: its files, and to the house who drafted, reviewed and released it."""
    desk = the_desk()
    found = releases.get_for(desk.store, desk.crisis_id, _small(number), reader())
    mine = g.me.can(Right.REPORT)
    letters = (
        [one for one in outbox.list_letters(desk.store, desk.crisis_id) if one.release == found.id] if mine else []
    )
    names = {r.id: r.organisation for r in outbox.list_recipients(desk.store, desk.crisis_id)} if mine else {}
    return render_template("reports/report.html", report=found, letters=letters, names=names, house=mine)


@page.get("/<int:number>/files/<name>")
@needs(Right.PARTNER)
def file(number: int, name: str) -> Response:
    """Return a file of a report; who fetched it is put on record."""
    desk = the_desk()
    told, content = releases.fetch_file(desk.store, desk.crisis_id, _small(number), name, reader(), at=desk.clock())
    return _file(content, told.name, told.media)


@page.get("/<int:number>/bundle")
@needs(Right.PARTNER)
def bundle(number: int) -> Response:
    """Return a released report as one ZIP with its manifest and signature; who fetched it is put on record."""
    desk = the_desk()
    content = releases.fetch_bundle(desk.store, desk.crisis_id, _small(number), reader(), at=desk.clock())
    return _file(content, f"report-{number}.zip", "application/zip")


@page.post("/<int:number>/review")
@needs(Right.REPORT)
def review(number: int) -> Any:  # noqa: ANN401 - as Flask's views
    """Approve a draft of somebody else, or return it with a reason."""
    form, desk = Form.sent(), the_desk()
    approve = form.text("verdict") == "approved"
    note = form.text("note")

    def deed() -> str:
        releases.review_release(
            desk.store, desk.crisis_id, _small(number), "approved" if approve else "returned", by=g.me.id,
            at=desk.clock(), note=note,
        )  # fmt: skip
        return page_address("reports.report", number=number)

    return do_once(deed)


@page.post("/<int:number>/release")
@needs(Right.PUBLISH)
def release(number: int) -> Any:  # noqa: ANN401 - as Flask's views
    """Release an approved report: it is signed and goes to every recipient of its tier."""
    desk = the_desk()

    def deed() -> str:
        releases.release(
            desk.store, desk.world(), _small(number), desk.signer(), by=g.me.id, at=desk.clock(), now=desk.now
        )
        return page_address("reports.report", number=number)

    return do_once(deed)


@page.post("/<int:number>/discard")
@needs(Right.REPORT)
def discard(number: int) -> Any:  # noqa: ANN401 - as Flask's views
    """End a report that was not released."""
    desk = the_desk()

    def deed() -> str:
        releases.discard_release(desk.store, desk.crisis_id, _small(number), by=g.me.id, at=desk.clock())
        return url_for("reports.index")

    return do_once(deed)


@page.post("/letters/<int:number>/retry")
@needs(Right.PUBLISH)
def retry(number: int) -> Any:  # noqa: ANN401 - as Flask's views
    """Queue a letter again that was put aside."""
    desk = the_desk()

    def deed() -> str:
        outbox.retry_letter(desk.store, desk.crisis_id, _small(number), by=g.me.id, at=desk.clock())
        return page_address("reports.index", _anchor="outbox")

    return do_once(deed)


def _small(number: int) -> int:
    """Return a number that a database row can have; a larger one is the number of no report."""
    return min(number, 2**31 - 1)
