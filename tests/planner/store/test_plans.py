"""Snapshots, plans and the audit trail: kept for ever, each part once."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from planner.domain.errors import NotFound, Refused
from planner.domain.scenario import BASELINE, CeasefireEnds, Scenario
from planner.domain.snapshot import Snapshot
from planner.store import codec, migrate
from planner.store.engine import for_writing
from planner.store.records import AuditCheck
from planner.store.rows import BlobRow
from planner.store.store import Store
from routing.units import HOUR
from tests.planner.instances import two_sites_one_gate
from tests.planner.store.examples import MONDAY, plan_for

pytest_plugins = ["tests.database_fixtures"]
WORLD: Snapshot = two_sites_one_gate()


@pytest.fixture
def home(store: Store) -> Store:
    with store.writing() as write:
        write.put_crisis(WORLD.crisis)
    return store


IF_LONGER = Scenario(name="truce a day longer", edits=(CeasefireEnds(ceasefire="t", at=MONDAY),))


def save(home: Store, *, people: int = 8_000, seed: int = 1, scenario: Scenario = BASELINE) -> str:
    digest = home.save_snapshot(replace(WORLD, seed=seed, scenario=scenario))
    with home.writing() as write:
        return write.save_plan(plan_for(digest, people=people), created_at=MONDAY, created_by="nour").id


def count_parts(home: Store) -> int:
    with home._engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(BlobRow)) or 0


def test_a_snapshot_comes_back_and_is_kept_once(home: Store) -> None:
    digest = home.save_snapshot(WORLD)
    parts = count_parts(home)

    assert home.save_snapshot(WORLD) == digest
    assert home.load_snapshot(digest) == WORLD
    assert count_parts(home) == parts
    with home.reading() as read:
        assert read.has_snapshot(digest)
        assert not read.has_snapshot("0" * 64)


def test_a_scenario_adds_only_the_parts_in_which_it_differs(home: Store) -> None:
    home.save_snapshot(WORLD)
    parts = count_parts(home)

    home.save_snapshot(replace(WORLD, policy=replace(WORLD.policy, risk_cap_p=0.5)))

    assert count_parts(home) == parts + 1


def test_the_network_of_a_crisis_is_the_same_part(home: Store) -> None:
    home.save_snapshot(WORLD)
    parts = count_parts(home)

    with home.writing() as write:
        write.put_network(WORLD.crisis.id, WORLD.network)

    assert count_parts(home) == parts


def test_a_snapshot_nobody_saved_is_not_found(home: Store) -> None:
    with pytest.raises(NotFound):
        home.load_snapshot("0" * 64)


def test_a_plan_comes_back_with_its_card(home: Store) -> None:
    plan_id = save(home)

    with home.reading() as read:
        stored = read.get_plan(plan_id)
    plan = plan_for(stored.card.snapshot)
    assert stored.plan == plan
    assert stored.card.digest == codec.plan_digest(plan)
    assert stored.card.digest.startswith(plan_id)
    assert (stored.card.status, stored.card.people_reached, stored.card.horizon) == ("feasible", 8_000, plan.horizon)
    assert (stored.card.created_by, stored.card.published_at) == ("nour", None)


def test_the_same_plan_is_kept_once(home: Store) -> None:
    assert save(home) == save(home)

    with home.reading() as read:
        assert len(read.list_plans(WORLD.crisis.id)) == 1


def test_the_latest_plan_is_the_one_saved_last(home: Store) -> None:
    with pytest.raises(NotFound, match="qafila plan new"), home.reading() as read:
        read.get_plan("latest")
    first, second = save(home, people=1), save(home, people=2)

    with home.reading() as read:
        assert read.get_plan("latest").card.id == second
        assert read.get_plan("latest", crisis=WORLD.crisis.id).card.id == second
        assert [card.id for card in read.list_plans(WORLD.crisis.id)] == [second, first]
        with pytest.raises(NotFound):
            read.get_plan("latest", crisis="sudan")
        with pytest.raises(NotFound, match="No plan 'nope'"):
            read.get_plan("nope")


def test_a_scenario_s_plan_is_never_the_latest(home: Store) -> None:
    plain = save(home, people=1)
    supposed = save(home, people=2, scenario=IF_LONGER)

    with home.reading() as read:
        assert read.get_plan("latest").card.id == plain
        assert read.get_plan_card("latest", crisis=WORLD.crisis.id).id == plain
        assert [(card.id, card.supposed) for card in read.list_plans(WORLD.crisis.id)] == [
            (supposed, True), (plain, False)
        ]  # fmt: skip
        assert [card.id for card in read.list_plans(WORLD.crisis.id, supposed=False)] == [plain]
        assert read.get_plan(supposed).card.supposed


def test_that_a_plan_supposes_is_kept_as_it_was_written(home: Store) -> None:
    supposed = save(home, scenario=IF_LONGER)
    with pytest.raises(DBAPIError, match="kept as they were written"), home._engine.begin() as connection:
        connection.execute(text("UPDATE plan SET supposed = :no WHERE id = :id"), {"no": False, "id": supposed})


def test_plans_from_before_are_told_from_scenarios(home: Store) -> None:
    plain, supposed = save(home, people=1), save(home, people=2, scenario=IF_LONGER)
    with for_writing(home._engine).begin() as connection:
        migrate.downgrade(connection, "0004")
        migrate.upgrade(connection)

    with home.reading() as read:
        assert {card.id: card.supposed for card in read.list_plans(WORLD.crisis.id)} == {plain: False, supposed: True}


def test_a_plan_without_its_snapshot_is_refused(home: Store) -> None:
    with pytest.raises(NotFound, match="Save it first"), home.writing() as write:
        write.save_plan(plan_for("0" * 64), created_at=MONDAY, created_by="nour")


def test_publishing_changes_the_card_and_nothing_else(home: Store) -> None:
    plan_id = save(home)
    with home.writing() as write:
        before = write.get_plan(plan_id)
        card = write.publish_plan(plan_id, at=MONDAY + HOUR, by="sami")
    assert card == replace(before.card, published_at=MONDAY + HOUR, published_by="sami")

    with pytest.raises(Refused, match="published already"), home.writing() as write:
        write.publish_plan(plan_id, at=MONDAY, by="nour")
    with home.writing() as write:
        assert write.withdraw_plan(plan_id) == before.card
        assert write.get_plan(plan_id) == before
    with pytest.raises(NotFound), home.writing() as write:
        write.publish_plan("nope", at=MONDAY, by="nour")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE plan SET body = '{}'",
        "UPDATE plan SET created_by = 'somebody else'",
        "DELETE FROM plan",
        "UPDATE snapshot SET manifest = '{}'",
        "DELETE FROM snapshot",
        "UPDATE blob SET kind = 'x'",
        "DELETE FROM blob",
        "UPDATE audit SET actor = 'somebody else'",
        "DELETE FROM audit",
    ],
)
def test_the_database_itself_keeps_plans_snapshots_and_audit(home: Store, change: str) -> None:
    save(home)
    with home.writing() as write:
        write.append_audit(actor="nour", action="plan.new", target="plan", at=MONDAY)

    with pytest.raises(DBAPIError, match="kept as they were written"), home._engine.begin() as connection:
        connection.execute(text(change))


def test_the_database_itself_wants_a_publisher_of_a_published_plan(home: Store) -> None:
    save(home)

    with pytest.raises(DBAPIError, match="ck_plan_published"), home._engine.begin() as connection:
        connection.execute(text("UPDATE plan SET state = 'published'"))


def test_the_audit_is_a_chain(home: Store) -> None:
    with home.writing() as write:
        first = write.append_audit(actor="nour", action="plan.publish", target="a1", at=MONDAY, detail={"people": 3})
        second = write.append_audit(actor="sami", action="plan.publish", target="ü\n", at=MONDAY + 1)
        assert (first.position, first.previous, second.previous) == (1, "", first.digest)

    with home.reading() as read:
        assert read.list_audit() == (second, first)
        assert read.check_audit() == AuditCheck(ok=True, rows=2, head=second.digest, broken_at=None)


def test_a_changed_audit_entry_is_found(home: Store) -> None:
    with home.writing() as write:
        for number in range(3):
            write.append_audit(actor="nour", action="login", target=str(number), at=MONDAY)
    # Somebody with full rights over the database takes the trigger away first.
    drop = "DROP TRIGGER audit_kept ON audit" if home.kind == "postgresql" else "DROP TRIGGER audit_no_update"
    with home._engine.begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE audit SET actor = 'sami' WHERE position = 2"))

    with home.reading() as read:
        check = read.check_audit()
    assert (check.ok, check.broken_at) == (False, 2)


def test_a_name_is_erased_and_what_was_done_stays(home: Store) -> None:
    with home.writing() as write:
        write.put_actor("u7", "Nour")
        write.put_actor("u7", "Nour H.")
        entry = write.append_audit(actor="u7", action="login", target="", at=MONDAY)
        assert write.find_actor_name("u7") == "Nour H."

    with home.writing() as write:
        write.erase_actor("u7")

    with home.reading() as read:
        assert read.find_actor_name("u7") is None
        assert read.list_audit() == (entry,)
    with pytest.raises(NotFound), home.writing() as write:
        write.erase_actor("u7")
