"""Desks for tests: one with the crisis of Two Rivers loaded, one with a plan as well; each test works on a copy.

A test module asks for them by `pytest_plugins = ["tests.planner.desk_fixtures"]`.
"""

from pathlib import Path

import pytest

from tests.planner.desks import FIRST_PLAN, Desk


@pytest.fixture(scope="session")
def seeded_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The crisis is loaded. For reading only."""
    desk = Desk(folder=tmp_path_factory.mktemp("seeded"))
    assert desk.qafila("init").code == 0
    assert desk.qafila("seed", "two-rivers").code == 0
    return desk


@pytest.fixture(scope="session")
def planned_desk(seeded_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Nour has made a plan of three days. For reading only."""
    desk = seeded_desk.copy(tmp_path_factory.mktemp("planned") / "desk")
    assert desk.qafila("plan", "new", *FIRST_PLAN).code == 0
    return desk


@pytest.fixture
def fresh(seeded_desk: Desk, tmp_path: Path) -> Desk:
    """A desk to write on, without a plan."""
    return seeded_desk.copy(tmp_path / "desk")


@pytest.fixture
def desk(planned_desk: Desk, tmp_path: Path) -> Desk:
    """A desk to write on, with a plan."""
    return planned_desk.copy(tmp_path / "desk")
