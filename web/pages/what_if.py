"""What-if: lay edits over what is known, solve beside a plan, and see who gains, who loses and because of what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, g, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from planner.domain.errors import BadInput
from planner.domain.scenario import Scenario
from planner.intake.scenario import parse_scenario
from planner.services.plan_records import PlanRecord
from planner.services.scenarios import Asked, is_plan, list_asked, list_examples
from planner.services.what_if import request_scenario
from web.comparison import Indicator, compare_indicators, map_difference, site_rows
from web.desk import the_desk
from web.edit_fields import EDIT_KINDS, read_edit
from web.forms import Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.plan_words import ASPECTS, values_said
from web.rights import Right, needs
from web.sessions import unattended
from web.words import ltr

page = Blueprint("what_if", __name__, url_prefix="/what-if")
MOST: Final = 4
"""So many scenarios are compared at once: more do not fit beside each other."""
SEVERAL: Final = ("gates", "parties", "sites", "steps")


def _form() -> Form:
    """Return the form sent, with the values of lists joined by line ends."""
    form = Form.sent()
    for name in SEVERAL:
        form.values[name] = "\n".join(request.form.getlist(name))
    return form


@page.get("")
@needs(Right.PLAN)
def index() -> str:
    """Offer an empty scenario, one of the examples, or one that begins with what is selected on the map."""
    form = Form(values={"name": _("my scenario"), "base": request.args.get("base", "latest")})
    example = next((e for e in list_examples(the_desk().crisis_id) if e.name == request.args.get("example")), None)
    if example is not None:
        form.values |= {"text": example.text, "name": example.name}
    form.values |= _prefilled(request.args.get("sel", ""), request.args.get("kind", ""))
    return _compose(form)


def _prefilled(selected: str, kind: str) -> dict[str, str]:
    what, _colon, name = selected.partition(":")
    kinds = {"gate": "gate_set", "segment": "segment_set", "site": "paper_granted", "area": "area_held"}
    chosen = kind if kind in EDIT_KINDS else kinds.get(what, "")
    return {"kind": chosen} | ({what: name} if what in kinds else {})


@page.post("")
@needs(Right.PLAN)
def change() -> str | Answer | tuple[str, int]:
    """Add an edit to the scenario in hand, show another kind's fields, or queue it."""
    form = _form()
    do = form.values.get("do", "kind")
    if do == "kind":
        return _compose(form)
    if do == "add":
        kind = form.choice("kind", EDIT_KINDS)
        lines = read_edit(form, kind, the_desk().world()) if kind in EDIT_KINDS else None
        if lines is None:
            return _compose(form), 422
        text = form.values.get("text", "").rstrip()
        form.values["text"] = f"{text}\n\n{lines}".lstrip()
        form.values["kind"] = ""
        _scenario(form)
        return _compose(form), 200 if form.ok else 422
    return _solve(form)


@page.post("/try")
@needs(Right.PLAN)
def try_change() -> str | Answer | tuple[str, int]:
    """Queue the smallest change that a plan names for a site it leaves out."""
    form = Form.sent()
    form.values = {
        "base": form.text("plan", required=True), "name": _("try the change"), "text": form.text("edit", required=True),
    }  # fmt: skip
    return _solve(form)


def _solve(form: Form) -> str | Answer | tuple[str, int]:
    scenario = _scenario(form)
    if scenario is not None and not scenario.edits:
        form.complain("text", _("Add an edit first: without one it is the plan that is there."))
    if scenario is None or not form.ok:
        return _compose(form), 422
    others = [key for key in form.values.get("with", "").split(",") if key.isdigit() or is_plan(key)][-(MOST - 1) :]

    def deed() -> str:
        desk = the_desk()
        base = desk.plan(form.values.get("base") or "latest")
        run = request_scenario(desk.store, desk.world(), base, scenario, desk.versions, at=desk.clock(), by=g.me.id)
        chosen = [*others, str(run.id)]
        return address("what_if.compare", base=base.id, **{"with": chosen})

    try:
        return do_once(deed)
    except BadInput as wrong:
        for line in str(wrong).splitlines():
            form.complain("text", line)
        return _compose(form), 422


