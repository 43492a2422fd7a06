"""Files of evidence from the command line: a dry run row by row, then all of it at once."""

from pathlib import Path

import pytest

from tests.planner.desks import Desk
from tests.planner.intake.files import csv_of, event, feature, geojson, square

pytest_plugins = ["tests.planner.desk_fixtures"]
LEARNED = ("--learned", "2031-04-08T09:00:00+03:00")
CLASH = event(event_id_cnty="XR1", event_date="2031-04-07", latitude="0.9", longitude="1.5")

UNRULED = "No rule says what 'Battles' of this kind leaves on roads. Add it to the table."


def written(folder: Path, content: bytes) -> str:
    path = folder / "file.csv"
    path.write_bytes(content)
    return str(path)


def test_a_dry_run_tells_every_row_and_stores_nothing(fresh: Desk, tmp_path: Path) -> None:
    before = fresh.digest()
    file = written(tmp_path, csv_of(CLASH, CLASH | {"event_id_cnty": "XR2", "sub_event_type": "Melee"}))
    told = fresh.qafila("access", "import", file, "--kind", "events", "--dry-run", *LEARNED)
    first, second, *effect, last = told.out.splitlines()
    assert first == "add row 2: 2031-04-07 Armed clash, Hub, hazard armed_clash, reported by Local Radio"
    assert second == f"set aside, row 3: sub_event_type is 'Melee'. {UNRULED}"
    assert "merro--ordan: OPEN -> CONTESTED at 2031-04-08T09:00:00+03:00" in effect
    assert effect[-2:] == [
        f"{len(effect) - 2} segments turn: {len(effect) - 2} OPEN -> CONTESTED.",
        "There is no plan to touch.",
    ]
    assert last == "Nothing was stored (dry run): 1 new, 0 corrected, 0 as before, 0 left alone, 1 set aside."
    assert fresh.digest() == before


def test_an_import_asks_and_stores_nothing_without_an_answer(
    fresh: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "n")
    before = fresh.digest()
    told = fresh.qafila("access", "import", written(tmp_path, csv_of(CLASH)), "--kind", "events", *LEARNED)
    assert (told.code, told.err.splitlines()[-1]) == (1, "Stopped.")
    assert fresh.digest() == before


def test_an_import_says_which_records_it_made_and_prints_them_for_scripts(fresh: Desk, tmp_path: Path) -> None:
    file = written(tmp_path, csv_of(CLASH))
    told = fresh.qafila("access", "import", file, "--kind", "events", "--yes", "--json", *LEARNED).json()
    assert told["positions"] == [96]
    assert told["added"] == [
        {"row": 2, "says": "2031-04-07 Armed clash, Hub, hazard armed_clash, reported by Local Radio"}
    ]
    again = fresh.qafila("access", "import", file, "--kind", "events", "--yes", *LEARNED).out
    assert again == "Stored: 0 new, 0 corrected, 1 as before, 0 left alone, 0 set aside.\n"


def test_the_table_of_hazards_can_be_changed_for_an_import(fresh: Desk, tmp_path: Path) -> None:
    table = tmp_path / "hazards.csv"
    table.write_text(fresh.qafila("access", "hazards").out + "Battles,Melee,,armed_clash\n", encoding="utf-8")
    file = written(tmp_path, csv_of(CLASH | {"sub_event_type": "Melee"}))
    told = fresh.qafila("access", "import", file, "--kind", "events", "--dry-run", "--hazards", str(table), *LEARNED)
    assert "add row 2: 2031-04-07 Melee, Hub, hazard armed_clash" in told.out


def test_roads_say_how_far_the_point_lay_and_control_who_holds_what(fresh: Desk, tmp_path: Path) -> None:
    road = {"lat": "0.81", "lon": "1.61", "status": "Not passable", "date": "2031-04-07", "source": "Logistics group"}
    file = written(tmp_path, csv_of(road))
    told = fresh.qafila("access", "import", file, "--kind", "roads", "--yes", *LEARNED).out
    assert "add row 2: 2031-04-07 merro--ordan closed, reported by Logistics group (45 m from merro--ordan)" in told
    assert "Records 96 to 96." in told
    land = feature("Polygon", square(-9, -9, 9, 9), side="blue", as_of="2031-04-07")
    file = written(tmp_path, geojson(land))
    options = ("--kind", "control", "--dry-run", "--source", "map desk", *LEARNED)
    assert "set aside, row 1: party is 'blue'" in fresh.qafila("access", "import", file, *options).out
    told = fresh.qafila("access", "import", file, *options, "--party", "blue=north").out
    osk = next(line for line in told.splitlines() if "osk-pocket" in line)
    assert osk.endswith("osk-pocket held by north, reported by map desk (all places of osk-pocket lie inside: osk)")
    kessa = next(line for line in told.splitlines() if "south-plain" in line)
    assert kessa.endswith("changes hands: south holds it by record 1)")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--kind", "news"), "news"),
        (("--kind", "events", "--party", "blue"), "--party 'blue' is not of the form NAME=ID"),
        (("--kind", "control"), "no header with the columns party, date, wkt"),
        (("--kind", "events", "--encoding", "klingon"), "Encoding 'klingon' is unknown"),
        (("--kind", "events", "--reliability", "Z"), "Reliability 'Z', credibility 3: give A to F"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    fresh: Desk, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    told = fresh.qafila("access", "import", written(tmp_path, csv_of(CLASH)), "--dry-run", *options, *LEARNED)
    assert told.code == 2
    assert said in told.err
