"""Needs and supply from tables: tried first, then stored whole or not at all."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from planner.domain.needs import Need, Site
from planner.intake.relief_tables import read_needs_table
from planner.intake.seed import find_seed, read_seed
from tests.planner.desks import Desk
from tests.planner.intake.files import workbook

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
    assert told.keys() == {"dry_run", "added", "changed", "unchanged", "quarantined"}
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


def test_a_workbook_and_a_table_with_tags_read_as_the_plain_table_does(fresh: Desk, tmp_path: Path) -> None:
    book = tmp_path / "needs.xlsx"
    header = ["Site", "Commodity", "Units", "Needed from", "Needed until", "Source"]
    tags = ["#loc+site+code", "#item+code", "#value", "#date+start", "#date+end", "#meta+source"]
    row = ["kessa", "family-ration", 5300, dt.date(2031, 4, 1), dt.date(2031, 5, 1), "survey"]
    book.write_bytes(workbook(header, row))
    told = [fresh.qafila("needs", "import", str(book), "--dry-run", "--json").json()]
    book.write_bytes(workbook(["a", "b", "c", "d", "e", "f"], tags, row))
    told.append(fresh.qafila("needs", "import", str(book), "--dry-run", "--json").json())
    file = table(tmp_path, NEEDS + KESSA.format(5300))
    told.append(fresh.qafila("needs", "import", file, "--dry-run", "--json").json())
    assert told[0]["changed"]
    assert told[0] == told[1] == told[2]


def test_broken_rows_are_set_aside_where_that_is_asked_for(fresh: Desk, tmp_path: Path) -> None:
    file = table(tmp_path, NEEDS + KESSA.format(5300) + KESSA.format("many") + KESSA.format(7))
    assert fresh.qafila("needs", "import", file).code == 2
    told = fresh.qafila("needs", "import", file, "--skip-broken").out.splitlines()
    assert told[1] == "set aside, row 3: units is 'many'. Give a whole number, in digits only."
    assert told[2].startswith("set aside, row 4: kessa/family-ration/")
    assert told[3] == "Stored: 0 new, 1 changed, 0 as before, 2 set aside."


def test_people_are_kept_by_source_and_a_new_source_stands_beside_the_others(fresh: Desk, tmp_path: Path) -> None:
    rows = "kessa,31000,2031-04-01,fictional census\nkessa,28000,2031-04-01,field team\nkessa,1,,field team\n"
    file = table(tmp_path, "site,people,as_of,source\n" + rows)
    told = fresh.qafila("needs", "import", file, "--skip-broken").out
    assert "Row 3 has its figure for kessa already" in told
    assert "1 changed" in told
    store = fresh.store()
    with store.reading() as read:
        people = read.get_reference("two-rivers", Site, "kessa").row.people
    store.close()
    assert [(one.source, one.people) for one in people] == [
        ("fictional census", 31_000), ("fictional southern authority figure", 26_000), ("field team", 28_000),
    ]  # fmt: skip
    again = fresh.qafila("needs", "import", table(tmp_path, "site,people,as_of,source\n" + rows), "--skip-broken").out
    assert again.endswith("Stored: 0 new, 0 changed, 1 as before, 1 set aside.\n")


def test_p_codes_of_governorates_are_text_and_a_number_is_refused(fresh: Desk, tmp_path: Path) -> None:
    file = table(tmp_path, "pcode,name,name_ar\nXR01,Amber,العنبر\n0105,Quartz,كوارتز\n")
    told = fresh.qafila("needs", "import", file, "--json").json()
    assert (told["added"], told["unchanged"]) == (["0105"], 1)
    book = tmp_path / "codes.xlsx"
    book.write_bytes(workbook(["pcode", "name", "name_ar"], [105, "Quartz", "Q"], ["0107", "Opal", "O"]))
    told = fresh.qafila("needs", "import", str(book), "--dry-run", "--skip-broken", "--json").json()
    assert told["added"] == ["0107"]
    assert "number in the workbook and may have lost leading zeros" in told["quarantined"][0]["reason"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("0105", None),
        ("105", "Is it 0105, without its leading zeros?"),
        ("C9999", "No site has this P-code. Name a site of this crisis."),
        ("C-1", "letters and digits alone"),
        ("", "pcode is ''"),
    ],
)
def test_a_site_goes_by_the_p_code_of_its_place_as_it_is_written(code: str, said: str | None) -> None:
    here = read_seed(find_seed("two-rivers"))
    kessa = replace(here.network.places["kessa"], pcode="0105")
    network = replace(here.network, places={**here.network.places, "kessa": kessa})
    text = f"pcode,commodity,units,needed_from,needed_until,source\n{code},flour-bag,5,2031-04-01,2031-05-01,survey\n"
    found = read_needs_table("t.csv", text.encode(), here.catalogue, network)
    if said is None:
        assert [row.site for _number, row in found.rows if isinstance(row, Need)] == ["kessa"]
    else:
        assert said in found.quarantined[0].reason
