"""How Alembic reaches the database: over the connection it is handed, or that of the environment's settings."""

import os
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from planner.domain.errors import BadInput
from planner.store.engine import embedded_engine, for_writing, server_engine
from planner.store.keys import default_key_file, get_key
from planner.store.rows import Row


def run(connection: Connection) -> None:
    """Run what Alembic was asked for on a connection within a transaction."""
    # Batches: SQLite changes a table by copying it.
    context.configure(connection=connection, target_metadata=Row.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_at_a_desk() -> None:
    """Serve `alembic ...` from a shell, on the database that QAFILA_DATABASE_URL names (an address or a path)."""
    address = os.environ.get("QAFILA_DATABASE_URL")
    if address is None:
        raise BadInput("Set QAFILA_DATABASE_URL to a PostgreSQL address or to the path of an embedded database.")
    if "://" in address:
        engine = server_engine(address)
    else:
        engine = embedded_engine(Path(address), get_key(os.environ, default_key_file()))
    try:
        with for_writing(engine).begin() as connection:
            run(connection)
    finally:
        engine.dispose()


handed = context.config.attributes.get("connection")
if handed is None:
    run_at_a_desk()
else:
    run(handed)
