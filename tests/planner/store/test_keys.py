"""The embedded database: unreadable without its key, and the key kept away from it."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from planner.domain.errors import BadInput
from planner.store.engine import change_key
from planner.store.keys import DatabaseKey, create_key_file, default_key_file, find_key, get_key
from planner.store.store import Store
from tests.planner.store.examples import SYRIA


def filled(path: Path, key: DatabaseKey) -> None:
    store = Store.open(path, key)
    store.migrate()
    with store.writing() as write:
        write.put_crisis(SYRIA)
    store.close()


def crises(path: Path, key: DatabaseKey) -> list[str]:
    store = Store.open(path, key)
    try:
        with store.reading() as read:
            return [crisis.id for crisis in read.list_crises()]
    finally:
        store.close()


def test_nothing_can_be_read_in_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "home" / "qafila.db"
    store = Store.open(path, DatabaseKey.from_passphrase("it's a long way"))
    store.migrate()
    with store.writing() as write:
        write.put_crisis(SYRIA)

        for file in path.parent.iterdir():
            assert b"SQLite format" not in file.read_bytes()
            assert b"disclaimer" not in file.read_bytes()
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.close()


def test_only_the_right_key_opens(tmp_path: Path) -> None:
    path = tmp_path / "qafila.db"
    filled(path, DatabaseKey.from_passphrase("right"))

    assert crises(path, DatabaseKey.from_passphrase("right")) == ["syria"]
    with pytest.raises(BadInput, match="does not open with this key"):
        crises(path, DatabaseKey.from_passphrase("wrong"))
    with pytest.raises(BadInput, match="Give its passphrase"):
        Store.open(path)


def test_after_a_change_of_key_only_the_new_one_opens(tmp_path: Path) -> None:
    path, old, new = tmp_path / "qafila.db", DatabaseKey.from_passphrase("old"), DatabaseKey.from_hex("0f" * 32)
    filled(path, old)

    change_key(path, old, new)

    assert crises(path, new) == ["syria"]
    with pytest.raises(BadInput, match="does not open"):
        crises(path, old)
    with pytest.raises(BadInput, match="does not open"):
        change_key(path, old, new)


def test_each_connection_is_careful(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "qafila.db", DatabaseKey.from_hex("0f" * 32))
    with store._engine.connect() as connection:
        values = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
    store.close()

    full = 2
    assert values == {
        "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 30_000,
    }  # fmt: skip


def test_a_key_file_is_its_owners_alone_and_lies_away_from_the_data(tmp_path: Path) -> None:
    key_file, data = tmp_path / "config" / "database.key", tmp_path / "data"

    key = create_key_file(key_file, data)

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert get_key({}, key_file) == key
    with pytest.raises(BadInput, match="exists already"):
        create_key_file(key_file, data)
    with pytest.raises(BadInput, match="beside the data"):
        create_key_file(data / "keys" / "database.key", data)
    assert default_key_file().name == "database.key"


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_file = tmp_path / "database.key"
    create_key_file(key_file, tmp_path / "data")
    os.chmod(key_file, 0o640)  # noqa: PTH101 - as the user would

    with pytest.raises(BadInput, match="chmod 600"):
        find_key({}, key_file)


def test_a_passphrase_goes_before_the_file(tmp_path: Path) -> None:
    key_file = tmp_path / "database.key"

    assert find_key({}, key_file) is None
    assert find_key({"QAFILA_PASSPHRASE": "a'b"}, key_file) == DatabaseKey.from_passphrase("a'b")
    with pytest.raises(BadInput, match="qafila init"):
        get_key({}, key_file)
    with pytest.raises(BadInput, match="empty"):
        get_key({"QAFILA_PASSPHRASE": " "}, key_file)
    key_file.write_text("nonsense")
    key_file.chmod(0o600)
    with pytest.raises(BadInput, match="64 hexadecimal digits"):
        get_key({}, key_file)


def test_a_key_is_never_printed() -> None:
    assert "geheim" not in repr(DatabaseKey.from_passphrase("geheim"))


@pytest.mark.parametrize("address", ["mysql://host/name", "postgresql://host:no/port"])
def test_another_kind_of_database_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="postgresql://user@host/name"):
        Store.open(address)
