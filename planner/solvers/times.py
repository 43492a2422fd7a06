"""Ask whether a choice can be timed, and learn from a refusal: its times, or the cuts that refuse it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.hurry import hurried
from planner.domain.plan import Convoy
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.solvers.assemble import assemble
from planner.solvers.choice import BranchCut, Chosen, Timed
from planner.solvers.ground import Ground
from planner.solvers.rows import AnyCut, FleetCut
from planner.solvers.splits import split_cuts
from planner.solvers.timetable import schedule

CLOSING_S: Final = 10
"""Wall time beyond the safety stop for loading trucks whose visits stand: it takes a part of a second."""


class Deadline:
    """The safety stop: hands each solver what is left of the wall time. Nothing else looks at a clock.

    It is reached too when the one who takes the solve's reports is in a hurry: then the best found so far is kept.
    """

    def __init__(self, limits: Limits, listener: object = None) -> None:
        """Start the clock."""
        self._limits, self._end, self._listener = limits, time.monotonic() + limits.wall_s, listener
        self.met = False
        """Whether anybody was told that there is no time left: what was found then is cut short."""

    def is_reached(self) -> bool:
        """Tell whether there is no time left."""
        self.met |= hurried(self._listener) or time.monotonic() >= self._end
        return self.met

    def limits(self) -> Limits:
        """Return the limits with the wall time that is left."""
        left = 0 if self.is_reached() else max(0, round(self._end - time.monotonic()))
        return replace(self._limits, wall_s=left)

    def closing(self) -> Limits:
        """Return the limits for a last step that makes a plan of what was found: it has a little time in any case."""
        return replace(self._limits, wall_s=max(CLOSING_S, self.limits().wall_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the timetable said of a choice: its times, or cuts that are proved and cuts that only steer the search."""

    timed: tuple[Timed, ...] | None
    proved: tuple[AnyCut, ...] = ()
    steering: tuple[AnyCut, ...] = ()


def timetable(snapshot: Snapshot, chosen: tuple[Chosen, ...]) -> Told:
    """Time a choice; refuse it too if a tour could not run alone, or if a truck would be in two places."""
    if not chosen:
        return Told(timed=())
    splits = split_cuts(Ground.of(snapshot), chosen)
    if splits:
        return Told(timed=None, proved=splits)
    result = schedule(snapshot, chosen, snapshot.limits)
    if result.timed is None:
        # A component that ran out of its counted time, or of splits to look at, is refused as it is: a branching.
        doubtful = tuple(cut for cut in result.cuts if result.undecided and isinstance(cut, BranchCut))
        return Told(timed=None, proved=tuple(c for c in result.cuts if c not in doubtful), steering=doubtful)
    cuts = fleet_cuts(snapshot, chosen, result.timed)
    if cuts:
        # Fleets tie the days of a hub together: only where trucks are short is the larger question worth its time.
        result = schedule(snapshot, chosen, snapshot.limits, with_fleets=True)
        cuts = fleet_cuts(snapshot, chosen, result.timed) if result.timed is not None else cuts
    return Told(timed=None, steering=cuts) if cuts else Told(timed=result.timed)


def fleet_cuts(snapshot: Snapshot, chosen: Sequence[Chosen], timed: Sequence[Timed]) -> tuple[FleetCut, ...]:
    """Return cuts where a truck would be loaded for one convoy while it is still out with another.

    The master counts trucks by day, from departure on. Loading in the evening before begins earlier, and the
    timetable knows no trucks. Such a cut keeps these convoys within the fleet of a type at that hour, and lets trucks
    of another type take over; another timetable might have done as well, so it steers the search and proves nothing.
    """
    cuts: list[FleetCut] = []
    # One at a time: assembled convoys come in canonical order, chosen ones do not.
    convoys = [assemble(snapshot, (c,), (t,))[0] for c, t in zip(chosen, timed, strict=True)]
    for convoy in convoys:
        for kind in sorted(convoy.trucks):
            at = convoy.loading.start
            away = [i for i, other in enumerate(convoys) if other.hub == convoy.hub and _holds(other, kind, at)]
            there = sum(
                fleet.trucks
                for fleet in snapshot.fleets
                if (fleet.hub, fleet.truck_type) == (convoy.hub, kind) and fleet.available.contains(at)
            )
            there -= sum(c.trucks.get(kind, 0) for c in snapshot.pinned if c.hub == convoy.hub and _holds(c, kind, at))
            if sum(convoys[i].trucks[kind] for i in away) > there:
                options = frozenset(chosen[i].option.id for i in away)
                cuts.append(FleetCut(options=options, kind=kind, most_trucks=max(0, there)))
    return tuple(dict.fromkeys(cuts))


def _holds(convoy: Convoy, kind: str, at: int) -> bool:
    return convoy.trucks.get(kind, 0) > 0 and convoy.loading.start <= at < convoy.back_at
