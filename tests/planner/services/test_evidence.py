"""Which convoys of a plan a report touches: whatever kind it is, by what is different after it."""

from dataclasses import replace

import pytest

from planner.domain.plan import Plan
from planner.domain.world import World
from planner.services.crises import load_world
from planner.services.evidence import touched_convoys
from planner.services.plan_records import find_latest_plan
from routing.evidence import (
    Arrangement,
    DeliveryOutcome,
    Evidence,
    Fact,
    GateReport,
    Hold,
    Incident,
    PermitStep,
    Retraction,
    RoadReport,
    SiteStatus,
    Statement,
)
from routing.units import FOREVER, Window, parse_instant
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
KESSA_ROAD = "kessa-bank--kessa"


@pytest.fixture(scope="module")
def world(planned_desk: Desk) -> World:
    store = planned_desk.store()
    found = load_world(store, "two-rivers")
    store.close()
    # As known when the plan was made: later reports would stand above the ones told here.
    return replace(found, log=found.log[:66])


@pytest.fixture(scope="module")
def plan(planned_desk: Desk) -> Plan:
    store = planned_desk.store()
    found = find_latest_plan(store, "two-rivers")
    store.close()
    assert found is not None
    return found


def learn(world: World, fact: Fact, *, start: str = "2031-04-08T21:00+03:00", until: str | None = None) -> World:
    zone = world.catalogue.crisis.tz
    since = parse_instant(start, zone)
    report = Evidence(
        position=world.head + 1, learned_at=since, fact=fact, source="field team",
        valid=Window(since, FOREVER if until is None else parse_instant(until, zone)),
    )  # fmt: skip
    return replace(world, log=(*world.log, report))


def touched(
    plan: Plan, world: World, fact: Fact, *, start: str = "2031-04-08T21:00+03:00", until: str | None = None
) -> set[str]:
    after = learn(world, fact, start=start, until=until)
    return {stop.site for convoy in touched_convoys(plan, world, after) for stop in convoy.stops}


def sites(plan: Plan) -> set[str]:
    return {stop.site for convoy in plan.convoys for stop in convoy.stops}


def test_the_example_serves_every_site(plan: Plan) -> None:
    assert sites(plan) == {"kessa", "osk", "tarn", "varn", "ulmar", "ilva"}


@pytest.mark.parametrize(
    "fact",
    [
        GateReport(gate="amber-bridge", state="closed"),
        RoadReport(segments=(KESSA_ROAD,), state="closed"),
        PermitStep(step="letter", state="withdrawn", site="kessa"),
        SiteStatus(site="kessa", status="closed"),
        Hold(scope=("gate:amber-bridge",), reason="shots reported"),
    ],
    ids=lambda fact: fact.kind,
)
def test_a_report_on_kessa_touches_its_convoys_alone(plan: Plan, world: World, fact: Fact) -> None:
    assert touched(plan, world, fact) == {"kessa"}


def test_shelling_touches_the_convoys_that_pass_near_it(plan: Plan, world: World) -> None:
    shelling = Incident(
        event_type="Explosions/Remote violence", sub_event_type="Shelling", hazard="shelling", lon=1.5, lat=1.19
    )
    found = touched(plan, world, shelling)
    assert "kessa" in found
    assert "ilva" not in found


def test_a_hold_on_everybody_touches_everybody(plan: Plan, world: World) -> None:
    assert touched(plan, world, Hold(scope=(), reason="attack on aid")) == sites(plan)


def test_what_is_over_before_the_convoys_leave_touches_none(plan: Plan, world: World) -> None:
    assert touched(plan, world, Hold(scope=(), reason="exercise"), until="2031-04-08T23:00+03:00") == set()
    assert touched(plan, world, GateReport(gate="amber-bridge", state="closed"), start="2031-04-20") == set()


def test_words_without_effect_touch_none(plan: Plan, world: World) -> None:
    assert touched(plan, world, Statement(by="river-commission", text="The truce holds.")) == set()
    assert touched(plan, world, PermitStep(step="request", state="submitted", site="kessa")) == set()


def test_news_of_a_convoy_s_own_movement_touches_it(plan: Plan, world: World) -> None:
    promised = replace(plan, convoys=(replace(plan.convoys[0], movement="m-01"), *plan.convoys[1:]))
    next_day = parse_instant("2031-04-09", world.catalogue.crisis.tz)
    outcome = DeliveryOutcome(
        movement="m-01", site=plan.convoys[0].stops[0].site, happened_at=next_day,
        result="impeded", what="held", reason_code="checkpoint_delay",
    )  # fmt: skip
    after = learn(world, outcome)
    assert plan.convoys[0].id in {convoy.id for convoy in touched_convoys(promised, world, after)}


def test_a_withdrawn_arrangement_touches_the_coupled_convoys(plan: Plan, world: World) -> None:
    (position,) = (r.position for r in world.log if isinstance(r.fact, Arrangement) and r.fact.group == "twin-towns")
    assert {"osk", "tarn"} <= touched(plan, world, Retraction(position=position, reason="letter recalled"))


def test_a_plan_without_convoys_is_touched_by_nothing(plan: Plan, world: World) -> None:
    after = learn(world, Hold(scope=(), reason="attack on aid"))
    assert touched_convoys(replace(plan, convoys=()), world, after) == ()
