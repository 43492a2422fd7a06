"""Requests: what was asked for in each inter-agency plan, who holds the ball, and the steps that may follow."""

from contextlib import closing
from typing import Final

from flask import Blueprint, Response, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.access_plans import plan_asked_for
from planner.domain.denials import AMRF, REASONS
from planner.domain.errors import BadInput, NotFound, PlannerError
from planner.domain.pipeline import StepName
from planner.domain.requests import PAPERS, Request
from planner.domain.scans import LARGEST
from planner.services.monthly import monthly_count
from planner.services.request_records import counted_by
from planner.services.request_steps import ask, take_together
from planner.services.requests import find_request, published_stops
from planner.services.scans import attach_scan, list_scans, take_scan
from routing.errors import RoutingError
from routing.evidence import known_at
from web import choices, event_words, request_words
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import current_asof
from web.frame import page as address
from web.i18n import gettext as _
from web.request_views import requests_at_present, requests_now
from web.rights import Right, needs
from web.step_form import FIGURES, AskForm, StepForm, fields_of
from web.words import say

page = Blueprint("requests", __name__, url_prefix="/requests")


@page.get("")
@needs(Right.READ)
def index() -> str:
    """List the requests of a plan: the latest one unless another is chosen."""
    desk, found = the_desk(), requests_now()
    plans = sorted({r.plan for r in found}, reverse=True)
    wanted = request.args.get("period", "")
    plan = wanted if wanted in plans else next(iter(plans), "")
    rows = sorted((r for r in found if r.plan == plan), key=_order)
    stages: dict[str, int] = {}
    for row in rows:
        stages[row.stage] = stages.get(row.stage, 0) + 1
    count = None
    if plan:
        stops = published_stops(desk.store, desk.world(), current_asof())
        count = monthly_count(desk.world(), plan, current_asof(), stops)
    return render_template(
        "requests/index.html", rows=rows, plan=plan, plans=plans, stages=stages, count=count,
        words=event_words, said=request_words, catalogue=desk.world().catalogue,
    )  # fmt: skip


_FIRST: Final = ("held", "at_checkpoint", "delayed", "security_hold", "no_response", "denied", "letter_refused")


def _order(row: Request) -> tuple[int, int, str]:
    """Return where a request stands in the list: what is stuck first, then what waits longest."""
    rank = _FIRST.index(row.stage) if row.stage in _FIRST else len(_FIRST)
    ended = row.holder == "nobody" or row.stage in {"delivered", "returned"}
    return rank + 10 * ended, row.since or 0, row.id


@page.get("/new")
@needs(Right.EDIT)
def new() -> str:
    """Ask which location is to go into which plan."""
    return _new_page(AskForm())


