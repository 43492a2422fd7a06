"""A crisis of one's own: its places, its roads, a map of who holds the land, and the way that this leaves open."""

import json
import re
import shlex
from pathlib import Path

import pytest

from routing.network import polyline_m
from tests.planner.desks import ROOT, Desk
from tests.planner.intake.files import feature, square
from tests.planner.intake.files import geojson as land_of
from tests.planner.intake.folders import TWO_RIVERS
from tests.routing.readers.files import geojson

CAPITAL, MIDDLE, CITY, OASIS = (36.3, 33.5), (36.7, 34.7), (37.15, 36.2), (37.8, 35.4)
TRUNK = [CAPITAL, (36.5, 34.1), MIDDLE, (36.75, 35.4), (36.9, 35.9), CITY]
DESERT = [MIDDLE, (37.2, 35.1), OASIS, (37.5, 35.8), CITY]
HELD = {
    "land": ("north", square(35.5, 33.0, 38.5, 36.5)),
    "pocket": ("south", square(36.4, 35.2, 36.95, 36.0)),
}
"""The pocket is drawn over the land around it, across the trunk road."""
PAGE = (ROOT / "docs" / "roads.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ qafila (.+)$", PAGE[PAGE.index("## A crisis of one's own") :], flags=re.MULTILINE)


def write_tables(folder: Path) -> None:
    """Write a crisis of three places, of which only the tables of places and areas say anything."""
    folder.mkdir()
    headers = {file.name: file.read_text(encoding="utf-8").splitlines()[0] + "\n" for file in TWO_RIVERS.glob("*.csv")}
    at = {"capital": CAPITAL, "middle": MIDDLE, "city": CITY}
    headers["areas.csv"] += "".join(f"{area},{area},{area},,map,yes\n" for area in HELD)
    headers["governorates.csv"] += "XR01,One,One,map\n"
    headers["places.csv"] += "".join(
        f"{name},{name},{name},city,{lon},{lat},XR01,,,,,,land,yes,map,yes\n" for name, (lon, lat) in at.items()
    )
    for name, text in headers.items():
        (folder / name).write_text(text, encoding="utf-8")
    told = (TWO_RIVERS / "crisis.toml").read_text(encoding="utf-8")
    (folder / "crisis.toml").write_text(told.replace('id = "two-rivers"', 'id = "own"', 1), encoding="utf-8")
    (folder / "log.toml").write_text("", encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk without a crisis, in a folder with the files that the page on roads names."""
    monkeypatch.chdir(tmp_path)
    write_tables(tmp_path / "my-crisis")
    geojson(tmp_path / "roads.geojson", [(TRUNK, {"highway": "motorway"}), (DESERT, {"highway": "primary"})])
    for name, (party, shape) in HELD.items():
        told = feature("Polygon", shape, id=name, party=party, date="2020-01-01", source="map desk")
        (tmp_path / f"{name}.geojson").write_bytes(land_of(told))
    desk = Desk(folder=tmp_path / "desk")
    assert desk.qafila("init").code == 0
    return desk


def test_the_trunk_road_through_a_pocket_is_refused_and_the_way_round_is_found(own: Desk) -> None:
    told = {command: own.qafila(*shlex.split(command)) for command in COMMANDS}

    assert [(command, one.err) for command, one in told.items() if one.code != 0] == []
    assert told[COMMANDS[0]].out.startswith("Loaded own: 3 places, 0 segments")
    assert "Roads that cross a line and name no gate: 2." in told[COMMANDS[3]].err
    gates = told["network gates"].out
    assert gates.splitlines()[-1] == "Stored: 2 roads given a gate, 2 of the gates made."
    (leg,) = own.qafila(*shlex.split(COMMANDS[-1]), "--json").json()["legs"]
    assert leg["gates"] == []
    assert leg["metres"] == pytest.approx(polyline_m([*TRUNK[:3], *DESERT[1:]]), rel=0.001)
    shut = ("access", "record", "road", f"segments={leg['segments'][-1]}", "state=closed", "--source", "driver")
    assert own.qafila(*shut, "--from", "2020-01-02").code == 0
    refused = own.qafila(*shlex.split(COMMANDS[-1]), "--json")
    assert refused.code == 1
    said = json.loads(refused.out)["refused"]
    assert said["reason"] == "blocked"
    assert set(said["cut"]) == {leg["segments"][-1], *set(re.findall(r"crossing-(r-\w+)", gates)) & set(said["cut"])}
    assert len(said["cut"]) == 2


def test_gates_stand_once_and_the_same_roads_again_change_nothing(own: Desk) -> None:
    for command in COMMANDS:
        assert own.qafila(*shlex.split(command)).code == 0

    assert own.qafila("network", "gates").out == "Nothing changed: 0 roads given a gate, 0 of the gates made.\n"
    assert own.qafila("network", "info").err == ""
    assert "Nothing changed" in own.qafila(*shlex.split(COMMANDS[1])).out
