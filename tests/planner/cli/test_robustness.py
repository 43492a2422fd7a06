"""Futures of a plan from the command line."""

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def test_futures_of_a_plan_are_told_in_words_and_as_json(planned_desk: Desk) -> None:
    plan = planned_desk.qafila("plan", "show", "--json").json()
    told = planned_desk.qafila("robustness", "--draws", "500", "--json").json()
    people = told["people"]
    assert (told["plan"], told["draws"], people["planned"]) == (plan["plan"], 500, plan["people_reached"])
    assert people["cvar10"] <= people["p05"] <= people["p50"] <= people["p95"] <= people["planned"]
    assert [row["id"] for row in told["convoys"]] == [convoy["id"] for convoy in plan["convoys"]]
    for row in told["convoys"]:
        assert 0 <= row["caught_inside"] <= 1
        assert row["arrives"] + row["turned_back"] == 1
        assert row["plan_b"] is None or {"if_closed", "people_lost"} <= set(row["plan_b"])
    words = planned_desk.qafila("robustness", "--draws", "500").out
    assert f"of {people['planned']:,} planned" in words
    assert "500 futures" in words
    assert planned_desk.qafila("robustness", "--draws", "500", "--json").json() == told


def test_a_number_of_draws_that_cannot_be_is_refused(planned_desk: Desk) -> None:
    refused = planned_desk.qafila("robustness", "--draws", "0")
    assert refused.code != 0
    assert "Give 1 to 1,000,000" in refused.err
