"""Plans from the command line: made, shown, judged, compared, published, kept when planning again."""

import json
from pathlib import Path

import pytest

from tests.planner.desks import FIRST_PLAN, Desk

pytest_plugins = ["tests.planner.desk_fixtures"]

PLAN_KEYS = {
    "plan", "digest", "scenario", "as_of", "horizon", "status", "cut_short", "seconds", "objective", "convoys",
    "unmet", "people_reached", "coverage_by_site",
}  # fmt: skip
CONVOY_KEYS = {
    "id", "hub", "stops", "trucks", "depart", "back", "segments", "p", "slack_seconds", "exposure_truck_seconds",
    "group",
}  # fmt: skip
LOAD_KEYS = {"commodity", "units", "kg", "litres", "people"}
UNMET_KEYS = {"site", "commodity", "units", "people", "class", "rule", "reason", "proof", "change"}


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_plan_in_json_has_the_agreed_keys(planned_desk: Desk) -> None:
    plan = planned_desk.qafila("plan", "show", "--json").json()
    assert plan.keys() >= PLAN_KEYS
    assert plan["horizon"] == ["2031-04-08T00:00:00+03:00", "2031-04-11T00:00:00+03:00"]
    assert plan["as_of"] == {"at": "2031-04-08T08:00:00+03:00", "known": 66}
    assert plan["digest"].startswith(plan["plan"])
    assert plan["convoys"]
    for convoy in plan["convoys"]:
        assert convoy.keys() >= CONVOY_KEYS
        for stop in convoy["stops"]:
            assert {"site", "arrive", "unloaded", "loads"} <= stop.keys()
            assert all(load.keys() >= LOAD_KEYS for load in stop["loads"])
    assert plan["unmet"]
    assert all(unmet.keys() >= UNMET_KEYS for unmet in plan["unmet"])
    assert all({"level", "name", "value", "bound", "gap"} <= level.keys() for level in plan["objective"])
    assert [level["name"] for level in plan["objective"]][-3:] == ["value", "disturbance", "exposure"]


def test_a_plan_in_words_says_who_what_when_which_road_and_what_not(planned_desk: Desk) -> None:
    plan = planned_desk.qafila("plan", "show", "--json").json()
    words = planned_desk.qafila("plan", "show").out
    assert f"{plan['people_reached']:,} people" in words
    for convoy in plan["convoys"]:
        assert f"\n{convoy['id']}  " in words
    assert "(twin-towns: all together)" in words
    assert "Ordan > Hale junction > South Bank > Kessa Bank > Kessa (55\u00a0km)" in words
    assert "What is not brought, and why" in words
    flat = " ".join(words.split())
    for unmet in plan["unmet"]:
        assert f"{unmet['rule'].replace('_', ' ')}:" in flat, unmet
    assert "How good the plan is" in words
    assert "An invented country" in words


def test_batches_of_one_commodity_are_one_figure(planned_desk: Desk) -> None:
    plan = planned_desk.qafila("plan", "show", "--json").json()
    words = planned_desk.qafila("plan", "show").out
    split = [
        (stop, commodity)
        for convoy in plan["convoys"]
        for stop in convoy["stops"]
        for commodity in {load["commodity"] for load in stop["loads"]}
        if sum(load["commodity"] == commodity for load in stop["loads"]) > 1
    ]
    assert split, "the example must hold a stop with two batches of one commodity"
    for stop, commodity in split:
        units = sum(load["units"] for load in stop["loads"] if load["commodity"] == commodity)
        assert f"{units:,} {commodity.replace('family-ration', 'Family food ration')}" in words


def test_the_verifier_finds_nothing_and_names_its_rules(planned_desk: Desk) -> None:
    told = planned_desk.qafila("plan", "verify", "--json").json()
    assert told["violations"] == []
    assert {"blocked_segment", "hold", "coupling"} <= set(told["checked_rules"])
    assert planned_desk.qafila("plan", "verify").out.endswith("rules checked, 0 violations.\n")


