"""The negotiators' list from the command line: worked out once, then read."""

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def test_openings_are_ranked_by_people_and_kept_beside_the_plan(desk: Desk) -> None:
    told = desk.qafila("opening", "--json").json()
    shown = desk.qafila("plan", "show", "--json").json()
    assert (told["plan"], told["people_reached"]) == (shown["plan"], shown["people_reached"])
    good = [one for one in told["openings"] if one["grade"] != "nothing"]
    assert good
    assert [one["people_more"] for one in good] == sorted((one["people_more"] for one in good), reverse=True)
    assert all(sum(one["people_by_site"].values()) == one["people_more"] for one in good)
    assert {one["kind"] for one in good} <= {"gate", "road", "letter", "window", "trucks", "several"}

    table = desk.qafila("opening").out
    assert "looked at" in table
    assert good[0]["edit"] in table
    with desk.store().reading() as read:
        assert [run.study for run in read.list_runs("two-rivers")] == ["opening", None]
