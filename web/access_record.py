"""Recording: a report is filled in and its effect looked at, then it is saved; a record is withdrawn by another."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput, NotFound, PlannerError
from planner.domain.world import World
from planner.services import evidence
from planner.services.access_page import later_words
from planner.services.impact import Impact, foresee, foresee_withdrawal
from planner.services.in_hand import InHand, find_in_hand
from planner.services.selection import Selection, select
from planner.services.time_rail import withdrawals
from routing.errors import RoutingError
from routing.evidence import Incident, known_at
from routing.status import Status
from web.desk import the_desk
from web.evidence_words import KINDS
from web.forms import WHOLE, Form, do_once
from web.frame import current_asof, page_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.place_marks import impact_overlay
from web.report_fields import REPORTS, SEVERAL
from web.report_reading import effect_of, read_report
from web.rights import Right, needs
from web.words import input_moment

NOBODY: Final = "-"
"""Stands for the source while a report is only looked at: who says so has no effect."""
TURNED_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a report would change, and the mark by which it is known that this and nothing else was looked at."""

    impact: Impact
    seen: str


def add_to(page: Blueprint) -> None:
    """Give the pages of access their forms."""
    page.get("/record")(record)
    page.post("/record")(save)
    page.get("/records/<int:position>")(record_page)
    page.post("/records/<int:position>/withdrawal")(withdraw)


def _in_hand() -> InHand:
    desk = the_desk()
    return find_in_hand(desk.store, desk.crisis_id, desk.plan)


# ---------------------------------------------------------------------------------------------------------------------
# A new record


@needs(Right.RECORD)
def record() -> str:
    """Show the form of one kind of report, filled with what is selected; one that is complete is looked at at once."""
    form = Form(values={"kind": request.args.get("kind", ""), "reliability": "B", "credibility": "2"})
    now = input_moment(page_asof().at)
    form.values |= {"valid_from": now, "learned_at": now, "geo_precision": "2"}
    _fill(form, _selection())
    for field in ("site", "gate", "state", "reason", "scope", "lon", "lat", "hazard", "place", "says", "valid_from"):
        if request.args.get(field):
            form.values[field] = "\n".join(request.args.getlist(field))
    look = None
    if request.args.get("state") or request.args.get("hazard"):
        tried = Form(values={**form.values, "source": NOBODY})
        values = read_report(tried, the_desk().world()) if form.values["kind"] in REPORTS else None
        look = None if values is None else _look(tried, values)
    return _form_page(form, look)


def _fill(form: Form, selection: Selection | None) -> None:
    if selection is None:
        return
    world, kind = the_desk().world(), form.values["kind"]
    gates = {world.network.segments[s].gate for s in selection.segments}
    if selection.kind == "gate":
        gates = {selection.name}
    gate = next(iter(gates)) if len(gates) == 1 else None
    form.values["kind"] = kind or ("gate" if selection.kind == "gate" else "road")
    form.values["segments"] = "\n".join(selection.segments)
    if gate is not None:
        form.values |= {"gate": gate, "gates": gate, "scope": f"gate:{gate}"}
    if selection.kind == "area":
        form.values |= {"area": selection.name, "areas": selection.name, "scope": f"area:{selection.name}"}
    if selection.kind == "place":
        form.values["place"] = selection.name
        sites = [site.id for site in world.catalogue.sites.values() if site.place == selection.name]
        form.values["site"] = sites[0] if len(sites) == 1 else ""
    elif selection.kind in {"segment", "gate"} and selection.segments:
        form.values["place"] = world.network.segments[selection.segments[0]].start
        if selection.kind == "gate":
            form.values["place"] = world.network.gates[selection.name].place


def _selection() -> Selection | None:
    asked = request.args.get("sel", "")
    if not asked:
        return None
    try:
        return select(the_desk().world(), asked, _in_hand().convoys)
    except NotFound:
        return None


@needs(Right.RECORD)
def save() -> str | Answer | tuple[str, int]:
    """Show what a report would change, or save it; another kind chosen shows its fields."""
    form = Form.sent()
    for name in SEVERAL:
        form.values[name] = "\n".join(request.form.getlist(name))
    do = "preview" if form.values.get("preview") else form.values.get("do", "preview")
    if do == "kind":
        return _form_page(form, None)
    if form.choice("kind", REPORTS) not in REPORTS:
        return _form_page(form, None), 422
    values = read_report(form, the_desk().world())
    if do == "save" and values is not None and form.values.get("seen") == _mark(values):
        return _saved(form, values)
    look = None if values is None else _look(form, values)
    if values is None or look is None:
        return _form_page(form, None), 422
    if do == "save":
        # What is saved is what was looked at: anything changed since is shown first.
        form.complain("seen", _("This is not the report whose effect was shown. Look at what it changes, then save."))
        return _form_page(form, look), 422
    return _form_page(form, look)


