"""A door for tests that ask for it by `pytest_plugins = ["tests.web.door_fixtures"]`; hashes are quick there."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.services.crises import load_seed
from planner.store.store import Store
from tests.databases import KEY
from tests.web.doors import NOW, Door, hash_quickly, make_door
from web import frame, pages


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the crisis of Two Rivers, to copy from."""
    path = tmp_path_factory.mktemp("door") / "qafila.db"
    store = Store.open(str(path), KEY)
    store.migrate()
    load_seed(store, "two-rivers", actor="setup", at=NOW)
    store.close()
    return path


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory: how hard a hash is to break is tested elsewhere."""
    hash_quickly(monkeypatch)


@pytest.fixture
def door_store(seeded_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An open store for one door; the site has the pages of the door alone."""
    monkeypatch.setattr(pages, "FAMILIES", ("home", "preferences"))
    monkeypatch.setattr(frame, "PAGES", ())
    path = tmp_path / "qafila.db"
    shutil.copyfile(seeded_file, path)
    store = Store.open(str(path), KEY)
    yield store
    store.close()


@pytest.fixture
def door(door_store: Store, quick_hashes: None) -> Door:  # noqa: ARG001 - asked for by name
    """A site of the door alone."""
    return make_door(door_store)
