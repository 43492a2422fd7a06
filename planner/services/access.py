"""Ask which roads may be used, as known when, and why."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.errors import BadInput, NotFound
from planner.domain.world import World
from routing.access import describe, fold
from routing.errors import RoutingError
from routing.evidence import known_at
from routing.gates import as_inspected, authority_priors
from routing.hand_set import GateInspection
from routing.ledger import read_ledger
from routing.network import GateId, RoadNetwork, SegmentId
from routing.policy_record import policy_in_force
from routing.refold import refold
from routing.status import AccessMap, GatePrior, Piece
from routing.units import DAY, AsOf, Instant, Window, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentState:
    """A segment at an instant: its piece, and how long that status has held and will hold as far as is known."""

    segment: SegmentId
    piece: Piece
    since: Instant
    until: Instant


def as_of(world: World, at: Instant, known: int | None) -> AsOf:
    """Return the as-of of a question: at an instant, with what was known then unless a position is given.

    Raises
    ------
    BadInput
        If the position lies outside the log.
    """
    if known is not None and not 0 <= known <= world.head:
        raise BadInput(f"Known {known} lies outside the log. Give a position from 0 to {world.head}.")
    return AsOf(at=at, known=known_at(world.log, at) if known is None else known)


def parse_known(text: str | None, world: World) -> int | None:
    """Read `--known`: a log position, or a time meaning what was known at that clock.

    Raises
    ------
    BadInput
        If it is neither.
    """
    if text is None:
        return None
    if text.isdigit():
        return int(text)
    try:
        return known_at(world.log, parse_instant(text, world.catalogue.crisis.tz))
    except RoutingError as cause:
        raise BadInput(f"--known: {cause} A log position is understood too.") from cause


def status_at(world: World, question: AsOf, *, around_s: int = 0) -> AccessMap:
    """Return the access map at one instant, or around it."""
    return access_over(world, question, Window(question.at - around_s, question.at + around_s + 1))


def access_over(world: World, question: AsOf, horizon: Window) -> AccessMap:
    """Return the access map over a horizon, by the policy that was in force at what is known."""
    policy = policy_in_force(world.log, question.known).policy
    return fold(world.log, world.network, question, horizon, world.catalogue.crisis.tz, policy)


def access_known(old: AccessMap, world: World, known: int) -> AccessMap:
    """Return the map of the same instant and horizon as another, at another position of the same log.

    Only what the records in between can touch is folded; all of it if another policy is in force.
    """
    policy = policy_in_force(world.log, known).policy
    if policy != policy_in_force(world.log, old.as_of.known).policy:
        return access_over(world, AsOf(at=old.as_of.at, known=known), old.horizon)
    return refold(old, world.log, world.network, known, world.catalogue.crisis.tz, policy)


def passage_records(world: World, question: AsOf) -> tuple[Mapping[GateId, GatePrior], Mapping[str, GatePrior]]:
    """Return the record of every gate, and of every authority over all its gates."""
    gates = status_at(world, question).gate_priors
    return gates, authority_priors(world.network, gates)


def inspected(world: World, question: AsOf) -> RoadNetwork:
    """Return the network with each gate's delay as last reported.

    The same delays on the same network are the same object, so that what is made of it serves many questions.
    """
    if not any(isinstance(record.fact, GateInspection) for record in world.log):
        return world.network
    found = as_inspected(world.network, read_ledger(world.log, question.known, world.network), question.at)
    return found if found is world.network else _inspected_before(world.network, found)


def _inspected_before(listed: RoadNetwork, found: RoadNetwork) -> RoadNetwork:
    with _INSPECTING:
        for before, kept in _INSPECTED:
            if before is listed and kept.gates == found.gates:
                return kept
        _INSPECTED.append((listed, found))
        return found


_INSPECTING: Final = threading.Lock()
_INSPECTED: Final[deque[tuple[RoadNetwork, RoadNetwork]]] = deque(maxlen=2)


LOOK_AROUND_S: Final = 14 * DAY
"""How far before and after an instant a status is followed to say since and until when it holds."""


def states_at(world: World, question: AsOf, segments: Sequence[SegmentId]) -> tuple[SegmentState, ...]:
    """Return the state of segments at an instant, with the span in which their status stays the same."""
    exact, around = status_at(world, question), status_at(world, question, around_s=LOOK_AROUND_S)
    return tuple(_state(exact, around, segment, question.at) for segment in segments)


def _state(exact: AccessMap, around: AccessMap, segment: SegmentId, at: Instant) -> SegmentState:
    piece = exact.at(segment, at)
    timeline = around.timeline(segment)
    here = next(i for i, one in enumerate(timeline) if one.window.contains(at))
    first = last = here
    while first > 0 and timeline[first - 1].status is piece.status:
        first -= 1
    while last + 1 < len(timeline) and timeline[last + 1].status is piece.status:
        last += 1
    return SegmentState(
        segment=segment, piece=piece, since=timeline[first].window.start, until=timeline[last].window.end
    )


def explain(world: World, segment: SegmentId, question: AsOf) -> tuple[Piece, tuple[str, ...]]:
    """Return a segment's piece at an instant and a sentence for each of its parts, the deciding one first."""
    piece = status_at(world, question).at(segment, question.at)
    first = piece.deciding()
    ordered = [first, *(part for part in piece.parts if part is not first)]
    return piece, tuple(describe(part, world.log, world.catalogue.crisis.tz) for part in ordered)


def find_segments(network: RoadNetwork, words: str) -> tuple[SegmentId, ...]:
    """Return the segment of that id, or all whose id, name or gate holds the words.

    Raises
    ------
    NotFound
        If none does.
    """
    if words in network.segments:
        return (words,)
    wanted = words.casefold()
    found = tuple(
        segment.id
        for segment in network.segments.values()
        if wanted in segment.id.casefold() or wanted in segment.name.casefold() or wanted == (segment.gate or "")
    )
    if not found:
        raise NotFound(f"No segment is called {words!r}. Try a place or gate: qafila access status lists them.")
    return found


def find_place(network: RoadNetwork, words: str) -> str:
    """Return the place of that id, or the only one whose id or name holds the words.

    Raises
    ------
    NotFound
        If none or several do; names the first few.
    """
    if words in network.places:
        return words
    wanted = words.casefold()
    named = [p.id for p in network.places.values() if wanted in {p.name.casefold(), p.name_ar}]
    found = named or [p.id for p in network.places.values() if wanted in p.id or wanted in p.name.casefold()]
    if len(found) != 1:
        said = f"Several match: {', '.join(found[:8])}." if found else "None matches."
        raise NotFound(f"No single place {words!r}. {said} Use an id from the places listing.")
    return found[0]
