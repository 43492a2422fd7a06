"""Every benchmark runs at its smallest size and works on something."""

from itertools import pairwise

import numpy as np
import pytest

from tests.benchmarks.folds import measure_folds
from tests.benchmarks.legs import measure_legs
from tests.benchmarks.road_maps import draw_map
from tests.benchmarks.roads import measure_roads
from tests.benchmarks.subjects import SIZES, SUBJECTS, Case, measure


@pytest.fixture(scope="module")
def smallest() -> Case:
    return Case.of(SIZES["S"])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_is_measured_on_a_crisis_that_is_not_empty(subject: str, smallest: Case) -> None:
    row = measure(subject, smallest)

    assert (row.subject, row.size) == (subject, "S")
    assert row.seconds > 0
    assert row.outcome[0] != "0", row.outcome


def test_the_roads_are_measured_on_a_small_map_too_and_agree_with_the_plain_search() -> None:
    rows = {row.subject: row.outcome for row in measure_roads("S", 1_500)}

    assert list(rows) == ["roads order", "roads reload", "roads memory", "roads change", "roads scipy", "roads leg"]
    assert "200000 times, all equal" in rows["roads change"]


def test_folds_are_measured_on_a_small_map_too() -> None:
    rows = [(row.subject, row.outcome) for row in measure_folds("S", 600, records=500)]

    whole, new = "folds whole", "folds new"
    assert [subject for subject, _ in rows] == ["folds index", whole, whole, new, whole, new]
    assert all("792 segments" in outcome for subject, outcome in rows if subject == whole)


def test_legs_are_measured_on_a_small_map_too_and_pass_the_recheck() -> None:
    rows = [(row.subject, row.outcome) for row in measure_legs("S", 600, records=500)]

    driven = "legs recheck"
    calm, folded = ("legs calm", "legs calm +", driven), ("legs folded", "legs folded +", driven)
    assert [subject for subject, _ in rows] == ["legs engine", "legs lines", *calm, *folded]
    assert "no complaint" in rows[-1][1]


def test_a_drawn_map_is_the_same_each_time_and_its_arcs_lie_side_by_side() -> None:
    one, other = draw_map(600), draw_map(600)

    assert np.array_equal(one.start, other.start)
    assert np.array_equal(one.longitude, other.longitude)
    arcs = one.arcs()
    assert len(arcs.tail) == 2 * one.segments - one.oneway.sum()
    assert all(after - before in (0, 1) for before, after in pairwise(arcs.segment.tolist()))