def test_explain_tells_a_site_s_needs_with_their_proof(planned_desk: Desk) -> None:
    rows = planned_desk.qafila("plan", "explain", "--site", "kessa", "--json").json()
    (kit,) = (row for row in rows if row["commodity"] == "trauma-kit")
    assert (kit["class"], kit["rule"], kit["proof"]) == ("impossible", "struck_commodity", ["44"])
    words = planned_desk.qafila("plan", "explain", "--site", "kessa").out
    assert "proved impossible, struck commodity: The papers for Kessa do not allow Trauma kit." in words
    assert planned_desk.qafila("plan", "explain", "--site", "atlantis").code == 2


def test_the_list_shows_drafts_newest_first(planned_desk: Desk) -> None:
    plan = planned_desk.qafila("plan", "show", "--json").json()
    (row,) = planned_desk.qafila("plan", "list", "--json").json()
    assert row["plan"] == plan["plan"]
    assert row["published"] is False
    assert planned_desk.qafila("plan", "list").out.endswith("people  draft\n")


def test_a_plan_compared_with_itself_keeps_everything(planned_desk: Desk) -> None:
    told = planned_desk.qafila("plan", "diff", "latest", "latest", "--json").json()
    assert {"a", "b", "sites", "convoys", "because"} <= told.keys()
    assert told["convoys"].keys() == {"added", "removed", "changed", "kept"}
    assert told["convoys"]["added"] == told["convoys"]["removed"] == told["convoys"]["changed"] == told["because"] == []
    assert told["convoys"]["kept"]
    assert "because of nothing that differs" in planned_desk.qafila("plan", "diff", "latest", "latest").out


def test_asked_again_the_same_plan_comes_back_unsolved(desk: Desk) -> None:
    first = desk.qafila("plan", "show", "--json").json()
    assert desk.qafila("plan", "new", *FIRST_PLAN, "--json").json() == first


def test_replay_gives_the_same_plan(desk: Desk) -> None:
    plan = desk.qafila("plan", "show", "--json").json()
    told = desk.qafila("plan", "replay")
    assert (told.code, told.out) == (0, f"Same plan: {plan['digest']}\n")


