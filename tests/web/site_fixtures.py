"""The whole site on Two Rivers with a plan: one to read, shared by all tests, and one to write on.

A test module asks for them by `pytest_plugins = ["tests.web.site_fixtures"]`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.domain.rights import Role
from planner.services.movements import publish_plan
from planner.services.plan_records import get_plan
from planner.store.store import Store
from tests.planner.desks import Desk as Folder
from tests.web.doors import Browser, Clock, Door, hash_quickly
from tests.web.replayed import keep_replay, one_morning
from tests.web.road_hands import bring_roads
from web.app import create_app
from web.desk import Desk

pytest_plugins = ["tests.planner.desk_fixtures", "tests.web.door_fixtures"]
PLANNED_AT = 1_933_390_800
"""8 April 2031, 08:00 in the zone of Two Rivers: when the plan was made."""
SETTINGS = {"TESTING": True, "SIGN_IN_FLOOR_S": 0.0, "REQUIRE_TOTP": False}


def open_site(folder: Folder) -> Door:
    """Return the site on a folder, with one person a role; their usernames are the roles' names."""
    store = folder.store()
    clock = Clock(now=PLANNED_AT)
    _sweep(store)
    keep_replay(store, "two-rivers", one_morning())
    desk = Desk(store=store, crisis_id="two-rivers", clock=clock, situation_at=PLANNED_AT)
    door = Door(app=create_app(desk, SETTINGS), store=store, clock=clock)
    for role in Role:
        door.person(role.value, role)
    return door


def _sweep(store: Store) -> None:
    """Put in a sweep of one scenario that supposes nothing, so that there is one to look at."""
    body = {"axes": [{"name": "end", "values": ["as is"]}], "combinations": 1, "sampled": None, "scenarios": 1}
    with store.writing() as write:
        for run in write.list_runs("two-rivers", limit=1):
            card = write.add_sweep(
                "5" * 64, crisis="two-rivers", name="as it is", base=run.plan or "", body=body, at=PLANNED_AT, by="nour"
            )
            write.add_swept(card.id, [(1, {"end": "as is"}, run.id)])


@pytest.fixture(scope="session")
def shared_site(planned_desk: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """For reading only."""
    with pytest.MonkeyPatch.context() as patch:
        hash_quickly(patch)
        door = open_site(planned_desk.copy(tmp_path_factory.mktemp("site") / "desk"))
    bring_roads(door.store, "two-rivers", door.clock())
    yield door
    door.store.close()


@pytest.fixture(scope="session")
def readers(shared_site: Door) -> dict[Role, Browser]:
    """A browser a role, signed in at the site for reading."""
    return {role: shared_site.signed_in(role.value) for role in Role}


@pytest.fixture(scope="session")
def published_site(planned_desk: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """For reading only, with its plan published: seven convoys will leave."""
    with pytest.MonkeyPatch.context() as patch:
        hash_quickly(patch)
        door = open_site(planned_desk.copy(tmp_path_factory.mktemp("published") / "desk"))
    bring_roads(door.store, "two-rivers", door.clock())
    publish_plan(door.store, get_plan(door.store, "latest", "two-rivers"), by="samir", at=door.clock())
    yield door
    door.store.close()


@pytest.fixture
def site(planned_desk: Folder, tmp_path: Path, quick_hashes: None) -> Iterator[Door]:  # noqa: ARG001 - asked for by name
    """To write on."""
    door = open_site(planned_desk.copy(tmp_path / "desk"))
    yield door
    door.store.close()


@pytest.fixture
def bare_site(seeded_desk: Folder, tmp_path: Path, quick_hashes: None) -> Iterator[Door]:  # noqa: ARG001 - asked for by name
    """To write on, before anybody has made a plan."""
    door = open_site(seeded_desk.copy(tmp_path / "bare"))
    yield door
    door.store.close()
