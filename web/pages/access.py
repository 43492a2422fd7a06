"""Access: which roads may be used, as known when, why, and what was reported about them."""

from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, request
from flask import render_template as render
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import NotFound
from planner.services.access import find_place
from planner.services.access_page import make_panel, records_about
from planner.services.ceasefire_page import ceasefire_views
from planner.services.in_hand import InHand, find_in_hand
from planner.services.route_papers import papered
from planner.services.routes import route as find_routes
from planner.services.selection import select
from planner.services.time_rail import withdrawals
from routing.evidence import Evidence, Incident
from routing.status import Status
from routing.units import DAY, HOUR, AsOf
from web import access_policy, access_record, access_words, evidence_import, road_import
from web.access_list import list_gates, list_stretches, search
from web.access_rail import SPANS, make_rail
from web.desk import the_desk
from web.evidence_words import KINDS
from web.forms import Form
from web.frame import current_asof, here, page_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.place_marks import access_overlay, legs_overlay
from web.rights import Right, needs
from web.words import input_moment

page = Blueprint("access", __name__, url_prefix="/access")
RECORDS_A_PAGE: Final = 60
SHOWN_RECORDS: Final = 12
LEAVING_WITHIN_H: Final = (24, 48, 72)
access_record.add_to(page)
access_policy.add_to(page)
evidence_import.add_to(page)
road_import.add_to(page)
page.app_context_processor(access_words.words)


def in_hand(question: AsOf | None) -> InHand:
    """Return the convoys in hand at the desk; with a question those that were planned by then."""
    desk = the_desk()
    return find_in_hand(desk.store, desk.crisis_id, desk.plan, question)


@page.get("")
@needs(Right.READ)
def index() -> str | Answer:
    """Show the map, the rail of time, what is selected with its reasons, and every stretch in a table."""
    moved = _slid()
    if moved is not None:
        return moved
    desk, question = the_desk(), current_asof()
    asked = request.args.get("sel", "")
    if asked.startswith("record:"):
        return redirect(here_of_record(asked), 302)
    world, exact = desk.world(), desk.access_at(question)
    going = in_hand(question).not_back(question.at)
    selection, shown, said = None, None, ""
    if asked:
        try:
            selection = select(world, asked, going)
            shown = make_panel(world, question, exact, selection, going)
        except NotFound as unknown:
            said = str(unknown)
    listing = list_stretches(world, exact, question)
    span = request.args.get("span", "near")
    span = span if span in SPANS else "near"
    turned = request.args.get("rail") == "turns"
    return render(
        "access/index.html", panel=shown, selection=selection, said=said, listing=listing, going=going, exact=exact,
        found=search(world, listing.words), gates=list_gates(world, exact, question), Status=Status,
        rail=make_rail(question, span, turned=turned), turned=turned, world=world, kinds=KINDS,
        overlay=access_overlay(world, exact, question, going, selection), shown_records=SHOWN_RECORDS,
        withdrawn=withdrawals(world, question.known), attack=_attack(),
    )  # fmt: skip


def here_of_record(asked: str) -> str:
    """Return the address of a record that a link selects."""
    number = asked.partition(":")[2]
    if not number.isdigit():
        raise BadRequest(_("%(name)s is no record.", name=asked))
    return address("access.record_page", position=int(number))


def _slid() -> Answer | None:
    """Return where the slider leads: it counts hours from the rail's start. Scripts write the time themselves."""
    start, hours = request.args.get("from", ""), request.args.get("hours", "")
    if not (start.isdigit() and hours.isdigit() and len(start) < 12 and len(hours) < 6):  # noqa: PLR2004 - digits
        return None
    at = int(start) + int(hours) * HOUR
    return redirect(here(**{"from": None, "hours": None, "at": input_moment(at), "known": None}), 302)


