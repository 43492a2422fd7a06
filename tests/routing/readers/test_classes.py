"""The table of classes: the shipped one reads, and what a user changes is checked with the way out."""

from typing import get_args

import pytest

from routing.network import RoadClass
from routing.readers.classes import default_table, default_text, parse_table
from routing.readers.roadline import UnreadableRoads


def test_the_shipped_table_has_every_class_of_ours_with_a_width() -> None:
    table = default_table()

    assert set(table.classes.values()) == set(get_args(RoadClass)) == set(table.width_m)
    assert table.otherwise is None


def test_a_changed_table_maps_a_class_of_the_users_own() -> None:
    table = parse_table("mine.toml", default_text().replace('["track", "trail"]', '["track", "trail", "Wadi Bed"]'))

    assert table.classes["wadi bed"] == "track"


def test_the_first_column_that_is_not_blank_counts() -> None:
    table = default_table()

    assert table.find("name", {"name:en": "  ", "name": "Road", "roadname": "Other"}) == "Road"
    assert table.find("name", {"name": float("nan")}) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[class.street]\nvalues = []", "'street'"),
        ("[colums]\nclass = []", "'colums'"),
        ("[columns]\nspeed = []", "'speed'"),
        ('[class.track]\nvalues = ["a"]\n[class.urban]\nvalues = ["a"]', "'a' stands in two places"),
        ('left_out = ["a"]\n[class.track]\nvalues = ["a"]', "'a' stands in two places"),
        ("[class.track]\nwidth_m = -1", "-1"),
        ("[class.track]\nvalues = 3", "3"),
        ('otherwise = "street"', "'street'"),
        ('[units]\nweight_limit = "stone"', "'stone'"),
        ("class = 3", "class is 3"),
        ("[class", "Mend the TOML"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_with_its_value(text: str, said: str) -> None:
    with pytest.raises(UnreadableRoads, match=r"mine\.toml") as told:
        parse_table("mine.toml", text)
    assert said in str(told.value)
