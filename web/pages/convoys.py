"""Convoys: where each stands, which papers it holds, who has to move next; notes, pins and what happened."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.denials import AMRF, REASONS, USUAL_RESULT
from planner.domain.errors import BadInput
from planner.domain.requests import Request
from planner.domain.world import World
from planner.services import evidence
from planner.services.access import states_at
from planner.services.convoy_notes import edit_details
from planner.services.convoys import ConvoyView, view_convoys
from planner.services.movements import pin_movement
from planner.store.records import ChangedMeanwhile
from routing.errors import RoutingError
from routing.evidence import known_at
from routing.status import Status
from web import choices, request_words
from web import event_words as words
from web.convoy_form import FIGURES, ITEM_COUNTS, ITEMS, DetailForm, OutcomeForm, way_stops
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import current_asof, language
from web.frame import page as address
from web.i18n import gettext as _
from web.request_views import requests_at_present, requests_now
from web.rights import Right, needs
from web.words import say

page = Blueprint("convoys", __name__, url_prefix="/convoys")
SHOWN: Final = ("now", "all")


def views() -> tuple[ConvoyView, ...]:
    """Return the convoys as known at the page's as-of."""
    desk, question = the_desk(), current_asof()
    return view_convoys(desk.store, desk.world(), question, desk.access_at(question))


@page.get("")
@needs(Right.READ)
def index() -> str:
    """List the convoys, those of now first unless all are asked for."""
    found = views()
    shown = request.args.get("show", SHOWN[0])
    rows = [v for v in found if v.state.active] if shown == SHOWN[0] else list(found)
    counts: dict[str, int] = {}
    for view in rows:
        counts[view.state.word] = counts.get(view.state.word, 0) + 1
    return render_template(
        "convoys/index.html", rows=rows, every=found, shown=shown, counts=counts, words=words,
        catalogue=the_desk().world().catalogue,
    )  # fmt: skip


@page.get("/<movement>")
@needs(Right.READ)
def convoy(movement: str) -> str:
    """Show one convoy: timetable, papers, what happened by source, and the coordinator's notes."""
    return _convoy_page(_view(movement), DetailForm())


@page.post("/<movement>/edit")
@needs(Right.EDIT)
def edit(movement: str) -> str | Answer | tuple[str, int]:
    """Save a coordinator's notes; a lost race shows both and keeps what was typed."""
    desk, view, form = the_desk(), _view(movement), DetailForm.sent()
    if view.origin == "proposed":
        abort(409, description=_("This convoy is only proposed. Publish its plan first."))
    details = form.details(_escorts(view))
    if details is None:
        return _convoy_page(view, form), 422

    def deed() -> str:
        edit_details(
            desk.store, desk.world(), movement, details, version=form.whole("version") or 0, by=g.me.id, at=desk.clock()
        )
        return address("convoys.convoy", movement=movement)

    try:
        answer = do_once(deed)
    except ChangedMeanwhile:
        theirs = _view(movement)
        return _convoy_page(theirs, form, conflict=form.differences(theirs.detail, _labels())), 409
    flash(_("Saved."))
    return answer


@page.post("/<movement>/pin")
@needs(Right.EDIT)
def pin(movement: str) -> Answer:
    """Keep a convoy as it is when planning again, or let it go."""
    desk, view, pinned = the_desk(), _view(movement), Form.sent().checked("pinned")
    if view.origin != "published":
        abort(409, description=_("Only a published convoy can be pinned."))

    def deed() -> str:
        pin_movement(desk.store, desk.world(), movement, pinned=pinned, by=g.me.id, at=desk.clock())
        return address("convoys.convoy", movement=movement)

    answer = do_once(deed)
    flash(_("Pinned: planning again keeps it.") if pinned else _("No longer pinned: planning again may change it."))
    return answer


@page.get("/outcome")
@needs(Right.RECORD)
def outcome_of_any() -> str:
    """Ask what happened and to which convoy: one empty form for whoever has no convoy before their eyes."""
    return _outcome_page(None, OutcomeForm())


@page.post("/outcome")
@needs(Right.RECORD)
def save_outcome_of_any() -> str | Answer | tuple[str, int]:
    """Write what happened to the convoy that is chosen in the form into the log, once."""
    form = OutcomeForm.sent()
    form.sectors = tuple(request.form.getlist("sectors"))
    view = next((v for v in _recordables() if v.id == form.text("movement", required=True)), None)
    if view is None:
        if not form.of("movement"):
            form.complain("movement", _("Choose one of the list."))
        return _outcome_page(None, form), 422
    return _save_outcome(view, form, shown=None)


@page.get("/<movement>/outcome")
@needs(Right.RECORD)
def outcome(movement: str) -> str:
    """Ask what happened to a convoy."""
    return _outcome_page(_recordable(movement), OutcomeForm())


@page.post("/<movement>/outcome")
@needs(Right.RECORD)
def save_outcome(movement: str) -> str | Answer | tuple[str, int]:
    """Write what happened into the log, once."""
    view, form = _recordable(movement), OutcomeForm.sent()
    form.sectors = tuple(request.form.getlist("sectors"))
    return _save_outcome(view, form, shown=view)


