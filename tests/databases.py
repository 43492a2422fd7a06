"""A database that a test, or a process it starts, can open: an encrypted file or a PostgreSQL server's."""

import itertools
from dataclasses import dataclass

import psycopg

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
