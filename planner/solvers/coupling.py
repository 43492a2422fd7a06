"""How many trucks a tour may unload at each stop and still reach coupled sites within their tolerance."""

from itertools import combinations

from planner.solvers.ground import Ground
from planner.solvers.way import Way, run_times


def stop_caps(ground: Ground, way: Way, most: int) -> tuple[int, ...]:
    """Return the most trucks for each stop of a tour of at most `most` trucks, one for each other stop.

    Empty where no two of its sites are coupled; 0 where not even one truck for each will do. Exact for each stop by
    itself: more trucks anywhere on a tour never bring its arrivals closer together.
    """
    coupled = [group for group in ground.snapshot.groups if len(set(group.sites) & set(way.sites)) > 1]
    if not coupled:
        return ()
    return tuple(_most(ground, way, stop, most - (len(way.sites) - 1)) for stop in range(len(way.sites)))


def _most(ground: Ground, way: Way, stop: int, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if _near(ground, way, [middle if place == stop else 1 for place in range(len(way.sites))]):
            low = middle
        else:
            high = middle - 1
    return low


def _near(ground: Ground, way: Way, trucks: list[int]) -> bool:
    arrivals = [
        (way.sites[time.site], time.phase, time.end_s)
        for time in run_times(ground, way, trucks)
        if time.site is not None
    ]
    return not any(
        phase == other_phase and abs(at - other_at) > group.tolerance_s
        for group in ground.snapshot.groups
        for (site, phase, at), (other, other_phase, other_at) in combinations(arrivals, 2)
        if {site, other} <= set(group.sites)
    )
