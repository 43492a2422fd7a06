"""Bring the tables of a database to the version that this program expects."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Migrate up, within the connection's transaction."""
    if connection.dialect.name == "postgresql":
        # Two processes that start together must not both create the tables.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))"))
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Migrate down, within the connection's transaction; what the removed tables held is lost."""
    command.downgrade(_config(connection), revision)


def is_current(connection: Connection) -> bool:
    """Tell whether the database is at the newest revision."""
    at = MigrationContext.configure(connection).get_current_heads()
    return set(at) == set(ScriptDirectory.from_config(_config(connection)).get_heads())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "planner.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
