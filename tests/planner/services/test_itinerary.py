"""Journeys as timetables show them: each phase where the plan has it, the hard end where the road closes first."""

from itertools import pairwise

from planner.domain.plan import Plan
from planner.domain.snapshot import Snapshot
from planner.services.itinerary import Itinerary, list_itineraries, number_convoys
from planner.services.plan_page import tell_plan
from planner.services.plan_records import get_plan
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def told_of(desk: Desk) -> tuple[Plan, Snapshot, tuple[Itinerary, ...]]:
    store = desk.store()
    record = get_plan(store, "latest", "two-rivers")
    store.close()
    return record.plan, record.snapshot, list_itineraries(record.plan, record.snapshot)


def test_phases_follow_one_another_without_a_hole(planned_desk: Desk) -> None:
    _plan, _snapshot, told = told_of(planned_desk)

    assert told
    for one in told:
        journey = one.phases[1:]
        assert journey[0].window.start == one.convoy.depart_at
        assert journey[-1].window.end == one.convoy.back_at
        for before, after in pairwise(journey):
            assert before.window.end == after.window.start


def test_each_stop_and_gate_stands_where_the_plan_has_it(planned_desk: Desk) -> None:
    _plan, _snapshot, told = told_of(planned_desk)

    for one in told:
        stops = [(p.where, p.window.start, p.window.end) for p in one.phases if p.kind == "unload"]
        gates = [(p.where, p.window.start, p.window.end) for p in one.phases if p.kind == "gate"]
        assert stops == [(s.site, s.arrive_at, s.unloaded_at) for s in one.convoy.stops]
        assert gates == [
            (g.gate, g.arrive_at, g.clear_at) for m in one.convoy.moves for g in m.gates if g.clear_at > g.arrive_at
        ]


def test_the_hard_end_is_the_one_that_the_slack_is_measured_to(planned_desk: Desk) -> None:
    _plan, snapshot, told = told_of(planned_desk)

    assert any(one.wall is not None for one in told)
    for one in told:
        if one.wall is None:
            continue
        assert one.wall.ends_at - one.wall.left_at == one.convoy.slack_s
        closed = snapshot.access.at(one.wall.segment, one.wall.ends_at)
        assert closed.deciding() == one.wall.part
        assert one.wall.open.contains(one.wall.left_at - 1)


def test_what_is_inside_is_what_exposes(planned_desk: Desk) -> None:
    _plan, _snapshot, told = told_of(planned_desk)

    for one in told:
        seconds = 0 if one.inside is None else one.inside.seconds
        assert seconds * one.convoy.truck_count == one.convoy.exposure_truck_s
        assert any(phase.inside for phase in one.phases) == (one.inside is not None)


def test_numbers_follow_the_departures(planned_desk: Desk) -> None:
    plan, snapshot, told = told_of(planned_desk)

    assert next(one.number.rstrip("abc") for one in told) == "C1"
    assert [one.convoy.depart_at for one in told] == sorted(one.convoy.depart_at for one in told)
    assert len(set(number_convoys(plan, snapshot).values())) == len(plan.convoys)


def test_what_is_told_of_a_plan_is_worked_out_once(planned_desk: Desk) -> None:
    store = planned_desk.store()
    first = tell_plan(get_plan(store, "latest", "two-rivers"))
    second = tell_plan(get_plan(store, "latest", "two-rivers"))
    store.close()

    assert second.convoys is first.convoys
    assert first.broken == ()
    assert {row.site for row in first.record.plan.unmet} == {card.site.id for card in first.unmet}
    for card in first.unmet:
        assert card.low is None or card.people <= card.low
    for use in first.fleet:
        assert all(used <= there for used, there in use.days)
