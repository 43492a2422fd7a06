"""The tables: they can be made and unmade on both databases, and are those that the code expects."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from planner.domain.errors import BadInput
from planner.store import migrate
from planner.store.engine import for_writing
from planner.store.keys import DatabaseKey
from planner.store.rows import Row
from planner.store.store import Store
from tests.databases import Database

pytest_plugins = ["tests.database_fixtures"]
ROOT = Path(__file__).resolve().parents[3]


def tables(store: Store) -> set[str]:
    return set(inspect(store._engine).get_table_names()) - {"alembic_version"}


def triggers_and_functions(store: Store) -> int:
    embedded = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
    server = (
        "SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal) "
        "+ (SELECT count(*) FROM pg_proc WHERE proname LIKE 'qafila%')"
    )
    with store._engine.connect() as connection:
        return connection.scalar(text(server if store.kind == "postgresql" else embedded)) or 0


def test_tables_come_go_and_come_again(empty_database: Database) -> None:
    store = empty_database.open()
    store.migrate()
    made = triggers_and_functions(store)
    assert tables(store) == set(Row.metadata.tables)
    assert made >= 12

    with for_writing(store._engine).begin() as connection:
        migrate.downgrade(connection)
    assert tables(store) == set()
    assert triggers_and_functions(store) == 0
    assert store.needs_migration()

    store.migrate()
    assert tables(store) == set(Row.metadata.tables)
    assert triggers_and_functions(store) == made
    assert not store.needs_migration()
    store.close()


def test_the_migrations_make_what_the_rows_declare(store: Store) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})

        assert compare_metadata(context, Row.metadata) == []


def test_the_migrations_make_the_checks_that_the_rows_declare(store: Store) -> None:
    # Alembic's comparison leaves checks out.
    found = inspect(store._engine)
    for name, table in Row.metadata.tables.items():
        declared = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in found.get_check_constraints(name)} == declared


def test_two_processes_may_start_at_once(empty_database: Database) -> None:
    def start() -> None:
        store = empty_database.open()
        store.migrate()
        store.close()

    with ThreadPoolExecutor(2) as pool:
        for started in [pool.submit(start) for _ in range(2)]:
            started.result()

    store = empty_database.open()
    assert not store.needs_migration()
    store.close()


def test_a_failed_migration_leaves_nothing_behind(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store = empty_database.open()

    def upgrade_and_break(connection: object) -> None:
        upgrade(connection)  # type: ignore[arg-type] # passed on as it came
        raise RuntimeError("power cut")

    upgrade = migrate.upgrade
    monkeypatch.setattr(migrate, "upgrade", upgrade_and_break)
    with pytest.raises(RuntimeError, match="power cut"):
        store.migrate()

    assert tables(store) == set()
    assert store.needs_migration()
    store.close()


def test_an_empty_database_says_how_to_fill_it(empty_database: Database) -> None:
    store = empty_database.open()
    with pytest.raises(BadInput, match="qafila init"), store.reading() as read:
        read.list_crises()
    store.close()


def test_the_settings_at_the_root_serve_a_developer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    address = database.address
    if database.kind == "sqlite":
        monkeypatch.setenv("QAFILA_PASSPHRASE", "desk")
        address += ".desk"
        store = Store.open(address, DatabaseKey.from_passphrase("desk"))
        store.migrate()
        store.close()
    monkeypatch.setenv("QAFILA_DATABASE_URL", address)
    settings = Config(ROOT / "alembic.ini")

    # Fails when the rows declare what no migration makes.
    command.check(settings)
    command.downgrade(settings, "base")
    command.upgrade(settings, "head")

    monkeypatch.delenv("QAFILA_DATABASE_URL")
    with pytest.raises(BadInput, match="Set QAFILA_DATABASE_URL"):
        command.current(settings)
