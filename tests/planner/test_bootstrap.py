"""Settings and wiring: where the data lies, which key opens it, and what is said where something is missing."""

from pathlib import Path

import pytest

from planner.bootstrap import actor, init_store, open_store, probe_store, read_settings, versions
from planner.domain.errors import BadInput
from planner.store.records import DatabaseBusy
from tests.databases import Server

pytest_plugins = ["tests.database_fixtures"]


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {"QAFILA_HOME": str(folder / "home"), "QAFILA_KEY_FILE": str(folder / "key" / "k"), **more}


def test_the_environment_is_heard_before_the_settings_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text('crisis = "told"\ndatabase_url = "postgresql://told/x"\n', encoding="utf-8")
    settings = read_settings(environ(tmp_path, QAFILA_CRISIS="said"))
    assert (settings.crisis, settings.database_url, settings.home) == ("said", "postgresql://told/x", home)
    assert settings.address == "postgresql://told/x"
    assert read_settings(environ(tmp_path)).crisis == "told"


def test_without_a_word_the_data_lies_in_the_user_s_own_folder() -> None:
    settings = read_settings({})
    assert settings.home.name == "qafila"
    assert settings.key_file.name == "database.key"
    assert settings.address == settings.home / "qafila.db"


def test_a_passphrase_opens_what_it_made_and_nothing_else_does(tmp_path: Path) -> None:
    known = environ(tmp_path, QAFILA_PASSPHRASE="a long word")  # noqa: S106 - an example
    settings = read_settings(known)
    init_store(settings, known).close()
    open_store(settings, known).close()
    assert not settings.key_file.exists()
    with pytest.raises(BadInput, match="does not open with this key"):
        open_store(settings, environ(tmp_path, QAFILA_PASSPHRASE="another"))  # noqa: S106 - an example
    with pytest.raises(BadInput, match="There is no key for the database"):
        open_store(settings, environ(tmp_path))


def test_a_server_without_tables_asks_for_init(postgres_server: Server, tmp_path: Path) -> None:
    told = environ(tmp_path, QAFILA_DATABASE_URL=postgres_server.create("template1").address)
    settings = read_settings(told)
    with pytest.raises(BadInput, match="Run: qafila init"):
        open_store(settings, told)
    assert probe_store(settings, told)["works"] is False
    init_store(settings, told).close()
    open_store(settings, told).close()
    assert probe_store(settings, told) == {"kind": "postgresql", "works": True, "said": "holds no crisis yet"}


def test_a_server_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    told = environ(tmp_path, QAFILA_DATABASE_URL=f"postgresql:///x?host={tmp_path}")
    settings = read_settings(told)
    for attempt in (open_store, init_store):
        with pytest.raises(DatabaseBusy, match="The database does not answer"):
            attempt(settings, told)
    assert probe_store(settings, told)["works"] is False


def test_the_actor_is_an_id_and_never_an_account_s_name() -> None:
    assert actor({"QAFILA_ACTOR": "nour"}) == "nour"
    assert actor({"USER": "Nour Haddad"}).startswith("local-")


def test_a_run_s_key_holds_the_solvers_versions() -> None:
    assert versions().keys() == {"qafila", "ortools", "highspy", "pulp"}


def test_codes_are_required_unless_said_otherwise(tmp_path: Path) -> None:
    environ = {"QAFILA_HOME": str(tmp_path)}
    assert read_settings(environ).require_totp
    assert not read_settings(environ).https

    (tmp_path / "settings.toml").write_text("require_totp = false\nhttps = true\n", encoding="utf-8")
    assert not read_settings(environ).require_totp
    assert read_settings(environ).https
    assert read_settings({**environ, "QAFILA_REQUIRE_TOTP": "yes"}).require_totp


def test_a_switch_is_on_or_off(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="QAFILA_HTTPS"):
        read_settings({"QAFILA_HOME": str(tmp_path), "QAFILA_HTTPS": "maybe"})
