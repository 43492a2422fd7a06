"""Groups of sites that lie near each other are those that going through all of them would find, in that order."""

import random
from itertools import combinations

import pytest

from planner.solvers.options import groups_of


@pytest.mark.parametrize("seed", range(60))
def test_groups_are_the_combinations_of_which_each_two_are_near(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - test data, not secrets
    sites = draw.sample("abcdefghij", draw.randint(0, 10))
    near = frozenset(pair for pair in combinations(sites, 2) if draw.random() < 0.6)
    for most in (1, 2, 3, 4):
        expected = [
            group
            for count in range(2, most + 1)
            for group in combinations(sites, count)
            if all(pair in near for pair in combinations(group, 2))
        ]
        assert list(groups_of(sites, near, most)) == expected
