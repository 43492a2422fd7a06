"""The API's part on access: statuses, reasons, ways, and reports that come in."""

from flask import Blueprint, Response, g, jsonify
from pydantic import Field, JsonValue

from planner.services import access as service
from planner.services import evidence
from planner.services.access_view import explained_json, route_json, status_json
from planner.services.route_papers import papered
from planner.services.routes import route
from routing.units import AsOf
from web.api.described import AsOfQuery, Document, Strict, answers, api
from web.desk import the_desk
from web.forms import do_once_json
from web.frame import read_moment
from web.rights import Right, needs

page = Blueprint("access", __name__)


class StatusQuery(AsOfQuery):
    """Which segments, as known when."""

    on: str | None = Field(None, max_length=120, description="Only segments whose id, name or gate holds these words.")


class RouteQuery(AsOfQuery):
    """From where to where."""

    origin: str = Field(max_length=120, description="A place by id or name.")
    destination: str = Field(max_length=120, description="A place by id or name.")
    hours: int = Field(24, ge=1, le=14 * 24, description="Leaving within so many hours.")


class Report(Strict):
    """A report for the log: its kind, who says so, when it holds, and the values of its kind."""

    kind: str = Field(max_length=40)
    source: str = Field(min_length=1, max_length=300)
    valid_from: str = Field(max_length=40)
    valid_to: str | None = Field(None, max_length=40)
    learned_at: str = Field(max_length=40)
    reliability: str = Field("C", pattern="^[A-F]$")
    credibility: int = Field(3, ge=1, le=6)
    note: str = Field("", max_length=2_000)
    values: dict[str, JsonValue] = Field(default_factory=dict, description="The fields of this kind of report.")


class Withdrawal(Strict):
    """Why a record is withdrawn, and who says so."""

    reason: str = Field(min_length=1, max_length=2_000)
    source: str = Field(min_length=1, max_length=300)


class Recorded(Document):
    """The position of the new record in the log."""

    position: int


def asked(query: AsOfQuery) -> AsOf:
    """Return the as-of of a query; raises `BadInput` or `RoutingError` where it is none."""
    desk = the_desk()
    world = desk.world()
    at = desk.now if query.at is None else read_moment(query.at)
    return service.as_of(world, at, service.parse_known(query.known, world))


@page.get("/access/status")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["access"])
def status(query: StatusQuery) -> Response:
    """Return the status of segments."""
    world, question = the_desk().world(), asked(query)
    chosen = sorted(world.network.segments) if not query.on else service.find_segments(world.network, query.on)
    return jsonify(status_json(world, question, service.states_at(world, question, chosen)))


@page.get("/access/segments/<segment>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["access"])
def explain(segment: str, query: AsOfQuery) -> Response:
    """Return why a segment has its status."""
    world, question = the_desk().world(), asked(query)
    (one, *_more) = service.find_segments(world.network, segment)
    return jsonify(explained_json(one, *service.explain(world, one, question)))


@page.get("/access/route")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["access"])
def ways(query: RouteQuery) -> Response:
    """Return the ways between two places, or why there is none."""
    desk, question = the_desk(), asked(query)
    world = desk.world()
    start, end = (service.find_place(world.network, words) for words in (query.origin, query.destination))
    legs, refused = route(world, start, end, question, hours=query.hours, maps=desk.access_over)
    return jsonify(route_json(world, start, end, legs, refused, papered(world, legs, question)))


@page.post("/evidence")
@needs(Right.RECORD)
@api.validate(resp=answers(Recorded, 201), tags=["access"])
def record(json: Report) -> tuple[Response, int]:
    """Add a report to the log; sent again with the same `Idempotency-Key` it is added once."""
    told = json.model_dump(exclude={"values"}, exclude_none=True)
    desk = the_desk()

    def deed() -> str:
        values = {**json.values, **told}
        return str(evidence.record(desk.store, desk.world(), values, actor=g.me.id, at=desk.clock()))

    return jsonify(position=int(do_once_json(deed))), 201


@page.post("/evidence/<int:position>/withdrawal")
@needs(Right.RECORD)
@api.validate(resp=answers(Recorded, 201), tags=["access"])
def withdraw(position: int, json: Withdrawal) -> tuple[Response, int]:
    """Withdraw a record: it stays in the log and loses its effect from here on."""
    desk = the_desk()

    def deed() -> str:
        new = evidence.retract(
            desk.store, desk.world(), position, json.reason, actor=g.me.id, at=desk.clock(), source=json.source
        )
        return str(new)

    return jsonify(position=int(do_once_json(deed))), 201
