"""The site on September 2016, set on a past moment; a test module asks for it as a plugin.

`pytest_plugins = ["tests.web.failed_fixtures"]`
"""

from collections.abc import Iterator

import pytest

from planner.domain.rights import Role
from planner.services.crises import load_seed
from planner.store.store import Store
from tests.databases import KEY
from tests.web.doors import Clock, Door, hash_quickly
from tests.web.released import release_denials
from tests.web.september import CRISIS, Opened, moment
from web.app import create_app
from web.desk import Desk

pytest_plugins = ["tests.web.site_fixtures"]
SETTINGS = {"TESTING": True, "SIGN_IN_FLOOR_S": 0.0, "REQUIRE_TOTP": False}


@pytest.fixture(scope="session")
def syria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """September 2016 with its failures released to partners, for reading only."""
    store = Store.open(str(tmp_path_factory.mktemp("syria") / "qafila.db"), KEY)
    store.migrate()
    load_seed(store, CRISIS, actor="setup", at=moment("2016-12-31T00:00"))
    release_denials(store, CRISIS, "2016-09", "T1", at=moment("2016-12-31T00:00"), now=moment("2016-12-31T00:00"))
    yield store
    store.close()


@pytest.fixture(scope="session")
def opened(syria: Store) -> Opened:
    """Open the site as it stands at a moment; everybody is let in once."""
    doors: dict[str, Door] = {}

    def at(text: str) -> Door:
        if text not in doors:
            now = moment(text)
            desk = Desk(store=syria, crisis_id=CRISIS, clock=Clock(now=now), situation_at=now)
            doors[text] = Door(app=create_app(desk, SETTINGS), store=syria, clock=Clock(now=now))
            if len(doors) == 1:
                with pytest.MonkeyPatch.context() as patch:
                    hash_quickly(patch)
                    for role in Role:
                        doors[text].person(role.value, role)
            first = next(iter(doors.values()))
            doors[text].passwords.update(first.passwords)
        return doors[text]

    return at
