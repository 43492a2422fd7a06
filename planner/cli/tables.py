"""Commands that import needs, people and supply from tables."""

from pathlib import Path

import click

from planner.bootstrap import clock
from planner.cli.app import App, pass_app
from planner.cli.frame import json_option, print_json
from planner.services.tables import Subject, apply_import, read_import


@click.group()
def needs() -> None:
    """What sites need."""


@click.group()
def supply() -> None:
    """What hubs have: stock and trucks."""


def _import(
    app: App, subject: Subject, file: Path, encoding: str, *, dry_run: bool, skip_broken: bool, as_json: bool
) -> None:
    planned = read_import(app.world, subject, file, encoding=encoding, skip_broken=skip_broken)
    if not dry_run:
        apply_import(app.store, app.world, planned, subject, by=app.actor, at=clock())
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "added": list(planned.added),
                "changed": list(planned.changed),
                "unchanged": len(planned.same),
                "quarantined": [{"row": one.row, "reason": one.reason} for one in planned.quarantined],
            }
        )
        return
    for word, ids in (("add", planned.added), ("change", planned.changed)):
        for row_id in ids:
            click.echo(f"{word} {row_id}")
    for aside in planned.quarantined:
        click.echo(f"set aside, row {aside.row}: {aside.reason}")
    done = "Nothing was stored (dry run)" if dry_run else "Stored"
    more = f", {len(planned.quarantined)} set aside" if skip_broken else ""
    counts = f"{len(planned.added)} new, {len(planned.changed)} changed, {len(planned.same)} as before{more}"
    click.echo(f"{done}: {counts}.")


FILE = click.argument("file", type=click.Path(path_type=Path))
ENCODING = click.option("--encoding", default="", help="Of a text that is not UTF-8, as cp1256.")
SKIP = click.option("--skip-broken", is_flag=True, help="Set rows aside that cannot be used; else they refuse all.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change and store nothing.")


@needs.command("import")
@FILE
@DRY_RUN
@SKIP
@ENCODING
@json_option
@pass_app
def import_needs(app: App, file: Path, encoding: str, *, dry_run: bool, skip_broken: bool, as_json: bool) -> None:
    """Import needs, people by source or P-codes from CSV or XLSX, with or without an HXL row.

    Needs: site or pcode, commodity, units, needed_from, needed_until, source, synthetic. People: site or pcode,
    people, source, as_of, synthetic. P-codes: pcode, name, name_ar.
    """
    _import(app, "needs", file, encoding, dry_run=dry_run, skip_broken=skip_broken, as_json=as_json)


@supply.command("import")
@FILE
@DRY_RUN
@SKIP
@ENCODING
@json_option
@pass_app
def import_supply(app: App, file: Path, encoding: str, *, dry_run: bool, skip_broken: bool, as_json: bool) -> None:
    """Import stock (hub, commodity, batch, ...) or trucks (hub, truck_type, ...) from CSV or XLSX."""
    _import(app, "supply", file, encoding, dry_run=dry_run, skip_broken=skip_broken, as_json=as_json)
