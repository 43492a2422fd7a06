"""Plans: list and make them, read one with its map and timetable, judge, publish, pin, compare and print it."""

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, flash, g, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import NotFound, Refused
from planner.domain.opening import Openings
from planner.domain.tradeoff import Tradeoff
from planner.domain.verify import RULES
from planner.services.itinerary import number_convoys
from planner.services.movements import list_movements, pin_movement, publish_plan
from planner.services.plan_page import tell_plan
from planner.services.plan_records import PlanRecord, diff_plans
from planner.services.plans import request_plan
from planner.services.runs import list_going, question_of
from planner.services.studies import OPENING, STUDIES, TRADEOFF, find_known, request_study
from planner.services.tradeoffs import balanced
from planner.store.records import Movement
from web.balances import chart_of, is_beaten, level_shown
from web.desk import the_desk
from web.forms import Form, do_once
from web.frame import language
from web.frame import page as address
from web.i18n import RIGHT_TO_LEFT
from web.i18n import gettext as _
from web.people import names_of
from web.plan_forms import default_values, read_snapshot
from web.plan_fragments import fragments
from web.plan_map import plan_overlay
from web.plan_sheets import make_sheets
from web.plan_view import PlanView, words
from web.rights import Right, needs

page = Blueprint("plans", __name__, url_prefix="/plans")
LISTED: Final = 100


@page.get("")
@needs(Right.READ)
def index() -> str:
    """List the plans, newest first, and offer a new one."""
    return _listing(Form(values=default_values(request.args.get("from", ""), request.args.get("days", ""))))


@page.post("")
@needs(Right.PLAN)
def make() -> str | Answer | tuple[str, int]:
    """Queue a solve, once for each question, and follow it."""
    form = Form.sent()
    snapshot = read_snapshot(form)
    if snapshot is None:
        return _listing(form), 422

    def deed() -> str:
        desk = the_desk()
        run = request_plan(desk.store, snapshot, desk.versions, at=desk.clock(), by=g.me.id)
        return address("runs.run", run=run.id)

    return do_once(deed)


def _listing(form: Form) -> str:
    desk = the_desk()
    with desk.store.reading() as read:
        cards = read.list_plans(desk.crisis_id, limit=LISTED)
    return render_template(
        "plans/index.html",
        cards=cards,
        questions={card.id: question_of(desk.store, card.snapshot) for card in cards},
        names=names_of([card.created_by for card in cards] + [card.published_by for card in cards]),
        going=list_going(desk.store, desk.crisis_id, desk.clock()),
        form=form,
        **words(),
    )


@page.get("/<plan>")
@needs(Right.READ)
def plan(plan: str) -> str:
    """Show a plan: what it reaches, what it cannot and why, when and by which roads."""
    record = the_desk().plan(plan)
    return render_template("plans/plan.html", **_context(record))


def _context(record: PlanRecord) -> dict[str, Any]:
    told = tell_plan(record)
    rtl = language() in RIGHT_TO_LEFT
    view = PlanView(told, mirrored=rtl, selected=request.args.get("sel", ""))
    movements = _movements(record)
    openings = find_known(the_desk().store, record, OPENING, Openings)
    tradeoff = find_known(the_desk().store, record, TRADEOFF, Tradeoff)
    card = record.stored.card
    return {
        "told": told,
        "view": view,
        "plan": record.plan,
        "snapshot": record.snapshot,
        "card": card,
        "rules": RULES,
        "drawn": fragments(told),
        "openings": openings,
        "tradeoff": tradeoff,
        "balance_chart": None if tradeoff is None else chart_of(tradeoff, mirrored=rtl),
        "balance_level": 0 if tradeoff is None else level_shown(tradeoff.balances),
        "beaten": is_beaten,
        "overlay": plan_overlay(told, openings, arabic=rtl),
        "movements": movements,
        "names": names_of([card.created_by, card.published_by]),
        "others": _others(record),
        "going": list_going(the_desk().store, the_desk().crisis_id, the_desk().clock()),
        **words(),
    }


def _movements(record: PlanRecord) -> dict[str, Movement]:
    """Return the movements that this plan's convoys became, or keep, by convoy."""
    if record.stored.card.published_at is None:
        return {}
    found = {movement.id: movement for movement in list_movements(the_desk().store, the_desk().crisis_id)}
    names = {convoy.id: convoy.movement or f"{record.id}-{convoy.id}" for convoy in record.plan.convoys}
    return {convoy: found[name] for convoy, name in names.items() if name in found}


def _others(record: PlanRecord) -> list[Any]:
    desk = the_desk()
    with desk.store.reading() as read:
        return [card for card in read.list_plans(desk.crisis_id, limit=20) if card.id != record.id]


@page.get("/<plan>/verify")
@needs(Right.READ)
def verify(plan: str) -> str:
    """Judge the plan by every hard rule, each by name."""
    told = tell_plan(the_desk().plan(plan))
    broken: dict[str, list[Any]] = {}
    for violation in told.broken:
        broken.setdefault(violation.rule, []).append(violation)
    numbers = number_convoys(told.record.plan, told.record.snapshot)
    return render_template(
        "plans/verify.html", told=told, broken=broken, rules=RULES, numbers=numbers, **words()
    )  # fmt: skip


