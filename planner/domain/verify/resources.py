"""Rules of trucks, escorts and loading: enough of each, at the right time."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

from planner.domain.plan import Convoy, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.violation import Violation
from routing.units import Window, daily_windows, local_days


def horizon(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Nothing starts before the plan is made, and every site is served within the horizon; promises may be older."""
    for convoy in plan.convoys:
        if convoy.movement is not None:
            continue
        if convoy.loading.start < snapshot.as_of.at:
            yield Violation(rule="horizon", convoy=convoy.id, detail="loading starts before the plan is made")
        for stop in convoy.stops:
            if not (snapshot.horizon.start <= stop.arrive_at and stop.unloaded_at <= snapshot.horizon.end):
                yield Violation(rule="horizon", convoy=convoy.id, detail=f"{stop.site} is served outside the horizon")


def convoy_size(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A column has between the fewest and the most trucks, the trucks of its stops being the column's.

    A column that was promised keeps its size, should the policy have changed since.
    """
    policy = snapshot.policy
    for convoy in plan.convoys:
        at_stops: Counter[str] = Counter()
        for stop in convoy.stops:
            at_stops.update(stop.trucks)
        if +at_stops != +Counter(convoy.trucks):
            yield Violation(
                rule="convoy_size",
                convoy=convoy.id,
                detail=f"stops have {dict(at_stops)}, the column {dict(convoy.trucks)}",
            )
        if convoy.movement is None and not policy.min_trucks <= convoy.truck_count <= policy.max_trucks:
            yield Violation(
                rule="convoy_size",
                convoy=convoy.id,
                detail=f"{convoy.truck_count} trucks, allowed are {policy.min_trucks} to {policy.max_trucks}",
            )


def stop_count(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A column serves no more sites than allowed, each once."""
    for convoy in plan.convoys:
        sites = Counter(stop.site for stop in convoy.stops)
        if convoy.movement is None and sites.total() > snapshot.policy.max_stops:
            yield Violation(
                rule="stop_count",
                convoy=convoy.id,
                detail=f"{sites.total()} stops, allowed are {snapshot.policy.max_stops}",
            )
        for site, visits in sorted(sites.items()):
            if visits > 1:
                yield Violation(rule="stop_count", convoy=convoy.id, detail=f"{visits} stops at {site}")


def loading(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A convoy is loaded in its hub's hours, long enough, before it leaves, and alone."""
    zone = snapshot.crisis.tz
    for convoy in plan.convoys:
        hub = snapshot.hubs[convoy.hub]
        around = Window(convoy.loading.start - 86_400, convoy.loading.end + 86_400)
        sessions = daily_windows(around, *hub.evening, zone) + daily_windows(around, *hub.morning, zone)
        if not any(session.covers(convoy.loading) for session in sessions):
            yield Violation(rule="loading", convoy=convoy.id, detail=f"outside the loading hours of {hub.id}")
        if convoy.loading.seconds < hub.loading_seconds(convoy.truck_count):
            yield Violation(
                rule="loading",
                convoy=convoy.id,
                detail=f"{convoy.loading.seconds} s for {convoy.truck_count} trucks, {hub.id} needs "
                f"{hub.loading_seconds(convoy.truck_count)} s",
            )
        if convoy.loading.end > convoy.depart_at:
            yield Violation(rule="loading", convoy=convoy.id, detail="leaves before it is loaded")
    for first, second in combinations(plan.convoys, 2):
        if first.hub == second.hub and first.loading.overlaps(second.loading):
            yield Violation(rule="loading", convoy=first.id, detail=f"loaded at {first.hub} together with {second.id}")


def unloading(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Unloading takes at least as long as the site needs for the stop's trucks, and one convoy at a time unloads."""
    for convoy in plan.convoys:
        for stop in convoy.stops:
            needed = snapshot.sites[stop.site].unload_seconds(sum(stop.trucks.values()))
            if stop.unloaded_at - stop.arrive_at < needed:
                yield Violation(
                    rule="unloading",
                    convoy=convoy.id,
                    detail=f"{stop.site}: {stop.unloaded_at - stop.arrive_at} s given, {needed} s needed",
                )

    visits = sorted((s.site, s.arrive_at, s.unloaded_at, c.id) for c in plan.convoys for s in c.stops)
    for (site, _, until, first), (other_site, arrive_at, _, second) in pairwise(visits):
        if site == other_site and arrive_at < until:
            yield Violation(rule="unloading", convoy=second, detail=f"comes to {site} while {first} unloads there")


def fleet(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """At no moment are more trucks of a type away from a hub than it has, from their loading until they are back.

    Trucks of promised convoys that cannot run stay bound until people have decided.
    """
    bound = (*plan.convoys, *given_up(plan, snapshot))
    for hub, kind in sorted({(convoy.hub, kind) for convoy in plan.convoys for kind in convoy.trucks}):
        fleets = [f for f in snapshot.fleets if (f.hub, f.truck_type) == (hub, kind)]
        users = [c for c in bound if c.hub == hub and c.trucks.get(kind, 0) > 0]
        changes = {c.loading.start for c in users} | {f.available.end for f in fleets}
        for at in sorted(changes):
            away = [c for c in users if c.loading.start <= at < c.back_at]
            used = sum(c.trucks[kind] for c in away)
            there = sum(f.trucks for f in fleets if f.available.contains(at))
            if used > there:
                detail = f"{used} {kind} away from {hub} at {at}, which has {there}"
                yield Violation(rule="fleet", convoy=away[-1].id, detail=detail)


def given_up(plan: Plan, snapshot: Snapshot) -> tuple[Convoy, ...]:
    """Return the promised convoys that the plan does not run: their trucks and stock stay bound."""
    running = {convoy.movement for convoy in plan.convoys}
    return tuple(convoy for convoy in snapshot.pinned if convoy.movement not in running)


def escort(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """On every local day there is an escort team for each convoy that must have one."""
    days = local_days(
        Window(snapshot.horizon.start - 2 * 86_400, snapshot.horizon.end + 3 * 86_400), snapshot.crisis.tz
    )
    escorted = [convoy for convoy in plan.convoys if needs_escort(convoy, snapshot)]
    for day in days:
        spans = [(c.hub, span) for c in escorted if (span := Window(c.depart_at, c.back_at).clip(day)) is not None]
        if not spans:
            continue
        away = Counter(hub for hub, _ in spans)
        work = Window(min(span.start for _, span in spans), max(span.end for _, span in spans))
        own: Counter[str] = Counter()
        pool = 0
        for team in snapshot.escorts:
            if not team.available.covers(work):
                continue
            if team.base is None:
                pool += team.teams
            else:
                own[team.base] += team.teams
        wanting = sum(max(0, n - own[hub]) for hub, n in away.items())
        if wanting > pool:
            yield Violation(
                rule="escort",
                convoy=None,
                detail=f"{sum(away.values())} convoys on the day from {day.start}, {wanting - pool} without an escort",
            )


def needs_escort(convoy: Convoy, snapshot: Snapshot) -> bool:
    """Tell whether a convoy passes, loaded, a gate whose regime asks for an escort."""
    wanted = snapshot.policy.escort_regimes
    return any(
        snapshot.network.get_gate(p.gate).regime in wanted for move in convoy.moves if move.loaded for p in move.gates
    )
