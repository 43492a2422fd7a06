"""Driving times by number: what is wrong is refused, threads never meet, and no use of it ends the process."""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.errors import InvalidNetwork, MetricInUse, UnknownId
from routing.travel import hierarchy
from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.travel.hierarchy import Hierarchy, HierarchyMetric
from routing.travel.metric import Metric, Topology
from routing.travel.plain_search import PlainMap

NONE: Numbers = np.zeros(0, dtype=np.uint32)
KINDS: tuple[type[Hierarchy | PlainMap], ...] = (Hierarchy, PlainMap)


def arrays(places: int, arcs: Sequence[tuple[int, int]], seconds: Sequence[int]) -> ArcArrays:
    weights = np.array(seconds, dtype=np.uint32)
    return ArcArrays(
        places=places, segments=len(arcs),
        tail=np.array([a for a, _ in arcs], dtype=np.uint32), head=np.array([b for _, b in arcs], dtype=np.uint32),
        segment=np.arange(len(arcs), dtype=np.uint32), empty_s=weights, loaded_s=weights,
        longitude=np.arange(places, dtype=np.float32) % 5, latitude=np.arange(places, dtype=np.float32) // 5,
    )  # fmt: skip


CHAIN = arrays(4, [(0, 1), (1, 2), (2, 3), (0, 3)], [10, 20, 30, 100])


