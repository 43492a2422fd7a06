"""A convoy's journey as a timetable shows it: loading, driving, gates, unloading, the way back, and the hard end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final, Literal, TypeAlias

from planner.domain.plan import Convoy, ConvoyId, Move, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.roads import walk
from routing.network import GateId, PlaceId, SegmentId
from routing.status import Part, Piece, Status
from routing.travel.recheck import Pass
from routing.units import Instant, Metres, Seconds, Window, local_midnight

PhaseKind: TypeAlias = Literal["load", "drive", "gate", "unload", "return", "rest"]
TIGHT_S: Final[Seconds] = 75 * 60
"""Slack of so much or less is shown as tight."""
_THREATENED: Final = frozenset({Status.CONTESTED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One thing that the column does. `where` is a hub, place, gate or site by `kind`; `to` where a drive ends.

    `inside` tells whether it lies between the first and the last contested or unreported stretch of the journey.
    `metres` is how far the column has come from the hub when the phase begins.
    """

    kind: PhaseKind
    window: Window
    where: str
    to: PlaceId | None = None
    loaded: bool = True
    inside: bool = False
    metres: Metres = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The closing that leaves the least time on the way back, with the span before it in which the road is open.

    `left_at` is when the column's last truck leaves that segment; `part` is what closes it.
    """

    open: Window
    left_at: Instant
    segment: SegmentId
    gate: GateId | None
    part: Part

    @property
    def ends_at(self) -> Instant:
        """The end that is final."""
        return self.open.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """A convoy with its number on the plan, its phases in order, and the wall where one is known."""

    convoy: Convoy
    number: str
    phases: tuple[Phase, ...]
    wall: Wall | None
    inside: Window | None

    @property
    def tight(self) -> bool:
        """Whether little is left before the wall."""
        return self.wall is not None and self.convoy.slack_s <= TIGHT_S

    @property
    def people(self) -> int:
        """How many people its food feeds, over all stops."""
        return sum(load.people for stop in self.convoy.stops for load in stop.loads)


def number_convoys(plan: Plan, snapshot: Snapshot) -> Mapping[ConvoyId, str]:
    """Return the numbers by which people speak of a plan's convoys, in order of departure.

    Convoys of a coupled group that arrive on one day share a number: C4a, C4b.
    """
    bundles: dict[tuple[object, ...], list[Convoy]] = {}
    for convoy in sorted(plan.convoys, key=lambda c: (c.depart_at, c.id)):
        day = local_midnight(convoy.stops[0].arrive_at, snapshot.crisis.tz)
        key = (convoy.id,) if convoy.group is None else (convoy.group, day)
        bundles.setdefault(key, []).append(convoy)
    numbers: dict[ConvoyId, str] = {}
    for count, bundle in enumerate(bundles.values(), 1):
        for letter, convoy in zip(ascii_lowercase, bundle, strict=False):
            numbers[convoy.id] = f"C{count}{letter if len(bundle) > 1 else ''}"
    return numbers


def list_itineraries(plan: Plan, snapshot: Snapshot) -> tuple[Itinerary, ...]:
    """Return every convoy's journey, in order of departure."""
    numbers = number_convoys(plan, snapshot)
    ordered = sorted(plan.convoys, key=lambda c: (c.depart_at, c.id))
    return tuple(make_itinerary(convoy, snapshot, numbers[convoy.id]) for convoy in ordered)


def make_itinerary(convoy: Convoy, snapshot: Snapshot, number: str) -> Itinerary:
    """Return a convoy's journey; every gate and closing is found by driving it again."""
    walked = [(move, walk(move, convoy, snapshot).passes) for move in convoy.moves]
    inside = _inside(snapshot, [passed for _, passes in walked for passed in passes])
    return Itinerary(
        convoy=convoy,
        number=number,
        phases=tuple(_phases(convoy, snapshot, walked, inside)),
        wall=_wall(snapshot, walked),
        inside=inside,
    )


def _inside(snapshot: Snapshot, passes: Sequence[Pass]) -> Window | None:
    met = [
        passed
        for passed in passes
        if any(
            piece.status in _THREATENED and piece.window.start < passed.leave_at and passed.enter_at < piece.window.end
            for piece in snapshot.access.timelines.get(passed.segment, ())
        )
    ]
    return Window(met[0].enter_at, met[-1].leave_at) if met and met[-1].leave_at > met[0].enter_at else None


