"""Two plans subtract: people, convoys, and what they differ because of."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.compare import Answer, ConvoyDifference, PlanDiff, compare, edit_id
from planner.domain.plan import Convoy, Plan
from planner.domain.policy import PlanPolicy
from planner.domain.scenario import CeasefireEnds, EscortChange, FleetChange, GateSet, Scenario
from planner.domain.snapshot import Snapshot
from planner.domain.verify.loads import reached_by_site
from routing.evidence import (
    CeasefireAgreed,
    CeasefireClaim,
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
from routing.units import AsOf, Window
from tests.planner.domain.plans import both_sites, find, food, swap
from tests.planner.instances import at


def answer(plan: Plan, snapshot: Snapshot) -> Answer:
    return Answer(plan=plan, snapshot=snapshot, reached=reached_by_site(plan, snapshot))


def base() -> Answer:
    return answer(*both_sites())


def without(plan: Plan, name: str) -> Plan:
    return replace(plan, convoys=tuple(convoy for convoy in plan.convoys if convoy.id != name))


def known(side: Answer, position: int) -> Answer:
    snapshot = side.snapshot
    return replace(side, snapshot=replace(snapshot, as_of=AsOf(at=snapshot.as_of.at, known=position)))


def record(position: int, fact: Fact) -> Evidence:
    return Evidence(
        position=position, learned_at=at(-1, "07:00"), valid=Window(at(-1, "06:00")), fact=fact, source="survey"
    )


def later(convoy: Convoy, seconds: int) -> Convoy:
    moves = tuple(
        replace(
            m, depart_at=m.depart_at + seconds, arrive_at=m.arrive_at + seconds,
            gates=tuple(
                replace(g, arrive_at=g.arrive_at + seconds, clear_at=g.clear_at + seconds) for g in m.gates
            ),
        )
        for m in convoy.moves
    )  # fmt: skip
    stops = tuple(
        replace(s, arrive_at=s.arrive_at + seconds, unloaded_at=s.unloaded_at + seconds) for s in convoy.stops
    )
    return replace(convoy, moves=moves, stops=stops)


def causes(diff: PlanDiff) -> tuple[str, ...]:
    return tuple(cause.id for cause in diff.because)


def test_a_plan_less_itself_is_nothing() -> None:
    diff = compare(base(), base())
    assert (diff.added, diff.removed, diff.changed, diff.because) == ((), (), (), ())
    assert [convoy.id for convoy in diff.kept] == ["hub-near", "hub-across"]
    assert diff.people_gained == 0


def test_a_convoy_more_gains_the_people_of_its_site() -> None:
    plan, snapshot = both_sites()
    diff = compare(answer(without(plan, "hub-across"), snapshot), answer(plan, snapshot))
    assert [convoy.id for convoy in diff.added] == ["hub-across"]
    assert [(s.site, s.people_a, s.people_b) for s in diff.sites] == [("across", 0, 10_000), ("near", 7_500, 7_500)]
    assert diff.people_gained == 10_000


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(lambda c: later(c, 600), ("departure",), id="leaves ten minutes later"),
        pytest.param(lambda c: replace(c, trucks={"ten": 9}), ("trucks",), id="one truck more"),
        pytest.param(
            lambda c: replace(c, stops=(replace(c.stops[0], loads=(food(1_400),)),)), ("loads",), id="fewer parcels"
        ),
        pytest.param(
            lambda c: replace(c, moves=(c.moves[0], replace(c.moves[1], segments=("detour",)))),
            ("segments",),
            id="another way back",
        ),
        pytest.param(
            lambda c: replace(c, moves=(c.moves[0], replace(c.moves[1], depart_at=at(0, "09:00")))),
            ("timetable",),
            id="waits at the site",
        ),
        pytest.param(
            lambda c: replace(later(c, 600), trucks={"ten": 6}), ("departure", "trucks"), id="later with fewer trucks"
        ),
    ],
)
def test_a_changed_convoy_says_in_what(change: Callable[[Convoy], Convoy], what: tuple[str, ...]) -> None:
    plan, snapshot = both_sites()
    other = swap(plan, change(find(plan, "hub-near")))
    diff = compare(answer(plan, snapshot), answer(other, snapshot))
    assert [(c.a.id, c.what) for c in diff.changed] == [("hub-near", what)]
    assert [c.id for c in diff.kept] == ["hub-across"]


def test_the_batch_that_a_parcel_comes_from_is_no_change() -> None:
    plan, snapshot = both_sites()
    convoy = find(plan, "hub-near")
    halves = (food(700), food(800, "hub-food-2"))
    other = swap(plan, replace(convoy, stops=(replace(convoy.stops[0], loads=halves),)))
    assert compare(answer(plan, snapshot), answer(other, snapshot)).changed == ()


def test_a_promised_movement_is_the_same_convoy_on_another_day() -> None:
    plan, snapshot = both_sites()
    promised = replace(find(plan, "hub-near"), movement="m-1")
    tomorrow = replace(later(promised, 86_400), id="renamed")
    a = replace(plan, convoys=(promised,))
    diff = compare(answer(a, snapshot), answer(replace(plan, convoys=(tomorrow,)), snapshot))
    assert [(c.a.id, c.b.id, c.what) for c in diff.changed] == [("hub-near", "renamed", ("day",))]


def test_a_convoy_on_another_day_has_moved_if_none_does_the_same_on_its_own() -> None:
    plan, snapshot = both_sites()
    tomorrow = later(find(plan, "hub-near"), 86_400)
    diff = compare(answer(plan, snapshot), answer(swap(plan, tomorrow), snapshot))
    assert [(c.a.id, c.b.id, c.what, c.moved) for c in diff.changed] == [("hub-near", "hub-near", ("day",), True)]
    both = replace(plan, convoys=(*plan.convoys, replace(tomorrow, id="second")))
    more = compare(answer(plan, snapshot), answer(both, snapshot))
    assert ([c.id for c in more.added], more.removed, more.changed, len(more.kept)) == (["second"], (), (), 2)


def test_a_convoy_that_only_carries_other_goods_has_not_moved() -> None:
    assert not ConvoyDifference(a=CONVOY, b=CONVOY, what=("trucks", "loads")).moved
    assert ConvoyDifference(a=CONVOY, b=CONVOY, what=("segments", "loads")).moved


def test_a_convoy_that_was_published_in_between_keeps_its_place() -> None:
    plan, snapshot = both_sites()
    published = swap(plan, replace(find(plan, "hub-near"), movement="m-1"))
    assert len(compare(answer(plan, snapshot), answer(published, snapshot)).kept) == 2


def test_two_promises_are_never_one_convoy() -> None:
    plan, snapshot = both_sites()
    one = swap(plan, replace(find(plan, "hub-near"), movement="m-1"))
    two = swap(plan, replace(find(plan, "hub-near"), movement="m-2"))
    diff = compare(answer(one, snapshot), answer(two, snapshot))
    assert ([c.movement for c in diff.removed], [c.movement for c in diff.added]) == (["m-1"], ["m-2"])


CONVOY = find(both_sites()[0], "hub-near")
AGREED = record(5, CeasefireAgreed(ceasefire="truce", areas=("land",), parties=("n", "s"), firm_end=9, intended_end=9))


@pytest.mark.parametrize(
    ("fact", "is_cause"),
    [
        pytest.param(GateReport(gate="river-gate", state="closed"), True, id="a gate on the way"),
        pytest.param(RoadReport(segments=("fork-across",), state="damaged"), True, id="a road on the way"),
        pytest.param(RoadReport(segments=("fork-near",), state="damaged"), False, id="a road of a kept convoy"),
        pytest.param(PermitStep(step="letter", state="issued", site="across"), True, id="a letter for the site"),
        pytest.param(PermitStep(step="letter", state="issued", site="near"), False, id="a letter for another site"),
        pytest.param(SiteStatus(site="across", status="accessible"), True, id="the site listed anew"),
        pytest.param(CeasefireClaim(ceasefire="truce", by="n", says="over"), True, id="a claim on the truce there"),
        pytest.param(CeasefireClaim(ceasefire="elsewhere", by="n", says="over"), False, id="a claim on another truce"),
        pytest.param(Hold(scope=(), reason="after an attack"), True, id="a hold on everybody"),
        pytest.param(Hold(scope=("gate:river-gate",), reason="queue"), True, id="a hold at the gate"),
        pytest.param(Hold(scope=("gate:hill-gate",), reason="queue"), False, id="a hold at another gate"),
        pytest.param(Statement(by="n", text="all is well"), False, id="a statement"),
        pytest.param(Retraction(position=7), True, id="the withdrawal of a report on the road"),
        pytest.param(Retraction(position=8), False, id="the withdrawal of something else"),
    ],
)
def test_a_record_is_a_cause_if_it_bears_on_what_changed(fact: Fact, is_cause: bool) -> None:  # noqa: FBT001
    plan, snapshot = both_sites()
    earlier = (
        AGREED,
        record(7, RoadReport(segments=("fork-across",), state="open")),
        record(8, SiteStatus(site="near", status="accessible")),
    )
    log = (*earlier, record(31, fact), record(40, GateReport(gate="river-gate", state="open")))
    a = answer(without(plan, "hub-across"), snapshot)
    diff = compare(a, known(answer(plan, snapshot), 31), log)
    assert causes(diff) == (("record:31",) if is_cause else ())


def test_an_incident_is_a_cause_where_a_road_of_the_plan_rests_on_it() -> None:
    plan, snapshot = both_sites()
    shelling = Incident(event_type="x", sub_event_type="y", hazard="shelling", lon=37.0, lat=36.0)
    log = (record(31, shelling), record(32, shelling))
    timeline = snapshot.access.timelines["fork-across"]
    parts = (replace(timeline[0].parts[0], evidence=(31,)),)
    felt = snapshot.access.replace_timelines({"fork-across": (replace(timeline[0], parts=parts), *timeline[1:])})
    b = known(answer(plan, replace(snapshot, access=felt)), 32)
    assert causes(compare(answer(without(plan, "hub-across"), snapshot), b, log)) == ("record:31",)


def test_the_records_of_the_snapshots_serve_where_no_log_is_given() -> None:
    plan, snapshot = both_sites()
    b = replace(snapshot, log=(record(31, GateReport(gate="river-gate", state="open")),))
    diff = compare(answer(without(plan, "hub-across"), snapshot), known(answer(plan, b), 31))
    assert [(cause.id, cause.kind, cause.side) for cause in diff.because] == [("record:31", "evidence", "b")]


def test_nothing_learned_since_is_no_cause() -> None:
    plan, snapshot = both_sites()
    log = (record(29, GateReport(gate="river-gate", state="closed")),)
    assert compare(answer(without(plan, "hub-across"), snapshot), answer(plan, snapshot), log).because == ()


def test_the_edits_that_one_scenario_has_are_causes() -> None:
    plan, snapshot = both_sites()
    shared = CeasefireEnds(ceasefire="truce", at=at(2, "19:00"))
    gate = GateSet(gate="river-gate", state="closed", window=Window(at(0, "00:00"), at(1, "00:00")))
    a = replace(snapshot, scenario=Scenario(name="a", edits=(shared, gate)))
    b = replace(snapshot, scenario=Scenario(name="b", edits=(shared, EscortChange(teams=1))))
    diff = compare(answer(plan, a), answer(plan, b))
    assert {(cause.id, cause.side) for cause in diff.because} == {
        ("edit:gate_set:river-gate", "a"),
        ("edit:escort_change:all", "b"),
    }


def test_trucks_given_by_an_edit_are_not_told_twice() -> None:
    plan, snapshot = both_sites()
    edit = FleetChange(hub="hub", truck_type="ten", trucks=6)
    more = replace(
        snapshot,
        scenario=Scenario(name="more", edits=(edit,)),
        fleets=(*snapshot.fleets, replace(snapshot.fleets[0], trucks=6)),
    )
    assert causes(compare(answer(plan, snapshot), answer(plan, more))) == (edit_id(edit),)


def test_another_policy_is_a_cause() -> None:
    plan, snapshot = both_sites()
    careful = replace(snapshot, policy=PlanPolicy(risk_cap_p=0.6))
    assert causes(compare(answer(plan, snapshot), answer(plan, careful))) == ("input:policy",)


@given(
    st.sets(st.sampled_from(("hub-near", "hub-across"))), st.sets(st.sampled_from(("hub-near", "hub-across"))),
    st.integers(0, 3),
)  # fmt: skip
def test_subtracting_the_other_way_round_turns_every_sign(left: set[str], right: set[str], shift: int) -> None:
    plan, snapshot = both_sites()

    def part(names: set[str], seconds: int) -> Answer:
        chosen = tuple(later(c, seconds) for c in plan.convoys if c.id in names)
        return answer(replace(plan, convoys=chosen), snapshot)

    a, b = part(left, 0), part(right, shift * 60)
    there, back = compare(a, b), compare(b, a)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [c.what for c in there.changed] == [c.what for c in back.changed]
    assert [(s.people_a, s.people_b) for s in there.sites] == [(s.people_b, s.people_a) for s in back.sites]
    assert there.people_gained == -back.people_gained
    assert len(there.kept) + len(there.changed) + len(there.added) == len(b.plan.convoys)
