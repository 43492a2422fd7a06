"""Commands that set a home up: its database, and a seed crisis in it."""

import click

from planner import bootstrap
from planner.cli.app import App, pass_app
from planner.services.crises import load_seed
from planner.store.keys import PASSPHRASE_VARIABLE


@click.command()
@pass_app
def init(app: App) -> None:
    """Create the data folder, the key and the database, or bring the tables to this version."""
    store = bootstrap.init_store(app.settings, app.environ)
    click.get_current_context().call_on_close(store.close)
    embedded = app.settings.database_url is None
    click.echo(f"Ready: {store.kind} at {app.settings.home if embedded else 'QAFILA_DATABASE_URL'}.")
    if embedded and PASSPHRASE_VARIABLE not in app.environ:
        click.echo(f"The key is in {app.settings.key_file}. Without it the data is lost: keep a copy elsewhere.")


@click.command()
@click.argument("name")
@pass_app
def seed(app: App, name: str) -> None:
    """Load a crisis: one that comes with the product by its NAME, or the tables of a folder of your own by its path."""
    world = load_seed(app.store, name, actor=app.actor, at=bootstrap.clock())
    click.echo(
        f"Loaded {world.catalogue.crisis.id}: {len(world.network.places)} places, "
        f"{len(world.network.segments)} segments, {len(world.catalogue.sites)} sites, {len(world.log)} records."
    )
