"""The road engine on maps of up to a million places, against scipy's search in the same run.

A change of the roads' states is 200 main-road segments closed both ways and 2,000 segments of any kind made two to six
times slower; then the driving times between 200 and 200 places are asked for. Each round draws another change and
compares all 40,000 times with those that scipy's Dijkstra finds on the same weights. Of scipy the search alone is
timed (in batches of 20 origins, which keeps its memory down), of ours everything from the new weights on. Both use one
core. Memory is the peak of a fresh process that holds the arrays and the engine, and no network of Python objects.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routing.travel.arcs import UNREACHABLE, ArcArrays, Numbers
from routing.travel.hierarchy import Hierarchy
from routing.travel.metric import Metric
from tests.benchmarks.road_maps import SEED, RoadMap, draw_map
from tests.benchmarks.timing import Timing, Watch

CLOSED, SLOWER, ASKED = 200, 2_000, 200
ROUNDS: Final = 5
LEGS: Final = 100
_BATCH: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Our watch and scipy's over the same changes, and whether all times were the same."""

    ours: Watch
    scipys: Watch
    same: bool

    def faster(self) -> str:
        """Say how many times faster we were: by the clock, and by the time of the processor."""
        told: list[str] = []
        pairs = (("clock", self.ours.wall, self.scipys.wall), ("processor", self.ours.cpu, self.scipys.cpu))
        for by, ours, theirs in pairs:
            ratios = sorted(slow / quick for quick, slow in zip(ours, theirs, strict=True))
            told.append(f"{median(ratios):.0f} ({ratios[0]:.0f} to {ratios[-1]:.0f}) by the {by}")
        return "; ".join(told)


def measure_roads(size: str, places: int) -> Iterator[Timing]:
    """Measure a map of so many places, one row as soon as it is known."""
    roads, arcs = (drawn := draw_map(places)), drawn.arcs()
    with tempfile.TemporaryDirectory() as folder:
        shelf = Path(folder) / "shelf"
        with Watch() as watch:
            hierarchy = Hierarchy(arcs, shelf)
        yield watch.row("roads order", size, f"{roads.places} places, {roads.segments} segments, ordered once")
        with Watch() as watch:
            again = Hierarchy(arcs, shelf)
        yield watch.row("roads reload", size, f"{again.ordered.arc_count} arcs, order read from disk")
        del again
        yield from _memory(size, arcs, Path(folder))
    metric = hierarchy.metric(arcs.seconds(_NONE, loaded=True))
    metric.table([0], [0])
    race = run_race(roads, arcs, metric)
    right = "all equal" if race.same else "SOME DIFFER"
    said = f"{ROUNDS} changes, each a new {ASKED} x {ASKED} table; {ROUNDS * ASKED**2} times, {right}"
    yield race.ours.row("roads change", size, said)
    yield race.scipys.row("roads scipy", size, f"scipy's; ours faster {race.faster()}")
    yield _legs(size, roads, arcs, metric)


def run_race(roads: RoadMap, arcs: ArcArrays, metric: Metric) -> Race:
    """Change the roads' states, ask for the table both ways, and compare; so many rounds."""
    ours, scipys, same = Watch(), Watch(), True
    for k in range(ROUNDS):
        chance = np.random.default_rng(SEED + k)
        seconds = _changed(roads, arcs, chance)
        rows, columns = (chance.choice(roads.places, size=min(ASKED, roads.places), replace=False) for _ in range(2))
        with ours:
            differ = np.flatnonzero(seconds != metric.seconds)
            metric.reweigh(differ, seconds[differ])
            found = metric.table(rows, columns)
        graph = _graph(arcs, seconds)
        batches = [rows[k : k + _BATCH] for k in range(0, len(rows), _BATCH)]
        with scipys:
            theirs = np.vstack([dijkstra(graph, indices=batch)[:, columns] for batch in batches])
        expected = np.where(np.isfinite(theirs), theirs, UNREACHABLE).astype(np.int64)
        same &= bool((found == expected).all())
    return Race(ours=ours, scipys=scipys, same=same)


def _changed(roads: RoadMap, arcs: ArcArrays, chance: np.random.Generator) -> Numbers:
    main = np.flatnonzero(roads.main)
    closed = chance.choice(main, size=min(CLOSED, len(main)), replace=False).astype(np.uint32)
    slower = np.ones(roads.segments, dtype=np.int64)
    chosen = chance.choice(roads.segments, size=min(SLOWER, roads.segments), replace=False)
    slower[chosen] = chance.integers(2, 7, size=len(chosen))
    open_s = arcs.seconds(closed, loaded=True).astype(np.int64)
    changed: Numbers = np.minimum(open_s * slower[arcs.segment], UNREACHABLE).astype(np.uint32)
    return changed


def _graph(arcs: ArcArrays, seconds: Numbers) -> csr_array[np.float64, tuple[int, int]]:
    # The map has no parallel segments, so that no two arcs share a cell.
    kept = seconds < UNREACHABLE
    shape = (arcs.places, arcs.places)
    return csr_array((seconds[kept].astype(np.float64), (arcs.tail[kept], arcs.head[kept])), shape=shape)


def _legs(size: str, roads: RoadMap, arcs: ArcArrays, metric: Metric) -> Timing:
    """Time single ways with their lines on the map, between places drawn anew; segments have two bends each."""
    chance = np.random.default_rng(SEED)
    pairs = chance.choice(roads.places, size=(LEGS, 2)).tolist()
    bends = chance.normal(0, 0.001, (roads.segments, 2, 2))
    for k, part in enumerate((1 / 3, 2 / 3)):
        bends[:, k, 0] += roads.longitude[roads.start] * (1 - part) + roads.longitude[roads.end] * part
        bends[:, k, 1] += roads.latitude[roads.start] * (1 - part) + roads.latitude[roads.end] * part
    watch = Watch()
    longest = corners = 0
    for origin, destination in pairs:
        with watch:
            found = metric.way(origin, destination)
            line = _line(roads, arcs, bends, found[1]) if found is not None else ()
        longest, corners = max(longest, len(found[1]) if found is not None else 0), max(corners, len(line))
    said = f"median of {LEGS} ways with their lines, slowest {max(watch.wall) * 1000:.1f} ms; up to {longest} segments"
    return watch.row("roads leg", size, f"{said}, {corners} corners")


def _line(roads: RoadMap, arcs: ArcArrays, bends: NDArray[np.float64], way: Numbers) -> NDArray[np.float64]:
    segments, ends = arcs.segment[way], arcs.head[way]
    inner = bends[segments]
    against = arcs.tail[way] != roads.start[segments]
    inner[against] = inner[against, ::-1]
    corners = np.concatenate((inner, np.column_stack((roads.longitude[ends], roads.latitude[ends]))[:, None]), axis=1)
    return corners.reshape(-1, 2)


def _memory(size: str, arcs: ArcArrays, folder: Path) -> Iterator[Timing]:
    """Have fresh processes order the map, and find it ordered; each then customizes, fills a table and finds a way."""
    given = folder / "arcs.npz"
    np.savez(given, **{name: getattr(arcs, name) for name in ArcArrays.__dataclass_fields__})
    for how, shelf in (("ordered anew", ""), ("order read from disk", str(folder / "shelf"))):
        command = [sys.executable, "-m", "tests.benchmarks.road_memory", str(given), shelf]
        with Watch() as watch:
            peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        said = f"{peak[0]} MB at most in a process of its own, {how}; {peak[1]} MB of it before the map"
        yield watch.row("roads memory", size, said)


_NONE: Final[Numbers] = np.zeros(0, dtype=np.uint32)
