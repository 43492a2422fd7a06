"""Say before a report is saved what it would change: stretches that turn, convoys it touches, what they can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.advice import Advice
from planner.domain.permits import NOTIFIED_REGIMES
from planner.domain.plan import Convoy, Plan
from planner.domain.world import World
from planner.intake.record import read_record
from planner.services.access import access_known, access_over, inspected
from planner.services.evidence import check_report, touched_convoys
from planner.services.in_hand import ConvoyInHand, InHand
from planner.services.routes import LONGEST_LEG_S
from planner.store.store import Store
from routing.evidence import Evidence, Incident, Retraction
from routing.network import GateId, SegmentId
from routing.status import AccessMap, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, find_legs
from routing.travel.recheck import recheck
from routing.truck import Truck
from routing.units import DAY, AsOf, Instant, Seconds, Window

LOOKED_AHEAD_S: Final[Seconds] = 3 * DAY
"""So long after a report begins to hold is looked for stretches that turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A convoy that a report touches, and what it can do.

    For another way, the likeliest of those left: its segments, its probability of getting through, how much longer it
    takes, when it can be left for (None: at the planned hour), and the gates on it that ask for papers or notice and
    are not on the planned way.
    """

    convoy: ConvoyInHand
    advice: Advice
    held: bool = False
    segments: tuple[SegmentId, ...] = ()
    p: float | None = None
    longer_s: Seconds | None = None
    leaves_at: Instant | None = None
    asking_gates: tuple[GateId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A stretch whose status is another once the report is known: from what to what, and when that begins."""

    segment: SegmentId
    before: Status
    after: Status
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What reports would change; nothing of it is stored. `planned` tells whether there was a plan to look at."""

    records: tuple[Evidence, ...]
    turned: tuple[Turned, ...]
    touched: tuple[Touched, ...]
    planned: bool

    @property
    def people(self) -> int:
        """People whom the touched convoys are to feed."""
        return sum(one.convoy.people for one in self.touched)

    @property
    def proposes_hold(self) -> bool:
        """Whether there is an attack on aid among them, after which a hold is proposed; it is never derived."""
        return any(isinstance(r.fact, Incident) and r.fact.hazard == "attack_on_aid" for r in self.records)

    @property
    def changes(self) -> Mapping[tuple[Status, Status], tuple[Turned, ...]]:
        """The stretches that turn by what they turn from and to, the worst turn first."""
        found: dict[tuple[Status, Status], list[Turned]] = {}
        for one in self.turned:
            found.setdefault((one.before, one.after), []).append(one)
        return {turn: tuple(found[turn]) for turn in sorted(found, key=lambda turn: (-turn[1].rank, turn[0].rank))}


def foresee(store: Store, world: World, values: Mapping[str, object], in_hand: InHand, question: AsOf) -> Impact:
    """Return what a report would change if it were the last thing known at the question.

    Raises
    ------
    BadInput
        If the report could not be recorded.
    RoutingError
        If it cannot be understood beside those before it.
    """
    record = read_record(values, world.network, world.catalogue.crisis.tz)
    check_report(store, world, record)
    before = _known(world, question)
    return _foresee(before, [replace(record, position=before.head + 1)], in_hand, question)


def foresee_records(world: World, records: Sequence[Evidence], in_hand: InHand, question: AsOf) -> Impact:
    """Return what checked records would change together, if they were the last things known at the question.

    They are numbered from the end of the whole log on, so that a withdrawal among them never meets a number that is
    taken; one of a record that is not known at the question has no effect.
    """
    first = world.head + 1
    numbered = [replace(record, position=first + k) for k, record in enumerate(records)]
    return _foresee(_known(world, question), numbered, in_hand, question, since=_withdrawn(world, records))


def _withdrawn(world: World, records: Sequence[Evidence]) -> tuple[Evidence, ...]:
    gone = {record.fact.position for record in records if isinstance(record.fact, Retraction)}
    return tuple(record for record in world.log if record.position in gone)


def foresee_withdrawal(world: World, position: int, in_hand: InHand, question: AsOf) -> Impact:
    """Return what withdrawing a record would change, if it were known at the question."""
    before = _known(world, question)
    withdrawn = next(record for record in world.log if record.position == position)
    withdrawal = replace(
        withdrawn, position=before.head + 1, fact=Retraction(position=position), learned_at=question.at,
        valid=Window(question.at),
    )  # fmt: skip
    return _foresee(before, [withdrawal], in_hand, question, since=[withdrawn])


def foresee_policy(world: World, record: Evidence, in_hand: InHand, question: AsOf) -> Impact:
    """Return what other numbers would change, if they were set as the last thing known at the question."""
    before = _known(world, question)
    tried = replace(record, position=before.head + 1, valid=Window(question.at))
    return _foresee(before, [tried], in_hand, question)


def _known(world: World, question: AsOf) -> World:
    return replace(world, log=tuple(r for r in world.log if r.position <= question.known))


def _foresee(
    before: World, records: Sequence[Evidence], in_hand: InHand, question: AsOf, *, since: Sequence[Evidence] = ()
) -> Impact:
    """Compare the log with and without records; `since` are those that they withdraw, whose time counts too."""
    after = replace(before, log=(*before.log, *records))
    held = [record.valid for record in (*since, *records) if not isinstance(record.fact, Retraction)]
    return Impact(
        records=tuple(records),
        turned=_turned(before, after, question, held),
        touched=_touched(before, after, in_hand, question.at),
        planned=in_hand.latest is not None or bool(in_hand.convoys),
    )


def _turned(before: World, after: World, question: AsOf, held: Sequence[Window]) -> tuple[Turned, ...]:
    """Return the stretches whose status is another at some time of the days after the first of them begins to hold."""
    if not held:
        return ()
    start = max(question.at, min(window.start for window in held))
    last = max(window.end for window in held)
    horizon = Window(start, max(start + 1, min(last, start + LOOKED_AHEAD_S)))
    old = _map(before, question.at, horizon)
    new = access_known(old, after, after.head)
    found = []
    for segment in sorted(before.network.segments):
        was, will = old.timeline(segment), new.timeline(segment)
        if was == will:
            continue
        for at in sorted({piece.window.start for piece in (*was, *will)}):
            one, other = old.at(segment, at).status, new.at(segment, at).status
            if one is not other:
                found.append(Turned(segment=segment, before=one, after=other, at=at))
                break
    return tuple(sorted(found, key=lambda turn: (-turn.after.rank, turn.at, turn.segment)))


def _map(world: World, at: Instant, horizon: Window) -> AccessMap:
    return access_over(world, AsOf(at=at, known=world.head), horizon)


def _touched(before: World, after: World, in_hand: InHand, now: Instant) -> tuple[Touched, ...]:
    if in_hand.latest is None:
        return ()
    return advise(before, after, in_hand.latest.plan, in_hand.not_back(now), now)


def advise(before: World, after: World, plan: Plan, going: Sequence[ConvoyInHand], now: Instant) -> tuple[Touched, ...]:
    """Return which of these convoys are touched by what the log learned in between, and what each can do now."""
    if not going:
        return ()
    on_the_way = replace(plan, convoys=tuple(one.convoy for one in going))
    found = {id(convoy) for convoy in touched_convoys(on_the_way, before, after)}
    touched = [one for one in going if id(one.convoy) in found]
    if not touched:
        return ()
    after = replace(after, network=inspected(after, AsOf(at=now, known=after.head)))
    start = min(now, *(one.convoy.depart_at for one in touched))
    horizon = Window(start, max(one.convoy.back_at for one in touched) + DAY + LONGEST_LEG_S)
    access, engine = _map(after, now, horizon), TravelEngine.of(after.network)
    return tuple(_advised(one, after, access, engine, now) for one in touched)


def _advised(one: ConvoyInHand, world: World, access: AccessMap, engine: TravelEngine, now: Instant) -> Touched:
    convoy = one.convoy
    out = Window(convoy.depart_at, convoy.back_at)
    held = any(
        hold.window.overlaps(out) and (hold.segments is None or not hold.segments.isdisjoint(convoy.segments))
        for hold in access.holds
    )
    if not held and not _is_stopped(convoy, world, access):
        return Touched(convoy=one, advice="look_again")
    if convoy.depart_at <= now < convoy.back_at:
        return Touched(convoy=one, advice="turn_back", held=held)
    if held:
        return Touched(convoy=one, advice="hold", held=True)
    goal = world.catalogue.sites[convoy.stops[0].site].place
    leaving = Window(max(now, convoy.depart_at), max(now, convoy.depart_at) + DAY)
    legs = find_legs(
        world.network, access, engine, convoy.moves[0].start, goal, leaving, loaded=True, trucks=convoy.truck_count,
        truck=_largest(convoy, world), daylight=world.catalogue.crisis.daylight(access.horizon),
    )  # fmt: skip
    return _by_another_way(one, world, legs) if legs else Touched(convoy=one, advice="hold")


def _is_stopped(convoy: Convoy, world: World, access: AccessMap) -> bool:
    """Tell whether the convoy, driven again at its own hours, is stopped on its way."""
    largest = _largest(convoy, world)
    return any(
        recheck(
            world.network, access, move.segments, move.start, move.depart_at, convoy.truck_count, loaded=move.loaded,
            truck=largest,
        ).complaints
        for move in convoy.moves
    )  # fmt: skip


def _largest(convoy: Convoy, world: World) -> Truck:
    types = world.catalogue.truck_types
    return Truck.largest(types[name].on_the_road for name, count in convoy.trucks.items() if count and name in types)


def _by_another_way(one: ConvoyInHand, world: World, legs: Sequence[Leg]) -> Touched:
    convoy = one.convoy
    chosen = min(legs, key=lambda leg: (-round(leg.p, 2), leg.seconds))
    planned_s = sum(
        move.arrive_at - move.depart_at for move in convoy.moves if move.arrive_at <= convoy.stops[0].arrive_at
    )
    first = min(window.start for window in chosen.departures)
    passed = {gate.gate for move in convoy.moves for gate in move.gates}
    asking = tuple(
        gate.gate
        for gate in chosen.gates
        if gate.gate not in passed and world.network.gates[gate.gate].regime in NOTIFIED_REGIMES
    )
    return Touched(
        convoy=one, advice="reroute", segments=chosen.segments, p=chosen.p,
        longer_s=chosen.seconds - planned_s,
        leaves_at=None if any(w.contains(convoy.depart_at) for w in chosen.departures) else first,
        asking_gates=tuple(dict.fromkeys(asking)),
    )  # fmt: skip
