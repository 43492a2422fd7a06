"""Commands that import needs and supply from tables."""

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


def _import(app: App, subject: Subject, file: Path, *, dry_run: bool, as_json: bool) -> None:
    planned = read_import(app.world, subject, file)
    if not dry_run:
        apply_import(app.store, app.world, planned, subject, by=app.actor, at=clock())
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "added": list(planned.added),
                "changed": list(planned.changed),
                "unchanged": len(planned.same),
            }
        )
        return
    for word, ids in (("add", planned.added), ("change", planned.changed)):
        for row_id in ids:
            click.echo(f"{word} {row_id}")
    done = "Nothing was stored (dry run)" if dry_run else "Stored"
    click.echo(f"{done}: {len(planned.added)} new, {len(planned.changed)} changed, {len(planned.same)} as before.")


FILE = click.argument("file", type=click.Path(path_type=Path))
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change and store nothing.")


@needs.command("import")
@FILE
@DRY_RUN
@json_option
@pass_app
def import_needs(app: App, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import a CSV of needs: site, commodity, units, needed_from, needed_until, source, synthetic."""
    _import(app, "needs", file, dry_run=dry_run, as_json=as_json)


@supply.command("import")
@FILE
@DRY_RUN
@json_option
@pass_app
def import_supply(app: App, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Import a CSV of stock (hub, commodity, batch, ...) or of trucks (hub, truck_type, ...)."""
    _import(app, "supply", file, dry_run=dry_run, as_json=as_json)
