"""What opening one thing alone would give: ranked by people, true when solved as the scenario that it is."""

from dataclasses import replace
from typing import Final

import pytest

from planner.domain.opening import Opening, Openings, kind_of
from planner.domain.plan import Plan
from planner.domain.scenario import EscortChange, FleetChange, GateHoursSet, PaperGranted
from planner.domain.snapshot import Snapshot
from planner.services import openings
from planner.services.openings import find_openings
from planner.services.supposed import suppose
from planner.solvers.choice import Report
from planner.solvers.options import build
from planner.solvers.solve import solve_options
from planner.store import codec
from routing.units import Window
from tests.planner.instances import two_sites_one_gate
from tests.planner.solvers.tiny import silent

ALL: Final = ("permission", "letter", "clearance")


def planned(snapshot: Snapshot) -> Plan:
    return solve_options(snapshot, build(snapshot, silent), silent)


def valued(snapshot: Snapshot) -> tuple[Plan, Openings]:
    plan = planned(snapshot)
    return plan, find_openings(plan, "digest", snapshot, silent)


@pytest.fixture(scope="module")
def without_a_letter() -> tuple[Snapshot, Plan, Openings]:
    snapshot = two_sites_one_gate()
    snapshot = replace(snapshot, papers=tuple(paper for paper in snapshot.papers if paper.step != "letter"))
    return snapshot, *valued(snapshot)


def of_kind(found: Openings, kind: str) -> list[Opening]:
    return [one for one in found.found if one.kind == kind]


def test_the_letter_that_is_missing_heads_the_list_with_the_people_it_reaches(
    without_a_letter: tuple[Snapshot, Plan, Openings],
) -> None:
    snapshot, _, found = without_a_letter
    first = found.found[0]
    assert (first.kind, first.grade) == ("letter", "solved")
    assert first.edits == (PaperGranted(site="across", steps=("letter",), window=snapshot.horizon),)
    assert first.people_by_site == {"across": first.people_more}
    assert first.people_more > 0
    worst = first.levels[0]
    assert worst.after <= worst.before


def test_what_is_promised_is_what_solving_the_scenario_gives(
    without_a_letter: tuple[Snapshot, Plan, Openings],
) -> None:
    snapshot, plan, found = without_a_letter
    for one in (o for o in found.found if o.grade == "solved"):
        begun = replace(suppose(snapshot, one.edits), incumbent=plan.convoys)
        assert planned(begun).people_reached == plan.people_reached + one.people_more


def test_an_opening_that_makes_no_convoy_possible_is_listed_last_and_said_to_give_nothing() -> None:
    snapshot = two_sites_one_gate()
    snapshot = replace(snapshot, papers=tuple(p for p in snapshot.papers if p.step not in {"letter", "clearance"}))
    _, found = valued(snapshot)
    assert [one.grade for one in found.found] == sorted(
        (one.grade for one in found.found), key=lambda grade: grade == "nothing"
    )
    assert found.found[0].edits == (
        PaperGranted(site="across", steps=("letter", "clearance"), window=snapshot.horizon),
    )


def test_trucks_are_valued_at_the_hub_where_they_are_short() -> None:
    snapshot = two_sites_one_gate()
    few = replace(snapshot, fleets=tuple(replace(fleet, trucks=4) for fleet in snapshot.fleets))
    _, found = valued(few)
    trucks = of_kind(found, "trucks")
    assert any(isinstance(one.edits[0], FleetChange) and one.people_more > 0 for one in trucks)


def test_openings_are_kept_beside_the_plan_as_they_were_found(
    without_a_letter: tuple[Snapshot, Plan, Openings],
) -> None:
    found = without_a_letter[2]
    assert codec.from_body(Openings, codec.to_body(found)) == found


def test_an_opening_whose_plan_breaks_a_rule_is_not_promised(
    without_a_letter: tuple[Snapshot, Plan, Openings], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, plan, _ = without_a_letter
    monkeypatch.setattr(openings, "violations", lambda _plan, _snapshot: ("broken",))
    found = find_openings(plan, "digest", snapshot, silent)
    assert {one.grade for one in found.found} == {"nothing"}


def test_whoever_is_in_a_hurry_gets_what_there_is_and_is_told_so(
    without_a_letter: tuple[Snapshot, Plan, Openings],
) -> None:
    class Hurried:
        hurry = True

        def __call__(self, _: Report) -> None: ...

    snapshot, plan, _ = without_a_letter
    found = find_openings(plan, "digest", snapshot, Hurried())
    assert found.cut_short
    assert found.found == ()


def test_nobody_is_asked_for_more_that_gives_hardly_more(without_a_letter: tuple[Snapshot, Plan, Openings]) -> None:
    letter = without_a_letter[2].found[0]
    team = EscortChange(teams=1)
    idle = replace(letter, edits=(team, *letter.edits), people_more=round(letter.people_more * 1.01))
    useful = replace(idle, people_more=round(letter.people_more * 1.2))
    assert openings.without_idle_demands([idle, letter]) == [letter]
    assert openings.without_idle_demands([useful, letter]) == [useful, letter]


def test_a_change_of_several_kinds_is_of_none() -> None:
    day = Window(0, 86_400)
    letter = PaperGranted(site="across", steps=ALL, window=day)
    assert kind_of((letter,)) == "letter"
    assert kind_of((letter, EscortChange(teams=1))) == "several"
    assert kind_of((GateHoursSet(gate="gate", opens=0, closes=1, window=day),)) == "window"
