"""Say in one word where a convoy stands at an instant: by the reports where there are any, else by its timetable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.delivery import Movement as ReportedMovement
from planner.domain.plan import Convoy
from planner.services.paper_trail import Trail
from routing.evidence import DeliveryOutcome, Evidence, PermitStepName
from routing.network import RoadNetwork, SegmentId
from routing.status import AccessMap, HoldSpan, Status
from routing.units import DAY, Instant, Window

Word: TypeAlias = Literal[
    "proposed", "planned", "loading", "moving", "held", "postponed", "unreported", "asked", "ready", "sent",
    "delivered", "partially_delivered", "delayed", "turned_back", "attacked", "looted", "cancelled",
    "interrupted", "diverted", "aborted",
]  # fmt: skip
STOPPED: Final[frozenset[Word]] = frozenset({"held", "postponed", "delayed"})
"""Trucks stand somewhere and wait."""
ORDER: Final[tuple[Word, ...]] = (
    "held", "postponed", "delayed", "moving", "sent", "unreported", "loading", "planned", "ready", "asked", "proposed",
)  # fmt: skip
"""In which convoys are listed: what stands and waits first; what has ended comes last."""
RECENT_S: Final = 3 * DAY
"""For so long what has ended is still shown among the convoys of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyState:
    """Where a convoy stands; `record` is the report that says so, None where only the timetable or the papers do.

    `inside` tells whether its timetable has it inside a contested stretch now; None where no timetable says.
    """

    word: Word
    since: Instant | None
    record: Evidence | None = None
    reason: str = ""
    missing: tuple[PermitStepName, ...] = ()
    inside: bool | None = None
    active: bool = True

    @property
    def rank(self) -> int:
        """The place in the order of listings."""
        return ORDER.index(self.word) if self.word in ORDER else len(ORDER)


def planned_state(
    convoy: Convoy,
    access: AccessMap,
    network: RoadNetwork,
    at: Instant,
    trails: Sequence[Trail],
    outcomes: Sequence[Evidence],
    *,
    published: bool,
) -> ConvoyState:
    """Return the state of a planned convoy: a report first, then a hold, then what its timetable foresees."""
    told = _told(outcomes, at)
    if told is not None:
        return told
    missing = tuple(dict.fromkeys(step for trail in trails for step in trail.missing))
    due = at >= convoy.depart_at
    hold = next((h for h in access.holds if h.window.contains(at) and _bears(h, convoy, at)), None)
    if hold is not None and at < convoy.back_at:
        return ConvoyState(word="held", since=hold.window.start, reason=hold.reason, missing=missing)
    if not published:
        return ConvoyState(word="proposed", since=None, missing=missing, active=not due)
    if due:
        return _under_way(convoy, access, network, at, missing)
    if convoy.loading.start <= at:
        return ConvoyState(word="loading", since=convoy.loading.start, missing=missing)
    return ConvoyState(word="planned", since=None, missing=missing)


def _under_way(
    convoy: Convoy, access: AccessMap, network: RoadNetwork, at: Instant, missing: tuple[PermitStepName, ...]
) -> ConvoyState:
    if at >= convoy.back_at:
        fresh = at < convoy.back_at + RECENT_S
        return ConvoyState(word="unreported", since=convoy.back_at, missing=missing, active=fresh)
    if missing:
        return ConvoyState(word="postponed", since=convoy.depart_at, missing=missing)
    return ConvoyState(word="moving", since=convoy.depart_at, inside=_inside(convoy, access, network, at))


def reported_state(movement: ReportedMovement, at: Instant, trail: Trail, outcomes: Sequence[Evidence]) -> ConvoyState:
    """Return the state of a movement that is known from reports alone."""
    told = _told(outcomes, at)
    if told is not None:
        return told
    if movement.dispatched_at is not None and movement.dispatched_at <= at:
        return ConvoyState(word="sent", since=movement.dispatched_at, active=at < movement.dispatched_at + RECENT_S)
    asked = bool(trail.missing) or all(cell.record is None for cell in trail.cells)
    return ConvoyState(word="asked" if asked else "ready", since=movement.requested_on, missing=trail.missing)


def _told(outcomes: Sequence[Evidence], at: Instant) -> ConvoyState | None:
    record = max(outcomes, key=lambda r: (_outcome(r).happened_at, r.position), default=None)
    if record is None:
        return None
    fact = _outcome(record)
    word: Word = fact.what  # type: ignore[assignment] # the intake takes no other words
    waits = word in STOPPED
    return ConvoyState(
        word=word, since=fact.happened_at, record=record, reason=fact.reason_code,
        active=waits or at < fact.happened_at + RECENT_S,
    )  # fmt: skip


def _outcome(record: Evidence) -> DeliveryOutcome:
    if not isinstance(record.fact, DeliveryOutcome):
        raise TypeError(f"Record {record.position} is no outcome.")
    return record.fact


def _bears(hold: HoldSpan, convoy: Convoy, at: Instant) -> bool:
    """Tell whether a hold stops this convoy: everywhere, or on its way, from the day before it leaves on."""
    near = Window(min(convoy.loading.start, convoy.depart_at - DAY), convoy.back_at).contains(at)
    return near and (hold.segments is None or not hold.segments.isdisjoint(convoy.segments))


def _inside(convoy: Convoy, access: AccessMap, network: RoadNetwork, at: Instant) -> bool:
    segment = segment_at(convoy, network, at)
    return segment is not None and access.at(segment, at).status in {Status.CONTESTED, Status.BLOCKED}


def segment_at(convoy: Convoy, network: RoadNetwork, at: Instant) -> SegmentId | None:
    """Return the stretch on which the timetable has the convoy's head, or by which it stands; None before it leaves."""
    last: SegmentId | None = None
    for move in convoy.moves:
        if at < move.depart_at:
            break
        clock = move.depart_at
        cleared = {gate.gate: gate.clear_at for gate in move.gates}
        # An older convoy may have driven roads that an import has split since.
        for name in network.standing_for(move.segments):
            segment = network.segments[name]
            clock = max(clock + segment.drive_seconds(), cleared.get(segment.gate or "", 0))
            last = name
            if at < clock:
                return name
    return last