def _mark(values: dict[str, object]) -> str:
    return digest_of(effect_of(values))[:16]


def _look(form: Form, values: dict[str, object]) -> Look | None:
    desk, question = the_desk(), current_asof()
    impact = form.attempt(WHOLE, lambda: foresee(desk.store, desk.world(), values, _in_hand(), question))
    return None if impact is None else Look(impact=impact, seen=_mark(values))


def _saved(form: Form, values: dict[str, object]) -> str | Answer | tuple[str, int]:
    selected = request.args.get("sel")

    def deed() -> str:
        desk = the_desk()
        position = evidence.record(desk.store, desk.world(), values, actor=g.me.id, at=desk.clock())
        where: dict[str, Any] = {"sel": selected} if selected else {}
        world, at = desk.world(), page_asof().at
        if values.get("hazard") == "attack_on_aid":
            where["attack"] = position
        if known_at(world.log, at) < position:
            # A replay, or a clock set back: the record stands at the end of the log and is known from there on.
            where |= {"known": position, "at": input_moment(at)}
            flash(
                _(
                    "Recorded. It is record %(number)s; this page now shows what is known from there on.",
                    number=position,
                )
            )
        else:
            flash(_("Recorded. It is record %(number)s.", number=position))
        return address("access.index", **where)

    try:
        return do_once(deed)
    except (BadInput, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _form_page(form, None), 422


def _form_page(form: Form, look: Look | None) -> str:
    world, selection = the_desk().world(), _selection()
    kind = form.values.get("kind", "")
    fields = REPORTS[kind][1] if kind in REPORTS else ()
    turned = {} if look is None else {turn.segment: turn.after for turn in look.impact.turned}
    touched = [] if look is None else [one.convoy for one in look.impact.touched]
    return render_template(
        "access/record.html", form=form, reports=REPORTS, kind=kind, fields=fields, look=look, world=world,
        choices={f.name: f.choices(world) for f in fields if f.choices is not None}, selection=selection,
        offered=_offered(form, world) if kind == "road" else (), turned_shown=TURNED_SHOWN,
        overlay=impact_overlay(world, turned, touched, selection), Status=Status,
        places=sorted(world.network.places.values(), key=lambda p: p.name),
        is_late=known_at(world.log, page_asof().at) < world.head,
    )  # fmt: skip


def _offered(form: Form, world: World) -> list[str]:
    """Return the stretches to tick: those chosen, then those that meet them."""
    chosen = [name for name in form.values.get("segments", "").split("\n") if name in world.network.segments]
    ends = {place for s in chosen for place in (world.network.segments[s].start, world.network.segments[s].end)}
    beside = {s for place in ends for s in world.network.segments_at(place)} - set(chosen)
    return [*dict.fromkeys(chosen), *sorted(beside)]


# ---------------------------------------------------------------------------------------------------------------------
# A record that stands


@needs(Right.READ)
def record_page(position: int) -> str:
    """Show one record whole: what, who, when it held, when it was learned, by whom it was entered, what came after."""
    return _record_page(position, Form())


def _record_page(position: int, form: Form) -> str:
    desk = the_desk()
    world = desk.world()
    found = next((r for r in world.log if r.position == position), None) or abort(404)
    with desk.store.reading() as read:
        entered = next(r for r in read.list_recorded(desk.crisis_id, known=position) if r.evidence.position == position)
        by = read.find_actor_name(entered.actor)
    gone = withdrawals(world, world.head)
    impact = None
    if request.args.get("look") == "withdrawal" and position not in gone and g.me.can(Right.RECORD):
        impact = foresee_withdrawal(world, position, _in_hand(), current_asof())
    return render_template(
        "access/record_page.html", record=found, entered=entered, by=by or entered.actor, form=form, world=world,
        withdrawal=gone.get(position), withdrawn=gone, kinds=KINDS, later=later_words(world, found)[:TURNED_SHOWN],
        impact=impact, turned_shown=TURNED_SHOWN, is_attack=isinstance(found.fact, Incident),
    )  # fmt: skip


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
        flash(_("Withdrawn. The record stays and has no effect from here on."))
        return address("access.record_page", position=position)

    try:
        return do_once(deed)
    except PlannerError as wrong:
        form.complain(WHOLE, str(wrong))
        return _record_page(position, form), 422