@page.post("/<plan>/publish")
@needs(Right.PUBLISH)
def publish(plan: str) -> Answer:
    """Publish a plan that somebody else has made: its convoys become movements."""
    desk = the_desk()
    record = desk.plan(plan)
    if record.stored.card.supposed:
        flash(_("It supposes what is not so: it is to compare with, not to publish."))
        return redirect(address("plans.plan", plan=record.id), 303)
    if record.stored.card.created_by == g.me.id:
        # Said here in the reader's words; the service refuses it too.
        flash(_("You made this plan. A second person publishes it: ask another coordinator."))
        return redirect(address("plans.plan", plan=record.id), 303)

    def deed() -> str:
        made = publish_plan(desk.store, record, by=g.me.id, at=desk.clock())
        flash(_("Published: %(num)d movements, all pinned.", num=len(made)))
        return address("plans.plan", plan=record.id)

    try:
        return do_once(deed)
    except Refused:
        flash(_("It was published already. Nothing was changed."))
        return redirect(address("plans.plan", plan=record.id), 303)


@page.post("/<plan>/study")
@needs(Right.PLAN)
def study(plan: str) -> Answer:
    """Queue what is to be found out about the plan, once, and follow it."""
    desk = the_desk()
    record, form = desk.plan(plan), Form.sent()
    asked = form.text("study", required=True)
    if asked not in STUDIES:
        raise NotFound(_("There is nothing called %(study)s to find out.", study=asked))

    def deed() -> str:
        run = request_study(desk.store, record, asked, desk.versions, at=desk.clock(), by=g.me.id)
        return address("runs.run", run=run.id)

    return do_once(deed)


@page.post("/<plan>/balance")
@needs(Right.PLAN)
def balance(plan: str) -> Answer:
    """Queue a plan of the same world by one of the other balances, and follow it."""
    desk = the_desk()
    record, form = desk.plan(plan), Form.sent()
    known = find_known(desk.store, record, TRADEOFF, Tradeoff)
    chosen = form.whole("balance", least=1, most=0 if known is None else len(known.balances) - 1)
    if known is None or chosen is None:
        raise NotFound(_("There is no such balance. Work the balances out first."))
    one = known.balances[chosen]
    policy = replace(
        record.snapshot.policy, equity_tolerance=one.equity_tolerance, risk_cap_p=one.risk_cap_p
    )  # fmt: skip
    snapshot = balanced(record.snapshot, record.plan, policy)

    def deed() -> str:
        run = request_plan(desk.store, snapshot, desk.versions, at=desk.clock(), by=g.me.id)
        return address("runs.run", run=run.id)

    return do_once(deed)


@page.post("/<plan>/pin")
@needs(Right.EDIT)
def pin(plan: str) -> Answer:
    """Pin a published movement, so that planning again keeps it, or let it go again."""
    desk = the_desk()
    record, form = desk.plan(plan), Form.sent()
    movement, pinned = form.text("movement", required=True), form.checked("pinned")
    if movement not in {one.id for one in _movements(record).values()}:
        raise NotFound(_("Plan %(plan)s has no movement %(movement)s.", plan=record.id, movement=movement))

    def deed() -> str:
        pin_movement(desk.store, desk.world(), movement, pinned=pinned, by=g.me.id, at=desk.clock())
        return address("plans.plan", plan=record.id, _anchor="movements")

    return do_once(deed)


@page.get("/<a>/diff")
@needs(Right.READ)
def compare(a: str) -> Answer:
    """Go to the difference to the plan that was chosen."""
    return redirect(address("plans.diff", a=a, b=request.args.get("b", "latest")))


@page.get("/<a>/diff/<b>")
@needs(Right.READ)
def diff(a: str, b: str) -> str:
    """Subtract two plans: who gains and loses, which convoys change, and because of what."""
    desk = the_desk()
    first, second = desk.plan(a), desk.plan(b)
    world = desk.world()
    because = {record.position: record for record in world.log}
    return render_template(
        "plans/diff.html",
        a=first,
        b=second,
        diff=diff_plans(first, second, world),
        numbers_a=number_convoys(first.plan, first.snapshot),
        numbers_b=number_convoys(second.plan, second.snapshot),
        records=because,
        **words(),
    )


@page.get("/<plan>/sheets")
@needs(Right.READ)
def sheets(plan: str) -> str | Answer:
    """Show the convoys' sheets for printing, A4, one convoy or all; nobody drives by a scenario's."""
    told = tell_plan(the_desk().plan(plan))
    if told.record.stored.card.supposed:
        flash(_("It supposes what is not so: nobody drives by it."))
        return redirect(address("plans.plan", plan=told.record.id), 302)
    chosen = request.args.get("convoy", "")
    convoys = [one for one in told.convoys if not chosen or one.convoy.id == chosen]
    if not convoys and chosen:
        raise NotFound(_("Plan %(plan)s has no convoy %(convoy)s.", plan=told.record.id, convoy=chosen))
    return render_template(
        "plans/sheets.html", told=told, sheets=make_sheets(told, convoys), chosen=chosen,
        names=names_of([told.record.stored.card.created_by]), **words(),
    )  # fmt: skip