def _save_outcome(view: ConvoyView, form: OutcomeForm, shown: ConvoyView | None) -> str | Answer | tuple[str, int]:
    desk = the_desk()
    now = desk.now
    values = form.record(view, desk.world(), now=now)
    if values is None:
        return _outcome_page(shown, form), 422
    written: list[int] = []

    def deed() -> str:
        written.append(evidence.record(desk.store, desk.world(), values, actor=g.me.id, at=desk.clock()))
        return address("convoys.convoy", movement=view.id)

    try:
        answer = do_once(deed)
    except (BadInput, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _outcome_page(shown, form), 422
    if written and known_at(desk.world().log, now) < written[0]:
        said = _(
            "Saved as record %(n)d. It is not shown yet: the log holds records that were learned later.", n=written[0]
        )
        flash(said)
    elif written:
        flash(_("Saved as record %(n)d.", n=written[0]))
    return answer


def _recordables() -> list[ConvoyView]:
    return [view for view in views() if view.origin != "proposed"]


def _view(movement: str) -> ConvoyView:
    found = next((view for view in views() if view.id == movement), None)
    if found is None:
        abort(404, description=_("No such convoy was known at the time that is shown."))
    return found


def _recordable(movement: str) -> ConvoyView:
    view = _view(movement)
    if view.origin == "proposed":
        abort(409, description=_("This convoy is only proposed. Publish its plan first."))
    return view


def _escorts(view: ConvoyView) -> list[str]:
    return [e.id for e in the_desk().world().catalogue.escorts if e.base in {None, view.hub}]


def _labels() -> dict[str, str]:
    return {
        "note": _("Note"), "contact_role": _("Contact, by role"), "escort_team": _("Escort team"),
        "priority": _("Priority"), "remarks": _("Internal remarks"),
    }  # fmt: skip


def _convoy_page(view: ConvoyView, form: DetailForm, conflict: list[tuple[str, str, str]] | None = None) -> str:
    desk, question = the_desk(), current_asof()
    way = () if view.convoy is None else states_at(desk.world(), question, tuple(dict.fromkeys(view.convoy.segments)))
    counts = {status: sum(s.piece.status is status for s in way) for status in Status}
    return render_template(
        "convoys/convoy.html", view=view, form=form, conflict=conflict, words=words, said=request_words,
        requests=[r for r in requests_now() if r.movement == view.id], latest=_by_id(requests_at_present()),
        labels=_labels(), catalogue=desk.world().catalogue, network=desk.world().network,
        escort_choices=[(name, name) for name in _escorts(view)],
        counts=counts, blocked=[s for s in way if s.piece.status is Status.BLOCKED],
        contested=[s for s in way if s.piece.status is Status.CONTESTED], overlay=_overlay(view),
    )  # fmt: skip


def _outcome_page(view: ConvoyView | None, form: OutcomeForm) -> str:
    world = the_desk().world()
    grouped = [
        (code, words.CATEGORIES[code], [reason for reason, amrf in REASONS.items() if amrf == code]) for code in AMRF
    ]
    internal = [reason for reason, amrf in REASONS.items() if amrf is None]
    commodities, convoy = world.catalogue.commodities, None if view is None else view.convoy
    carried = [] if convoy is None else [
        commodities[load.commodity].sector for stop in convoy.stops for load in stop.loads
    ]  # fmt: skip
    convoys = [] if view is not None else [(v.id, _called(v, world)) for v in _recordables()]
    return render_template(
        "convoys/outcome.html", view=view, form=form, words=words, catalogue=world.catalogue,
        stops=() if view is None else way_stops(view, world), reasons=[group for group in grouped if group[2]],
        internal=internal, usual=USUAL_RESULT, figures=FIGURES, items=ITEMS, counts=ITEM_COUNTS,
        quantities=request_words.QUANTITIES, sectors=form.sectors if form.values else tuple(dict.fromkeys(carried)),
        now=the_desk().now, result_choices=list(words.RESULTS.items()), commodity_choices=choices.commodities(world),
        site_choices=[] if view is None else [(name, say(world.catalogue.sites[name])) for name in view.sites],
        convoy_choices=sorted(convoys, key=lambda pair: pair[1]), gate_choices=choices.gates(world),
    )  # fmt: skip


def _called(view: ConvoyView, world: World) -> str:
    """Return what a convoy is called in a list: the site first, for people look for that."""
    sites = _(", ").join(say(world.catalogue.sites[name]) for name in view.sites)
    return f"{sites} · {view.label if view.reported is None else say(view.reported)}"


def _by_id(found: Sequence[Request]) -> dict[str, Request]:
    return {one.id: one for one in found}


def _overlay(view: ConvoyView) -> dict[str, Any]:
    world = the_desk().world()
    network, catalogue = world.network, world.catalogue
    points: list[dict[str, Any]] = []
    hub = catalogue.hubs[view.hub]
    points.append(_point(f"hub:{hub.id}", network.places[hub.place].position, "hub", hub))
    for gate in view.gates:
        post = network.gates[gate]
        points.append(_point(f"gate:{gate}", network.places[post.place].position, "gate", post))
    for name in view.sites:
        site = catalogue.sites[name]
        points.append(_point(f"site:{name}", network.places[site.place].position, "site", site) | {"bold": True})
    corners = [point["at"] for point in points]
    margin = 0.15
    bounds = [
        min(lon for lon, _lat in corners) - margin, min(lat for _lon, lat in corners) - margin,
        max(lon for lon, _lat in corners) + margin, max(lat for _lon, lat in corners) + margin,
    ]  # fmt: skip
    routes = [] if view.convoy is None else [{
        "sel": f"convoy:{view.id}", "label": view.label, "segments": list(dict.fromkeys(view.convoy.segments)),
        "state": "held" if view.state.word in {"held", "postponed"} else "planned",
    }]  # fmt: skip
    return {"bounds": bounds, "routes": routes, "points": points}


def _point(sel: str, at: tuple[float, float], kind: str, named: Any) -> dict[str, Any]:  # noqa: ANN401 - hub, gate or site
    other = named.name if language() == "ar" else named.name_ar
    return {"sel": sel, "at": list(at), "kind": kind, "name": say(named), "name2": other}
