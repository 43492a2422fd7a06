"""The command line."""

import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar

import click

from planner.cli.frame import run
from planner.cli.lazy import Later, LazyGroup


class _Commands(LazyGroup):
    later: ClassVar[Mapping[str, Later]] = {
        "demo": Later(where="planner.cli.demo:demo", help="Plan September 2016 and run the site on it."),
        "serve": Later(where="planner.cli.serve:serve", help="Run the site and its worker."),
        "init": Later(where="planner.cli.setup:init", help="Create the data folder, the key and the database."),
        "seed": Later(where="planner.cli.setup:seed", help="Load a seed crisis that comes with the product."),
        "doctor": Later(where="planner.cli.doctor:doctor", help="Say whether all that is needed is here and works."),
        "worker": Later(where="planner.cli.worker:worker", help="Solve the runs that wait in the queue."),
        "rounds": Later(where="planner.cli.rounds:rounds", help="Plan which trucks go where on open roads on one day."),
        "access": Later(where="planner.cli.access:access", help="See and report what roads may be used."),
        "plan": Later(where="planner.cli.plans:plan", help="Make plans and look at them."),
        "network": Later(where="planner.cli.network:network", help="Import the roads and look at them."),
        "needs": Later(where="planner.cli.tables:needs", help="What sites need."),
        "supply": Later(where="planner.cli.tables:supply", help="What hubs have: stock and trucks."),
        "opening": Later(where="planner.cli.opening:opening", help="Rank what each opening alone would give."),
        "what-if": Later(where="planner.cli.what_if:what_if", help="Solve scenarios and say who gains and who loses."),
        "sweep": Later(where="planner.cli.sweep:sweep", help="Solve many scenarios at once."),
        "robustness": Later(where="planner.cli.robustness:robustness_", help="Draw futures of a plan."),
        "replay": Later(where="planner.cli.replay:replay_", help="Plan past days as they were known then."),
        "calibration": Later(where="planner.cli.calibration:calibration_", help="Score probabilities by outcomes."),
        "request": Later(where="planner.cli.requests:request", help="Ask for convoys and follow what becomes of it."),
        "report": Later(where="planner.cli.reports:report", help="Make reports for partners and release them."),
        "outbox": Later(where="planner.cli.outbox:outbox", help="Deliver released reports."),
        "convoy": Later(where="planner.cli.convoys:convoy", help="Look at movements and take their steps."),
        "user": Later(where="planner.cli.user:user", help="Say who may sign in to the pages, and with which roles."),
    }


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qafila")
def qafila() -> None:
    """Plan aid convoys into besieged and hard-to-reach places.

    Settings: QAFILA_HOME (data folder), QAFILA_DATABASE_URL (PostgreSQL instead of the embedded file),
    QAFILA_CRISIS (where several are loaded), QAFILA_PASSPHRASE or QAFILA_KEY_FILE (the embedded file's key),
    QAFILA_ACTOR (the id under which your doings are recorded).
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with these arguments, else with the process's own, and leave with its exit code."""
    sys.exit(run(qafila, arguments))
