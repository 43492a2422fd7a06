"""Reports on failed movements from the command line: three formats, four tiers, nothing too early."""

import csv
import io
import json
from pathlib import Path

import pypdf
import pytest

from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]
APRIL = ("report", "denials", "--period", "2031-04")
MAY = ("--at", "2031-05-01")
OVER = ("--at", "2031-05-08")
"""The public reads of a month a week after its end."""


def told(desk: Desk, *arguments: str) -> dict[str, object]:
    found = desk.qafila(*APRIL, *arguments, "--format", "json").json()
    assert isinstance(found, dict)
    return found


def test_the_json_has_the_agreed_keys_and_both_failed_movements(fresh: Desk) -> None:
    report = told(fresh, *MAY)
    assert {"report", "tier", "period", "generated_at", "rows", "withheld"} <= report.keys()
    assert (report["report"], report["tier"], report["period"]) == ("denials", "T1", "2031-04")
    assert report["generated_at"] == "2031-05-01T00:00:00+03:00"
    assert report["withheld"] == {"rows": 0, "because": {}}
    rows = report["rows"]
    assert isinstance(rows, list)
    assert {(row["sub_district"], row["reason_code"], row["amrf_code"]) for row in rows} == {
        ("Kessa", "letter_missing", 3), ("Varn", "attack", 5),
    }  # fmt: skip


def test_each_tier_sees_more_than_the_one_before(fresh: Desk) -> None:
    columns = []
    for tier in ("T1", "T2", "T3"):
        rows = told(fresh, *MAY, "--tier", tier)["rows"]
        assert isinstance(rows, list)
        columns.append(set(rows[0]))
    assert columns[0] < columns[1] < columns[2]
    total = told(fresh, *OVER, "--tier", "T0")
    assert total["rows"] == []
    assert total["withheld"] == {"rows": 0, "because": {}}  # how many are left out would be a small number itself


@pytest.mark.parametrize("tier", ["T0", "T1", "T2", "T3"])
def test_the_table_has_its_hxl_row_and_the_pdf_opens(fresh: Desk, tmp_path: Path, tier: str) -> None:
    table = fresh.qafila(*APRIL, *OVER, "--tier", tier, "--format", "csv")
    lines = list(csv.reader(io.StringIO(table.raw.decode("utf-8-sig"))))
    assert all(tag.startswith("#") for tag in lines[1])
    file = tmp_path / "denials.pdf"
    written = fresh.qafila(*APRIL, *OVER, "--tier", tier, "--format", "pdf", "--output", str(file))
    assert (written.code, written.raw) == (0, b"")
    assert written.err.startswith("Written ")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
    assert "Access denials 2031-04" in text
    assert tier in text


def test_what_lies_in_the_embargo_or_the_future_is_withheld_and_counted(fresh: Desk) -> None:
    early = told(fresh, "--at", "2031-04-13T06:00+03:00")
    assert early["withheld"] == {"rows": 2, "because": {"no consent": 2}}
    early = told(fresh, "--at", "2031-04-13T12:00+03:00")
    assert early["withheld"] == {"rows": 2, "because": {"not completed": 1, "embargo": 1}}
    assert early["rows"] == []
    later = told(fresh, "--at", "2031-04-16")
    assert later["withheld"] == {"rows": 1, "because": {"not completed": 1}}
    assert "Varn" in json.dumps(later["rows"])
    before = told(fresh, "--at", "2031-04-02")
    assert before["rows"] == []
    assert before["withheld"] == {"rows": 0, "because": {}}


def test_the_public_tiers_hold_no_route_no_gate_and_no_finer_place(fresh: Desk) -> None:
    for tier in ("T0", "T1"):
        text = json.dumps(told(fresh, *OVER, "--tier", tier), ensure_ascii=False)
        for private in ("amber-bridge", "Amber bridge", "south-bank", "ordan", "not signed", "kessa-01", "T09:00"):
            assert private not in text, (tier, private)


def test_every_export_is_on_record_with_its_digest(fresh: Desk) -> None:
    content = fresh.qafila(*APRIL, *MAY, "--format", "json").raw
    store = fresh.store()
    with store.reading() as read:
        (entry,) = read.list_audit(limit=1)
    store.close()
    assert (entry.actor, entry.action, entry.target) == ("nour", "export", "two-rivers/denials/2031-04")
    assert entry.detail["tier"] == "T1"
    assert len(str(entry.detail["sha256"])) == 64
    assert content


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2031-13", *MAY], "2031-13"),
        (["--period", "2032-01", *MAY], "Period 2032-01 has not begun. Report on a past one."),
        (["--period", "2031-04", "--at", "2031-05-01T08:00"], "--at: The time '2031-05-01T08:00' has no offset"),
    ],
)
def test_a_report_that_cannot_be_made_is_one_line(fresh: Desk, arguments: list[str], said: str) -> None:
    before = fresh.digest()
    wrong = fresh.qafila("report", "denials", *arguments)
    assert (wrong.code, wrong.raw, wrong.err.count("\n")) == (2, b"", 1)
    assert said in wrong.err
    assert fresh.digest() == before


def test_the_convoys_on_record_are_listed_with_how_they_ended(seeded_desk: Desk) -> None:
    rows = {row["movement"]: row for row in seeded_desk.qafila("convoy", "list", "--json").json()}
    assert {name: (row["state"], row["reason"]) for name, row in rows.items()} == {
        "ulmar-00": ("delivered", ""), "kessa-01": ("held", "letter_missing"), "varn-01": ("attacked", "attack"),
    }  # fmt: skip
    assert rows["kessa-01"]["sites"] == ["kessa"]
    assert "held (letter missing)" in seeded_desk.qafila("convoy", "list").out
