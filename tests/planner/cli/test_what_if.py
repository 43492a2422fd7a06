"""What-if from the command line: who gains, who loses, and because of what."""

from pathlib import Path

import pytest

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]

COLLAPSE = """
name = "truce over at dawn"
[[edit]]
kind = "ceasefire_ends"
ceasefire = "river-truce"
at = "2031-04-09T05:00+03:00"
"""
FEWER_TRUCKS = """
name = "no semi-trailers at Ordan"
[[edit]]
kind = "fleet_change"
hub = "ordan"
truck_type = "semi-25t"
trucks = -20
"""
PAPERS = """
name = "papers for Kessa"
[[edit]]
kind = "paper_granted"
site = "kessa"
steps = ["letter", "clearance"]
from = "2031-04-07"
until = "2031-04-21"
"""
BEFORE_THE_LETTERS = ("--from", "2031-04-07", "--days", "3")


def scenario(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def people(delta: dict[str, list[dict[str, object]]], site: str) -> tuple[object, object]:
    (found,) = ((row["people_a"], row["people_b"]) for row in delta["sites"] if row["site"] == site)
    return found


def test_the_end_of_the_truce_takes_its_convoys_and_is_named_as_the_cause(desk: Desk, tmp_path: Path) -> None:
    base = desk.qafila("plan", "show", "--json").json()
    files = [scenario(tmp_path, "collapse.toml", COLLAPSE), scenario(tmp_path, "fewer.toml", FEWER_TRUCKS)]
    told = desk.qafila("what-if", *files, "--json").json()
    assert told["base"] == base["plan"]
    collapse, fewer = told["scenarios"]
    assert collapse.keys() >= {"name", "digest", "plan", "delta"}
    assert collapse["name"] == "truce over at dawn"
    before, after = people(collapse["delta"], "kessa")
    assert isinstance(before, int)
    assert before > 20_000
    assert after == 0
    assert collapse["delta"]["because"] == ["edit:ceasefire_ends:river-truce"]
    assert collapse["delta"]["convoys"]["removed"]
    assert fewer["delta"]["people_gained"] < 0
    assert fewer["delta"]["because"] == ["edit:fleet_change:ordan/semi-25t"]

    # Asked again nothing is solved again; the words say the same. The base is still the latest plan.
    words = desk.qafila("what-if", *files, "--compare").out
    assert desk.qafila("plan", "show", "--json").json()["plan"] == base["plan"]
    refused = desk.qafila("plan", "publish", collapse["plan"], QAFILA_ACTOR="salma")
    assert (refused.code, "supposes truce over at dawn, which is not so" in refused.err) == (1, True)
    assert "people  scenario" in desk.qafila("plan", "list").out
    assert f"loses kessa: {before:,} to 0 (-{before:,})" in words
    assert "because of edit:ceasefire_ends:river-truce" in words
    rows = {line.split("  ")[0].strip(): line.split() for line in words.splitlines()}
    assert [len(rows[name]) for name in ("people", "convoys", "trucks", "dropped")] == [4, 4, 4, 3]

    again = desk.qafila("what-if", files[0], "--base", collapse["plan"])
    assert again.code == 2
    assert "is itself a scenario (truce over at dawn). Give --base a plain plan." in again.err


def test_papers_granted_serve_a_site_that_waited_for_them(fresh: Desk, tmp_path: Path) -> None:
    base = fresh.qafila("plan", "new", *BEFORE_THE_LETTERS, "--json").json()
    assert {row["rule"] for row in base["unmet"] if row["site"] == "kessa"} >= {"letter"}
    told = fresh.qafila("what-if", scenario(tmp_path, "papers.toml", PAPERS))
    assert told.code == 0, told.err
    assert "gains kessa: 0 to 2" in told.out
    assert "because of edit:paper_granted:kessa" in told.out


def test_a_scenario_that_changes_nothing_is_the_base_plan(desk: Desk, tmp_path: Path) -> None:
    base = desk.qafila("plan", "show", "--json").json()
    told = desk.qafila("what-if", scenario(tmp_path, "nothing.toml", 'name = "as it is"'), "--json").json()
    assert (told["scenarios"][0]["plan"], told["scenarios"][0]["digest"]) == (base["plan"], base["digest"])
    assert told["scenarios"][0]["delta"]["people_gained"] == 0


def test_a_scenario_with_more_open_is_no_worse_than_its_base_and_replays(fresh: Desk, tmp_path: Path) -> None:
    base = fresh.qafila("plan", "new", *BEFORE_THE_LETTERS, "--json").json()
    told = fresh.qafila("what-if", scenario(tmp_path, "papers.toml", PAPERS), "--json").json()["scenarios"][0]
    after = fresh.qafila("plan", "show", told["plan"], "--json").json()
    before, now = ([row["value"] for row in plan["objective"] if row["level"] == 1] for plan in (base, after))
    assert now <= before
    assert fresh.qafila("plan", "verify", told["plan"]).code == 0
    assert f"Same plan: {told['digest']}" in fresh.qafila("plan", "replay", told["plan"]).out


def test_a_file_that_states_its_base_has_it_made_and_is_compared_site_by_site(fresh: Desk, tmp_path: Path) -> None:
    based = '[base]\nfrom = "2031-04-08"\ndays = 3\n' + COLLAPSE.lstrip()
    based = based.replace('name = "truce over at dawn"\n', "")
    file = scenario(tmp_path, "based.toml", 'name = "truce over at dawn"\n' + based)
    told = fresh.qafila("what-if", file, "--compare")
    assert told.code == 0, told.err
    rows = {line.split("  ")[0].strip(): line for line in told.out.splitlines()}
    assert rows["Kessa"].split()[2] == "0"
    assert {"convoys added", "dropped", "moved", "loaded otherwise", "kept"} <= rows.keys()
    both = fresh.qafila("what-if", file, "--base", "latest")
    assert (both.code, "Leave one of them out." in both.err) == (2, True)
    other = fresh.qafila("what-if", file, scenario(tmp_path, "fewer.toml", FEWER_TRUCKS))
    assert (other.code, "do not begin from one base (based.toml" in other.err) == (2, True)
    plain = fresh.qafila("plan", "new", "--from", "2031-04-08", "--days", "3", "--scenario", file)
    assert (plain.code, "[base] is for qafila what-if and qafila sweep" in plain.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (COLLAPSE.replace("river-truce", "nobodys"), "no ceasefire 'nobodys'. There are: river-truce."),
        (FEWER_TRUCKS.replace('"ordan"', '"atlantis"'), "no hub 'atlantis'. There are: calder, ordan."),
        (
            """[[edit]]\nkind = "gate_set"\ngate = "atlantis"\nstate = "open"\nfrom = 2031-04-08\nuntil = 2031-04-09""",
            "no gate 'atlantis'. There are: amber-bridge",
        ),
        ("[[edit]\n", "broken.toml: "),
    ],
)
def test_a_scenario_that_names_what_is_not_there_is_one_line(desk: Desk, tmp_path: Path, text: str, said: str) -> None:
    before = desk.digest()
    told = desk.qafila("what-if", scenario(tmp_path, "broken.toml", text))
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err
    assert desk.digest() == before
