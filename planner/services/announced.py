"""Give a movement that others announced a timetable of ours: its way, its hours, its slack before the way closes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from planner.domain.delivery import Movement
from planner.domain.denials import day_of
from planner.domain.permits import REGIME_STEPS, windows_in_force
from planner.domain.plan import Convoy, GatePass, Move, Stop
from planner.domain.snapshot import Snapshot
from routing.cuts import isolating
from routing.evidence import Arrangement, PermitStep
from routing.network import GateId, PlaceId, SegmentId
from routing.status import Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, find_legs
from routing.travel.passage import Path, causes, path_p, pieces_in, stretches
from routing.units import DAY, Instant, Seconds, Window, format_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A movement as it would run if it left at an hour.

    `slack_s` is negative where the way back closes before the column is out; None where nothing closes. Without a
    convoy, `rule` and `reason` say what stands against it, with the gates concerned.
    """

    movement: Movement
    convoy: Convoy | None = None
    slack_s: Seconds | None = None
    closes_at: Instant | None = None
    rule: str = ""
    reason: str = ""
    gates: tuple[str, ...] = ()


def announced(movement: Movement, snapshot: Snapshot, engine: TravelEngine, depart_at: Instant) -> Announced:
    """Return the timetable of a movement that leaves at an instant, whether or not it can be out again in time.

    It drives the fastest way whose papers are in force, unloads at the site's rate and comes back by the same roads.
    What the trucks carry is not known, so that the convoy has no loads; their type is not either, and no limit of
    weight is asked for.
    """
    if movement.trucks is None:
        return Announced(movement=movement, rule="trucks", reason="How many trucks it has is not stated.")
    now, day = Window(depart_at, depart_at + 1), Window(depart_at, depart_at + DAY)
    legs = _legs(movement, snapshot, engine, now)
    later = legs or _legs(movement, snapshot, engine, day)
    if not later:
        return _no_road(movement, snapshot, engine, day)
    missing = [tuple(_missing(leg, movement, snapshot, leg.departures[0].start)) for leg in later]
    allowed = [leg for leg, papers in zip(later, missing, strict=True) if not papers]
    if not allowed:
        papers = min(missing, key=len)
        steps = ", ".join(dict.fromkeys(step for step, _gate in papers))
        gates = tuple(dict.fromkeys(gate for _step, gate in papers))
        return Announced(
            movement=movement, rule=papers[0][0], gates=gates,
            reason=f"Not in force for {movement.site} at gate {', gate '.join(gates)}: {steps}.",
        )  # fmt: skip
    best = min(allowed, key=lambda leg: (leg.departures[0].start, leg.seconds, -leg.p))
    if not legs:
        first = format_instant(best.departures[0].start, snapshot.crisis.tz)
        return Announced(movement=movement, rule="window", reason=f"No way can be driven then; the next from {first}.")
    return _timed(movement, snapshot, best, depart_at)


def arranged_later(found: Announced, snapshot: Snapshot, day: Window) -> Announced | None:
    """Return the movement as one of a later day, where the parties' word on its gates is known to begin only then.

    Its gates are those of its papers and of the way found for it. Where an arrangement for one of them is in force on
    the day, or none is to come, it may leave on the day: None.
    """
    movement = found.movement
    gates = {r.fact.gate for r in snapshot.log if isinstance(r.fact, PermitStep) and r.fact.movement == movement.id}
    gates |= set(found.gates)
    gates |= {stood.gate for move in (found.convoy.moves if found.convoy else ()) for stood in move.gates}
    told = [
        (record.valid, gate)
        for record in snapshot.log
        if isinstance(record.fact, Arrangement)
        for gate in record.fact.gates
        if gate in gates
    ]
    later = [(window, gate) for window, gate in told if window.start >= day.end]
    if not later or any(window.overlaps(day) for window, _gate in told):
        return None
    window, gate = min(later)
    zone = snapshot.crisis.tz
    begins, ends = day_of(window.start, zone), day_of(window.end - 1, zone)
    when = begins if begins == ends else f"{begins} to {ends}"
    return Announced(
        movement=movement, rule="arranged_later", gates=(gate,), reason=f"Arranged at gate {gate} for {when}."
    )


def _legs(movement: Movement, snapshot: Snapshot, engine: TravelEngine, departures: Window) -> tuple[Leg, ...]:
    return find_legs(
        snapshot.network, snapshot.access, engine, *_ends(movement, snapshot), departures, loaded=True,
        trucks=movement.trucks or 1, use_unknown=snapshot.policy.use_unknown,
    )  # fmt: skip


def _ends(movement: Movement, snapshot: Snapshot) -> tuple[PlaceId, PlaceId]:
    return snapshot.hubs[movement.hub].place, snapshot.sites[movement.site].place


def _missing(leg: Leg, movement: Movement, snapshot: Snapshot, depart_at: Instant) -> Iterator[tuple[str, str]]:
    for passed in leg.gates:
        for step in REGIME_STEPS[snapshot.network.gates[passed.gate].regime]:
            windows = windows_in_force(snapshot.papers, movement.site, passed.gate, step)
            if not any(window.contains(depart_at + passed.offset_s) for window in windows):
                yield step, passed.gate


