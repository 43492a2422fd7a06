"""The use cases give the same on the embedded database and on PostgreSQL: load, report, import, publish, pin."""

from pathlib import Path

import pytest

from planner.domain.errors import BadInput, NotFound, Refused
from planner.domain.world import World
from planner.services.convoys import list_convoys
from planner.services.crises import choose_crisis, load_seed, load_world
from planner.services.evidence import record, retract
from planner.services.movements import list_movements, pin_movement, pinned_convoys, publish_plan
from planner.services.plan_records import PlanRecord, find_latest_plan, get_plan, verify_plan
from planner.services.reports import Wanted, export_report
from planner.services.tables import apply_import, read_import
from planner.store.store import Store
from routing.units import DAY, parse_instant
from tests.planner.desks import Desk

pytest_plugins = ["tests.database_fixtures", "tests.planner.desk_fixtures"]
NOW = 1_930_000_000
CLOSED = {
    "kind": "gate", "gate": "amber-bridge", "state": "closed", "source": "field team",
    "valid_from": "2031-04-09", "learned_at": "2031-04-14",
}  # fmt: skip


@pytest.fixture
def world(store: Store) -> World:
    return load_seed(store, "two-rivers", actor="nour", at=NOW)


@pytest.fixture
def kept(planned_desk: Desk, store: Store, world: World) -> PlanRecord:
    """Return the plan of the desk, kept in this database as well."""
    embedded = planned_desk.store()
    made = get_plan(embedded, "latest", "two-rivers")
    embedded.close()
    store.save_snapshot(made.snapshot)
    with store.writing() as write:
        write.save_plan(made.plan, created_at=NOW, created_by="nour")
    found = get_plan(store, "latest", world.catalogue.crisis.id)
    assert found.stored.card.digest == made.stored.card.digest
    return found


def test_what_was_loaded_is_what_is_read(store: Store, world: World) -> None:
    there = load_world(store, "two-rivers")
    assert (there.network, there.log) == (world.network, world.log)
    for part in ("sites", "commodities", "hubs", "truck_types", "movements", "governorates"):
        assert getattr(there.catalogue, part) == getattr(world.catalogue, part), part
    for part in ("needs", "groups", "stock", "fleets", "escorts"):
        assert set(getattr(there.catalogue, part)) == set(getattr(world.catalogue, part)), part
    assert choose_crisis(store, None) == "two-rivers"
    with pytest.raises(NotFound, match="No crisis 'atlantis' is loaded"):
        choose_crisis(store, "atlantis")
    with pytest.raises(BadInput, match="loaded already"):
        load_seed(store, "two-rivers", actor="nour", at=NOW)


def test_a_report_is_added_and_withdrawn_and_nothing_is_deleted(store: Store, world: World) -> None:
    assert record(store, world, CLOSED, actor="nour", at=NOW) == world.head + 1
    assert retract(store, world, world.head + 1, "wrong gate", actor="nour", at=NOW, source="team") == world.head + 2
    assert len(load_world(store, "two-rivers").log) == len(world.log) + 2
    with store.reading() as read:
        assert [entry.action for entry in read.list_audit(limit=2)] == ["retract", "record"]


def test_a_refused_report_leaves_no_trace(store: Store, world: World) -> None:
    before = load_world(store, "two-rivers")
    with pytest.raises(BadInput, match="gate is 'atlantis'"):
        record(store, world, {**CLOSED, "gate": "atlantis"}, actor="nour", at=NOW)
    assert load_world(store, "two-rivers") == before


def test_an_import_changes_what_is_on_record(store: Store, world: World, tmp_path: Path) -> None:
    file = tmp_path / "needs.csv"
    header = "site,commodity,units,needed_from,needed_until,source,synthetic\n"
    file.write_text(f"{header}kessa,family-ration,5300,2031-04-01,2031-05-01,survey,no\n", encoding="utf-8")
    planned = read_import(world, "needs", file)
    assert (len(planned.added), len(planned.changed)) == (0, 1)
    apply_import(store, world, planned, "needs", by="nour", at=NOW)
    after = load_world(store, "two-rivers")
    assert read_import(after, "needs", file).changed == ()
    assert len(after.catalogue.needs) == len(world.catalogue.needs)


def test_a_published_plan_s_movements_stay_pinned_until_released(store: Store, world: World, kept: PlanRecord) -> None:
    with pytest.raises(Refused, match="A second person publishes it"):
        publish_plan(store, kept, by="nour", at=NOW)
    assert list_movements(store, "two-rivers") == ()
    movements = publish_plan(store, kept, by="salma", at=NOW)
    assert [m.id for m in list_movements(store, "two-rivers")] == sorted(movements)
    start = kept.plan.horizon.start
    assert len(pinned_convoys(store, world, after=start)) == len(movements)
    assert pinned_convoys(store, world, after=kept.plan.horizon.end + 2 * DAY) == ()
    pin_movement(store, world, movements[0], pinned=False, by="nour", at=NOW)
    left = pinned_convoys(store, world, after=start)
    assert movements[0] not in {convoy.movement for convoy in left}
    assert len(left) == len(movements) - 1
    with pytest.raises(NotFound):
        pin_movement(store, world, "atlantis", pinned=True, by="nour", at=NOW)


def test_a_published_movement_s_outcome_is_listed(store: Store, world: World, kept: PlanRecord) -> None:
    movement = publish_plan(store, kept, by="salma", at=NOW)[0]
    site = kept.plan.convoys[0].stops[0].site
    outcome = {
        "kind": "outcome", "movement": movement, "site": site, "happened_at": "2031-04-09T13:00+03:00",
        "result": "facilitated", "what": "delivered", "source": "field team", "valid_from": "2031-04-09",
        "learned_at": "2031-04-14",
    }  # fmt: skip
    record(store, world, outcome, actor="nour", at=NOW)
    rows = {row.movement: row for row in list_convoys(store, load_world(store, "two-rivers"))}
    assert rows[movement].state == "delivered"
    assert rows[movement].sites == tuple(stop.site for stop in kept.plan.convoys[0].stops)
    assert {row.state for row in rows.values()} == {"delivered", "held", "attacked", "notified"}


def test_a_stored_plan_is_sound_and_the_latest(store: Store, kept: PlanRecord) -> None:
    assert verify_plan(kept) == ()
    assert find_latest_plan(store, "two-rivers") == kept.plan
    assert find_latest_plan(store, "nowhere") is None


def test_a_report_is_the_same_file_each_time(store: Store, world: World) -> None:
    now = parse_instant("2031-05-01", world.catalogue.crisis.tz)
    wanted = Wanted(kind="denials", subject="2031-04", tier="T1")
    files = {export_report(store, world, wanted, "csv", now=now, by="nour") for _ in range(2)}
    assert len(files) == 1
