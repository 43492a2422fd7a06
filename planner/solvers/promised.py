"""Movements that have been published stay: are they still feasible, and what do they take from everybody else."""

from planner.domain.plan import Convoy, PinnedNotice
from planner.domain.snapshot import Snapshot
from routing.travel.recheck import recheck
from routing.units import DAY, Window

RULE_OF_WORD = {"weight": "truck_limit", "night": "night_driving"}
"""Complaints of the recheck whose rule has another name; all others are rules' names themselves."""
ON_THE_WAY_BACK = {"blocked_segment": "window_return", "segment_window": "window_return"}


def notices(snapshot: Snapshot) -> tuple[PinnedNotice, ...]:
    """Return the movements that can no longer run as promised, each with the rules that stand against it.

    A movement under way or not yet begun may be held, rerouted or turned back: which, people decide.
    """
    found = []
    for convoy in snapshot.pinned:
        rules = broken_rules(snapshot, convoy)
        if rules:
            found.append(
                PinnedNotice(
                    movement=convoy.movement or convoy.id, rules=rules, choices=("hold", "reroute", "turn back")
                )
            )
    return tuple(sorted(found, key=lambda notice: notice.movement))


def kept(snapshot: Snapshot) -> tuple[Convoy, ...]:
    """Return the pinned convoys that can still run as promised."""
    return tuple(convoy for convoy in snapshot.pinned if not broken_rules(snapshot, convoy))


def broken_rules(snapshot: Snapshot, convoy: Convoy) -> tuple[str, ...]:
    """Return the names of the rules of the road that a convoy breaks, driven again as it was promised.

    Moves that ended before the plan is made are history and are not driven again.
    """
    heaviest = max((snapshot.truck_types[kind].gross_kg for kind, n in convoy.trucks.items() if n > 0), default=0)
    found: set[str] = set()
    for move in convoy.moves:
        if move.arrive_at <= snapshot.as_of.at:
            continue
        walked = recheck(
            snapshot.network,
            snapshot.access,
            move.segments,
            move.start,
            move.depart_at,
            convoy.truck_count,
            loaded=move.loaded,
            gross_kg=heaviest,
            use_unknown=snapshot.policy.use_unknown,
            daylight=snapshot.crisis.daylight(Window(move.depart_at - DAY, move.arrive_at + DAY)),
        )
        for complaint in walked.complaints:
            word = complaint.partition(":")[0]
            rule = RULE_OF_WORD.get(word, word)
            found.add(rule if move.loaded else ON_THE_WAY_BACK.get(rule, rule))
        span = Window(move.depart_at, max(move.arrive_at, move.depart_at + 1))
        for hold in snapshot.access.holds:
            if hold.window.overlaps(span) and (hold.segments is None or hold.segments & set(move.segments)):
                found.add("hold")
    return tuple(sorted(found))
