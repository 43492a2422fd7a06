"""The network commands: seen first, then stored whole or not at all, with every row that could not be used."""

from pathlib import Path

import pytest

from tests.planner.desks import Desk
from tests.planner.services.test_road_import import rows_of
from tests.routing.readers.files import feature, geojson, line

from planner.services.crises import load_world  # isort: skip

pytest_plugins = ["tests.planner.desk_fixtures"]


@pytest.fixture
def roads(seeded_desk: Desk, tmp_path: Path) -> Path:
    store = seeded_desk.store()
    network = load_world(store, "two-rivers").network
    store.close()
    bad = [feature(None, {"id": 99, "highway": "primary"}), feature(line((36, 35), (37, 35)), {"highway": "canal"})]
    return geojson(tmp_path / "roads.geojson", rows_of(network), bad)


def test_a_dry_run_says_all_and_stores_nothing(fresh: Desk, roads: Path) -> None:
    before = fresh.digest()
    told = fresh.qafila("network", "import", str(roads), "--dry-run", "--json").json()

    assert told.keys() >= {"nodes", "segments", "km_by_class", "components", "quarantined"}
    assert [(row["row"], row["feature"], row["value"]) for row in told["quarantined"]] == [
        (38, "99", ""),
        (39, "38", "canal"),
    ]
    assert (told["segments"], told["components"], told["dry_run"], told["changes"]) == (49, 1, True, True)
    words = fresh.qafila("network", "import", str(roads), "--dry-run").out
    assert "Read 39 rows (EPSG:4326): 37 lines used, 0 left out by class, 2 set apart." in words
    assert "Nothing was stored (dry run)" in words
    assert fresh.digest() == before


def test_an_import_is_stored_and_changes_nothing_the_next_time(fresh: Desk, roads: Path) -> None:
    assert "Stored: network" in fresh.qafila("network", "import", str(roads)).out
    stored = fresh.digest()
    assert "Nothing changed: network" in fresh.qafila("network", "import", str(roads)).out
    assert fresh.digest() == stored
    assert fresh.qafila("network", "info", "--json").json()["segments"] == 49


def test_a_refusal_is_exit_one_and_a_bad_file_exit_two_and_neither_stores(fresh: Desk, tmp_path: Path) -> None:
    before = fresh.digest()
    elsewhere = geojson(tmp_path / "elsewhere.geojson")
    told = fresh.qafila("network", "import", str(elsewhere))
    assert told.code == 1
    assert "--leave-off kessa" in told.err

    broken = tmp_path / "broken.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [{"type":', encoding="utf-8")
    for arguments in (
        (str(broken),), (str(tmp_path / "none.geojson"),), (str(elsewhere), "--classes", str(broken)),
        (str(elsewhere), "--areas", str(elsewhere)), (str(elsewhere), "--snap-m", "-1"),
        (str(elsewhere), "--max-vertices", "3"),
    ):  # fmt: skip
        told = fresh.qafila("network", "import", *arguments)
        assert (told.code, told.err.count("\n")) == (2, 1), told.err
    assert fresh.digest() == before


def test_a_file_without_any_road_says_so(fresh: Desk, tmp_path: Path) -> None:
    told = fresh.qafila("network", "import", str(geojson(tmp_path / "none.geojson", ())))
    assert told.code == 2
    assert told.err.startswith("none.geojson: no row of 0 is a usable road (0 set apart, 0 left out by class).")

    canal = [feature(line((36, 35), (37, 35)), {"highway": "canal"})]
    told = fresh.qafila("network", "import", str(geojson(tmp_path / "canal.geojson", (), canal)))
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "no row of 1 is a usable road (1 set apart, 0 left out by class). Row 1: " in told.err
    assert "canal" in told.err


def test_the_table_of_classes_is_printed_changed_and_given_back(fresh: Desk, roads: Path, tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text(fresh.qafila("network", "classes").out.replace('"trail"', '"trail", "canal"'), encoding="utf-8")
    told = fresh.qafila("network", "import", str(roads), "--classes", str(table), "--dry-run", "--json").json()

    assert [row["feature"] for row in told["quarantined"]] == ["99"]


def test_an_imported_network_is_routed_and_planned_on(fresh: Desk, roads: Path) -> None:
    assert fresh.qafila("network", "import", str(roads)).code == 0
    told = fresh.qafila("access", "route", "merro", "ordan", "--at", "2031-04-08T09:00+03:00", "--json").json()

    assert told["legs"]
