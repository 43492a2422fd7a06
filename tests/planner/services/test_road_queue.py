"""Road files wait for a worker, are looked at, and take the place of the roads only by somebody's word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.domain.errors import BadInput, NotFound, Refused
from planner.services.crises import load_seed, load_world
from planner.services.road_queue import (
    LARGEST_BYTES,
    RoadWish,
    ask_to_store,
    drop_roads,
    list_roads,
    queue_roads,
    view_roads,
    work_roads_once,
)
from planner.store.records import LostClaim, RoadClaim
from planner.store.store import Store
from routing.network import RoadNetwork
from tests.planner.services.test_road_import import NOON, SEED, report_on, rows_of
from tests.routing.readers.files import geojson

pytest_plugins = ["tests.database_fixtures"]
Queue = Callable[..., int]


def network(store: Store) -> RoadNetwork:
    return load_world(store, SEED).network


@pytest.fixture
def ready(store: Store) -> Store:
    load_seed(store, SEED, actor="nour", at=NOON)
    return store


@pytest.fixture
def queue(ready: Store, tmp_path: Path) -> Queue:
    """Bring the crisis's own roads in, less some."""

    def bring(*without: str, name: str = "roads.geojson") -> int:
        content = geojson(tmp_path / "roads.geojson", rows_of(network(ready), *without)).read_bytes()
        return queue_roads(ready, SEED, name, content, RoadWish(), by="nour", at=NOON)

    return bring


def worked(store: Store, name: str = "w1") -> int | None:
    return work_roads_once(store, name, lambda: NOON, beat_s=60)


def store_it(store: Store, number: int, *, lost: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> None:
    _card, report = view_roads(store, SEED, number)
    assert report is not None
    ask_to_store(
        store, SEED, number, seen=report["digest"], allow_lost=frozenset(lost), leave_off=frozenset(off), by="nour",
        at=NOON,
    )  # fmt: skip


def test_a_file_is_looked_at_by_a_worker_and_stored_by_somebodys_word(ready: Store, queue: Queue) -> None:
    before = network(ready)
    number = queue(name="../../etc/my roads.geojson")
    assert view_roads(ready, SEED, number)[0].state == "queued"

    assert worked(ready) == number
    card, report = view_roads(ready, SEED, number)
    assert (card.file, card.state) == ("my_roads.geojson", "looked")
    assert report is not None
    assert report["identity"]["kept"] > 0
    assert network(ready) == before

    store_it(ready, number)
    assert worked(ready) == number
    assert view_roads(ready, SEED, number)[0].state == "stored"
    assert network(ready) != before
    assert worked(ready) is None
    with ready.reading() as read:
        assert [entry.action for entry in read.list_audit()][:2] == ["import network", "bring roads in"]


def test_what_would_be_lost_is_not_stored_before_somebody_lets_it_go(ready: Store, queue: Queue) -> None:
    report_on(ready, "varn--hightop", "closed")
    before = network(ready)
    number = queue("varn--hightop")
    worked(ready)

    store_it(ready, number)
    worked(ready)
    card, report = view_roads(ready, SEED, number)
    assert card.state == "looked"
    assert card.error == "refused"
    assert report is not None
    assert [one["segment"] for one in report["lost"]] == ["varn--hightop"]
    assert network(ready) == before

    store_it(ready, number, lost=("varn--hightop",), off=("all",))
    worked(ready)
    assert view_roads(ready, SEED, number)[0].state == "stored"
    assert "varn--hightop" not in network(ready).segments


def test_another_network_than_the_one_shown_is_shown_first(ready: Store, queue: Queue) -> None:
    number = queue()
    worked(ready)
    ask_to_store(
        ready, SEED, number, seen="0" * 64, allow_lost=frozenset(), leave_off=frozenset(), by="nour", at=NOON
    )  # fmt: skip
    before = network(ready)
    worked(ready)
    card, _report = view_roads(ready, SEED, number)
    assert (card.state, network(ready)) == ("looked", before)
    assert card.error == "changed"


def test_a_file_that_cannot_be_read_fails_with_its_reason_and_keeps_nothing(ready: Store) -> None:
    number = queue_roads(ready, SEED, "roads.geojson", b"{]", RoadWish(), by="nour", at=NOON)
    worked(ready)
    card, report = view_roads(ready, SEED, number)
    assert card.state == "failed"
    assert (card.error or "").startswith("roads.geojson")
    assert report is None
    with pytest.raises(Refused, match="is failed"):
        drop_roads(ready, SEED, number, by="nour", at=NOON)


def test_a_dropped_file_is_gone_and_changes_nothing(ready: Store, queue: Queue) -> None:
    number, before = queue(), network(ready)
    with pytest.raises(Refused, match="is queued"):
        drop_roads(ready, SEED, number, by="nour", at=NOON)
    worked(ready)
    drop_roads(ready, SEED, number, by="nour", at=NOON)
    assert [card.state for card in list_roads(ready, SEED)] == ["dropped"]
    with pytest.raises(Refused, match="is dropped"):
        store_it(ready, number)
    assert network(ready) == before


def test_the_file_of_a_dead_worker_is_taken_over_three_times_at_most(ready: Store, queue: Queue) -> None:
    number = queue()
    claim: RoadClaim | None = None
    for attempt in range(3):
        with ready.writing() as write:
            claim = write.claim_road_import(f"dead-{attempt}", now=NOON + 100 * attempt, lease_s=60)
        assert claim is not None
        assert claim.card.id == number
    with ready.writing() as write:
        assert write.claim_road_import("next", now=NOON + 290, lease_s=60) is None, "the last one still has its lease"
        assert write.claim_road_import("next", now=NOON + 900, lease_s=60) is None
    assert view_roads(ready, SEED, number)[0].state == "failed"
    assert claim is not None
    with pytest.raises(LostClaim), ready.writing() as write:
        write.end_road_look(claim, {})


@pytest.mark.parametrize(
    ("name", "content", "classes", "said"),
    [
        ("roads.csv", b"x", "", "this kind of file is not read"),
        ("", b"x", "", "this kind of file is not read"),
        ("roads.pbf", b"", "", "is empty"),
        ("roads.pbf", b"x" * (LARGEST_BYTES + 1), "", "network import"),
        ("roads.pbf", b"x", "otherwise = [", "Mend the TOML"),
    ],
)
def test_what_cannot_be_a_road_file_is_refused_at_once(
    ready: Store, name: str, content: bytes, classes: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        queue_roads(ready, SEED, name, content, RoadWish(classes=classes), by="nour", at=NOON)
    assert list_roads(ready, SEED) == ()


def test_a_file_of_another_crisis_is_not_there(ready: Store, queue: Queue) -> None:
    number = queue()
    with pytest.raises(NotFound):
        view_roads(ready, "syria-2016-09", number)
