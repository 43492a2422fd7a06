"""A sweep from the command line: solved once by workers here, by a cluster alike, and shown as table, JSON and CSV."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
FILE = """
name = "the truce and the bridge"
[base]
from = "2031-04-08"
days = 3
[vary]
end = ["as is", "2031-04-09T05:00+03:00"]
bridge = ["as is", "closed"]
[[edit]]
kind = "ceasefire_ends"
ceasefire = "river-truce"
at = "$end"
[[edit]]
kind = "gate_set"
gate = "amber-bridge"
state = "$bridge"
from = "2031-04-08"
until = "2031-04-14"
"""


@pytest.fixture(scope="module")
def swept_desk(planned_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The sweep is solved, by two workers. For reading and asking again only."""
    desk = planned_desk.copy(tmp_path_factory.mktemp("swept") / "desk")
    (desk.folder / "many.toml").write_text(FILE, encoding="utf-8")
    return desk


@pytest.fixture(scope="module")
def first_told(swept_desk: Desk) -> Any:  # noqa: ANN401 - whatever the command prints
    return swept_desk.qafila("sweep", str(swept_desk.folder / "many.toml"), "--workers", "2", "--json").json()


def essence(told: dict[str, Any]) -> list[tuple[object, ...]]:
    return [(tuple(row["values"].values()), row["plan"], row["people_reached"], row["value"]) for row in told["rows"]]


def test_every_scenario_is_solved_beside_the_base(swept_desk: Desk, first_told: dict[str, Any]) -> None:
    base = swept_desk.qafila("plan", "show", "--json").json()
    assert (first_told["scenarios"], first_told["done"], first_told["failed"]) == (4, 4, 0)
    assert first_told["base"] == base["plan"]
    same, closed, over, both = first_told["rows"]
    assert (same["plan"], same["people_gained"]) == (base["plan"], 0)
    assert over["people_gained"] < 0
    assert closed["plan"] != both["plan"]


def test_asked_again_nothing_is_solved_again(swept_desk: Desk, first_told: dict[str, Any], tmp_path: Path) -> None:
    file, out = str(swept_desk.folder / "many.toml"), tmp_path / "rows.csv"
    before = swept_desk.digest()
    again = swept_desk.qafila("sweep", file, "--workers", "2", "--csv", str(out))
    assert again.code == 0, again.err
    assert swept_desk.digest() == before
    assert "the truce and the bridge: 4 scenarios; 4 solved, 0 failed" in again.out
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["$end"], row["$bridge"]) for row in rows] == [tuple(r["values"].values()) for r in first_told["rows"]]
    assert [int(row["people_reached"]) for row in rows] == [row["people_reached"] for row in first_told["rows"]]


def test_a_scenario_of_a_sweep_is_the_plan_that_what_if_gives(swept_desk: Desk, first_told: dict[str, Any]) -> None:
    over = first_told["rows"][2]
    shown = swept_desk.qafila("plan", "show", over["plan"], "--json").json()
    assert (shown["people_reached"], shown["scenario"]) == (
        over["people_reached"],
        "end 2031-04-09T05:00+03:00, bridge as is",
    )
    assert swept_desk.qafila("plan", "verify", over["plan"]).code == 0
    # The plans of a sweep do not push those that people made out of the listing.
    listed = {row["plan"] for row in swept_desk.qafila("plan", "list", "--json").json()}
    every = {row["plan"] for row in swept_desk.qafila("plan", "list", "--swept", "--json").json()}
    assert first_told["base"] in listed
    assert over["plan"] in every - listed


@pytest.fixture
def two_processes() -> Iterator[str]:
    """The address of a Dask cluster of two processes on this machine."""
    from distributed import LocalCluster  # noqa: PLC0415 - slow to import, for this test alone

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_gives_the_same_rows(
    planned_desk: Desk, first_told: dict[str, Any], tmp_path: Path, two_processes: str
) -> None:
    desk = planned_desk.copy(tmp_path / "desk")
    (tmp_path / "many.toml").write_text(FILE, encoding="utf-8")
    told = desk.qafila("sweep", str(tmp_path / "many.toml"), "--dask", two_processes, "--json").json()
    assert essence(told) == essence(first_told)


def test_a_cluster_that_is_not_there_is_said(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "many.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = desk.qafila("sweep", str(tmp_path / "many.toml"), "--dask", "tcp://127.0.0.1:1")
    assert (told.code, told.out) == (2, "")
    assert told.err.endswith("Dask is not installed here. Install it with: pip install 'qafila[dask]'.\n")


def test_a_wrong_file_is_refused_whole(desk: Desk, tmp_path: Path) -> None:
    before = desk.digest()
    (tmp_path / "many.toml").write_text(FILE.replace("amber-bridge", "nowhere"), encoding="utf-8")
    told = desk.qafila("sweep", str(tmp_path / "many.toml"))
    assert (told.code, told.out) == (2, "")
    assert "no gate 'nowhere'. There are: amber-bridge" in told.err
    assert desk.digest() == before


def test_what_if_sends_a_sweep_to_its_own_command(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "many.toml").write_text(FILE, encoding="utf-8")
    told = desk.qafila("what-if", str(tmp_path / "many.toml"))
    assert (told.code, told.err) == (
        2,
        "many.toml: [vary] describes many scenarios. Give it to: qafila sweep many.toml.\n",
    )
