"""The API's part on requests: what was asked for, each step after it, and the months in figures."""

from typing import Literal, get_args

from flask import Blueprint, Response, g, jsonify
from pydantic import Field

from planner.domain.errors import BadInput
from planner.domain.pipeline import StepName
from planner.services.monthly import monthly_count
from planner.services.request_steps import ask, take
from planner.services.request_view import monthly_json, request_json, requests_json
from planner.services.requests import Asked, Taken, find_request, list_requests, published_stops
from routing.deliveries import ItemLine, Quantity
from routing.evidence import Figure
from routing.units import Instant
from web.api.access import Recorded, asked
from web.api.described import AsOfQuery, Document, Strict, answers, api
from web.desk import the_desk
from web.forms import do_once_json
from web.frame import read_moment
from web.rights import Right, needs

page = Blueprint("requests", __name__)
_STEPS: tuple[StepName, ...] = get_args(StepName)


class RequestsQuery(AsOfQuery):
    """Which requests, as known when."""

    plan: str | None = Field(None, max_length=20, description="Only of this inter-agency plan, as 2016-10.")
    stage: str | None = Field(None, max_length=40, description="Only in this stage, as no_response.")


class Line(Strict):
    """Units of one commodity under one heading."""

    what: Quantity
    commodity: str = Field(max_length=80)
    units: int = Field(ge=0, le=10**9)
    kg: int | None = Field(None, ge=0, le=10**9)
    treatments: int | None = Field(None, ge=0, le=10**9)


class People(Strict):
    """A head-count as one source gives it."""

    count: int = Field(ge=0, le=10**9)
    source: str = Field(min_length=1, max_length=200)


class NewRequest(Strict):
    """A location to be put into an inter-agency plan; without `submitted_at` it is a draft."""

    site: str = Field(max_length=80)
    plan: str = Field(max_length=20)
    hub: str = Field(max_length=80)
    channel: Literal["cross_line", "cross_border", "regular", "air"] = "cross_line"
    people: int | None = Field(None, ge=0, le=10**9)
    agencies: list[str] = Field(default_factory=list, max_length=50)
    lines: list[Line] = Field(default_factory=list, max_length=100)
    source: str = Field(min_length=1, max_length=300)
    submitted_at: str | None = Field(None, max_length=40)
    note: str = Field("", max_length=2_000)


class NewStep(Strict):
    """A step of a request: its name, when it happened, who says so, and the values of its kind."""

    step: str = Field(max_length=40)
    at: str = Field(max_length=40)
    source: str = Field(min_length=1, max_length=300)
    reliability: str = Field("B", pattern="^[A-F]$")
    credibility: int = Field(2, ge=1, le=6)
    note: str = Field("", max_length=2_000)
    as_reported: bool = False
    valid_until: str | None = Field(None, max_length=40)
    people: int | None = Field(None, ge=0, le=10**9)
    struck: list[str] = Field(default_factory=list, max_length=100)
    by: list[str] = Field(default_factory=list, max_length=10)
    gate: str | None = Field(None, max_length=80)
    hub: str = Field("", max_length=80)
    trucks: int | None = Field(None, ge=0, le=10_000)
    lines: list[Line] = Field(default_factory=list, max_length=100)
    authority_type: str = Field("", max_length=40)
    reason_code: str = Field("", max_length=40)
    stated_reason: str = Field("", max_length=2_000)
    document: str = Field("", max_length=100)
    hours_lost: int | None = Field(None, ge=0, le=10**6)
    people_requested: list[People] = Field(default_factory=list, max_length=20)
    people_reached: list[People] = Field(default_factory=list, max_length=20)
    follow_up: bool = False


class Made(Document):
    """The id of the new request."""

    request: str


@page.get("/requests")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["requests"])
def requests(query: RequestsQuery) -> Response:
    """Return requests with their stage, holder, clocks and the steps that may follow."""
    desk = the_desk()
    found = [
        r
        for r in list_requests(desk.store, desk.world(), asked(query))
        if query.plan in {None, r.plan} and query.stage in {None, r.stage}
    ]
    return jsonify(requests=requests_json(desk.world(), found))


@page.get("/requests/<request_id>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["requests"])
def request_of(request_id: str, query: AsOfQuery) -> Response:
    """Return one request with its papers, lines and records."""
    desk = the_desk()
    return jsonify(
        request_json(desk.world(), find_request(list_requests(desk.store, desk.world(), asked(query)), request_id))
    )


@page.get("/months/<month>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["requests"])
def month_of(month: str, query: AsOfQuery) -> Response:
    """Return a plan in figures: asked for, permitted, sent, reached, each share with its denominator."""
    desk, question = the_desk(), asked(query)
    stops = published_stops(desk.store, desk.world(), question)
    return jsonify(monthly_json(monthly_count(desk.world(), month, question, stops)))


@page.post("/requests")
@needs(Right.EDIT)
@api.validate(resp=answers(Made, 201), tags=["requests"])
def ask_for(json: NewRequest) -> tuple[Response, int]:
    """Put a location into an inter-agency plan; sent again with the same `Idempotency-Key` it is put there once."""
    desk = the_desk()
    wanted = Asked(
        site=json.site, plan=json.plan, hub=json.hub, channel=json.channel, people=json.people,
        agencies=tuple(json.agencies), lines=_lines(json.lines), source=json.source, note=json.note,
        submitted_at=_moment(json.submitted_at),
    )  # fmt: skip
    made = do_once_json(lambda: ask(desk.store, desk.world(), wanted, actor=g.me.id, at=desk.now))
    return jsonify(request=made), 201


@page.post("/requests/<request_id>/steps")
@needs(Right.RECORD)
@api.validate(resp=answers(Recorded, 201), tags=["requests"])
def step_of(request_id: str, json: NewStep) -> tuple[Response, int]:
    """Take a step of a request; one that cannot follow is refused with those that can."""
    desk = the_desk()
    step = next((s for s in _STEPS if s == json.step), None)
    if step is None:
        raise BadInput(f"step is {json.step!r}. Give one of: {', '.join(_STEPS)}.")
    at = _moment(json.at)
    told = Taken(
        step=step, at=desk.now if at is None else at, source=json.source, reliability=json.reliability,
        credibility=json.credibility, note=json.note, as_reported=json.as_reported,
        valid_until=_moment(json.valid_until), people=json.people, struck=tuple(json.struck), by=tuple(json.by),
        gate=json.gate, hub=json.hub, trucks=json.trucks, lines=_lines(json.lines),
        authority_type=json.authority_type, reason_code=json.reason_code, stated_reason=json.stated_reason,
        document=json.document, hours_lost=json.hours_lost, people_requested=_figures(json.people_requested),
        people_reached=_figures(json.people_reached), follow_up=json.follow_up,
    )  # fmt: skip

    def deed() -> str:
        return str(take(desk.store, desk.world(), request_id, told, actor=g.me.id, at=desk.now))

    return jsonify(position=int(do_once_json(deed))), 201


def _moment(text: str | None) -> Instant | None:
    return None if text is None else read_moment(text)


def _lines(told: list[Line]) -> tuple[ItemLine, ...]:
    return tuple(
        ItemLine(what=t.what, commodity=t.commodity, units=t.units, kg=t.kg, treatments=t.treatments) for t in told
    )


def _figures(told: list[People]) -> tuple[Figure, ...]:
    return tuple(Figure(what="people", count=t.count, source=t.source) for t in told)
