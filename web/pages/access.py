"""Access: which roads may be used, as known when, why, and what was reported about them."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask import Blueprint, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput, NotFound, PlannerError
from planner.services import access as service
from planner.services import evidence
from planner.services.access_page import Panel, all_claims, panel, rail_events, truces, withdrawn
from planner.services.impact import Impact, foresee
from planner.services.plan_records import find_latest_plan
from planner.services.routes import route as find_routes
from routing.errors import RoutingError
from routing.network import Segment
from routing.status import Piece, Status
from routing.units import DAY, HOUR, AsOf, Window, local_midnight
from web import event_words
from web.desk import the_desk
from web.evidence_words import KINDS, tell
from web.forms import WHOLE, Form, do_once
from web.frame import current_asof, page_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.place_marks import access_overlay
from web.report_fields import REPORTS, SEVERAL, read_report
from web.rights import Right, needs
from web.words import input_moment

page = Blueprint("access", __name__, url_prefix="/access")


@page.app_context_processor
def words() -> dict[str, Any]:
    """Give templates the words of codes."""
    return {
        "part_word": lambda code: event_words.said(event_words.PART_CODES, code),
        "step_word": lambda step: event_words.said(event_words.STEPS, step),
        "state_word": lambda state: event_words.said(event_words.PAPER_STATES, state),
    }


RAIL_BEFORE_DAYS: Final = 10
RAIL_AFTER_DAYS: Final = 8
RECORDS_A_PAGE: Final = 60
SHOWN_IN_LIST: Final = 250
"""Rows of the list under the map; the rest is found by its search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stretch in the list."""

    segment: Segment
    piece: Piece


@page.get("")
@needs(Right.READ)
def index() -> str:
    """Show the map, the rail of events, and what is selected or a list of what is not open."""
    desk, question = the_desk(), current_asof()
    world, exact = desk.world(), desk.access_at(question)
    plan = find_latest_plan(desk.store, desk.crisis_id)
    selected, said = request.args.get("sel", ""), None
    shown: Panel | None = None
    if selected:
        try:
            shown = panel(world, question, exact, desk.access_around(question), selected, plan)
        except NotFound as unknown:
            said = str(unknown)
    counts = dict.fromkeys(Status, 0)
    for segment in world.network.segments:
        counts[exact.at(segment, question.at).status] += 1
    return render_template(
        "access/index.html", panel=shown, selected=selected, said=said, counts=counts,
        rows=_rows(question)[:SHOWN_IN_LIST],
        rail=_rail(question), overlay=access_overlay(world, exact, question, plan), tell=tell, world=world,
        convoy_numbers={} if plan is None else {c.id: f"C{n}" for n, c in enumerate(plan.convoys, 1)},
        withdrawn=withdrawn(world, question.known), kinds=KINDS, Status=Status,
    )  # fmt: skip


def _rows(question: AsOf) -> list[Row]:
    """Return the list of stretches, the worst first, that match what is asked for: the map as a table."""
    desk = the_desk()
    world, exact = desk.world(), desk.access_at(question)
    words, wanted = request.args.get("q", "").strip(), request.args.get("status", "")
    try:
        found = service.find_segments(world.network, words) if words else tuple(world.network.segments)
    except NotFound:
        found = ()
    rows = [Row(segment=world.network.segments[name], piece=exact.at(name, question.at)) for name in found]
    if wanted:
        rows = [row for row in rows if row.piece.status.value == wanted]
    elif not words:
        rows = [row for row in rows if row.piece.status is not Status.OPEN]
    return sorted(rows, key=lambda row: (-row.piece.status.rank, row.segment.gate is None, row.segment.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """The time rail: its window, where the page's time stands on it, its days, events and truces."""

    window: Window
    days: tuple[Window, ...]
    events: tuple[Any, ...]
    truces: tuple[Any, ...]

    def at(self, instant: int) -> float:
        """Return where an instant lies, in percent of the rail."""
        clipped = min(max(instant, self.window.start), self.window.end)
        return round(100 * (clipped - self.window.start) / self.window.seconds, 3)


