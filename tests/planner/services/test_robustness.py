"""Plan B: what a convoy could do if its weakest gate were closed."""

from dataclasses import replace

from planner.domain.snapshot import Snapshot
from planner.services.robustness import find_plans_b
from routing.status import GatePrior
from tests.planner.domain.plans import both_sites
from tests.planner.instances import checkpoint, hours, network, papers_in_force, place, road, site, world
from tests.planner.instances import hub as hub_at


def two_ways(*, second_open: bool) -> Snapshot:
    """Return `across` behind two gates of which the far one takes an hour longer and opens on day 2."""
    roads = network(
        (place("hub"), place("fork"), place("across")),
        (
            road("hub-fork", "hub", "fork", 40),
            road("fork-across", "fork", "across", 30, "river-gate"),
            road("hub-across", "hub", "across", 120, "hill-gate"),
        ),
        (checkpoint("river-gate", "fork"), checkpoint("hill-gate", "across")),
    )
    windows = {"fork-across": (hours(1, "10:00", "14:10"),)}
    windows["hub-across"] = (hours(2, "06:00", "18:00"),) if second_open else (hours(4, "06:00", "06:01"),)
    sites = (site("across", people=20_000, listing="besieged", reached=-200),)
    return world(roads, windows, sites, (hub_at("hub"),), papers=papers_in_force("across"))


def test_a_convoy_that_passes_no_gate_needs_no_plan_b() -> None:
    plan, snapshot = both_sites()
    assert set(find_plans_b(plan.convoys, snapshot)) == {"hub-across"}


def test_where_there_is_no_other_gate_the_reason_is_told() -> None:
    plan, snapshot = both_sites()
    told = find_plans_b(plan.convoys, snapshot)["hub-across"]
    assert (told.gate, told.day, told.people, told.people_lost) == ("river-gate", None, 0, 10_000)
    assert told.rule == "gate_hours"
    assert "fork-across" in told.reason


def test_another_gate_on_another_day_is_plan_b() -> None:
    plan, _ = both_sites()
    snapshot = two_ways(second_open=True)
    told = find_plans_b(plan.convoys[1:], snapshot)["hub-across"]
    assert (told.gate, told.by, told.people, told.people_lost) == ("river-gate", ("hill-gate",), 10_000, 0)
    assert told.day == snapshot.days[2]
    assert told.trucks == 12
    assert find_plans_b(plan.convoys[1:], two_ways(second_open=False))["hub-across"].day is None


def test_the_gate_that_is_closed_is_the_one_least_sure_to_let_through() -> None:
    plan, snapshot = both_sites()
    convoy = plan.convoys[1]
    out, back = convoy.moves
    far = replace(out.gates[0], gate="far-gate")
    twice = replace(convoy, moves=(replace(out, gates=(*out.gates, far)), back))
    gates = {**snapshot.network.gates, "far-gate": checkpoint("far-gate", "across")}
    access = replace(
        snapshot.access,
        gate_priors={**snapshot.access.gate_priors, "far-gate": GatePrior(passed=1, turned_back=1, cases=0)},
        gate_flow={**snapshot.access.gate_flow, "far-gate": 30},
    )
    both = replace(snapshot, network=replace(snapshot.network, gates=gates), access=access)
    assert find_plans_b((twice,), both)["hub-across"].gate == "far-gate"
