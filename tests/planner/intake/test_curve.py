"""A drawn road passes through all its waypoints and goes no long way round."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.intake.curve import POINTS_A_SPAN, smooth
from routing.network import Position, polyline_m

degrees = st.integers(-900, 900).map(lambda n: n / 100)
waypoints = st.lists(st.tuples(degrees, degrees), min_size=2, max_size=6, unique=True)


@given(waypoints)
def test_the_curve_passes_through_every_waypoint(points: list[Position]) -> None:
    spans = smooth(points)
    assert [span[0] for span in spans] == points[:-1]
    assert [span[-1] for span in spans] == points[1:]
    assert {len(span) for span in spans} == {POINTS_A_SPAN + 1}


@given(waypoints)
def test_the_curve_is_no_shorter_than_straight_lines(points: list[Position]) -> None:
    for span, ends in zip(smooth(points), pairwise(points), strict=True):
        assert polyline_m(span) >= polyline_m(ends) - 2


@given(waypoints)
def test_a_road_drawn_from_the_other_end_is_the_same_road(points: list[Position]) -> None:
    back = tuple(tuple(reversed(span)) for span in reversed(smooth(points[::-1])))
    for there, here in zip(smooth(points), back, strict=True):
        assert all(abs(p[0] - q[0]) < 2e-5 and abs(p[1] - q[1]) < 2e-5 for p, q in zip(there, here, strict=True))


@given(degrees, degrees, st.integers(1, 50))
def test_a_straight_road_stays_straight(lon: float, lat: float, step: int) -> None:
    assume(abs(lon) < 9)
    points = [(lon + k * step / 100, lat) for k in range(3)]
    for span in smooth(points):
        assert {round(point[1], 5) for point in span} == {round(lat, 5)}
        assert [p[0] for p in span] == sorted(p[0] for p in span)


def test_a_gentle_bend_costs_little() -> None:
    bend = ((37.0, 36.0), (37.2, 36.05), (37.4, 36.0))
    drawn = sum(polyline_m(span) for span in smooth(bend))
    assert drawn == pytest.approx(polyline_m(bend), rel=0.02)
