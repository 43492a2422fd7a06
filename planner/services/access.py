"""Ask for access, and add to what is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.errors import BadInput, NotFound
from planner.domain.plan import Plan
from planner.domain.world import World
from planner.intake.record import read_record
from planner.store.store import Store
from routing.access import describe, fold
from routing.errors import RoutingError
from routing.evidence import Evidence, known_at
from routing.network import RoadNetwork, SegmentId
from routing.policy import AccessPolicy
from routing.status import AccessMap, Piece
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, Refusal, find_legs, refusal
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
    horizon = Window(question.at - around_s, question.at + around_s + 1)
    return fold(world.log, world.network, question, horizon, world.catalogue.crisis.tz, AccessPolicy())


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
    return piece, tuple(describe(part, world.log) for part in ordered)


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


def route(
    world: World, origin: str, destination: str, question: AsOf, *, hours: int = 24
) -> tuple[tuple[Leg, ...], Refusal | None]:
    """Return the Pareto legs of a loaded column that leaves within so many hours, or why there is none."""
    departures = Window(question.at, question.at + hours * 3_600)
    horizon = Window(question.at, departures.end + 24 * 3_600)
    access = fold(world.log, world.network, question, horizon, world.catalogue.crisis.tz, AccessPolicy())
    engine = TravelEngine(world.network)
    legs = find_legs(world.network, access, engine, origin, destination, departures, loaded=True)
    if legs:
        return legs, None
    return (), refusal(world.network, access, origin, destination, departures)


def record(store: Store, world: World, values: Mapping[str, object], *, actor: str, at: Instant) -> int:
    """Check one report and append it to the log; return its position.

    Raises
    ------
    BadInput
        If a value is missing or names something unknown; nothing is written then.
    """
    evidence = read_record(values, world.network, world.catalogue.crisis.tz)
    site = getattr(evidence.fact, "site", None)
    if site is not None and site not in world.catalogue.sites:
        raise BadInput(f"site is {site!r}, which is no site of this crisis. Use an id from the sites listing.")
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        position = write.append(crisis, [evidence], actor=actor, recorded_at=at)[0]
        write.append_audit(
            actor=actor, action="record", target=f"{crisis}/{position}", at=at, detail={"kind": evidence.fact.kind}
        )
    return position


def retract(store: Store, world: World, position: int, reason: str, *, actor: str, at: Instant, source: str) -> int:
    """Withdraw a record by a new one and return the new position.

    Raises
    ------
    NotFound
        If there is no such record.
    BadInput
        If it cannot be withdrawn.
    """
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        new = write.retract(crisis, position, reason, actor=actor, at=at, source=source)
        write.append_audit(actor=actor, action="retract", target=f"{crisis}/{position}", at=at, detail={"by": new})
    return new


def touched_convoys(plan: Plan, evidence: Evidence, network: RoadNetwork) -> tuple[str, ...]:
    """Return the convoys of a plan that use what a report speaks of, while it holds."""
    gate = getattr(evidence.fact, "gate", None)
    segments = set(getattr(evidence.fact, "segments", ()))
    if gate is not None:
        segments |= set(network.segments_of_gate[gate])
    return tuple(
        convoy.id
        for convoy in plan.convoys
        if segments & set(convoy.segments) and evidence.valid.overlaps(Window(convoy.depart_at, convoy.back_at))
    )
