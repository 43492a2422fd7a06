"""The API's part on incidents of partners: submitted by them, accepted as records or returned by an access officer."""

from flask import Blueprint, Response, g, jsonify
from pydantic import Field

from planner.domain.canonical import Plain
from planner.domain.submissions import Incident, Submission
from planner.services.submissions import (
    Acceptance,
    accept_submission,
    list_submissions,
    return_submission,
    submit_incident,
)
from routing.units import format_instant
from web.api.access import Recorded
from web.api.described import Document, Strict, answers, api
from web.desk import the_desk
from web.forms import do_once_json
from web.frame import read_moment
from web.rights import Right, needs

page = Blueprint("incidents", __name__)


class NewIncident(Strict):
    """What a partner reports of a convoy that failed."""

    organisation: str = Field(min_length=1, max_length=200)
    what: str = Field(max_length=40)
    happened_at: str = Field(max_length=40)
    governorate: str = Field(max_length=20)
    place: str = Field(min_length=1, max_length=200)
    authority_type: str = Field("not_established", max_length=40)
    stated_reason: str = Field("", max_length=2_000)
    sectors: list[str] = Field(default_factory=list, max_length=20)
    trucks: int | None = Field(None, ge=0, le=1_000)
    hours_lost: int | None = Field(None, ge=0, le=24 * 365)
    people_not_reached: int | None = Field(None, ge=0, le=100_000_000)
    items: str = Field("", max_length=500)
    follow_up: bool = False
    may_be_shared: bool = False


class NewAcceptance(Strict):
    """What an access officer adds; without `movement` it was a convoy of the partner's own, which left from `hub`."""

    site: str = Field(max_length=80)
    reason_code: str = Field(max_length=40)
    reliability: str = Field("B", pattern="^[A-F]$")
    credibility: int = Field(2, ge=1, le=6)
    movement: str = Field("", max_length=120)
    hub: str = Field("", max_length=80)
    note: str = Field("", max_length=2_000)


class NewReturn(Strict):
    """Why an incident is returned."""

    reason: str = Field(min_length=1, max_length=2_000)


class Submitted(Document):
    """The number of the submission."""

    incident: int


@page.get("/incidents/mine")
@needs(Right.SUBMIT)
@api.validate(resp=answers(), tags=["incidents"])
def mine() -> Response:
    """Return what whoever asks has submitted, and what became of it."""
    desk = the_desk()
    found = list_submissions(desk.store, desk.crisis_id, of=g.me.id)
    return jsonify(incidents=[_told(one) for one in found])


@page.get("/incidents")
@needs(Right.RECORD)
@api.validate(resp=answers(), tags=["incidents"])
def incidents() -> Response:
    """Return what partners submitted, newest first."""
    desk = the_desk()
    return jsonify(incidents=[_told(one) for one in list_submissions(desk.store, desk.crisis_id)])


@page.post("/incidents")
@needs(Right.SUBMIT)
@api.validate(resp=answers(Submitted, 201), tags=["incidents"])
def submit(json: NewIncident) -> tuple[Response, int]:
    """Submit an incident; sent again with the same `Idempotency-Key` it is submitted once."""
    desk = the_desk()
    values = json.model_dump(exclude={"happened_at", "sectors"})
    incident = Incident(happened_at=read_moment(json.happened_at), sectors=tuple(json.sectors), **values)

    def deed() -> str:
        return str(submit_incident(desk.store, desk.world(), incident, actor=g.me.id, at=desk.now))

    return jsonify(incident=int(do_once_json(deed))), 201


@page.post("/incidents/<int:number>/acceptance")
@needs(Right.RECORD)
@api.validate(resp=answers(Recorded, 201), tags=["incidents"])
def accept(number: int, json: NewAcceptance) -> tuple[Response, int]:
    """Make a record of an incident."""
    desk = the_desk()
    taken = Acceptance(**json.model_dump())

    def deed() -> str:
        return str(accept_submission(desk.store, desk.world(), number, taken, by=g.me.id, at=desk.now))

    return jsonify(position=int(do_once_json(deed))), 201


@page.post("/incidents/<int:number>/return")
@needs(Right.RECORD)
@api.validate(resp=answers(Submitted), tags=["incidents"])
def give_back(number: int, json: NewReturn) -> Response:
    """Return an incident to its partner with a reason."""
    desk = the_desk()

    def deed() -> str:
        return_submission(desk.store, desk.crisis_id, number, json.reason, by=g.me.id, at=desk.now)
        return str(number)

    return jsonify(incident=int(do_once_json(deed)))


def _told(one: Submission) -> dict[str, Plain]:
    zone, told = the_desk().zone, one.incident
    return {
        "incident": one.id, "submitted_at": format_instant(one.at, zone), "state": one.state, "reason": one.reason,
        "decided_at": None if one.decided_at is None else format_instant(one.decided_at, zone),
        "organisation": told.organisation, "what": told.what, "happened_at": format_instant(told.happened_at, zone),
        "governorate": told.governorate, "place": told.place, "authority_type": told.authority_type,
        "stated_reason": told.stated_reason, "sectors": list[Plain](told.sectors), "trucks": told.trucks,
        "hours_lost": told.hours_lost, "people_not_reached": told.people_not_reached, "items": told.items,
        "follow_up": told.follow_up, "may_be_shared": told.may_be_shared,
    }  # fmt: skip
