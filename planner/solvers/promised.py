"""Movements that have been published stay: are they still feasible, and what do they take from everybody else."""

from planner.domain.plan import Convoy, PinnedNotice
from planner.domain.snapshot import Snapshot
from planner.domain.verify import broken_by


def notices(snapshot: Snapshot) -> tuple[PinnedNotice, ...]:
    """Return the movements that can no longer run as promised, each with the rules that stand against it.

    A movement under way or not yet begun may be held, rerouted or turned back: which, people decide.
    """
    found = []
    for convoy in snapshot.pinned:
        rules = broken_by(convoy, snapshot)
        if rules:
            found.append(
                PinnedNotice(
                    movement=convoy.movement or convoy.id, rules=rules, choices=("hold", "reroute", "turn back")
                )
            )
    return tuple(sorted(found, key=lambda notice: notice.movement))


def kept(snapshot: Snapshot) -> tuple[Convoy, ...]:
    """Return the pinned convoys that can still run as promised."""
    return tuple(convoy for convoy in snapshot.pinned if not broken_by(convoy, snapshot))
