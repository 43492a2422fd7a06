"""The commands of the page on roads do what the page says."""

import re
import shlex
from pathlib import Path

import pytest

from planner.services.crises import load_world
from tests.planner.desks import ROOT, Desk
from tests.planner.services.test_road_import import rows_of
from tests.routing.readers.files import geojson

pytest_plugins = ["tests.planner.desk_fixtures"]

PAGE = (ROOT / "docs" / "roads.md").read_text(encoding="utf-8")
OWN = PAGE.index("## A crisis of one's own")
"""Its commands begin with an empty home: `tests/planner/cli/test_own_crisis.py` gives them."""
COMMANDS = re.findall(r"^\$ qafila (.+)$", PAGE[:OWN], flags=re.MULTILINE)


def test_every_command_of_the_page_works_in_its_order(
    fresh: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fresh.store()
    geojson(tmp_path / "roads.geojson", rows_of(load_world(store, "two-rivers").network))
    store.close()
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) == 5
    for command in COMMANDS:
        words, _, into = command.partition(" > ")
        told = fresh.qafila(*shlex.split(words))
        assert told.code == 0, f"{command}: {told.err}"
        if into:
            (tmp_path / into).write_text(told.out, encoding="utf-8")


def test_the_page_names_every_option_and_its_default(fresh: Desk) -> None:
    listed = fresh.qafila("network", "import", "--help").out
    options = set(re.findall(r"--[a-z-]+", listed)) - {"--json", "--help", "--no", "--dry-run"}
    assert options - set(re.findall(r"--[a-z-]+", PAGE)) == set()
    for option, default in (
        ("attach-within-m", "2,000"),
        ("gate-within-m", "5,000"),
        ("same-m", "25"),
        ("snap-m", "1"),
    ):
        assert re.search(rf"--{option}` \({default} m\)", PAGE), option
