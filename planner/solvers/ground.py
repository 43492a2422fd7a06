"""What every stage asks of the ground: the days, their daylight, and when a column may start down a road."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar

from planner.domain.needs import SiteId
from planner.domain.permits import windows_in_force
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId
from planner.solvers.option import Run
from routing.evidence import PermitStepName
from routing.network import GateId, RoadNetwork, SegmentId, other_end
from routing.status import AccessMap, Part, Piece, Status
from routing.travel.passage import Path, gate_cause, piece_causes, stretches
from routing.travel.spells import Spell
from routing.units import FOREVER, MINUTE, Instant, Seconds, Window, daily_windows, intersect_windows, merge_windows

LINE_PARTS: Final = frozenset({"control", "ceasefire"})
"""The parts of a segment's status that say whether its line may be crossed."""
NOTES_KEPT: Final = 2_000
"""Some 20 kB each."""

Noted = TypeVar("Noted")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A run timed for a column: how long it takes, its stands at gates and its passings of segments, in order."""

    seconds: Seconds
    stands: tuple[GateStand, ...]
    passings: tuple[Passing, ...]


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
    _drives: dict[tuple[Run, int], Drive] = field(default_factory=dict, repr=False)
    _sessions: dict[tuple[HubId, int], tuple[Window, ...]] = field(default_factory=dict, repr=False)
    _loading: dict[tuple[HubId, int, int], tuple[Window, ...]] = field(default_factory=dict, repr=False)
    _spans: dict[SegmentId, tuple[Window, ...]] = field(default_factory=dict, repr=False)
    _spells: dict[SegmentId, tuple[Spell, ...]] = field(default_factory=dict, repr=False)
    _risks: dict[SegmentId, tuple[tuple[Spell, Mapping[str, float]], ...]] = field(default_factory=dict, repr=False)
    _lapses: dict[SegmentId, tuple[Window, ...]] = field(default_factory=dict, repr=False)
    _in_force: dict[tuple[SiteId, GateId, PermitStepName], tuple[Spell, ...]] = field(default_factory=dict, repr=False)
    _notes: dict[Hashable, object] = field(default_factory=dict, repr=False)

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

    @cached_property
    def closed(self) -> Mapping[int, frozenset[SegmentId]]:
        """By day, the segments that no moment of its daylight lets pass."""
        return {day: frozenset(self._closed_in(light)) for day, light in self.daylight.items()}

    def _closed_in(self, light: tuple[Window, ...]) -> Iterator[SegmentId]:
        for segment in self.network.segments:
            if not intersect_windows(self.passable(segment), light):
                yield segment

    @cached_property
    def every_day(self) -> tuple[Spell, ...]:
        """All days for which access is known, in order."""
        return spells_of(self.days[day] for day in sorted(self.days))

    @cached_property
    def every_light(self) -> tuple[Spell, ...]:
        """The daylight of all days, in order; that of one day never counts as part of the next."""
        return spells_of(light for day in sorted(self.days) for light in merge_windows(self.daylight[day]))

    @cached_property
    def one_light_a_day(self) -> bool:
        """Whether the daylight of each day is one span."""
        return all(len(merge_windows(light)) == 1 for light in self.daylight.values())

    @cached_property
    def never_passable(self) -> frozenset[SegmentId]:
        """The segments that no daylight of any day lets pass."""
        return frozenset.intersection(*self.closed.values())

    @property
    def network(self) -> RoadNetwork:
        """The roads of the snapshot."""
        return self.snapshot.network

    def drive(self, run: Run, trucks: int) -> Drive:
        """Return the timing of a run for a column of so many trucks."""
        key = (run, trucks)
        if key not in self._drives:
            self._drives[key] = self._timed(run, trucks)
        return self._drives[key]

    def _timed(self, run: Run, trucks: int) -> Drive:
        here = run.start
        stands: list[GateStand] = []
        passings: list[Passing] = []
        seconds = 0
        for stretch in stretches(self.network, self.access, path_of(run), trucks):
            segment, enter, leave = stretch.segment, stretch.enter_s, stretch.leave_s
            passings.append(Passing(segment=segment.id, forward=segment.start == here, enter_s=enter, leave_s=leave))
            if segment.gate is not None:
                stands.append(GateStand(gate=segment.gate, arrive_s=enter, clear_s=stretch.clear_s))
            here, seconds = other_end(segment, here), leave
        return Drive(seconds=seconds, stands=tuple(stands), passings=tuple(passings))

    def sessions(self, hub: HubId, day: int) -> tuple[Window, ...]:
        """Return the hours in which a hub loads for departures of a day: the evening before and the morning."""
        key = (hub, day)
        if key not in self._sessions:
            listed, zone = self.snapshot.hubs[hub], self.snapshot.crisis.tz
            hours = ((day - 1, listed.evening), (day, listed.morning))
            self._sessions[key] = tuple(
                session
                for index, (opens, closes) in hours
                if index in self.days
                for session in daily_windows(self.days[index], opens, closes, zone)
            )
        return self._sessions[key]

    def loading_starts(self, hub: HubId, day: int, column: int) -> tuple[Window, ...]:
        """Return when loading of so many trucks may start: within the evening before or the morning of departure.

        A session must hold the whole loading, and nothing is loaded before the plan is made (`as_of.at`).
        """
        key = (hub, day, column)
        if key not in self._loading:
            needed, made_at = self.snapshot.hubs[hub].loading_seconds(column), self.snapshot.as_of.at
            begun = ((whole_minute(max(one.start, made_at)), one.end - needed + 1) for one in self.sessions(hub, day))
            self._loading[key] = tuple(Window(first, end) for first, end in begun if first < end)
        return self._loading[key]

    def lasts(self, span: Window) -> bool:
        """Tell whether a passable span reaches the end of what is known: then no closing is known."""
        return span.end >= self.access.horizon.end

    def closes(self, segment: SegmentId) -> bool:
        """Tell whether a closing of a segment is known."""
        return any(not self.lasts(span) for span in self.passable(segment))

    def passable(self, segment: SegmentId) -> tuple[Window, ...]:
        """Return the spans in which a segment is not BLOCKED."""
        if segment not in self._spans:
            pieces = self.access.timeline(segment)
            self._spans[segment] = merge_windows(p.window for p in pieces if p.status is not Status.BLOCKED)
        return self._spans[segment]

    def spells(self, segment: SegmentId) -> tuple[Spell, ...]:
        """Return the spans in which a segment is not BLOCKED, as plain numbers."""
        if segment not in self._spells:
            self._spells[segment] = spells_of(self.passable(segment))
        return self._spells[segment]

    def always_open(self, segment: SegmentId) -> bool:
        """Tell whether a segment is passable as long as anything is known."""
        return self.passable(segment) == (self.access.horizon,)

    def risks(self, segment: SegmentId) -> tuple[tuple[Spell, Mapping[str, float]], ...]:
        """Return what may fail for a loaded column on a segment and when, each cause with its probability of holding.

        A gate may turn it back at any time. Spans in which the segment is BLOCKED are left out: nobody drives then.
        """
        if segment not in self._risks:
            listed = self.network.segments[segment]
            pieces = (piece for piece in self.access.timeline(segment) if piece.status is not Status.BLOCKED)
            found = [(spell(piece.window), piece_causes(piece, listed)) for piece in pieces]
            if listed.gate is not None:
                found.append(((0, FOREVER), gate_cause(self.network, self.access, listed.gate)))
            self._risks[segment] = tuple((span, causes) for span, causes in found if causes)
        return self._risks[segment]

    def lapses(self, segment: SegmentId) -> tuple[Window, ...]:
        """Return when nobody consents to the crossing of a segment's line, whatever else stands against it."""
        if segment not in self._lapses:
            pieces = self.snapshot.access.timelines.get(segment, ())
            self._lapses[segment] = merge_windows(piece.window for piece in pieces if any(_withheld(piece)))
        return self._lapses[segment]

    def in_force(self, site: SiteId, gate: GateId, step: PermitStepName) -> tuple[Spell, ...]:
        """Return when a step is in force for a site at a gate."""
        key = (site, gate, step)
        if key not in self._in_force:
            windows = windows_in_force(self.snapshot.papers, site, gate, step)
            self._in_force[key] = spells_of(merge_windows(windows))
        return self._in_force[key]

    def remember(self, key: Hashable, build: Callable[[], Noted]) -> Noted:
        """Return what was built under a key before, or build it; the eldest of many notes are forgotten.

        The builder must give the same for the same key: what is remembered saves time and changes no answer.
        """
        if key not in self._notes:
            if len(self._notes) >= NOTES_KEPT:
                del self._notes[next(iter(self._notes))]
            self._notes[key] = build()
        return self._notes[key]  # type: ignore[return-value] # a key always names one type

    def against_line(self, segment: SegmentId, within: Window) -> tuple[Part, ...]:
        """Return what withholds consent to the crossing of a segment's line at some time of a window."""
        pieces = self.snapshot.access.timelines.get(segment, ())
        return tuple(part for piece in pieces if piece.window.overlaps(within) for part in _withheld(piece))


def _withheld(piece: Piece) -> Iterator[Part]:
    return (part for part in piece.parts if part.status is Status.BLOCKED and part.name in LINE_PARTS)


def path_of(run: Run) -> Path:
    """Return the run as the road engine names it."""
    return Path(origin=run.start, destination=run.end, segments=run.segments, loaded=run.loaded)


def whole_minute(at: Instant) -> Instant:
    """Return the first whole minute at or after an instant: columns start, and loading starts, on whole minutes."""
    return -(-at // MINUTE) * MINUTE


def on_the_minute(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """Return the spells from their first whole minute on; those without one are left out."""
    return tuple((start, end) for start, end in ((whole_minute(start), end) for start, end in spells) if start < end)


def spell(window: Window) -> Spell:
    """Return a window as plain numbers."""
    return window.start, window.end


def spells_of(windows: Iterable[Window]) -> tuple[Spell, ...]:
    """Return windows as plain numbers."""
    return tuple(map(spell, windows))


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
