"""Needs and supply from tables: tried first, then stored whole or not at all."""

from pathlib import Path

import pytest

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]

NEEDS = "site,commodity,units,needed_from,needed_until,source,synthetic\n"
STOCK = "hub,commodity,batch,units,available_from,expires_at,source,synthetic\n"
FLEETS = "hub,truck_type,trucks,available_from,available_until,source,synthetic\n"
KESSA = "kessa,family-ration,{},2031-04-01,2031-05-01,survey,no\n"
ORDAN = "ordan,family-ration,{},{},2031-03-20,2031-12-31,count,no\n"


def table(folder: Path, text: str) -> str:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_dry_run_says_what_would_change_and_stores_nothing(fresh: Desk, tmp_path: Path) -> None:
    before = fresh.digest()
    file = table(tmp_path, NEEDS + KESSA.format(5300) + "ilva,flour-bag,20,2031-04-01,2031-05-01,survey,no\n")
    told = fresh.qafila("needs", "import", file, "--dry-run", "--json").json()
    assert told.keys() == {"dry_run", "added", "changed", "unchanged"}
    assert (told["dry_run"], len(told["added"]), len(told["changed"]), told["unchanged"]) == (True, 1, 1, 0)
    words = fresh.qafila("needs", "import", file, "--dry-run").out
    assert words.endswith("Nothing was stored (dry run): 1 new, 1 changed, 0 as before.\n")
    assert fresh.digest() == before


def test_an_import_is_stored_and_is_as_before_the_next_time(fresh: Desk, tmp_path: Path) -> None:
    file = table(tmp_path, NEEDS + KESSA.format(5300))
    assert fresh.qafila("needs", "import", file).out.endswith("Stored: 0 new, 1 changed, 0 as before.\n")
    assert fresh.qafila("needs", "import", file).out == "Stored: 0 new, 0 changed, 1 as before.\n"


def test_stock_and_trucks_are_told_apart_by_their_columns(fresh: Desk, tmp_path: Path) -> None:
    stock = table(tmp_path, STOCK + ORDAN.format("OR-9", 100))
    assert fresh.qafila("supply", "import", stock).out.endswith("Stored: 1 new, 0 changed, 0 as before.\n")
    fleets = table(tmp_path, FLEETS + "ordan,semi-25t,21,2031-03-01,2031-05-01,count,no\n")
    assert fresh.qafila("supply", "import", fleets).code == 0


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("supply", STOCK + ORDAN.format("OR-1", -5), "table.csv row 2: units is '-5'. Give 0 or more."),
        ("supply", STOCK + ORDAN.format("OR-1", "many"), "table.csv row 2: units is 'many'. Give a whole number"),
        ("needs", NEEDS + KESSA.format(1).replace("kessa", "atlantis"), "table.csv row 2: site is 'atlantis'."),
        ("needs", NEEDS + KESSA.format(1).replace("-01,2031-05", "-01T08:00,2031-05"), "has no offset"),
        ("needs", "site,commodity\nkessa,family-ration\n", "table.csv"),
        ("needs", NEEDS + KESSA.format(1) * 2, "table.csv row 3: "),
    ],
)
def test_a_table_that_cannot_be_used_is_one_line_and_stores_nothing(
    fresh: Desk, tmp_path: Path, subject: str, text: str, said: str
) -> None:
    before = fresh.digest()
    told = fresh.qafila(subject, "import", table(tmp_path, text))
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1
    assert fresh.digest() == before


def test_twelve_bad_rows_are_twelve_lines_and_the_good_one_is_not_stored(fresh: Desk, tmp_path: Path) -> None:
    before = fresh.digest()
    bad = "".join(ORDAN.format(f"OR-{number}", -number) for number in range(1, 13))
    told = fresh.qafila("supply", "import", table(tmp_path, STOCK + bad + ORDAN.format("OR-99", 5)))
    assert told.code == 2
    assert [line.split(":")[0] for line in told.err.splitlines()] == [f"table.csv row {n}" for n in range(2, 14)]
    assert fresh.digest() == before


def test_a_file_that_is_not_there_is_one_line(fresh: Desk, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.csv")
    told = fresh.qafila("needs", "import", missing)
    assert (told.code, told.err) == (2, f"{missing}: cannot be read (No such file or directory). Check the path.\n")
