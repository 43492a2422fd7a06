"""Printed pages: no column narrower than its words, no number hidden behind another on the map."""

import math
import re

import pytest

from planner.partners.report import Spot
from planner.partners.sketch_map import draw_spots
from planner.partners.widths import INSET_MM, MM_PER_LETTER, widths_mm
from planner.partners.words import Both

CIRCLE = re.compile(r'<circle cx="([\d.-]+)" cy="([\d.-]+)" r="([\d.]+)" fill="#B00020"')


def spot(name: str, lon: float, lat: float, value: int = 1) -> Spot:
    return Spot(label=Both(en=name, ar=name), at=(lon, lat), value=value)


def test_columns_are_as_wide_as_declared_where_their_words_allow() -> None:
    assert widths_mm([1, 3], [["a"], ["b"]], 100) == [25, 75]


def test_a_long_code_takes_its_room_from_the_others() -> None:
    code = "syria-2016-09-00416"
    widths = widths_mm([1, 9, 9], [[code], ["a"], ["b"]], 100)

    assert widths[0] == pytest.approx(INSET_MM + MM_PER_LETTER * len(code))
    assert widths[1] == widths[2]
    assert sum(widths) == pytest.approx(100)


def test_where_nothing_fits_each_gets_its_part() -> None:
    assert widths_mm([1, 1], [["a" * 100], ["b" * 100]], 100) == [50, 50]


@pytest.mark.parametrize("step", [0.0, 0.001, 0.02])
def test_circles_that_would_hide_each_other_are_moved_apart_and_stay_on_the_map(step: float) -> None:
    near = [spot(f"place {n}", 36.3 + n * step, 33.5, n + 1) for n in range(6)]
    drawing = draw_spots([*near, spot("Aleppo", 37.16, 36.2)], "en")
    circles = [tuple(map(float, found)) for found in CIRCLE.findall(drawing.svg)]

    assert len(circles) == 7
    for n, (x, y, r) in enumerate(circles):
        assert r <= x <= drawing.width - r
        assert r <= y <= drawing.height - r
        assert all(math.hypot(x - a, y - b) >= r + s - 1 for a, b, s in circles[n + 1 :])


def test_larger_places_are_named_faintly_where_there_is_room() -> None:
    around = [(Both(en="Homs", ar="حمص"), (36.8, 33.6)), (Both(en="Duma", ar="دوما"), (36.41, 33.57)),
              (Both(en="Far away", ar="بعيد"), (50.0, 10.0))]  # fmt: skip
    told = [text.text for text in draw_spots([spot("Duma", 36.4, 33.57)], "en", around=around).texts]

    assert told.count("Duma") == 1
    assert "Homs" in told
    assert "Far away" not in told
