"""What a rail of time shows: events by kind, truces with their hard end, and how many stretches turned when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from planner.domain.world import World
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    DeliveryOutcome,
    Evidence,
    Hold,
    Incident,
    Pause,
    PermitStep,
    Retraction,
    Statement,
)
from routing.status import AccessMap, Piece
from routing.units import HOUR, Instant, Window

Shape: TypeAlias = Literal["agreement", "claim", "hostilities", "permit", "aid"]
_SHAPES: Final[tuple[tuple[tuple[type, ...], Shape], ...]] = (
    ((CeasefireAgreed, CeasefireExtended, Arrangement, Pause), "agreement"),
    ((CeasefireClaim, Statement, Hold), "claim"),
    ((Incident, CeasefireViolation), "hostilities"),
    ((PermitStep,), "permit"),
    ((DeliveryOutcome,), "aid"),
)
TOGETHER_S: Final = 2 * HOUR
"""Events of one kind that follow each other so closely are one mark with their number."""
_FIRST_TOLD: Final = (
    CeasefireExtended, CeasefireAgreed, CeasefireClaim, Hold, DeliveryOutcome, Incident, PermitStep, Arrangement,
    Statement, Pause, CeasefireViolation,
)  # fmt: skip
"""Which event is named first where there is no room for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RailEvent:
    """One mark: when, its shape, the records behind it, and whether they are known at the page's time."""

    at: Instant
    shape: Shape
    records: tuple[Evidence, ...]
    known: bool
    announced: bool = False
    """An agreement at the hour it was announced, before the one from which it holds."""

    @property
    def importance(self) -> int:
        """Place in the order in which marks are named; smaller is named first."""
        return min(_FIRST_TOLD.index(type(record.fact)) for record in self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruceSpan:
    """A stretch of a ceasefire as one record set it: firm, or only intended; `record` says so."""

    ceasefire: str
    window: Window
    firm: bool
    extension: bool
    known: bool
    record: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How many stretches turned worse and better in a span, gates' hours left out."""

    window: Window
    worse: int
    better: int


def withdrawals(world: World, known: int) -> dict[int, Evidence]:
    """Return the withdrawals known at a position, by the position that each withdraws."""
    return {r.fact.position: r for r in world.log if r.position <= known and isinstance(r.fact, Retraction)}


def log_span(world: World) -> Window | None:
    """Return from when to when the log's records begin to hold; None where it is empty."""
    starts = [record.valid.start for record in world.log]
    return Window(min(starts), max(starts) + 1) if starts else None


def rail_events(world: World, window: Window, known: int) -> tuple[RailEvent, ...]:
    """Return the marks of a period in order of time; what was withdrawn by then has none."""
    gone = withdrawals(world, known)
    found: list[RailEvent] = []
    for record in world.log:
        shape = _shape(record)
        if shape is None or record.position in gone:
            continue
        told = record.position <= known
        if isinstance(record.fact, CeasefireAgreed) and record.learned_at < record.valid.start:
            found.append(RailEvent(at=record.learned_at, shape=shape, records=(record,), known=told, announced=True))
        found.append(RailEvent(at=record.valid.start, shape=shape, records=(record,), known=told))
    inside = sorted((e for e in found if window.contains(e.at)), key=lambda e: (e.at, e.records[0].position))
    return tuple(_together(inside))


def _shape(record: Evidence) -> Shape | None:
    return next((shape for kinds, shape in _SHAPES if isinstance(record.fact, kinds)), None)


def _together(events: Iterable[RailEvent]) -> list[RailEvent]:
    open_marks: dict[tuple[Shape, type, bool, bool], int] = {}
    found: list[RailEvent] = []
    for event in events:
        key = (event.shape, type(event.records[0].fact), event.known, event.announced)
        at = open_marks.get(key)
        if at is not None and event.at - found[at].at <= TOGETHER_S:
            before = found[at]
            found[at] = RailEvent(at=before.at, shape=before.shape, records=before.records + event.records,
                                  known=before.known, announced=before.announced)  # fmt: skip
            continue
        open_marks[key] = len(found)
        found.append(event)
    return found


def truce_spans(world: World, window: Window, known: int) -> tuple[TruceSpan, ...]:
    """Return the stretches of every ceasefire within a period, each up to the firm end that its record sets."""
    gone = withdrawals(world, known)
    records = sorted((r for r in world.log if r.position not in gone), key=lambda r: (r.valid.start, r.position))
    found: list[TruceSpan] = []
    ends: dict[str, Instant] = {}
    last: dict[str, Evidence] = {}
    for record in records:
        fact = record.fact
        if not isinstance(fact, CeasefireAgreed | CeasefireExtended):
            continue
        renewed = isinstance(fact, CeasefireExtended)
        start = max(record.valid.start, ends.get(fact.ceasefire, record.valid.start)) if renewed else record.valid.start
        told = record.position <= known
        if fact.firm_end > start:
            found.append(TruceSpan(ceasefire=fact.ceasefire, window=Window(start, fact.firm_end), firm=True,
                                   extension=renewed, known=told, record=record))  # fmt: skip
        ends[fact.ceasefire] = fact.firm_end
        if told:
            last[fact.ceasefire] = record
    for record in last.values():
        fact = record.fact
        if isinstance(fact, CeasefireAgreed | CeasefireExtended) and fact.intended_end > fact.firm_end:
            meant = Window(fact.firm_end, fact.intended_end)
            found.append(TruceSpan(ceasefire=fact.ceasefire, window=meant, firm=False, extension=False, known=True,
                                   record=record))  # fmt: skip
    return tuple(span for span in found if span.window.overlaps(window))


def count_turns(access: AccessMap, spans: Sequence[Window]) -> tuple[Turns, ...]:
    """Return how many stretches turned in each of the spans, which follow each other without gaps."""
    counted: Mapping[int, list[int]] = {index: [0, 0] for index in range(len(spans))}
    starts = [span.start for span in spans]
    made: dict[int, list[tuple[int, bool]]] = {}
    for segment in access.timelines:
        timeline = access.timelines[segment]
        if id(timeline) not in made:
            made[id(timeline)] = _turns(timeline, starts, spans[-1].end)
        for index, worse in made[id(timeline)]:
            counted[index][0 if worse else 1] += 1
    return tuple(Turns(window=span, worse=counted[i][0], better=counted[i][1]) for i, span in enumerate(spans))


def _turns(timeline: Sequence[Piece], starts: Sequence[Instant], end: Instant) -> list[tuple[int, bool]]:
    found = []
    for before, after in pairwise(timeline):
        at = after.window.start
        if before.status is after.status or not starts[0] <= at < end:
            continue
        if "outside_hours" in {before.deciding().code, after.deciding().code}:
            continue
        index = max(i for i, start in enumerate(starts) if start <= at)
        found.append((index, after.status.rank > before.status.rank))
    return found


def first_turn(timeline: Sequence[Piece], at: Instant) -> Piece | None:
    """Return the piece with which the status that holds at an instant ends; None where it lasts."""
    here = next((i for i, piece in enumerate(timeline) if piece.window.contains(at)), None)
    if here is None:
        return None
    return next((piece for piece in timeline[here + 1 :] if piece.status is not timeline[here].status), None)