def _no_road(movement: Movement, snapshot: Snapshot, engine: TravelEngine, day: Window) -> Announced:
    """Say which closed roads separate hub and site on the day, and which papers are missing at the gates there.

    Where each road is open at some time but no departure finds them open in turn, the gates are those of the fastest
    way over roads that open at all.
    """
    origin, goal = _ends(movement, snapshot)
    closed = frozenset(
        name
        for name, timeline in snapshot.access.timelines.items()
        if all(piece.status is Status.BLOCKED for piece in pieces_in(timeline, day))
    )
    cut = isolating(snapshot.network, closed, origin, goal)
    way = None if cut else engine.fastest_way(origin, goal, closed)
    along = cut or (() if way is None else way.segments)
    gates = tuple(dict.fromkeys(g for name in along if (g := snapshot.network.segments[name].gate) is not None))
    lacking = [f"{', '.join(steps)} at gate {g}" for g in gates if (steps := _lacking(movement, snapshot, g, day))]
    if cut:
        where = f"Every road is closed all day at {', '.join(cut)}"
    else:
        where = f"No departure of the day gets through before a road closes, by gate {', gate '.join(gates)}"
    return Announced(
        movement=movement, rule="blocked_segment" if cut else "window", gates=gates,
        reason=f"{where}. Not in force for {movement.site}: {'; '.join(lacking)}." if lacking else f"{where}.",
    )  # fmt: skip


def _lacking(movement: Movement, snapshot: Snapshot, gate: GateId, day: Window) -> tuple[str, ...]:
    """Return the papers that are in force for the movement's site at a gate at no time of the day."""
    return tuple(
        step
        for step in REGIME_STEPS[snapshot.network.gates[gate].regime]
        if not any(w.overlaps(day) for w in windows_in_force(snapshot.papers, movement.site, gate, step))
    )


def _timed(movement: Movement, snapshot: Snapshot, leg: Leg, depart_at: Instant) -> Announced:
    site, trucks = snapshot.sites[movement.site], movement.trucks or 0
    out = Path(origin=leg.origin, destination=leg.destination, segments=leg.segments, loaded=True)
    home = Path(origin=leg.destination, destination=leg.origin, segments=leg.segments[::-1], loaded=False)
    there = _move(out, snapshot, depart_at, trucks)
    unloaded_at = there.arrive_at + site.unload_seconds(trucks)
    back = _move(home, snapshot, unloaded_at, trucks)
    met = causes(snapshot.network, snapshot.access, out, Window(depart_at, depart_at + 1), trucks)
    slack_s, closes_at = _slack(home, snapshot, there.arrive_at, unloaded_at, trucks)
    convoy = Convoy(
        id=movement.id, hub=movement.hub,
        stops=(Stop(site=site.id, arrive_at=there.arrive_at, unloaded_at=unloaded_at, trucks={}, loads=()),),
        moves=(there, back), trucks={"not stated": trucks}, loading=Window(depart_at - 1, depart_at), p=path_p(met),
        slack_s=max(0, DAY if slack_s is None else slack_s), exposure_truck_s=0, movement=movement.id,
    )  # fmt: skip
    return Announced(movement=movement, convoy=convoy, slack_s=slack_s, closes_at=closes_at)


def _move(path: Path, snapshot: Snapshot, depart_at: Instant, trucks: int) -> Move:
    drive = stretches(snapshot.network, snapshot.access, path, trucks)
    return Move(
        start=path.origin, end=path.destination, depart_at=depart_at, arrive_at=depart_at + drive[-1].leave_s,
        segments=path.segments, loaded=path.loaded,
        gates=tuple(
            GatePass(gate=s.segment.gate, arrive_at=depart_at + s.enter_s, clear_at=depart_at + s.clear_s)
            for s in drive
            if s.segment.gate is not None
        ),
    )  # fmt: skip


def _slack(
    home: Path, snapshot: Snapshot, inside_from: Instant, depart_at: Instant, trucks: int
) -> tuple[Seconds | None, Instant | None]:
    """Return the time between leaving a road on the way back and its first closing after the arrival, and that hour."""
    found: list[tuple[Seconds, Instant]] = []
    for stretch in stretches(snapshot.network, snapshot.access, home, trucks):
        closing = _first_closing(stretch.segment.id, snapshot, inside_from)
        if closing is not None:
            found.append((closing - (depart_at + stretch.leave_s), closing))
    return min(found, default=(None, None))


def _first_closing(segment: SegmentId, snapshot: Snapshot, after: Instant) -> Instant | None:
    closed = (p.window.start for p in snapshot.access.timeline(segment) if p.status is Status.BLOCKED)
    return next((start for start in closed if start > after), None)


def still_to_come(movements: Iterable[Movement], ended: frozenset[str], at: Instant) -> Sequence[Movement]:
    """Return the movements that have not ended and are not more than a day on their way at an instant."""
    return [
        movement
        for movement in movements
        if movement.id not in ended and (movement.dispatched_at is None or movement.dispatched_at > at - DAY)
    ]
