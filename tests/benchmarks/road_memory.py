"""Tell how much memory the road engine takes at most: `python -m tests.benchmarks.road_memory ARCS.npz [SHELF]`."""

import sys
from pathlib import Path

import numpy as np

from routing.travel.arcs import ArcArrays
from routing.travel.hierarchy import Hierarchy


def main(given: str, shelf: str = "") -> None:
    """Order the map or find it ordered, customize it, fill a table and find a way."""
    before_mb = _peak_mb()
    with np.load(given) as held:
        arrays = {name: held[name] for name in held.files}
    places, segments = int(arrays.pop("places")), int(arrays.pop("segments"))
    arcs = ArcArrays(places=places, segments=segments, **arrays)
    hierarchy = Hierarchy(arcs, Path(shelf) if shelf else None)
    metric = hierarchy.metric(arcs.seconds(np.zeros(0, dtype=np.uint32), loaded=True))
    some = np.linspace(0, places - 1, 200).astype(np.int64)
    metric.table(some, some)
    metric.way(0, places - 1)
    print(_peak_mb(), before_mb)


def _peak_mb() -> int:
    # Not getrusage: what it tells of a new process includes the memory of the one that started it.
    said = Path("/proc/self/status").read_text(encoding="ascii")
    return int(said.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