def _rail(question: AsOf) -> Rail:
    desk = the_desk()
    zone = desk.zone
    start = local_midnight(question.at - RAIL_BEFORE_DAYS * DAY, zone)
    window = Window(start, local_midnight(question.at + RAIL_AFTER_DAYS * DAY, zone))
    world = desk.world()
    return Rail(
        window=window,
        days=desk.crisis.days(window),
        events=rail_events(world, window, question.known),
        truces=tuple((n, c, k) for n, span, k in truces(world, question.known) if (c := span.clip(window)) is not None),
    )


@page.get("/ceasefires")
@needs(Right.READ)
def ceasefires() -> str:
    """Show every ceasefire with what each party says of it."""
    question = current_asof()
    return render_template(
        "access/ceasefires.html", claims=all_claims(the_desk().world(), question), rail=_rail(question)
    )


@page.get("/log")
@needs(Right.READ)
def log() -> str:
    """List the records known at the page's time, newest first, by kind and source if asked."""
    desk, question = the_desk(), current_asof()
    kind, source = request.args.get("kind", ""), request.args.get("source", "").strip().casefold()
    first = request.args.get("page", "1")
    number = max(1, int(first)) if first.isdigit() and len(first) < 6 else 1  # noqa: PLR2004 - digits of a page
    world = desk.world()
    records = [
        record
        for record in reversed(world.log)
        if record.position <= question.known
        and (not kind or record.fact.kind == kind)
        and (not source or source in record.source.casefold())
    ]
    shown = records[(number - 1) * RECORDS_A_PAGE : number * RECORDS_A_PAGE]
    return render_template(
        "access/log.html", records=shown, count=len(records), number=number,
        more=number * RECORDS_A_PAGE < len(records), kinds=KINDS, kind=kind, tell=tell, world=world,
        withdrawn=withdrawn(world, question.known),
    )  # fmt: skip


@page.get("/records/<int:position>")
@needs(Right.READ)
def record_page(position: int) -> str:
    """Show one record whole: what, who, when it held, when it was learned, by whom it was entered."""
    return _record_page(position, Form())


def _record_page(position: int, form: Form) -> str:
    desk = the_desk()
    world = desk.world()
    record = next((r for r in world.log if r.position == position), None) or abort(404)
    with desk.store.reading() as read:
        entered = next(r for r in read.list_recorded(desk.crisis_id, known=position) if r.evidence.position == position)
        by = read.find_actor_name(entered.actor)
    return render_template(
        "access/record_page.html", record=record, entered=entered, by=by or entered.actor, form=form, tell=tell,
        world=world, withdrawal=withdrawn(world, world.head).get(position), kinds=KINDS,
    )  # fmt: skip


@page.post("/records/<int:position>/withdrawal")
@needs(Right.RECORD)
def withdraw(position: int) -> str | Answer | tuple[str, int]:
    """Withdraw a record by a new one: it stays in the log and loses its effect from here on."""
    form = Form.sent()
    reason, source = form.text("reason", required=True), form.text("source", required=True, longest=300)
    if not form.ok:
        return _record_page(position, form), 422

    def deed() -> str:
        desk = the_desk()
        evidence.retract(desk.store, desk.world(), position, reason, actor=g.me.id, at=desk.clock(), source=source)
        return address("access.record_page", position=position)

    try:
        answer = do_once(deed)
    except PlannerError as wrong:
        form.complain(WHOLE, str(wrong))
        return _record_page(position, form), 422
    flash(_("Withdrawn. The record stays and has no effect from here on."))
    return answer


