"""Every benchmark runs at its smallest size and works on something."""

import pytest

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
