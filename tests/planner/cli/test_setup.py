"""Setting up: init, seed, doctor, demo, and how every command ends."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import pytest

from planner.cli import qafila
from planner.cli.lazy import LazyGroup
from tests.planner.desks import ROOT, Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def test_a_home_is_made_once_and_made_again_without_harm(tmp_path: Path) -> None:
    desk = Desk(folder=tmp_path)
    first = desk.qafila("init")
    assert (first.code, first.err) == (0, "")
    assert "keep a copy elsewhere" in first.out
    assert desk.qafila("init").code == 0
    assert (tmp_path / "key" / "database.key").stat().st_mode & 0o777 == 0o600


def test_before_init_a_command_says_what_to_do(tmp_path: Path) -> None:
    told = Desk(folder=tmp_path).qafila("convoy", "list")
    assert (told.code, told.out) == (2, "")
    assert told.err.endswith("Run: qafila init.\n")


def test_a_database_without_its_key_is_not_made_anew(fresh: Desk) -> None:
    (fresh.folder / "key" / "database.key").unlink()
    told = fresh.qafila("init")
    assert told.code == 2
    assert "its key is not: restore" in told.err


def test_a_broken_settings_file_is_said_with_its_line(fresh: Desk) -> None:
    (fresh.folder / "home" / "settings.toml").write_text('crisis = "two-rivers\n', encoding="utf-8")
    told = fresh.qafila("convoy", "list")
    assert told.code == 2
    assert "line 1" in told.err
    (fresh.folder / "home" / "settings.toml").write_text('crises = "two-rivers"\n', encoding="utf-8")
    assert "'crises' is no setting. Settings are: crisis" in fresh.qafila("convoy", "list").err


def test_an_unknown_seed_names_those_there_are_and_changes_nothing(fresh: Desk) -> None:
    before = fresh.digest()
    told = fresh.qafila("seed", "atlantis")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "No seed crisis is called 'atlantis', and no folder of that path holds a crisis.toml. There are: "
        "syria-2016-09, two-rivers.\n"
    )
    assert fresh.digest() == before


def test_a_crisis_is_loaded_once(fresh: Desk) -> None:
    before = fresh.digest()
    told = fresh.qafila("seed", "two-rivers")
    assert told.code == 2
    assert "is loaded already" in told.err
    assert fresh.digest() == before


def test_a_crisis_that_is_not_loaded_is_refused_by_name(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("convoy", "list", QAFILA_CRISIS="atlantis")
    assert told.code == 2
    assert told.err == "No crisis 'atlantis' is loaded. Loaded: two-rivers. Try: qafila seed NAME.\n"


def test_doctor_tries_each_engine_and_the_database(seeded_desk: Desk, tmp_path: Path) -> None:
    found = seeded_desk.qafila("doctor", "--json").json()
    assert found["ok"] is True
    works = {name: engine["works"] for name, engine in found["engines"].items()}
    assert works == {"highspy": True, "ortools": True, "pyvrp": True}
    assert found["database"] == {"kind": "sqlite", "works": True, "said": "holds two-rivers"}
    assert {"python", "qafila", "ortools", "highspy", "pulp"} <= found["versions"].keys()
    assert found["disk_free_bytes"] > 0
    assert "two-rivers" in found["seeds"]

    nothing_yet = Desk(folder=tmp_path).qafila("doctor")
    assert nothing_yet.code == 0
    assert "none yet; qafila init creates it" in nothing_yet.out


def test_doctor_finds_a_database_whose_key_is_gone(fresh: Desk) -> None:
    (fresh.folder / "key" / "database.key").unlink()
    told = fresh.qafila("doctor")
    assert told.code == 1
    assert "There is no key for the database" in told.out


def test_the_demo_prints_a_plan_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told = Desk(folder=tmp_path).qafila("demo", "--once", "--crisis", "two-rivers")
    plan = told.json()
    assert plan["crisis"] == "two-rivers"
    assert plan["as_of"]["at"] == "2031-04-08T08:00:00+03:00"
    assert plan["convoys"]
    assert str(tmp_path) in told.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "new", "--days", "2"], "Missing option '--from'. See: qafila plan new --help."),
        (["plan", "noo"], "See: qafila plan --help."),
        (["plan", "new", "--from", "2031-04-08", "--days", "two"], "'two' is not a valid integer"),
        (["report", "denials", "--period", "2031-04", "--tier", "T9"], "'T9' is not one of 'T0', 'T1', 'T2', 'T3'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(seeded_desk: Desk, arguments: list[str], said: str) -> None:
    told = seeded_desk.qafila(*arguments)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_one_line(seeded_desk: Desk, tmp_path: Path) -> None:
    where = str(tmp_path / "no" / "such" / "folder.csv")
    told = seeded_desk.copy(tmp_path / "desk").qafila(
        "report", "denials", "--period", "2031-04", "--at", "2031-05-01", "--output", where
    )
    assert (told.code, told.err) == (2, f"{where}: No such file or directory. Check the path.\n")


def every_group(group: click.Command = qafila, path: str = "qafila") -> list[tuple[str, LazyGroup]]:
    found = []
    if isinstance(group, LazyGroup):
        found = [(path, group)]
        for name, later in group.later.items():
            found += every_group(later.load(), f"{path} {name}")
    return found


@pytest.mark.parametrize(("path", "group"), every_group(), ids=lambda value: value if isinstance(value, str) else "")
def test_each_command_is_where_its_listing_says(path: str, group: LazyGroup) -> None:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name, path
        assert command.help, f"{path} {name}"


def test_asking_for_help_or_access_loads_no_solver_and_no_road_engine(seeded_desk: Desk) -> None:
    heavy = ("ortools", "pulp", "highspy", "pyvrp", "typst", "pandas", "scipy", "networkx")
    script = (
        "import sys\n"
        "from planner.cli import qafila\n"
        "from planner.cli.frame import run\n"
        "run(qafila, sys.argv[1:])\n"
        f"sys.exit(', '.join(name for name in {heavy!r} if name in sys.modules) or 0)\n"
    )
    for arguments in (["--help"], ["access", "status", "--at", "2031-04-08"], ["convoy", "list"]):
        told = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=ROOT, env=seeded_desk.environ(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (told.returncode, told.stderr) == (0, ""), arguments


def test_json_goes_to_standard_output_and_nothing_else_does(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("access", "log", "--last", "3", "--json")
    assert [row["position"] for row in json.loads(told.out)] == [93, 94, 95]
    assert told.err == ""