@page.get("/route")
@needs(Right.READ)
def route() -> str | tuple[str, int]:
    """Find the ways between two places: time, risk, gates, and when one may leave."""
    desk, question = the_desk(), current_asof()
    world = desk.world()
    form = Form(values={name: request.args.get(name, "") for name in ("from", "to")})
    legs: tuple[Any, ...] = ()
    refused = None
    ends: dict[str, str] = {}
    if form.values["from"] or form.values["to"]:
        for name in ("from", "to"):
            found = form.attempt(name, partial(service.find_place, world.network, form.values[name].strip()))
            if found is not None:
                ends[name] = found
        if form.ok:
            legs, refused = find_routes(world, ends["from"], ends["to"], question)
    told = render_template(
        "access/route.html", form=form, legs=legs, refused=refused, ends=ends, world=world,
        places=sorted(world.network.places.values(), key=lambda p: p.name), hour=HOUR,
    )  # fmt: skip
    return told if form.ok else (told, 422)


# ---------------------------------------------------------------------------------------------------------------------
# Recording


@page.get("/record")
@needs(Right.RECORD)
def record() -> str:
    """Show the form of one kind of report, filled with what is selected."""
    asked = the_desk()
    form = Form(values={"kind": request.args.get("kind", ""), "reliability": "B", "credibility": "2"})
    now = input_moment(page_asof().at)
    form.values |= {"valid_from": now, "learned_at": now}
    what, _colon, name = request.args.get("sel", "").partition(":")
    if what == "segment":
        form.values |= {"segments": name, "kind": form.values["kind"] or "road"}
    elif what == "gate":
        form.values |= {"gate": name, "gates": name, "kind": form.values["kind"] or "gate", "scope": f"gate:{name}"}
        form.values["segments"] = "\n".join(asked.world().network.segments_of_gate.get(name, ()))
    for field in ("site", "gate", "state", "reason", "scope", "lon", "lat", "hazard"):
        if request.args.get(field):
            form.values[field] = request.args[field]
    return _record_form(form, None)


@page.post("/record")
@needs(Right.RECORD)
def save() -> str | Answer | tuple[str, int]:
    """Show what a report would change, or save it; another kind chosen shows its fields."""
    form = Form.sent()
    for name in SEVERAL:
        form.values[name] = "\n".join(request.form.getlist(name))
    do = form.values.get("do", "preview")
    if do == "kind":
        return _record_form(form, None)
    if form.choice("kind", REPORTS) not in REPORTS:
        return _record_form(form, None), 422
    desk, question = the_desk(), current_asof()
    values = read_report(form, desk.world())
    impact: Impact | None = None
    if values is not None:
        told = values
        plan = find_latest_plan(desk.store, desk.crisis_id)
        impact = form.attempt(WHOLE, lambda: foresee(desk.store, desk.world(), told, plan, question))
    if values is None or impact is None:
        return _record_form(form, None), 422
    if do != "save":
        return _record_form(form, impact)
    return _saved(form, values)


def _saved(form: Form, values: dict[str, object]) -> str | Answer | tuple[str, int]:
    selected = request.args.get("sel")

    def deed() -> str:
        desk = the_desk()
        position = evidence.record(desk.store, desk.world(), values, actor=g.me.id, at=desk.clock())
        if values.get("hazard") == "attack_on_aid":
            flash(_("After an attack on aid a hold on convoys is proposed: record one if it is decided."))
        # In a replay the record stands at the end of the log: what is shown next is what is known from there on.
        where = {"sel": selected} if selected else {}
        return address("access.index", known=position, **where)

    try:
        answer = do_once(deed)
    except (BadInput, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _record_form(form, None), 422
    flash(_("Recorded."))
    return answer


def _record_form(form: Form, impact: Impact | None) -> str:
    world = the_desk().world()
    kind = form.values.get("kind", "")
    fields = REPORTS[kind][1] if kind in REPORTS else ()
    return render_template(
        "access/record.html", form=form, kinds=REPORTS, kind=kind, fields=fields, impact=impact, world=world,
        choices={f.name: f.choices(world) for f in fields if f.choices is not None},
    )  # fmt: skip
