"""What every stage asks of the ground: the days, their daylight, and when a column may start down a road."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from planner.domain.snapshot import Snapshot
from planner.solvers.option import Run
from routing.network import GateId, RoadNetwork, SegmentId, other_end
from routing.status import AccessMap, Piece, Status
from routing.travel.passage import Path, departure_windows, gate_passes, path_seconds, stretches
from routing.units import MINUTE, Instant, Seconds, Window, merge_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStand:
    """Seconds after the start of a run at which the column's head reaches a gate and its last truck is through."""

    gate: GateId
    arrive_s: Seconds
    clear_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """Seconds after the start of a run at which the column enters a segment (before its gate) and leaves it."""

    segment: SegmentId
    forward: bool
    enter_s: Seconds
    leave_s: Seconds


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A snapshot and what was once computed from it; the same question gets the same answer.

    Days are counted from the horizon's first (0); segments that the policy does not use for want of a report are
    BLOCKED in `access`.
    """

    snapshot: Snapshot
    access: AccessMap
    days: Mapping[int, Window]
    daylight: Mapping[int, tuple[Window, ...]]
    _departures: dict[tuple[Run, int, int, bool], tuple[Window, ...]] = field(default_factory=dict, repr=False)
    _passings: dict[tuple[Run, int], tuple[Passing, ...]] = field(default_factory=dict, repr=False)
    _spans: dict[SegmentId, tuple[Window, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Ground":
        """Return the ground of a snapshot."""
        crisis, access = snapshot.crisis, _usable(snapshot)
        covered = crisis.days(access.horizon)
        first = next(i for i, day in enumerate(covered) if day.contains(snapshot.horizon.start))
        days = {i - first: day for i, day in enumerate(covered)}
        return cls(
            snapshot=snapshot, access=access, days=days,
            daylight={index: crisis.daylight(day) for index, day in days.items()},
        )  # fmt: skip

    @property
    def network(self) -> RoadNetwork:
        """The roads of the snapshot."""
        return self.snapshot.network

    def seconds(self, run: Run, trucks: int) -> Seconds:
        """Return how long a column of so many trucks takes for a run, gates included."""
        return path_seconds(self.network, self.access, path_of(run), trucks)

    def departures(self, run: Run, trucks: int, day: int, *, by_night: bool = False) -> tuple[Window, ...]:
        """Return when on a day a column may start a run: every segment passable, all of it in daylight."""
        if day not in self.days:
            return ()
        key = (run, trucks, day, by_night)
        if key not in self._departures:
            self._departures[key] = departure_windows(
                self.network, self.access, path_of(run), trucks, self.days[day],
                None if by_night else self.daylight[day],
            )  # fmt: skip
        return self._departures[key]

    def gate_stands(self, run: Run, trucks: int) -> tuple[GateStand, ...]:
        """Return when, after the start of a run, the column stands at each of its gates."""
        if not run.gates:
            return ()
        passes = gate_passes(self.network, self.access, path_of(run), trucks)
        return tuple(GateStand(gate=gate, arrive_s=arrive, clear_s=clear) for gate, arrive, clear in passes)

    def passings(self, run: Run, trucks: int) -> tuple[Passing, ...]:
        """Return when, after the start of a run, the column is on each of its segments."""
        key = (run, trucks)
        if key not in self._passings:
            self._passings[key] = tuple(self._walk(run, trucks))
        return self._passings[key]

    def _walk(self, run: Run, trucks: int) -> Iterator[Passing]:
        here = run.start
        for stretch in stretches(self.network, self.access, path_of(run), trucks):
            segment = stretch.segment
            yield Passing(
                segment=segment.id, forward=segment.start == here, enter_s=stretch.enter_s, leave_s=stretch.leave_s
            )
            here = other_end(segment, here)

    def passable(self, segment: SegmentId) -> tuple[Window, ...]:
        """Return the spans in which a segment is not BLOCKED."""
        if segment not in self._spans:
            pieces = self.access.timeline(segment)
            self._spans[segment] = merge_windows(p.window for p in pieces if p.status is not Status.BLOCKED)
        return self._spans[segment]


def path_of(run: Run) -> Path:
    """Return the run as the road engine names it."""
    return Path(origin=run.start, destination=run.end, segments=run.segments, loaded=run.loaded)


def whole_minute(at: Instant) -> Instant:
    """Return the first whole minute at or after an instant: columns start, and loading starts, on whole minutes."""
    return -(-at // MINUTE) * MINUTE


def on_the_minute(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the windows from their first whole minute on; those without one are left out."""
    return tuple(Window(whole_minute(w.start), w.end) for w in windows if whole_minute(w.start) < w.end)


def _usable(snapshot: Snapshot) -> AccessMap:
    if snapshot.policy.use_unknown:
        return snapshot.access
    changed = {
        segment: tuple(_closed_if_unknown(piece) for piece in pieces)
        for segment, pieces in snapshot.access.timelines.items()
        if any(piece.status is Status.UNKNOWN for piece in pieces)
    }
    return snapshot.access.replace_timelines(changed)


def _closed_if_unknown(piece: Piece) -> Piece:
    return replace(piece, status=Status.BLOCKED) if piece.status is Status.UNKNOWN else piece
