"""Incidents: a partner submits what happened and sees what became of it; an access officer accepts or returns it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Blueprint, abort, flash, g, render_template, request
from werkzeug.wrappers import Response as Answer

from planner.domain.denials import AUTHORITIES, REASONS, SECTORS
from planner.domain.errors import BadInput, NotFound, PlannerError
from planner.domain.submissions import Incident, Submission
from planner.services.submissions import (
    FAILED,
    Acceptance,
    accept_submission,
    list_submissions,
    return_submission,
    submit_incident,
)
from routing.errors import RoutingError
from web import choices, event_words
from web.desk import the_desk
from web.forms import WHOLE, Form, do_once
from web.frame import page as address
from web.i18n import gettext as _
from web.rights import Right, needs
from web.words import say

page = Blueprint("incidents", __name__, url_prefix="/incidents")


@dataclass(kw_only=True)
class IncidentForm(Form):
    """What a partner reports."""

    sectors: tuple[str, ...] = field(default=())

    def incident(self) -> Incident | None:
        """Return the incident, or None where something is wrong; every complaint is noted."""
        what = self.choice("what", FAILED)
        happened_at = self.moment("happened_at", required=True)
        governorate = self.choice("governorate", the_desk().world().catalogue.governorates)
        authority = self.choice("authority_type", AUTHORITIES)
        organisation = self.text("organisation", required=True, longest=200)
        place = self.text("place", required=True, longest=200)
        trucks, hours = self.whole("trucks", most=1_000), self.whole("hours_lost", most=24 * 365)
        people = self.whole("people_not_reached", most=100_000_000)
        if any(sector not in SECTORS for sector in self.sectors):
            self.complain("sectors", _("Choose some of the list."))
        if happened_at is not None and happened_at > the_desk().now:
            self.complain("happened_at", _("This lies ahead. Give a time that has passed."))
        if not self.ok or happened_at is None:
            return None
        return Incident(
            organisation=organisation, what=what, happened_at=happened_at, governorate=governorate, place=place,
            authority_type=authority, stated_reason=self.text("stated_reason"), sectors=self.sectors, trucks=trucks,
            hours_lost=hours, people_not_reached=people, items=self.text("items", longest=500),
            follow_up=self.checked("follow_up"), may_be_shared=self.checked("may_be_shared"),
        )  # fmt: skip


@page.get("")
@needs(Right.SUBMIT)
def index() -> str:
    """Ask a partner what happened, and show what became of what they submitted before."""
    return _own_page(IncidentForm())


@page.post("")
@needs(Right.SUBMIT)
def submit() -> str | Answer | tuple[str, int]:
    """Keep an incident until an access officer decides on it."""
    desk, form = the_desk(), IncidentForm.sent()
    form.sectors = tuple(request.form.getlist("sectors"))
    incident = form.incident()
    if incident is None:
        return _own_page(form), 422

    def deed() -> str:
        submit_incident(desk.store, desk.world(), incident, actor=g.me.id, at=desk.now)
        return address("incidents.index")

    try:
        answer = do_once(deed)
    except (BadInput, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _own_page(form), 422
    flash(_("Submitted. An access officer will look at it."))
    return answer


@page.get("/desk")
@needs(Right.RECORD)
def desk() -> str:
    """List what partners submitted, what is open first."""
    found = list_submissions(the_desk().store, the_desk().crisis_id)
    rows = sorted(found, key=lambda s: (s.state != "submitted", -s.id))
    return render_template("incidents/desk.html", rows=rows, words=event_words, catalogue=the_desk().world().catalogue)


@page.get("/desk/<int:number>")
@needs(Right.RECORD)
def decide(number: int) -> str:
    """Show one submission and ask what becomes of it."""
    return _decide_page(_get(number), Form())


@page.post("/desk/<int:number>/accept")
@needs(Right.RECORD)
def accept(number: int) -> str | Answer | tuple[str, int]:
    """Make a record of it."""
    desk_, found, form = the_desk(), _get(number), Form.sent()
    site = form.choice("site", desk_.world().catalogue.sites)
    reason = form.choice("reason_code", REASONS)
    reliability, credibility = form.choice("reliability", tuple("ABCDEF")), form.whole("credibility", least=1, most=6)
    if not form.ok:
        return _decide_page(found, form), 422
    taken = Acceptance(
        site=site, reason_code=reason, reliability=reliability, credibility=credibility or 3,
        movement=form.text("movement"), hub=form.text("hub"), note=form.text("note"),
    )  # fmt: skip

    def deed() -> str:
        accept_submission(desk_.store, desk_.world(), number, taken, by=g.me.id, at=desk_.now)
        return address("incidents.desk")

    return _decided(found, form, deed, _("Accepted: it is a record now."))


@page.post("/desk/<int:number>/return")
@needs(Right.RECORD)
def give_back(number: int) -> str | Answer | tuple[str, int]:
    """Return it to the partner with a reason."""
    desk_, found, form = the_desk(), _get(number), Form.sent()
    reason = form.text("reason", required=True)
    if not form.ok:
        return _decide_page(found, form), 422

    def deed() -> str:
        return_submission(desk_.store, desk_.crisis_id, number, reason, by=g.me.id, at=desk_.now)
        return address("incidents.desk")

    return _decided(found, form, deed, _("Returned to the partner."))


def _decided(found: Submission, form: Form, deed: Callable[[], str], said: str) -> str | Answer | tuple[str, int]:
    try:
        answer = do_once(deed)
    except (BadInput, RoutingError) as wrong:
        form.complain(WHOLE, str(wrong))
        return _decide_page(found, form), 422
    except PlannerError as refused:
        form.complain(WHOLE, str(refused))
        return _decide_page(_get(found.id), form), 409
    flash(said)
    return answer


def _get(number: int) -> Submission:
    desk_ = the_desk()
    try:
        with desk_.store.reading() as read:
            return read.get_submission(desk_.crisis_id, number)
    except NotFound:
        return abort(404, description=_("There is no such submission."))


def _own_page(form: IncidentForm) -> str:
    desk_ = the_desk()
    catalogue = desk_.world().catalogue
    return render_template(
        "incidents/index.html", form=form, words=event_words, catalogue=catalogue, now=desk_.now,
        mine=list_submissions(desk_.store, desk_.crisis_id, of=g.me.id),
        what_choices=[("", _("choose")), *((w, word) for w, word in event_words.WHAT.items() if w in FAILED)],
        governorate_choices=[("", _("choose")), *((c, say(one)) for c, one in catalogue.governorates.items())],
    )  # fmt: skip


def _decide_page(found: Submission, form: Form) -> str:
    world = the_desk().world()
    movements = sorted(((m.id, say(m)) for m in world.catalogue.movements.values()), key=lambda pair: pair[1])
    return render_template(
        "incidents/decide.html", one=found, form=form, words=event_words, catalogue=world.catalogue,
        site_choices=[("", _("choose")), *choices.sites(world)], hub_choices=[("", _("not set")), *choices.hubs(world)],
        convoy_choices=[("", _("a convoy of the partner’s own")), *movements],
        reason_choices=[("", _("choose")), *event_words.REASON.items()],
    )  # fmt: skip
