"""The commands of a page of the documentation do what it says, on the files that it shows."""

import re
import shlex
from pathlib import Path

import pytest

from tests.planner.desks import ROOT, Desk

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_commands_on_bringing_evidence_in_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, told = Desk(folder=tmp_path / "desk"), {}
    monkeypatch.chdir(tmp_path)
    for kind, name, text in BLOCK.findall((ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")):
        if kind != "sh":
            (tmp_path / name).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "qafila"
            answer = desk.qafila(*arguments)
            assert answer.code == 0, (line, answer.err)
            told[line.split(" --learned")[0]] = answer.out
    events = told["qafila access import events.csv --kind events"]
    assert "Stored: 2 new, 0 corrected, 0 as before, 0 left alone, 1 set aside." in events
    assert "set aside, row 4: sub_event_type is 'Skirmish'" in events
    assert "only the region is known: no effect on roads" in events
    roads = told["qafila access import roads.csv --kind roads"]
    assert "Stored: 2 new, 0 corrected, 0 as before, 0 left alone, 3 set aside." in roads
    assert "Area south-plain is cut" in told["qafila access import control.geojson --kind control --party blue=north"]
    assert told["qafila needs import people.csv --skip-broken"].endswith("1 changed, 0 as before, 1 set aside.\n")
    assert "default" in told["qafila access policy show"]
    assert '"name": "cautious"' in told["qafila access policy show --json"]