def _attack() -> Evidence | None:
    """Return the attack on aid that was just recorded, after which a hold is proposed."""
    text = request.args.get("attack", "")
    if not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - digits of a position
        return None
    found = next((r for r in the_desk().world().log if r.position == int(text)), None)
    return found if found and isinstance(found.fact, Incident) and found.fact.hazard == "attack_on_aid" else None


@page.get("/ceasefires")
@needs(Right.READ)
def ceasefires() -> str:
    """Show every ceasefire with what each party says of it, as known at the page's time."""
    question = current_asof()
    world = the_desk().world()
    return render(
        "access/ceasefires.html", ceasefires=ceasefire_views(world, question), rail=make_rail(question, "month"),
        world=world, kinds=KINDS,
    )  # fmt: skip


@page.get("/log")
@needs(Right.READ)
def log() -> str:
    """List the records known at the page's time, newest first, by kind, source or subject if asked."""
    desk, question = the_desk(), current_asof()
    kind, source, asked = (request.args.get(name, "").strip() for name in ("kind", "source", "sel"))
    text = request.args.get("page", "1")
    number = max(1, int(text)) if text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004 - digits of a page
    world = desk.world()
    selection, said = None, ""
    records: tuple[Evidence, ...] = tuple(r for r in reversed(world.log) if r.position <= question.known)
    if asked:
        try:
            selection = select(world, asked, in_hand(question).convoys)
            records = records_about(world, question, desk.access_at(question), selection)
        except NotFound as unknown:
            said = str(unknown)
    records = tuple(
        r
        for r in records
        if (not kind or r.fact.kind == kind) and (not source or source.casefold() in r.source.casefold())
    )
    return render(
        "access/log.html", records=records[(number - 1) * RECORDS_A_PAGE : number * RECORDS_A_PAGE],
        count=len(records), number=number, more=number * RECORDS_A_PAGE < len(records), kinds=KINDS, kind=kind,
        world=world, selection=selection, said=said, withdrawn=withdrawals(world, question.known),
    )  # fmt: skip


@page.get("/route")
@needs(Right.READ)
def route() -> str | tuple[str, int]:
    """Find the ways between two places: time, risk, gates, and when one may leave."""
    desk, question = the_desk(), current_asof()
    world = desk.world()
    form = Form(values={name: request.args.get(name, "") for name in ("from", "to", "within")})
    legs: tuple[Any, ...] = ()
    refused = None
    within = int(form.values["within"]) if form.values["within"].isdigit() else LEAVING_WITHIN_H[0]
    within = within if within in LEAVING_WITHIN_H else LEAVING_WITHIN_H[0]
    form.values["within"] = str(within)
    ends: dict[str, str] = {}
    asked = bool(form.values["from"] or form.values["to"])
    if asked:
        for name in ("from", "to"):
            words = form.text(name, required=True)
            found = form.attempt(name, partial(find_place, world.network, words)) if words else None
            if found is not None:
                ends[name] = found
        if form.ok and ends["from"] == ends["to"]:
            form.complain("to", _("This is where the way begins. Name another place."))
        if form.ok:
            legs, refused = find_routes(world, ends["from"], ends["to"], question, hours=within, maps=desk.access_over)
    exact, papers = desk.access_at(question), papered(world, legs, question)
    told = render(
        "access/route.html", form=form, legs=legs, refused=refused, ends=ends, world=world, asked=asked,
        papers=papers, without_papers=bool(papers) and not any(one.departures for one in papers),
        places=sorted(world.network.places.values(), key=lambda p: p.name), hours=LEAVING_WITHIN_H, exact=exact,
        overlay=legs_overlay(world, legs, ends, () if refused is None else refused.cut, exact, question),
        until=page_asof().at + within * HOUR,
    )  # fmt: skip
    return told if form.ok else (told, 422)


DAYS_TOLD: Final = 13 * DAY
"""A status that has held longer is said to have held for two weeks or more: it is followed no further back."""
page.app_context_processor(lambda: {"DAYS_TOLD": DAYS_TOLD})
