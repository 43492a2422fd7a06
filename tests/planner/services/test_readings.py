"""What pages keep at hand is what is on record: anything written is seen at the next question."""

from dataclasses import replace

from planner.domain.needs import Site
from planner.services.crises import load_seed
from planner.services.readings import Readings
from planner.store.store import Store
from routing.evidence import Evidence, Statement
from routing.units import AsOf, Window

pytest_plugins = ["tests.database_fixtures"]
AT = 1_933_480_800  # 2031-04-09T09:00+03:00
CRISIS = "two-rivers"


def test_nothing_is_read_twice_while_nothing_is_written(store: Store) -> None:
    load_seed(store, CRISIS, actor="test", at=0)
    readings = Readings(store, CRISIS)
    world = readings.world()
    asked = AsOf(at=AT, known=world.head)

    assert readings.world() is world
    assert readings.access_at(asked) is readings.access_at(asked)


def test_a_new_record_is_seen_at_once(store: Store) -> None:
    load_seed(store, CRISIS, actor="test", at=0)
    readings = Readings(store, CRISIS)
    before = readings.world()
    said = Evidence(
        position=0, learned_at=AT, valid=Window(AT), source="test", fact=Statement(by="nobody", text="a claim")
    )

    with store.writing() as write:
        write.append(CRISIS, [said], actor="test", recorded_at=AT)

    assert readings.world().head == before.head + 1


def test_an_edit_and_a_removal_with_the_same_id_are_seen_at_once(store: Store) -> None:
    world = load_seed(store, CRISIS, actor="test", at=0)
    readings = Readings(store, CRISIS)
    site = next(iter(readings.world().catalogue.sites.values()))

    with store.writing() as write:
        version = write.get_reference(CRISIS, Site, site.id).version
        write.edit_reference(CRISIS, replace(site, severity=5), version=version)
    assert readings.world().catalogue.sites[site.id].severity == 5

    # Removed and put in again it has its first version once more, and still is another row.
    with store.writing() as write:
        write.remove_reference(CRISIS, Site, site.id, version=version + 1)
        write.put_reference(CRISIS, [replace(site, severity=4)])
    assert readings.world().catalogue.sites[site.id].severity == 4
    assert world.catalogue.sites[site.id] == site
