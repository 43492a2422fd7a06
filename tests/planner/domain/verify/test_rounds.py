"""The verifier of rounds names each rule that a round breaks."""

from dataclasses import replace

import pytest

from planner.domain.rounds import Round, RoundsPlan, RoundsProblem, Trip, Unserved, Visit
from planner.domain.verify.rounds import ROUND_RULES, round_violations
from routing.units import Window
from tests.planner.solvers.rounds.tiny import fleet, line, site, table

PROBLEM = line(
    site("a", kg=4, litres=40, visit_s=3, window=Window(10, 30), release_at=2), site("b", kg=5, litres=50, prize=7),
    fleets=(fleet("ten", 1, max_shift_s=50), fleet("spare", 1, payload_kg=4, payload_l=40)), loading_s=1,
)  # fmt: skip
TRIP = Trip(
    start="hub", depart_at=3, end="hub", arrive_at=46,
    visits=(
        Visit(site="a", kg=4, litres=40, start_at=13, leave_at=16),
        Visit(site="b", kg=5, litres=50, start_at=26, leave_at=26),
    ),
)  # fmt: skip
GOOD = RoundsPlan(
    rounds=(Round(fleet="ten", truck=1, trips=(TRIP,)),), unserved=(), cost=40, engine="by hand", cut_short=False
)


def driven(trip: Trip, **more: object) -> RoundsPlan:
    one = replace(GOOD.rounds[0], trips=(trip,), **more)  # type: ignore[arg-type] # its own fields
    return replace(GOOD, rounds=(one,))


def visited(number: int, **more: object) -> RoundsPlan:
    visits = list(TRIP.visits)
    visits[number] = replace(visits[number], **more)  # type: ignore[arg-type] # its own fields
    return driven(replace(TRIP, visits=tuple(visits)))


def with_site(number: int, **more: object) -> RoundsProblem:
    sites = list(PROBLEM.sites)
    sites[number] = replace(sites[number], **more)  # type: ignore[arg-type] # its own fields
    return replace(PROBLEM, sites=tuple(sites))


def with_fleet(**more: object) -> RoundsProblem:
    one = replace(PROBLEM.fleets[0], **more)  # type: ignore[arg-type] # its own fields
    return replace(PROBLEM, fleets=(one, PROBLEM.fleets[1]))


def with_depot(**more: object) -> RoundsProblem:
    one = replace(PROBLEM.depots[0], **more)  # type: ignore[arg-type] # its own fields
    return replace(PROBLEM, depots=(one,))


CLOSED = table([(0, 0), (10, 0), (20, 0)], closed=frozenset({(1, 2)}))
LEFT = Unserved(site="b", kg=5, litres=50, unmet_class="not_found", rule="room", reason="")

WRONG: list[tuple[str, RoundsPlan, RoundsProblem]] = [
    ("known", driven(TRIP, fleet="none"), PROBLEM),
    ("known", driven(replace(TRIP, visits=())), PROBLEM),
    ("known", driven(replace(TRIP, end="elsewhere")), PROBLEM),
    ("known", visited(0, site="nowhere"), PROBLEM),
    ("fleet", driven(TRIP, truck=2), PROBLEM),
    ("fleet", replace(GOOD, rounds=GOOD.rounds * 2), PROBLEM),
    ("payload_kg", GOOD, with_fleet(payload_kg=8)),
    ("payload_l", GOOD, with_fleet(payload_l=80)),
    ("road", visited(1, start_at=25, leave_at=25), PROBLEM),
    ("road", driven(replace(TRIP, arrive_at=45)), PROBLEM),
    ("road", GOOD, replace(PROBLEM, tables={"road": CLOSED})),
    ("site_window", GOOD, with_site(0, window=Window(10, 12))),
    ("site_window", GOOD, with_site(1, window=Window(27, 30))),
    ("visit_time", visited(0, leave_at=15), PROBLEM),
    ("release", GOOD, with_site(0, release_at=3)),
    ("depot_window", GOOD, with_depot(window=Window(0, 45))),
    ("depot_window", GOOD, with_depot(window=Window(3, 60))),
    ("shift", GOOD, with_fleet(shift=Window(3, 60))),
    ("shift", GOOD, with_fleet(shift=Window(0, 45))),
    ("max_shift", GOOD, with_fleet(max_shift_s=43)),
    ("barred", GOOD, with_site(1, barred=frozenset({"ten"}))),
    ("delivered", visited(0, kg=5), PROBLEM),
    ("delivered", visited(0, kg=-1), PROBLEM),
    ("whole_load", visited(1, kg=4), PROBLEM),
    ("unserved", replace(GOOD, unserved=(LEFT,)), PROBLEM),
    ("unserved", driven(replace(TRIP, visits=TRIP.visits[:1])), PROBLEM),
    ("cost", replace(GOOD, cost=39), PROBLEM),
]
SECOND = replace(TRIP, depart_at=50, visits=(replace(TRIP.visits[1], start_at=70, leave_at=70),), arrive_at=90)
FIRST = replace(TRIP, visits=TRIP.visits[:1], arrive_at=26)
TWICE = replace(GOOD, rounds=(replace(GOOD.rounds[0], trips=(FIRST, SECOND)),), cost=60)
LONG = Window(0, 100)
LATE = replace(
    line(*PROBLEM.sites, fleets=(fleet("ten", shift=LONG, reload_at=("hub",), reloads=1),), loading_s=1),
    depots=(replace(PROBLEM.depots[0], window=LONG),),
)
LATE = replace(LATE, sites=(LATE.sites[0], replace(LATE.sites[1], window=LONG)))
AGAIN = [
    ("reloads", TWICE, replace(LATE, fleets=(replace(LATE.fleets[0], reloads=0),))),
    ("reloads", TWICE, replace(LATE, fleets=(replace(LATE.fleets[0], reload_at=()),))),
    ("loading", TWICE, replace(LATE, depots=(replace(LATE.depots[0], loading_s=25),))),
]


def test_good_rounds_break_nothing() -> None:
    assert round_violations(GOOD, PROBLEM) == ()
    assert round_violations(TWICE, LATE) == ()
    without = driven(replace(TRIP, visits=TRIP.visits[:1], arrive_at=26))
    assert round_violations(replace(without, unserved=(LEFT,), cost=27), PROBLEM) == ()


@pytest.mark.parametrize(("rule", "plan", "problem"), [*WRONG, *AGAIN])
def test_a_broken_rule_is_named(rule: str, plan: RoundsPlan, problem: RoundsProblem) -> None:
    assert rule in {found.rule for found in round_violations(plan, problem)}


def test_a_truck_ends_where_it_belongs() -> None:
    two = replace(PROBLEM, depots=(*PROBLEM.depots, replace(PROBLEM.depots[0], id="other")))
    found = round_violations(driven(replace(TRIP, end="other")), two)
    assert [one.rule for one in found] == ["depot"]


def test_every_rule_is_broken_once_here() -> None:
    assert {rule for rule, *_ in (*WRONG, *AGAIN)} | {"depot"} == set(ROUND_RULES)