MISTAKES = """
name = "twelve"
[[edit]]
kind = "gate_set"
gate = "amber-bridge"
state = "ajar"
from = "2031-04-08T06:00"
until = "soon"
[[edit]]
kind = "earthquake"
[[edit]]
kind = "ceasefire_ends"
at = 7
[[edit]]
kind = "fleet_change"
hub = "ordan"
truck_type = 4
trucks = "six"
colour = "red"
[[edit]]
kind = "paper_granted"
site = "kessa"
steps = ["stamp"]
from = "2031-04-10"
until = "2031-04-09"
people = -1
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2031-04-08T08:00", "--days", "2"], "--from: The time '2031-04-08T08:00' has no offset"),
        (["--from", "2031-04-08", "--days", "0"], "A plan of 0 days cannot be made. Give 1 to 60 days."),
        (["--from", "2031-04-08", "--days", "2", "--known", "500"], "Known 500 lies outside the log."),
        (["--from", "2031-04-08", "--days", "2", "--policy", "no.toml"], "no.toml: cannot be read (No such file"),
        (["--from", "2031-04-08", "--days", "2", "--scenario", "no.toml"], "no.toml is missing."),
    ],
)
def test_a_plan_that_cannot_be_asked_for_is_one_line(fresh: Desk, arguments: list[str], said: str) -> None:
    before = fresh.digest()
    told = fresh.qafila("plan", "new", *arguments)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1
    assert fresh.digest() == before


def test_twelve_mistakes_are_twelve_lines_at_once(fresh: Desk, tmp_path: Path) -> None:
    before = fresh.digest()
    file = write(tmp_path, "twelve.toml", MISTAKES)
    told = fresh.qafila("plan", "new", "--from", "2031-04-08", "--days", "2", "--scenario", file)
    assert (told.code, told.out) == (2, "")
    lines = told.err.splitlines()
    assert len(lines) == 12, told.err
    assert all(line.startswith("twelve.toml row ") for line in lines)
    assert fresh.digest() == before


def test_a_broken_scenario_is_said_with_its_line(fresh: Desk, tmp_path: Path) -> None:
    file = write(tmp_path, "broken.toml", 'name = "broken"\n[[edit]\nkind = "gate_set"\n')
    told = fresh.qafila("plan", "new", "--from", "2031-04-08", "--days", "2", "--scenario", file)
    assert told.code == 2
    assert told.err.startswith("broken.toml: ")
    assert "line 2" in told.err
    assert told.err.count("\n") == 1


def test_a_wrong_policy_is_refused_with_all_its_mistakes(fresh: Desk, tmp_path: Path) -> None:
    before = fresh.digest()
    wrong = write(tmp_path, "wrong.toml", '[plan]\nrisk_cap = "low"\n[limits]\nluck = 3\n[weather]\n')
    told = fresh.qafila("plan", "new", "--from", "2031-04-10", "--days", "1", "--policy", wrong)
    assert told.code == 2
    assert told.err.count("\n") == 3
    assert "wrong.toml: 'weather' is not known here. The tables are [access], [limits] and [plan]." in told.err
    assert fresh.digest() == before


def test_a_plan_that_serves_nobody_for_proved_reasons_exits_0(fresh: Desk) -> None:
    told = fresh.qafila("plan", "new", "--from", "2031-06-01", "--days", "1", "--json")
    plan = told.json()
    assert plan["convoys"] == []
    assert plan["people_reached"] == 0


@pytest.mark.parametrize("command", ["show", "verify", "explain", "replay", "publish"])
def test_an_unknown_plan_is_refused(planned_desk: Desk, command: str) -> None:
    told = planned_desk.qafila("plan", command, "0123456789ab")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "No plan '0123456789ab'." in told.err


def test_before_the_first_plan_one_is_told_how_to_make_it(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("plan", "show")
    assert (told.code, told.err) == (2, "There is no plan yet. Make one: qafila plan new.\n")


def test_nobody_publishes_their_own_plan(desk: Desk) -> None:
    before = desk.digest()
    told = desk.qafila("plan", "publish")
    assert (told.code, told.out) == (1, "")
    assert "was made by nour. A second person publishes it" in told.err
    assert desk.digest() == before


def test_a_second_person_s_word_makes_movements_that_planning_again_keeps(desk: Desk) -> None:
    plan = desk.qafila("plan", "show", "--json").json()
    told = desk.qafila("plan", "publish", QAFILA_ACTOR="salma")
    movements = told.out.split()
    assert movements == [f"{plan['plan']}-{convoy['id']}" for convoy in plan["convoys"]]
    assert desk.qafila("plan", "publish", QAFILA_ACTOR="salma").code == 1
    assert desk.qafila("plan", "list").out.endswith("people  published\n")
    listed = {row["movement"]: row for row in desk.qafila("convoy", "list", "--json").json()}
    assert {listed[movement]["state"] for movement in movements} == {"notified"}

    kept = next(m for m, c in zip(movements, plan["convoys"], strict=True) if c["stops"][0]["site"] == "kessa")
    for movement in movements:
        if movement != kept:
            assert desk.qafila("plan", "pin", movement, "--release").out == f"{movement} is released.\n"
    again = desk.qafila("plan", "new", "--from", "2031-04-08", "--days", "2", "--json").json()
    promised = {convoy["movement"]: convoy for convoy in again["convoys"] if convoy["movement"] is not None}
    before = next(c for m, c in zip(movements, plan["convoys"], strict=True) if m == kept)
    # Those that were let go may stay too, where moving them does not pay.
    assert {kept} <= promised.keys() <= set(movements)
    for key in ("hub", "stops", "trucks", "depart", "back", "segments"):
        assert promised[kept][key] == before[key], key

    assert desk.qafila("plan", "pin", kept).out == f"{kept} is pinned.\n"
    assert desk.qafila("plan", "pin", "atlantis-c01").code == 2


def test_the_same_inputs_in_two_homes_give_one_digest(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from planner.cli import qafila\n"
        "from planner.cli.frame import run\n"
        "codes = [run(qafila, line.split()) for line in sys.argv[1:]]\n"
        "sys.exit(max(codes))\n"
    )
    steps = ("init", "seed two-rivers", "plan new --from 2031-04-09 --days 2 --json")
    homes = [Desk(folder=tmp_path / seed).start(*steps, script=script, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    told = [home.communicate() for home in homes]
    assert [home.returncode for home in homes] == [0, 0], told
    plans = [json.loads(out[out.index("{") :]) for out, _ in told]
    assert plans[0]["digest"] == plans[1]["digest"]
    assert plans[0]["convoys"]