def _phases(
    convoy: Convoy, snapshot: Snapshot, walked: Sequence[tuple[Move, Sequence[Pass]]], inside: Window | None
) -> Iterator[Phase]:
    yield Phase(kind="load", window=convoy.loading, where=convoy.hub)
    metres, stops = 0, list(convoy.stops)
    for number, (move, passes) in enumerate(walked):
        last = max((i for i, (one, _) in enumerate(walked) if one.loaded), default=-1)
        for phase in _drive(move, passes, snapshot, metres, back=number > last):
            yield _marked(phase, inside)
        metres += sum(snapshot.network.segments[segment].length_m for segment in move.segments)
        leaves = walked[number + 1][0].depart_at if number + 1 < len(walked) else move.arrive_at
        if stops and move.loaded and stops[0].arrive_at == move.arrive_at:
            stop = stops.pop(0)
            if stop.unloaded_at > stop.arrive_at:
                window = Window(stop.arrive_at, stop.unloaded_at)
                yield _marked(Phase(kind="unload", window=window, where=stop.site, metres=metres), inside)
            if leaves > stop.unloaded_at:
                rest = Window(stop.unloaded_at, leaves)
                yield _marked(Phase(kind="rest", window=rest, where=move.end, loaded=False, metres=metres), inside)
        elif leaves > move.arrive_at:
            rest = Window(move.arrive_at, leaves)
            yield _marked(Phase(kind="rest", window=rest, where=move.end, loaded=move.loaded, metres=metres), inside)


def _drive(move: Move, passes: Sequence[Pass], snapshot: Snapshot, metres: Metres, *, back: bool) -> Iterator[Phase]:
    begun, came, place = move.depart_at, metres, move.start
    kind: PhaseKind = "return" if back else "drive"
    for passed in passes:
        segment = snapshot.network.segments[passed.segment]
        if passed.gate is not None and passed.clear_at > passed.enter_at:
            if passed.enter_at > begun:
                window = Window(begun, passed.enter_at)
                yield Phase(kind=kind, window=window, where=place, to=None, loaded=move.loaded, metres=came)
            window = Window(passed.enter_at, passed.clear_at)
            yield Phase(kind="gate", window=window, where=passed.gate, loaded=move.loaded, metres=metres)
            begun, came = passed.clear_at, metres
            place = segment.start
        metres += segment.length_m
    if move.arrive_at > begun:
        window = Window(begun, move.arrive_at)
        yield Phase(kind=kind, window=window, where=place, to=move.end, loaded=move.loaded, metres=came)


def _marked(phase: Phase, inside: Window | None) -> Phase:
    if inside is None or not phase.window.overlaps(inside):
        return phase
    return Phase(
        kind=phase.kind, window=phase.window, where=phase.where, to=phase.to, loaded=phase.loaded, inside=True,
        metres=phase.metres,
    )  # fmt: skip


def _wall(snapshot: Snapshot, walked: Sequence[tuple[Move, Sequence[Pass]]]) -> Wall | None:
    """Return the closing that the slack is measured to; None where no road of the way back is known to close."""
    found: Wall | None = None
    for move, passes in walked:
        if move.loaded:
            continue
        for passed in passes:
            wall = _closing(snapshot.access.timelines.get(passed.segment, ()), passed)
            if wall is not None and (found is None or wall.ends_at - wall.left_at < found.ends_at - found.left_at):
                found = wall
    return found


def _closing(timeline: Sequence[Piece], passed: Pass) -> Wall | None:
    opened: Instant | None = None
    for before, piece in zip((None, *timeline), timeline, strict=False):
        if piece.status is not Status.BLOCKED:
            if before is None or before.status is Status.BLOCKED:
                opened = piece.window.start
            continue
        if piece.window.end <= passed.leave_at:
            continue
        start = piece.window.start - 1 if opened is None else min(opened, piece.window.start - 1)
        return Wall(
            open=Window(start, piece.window.start), left_at=passed.leave_at, segment=passed.segment, gate=passed.gate,
            part=piece.deciding(),
        )  # fmt: skip
    return None
