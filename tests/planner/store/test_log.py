"""The log: records are added at the end by one writer at a time, and stay as they were written."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from planner.domain.errors import BadInput, NotFound
from planner.store.records import Recorded
from planner.store.store import Store
from routing.evidence import Evidence, Retraction, known_at, standing
from routing.units import HOUR, Window
from tests.databases import Database
from tests.planner.store.examples import MONDAY, SYRIA, gate_report, records

pytest_plugins = ["tests.database_fixtures"]


@pytest.fixture
def syria(store: Store) -> Store:
    with store.writing() as write:
        write.put_crisis(SYRIA)
    return store


def add(store: Store, *added: Evidence, at: int = MONDAY) -> tuple[int, ...]:
    with store.writing() as write:
        return write.append("syria", added, actor="nour", recorded_at=at)


def whole_log(store: Store) -> tuple[Evidence, ...]:
    with store.reading() as read:
        return read.log("syria")


def test_positions_follow_one_another(syria: Store) -> None:
    assert add(syria, gate_report(), gate_report("closed")) == (1, 2)
    assert add(syria) == ()
    assert add(syria, gate_report("by_permit"), at=MONDAY + HOUR) == (3,)

    with syria.reading() as read:
        assert read.head("syria") == 3
        assert [record.position for record in read.log("syria", known=2)] == [1, 2]
        last = read.list_recorded("syria")[-1]
        assert last == Recorded(evidence=read.get_evidence("syria", 3), actor="nour", recorded_at=MONDAY + HOUR)


def test_an_earlier_as_of_is_not_changed_by_what_is_learned_later(syria: Store) -> None:
    add(syria, gate_report(at=MONDAY), gate_report("closed", at=MONDAY + 2 * HOUR))
    before = standing(whole_log(syria), known_at(whole_log(syria), MONDAY + HOUR))

    add(syria, gate_report("by_permit", at=MONDAY))

    assert standing(whole_log(syria), known_at(whole_log(syria), MONDAY + HOUR)) == before


@given(drawn=st.lists(records(), min_size=2, max_size=4))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_record_comes_back_as_it_was(syria: Store, drawn: list[Evidence]) -> None:
    first, *others = drawn
    kept = [record for record in (first, *others) if not isinstance(record.fact, Retraction)]

    positions = add(syria, *kept)

    with syria.reading() as read:
        back = [read.get_evidence("syria", position) for position in positions]
    assert [_without_position(record) for record in back] == [_without_position(record) for record in kept]


def test_a_withdrawn_record_stays_but_no_longer_stands(syria: Store) -> None:
    add(syria, gate_report(), gate_report("closed"))

    with syria.writing() as write:
        assert write.retract("syria", 1, "wrong gate", actor="nour", at=MONDAY, source="monitor") == 3

    assert len(whole_log(syria)) == 3
    assert [record.position for record in standing(whole_log(syria), 3)] == [2]
    for withdrawn in (1, 3):
        with pytest.raises(BadInput, match="cannot be withdrawn"), syria.writing() as write:
            write.retract("syria", withdrawn, "again", actor="nour", at=MONDAY, source="monitor")
    with pytest.raises(NotFound, match="The last one is 3"), syria.writing() as write:
        write.retract("syria", 9, "no such", actor="nour", at=MONDAY, source="monitor")


def test_a_batch_with_one_bad_record_leaves_nothing(syria: Store) -> None:
    future = Evidence(
        position=0, learned_at=MONDAY, valid=Window(MONDAY), source="monitor", fact=Retraction(position=2)
    )  # fmt: skip

    with pytest.raises(BadInput, match="does not stand before it"):
        add(syria, gate_report(), future)

    assert whole_log(syria) == ()


def test_a_numbered_record_goes_only_to_its_own_place(syria: Store) -> None:
    add(syria, gate_report())
    numbered = whole_log(syria)[0]

    with pytest.raises(BadInput, match="names position 1, but the next one"):
        add(syria, numbered)


def test_evidence_needs_its_crisis(store: Store) -> None:
    with pytest.raises(NotFound, match="Loaded: none"):
        add(store, gate_report())


def test_two_homes_loaded_alike_hold_the_same_log(syria: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    other_home = Database(kind="sqlite", address=str(tmp_path_factory.mktemp("other") / "home.db")).open()
    other_home.migrate()
    with other_home.writing() as write:
        write.put_crisis(SYRIA)
    for home in (syria, other_home):
        add(home, gate_report(), gate_report("closed"))

    assert whole_log(syria) == whole_log(other_home)
    other_home.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET note = 'changed'",
        "UPDATE log SET position = 9 WHERE position = 2",
        "DELETE FROM log",
        "DELETE FROM log WHERE position = 2",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(syria: Store, change: str) -> None:
    add(syria, gate_report(), gate_report("closed"))
    before = whole_log(syria)

    with pytest.raises(DBAPIError, match="kept as they were written"), syria._engine.begin() as connection:
        connection.execute(text(change))

    assert whole_log(syria) == before


@pytest.mark.parametrize("position", [1, 2, 4, 0])
def test_the_database_itself_takes_only_the_next_position(syria: Store, position: int) -> None:
    add(syria, gate_report(), gate_report("closed"))
    columns = (
        "crisis, learned_at, recorded_at, actor, valid_from, valid_to, kind, source, reliability, credibility, note, "
        "synthetic, fact"
    )
    copy = f"INSERT INTO log (position, {columns}) SELECT {position}, {columns} FROM log WHERE position = 1"  # noqa: S608 - literals

    with pytest.raises(DBAPIError, match="added at the end"), syria._engine.begin() as connection:
        connection.execute(text(copy))


def test_not_even_a_replacing_insert_gets_round_the_triggers(syria: Store) -> None:
    if syria.kind == "postgresql":
        change, message = "TRUNCATE log", "kept as they were written"
    else:
        change, message = "INSERT OR REPLACE INTO log SELECT * FROM log WHERE position = 1", "added at the end"
    add(syria, gate_report())

    with pytest.raises(DBAPIError, match=message), syria._engine.begin() as connection:
        connection.execute(text(change))


def test_writers_at_the_same_time_leave_no_gap_and_no_double(database: Database, syria: Store) -> None:
    start = threading.Barrier(4)

    def write_some(writer: int) -> list[int]:
        own = database.open()
        start.wait()
        got = [position for _ in range(5) for position in add(own, gate_report(gate=f"gate-{writer}"), gate_report())]
        own.close()
        return got

    with ThreadPoolExecutor(4) as pool:
        given_out = [position for positions in pool.map(write_some, range(4)) for position in positions]

    assert sorted(given_out) == list(range(1, 41))
    assert [record.position for record in whole_log(syria)] == list(range(1, 41))


def test_a_reader_sees_one_state_while_others_write(database: Database, syria: Store) -> None:
    add(syria, gate_report())
    other = database.open()

    with syria.reading() as read:
        assert read.head("syria") == 1
        add(other, gate_report("closed"))
        assert read.head("syria") == 1
        assert len(read.log("syria")) == 1

    assert len(whole_log(syria)) == 2
    other.close()


def _without_position(record: Evidence) -> tuple[object, ...]:
    return (
        record.learned_at, record.valid, record.fact, record.source, record.reliability, record.credibility,
        record.note, record.synthetic,
    )  # fmt: skip
