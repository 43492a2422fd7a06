"""Needs: sites with their people by source, how long nobody came, and what they lack."""

from typing import Final

from flask import Blueprint, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput
from planner.domain.needs import PeopleFigure, Site
from planner.intake.relief import NEED_COLUMNS
from planner.services.plan_records import find_latest_plan
from planner.services.reference_edits import By, edit_row
from planner.services.sites import SiteView, view_sites
from planner.store.records import ChangedMeanwhile, Versioned
from planner.store.reference import reference_id
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import current_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.record_forms import NEED
from web.record_pages import add_record_routes
from web.rights import Right, needs
from web.site_form import SiteForm
from web.table_import import add_import_routes

page = Blueprint("needs", __name__, url_prefix="/needs")
LISTINGS: Final = ("besieged", "hard_to_reach", "accessible", "closed")
ORDERS: Final = ("waiting", "people", "name")

add_record_routes(page, {"need": NEED}, lambda _kind, values: address("needs.site", site=values["site"]))
add_import_routes(page, "needs", (",".join(NEED_COLUMNS), "site,people,as_of,source,synthetic", "pcode,name,name_ar"))


def _views() -> tuple[SiteView, ...]:
    desk = the_desk()
    return view_sites(desk.world(), current_asof(), find_latest_plan(desk.store, desk.crisis_id))


@page.get("")
@needs(Right.READ)
def index() -> str:
    """List the sites, longest without aid first unless asked otherwise."""
    words, listing = request.args.get("q", "").strip().casefold(), request.args.get("listing", "")
    order = request.args.get("order", ORDERS[0])
    shown = [
        view
        for view in _views()
        if (not listing or view.site.listing == listing)
        and (not words or any(words in text.casefold() for text in (view.site.id, view.site.name, view.site.name_ar)))
    ]
    if order == "people":
        shown.sort(key=lambda view: -(view.people_high or 0))
    elif order == "name":
        shown.sort(key=lambda view: view.site.name)
    return render_template("needs/index.html", views=shown, listings=LISTINGS, orders=ORDERS, order=order)


@page.get("/<site>")
@needs(Right.READ)
def site(site: str) -> str:
    """Show one site: every figure by source, its needs, and the forms to change them."""
    return _site_page(site, SiteForm(), None)


@page.post("/<site>/edit")
@needs(Right.EDIT)
def edit_site(site: str) -> str | Answer | tuple[str, int]:
    """Change what planning takes for a site: people by source, unloading, storage, severity."""
    form, saved = SiteForm.sent(), _saved(site)
    row = form.row(saved.row)
    if row is None:
        return _site_page(site, form, saved), 422

    def deed() -> str:
        desk = the_desk()
        edit_row(desk.store, desk.world(), row, form.whole("version") or 0, By(actor=g.me.id, at=desk.clock()))
        return address("needs.site", site=site)

    try:
        answer = do_once(deed)
    except ChangedMeanwhile:
        theirs = _saved(site)
        return _site_page(site, form, theirs, conflict=form.differences(theirs.row)), 409
    except BadInput as wrong:
        form.complain(WHOLE, str(wrong))
        return _site_page(site, form, saved), 422
    flash(_("Saved."))
    return answer


def _saved(site: str) -> Versioned[Site]:
    desk = the_desk()
    with desk.store.reading() as read:
        return read.get_reference(desk.crisis_id, Site, site)


def _site_page(
    site: str, form: Form, saved: Versioned[Site] | None, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    view = next((view for view in _views() if view.site.id == site), None) or abort(404)
    saved = saved or _saved(site)
    figures: list[tuple[str, PeopleFigure]] = [(str(n), figure) for n, figure in enumerate(saved.row.people)]
    return render_template(
        "needs/site.html", view=view, form=form, saved=saved, figures=figures, conflict=conflict,
        reference_id=reference_id, catalogue=the_desk().world().catalogue,
    )  # fmt: skip
