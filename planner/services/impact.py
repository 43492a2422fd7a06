"""Say before a report is saved what it would change: stretches that turn, convoys it touches, what they can do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from planner.domain.plan import Convoy, Plan
from planner.domain.world import World
from planner.intake.record import read_record
from planner.services.evidence import check_report, touched_convoys
from planner.services.routes import LONGEST_LEG_S
from planner.store.store import Store
from routing.access import fold
from routing.evidence import Evidence
from routing.network import SegmentId
from routing.status import AccessMap, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import find_legs
from routing.units import DAY, AsOf, Instant, Seconds, Window

Advice: TypeAlias = Literal["reroute", "hold", "turn_back", "look_again"]
"""`look_again`: the way is as before, but the word on its sites, papers or movement is not."""
LOOKED_AHEAD_S: Final[Seconds] = 3 * DAY
"""So long after a report begins to hold is looked for stretches that turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A convoy that a report touches: what it can do, and for another way how much longer that takes."""

    convoy: Convoy
    advice: Advice
    longer_s: Seconds | None
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A stretch whose status is another once the report is known."""

    segment: SegmentId
    before: Status
    after: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a report would change; nothing of it is stored."""

    record: Evidence
    turned: tuple[Turned, ...]
    touched: tuple[Touched, ...]
    planned: bool
    """Whether there was a plan to look at."""

    @property
    def people(self) -> int:
        """People whom the touched convoys are to feed."""
        return sum(one.people for one in self.touched)


def foresee(store: Store, world: World, values: Mapping[str, object], plan: Plan | None, question: AsOf) -> Impact:
    """Return what a report would change if it were the last thing known at the question.

    Raises
    ------
    BadInput
        If the report could not be recorded.
    """
    record = read_record(values, world.network, world.catalogue.crisis.tz)
    check_report(store, world, record)
    known = tuple(r for r in world.log if r.position <= question.known)
    before = World(catalogue=world.catalogue, network=world.network, log=known)
    after = replace(before, log=(*known, replace(record, position=before.head + 1)))
    touched = () if plan is None else touched_convoys(plan, before, after)
    return Impact(
        record=record,
        turned=_turned(before, after, question, record),
        touched=_advised(touched, after, question.at),
        planned=plan is not None,
    )


def _turned(before: World, after: World, question: AsOf, record: Evidence) -> tuple[Turned, ...]:
    """Return the stretches whose status is another at some time of the days after the report begins to hold."""
    start = max(question.at, record.valid.start)
    horizon = Window(start, max(start + 1, min(record.valid.end, start + LOOKED_AHEAD_S)))
    old, new = (_map(world, question.at, horizon) for world in (before, after))
    found = []
    for segment in sorted(before.network.segments):
        pieces = (*old.timeline(segment), *new.timeline(segment))
        if old.timeline(segment) == new.timeline(segment):
            continue
        for at in sorted({max(piece.window.start, start) for piece in pieces}):
            was, will = old.at(segment, at).status, new.at(segment, at).status
            if was is not will:
                found.append(Turned(segment=segment, before=was, after=will))
                break
    return tuple(found)


def _map(world: World, at: Instant, horizon: Window) -> AccessMap:
    return fold(world.log, world.network, AsOf(at=at, known=world.head), horizon, world.catalogue.crisis.tz)


def _advised(convoys: tuple[Convoy, ...], world: World, now: Instant) -> tuple[Touched, ...]:
    if not convoys:
        return ()
    start = min(c.depart_at for c in convoys)
    horizon = Window(min(start, now), max(c.back_at for c in convoys) + DAY + LONGEST_LEG_S)
    access, engine = _map(world, max(now, min(start, now)), horizon), TravelEngine(world.network)
    return tuple(_advice(convoy, world, access, engine, now) for convoy in convoys)


def _advice(convoy: Convoy, world: World, access: AccessMap, engine: TravelEngine, now: Instant) -> Touched:
    people = sum(load.people for stop in convoy.stops for load in stop.loads)
    out, first = Window(convoy.depart_at, convoy.back_at), convoy.moves[0]
    blocked = any(
        piece.status is Status.BLOCKED
        for segment in set(convoy.segments)
        for piece in access.timeline(segment)
        if piece.window.overlaps(out)
    )
    held = any(hold.window.overlaps(out) for hold in access.holds if hold.segments is None) or any(
        hold.window.overlaps(out) and hold.segments & set(convoy.segments) for hold in access.holds if hold.segments
    )
    if not blocked and not held:
        return Touched(convoy=convoy, advice="look_again", longer_s=None, people=people)
    if convoy.depart_at <= now < convoy.back_at:
        return Touched(convoy=convoy, advice="turn_back", longer_s=None, people=people)
    if held:
        return Touched(convoy=convoy, advice="hold", longer_s=None, people=people)
    leaving = Window(convoy.depart_at, convoy.depart_at + DAY)
    legs = find_legs(world.network, access, engine, first.start, convoy_goal(convoy, world), leaving, loaded=True)
    if not legs:
        return Touched(convoy=convoy, advice="hold", longer_s=None, people=people)
    planned = convoy.stops[0].arrive_at - convoy.depart_at
    quickest = min(leg.seconds for leg in legs)
    return Touched(convoy=convoy, advice="reroute", longer_s=max(0, quickest - planned), people=people)


def convoy_goal(convoy: Convoy, world: World) -> str:
    """Return the place of a convoy's first stop."""
    return world.catalogue.sites[convoy.stops[0].site].place