def _scenario(form: Form) -> Scenario | None:
    name = form.text("name", required=True, longest=80)
    text = form.values.get("text", "").replace("\r\n", "\n")
    found = form.attempt("text", lambda: parse_scenario(_("scenario"), text, the_desk().zone, the_desk().world()))
    return None if found is None else Scenario(name=name or found.name, edits=found.edits)


def _compose(form: Form) -> str:
    desk = the_desk()
    with desk.store.reading() as read:
        plans = read.list_plans(desk.crisis_id, limit=20, supposed=False)
    kind = form.values.get("kind", "")
    fields = EDIT_KINDS[kind][1] if kind in EDIT_KINDS else ()
    world = desk.world()
    text = form.values.get("text", "").replace("\r\n", "\n")
    try:
        known = parse_scenario("scenario", text, desk.zone).edits if text.strip() else ()
    except BadInput:
        known = ()
    return render_template(
        "what_if/index.html", form=form, plans=plans, kinds=EDIT_KINDS, kind=kind, fields=fields,
        choices={f.called: f.choices(world) for f in fields if f.choices is not None}, edits=known,
        describe=values_said, examples=list_examples(desk.crisis_id),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the page of a comparison shows: the base, the scenarios asked for, and the indicators side by side."""

    base: PlanRecord
    asked: tuple[Asked, ...]
    indicators: tuple[Indicator, ...]
    solving: bool


def _compared() -> Compared:
    desk = the_desk()
    keys = [key for key in dict.fromkeys(request.args.getlist("with")) if key.isdigit() or is_plan(key)][:MOST]
    base = desk.plan(request.args.get("base", "latest"))
    asked = list_asked(desk.store, desk.world(), base, keys)
    records: Sequence[PlanRecord | None] = [base, *(one.record for one in asked)]
    return Compared(
        base=base,
        asked=asked,
        indicators=compare_indicators(records),
        solving=any(one.going for one in asked),
    )


@page.get("/compare")
@needs(Right.PLAN)
def compare() -> str | Answer:
    """Show up to four plans or scenarios beside a base; those still being solved say how far they are."""
    if not request.args.getlist("with") and "base" not in request.args:
        return redirect(address("what_if.index"))
    told, desk = _compared(), the_desk()
    solved = [one for one in told.asked if one.record is not None]
    on_map = next((one for one in solved if one.key == request.args.get("map")), solved[0] if solved else None)
    overlay: Any = map_difference(told.base, on_map)
    there = {told.base.id, *(one.record.id for one in told.asked if one.record is not None)}
    with desk.store.reading() as read:
        others = [card for card in read.list_plans(desk.crisis_id, limit=50, supposed=False) if card.id not in there]
    return render_template(
        "what_if/compare.html", told=told, overlay=overlay, most=MOST, aspects=ASPECTS, others=others,
        rows=site_rows(told.base, told.asked), on_map=on_map, solved=solved,
        cause_said=_cause_said,
    )  # fmt: skip


def _cause_said(cause: str) -> Markup:
    """Return an edit by what it supposes and its target; what is no edit, by its id."""
    kind, _sign, rest = cause.partition(":")
    name, _colon, target = rest.partition(":")
    if kind != "edit" or name not in EDIT_KINDS:
        return ltr(cause)
    return Markup("{} ({})").format(EDIT_KINDS[name][0], Markup('<bdi dir="ltr">{}</bdi>').format(target))


@page.get("/compare/progress")
@needs(Right.PLAN)
@unattended
def progress() -> str:
    """Return the states of the scenarios alone, for a page that waits."""
    return render_template("what_if/progress.html", told=_compared())