@page.post("/new")
@needs(Right.EDIT)
def save_new() -> str | Answer | tuple[str, int]:
    """Put a location into a plan, once."""
    desk, form = the_desk(), AskForm.sent()
    asked = form.asked(desk.world(), desk.now)
    if asked is None:
        return _new_page(form), 422
    made: list[str] = []

    def deed() -> str:
        made.append(ask(desk.store, desk.world(), asked, actor=g.me.id, at=desk.now))
        return _shown(made[0])

    try:
        answer = do_once(deed)
    except (PlannerError, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _new_page(form), 422
    flash(_("Saved."))
    return answer


@page.get("/<request_id>/step/<step>")
@needs(Right.RECORD)
def step(request_id: str, step: str) -> str:
    """Ask for what a step tells."""
    return _step_page(_get(request_id), _step(step), StepForm())


@page.post("/<request_id>/step/<step>")
@needs(Right.RECORD)
def take_step(request_id: str, step: str) -> str | Answer | tuple[str, int]:
    """Write a step into the log, once; one that cannot follow is refused with those that can."""
    desk, found, taking, form = the_desk(), _get(request_id), _step(step), StepForm.sent()
    form.several = {key: request.form.getlist(key) for key in ("by", "struck")}
    told = form.taken(found, taking, desk.world())
    if told is None:
        return _step_page(found, taking, form), 422
    together = [found.id]
    if form.checked("all_stops"):
        together = [r.id for r in requests_at_present() if r.movement == found.movement]

    def deed() -> str:
        take_together(desk.store, desk.world(), together, told, actor=g.me.id, at=desk.now)
        return _shown(found.id)

    try:
        answer = do_once(deed)
    except (BadInput, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _step_page(found, taking, form), 422
    except PlannerError as refused:
        form.complain(WHOLE, str(refused))
        return _step_page(_get(request_id), taking, form), 409
    flash(_("Saved: %(step)s.", step=request_words.STEPS[taking]))
    return answer


@page.post("/<request_id>/scan")
@needs(Right.RECORD)
def attach(request_id: str) -> str | Answer | tuple[str, int]:
    """Attach a scan to one of the request's records; what kind of file it is, its content says."""
    desk, found, form = the_desk(), _get(request_id), Form.sent()
    position = form.whole("position", least=1)
    file = request.files.get("scan")
    if position is None or position not in {r.position for r in _latest(found).records}:
        form.complain("position", _("Choose one of the list."))
    if file is None or not file.filename:
        form.complain("scan", _("Choose a file."))
    if not form.ok or file is None or position is None:
        return _request_page(found, form), 422
    with closing(file):
        content = file.stream.read(LARGEST + 1)

    def deed() -> str:
        attach_scan(desk.store, desk.crisis_id, position, content, actor=g.me.id, at=desk.clock())
        return _shown(found.id)

    try:
        answer = do_once(deed)
    except BadInput as wrong:
        form.complain("scan", str(wrong))
        return _request_page(found, form), 422
    flash(_("Attached."))
    return answer


@page.get("/scans/<int:position>/<digest>")
@needs(Right.READ)
def scan(position: int, digest: str) -> Response:
    """Hand out a scan as a file to be kept, never shown in the page; who took it is on record."""
    desk = the_desk()
    found = take_scan(desk.store, desk.crisis_id, position, digest, actor=g.me.id, at=desk.clock())
    answer = Response(found.content, mimetype=found.media_type)
    ending = found.media_type.partition("/")[2]
    answer.headers["Content-Disposition"] = f'attachment; filename="record-{position}-{digest[:12]}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page.get("/<request_id>")
@needs(Right.READ)
def show(request_id: str) -> str:
    """Show one request: papers, lines, everything that was recorded, and what may follow."""
    return _request_page(_get(request_id), Form())


def _request_page(found: Request, form: Form) -> str:
    desk = the_desk()
    world = desk.world()
    return render_template(
        "requests/request.html", one=found, words=event_words, said=request_words, catalogue=world.catalogue,
        network=world.network, papers=PAPERS, latest=_latest(found), form=form,
        scans=list_scans(desk.store, desk.crisis_id, [r.position for r in found.records]),
    )  # fmt: skip


def _shown(request_id: str) -> str:
    """Return the address of a request that shows what was just written, even where the log holds later news."""
    desk = the_desk()
    world = desk.world()
    hidden = known_at(world.log, desk.now) < world.head
    return address("requests.show", request_id=request_id, **({"known": world.head} if hidden else {}))


def _get(request_id: str) -> Request:
    try:
        return find_request(requests_now(), request_id)
    except NotFound:
        pass
    try:
        return find_request(requests_at_present(), request_id)
    except NotFound:
        return abort(404, description=_("No such request was known at the time that is shown."))


def _latest(found: Request) -> Request:
    """Return the request as it stands in the whole log at the desk's present: what may follow depends on that."""
    return next((r for r in requests_at_present() if r.id == found.id), found)


def _step(step: str) -> StepName:
    if step not in request_words.STEPS:
        abort(404, description=_("There is no such step."))
    return step  # type: ignore[return-value] # one of STEPS, whose words are complete


def _step_page(found: Request, step: StepName, form: StepForm) -> str:
    world, latest = the_desk().world(), _latest(found)
    catalogue = world.catalogue
    reasons = [(c, event_words.CATEGORIES[c], [r for r, amrf in REASONS.items() if amrf == c]) for c in AMRF]
    named = [line.commodity for line in latest.lines] or list(catalogue.commodities)
    balance = {line.commodity: line for line in latest.lines}
    return render_template(
        "requests/step.html", one=latest, step=step, form=form, groups=fields_of(step), words=event_words,
        said=request_words, catalogue=catalogue, now=the_desk().now, reasons=[r for r in reasons if r[2]],
        internal=[reason for reason, amrf in REASONS.items() if amrf is None], counted=counted_by(step),
        goods=named, balance=balance, figures=FIGURES, legal=step in latest.legal,
        gate_choices=[("", _("not stated")), *choices.gates(world)],
        hub_choices=[("", _("not set")), *choices.hubs(world)],
        stops=[r for r in requests_at_present() if r.movement is not None and r.movement == latest.movement],
    )  # fmt: skip


def _new_page(form: AskForm) -> str:
    world = the_desk().world()
    return render_template(
        "requests/new.html", form=form, words=event_words, said=request_words, catalogue=world.catalogue,
        plan=plan_asked_for(the_desk().now, the_desk().zone), site_choices=choices.sites(world),
        hub_choices=choices.hubs(world), channel_choices=list(event_words.CHANNELS.items()),
        commodities=[(c.id, say(c)) for c in world.catalogue.commodities.values()],
    )  # fmt: skip
