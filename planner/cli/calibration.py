"""The command that scores our probabilities against what came."""

from typing import Final

import click
from rich.markup import escape

from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.cli.terminal import listing, print_listing, say
from planner.services.calibration import Comparison, calibrate, calibration_json

TRACK: Final = 40
"""Characters from never to always in a reliability plot."""


@click.command("calibration")
@click.option("--held-back-from", default="2016-09-01", show_default=True, help="Score what happened from this day on.")
@json_option
@pass_app
def calibration_(app: App, held_back_from: str, *, as_json: bool) -> None:
    """Score how often columns pass and plans are granted against what came, beside two simple baselines.

    A Brier score is the mean squared error of probabilities: 0 is perfect, 0.25 is what "one half" always scores.
    """
    found = calibrate(app.world, app.instant(held_back_from, "--held-back-from"))
    if as_json:
        print_json(calibration_json(found, app.world))
        return
    for one in found:
        _show(one)


def _show(one: Comparison) -> None:
    say(f"\n[bold]{escape(one.subject)}[/]: {one.ours.cases} cases held back")
    if not one.ours.cases:
        return
    table = listing("forecast", "Brier", right=("Brier",))
    for told in sorted([one.ours, *one.baselines], key=lambda s: s.brier):
        table.add_row(f"{told.name}{' (ours)' if told is one.ours else ''}", f"{told.brier:.3f}")
    print_listing(table)
    classes = listing("said", "came", "cases", f"0 {'o said, x came':^{TRACK - 4}} 1", right=("said", "came", "cases"))
    for row in one.ours.classes:
        classes.add_row(f"{row.said:.0%}", f"{row.came:.0%}", str(row.cases), _track(row.said, row.came))
    print_listing(classes)


def _track(said: float, came: float) -> str:
    """Draw a class of the reliability plot: the nearer the two marks, the truer the word; one mark where they meet."""
    track = ["."] * TRACK
    for share, mark in ((came, "x"), (said, "o")):
        place = round(share * (TRACK - 1))
        track[place] = "*" if track[place] == "x" else mark
    return "".join(track)
