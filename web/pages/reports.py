"""Reports: what a tier of partners would read of the failed movements of a period, and the files they get."""

from datetime import datetime
from typing import Final, get_args

from flask import Blueprint, Response, g, render_template, request

from planner.domain.errors import BadInput
from planner.partners.denial_files import Format
from planner.partners.redaction import EMBARGO_S, Tier
from planner.services.failures import with_published
from planner.services.reports import Draft, draft_denials, list_exports, report_denials
from routing.units import Instant
from web import event_words as words
from web.desk import the_desk
from web.forms import Form
from web.frame import page_asof
from web.i18n import gettext as _
from web.rights import Right, needs
from web.roles import FOR_PARTNERS, tier_for_me

page = Blueprint("reports", __name__, url_prefix="/reports")
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
KINDS: Final = {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf"}


def _now() -> Instant:
    """Return the time a report speaks from: the page's for those who set it, the present for partners."""
    return page_asof().at if g.me.can(Right.REPORT) else the_desk().now


def _this_month() -> str:
    return datetime.fromtimestamp(_now(), the_desk().zone).strftime("%Y-%m")


@page.get("")
@needs(Right.PARTNER)
def index() -> str | tuple[str, int]:
    """Show the draft of a report: for a tier of one's choice, or, to a partner, for partners."""
    mine = g.me.can(Right.REPORT)
    form = Form(values={"period": request.args.get("period") or _this_month()})
    tier = tier_for_me(next((t for t in TIERS if t == request.args.get("tier")), FOR_PARTNERS))
    draft = form.attempt("period", lambda: _draft(form.values["period"], tier))
    # A partner's page is made of the redacted rows alone: the record behind them is not handed to it.
    if not mine:
        redacted = None if draft is None else draft.redacted
        return render_template("reports/partner.html", form=form, redacted=redacted, formats=FORMATS)
    desk = the_desk()
    return render_template(
        "reports/index.html", form=form, draft=draft, tier=tier, tiers=TIERS, formats=FORMATS,
        embargo_s=EMBARGO_S[tier], exports=list_exports(desk.store, desk.crisis_id), zone=desk.zone,
        words=words, network=desk.world().network,
    )  # fmt: skip


def _draft(period: str, tier: Tier) -> Draft:
    desk = the_desk()
    return draft_denials(with_published(desk.store, desk.world()), period, tier, now=_now())


@page.post("/download")
@needs(Right.PARTNER)
def download() -> Response:
    """Return a report as a file; its digest goes into the audit trail.

    Raises
    ------
    BadInput
        If the period, tier or format is none.
    """
    form = Form.sent()
    tier = next((t for t in TIERS if t == form.text("tier")), None) if g.me.can(Right.REPORT) else FOR_PARTNERS
    kind = next((k for k in FORMATS if k == form.text("format")), None)
    if tier is None or kind is None:
        raise BadInput(_("Choose a tier and a format of the list."))
    desk, period = the_desk(), form.text("period", longest=40)
    content = report_denials(desk.store, desk.world(), period, tier, kind, now=_now(), by=g.me.id)
    answer = Response(content, mimetype=KINDS[kind])
    # Named by what it is: a period that was understood holds digits, dots and hyphens only.
    answer.headers["Content-Disposition"] = f'attachment; filename="denials-{period}-{tier}.{kind}"'
    return answer
