"""Commands that make reports for partners."""

import sys
from pathlib import Path
from typing import Final, get_args

import click

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.terminal import note
from planner.partners.denial_files import Format
from planner.partners.redaction import Tier
from planner.services.reports import report_denials

TIERS: Final[tuple[str, ...]] = get_args(Tier)
FORMATS: Final[tuple[str, ...]] = get_args(Format)


@click.group()
def report() -> None:
    """Make reports for partners."""


@report.command()
@click.option("--period", required=True, help="A month 2016-09, a day 2016-09-19, or 2016-09-10..2016-09-26.")
@click.option("--tier", type=click.Choice(TIERS), default="T1", show_default=True, help="Who may read it.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else standard output.")
@click.option("--at", help="As of this time; else now. Nothing dated later is in the report.")
@pass_app
def denials(app: App, period: str, tier: Tier, kind: Format, output: Path | None, at: str | None) -> None:
    """Report the movements that failed in a period, redacted for a tier."""
    now = clock() if at is None else app.instant(at, "--at")
    content = report_denials(app.store, app.world, period, tier, kind, now=now, by=app.actor)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        output.write_bytes(content)
        note(f"Written {len(content):,} bytes to {output}.")
