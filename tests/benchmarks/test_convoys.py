"""Drawn worlds are the same each time, and what peers send into them is judged."""

import pytest

from planner.domain.canonical import digest_of
from planner.domain.verify import broken_together
from tests.benchmarks.convoys.generator import FAMILIES, draw_snapshot
from tests.benchmarks.convoys.judge import that_may_run, worth
from tests.benchmarks.convoys.peers import greedy


@pytest.mark.parametrize("size", ["S", "M"])
def test_a_world_is_the_same_each_time_and_as_large_as_its_family(size: str) -> None:
    one, other = draw_snapshot(size, 3), draw_snapshot(size, 3)
    family = FAMILIES[size]

    assert digest_of(one) == digest_of(other)
    assert digest_of(one) != digest_of(draw_snapshot(size, 4))
    assert (len(one.sites), len(one.hubs), len(one.days)) == (family.sites, family.hubs, family.days)
    assert len(one.network.gates) == family.gates


def test_a_plan_by_hand_serves_and_breaks_rules_and_what_may_run_breaks_none() -> None:
    snapshot = draw_snapshot("S", 1)
    convoys = greedy(snapshot)
    kept, wrong = that_may_run(snapshot, convoys)

    nobody, claimed, true = worth(snapshot, ()), worth(snapshot, convoys), worth(snapshot, kept)
    assert claimed.person_days[180] < true.person_days[180] <= nobody.person_days[180]
    assert claimed.people > true.people > 0
    assert wrong
    assert broken_together(kept, snapshot) == ()
