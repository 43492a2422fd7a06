"""Who gets released reports: an organisation, the tier it reads, and how reports reach it."""

from typing import Final

from flask import Blueprint, flash, g, render_template, request
from werkzeug.wrappers import Response

from planner.domain.errors import BadInput, PlannerError
from planner.domain.releases import Recipient
from planner.domain.rights import Role
from planner.partners.report import TIERS
from planner.partners.words import LANGUAGES
from planner.partners.writers import OFFERS, Format
from planner.services import accounts, outbox
from planner.services.releases import RELEASED_KINDS
from planner.store.records import ChangedMeanwhile
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.report_preview import tier_names
from web.rights import Right, needs

page = Blueprint("recipients", __name__, url_prefix="/reports/recipients")
FORMATS: Final[tuple[Format, ...]] = tuple(
    dict.fromkeys(form for kind, offer in OFFERS.items() if kind in RELEASED_KINDS for form in offer.formats)
)
USUAL: Final = ("pdf", "xlsx")
NOBODY: Final = ""


@page.get("")
@needs(Right.REPORT)
def index() -> str:
    """List recipients by tier; to whoever releases reports, with a form to add one or change the one chosen."""
    return _page(Form(), USUAL)


@page.post("")
@needs(Right.PUBLISH)
def save() -> str | Response | tuple[str, int]:
    """Add a recipient or change one; whoever saved first is shown, never overwritten."""
    form, desk = Form.sent(), the_desk()
    formats = tuple(form_ for form_ in FORMATS if form_ in request.form.getlist("formats"))
    wanted = _read(form, formats)
    if wanted is None:
        return _page(form, formats), 422

    def deed() -> str:
        outbox.put_recipient(desk.store, desk.crisis_id, wanted, by=g.me.id, at=desk.clock())
        return address("recipients.index")

    try:
        answer = do_once(deed)
    except ChangedMeanwhile:
        form.complain(WHOLE, _("Somebody saved this recipient meanwhile. Look at it below, then save again."))
        form.values["version"] = str(_find(wanted.id).version)
        return _page(form, formats), 409
    except PlannerError as wrong:
        form.complain(WHOLE, str(wrong))
        return _page(form, formats), 422
    flash(_("Saved."))
    return answer


@page.post("/<name>/end")
@needs(Right.PUBLISH)
def end(name: str) -> Response:
    """Send a recipient nothing more and forget the address."""
    desk = the_desk()

    def deed() -> str:
        outbox.end_recipient(desk.store, desk.crisis_id, name, by=g.me.id, at=desk.clock())
        return address("recipients.index")

    answer = do_once(deed)
    flash(_("It gets nothing more. The address is erased."))
    return answer


def _read(form: Form, formats: tuple[str, ...]) -> Recipient | None:
    values = {name: form.text(name, required=name in {"recipient", "organisation"}, longest=120)
              for name in ("recipient", "organisation", "email")}  # fmt: skip
    tier, language = form.choice("tier", TIERS), form.choice("language", LANGUAGES)
    account = form.choice("account", tuple(_partners())) if form.text("account") else NOBODY
    version = form.whole("version") or 0
    if not formats:
        form.complain("formats", _("Choose at least one."))
    if not form.ok:
        return None
    try:
        return Recipient(
            id=values["recipient"], organisation=values["organisation"], email=values["email"] or None, tier=tier,
            language=language, formats=formats, account=account or None, version=version,
        )  # fmt: skip
    except BadInput as wrong:
        form.complain("email" if values["email"] and values["email"] in str(wrong) else "recipient", str(wrong))
        return None


def _partners() -> dict[str, str]:
    """Return the names of the accounts that may be a recipient's, by their ids: partners', and nobody else's."""
    return {
        one.id: one.username
        for one in accounts.list_accounts(the_desk().store)
        if one.active and Role.PARTNER in one.roles
    }


def _find(name: str) -> Recipient:
    desk = the_desk()
    return next(one for one in outbox.list_recipients(desk.store, desk.crisis_id) if one.id == name)


def _page(form: Form, formats: tuple[str, ...]) -> str:
    desk = the_desk()
    everybody = sorted(outbox.list_recipients(desk.store, desk.crisis_id), key=lambda one: (one.tier, one.id))
    chosen = next((one for one in everybody if one.id == request.args.get("id")), None)
    if chosen is not None and not form.values:
        formats = chosen.formats
        form = Form(values={
            "recipient": chosen.id, "organisation": chosen.organisation, "email": chosen.email or "",
            "tier": chosen.tier, "language": chosen.language, "account": chosen.account or NOBODY,
            "version": str(chosen.version),
        })  # fmt: skip
    return render_template(
        "reports/recipients.html", form=form, everybody=everybody, tiers=tier_names(),
        formats=FORMATS, ticked=formats, partners=_partners(), chosen=chosen,
        tiers_said=[(tier, f"{tier} {name}") for tier, name in tier_names()],
        accounts_said=[(NOBODY, _("none")), *_partners().items()],
    )  # fmt: skip
