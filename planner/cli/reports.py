"""Commands that make reports, for partners and for operations."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args

import click

from planner.bootstrap import clock
from planner.cli import releases
from planner.cli.app import App, pass_app
from planner.cli.terminal import note
from planner.partners.report import Kind, Tier
from planner.partners.words import LANGUAGES, Language
from planner.partners.writers import OFFERS, Format
from planner.services.reports import Wanted, export_report

FORMATS: Final[tuple[str, ...]] = get_args(Format)
PERIOD: Final = "A month 2016-09, a day 2016-09-19, or 2016-09-10..2016-09-26; for the public whole months."


@click.group()
def report() -> None:
    """Make reports for partners, release them, and see who got what."""


def _command(kind: Kind, name: str, *, subject: str, said: str, tier: Tier, about: str) -> None:
    """Add the command that makes one kind of report."""
    offer = OFFERS[kind]
    asked = (
        click.argument("subject", metavar=subject)
        if subject.isupper()
        else click.option("--period", "subject", required=True, help=said)
    )

    def make(app: App, **options: Any) -> None:  # noqa: ANN401 - as the options say
        _make(app, kind, **options)

    command: Callable[..., Any] = pass_app(make)
    for option in reversed((
        asked,
        click.option("--tier", type=click.Choice(offer.tiers), default=tier, show_default=True, help="Who reads it."),
        click.option("--format", "form", type=click.Choice(offer.formats), default=offer.formats[0], show_default=True),
        click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True),
        click.option("--hxl/--no-hxl", default=True, show_default=True, help="The row of tags in tables."),
        click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else standard output."),
        click.option("--at", help="As of this time; else now. Nothing dated later is in the report."),
    )):  # fmt: skip
        command = option(command)
    report.command(name, help=about)(command)


def _make(  # noqa: PLR0913 - one argument an option
    app: App, kind: Kind, subject: str, tier: Tier, form: Format, language: Language, output: Path | None,
    at: str | None, *, hxl: bool,
) -> None:  # fmt: skip
    now = clock() if at is None else app.instant(at, "--at")
    wanted = Wanted(kind=kind, subject=subject, tier=tier)
    content = export_report(app.store, app.world, wanted, form, now=now, by=app.actor, language=language, hxl=hxl)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        output.write_bytes(content)
        note(f"Written {len(content):,} bytes to {output}.")


_command("denials", "denials", subject="period", said=PERIOD, tier="T1",
         about="Report the movements that failed in a period, redacted for a tier.")  # fmt: skip
_command("incident", "incident", subject="EVENT", said="", tier="T1",
         about="Report one failed movement by the EVENT id of a report on denials, redacted for a tier.")  # fmt: skip
_command("monthly", "monthly", subject="period", said="An inter-agency plan: 2016-09, or 2016-09..2016-10.", tier="T1",
         about="Make the monthly table: requested, approved, delivered, each share with its denominator.")  # fmt: skip
_command("register", "register", subject="period", said=PERIOD, tier="T2",
         about="Make the register of access constraints by the nine AMRF categories.")  # fmt: skip
_command("activities", "3w", subject="period", said=PERIOD, tier="T1",
         about="List completed deliveries as 3W rows: who does what, where.")  # fmt: skip
_command("sheet", "sheet", subject="CONVOY", said="", tier="T3",
         about="Make a convoy's sheet: CONVOY is a published movement, or PLAN/NUMBER as latest/C2.")  # fmt: skip
_command("notice", "notice", subject="CONVOY", said="", tier="T3",
         about="Draft the notification of a convoy: a published movement, or PLAN/NUMBER as latest/C2.")  # fmt: skip

for _step in releases.COMMANDS:
    report.add_command(_step)
