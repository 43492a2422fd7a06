"""Rules between convoys: gates, narrow roads, coupled sites, visits and promises."""

from collections.abc import Iterator
from itertools import combinations

from planner.domain.plan import Convoy, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.roads import occupancies
from planner.domain.verify.violation import Violation
from routing.units import local_days


def gate_capacity(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A gate lets one column through at a time, at its flow."""
    passes = [(p, convoy) for convoy in plan.convoys for move in convoy.moves for p in move.gates]
    for p, convoy in passes:
        flow = snapshot.access.gate_flow[p.gate]
        needed = -(-convoy.truck_count * 3_600 // flow)
        if p.clear_at - p.arrive_at < needed:
            yield Violation(
                rule="gate_capacity",
                convoy=convoy.id,
                detail=f"{convoy.truck_count} trucks in {p.clear_at - p.arrive_at} s, {p.gate} needs {needed} s",
            )
    for (p, convoy), (q, other) in combinations(passes, 2):
        if p.gate == q.gate and convoy.id != other.id and p.arrive_at < q.clear_at and q.arrive_at < p.clear_at:
            yield Violation(rule="gate_capacity", convoy=convoy.id, detail=f"at {p.gate} together with {other.id}")


def column_meeting(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Two columns never meet on a single-lane segment."""
    found = [(o, convoy) for convoy in plan.convoys for o in occupancies(convoy, snapshot)]
    narrow = [(o, c) for o, c in found if snapshot.network.get_segment(o.segment).single_lane]
    for (o, convoy), (q, other) in combinations(narrow, 2):
        opposite = o.segment == q.segment and o.forward != q.forward and convoy.id != other.id
        if opposite and o.window.overlaps(q.window):
            yield Violation(rule="column_meeting", convoy=convoy.id, detail=f"meets {other.id} on {o.segment}")


def coupling(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """The sites of a group are reached on one day within the tolerance, or none of them is."""
    days = local_days(snapshot.horizon, snapshot.crisis.tz)
    for group in snapshot.groups:
        open_sites = {s for s in group.sites if s in snapshot.sites and snapshot.sites[s].listing != "closed"}
        arrivals = sorted(
            (stop.arrive_at, stop.site) for c in plan.convoys for stop in c.stops if stop.site in open_sites
        )
        for day in days:
            on_day = [(at, site) for at, site in arrivals if day.contains(at)]
            missing = open_sites - {site for _, site in on_day}
            if on_day and missing:
                yield Violation(
                    rule="coupling", convoy=None, detail=f"{group.id}: {', '.join(sorted(missing))} left out"
                )
            apart = on_day[-1][0] - on_day[0][0] if on_day else 0
            if apart > group.tolerance_s:
                detail = f"{group.id}: {apart} s between arrivals, allowed {group.tolerance_s} s"
                yield Violation(rule="coupling", convoy=None, detail=detail)


def one_visit_a_day(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A site receives one convoy a day, and no convoy comes to a closed site."""
    days = local_days(snapshot.horizon, snapshot.crisis.tz)
    seen: dict[tuple[str, int], str] = {}
    for convoy in plan.convoys:
        for stop in convoy.stops:
            if snapshot.sites[stop.site].listing == "closed":
                yield Violation(rule="one_visit_a_day", convoy=convoy.id, detail=f"{stop.site} is closed")
            day = next((i for i, d in enumerate(days) if d.contains(stop.arrive_at)), -1)
            first = seen.setdefault((stop.site, day), convoy.id)
            if first != convoy.id:
                yield Violation(rule="one_visit_a_day", convoy=convoy.id, detail=f"{stop.site} has {first} that day")


def pinned(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Every pinned movement is kept as it was notified, or printed as no longer feasible.

    One that was let go may be missing; where its name is used, it is kept as it was too.
    """
    kept = {convoy.movement: convoy for convoy in plan.convoys if convoy.movement is not None}
    given_up = {notice.movement for notice in plan.pinned}
    for promised in snapshot.pinned:
        if promised.movement in given_up:
            continue
        found = None if promised.movement is None else kept.get(promised.movement)
        if found is None:
            yield Violation(rule="pinned", convoy=promised.id, detail=f"movement {promised.movement} is gone")
        elif _other_than(found, promised):
            yield Violation(rule="pinned", convoy=found.id, detail=f"movement {promised.movement} has been changed")
    for told in snapshot.notified:
        found = None if told.movement is None else kept.get(told.movement)
        if found is not None and _other_than(found, told):
            yield Violation(rule="pinned", convoy=found.id, detail=f"movement {told.movement} has been changed")


def _other_than(convoy: Convoy, promised: Convoy) -> bool:
    return (convoy.stops, convoy.moves, convoy.trucks) != (promised.stops, promised.moves, promised.trucks)
