"""Drawn worlds are the same each time, and what peers send into them is judged."""

import pytest

from planner.domain.canonical import digest_of
from planner.domain.verify import broken_together
from tests.benchmarks.convoys.generator import FAMILIES, draw_snapshot, plain
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


def test_a_plain_world_is_the_same_land_without_what_the_family_first_lacked() -> None:
    whole = draw_snapshot("S", 1)
    less = plain(whole)

    assert (less.network, less.needs, less.fleets, less.access) == (
        whole.network, whole.needs, whole.fleets, whole.access,
    )  # fmt: skip
    assert any(batch.expires_at for batch in whole.stock)
    assert not any(batch.expires_at for batch in less.stock)
    assert any(site.storage_kg for site in whole.sites.values())
    assert not any(site.storage_kg for site in less.sites.values())
    assert not any(goods.cold_chain or goods.dual_use for goods in less.commodities.values())
    assert any(paper.struck for paper in less.papers)
