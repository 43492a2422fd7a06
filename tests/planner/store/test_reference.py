"""What planning starts from: rows come back as they were, and nobody's edit is lost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from planner.domain.catalogue import Governorate
from planner.domain.delivery import Movement as ReportedMovement
from planner.domain.errors import BadInput, NotFound
from planner.domain.needs import Commodity, CoupledGroup, Need, Site
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from planner.store.records import ChangedMeanwhile, Movement
from planner.store.reference import Reference, reference_id
from planner.store.store import Store
from routing.units import Window
from tests.databases import Database
from tests.planner.instances import four_towns
from tests.planner.store.examples import MONDAY, SYRIA, plan_for

pytest_plugins = ["tests.database_fixtures"]
WORLD: Snapshot = four_towns()
ALEPPO = Governorate(pcode="SY02", name="Aleppo", name_ar="حلب")
URUM = ReportedMovement(
    id="urum-01", name="Urum al-Kubra, 31 trucks", name_ar="أورم الكبرى", channel="cross_line", hub="north-hub",
    site="valley", trucks=31, requested_on=None, dispatched_at=MONDAY, source="synthetic", synthetic=True,
)  # fmt: skip


@pytest.fixture
def syria(store: Store) -> Store:
    with store.writing() as write:
        write.put_crisis(SYRIA)
    return store


def everything() -> Sequence[Reference]:
    return (
        ALEPPO, URUM, *WORLD.sites.values(), *WORLD.commodities.values(), *WORLD.needs, *WORLD.groups,
        *WORLD.hubs.values(), *WORLD.stock, *WORLD.truck_types.values(), *WORLD.fleets, *WORLD.escorts,
    )  # fmt: skip


def by_id(rows: Sequence[Reference]) -> list[Reference]:
    return sorted(rows, key=reference_id)


def test_all_kinds_come_back_in_order_of_their_ids(syria: Store) -> None:
    with syria.writing() as write:
        write.put_reference("syria", everything())

    with syria.reading() as read:
        assert read.list_reference("syria", Governorate) == (ALEPPO,)
        assert read.list_reference("syria", ReportedMovement) == (URUM,)
        assert list(read.list_reference("syria", Site)) == by_id(list(WORLD.sites.values()))
        assert list(read.list_reference("syria", Commodity)) == by_id(list(WORLD.commodities.values()))
        assert list(read.list_reference("syria", Need)) == by_id(WORLD.needs)
        assert list(read.list_reference("syria", CoupledGroup)) == by_id(WORLD.groups)
        assert list(read.list_reference("syria", Hub)) == by_id(list(WORLD.hubs.values()))
        assert list(read.list_reference("syria", StockBatch)) == by_id(WORLD.stock)
        assert list(read.list_reference("syria", TruckType)) == by_id(list(WORLD.truck_types.values()))
        assert list(read.list_reference("syria", Fleet)) == by_id(WORLD.fleets)
        assert list(read.list_reference("syria", EscortTeams)) == by_id(WORLD.escorts)


def test_a_row_put_again_replaces_and_the_others_stay(syria: Store) -> None:
    hilltop = WORLD.sites["hilltop"]
    with syria.writing() as write:
        write.put_reference("syria", everything())
        write.put_reference("syria", [replace(hilltop, storage_kg=9_000)])

    with syria.reading() as read:
        stored = read.list_versioned("syria", Site)
    assert {name: site.version for name, site in stored.items()} == {"hilltop": 2, "valley": 1}
    assert stored["hilltop"].row.storage_kg == 9_000


def test_a_row_given_twice_is_refused(syria: Store) -> None:
    need = WORLD.needs[0]
    later = replace(need, window=Window(need.window.end, need.window.end + 1))
    with syria.writing() as write:
        write.put_reference("syria", [need, later])

    with pytest.raises(BadInput, match="given twice"), syria.writing() as write:
        write.put_reference("syria", [need, replace(need, units=7)])


def test_the_second_of_two_edits_of_one_version_is_told_so(database: Database, syria: Store) -> None:
    hilltop = WORLD.sites["hilltop"]
    with syria.writing() as write:
        write.put_reference("syria", [hilltop])
    first, second = database.open(), database.open()
    with first.reading() as read, second.reading() as read_too:
        seen = read.get_reference("syria", Site, "hilltop")
        assert read_too.get_reference("syria", Site, "hilltop") == seen

    with first.writing() as write:
        assert write.edit_reference("syria", replace(hilltop, severity=4), version=seen.version) == 2
    with pytest.raises(ChangedMeanwhile, match="read as version 1 and is now version 2"), second.writing() as write:
        write.edit_reference("syria", replace(hilltop, severity=5), version=seen.version)

    with syria.reading() as read:
        assert read.get_reference("syria", Site, "hilltop").row.severity == 4
    first.close()
    second.close()


def test_a_row_is_removed_only_as_it_was_read(syria: Store) -> None:
    with syria.writing() as write:
        write.put_reference("syria", everything())

    with pytest.raises(ChangedMeanwhile), syria.writing() as write:
        write.remove_reference("syria", Site, "valley", version=3)
    with syria.writing() as write:
        write.remove_reference("syria", Site, "valley", version=1)
    with pytest.raises(NotFound, match="No site 'valley'"), syria.writing() as write:
        write.remove_reference("syria", Site, "valley", version=1)
    with pytest.raises(NotFound, match="No hub 'valley'"), syria.reading() as read:
        read.get_reference("syria", Hub, "valley")


def test_a_crisis_and_its_network_are_replaced_in_place(syria: Store) -> None:
    with pytest.raises(NotFound, match="qafila network import"), syria.reading() as read:
        read.get_network("syria")

    with syria.writing() as write:
        first = write.put_network("syria", WORLD.network)
        assert write.put_network("syria", WORLD.network) == first
        write.put_crisis(replace(SYRIA, name="Syrian Arab Republic"))

    with syria.reading() as read:
        assert read.get_network("syria") == WORLD.network
        assert [crisis.name for crisis in read.list_crises()] == ["Syrian Arab Republic"]
    with pytest.raises(NotFound, match="Loaded: syria"), syria.reading() as read:
        read.get_crisis("sudan")


def test_a_movement_keeps_its_id_through_edits(syria: Store) -> None:
    convoy = plan_for("0" * 64).convoys[0]
    reported = Movement(id="urum-01", detail={"trucks": 31, "channel": "cross_line", "dispatched_at": None})
    with syria.writing() as write:
        assert write.put_movement("syria", reported) == 1
    with syria.reading() as read:
        known = read.get_movement("syria", "urum-01")
    assert known == replace(reported, version=1)

    with syria.writing() as write:
        assert write.put_movement("syria", replace(known, convoy=convoy)) == 2
    for stale in (reported, known):
        with pytest.raises(ChangedMeanwhile, match="is now version 2"), syria.writing() as write:
            write.put_movement("syria", stale)

    with syria.reading() as read:
        assert read.list_movements("syria") == (replace(known, convoy=convoy, version=2),)
    with pytest.raises(NotFound), syria.reading() as read:
        read.get_movement("syria", "urum-02")
