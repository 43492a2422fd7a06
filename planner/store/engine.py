"""Open the database: an encrypted file for one desk, or a PostgreSQL server for a team."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from planner.domain.errors import BadInput
from planner.store.keys import DatabaseKey

BUSY_TIMEOUT_S: Final = 30.0
"""How long a writer waits for the one before it."""
_BEGIN: Final = "qafila_begin"


def to_json(value: object) -> str:
    """Write a JSON column: readable letters, sorted keys, no NaN."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def embedded_engine(path: Path, key: DatabaseKey) -> Engine:
    """Return an engine on an SQLCipher file, created readable by its owner alone where it is missing.

    Raises
    ------
    BadInput
        If the file does not open with this key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=_connector(path, key),
        poolclass=QueuePool,
        json_serializer=to_json,
    )
    event.listen(engine, "begin", _begin)
    return engine


def server_engine(url: str) -> Engine:
    """Return an engine on a PostgreSQL server.

    Raises
    ------
    BadInput
        If the address is not one of PostgreSQL.
    """
    try:
        address: URL = make_url(url)
    except (ArgumentError, ValueError):
        # The cause is not shown: it may hold the password.
        raise BadInput("The database address cannot be read. Write it like postgresql://user@host/name.") from None
    if address.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise BadInput(
            f"The database address starts with {address.drivername}://. "
            "Give postgresql://user@host/name, or a file's path for the embedded database."
        )
    return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, json_serializer=to_json)


def for_reading(engine: Engine) -> Engine:
    """Return the engine for transactions that see one state of the database and change nothing."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**{_BEGIN: "DEFERRED"})


def for_writing(engine: Engine) -> Engine:
    """Return the engine for transactions that write.

    Embedded, they take the write lock at once: one that reads first and then writes fails, however long it waits,
    when somebody else has written in between.
    """
    if engine.dialect.name == "postgresql":
        return engine
    return engine.execution_options(**{_BEGIN: "IMMEDIATE"})


def change_key(path: Path, old: DatabaseKey, new: DatabaseKey) -> None:
    """Encrypt the embedded database anew; no other process may have it open.

    Raises
    ------
    BadInput
        If the file does not open with the old key.
    """
    connection = _connector(path, old)()
    try:
        connection.execute(f"PRAGMA rekey = {new.pragma_value}")
    finally:
        connection.close()


def _connector(path: Path, key: DatabaseKey) -> Callable[[], sqlcipher.Connection]:
    def connect() -> sqlcipher.Connection:
        # Transactions are begun by `_begin`, not guessed by the driver.
        connection = sqlcipher.connect(str(path), timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA key = {key.pragma_value}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlcipher.DatabaseError as cause:
            connection.close()
            if "not a database" not in str(cause):
                raise
            raise BadInput(
                f"The database {path} does not open with this key. Give the passphrase or key file it was made with."
            ) from None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Without it INSERT OR REPLACE would remove rows behind the back of the triggers that keep them.
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    return connect


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")
