"""An order kept on disk is found again, and believed only as long as it is whole."""

import logging
import multiprocessing
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from routing.travel import engine, hierarchy, orders, shelf
from routing.travel.engine import TravelEngine
from routing.travel.hierarchy import Hierarchy
from routing.travel.shelf import find_kept, keep
from tests.benchmarks.road_maps import draw_map
from tests.routing.travel.builders import KM_S, network, road

ROADS = draw_map(300)
ARCS = ROADS.arcs()
EVERYWHERE = np.arange(300)


def times(ordered: Hierarchy) -> list[list[int]]:
    metric = ordered.metric(ARCS.seconds(np.zeros(0, dtype=np.uint32), loaded=True))
    found: list[list[int]] = metric.table(EVERYWHERE, EVERYWHERE).tolist()
    return found


def never_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Hierarchy) -> None:
        pytest.fail("The map was ordered although its order is on the shelf.")

    monkeypatch.setattr(Hierarchy, "_order", refuse)


def test_a_map_is_ordered_once_and_read_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = times(Hierarchy(ARCS, tmp_path / "shelf"))
    never_ordered(monkeypatch)
    assert times(Hierarchy(ARCS, tmp_path / "shelf")) == first


def test_another_map_has_another_place_on_the_shelf_and_other_weights_the_same() -> None:
    later = draw_map(300, seed=7).arcs()
    slower = draw_map(300).arcs()
    slower.loaded_s[0] += 60
    assert later.digest() != ARCS.digest() == slower.digest()


@pytest.mark.parametrize("what", ["a bit turned", "cut short", "empty", "a file gone", "no list", "a list of nonsense"])
def test_an_order_that_is_not_whole_is_made_anew_and_kept(
    what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = times(Hierarchy(ARCS, tmp_path))
    (folder,) = tmp_path.iterdir()
    file, contents = folder / "order", folder / "contents.json"
    held = bytearray(file.read_bytes())
    held[17] ^= 64
    match what:
        case "a bit turned":
            file.write_bytes(held)
        case "cut short":
            file.write_bytes(held[:-4])
        case "empty":
            file.write_bytes(b"")
        case "a file gone":
            file.unlink()
        case "no list":
            contents.unlink()
        case _:
            contents.write_text("[]")
    with caplog.at_level(logging.WARNING):
        assert times(Hierarchy(ARCS, tmp_path)) == expected
    assert "made anew" in caplog.text
    never_ordered(monkeypatch)
    assert times(Hierarchy(ARCS, tmp_path)) == expected


def test_a_writer_that_fails_midway_leaves_nothing_and_costs_only_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full_disk(_: Path) -> dict[str, str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "_contents", full_disk)
    with caplog.at_level(logging.WARNING):
        Hierarchy(ARCS, tmp_path)
    assert (list(tmp_path.iterdir()), "could not be kept" in caplog.text) == ([], True)


def test_who_comes_second_leaves_what_the_first_has_kept(tmp_path: Path) -> None:
    keep(tmp_path, "map", lambda folder: _write(folder, "first"))
    keep(tmp_path, "map", lambda folder: _write(folder, "second"))
    assert [folder.name for folder in tmp_path.iterdir()] == ["map"]
    assert find_kept(tmp_path, "map", lambda folder: (folder / "said").read_text()) == "first"


def test_of_many_maps_the_ones_used_last_are_kept(tmp_path: Path) -> None:
    for k in range(7):
        keep(tmp_path, f"map-{k}", lambda folder: _write(folder, "kept"))
    assert sorted(folder.name for folder in tmp_path.iterdir()) == [f"map-{k}" for k in range(3, 7)]


def test_processes_that_order_the_same_map_at_once_all_end_well(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    both = [start.Process(target=Hierarchy, args=(ARCS, tmp_path)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert [each.exitcode for each in both] == [0, 0]
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith(ARCS.digest())


def test_an_engine_keeps_its_order_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roads = network(road("a-b"), road("b-c"))
    TravelEngine(roads, shelf=tmp_path)
    assert hierarchy.AT_HAND
    never_ordered(monkeypatch)
    assert TravelEngine(roads, shelf=tmp_path).seconds_table(["a"], ["c"]).tolist() == [[2 * KM_S]]


def test_an_order_of_another_map_under_this_ones_name_is_not_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As many places and roads, every byte as it was written: only the name in its list gives the stranger away."""
    mirrored = replace(ARCS, tail=ARCS.head, head=ARCS.tail)
    Hierarchy(mirrored, tmp_path / "other")
    (stranger,) = (tmp_path / "other").iterdir()
    shutil.copytree(stranger, tmp_path / "mine" / f"{ARCS.digest()}-rk1")
    with caplog.at_level(logging.WARNING):
        assert times(Hierarchy(ARCS, tmp_path / "mine")) == times(Hierarchy(ARCS))
    assert "made anew" in caplog.text


def test_the_engine_of_a_network_is_made_once_and_of_a_large_one_the_order_is_kept_for_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads = network(road("a-b"), road("b-c"))
    assert TravelEngine.of(roads) is TravelEngine.of(roads)
    monkeypatch.setattr(engine, "WORTH_KEEPING", 3)
    monkeypatch.setattr(orders.ORDERS, "folder", tmp_path)
    assert TravelEngine.of(network(road("a-b"))).seconds_table(["a"], ["b"]).tolist() == [[KM_S]]
    assert list(tmp_path.iterdir()) == []
    TravelEngine.of(replace(roads))
    never_ordered(monkeypatch)
    assert TravelEngine.of(replace(roads)).seconds_table(["a"], ["c"]).tolist() == [[2 * KM_S]]


def _write(folder: Path, said: str) -> None:
    (folder / "said").write_text(said)
