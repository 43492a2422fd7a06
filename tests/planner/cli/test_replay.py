"""Replay and calibration from the command line."""

import json
from pathlib import Path

from planner.cli.calibration import TRACK, _track
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


def test_a_morning_is_replayed_in_words_and_as_a_file(seeded_desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "replay.json"
    told = seeded_desk.qafila(
        "replay", "two-rivers", "--from", "2031-04-08", "--to", "2031-04-09", "--days", "2", "--output", str(file)
    )
    assert told.code == 0, told.err
    assert "2031-04-09, as known 2031-04-09T08:00" in told.out
    assert "convoys that nothing on record stops" in told.out
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [morning["day"] for morning in written["mornings"]] == ["2031-04-08", "2031-04-09"]
    assert {"name", "origin", "slack_seconds", "caught_inside", "happened"} <= set(written["mornings"][1]["convoys"][0])


def test_days_that_are_not_in_order_are_refused(seeded_desk: Desk) -> None:
    refused = seeded_desk.qafila("replay", "--from", "2031-04-09", "--to", "2031-04-08")
    assert refused.code == 2
    assert "Give --from and --to in order" in refused.err


def test_a_file_that_cannot_be_written_is_told_before_anything_is_planned(seeded_desk: Desk, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none" / "replay.json")
    refused = seeded_desk.qafila("replay", "--from", "2031-04-09", "--to", "2031-04-09", "--output", nowhere)
    assert refused.code == 2
    assert "Make it first" in refused.err


def test_another_crisis_than_the_one_worked_on_is_refused(seeded_desk: Desk) -> None:
    refused = seeded_desk.qafila("replay", "syria-2016-09", "--from", "2016-09-10", "--to", "2016-09-11")
    assert refused.code != 0
    assert "syria-2016-09" in refused.err


def test_scores_are_told(seeded_desk: Desk) -> None:
    told = seeded_desk.qafila("calibration", "--held-back-from", "2031-01-01", "--json").json()
    assert told["subjects"][0]["subject"] == "passage at a gate"
    assert "passage at a gate" in seeded_desk.qafila("calibration", "--held-back-from", "2031-01-01").out


def test_the_reliability_plot_puts_what_was_said_beside_what_came() -> None:
    assert _track(0.0, 1.0) == "o" + "." * (TRACK - 2) + "x"
    assert _track(0.5, 0.5).strip(".") == "*"
