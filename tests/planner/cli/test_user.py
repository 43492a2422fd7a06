"""Commands on people: let in, listed, reset, put out."""

import pytest

from planner.services import accounts, sign_ins
from tests.planner.desks import Desk

pytest_plugins = ["tests.planner.desk_fixtures"]


@pytest.fixture(scope="session")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A home without a crisis. For reading only."""
    desk = Desk(folder=tmp_path_factory.mktemp("empty"))
    assert desk.qafila("init").code == 0
    return desk


@pytest.fixture
def home(empty_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A home to let people into."""
    return empty_desk.copy(tmp_path_factory.mktemp("people") / "desk")


def test_a_person_is_let_in_with_a_password_that_is_printed_once(home: Desk) -> None:
    told = home.qafila("user", "add", "Samir", "--role", "analyst", "--role", "admin", "--name", "Samir H.")

    assert told.code == 0
    password = told.out.strip()
    assert [len(group) for group in password.split("-")] == [5, 5, 5, 5]
    assert "shown this once" in told.err
    (row,) = home.qafila("user", "list", "--json").json()
    assert row["username"] == "samir"
    assert row["name"] == "Samir H."
    assert row["roles"] == ["admin", "analyst"]
    assert row["must_change_password"] is True
    assert row["last_seen_at"] is None
    assert password not in str(row)
    assert "has a one-time password" in home.qafila("user", "list").out


def test_a_script_gets_the_password_as_json(home: Desk) -> None:
    told = home.qafila("user", "add", "samir", "--role", "partner", "--json").json()

    assert told["username"] == "samir"
    assert told["roles"] == ["partner"]
    assert told["id"].startswith("p-")
    assert len(told["password"]) == 23


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "samir"), 2, "--role"),
        (("add", "samir", "--role", "boss"), 2, "Roles are: coordinator, analyst, partner, admin."),
        (("add", "Samir H.", "--role", "admin"), 2, "no name to sign in with"),
        (("roles", "nobody", "admin"), 2, "qafila user list"),
        (("disable", "nobody"), 2, "qafila user list"),
        (("reset", "nobody"), 2, "qafila user list"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(home: Desk, arguments: tuple[str, ...], code: int, said: str) -> None:
    told = home.qafila("user", *arguments)

    assert told.code == code
    assert said in told.err
    assert len(told.err.strip().splitlines()) == 1


def test_roles_are_replaced_and_the_last_administrator_stays(home: Desk) -> None:
    home.qafila("user", "add", "samir", "--role", "admin")
    refused = home.qafila("user", "roles", "samir", "analyst")
    assert (refused.code, "last administrator" in refused.err) == (1, True)

    home.qafila("user", "add", "lina", "--role", "admin")
    assert home.qafila("user", "roles", "samir", "analyst", "partner").out == "samir: analyst, partner.\n"


def test_a_person_is_put_out_let_in_and_reset(home: Desk) -> None:
    first = home.qafila("user", "add", "samir", "--role", "analyst").out.strip()
    store = home.store()
    account = accounts.get_account(store, "samir")
    begun = sign_ins.begin_sign_in(
        store, account.id, stage="whole", device="Firefox", instead_of=None, at=account.created_at
    )

    assert home.qafila("user", "disable", "samir").code == 0
    assert sign_ins.find_signed_in(store, begun.token, account.created_at) is None
    assert home.qafila("user", "list", "--json").json()[0]["active"] is False
    assert home.qafila("user", "disable", "samir").code == 1
    assert home.qafila("user", "enable", "samir").code == 0
    second = home.qafila("user", "reset", "samir", "--second-factor").out.strip()
    assert second != first
    store.close()


def test_who_did_it_is_on_record(home: Desk) -> None:
    home.qafila("user", "add", "samir", "--role", "analyst")
    store = home.store()
    with store.reading() as read:
        (entry,) = read.list_audit()
    store.close()

    assert (entry.actor, entry.action, entry.detail) == ("nour", "add account", {"roles": "analyst"})
