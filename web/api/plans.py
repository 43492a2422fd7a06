"""The API's part on plans: make them, read them, judge them, subtract them, suppose something else."""

from flask import Blueprint, Response, g, jsonify
from pydantic import Field

from planner import jobs
from planner.domain.errors import BadInput
from planner.domain.verify import RULES
from planner.intake.scenario import parse_scenario
from planner.services.movements import notified_convoys, pinned_convoys, publish_plan
from planner.services.plan_records import diff_plans, verify_plan
from planner.services.plan_view import diff_json, plan_json
from planner.services.plans import request_plan
from planner.services.snapshots import horizon_from, planning_as_of, take_snapshot
from planner.services.studies import request_study, study_json
from planner.services.what_if import request_scenario
from planner.store.records import Run
from routing.units import format_instant, parse_instant
from web.api.described import Document, Strict, answers, api
from web.desk import the_desk
from web.rights import Right, needs

page = Blueprint("plans", __name__)


class NewPlan(Strict):
    """From which day on and for how many days."""

    start: str = Field(max_length=10, pattern=r"^\d{4}-\d{2}-\d{2}$", description="The first day.")
    days: int = Field(ge=1, le=60)
    known: int | None = Field(None, ge=0, le=2**31, description="A log position; else what is known at 08:00.")


class NewScenario(Strict):
    """A scenario file to be solved beside a plan."""

    base: str = Field("latest", max_length=64)
    name: str = Field("scenario", min_length=1, max_length=80)
    toml: str = Field(min_length=1, max_length=100_000)


def _run_json(run: Run) -> dict[str, object]:
    zone = the_desk().zone
    sign = run.progress
    return {
        "run": run.id,
        "state": run.state,
        "attempt": run.attempt,
        "queued_at": format_instant(run.queued_at, zone),
        "heartbeat_at": None if run.heartbeat_at is None else format_instant(run.heartbeat_at, zone),
        "ended_at": None if run.ended_at is None else format_instant(run.ended_at, zone),
        "progress": None
        if sign is None
        else {"stage": sign.stage, "done": sign.done, "best": sign.best, "bound": sign.bound},
        "plan": run.plan,
        "error": run.error,
    }


@page.get("/plans")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["plans"])
def list_plans() -> Response:
    """Return the plans of the crisis, newest first."""
    desk = the_desk()
    with desk.store.reading() as read:
        cards = read.list_plans(desk.crisis_id)
    zone = desk.zone
    return jsonify(
        plans=[
            {
                "plan": card.id,
                "status": card.status,
                "people_reached": card.people_reached,
                "horizon": [format_instant(card.horizon.start, zone), format_instant(card.horizon.end, zone)],
                "published": card.published_at is not None,
            }
            for card in cards
        ]
    )


@page.post("/plans")
@needs(Right.PLAN)
@api.validate(resp=answers(status=202), tags=["plans"])
def make(json: NewPlan) -> tuple[Response, int]:
    """Queue a solve; the same question with the same solvers is solved once."""
    desk = the_desk()
    world = desk.world()
    day = parse_instant(json.start, desk.zone)
    as_of = planning_as_of(world, day, json.known)
    snapshot = take_snapshot(
        world, as_of=as_of, horizon=horizon_from(day, json.days, world),
        pinned=pinned_convoys(desk.store, world, after=as_of.at),
        notified=notified_convoys(desk.store, world, after=as_of.at),
    )  # fmt: skip
    run = request_plan(desk.store, snapshot, desk.versions, at=desk.clock(), by=g.me.id)
    return jsonify(_run_json(run)), 202


@page.get("/plans/<plan>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["plans"])
def show(plan: str) -> Response:
    """Return a plan by id, or the `latest`."""
    record = the_desk().plan(plan)
    return jsonify(plan_json(record.id, record.stored.card.digest, record.plan, record.snapshot, record.seconds))


@page.get("/plans/<plan>/verification")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["plans"])
def verify(plan: str) -> Response:
    """Return every breach of a hard rule by a plan."""
    record = the_desk().plan(plan)
    found = [{"rule": v.rule, "convoy": v.convoy, "detail": v.detail} for v in verify_plan(record)]
    return jsonify(plan=record.id, violations=found, checked_rules=list(RULES))


@page.get("/plans/<plan>/studies/<study>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["plans"])
def study(plan: str, study: str) -> Response:
    """Return what was found out about a plan: its `opening` or its `tradeoff`."""
    desk = the_desk()
    record = desk.plan(plan)
    return jsonify(study_json(desk.store, record, study))


@page.post("/plans/<plan>/studies/<study>")
@needs(Right.PLAN)
@api.validate(resp=answers(status=202), tags=["plans"])
def find_out(plan: str, study: str) -> tuple[Response, int]:
    """Queue what is to be found out about a plan; the same with the same solvers is found out once."""
    desk = the_desk()
    run = request_study(desk.store, desk.plan(plan), study, desk.versions, at=desk.clock(), by=g.me.id)
    return jsonify(_run_json(run)), 202


@page.get("/plans/<first>/difference/<second>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["plans"])
def difference(first: str, second: str) -> Response:
    """Return what changes from one plan to another, and because of what."""
    desk = the_desk()
    a, b = desk.plan(first), desk.plan(second)
    return jsonify(diff_json(a.id, b.id, diff_plans(a, b, desk.world())))


@page.post("/plans/<plan>/publication")
@needs(Right.PUBLISH)
@api.validate(resp=answers(status=201), tags=["plans"])
def publish(plan: str) -> tuple[Response, int]:
    """Publish a plan that somebody else has made: its convoys become movements."""
    desk = the_desk()
    return jsonify(movements=list(publish_plan(desk.store, desk.plan(plan), by=g.me.id, at=desk.clock()))), 201


@page.get("/runs/<int:run>")
@needs(Right.READ)
@api.validate(resp=answers(), tags=["plans"])
def run_state(run: int) -> Response:
    """Return how far a solve is."""
    with the_desk().store.reading() as read:
        return jsonify(_run_json(read.get_run(_small(run))))


@page.post("/runs/<int:run>/stop")
@needs(Right.PLAN)
@api.validate(resp=answers(), tags=["plans"])
def stop(run: int) -> Response:
    """Stop a solve without a plan."""
    desk = the_desk()
    return jsonify(_run_json(jobs.stop(desk.store, _small(run), at=desk.clock())))


def _small(number: int) -> int:
    """Refuse a number that no database row can have."""
    if number >= 2**31:
        raise BadInput(f"No run {number}. Use a number from the listing of runs.")
    return number


@page.post("/what-if")
@needs(Right.PLAN)
@api.validate(resp=answers(status=202), tags=["plans"])
def suppose(json: NewScenario) -> tuple[Response, int]:
    """Queue a scenario beside a plan."""
    desk = the_desk()
    scenario = parse_scenario(json.name, json.toml, desk.zone, desk.world())
    run = request_scenario(
        desk.store, desk.world(), desk.plan(json.base), scenario, desk.versions, at=desk.clock(), by=g.me.id
    )
    return jsonify(_run_json(run)), 202


__all__ = ["Document", "page"]
