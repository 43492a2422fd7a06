"""What may stop a loaded column on its way, at its worst over all departures."""

from collections.abc import Iterator, Mapping, Sequence

from planner.solvers.ground import Ground
from planner.solvers.limits import Course
from planner.solvers.one_convoy import Domains
from planner.solvers.way import Way
from routing.travel.passage import lower


def worst_causes(ground: Ground, way: Way, trucks: Sequence[int], starts: Domains) -> dict[str, float]:
    """Return every cause that may stop the column on its loaded runs, with its lowest probability of holding.

    `starts` are the departures of each phase for the column of so many trucks for each site.
    """
    met: dict[str, float] = {}
    for more in _causes(ground, way, trucks, starts):
        lower(met, more)
    return met


def _causes(ground: Ground, way: Way, trucks: Sequence[int], starts: Domains) -> Iterator[Mapping[str, float]]:
    limits = Course.of(ground, way).limits(trucks)
    for time in limits.runs:
        if not time.run.loaded or not starts[time.phase]:
            continue
        for passing in time.drive.passings:
            enter, leave = time.start_s + passing.enter_s, time.start_s + passing.leave_s
            for (start, end), causes in ground.risks(passing.segment):
                if any(window.start + enter < end and start < window.end - 1 + leave for window in starts[time.phase]):
                    yield causes
