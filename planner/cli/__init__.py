"""The command line."""

import click

from planner.cli.access import access
from planner.cli.convoys import convoy
from planner.cli.frame import run
from planner.cli.plans import plan
from planner.cli.reports import report
from planner.cli.setup import demo, doctor, init, seed, worker
from planner.cli.tables import needs, supply
from planner.cli.what_if import what_if


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qafila")
def qafila() -> None:
    """Plan aid convoys into besieged and hard-to-reach places.

    Settings: QAFILA_HOME (data folder), QAFILA_DATABASE_URL (PostgreSQL instead of the embedded file),
    QAFILA_CRISIS (where several are loaded), QAFILA_PASSPHRASE or QAFILA_KEY_FILE (the embedded file's key).
    """


for command in (demo, init, seed, doctor, worker, access, plan, needs, supply, what_if, report, convoy):
    qafila.add_command(command)


def main() -> None:
    """Start the command line."""
    run(qafila)