def metric_of(kind: type[Hierarchy | PlainMap], arcs: ArcArrays = CHAIN) -> Metric:
    topology: Topology = kind(arcs)
    return topology.metric(arcs.seconds(NONE, loaded=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_way_has_its_arcs_in_driving_order(kind: type[Hierarchy | PlainMap]) -> None:
    metric = metric_of(kind)
    found = metric.way(0, 3)
    assert found is not None
    assert (found[0], found[1].tolist()) == (60, [0, 1, 2])
    assert metric.way(3, 0) is None
    there = metric.way(2, 2)
    assert there is not None
    assert (there[0], there[1].tolist()) == (0, [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", [-1, 4, 2**32, 2**63, 0.5, "1", None, [[0]], True])
def test_what_is_no_place_is_an_error_by_name(kind: type[Hierarchy | PlainMap], wrong: object) -> None:
    metric = metric_of(kind)
    asked = wrong if isinstance(wrong, list) else [wrong]
    for rows, columns in ((asked, [0]), ([0], asked)):
        with pytest.raises(UnknownId, match="place"):
            metric.table(rows, columns)  # type: ignore[arg-type] # this is the point


@pytest.mark.parametrize("kind", KINDS)
def test_arcs_and_weights_that_do_not_exist_are_refused_and_change_nothing(kind: type[Hierarchy | PlainMap]) -> None:
    metric = metric_of(kind)
    for arcs, seconds in (
        ([4], [1]),
        ([-1], [1]),
        ([0], [-1]),
        ([0], [2**31]),
        ([0], [1, 2]),
        ([0.5], [1]),
        ([0], [0.5]),
    ):
        with pytest.raises(UnknownId):
            metric.reweigh(arcs, seconds)
    with pytest.raises(UnknownId, match="4 arcs"):
        kind(CHAIN).metric(np.zeros(3, dtype=np.uint32))
    assert metric.table([0], [3]).tolist() == [[60]]


def test_arrays_that_contradict_each_other_are_refused_before_the_hierarchy_sees_them() -> None:
    with pytest.raises(InvalidNetwork, match="tail holds 7"):
        arrays(2, [(7, 1)], [1])
    with pytest.raises(InvalidNetwork, match="stands for no way"):
        arrays(2, [(0, 1)], [2**31])
    with pytest.raises(InvalidNetwork, match="longitude"):
        ArcArrays(
            places=2, segments=0, tail=NONE, head=NONE, segment=NONE, empty_s=NONE, loaded_s=NONE,
            longitude=np.zeros(1, dtype=np.float32), latitude=np.zeros(2, dtype=np.float32),
        )  # fmt: skip
    with pytest.raises(UnknownId, match="segment number 4"):
        CHAIN.seconds(np.array([4], dtype=np.uint32), loaded=True)


@st.composite
def graphs(draw: st.DrawFn) -> ArcArrays:
    places = draw(st.integers(2, 25))
    place = st.integers(0, places - 1)
    arcs = draw(st.lists(st.tuples(place, place).filter(lambda ends: ends[0] != ends[1]), min_size=1, max_size=70))
    return arrays(places, arcs, [draw(st.integers(1, 1_000)) for _ in arcs])


def searched(arcs: ArcArrays, seconds: NDArray[np.uint32]) -> NDArray[np.int64]:
    fastest = np.full((arcs.places, arcs.places), np.inf)
    np.minimum.at(fastest, (arcs.tail, arcs.head), np.where(seconds < UNREACHABLE, seconds, np.inf))
    found = dijkstra(csr_array(np.where(np.isfinite(fastest), fastest, 0)))
    return np.where(np.isfinite(found), found, UNREACHABLE).astype(np.int64)


@pytest.mark.parametrize("few", [0, 3, 50])
@settings(max_examples=settings().max_examples // 2)
@given(arcs=graphs(), choice=st.data())
def test_after_any_row_of_changes_times_and_ways_are_those_of_a_plain_search(
    few: int, *, arcs: ArcArrays, choice: st.DataObject
) -> None:
    """Whether a change is worked in arc by arc (below `few`) or as a whole, and whatever was changed before."""
    number = st.integers(0, len(arcs.tail) - 1)
    weight = st.one_of(st.integers(1, 1_000), st.just(UNREACHABLE))
    everywhere = np.arange(arcs.places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hierarchy, "FEW_ARCS", few)
        metrics = [metric_of(kind, arcs) for kind in KINDS]
        for change in choice.draw(st.lists(st.dictionaries(number, weight, max_size=8), max_size=4)):
            for metric in metrics:
                metric.reweigh(list(change), list(change.values()))
            seconds = metrics[0].seconds
            expected = searched(arcs, seconds)
            origin, destination = choice.draw(st.tuples(*[st.integers(0, arcs.places - 1)] * 2))
            for metric in metrics:
                np.testing.assert_array_equal(metric.table(everywhere, everywhere), expected)
                way = metric.way(origin, destination)
                if way is None:
                    assert expected[origin, destination] == UNREACHABLE
                    continue
                assert way[0] == expected[origin, destination] == seconds[way[1]].astype(np.int64).sum()
                stops = [origin, *arcs.head[way[1]].tolist()]
                assert (arcs.tail[way[1]].tolist(), stops[-1]) == (stops[:-1], destination)


class _Slow(HierarchyMetric):
    """A metric whose answers take until told."""

    def __init__(self) -> None:
        super().__init__(Hierarchy(CHAIN), CHAIN.seconds(NONE, loaded=True))
        self.asked, self.go_on = threading.Event(), threading.Event()

    def _find_table(self, rows: Numbers, columns: Numbers) -> NDArray[np.int64]:
        self.asked.set()
        assert self.go_on.wait(10)
        return super()._find_table(rows, columns)


def test_new_weights_are_refused_while_somebody_asks_and_welcome_afterwards() -> None:
    metric = _Slow()
    answers: list[NDArray[np.int64]] = []
    asking = threading.Thread(target=lambda: answers.append(metric.table([0], [3])))
    asking.start()
    assert metric.asked.wait(10)
    with pytest.raises(MetricInUse):
        metric.reweigh([0], [500])
    metric.go_on.set()
    asking.join(10)
    metric.reweigh([0], [500])
    assert (answers[0].tolist(), metric.table([0], [3]).tolist()) == ([[60]], [[100]])


def test_who_waited_while_the_weights_changed_is_told_so_instead_of_getting_another_answer() -> None:
    metric = metric_of(Hierarchy)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            metric.table([0], [3])
        except MetricInUse as told:
            caught.append(told)

    with metric._alone:
        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.1)  # long enough to come to wait
        metric._changes += 1
    asking.join(10)
    assert len(caught) == 1


HAMMERED = """
import sys, threading
import numpy as np
from routing.errors import MetricInUse, UnknownId
from routing.travel.arcs import UNREACHABLE
from routing.travel.hierarchy import Hierarchy
from tests.benchmarks.road_maps import draw_map

sys.setswitchinterval(1e-5)
roads = draw_map(2_000)
arcs = roads.arcs()
metric = Hierarchy(arcs).metric(arcs.seconds(np.zeros(0, dtype=np.uint32), loaded=True))
some = np.arange(0, 2_000, 25)
met, wrong = [], []

def ask(seed):
    chance = np.random.default_rng(seed)
    for k in range(60):
        try:
            if seed % 3 == 0:
                chosen = chance.integers(0, len(arcs.tail), size=(5, 200)[k % 2])
                metric.reweigh(chosen, chance.integers(1, 900, size=len(chosen)))
            elif k % 5 == 0:
                metric.table([0], [int(chance.choice([-1, 2_000, 2**31, 2**40]))])
                wrong.append("a bad place was taken")
            elif k % 2:
                metric.table(some, some)
            else:
                metric.way(int(chance.integers(2_000)), int(chance.integers(2_000)))
        except (MetricInUse, UnknownId) as told:
            met.append(type(told).__name__)

threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
fresh = Hierarchy(arcs).metric(metric.seconds)
assert not wrong, wrong
assert (metric.table(some, some) == fresh.table(some, some)).all()
print(*sorted(set(met)))
"""


def test_eight_threads_that_ask_change_and_err_at_once_end_in_errors_and_right_answers_never_in_a_crash() -> None:
    ended = subprocess.run([sys.executable, "-c", HAMMERED], check=False, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == ["MetricInUse", "UnknownId"]
