"""No reason is guessed: in drawn worlds every unmet need is classed, and each class is tried by solving again.

`make prove` draws 100 worlds; each run a sample.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest

from planner.domain.plan import Plan
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.domain.verify import RULES, violations
from planner.intake.scenario import parse_scenario
from planner.services.changes import with_changes
from planner.services.supposed import suppose
from planner.services.trials import only
from planner.solvers.assemble import delivered
from planner.solvers.options import OptionSet, build
from planner.solvers.solve import solve_options
from tests.planner import instances as known
from tests.planner.drawn import drawn_world
from tests.planner.solvers.tiny import silent

DRAWN = range(100 if os.environ.get("QAFILA_PROVE") else 5)
NO_RULE = frozenset({"value", "search", "driving_time"})
"""What decides of a need without being a rule that the verifier judges plans by: other uses, time, the day's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawn world with its options and its plan."""

    snapshot: Snapshot
    found: OptionSet
    plan: Plan


@cache
def drawn(seed: int) -> Drawn:
    snapshot = drawn_world(seed)
    found = build(snapshot, silent)
    plan = with_changes(snapshot, solve_options(snapshot, found, silent), found, silent)
    return Drawn(snapshot=snapshot, found=found, plan=plan)


def planned(snapshot: Snapshot) -> Plan:
    return solve_options(snapshot, build(snapshot, silent), silent)


def needed(snapshot: Snapshot) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for need in snapshot.needs:
        found[need.site, need.commodity] += need.units
    return found


def alone(snapshot: Snapshot, site: str, commodity: str) -> Iterator[Plan]:
    """Yield plans for one need with everything to itself, the total alone counting; its coupled sites come along."""
    group = next((g.sites for g in snapshot.groups if site in g.sites), (site,))
    bare = only(snapshot, group)
    keep = tuple(n for n in bare.needs if n.site != site or n.commodity == commodity)
    yield planned(replace(bare, needs=keep, policy=replace(snapshot.policy, equity_tolerance=1.0)))
    yield planned(replace(bare, needs=keep))


@pytest.mark.parametrize("seed", DRAWN)
def test_every_unmet_unit_is_classed_once_by_a_rule_with_a_name(seed: int) -> None:
    case = drawn(seed)
    assert violations(case.plan, case.snapshot) == ()
    brought, unmet = delivered(case.plan.convoys), Counter[tuple[str, str]]()
    for row in case.plan.unmet:
        unmet[row.site, row.commodity] += row.units
        assert row.unmet_class in {"impossible", "outbid", "not_found"}
        assert row.rule in {*RULES, *NO_RULE} or row.rule.startswith("equity > ")
        assert row.reason
        assert row.rule != "search" or row.unmet_class == "not_found"
    for key, units in needed(case.snapshot).items():
        assert brought[key] + unmet[key] == units


@pytest.mark.parametrize("seed", DRAWN)
def test_what_is_called_impossible_cannot_be_done_for_that_site_alone(seed: int) -> None:
    case = drawn(seed)
    wanted = needed(case.snapshot)
    for row in case.plan.unmet:
        if row.unmet_class != "impossible":
            continue
        most = wanted[row.site, row.commodity] - row.units
        for plan in alone(case.snapshot, row.site, row.commodity):
            assert delivered(plan.convoys)[row.site, row.commodity] <= most, row


@pytest.mark.parametrize("seed", DRAWN)
def test_every_smallest_change_serves_the_need_when_it_is_made(seed: int) -> None:
    case = drawn(seed)
    for row in case.plan.unmet:
        if row.change is None:
            continue
        scenario = parse_scenario("change", row.change.edit, case.snapshot.crisis.tz)
        supposed = suppose(case.snapshot, scenario.edits)
        plan = planned(supposed)
        assert violations(plan, supposed) == ()
        assert delivered(plan.convoys)[row.site, row.commodity] > 0, row
        assert row.change.people_gained == plan.people_reached - case.plan.people_reached


@pytest.mark.parametrize("seed", DRAWN)
def test_an_impossible_site_changes_nothing_else(seed: int) -> None:
    case = drawn(seed)
    snapshot = replace(case.snapshot, limits=Limits(change_resolves=0))
    island = known.site("island", people=90_000, reached=None)
    larger = replace(
        snapshot,
        network=replace(snapshot.network, places={**snapshot.network.places, "island": known.place("island")}),
        sites={**snapshot.sites, "island": island},
        needs=(*snapshot.needs, *known.needs(island, snapshot.horizon)),
    )
    before, after = planned(snapshot), planned(larger)
    assert after.convoys == before.convoys
    assert {row.unmet_class for row in after.unmet if row.site == "island"} == {"impossible"}
    told = [(row.site, row.commodity, row.units, row.unmet_class) for row in before.unmet]
    assert [(r.site, r.commodity, r.units, r.unmet_class) for r in after.unmet if r.site != "island"] == told
