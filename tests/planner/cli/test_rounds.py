"""Rounds from the command line, on September 2016: who is served across the border, and who is named with the rule."""

import pytest

from tests.planner.desks import Desk

FAST = ("--iterations", "50", "--engine", "pyvrp")
ROUNDS = ("rounds", "--day", "2016-09-14", "--hours", "08:00-16:00", "--hub", "kilis", *FAST)


@pytest.fixture(scope="module")
def syria_for_rounds(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(folder=tmp_path_factory.mktemp("rounds"))
    assert desk.qafila("init").code == 0
    assert desk.qafila("seed", "syria-2016-09").code == 0
    return desk


def test_rounds_serve_sites_across_an_open_crossing(syria_for_rounds: Desk) -> None:
    found = syria_for_rounds.qafila(*ROUNDS, "--json").json()

    sites = {stop["site"] for one in found["rounds"] for stop in one["stops"]}
    assert {"azaz", "mare"} <= sites
    for one in found["rounds"]:
        assert (one["hub"], found["day"]) == ("kilis", "2016-09-14")
        assert "2016-09-14T08:00:00+03:00" <= one["depart"] < one["back"] <= "2016-09-14T16:00:00+03:00"
        assert all(lot["units"] > 0 for stop in one["stops"] for lot in stop["goods"])
    assert {"site": "eastern-aleppo", "rule": "road"}.items() <= {
        key: value for one in found["set_aside"] if one["site"] == "eastern-aleppo" for key, value in one.items()
    }.items()
    assert {"azaz"} <= {one["site"] for one in found["set_aside"] if one["rule"] == "unloading"}


def test_the_same_question_gives_the_same_rounds(syria_for_rounds: Desk) -> None:
    one, other = (syria_for_rounds.qafila(*ROUNDS, "--json").json()["digest"] for _ in range(2))

    assert one == other


def test_rounds_in_words_name_trucks_hours_loads_and_who_is_left_out(syria_for_rounds: Desk) -> None:
    told = syria_for_rounds.qafila(*ROUNDS).out

    assert "Rounds on 2016-09-14, as known at record" in told
    assert "kilis/semi-25t/1" in told
    assert "family-ration" in told
    assert "plan a convoy" in told


def test_by_all_daylight_a_crossing_that_keeps_hours_serves_nobody(syria_for_rounds: Desk) -> None:
    found = syria_for_rounds.qafila("rounds", "--day", "2016-09-14", *FAST, "--json").json()

    assert found["rounds"] == []
    assert {one["rule"] for one in found["set_aside"]} == {"road"}


def test_under_a_hold_nobody_goes(syria_for_rounds: Desk) -> None:
    later = ("rounds", "--day", "2016-09-21", "--hours", "08:00-16:00", *FAST, "--json")
    known = ("--known", "2016-09-20T23:00+03:00")

    assert syria_for_rounds.qafila(*later, *known).json()["rounds"] == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--hub", "nowhere"), "No hub 'nowhere'"),
        (("--hours", "08:00"), "--hours 08:00:"),
        (("--hours", "22:00-23:00"), "hold no daylight"),
        (("--known", "99999"), "lies outside the log"),
    ],
)
def test_a_wrong_question_is_refused_with_the_way_out(syria_for_rounds: Desk, more: tuple[str, str], said: str) -> None:
    answer = syria_for_rounds.qafila("rounds", "--day", "2016-09-14", *more)

    assert answer.code == 2
    assert said in answer.err
