"""Where a road has come to cross a line, a gate stands on it: one on record that is near, else one that is made."""

from dataclasses import replace

import pytest

from planner.services.crises import load_seed, load_world
from planner.services.line_gates import apply_line_gates, plan_line_gates, roads_without_gate
from planner.store.records import ChangedMeanwhile
from planner.store.store import Store
from routing.evidence import Control, Evidence
from routing.units import Window

pytest_plugins = ["tests.database_fixtures"]
NOON = 1_932_811_200
SEED = "two-rivers"


def moved(store: Store) -> None:
    """Let the northern authority hold the port's own plain from noon on, so that lines run where none was."""
    record = Evidence(
        position=0, learned_at=NOON, valid=Window(NOON), source="map desk", fact=Control(area="gateless", party="north")
    )
    with store.writing() as write:
        write.append(SEED, [record], actor="nour", recorded_at=NOON)


@pytest.fixture
def divided(store: Store) -> Store:
    """Port Selm lies in an area of its own, and no gate stands there."""
    load_seed(store, SEED, actor="nour", at=NOON)
    network = load_world(store, SEED).network
    port = replace(network.places["port-selm"], area="gateless")
    area = replace(network.areas["south-plain"], id="gateless")
    with store.writing() as write:
        write.put_network(SEED, replace(
            network, places={**network.places, port.id: port}, areas={**network.areas, area.id: area}
        ))  # fmt: skip
    moved(store)
    return store


def test_each_road_over_a_new_line_is_given_a_gate_that_asks_for_papers(divided: Store) -> None:
    bare = roads_without_gate(load_world(divided, SEED))
    planned = plan_line_gates(divided, SEED, 5_000)
    apply_line_gates(divided, planned, by="nour", at=NOON)
    after = load_world(divided, SEED)

    assert bare
    assert set(planned.stood) == set(bare)
    assert {after.network.gates[after.network.segments[s].gate or ""].regime for s in bare} == {"permit"}
    assert roads_without_gate(after) == ()
    with divided.reading() as read:
        entry = read.list_audit()[0]
    assert (entry.action, entry.detail["stood"]) == ("stand gates on lines", len(bare))


def test_where_every_line_has_its_gate_nothing_is_stored(divided: Store) -> None:
    apply_line_gates(divided, plan_line_gates(divided, SEED, 5_000), by="nour", at=NOON)
    with divided.reading() as read:
        stamp = read.stamp(SEED)
    again = plan_line_gates(divided, SEED, 5_000)
    apply_line_gates(divided, again, by="nour", at=NOON)

    assert not again.stood
    with divided.reading() as read:
        assert read.stamp(SEED) == stamp


def test_what_was_recorded_meanwhile_stops_it(divided: Store) -> None:
    planned = plan_line_gates(divided, SEED, 5_000)
    moved(divided)

    with pytest.raises(ChangedMeanwhile):
        apply_line_gates(divided, planned, by="nour", at=NOON)
