"""A stretch as a page tells of it: its state, its weeks around, how its status went, what the end of a truce leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from planner.domain.world import World
from planner.services.access import LOOK_AROUND_S, SegmentState
from planner.services.ceasefire_page import find_standing
from planner.services.time_rail import first_turn
from routing.access import fold_segments
from routing.ceasefire import Standing
from routing.ledger import Ledger
from routing.network import Segment
from routing.policy_record import policy_in_force
from routing.status import PART_ORDER, Part, Piece, Status
from routing.track import Question
from routing.units import AsOf, Instant, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterTruce:
    """The ceasefire that lets a line be crossed, and what the line is when the hour comes that ends it."""

    standing: Standing
    status: Status
    ends_at: Instant
    blocked_from: Instant | None
    """When the line is blocked, where that is later than the end that comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A stretch's change of status: when, from what to what, and the records of what decides it from then on.

    `records` are those behind the deciding part that are not behind the one before; all of it where none is new, as
    when a report has gone stale or a window has ended.
    """

    at: Instant
    before: Status
    piece: Piece
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A segment at the page's time: its state, its weeks around it, what its status turns to and why."""

    segment: Segment
    state: SegmentState
    timeline: tuple[Piece, ...]
    turns_to: Piece | None
    truce: AfterTruce | None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """How its status went over the weeks around the page's time, the last turn first."""
        found = [
            Turn(at=now.window.start, before=before.status, piece=now, records=_turned_by(before, now))
            for before, now in pairwise(self.timeline)
            if before.status is not now.status
        ]
        return tuple(reversed(found))

    @property
    def parts(self) -> tuple[Part, ...]:
        """The five parts in their fixed order."""
        by_name = {part.name: part for part in self.state.piece.parts}
        return tuple(by_name[name] for name in PART_ORDER if name in by_name)


def follow_stretches(
    world: World, ledger: Ledger, question: AsOf, pieces: Sequence[tuple[Segment, Piece]]
) -> tuple[Stretch, ...]:
    """Return stretches with the weeks around the page's time; only they are folded over so long."""
    if not pieces:
        return ()
    around = Window(question.at - LOOK_AROUND_S, question.at + LOOK_AROUND_S + 1)
    policy = policy_in_force(world.log, question.known).policy
    asked = Question(as_of=question, horizon=around, zone=world.catalogue.crisis.tz, policy=policy)
    timelines = fold_segments(asked, ledger, world.network, [segment.id for segment, _piece in pieces])
    return tuple(_stretch(world, ledger, question, segment, piece, timelines[segment.id]) for segment, piece in pieces)


def _stretch(
    world: World, ledger: Ledger, question: AsOf, segment: Segment, piece: Piece, timeline: tuple[Piece, ...]
) -> Stretch:
    here = next(i for i, one in enumerate(timeline) if one.window.contains(question.at))
    first = last = here
    while first > 0 and timeline[first - 1].status is timeline[here].status:
        first -= 1
    while last + 1 < len(timeline) and timeline[last + 1].status is timeline[here].status:
        last += 1
    return Stretch(
        segment=segment,
        state=SegmentState(
            segment=segment.id, piece=piece, since=timeline[first].window.start, until=timeline[last].window.end
        ),
        timeline=timeline,
        turns_to=first_turn(timeline, question.at),
        truce=_after_truce(find_standing(world, ledger, question, segment.id), question.at, timeline),
    )


def _after_truce(found: Standing | None, at: Instant, timeline: Sequence[Piece]) -> AfterTruce | None:
    if found is None or not found.covers:
        return None
    ends_at = found.firm_end if at < found.firm_end else found.intended_end
    then = next((piece for piece in timeline if piece.window.contains(ends_at)), None)
    if then is None:
        return None
    # The gate may be closed at that hour too: what the truce leaves behind is told by its own parts.
    left = max((p.status for p in then.parts if p.name in {"control", "ceasefire"}), key=lambda s: s.rank)
    later = found.intended_end if left is not Status.BLOCKED and ends_at < found.intended_end else None
    return AfterTruce(standing=found, status=left, ends_at=ends_at, blocked_from=later)


def _turned_by(before: Piece, now: Piece) -> tuple[int, ...]:
    # A road opens by what stood against it before: the record that lifted it may be behind another part than decides.
    part = now.deciding()
    if now.status.rank < before.status.rank:
        part = next((p for p in now.parts if p.name == before.decided_by), part)
    counted = {position for one in before.parts for position in one.evidence}
    new = tuple(position for position in part.evidence if position not in counted)
    return new or part.evidence
