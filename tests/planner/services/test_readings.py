"""What pages keep at hand is what is on record: anything written is seen at the next question."""

from dataclasses import replace

import numpy as np
import pytest

from planner.domain.needs import Site
from planner.domain.world import World
from planner.services import readings as module
from planner.services.access import LOOK_AROUND_S, access_over, status_at
from planner.services.crises import load_seed, load_world
from planner.services.readings import Readings
from planner.store.store import Store
from routing.evidence import Evidence, Fact, GateReport, Incident, Retraction, RoadReport, Statement
from routing.hand_set import PolicySet
from routing.policy import AccessPolicy
from routing.status import AccessMap
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
    assert readings.world().catalogue is before.catalogue


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> list[AsOf]:
    """Return the questions for which a map was folded as a whole."""
    asked: list[AsOf] = []

    def counted(world: World, question: AsOf, horizon: Window) -> AccessMap:
        asked.append(question)
        return access_over(world, question, horizon)

    monkeypatch.setattr(module, "access_over", counted)
    return asked


def test_a_record_recorded_while_pages_are_open_is_folded_alone_and_gives_the_map_folded_anew(
    store: Store, folded: list[AsOf]
) -> None:
    load_seed(store, CRISIS, actor="test", at=0)
    readings = Readings(store, CRISIS)
    first = readings.world()
    readings.access_at(AsOf(at=AT, known=first.head))
    road, gate = sorted(first.network.segments)[3], min(first.network.gates)
    lon, lat = first.network.places[first.network.segments[road].start].position
    strike = Incident(event_type="event", sub_event_type="strike", hazard="air_strike", lon=lon, lat=lat)
    news: list[Fact] = [
        RoadReport(segments=(road,), state="closed"), GateReport(gate=gate, state="closed"), strike,
        Retraction(position=first.head + 1), Retraction(position=5),
    ]  # fmt: skip
    for fact in news:
        said = Evidence(position=0, learned_at=AT, valid=Window(AT - 60), source="test", fact=fact)
        with store.writing() as write:
            write.append(CRISIS, [said], actor="test", recorded_at=AT)
        world = readings.world()
        asked = AsOf(at=AT, known=world.head)
        assert readings.access_at(asked) == status_at(world, asked)
        assert world == load_world(store, CRISIS)
        assert world.network is first.network
    assert folded == [AsOf(at=AT, known=first.head)]


def test_whatever_is_known_in_whatever_order_maps_are_those_folded_anew(store: Store, folded: list[AsOf]) -> None:
    load_seed(store, CRISIS, actor="test", at=0)
    readings, chance = Readings(store, CRISIS), np.random.default_rng(16)
    world = readings.world()
    for _ in range(30):
        asked = AsOf(at=AT + 3_600 * int(chance.integers(2)), known=int(chance.integers(world.head + 1)))
        around = Window(asked.at - LOOK_AROUND_S, asked.at + LOOK_AROUND_S + 1)
        assert readings.access_at(asked) == status_at(world, asked)
        assert readings.access_around(asked) == access_over(world, asked, around)
    assert len(folded) == 4  # two instants, each as such and with the weeks around it


def test_another_policy_folds_all_of_it_anew(store: Store) -> None:
    load_seed(store, CRISIS, actor="test", at=0)
    readings = Readings(store, CRISIS)
    before = readings.world()
    readings.access_at(AsOf(at=AT, known=before.head))
    strict = PolicySet(name="strict", policy=AccessPolicy(stale_after_s=3_600))
    said = Evidence(position=0, learned_at=AT, valid=Window(AT), source="test", fact=strict)
    with store.writing() as write:
        write.append(CRISIS, [said], actor="test", recorded_at=AT)
    asked = AsOf(at=AT, known=before.head + 1)
    assert readings.access_at(asked) == status_at(readings.world(), asked)
    assert readings.access_at(asked).timelines != readings.access_at(AsOf(at=AT, known=before.head)).timelines


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
