"""A form sent twice is done once: in a row, at the same time, and after a failure."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from planner.domain.errors import BadInput, Refused
from planner.store.receipts import KEPT_S, AlreadyDone, note_location, receipt
from planner.store.store import Store
from tests.databases import Database
from tests.planner.store.examples import MONDAY

pytest_plugins = ["tests.database_fixtures"]
PEOPLE = 8


def deed(store: Store, target: str = "convoy:c1") -> None:
    with store.writing() as write:
        write.append_audit(actor="p1", action="advance", target=target, at=MONDAY)


def refused_deed(store: Store) -> None:
    with store.writing() as write:
        write.append_audit(actor="p1", action="advance", target="lost", at=MONDAY)
        raise Refused("no letter")


def done(store: Store) -> list[str]:
    with store.reading() as read:
        return [entry.target for entry in reversed(read.list_audit())]


def test_a_form_sent_twice_is_done_once_and_leads_to_the_same_place(store: Store) -> None:
    with receipt("t1", actor="p1", at=MONDAY):
        deed(store)
    note_location(store, "t1", "/convoys?sel=convoy:c1")

    with pytest.raises(AlreadyDone) as again, receipt("t1", actor="p1", at=MONDAY + 5):
        deed(store)

    assert again.value.location == "/convoys?sel=convoy:c1"
    assert done(store) == ["convoy:c1"]


def test_where_the_first_answer_was_lost_the_place_is_not_known(store: Store) -> None:
    with receipt("t1", actor="p1", at=MONDAY):
        deed(store)

    with pytest.raises(AlreadyDone) as again, receipt("t1", actor="p1", at=MONDAY):
        deed(store)

    assert again.value.location is None


def test_two_forms_are_two_deeds(store: Store) -> None:
    for token in ("t1", "t2"):
        with receipt(token, actor="p1", at=MONDAY):
            deed(store, token)

    assert done(store) == ["t1", "t2"]


def test_a_deed_of_several_writes_has_one_receipt(store: Store) -> None:
    with receipt("t1", actor="p1", at=MONDAY):
        deed(store, "first")
        deed(store, "second")

    assert done(store) == ["first", "second"]


def test_what_failed_may_be_sent_again(store: Store) -> None:
    with pytest.raises(Refused, match="no letter"), receipt("t1", actor="p1", at=MONDAY):
        refused_deed(store)

    with receipt("t1", actor="p1", at=MONDAY):
        deed(store)

    assert done(store) == ["convoy:c1"]


def test_a_write_beside_the_form_needs_no_receipt(store: Store) -> None:
    with receipt("t1", actor="p1", at=MONDAY):
        deed(store)
    deed(store, "beside")

    assert done(store) == ["convoy:c1", "beside"]


def test_a_form_of_somebody_else_is_not_answered(store: Store) -> None:
    with receipt("t1", actor="p1", at=MONDAY):
        deed(store)

    with pytest.raises(BadInput, match="somebody else"), receipt("t1", actor="p2", at=MONDAY):
        deed(store)


def test_an_old_receipt_is_forgotten(store: Store) -> None:
    with receipt("t1", actor="p1", at=MONDAY):
        deed(store)
    with receipt("t2", actor="p1", at=MONDAY + KEPT_S + 1):
        deed(store)
    with receipt("t1", actor="p1", at=MONDAY + KEPT_S + 2):
        deed(store)

    assert len(done(store)) == 3


@pytest.mark.parametrize("token", ["", "t" * 201])
def test_a_token_has_a_size(token: str) -> None:
    with pytest.raises(BadInput, match="Load the form again"), receipt(token, actor="p1", at=MONDAY):
        pass


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    opened = [database.open() for _ in range(PEOPLE)]
    yield opened
    for store in opened:
        store.close()


def test_of_eight_at_once_one_is_done(stores: list[Store]) -> None:
    start = Barrier(PEOPLE)

    def send(store: Store) -> bool:
        start.wait()
        try:
            with receipt("t1", actor="p1", at=MONDAY):
                deed(store)
        except AlreadyDone:
            return False
        return True

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(send, stores))

    assert answers.count(True) == 1
    assert done(stores[0]) == ["convoy:c1"]


def test_of_eight_at_once_the_next_is_done_where_the_first_fails(stores: list[Store]) -> None:
    start = Barrier(PEOPLE)

    def send(numbered: tuple[int, Store]) -> str:
        number, store = numbered
        start.wait()
        try:
            with receipt("t1", actor="p1", at=MONDAY):
                (refused_deed if number % 2 else deed)(store)
        except AlreadyDone:
            return "already"
        except Refused:
            return "refused"
        return "done"

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(send, enumerate(stores)))

    assert answers.count("done") == 1
    assert done(stores[0]) == ["convoy:c1"]
