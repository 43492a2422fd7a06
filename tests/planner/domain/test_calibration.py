"""Scores of probabilities, checked by hand."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.domain.calibration import (
    Forecast,
    PlanPeriod,
    approved_means_delivered,
    fading_mean,
    forecast_periods,
    overall_mean,
    score,
)


def period(ends: int, requested: int, approved: int | None, reached: int | None) -> PlanPeriod:
    return PlanPeriod(
        period=str(ends), ends=ends, unit="people", requested=requested, approved=approved, reached=reached, source="x"
    )


PAST = (period(1, 10, 9, 8), period(2, 10, 10, 2), period(3, 10, None, None), period(4, 10, 8, 1), period(5, 20, 18, 4))


def test_scores_of_single_cases() -> None:
    told = [Forecast(what="a", at=1, p=0.9, came=1), Forecast(what="b", at=2, p=0.9, came=0)]
    assert score("x", told).brier == pytest.approx((0.01 + 0.81) / 2)
    (only,) = score("x", told).classes
    assert (only.cases, only.said, only.came) == (2, 0.9, 0.5)
    assert score("x", []).brier == 0


def test_one_half_always_scores_a_quarter() -> None:
    told = [Forecast(what="a", at=1, p=0.5, came=share) for share in (0, 0.3, 1)]
    assert score("x", told).brier == pytest.approx(0.25)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_every_forecast_is_in_one_class(told: list[tuple[float, float]]) -> None:
    found = score("x", [Forecast(what="", at=0, p=p, came=came) for p, came in told])
    assert sum(c.cases for c in found.classes) == len(told)
    assert 0 <= found.brier <= 1
    for one in found.classes:
        assert one.low <= one.said <= one.high


def test_a_period_is_forecast_from_those_before_it_alone() -> None:
    seen: list[tuple[Sequence[PlanPeriod], PlanPeriod]] = []

    def forecaster(before: Sequence[PlanPeriod], now: PlanPeriod, _step: str) -> float:
        seen.append((before, now))
        return 0.5

    forecast_periods(PAST, 3, "reached", forecaster)
    assert [(list(before), now) for before, now in seen] == [(list(PAST[:3]), PAST[3]), (list(PAST[:4]), PAST[4])]


def test_the_forecasters_by_hand() -> None:
    # Of the periods before the fifth: 0.8, 0.2 and 0.1 reached, weights a half, a root half and one.
    weights = (0.5, 0.5**0.5, 1)
    expected = (1 + 0.8 * weights[0] + 0.2 * weights[1] + 0.1 * weights[2]) / (2 + sum(weights))
    assert fading_mean(PAST[:4], PAST[4], "reached") == pytest.approx(expected)
    assert approved_means_delivered((), PAST[4], "reached") == 0.9
    assert approved_means_delivered((), PAST[2], "reached") == 1
    assert overall_mean(PAST, 3, "reached")((), PAST[4], "reached") == pytest.approx(0.5)
    assert fading_mean((), PAST[0], "reached") == 0.5


def test_more_reached_than_asked_for_counts_as_all() -> None:
    assert period(1, 10, 8, 12).share("reached") == 1
