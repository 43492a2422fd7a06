"""Plan with as few changes as pay: movements that people were told of stay, unless moving them gains their price."""

from dataclasses import replace
from typing import Final

from planner.domain.canonical import digest_of
from planner.domain.plan import Convoy, ObjectiveLevel, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify import broken_by
from planner.services.changes import with_changes
from planner.services.robust_plan import solved
from planner.solvers.choice import Progress
from planner.solvers.highs import relative_gap
from planner.solvers.options import build

DISTURBANCE: Final = "disturbance"


def plan_with_few_changes(snapshot: Snapshot, progress: Progress) -> Plan:
    """Return the plan that keeps the notified movements, or one that moves some where that gains more than the price.

    The gain is the larger of the share of value gained and the largest share of person-days gained at a level of
    equity; `notified_price` is asked for each movement that moves. What moved, what could not stay, and what staying
    costs is told in the plan's notes.
    """
    if not snapshot.notified:
        return _planned(snapshot, progress)
    broken = {c.movement: broken_by(c, snapshot) for c in snapshot.notified}
    standing = tuple(c for c in snapshot.notified if not broken[c.movement])
    held = replace(snapshot, pinned=(*snapshot.pinned, *standing), notified=())
    kept = _solved(held, progress)
    pinned = {convoy.movement for convoy in snapshot.pinned}
    # Free of their names, the kept convoys are where the other search begins: it answers nothing worse.
    begun = tuple(replace(c, movement=None) for c in kept.convoys if c.movement not in pinned or c.movement is None)
    free = replace(snapshot, notified=(), incumbent=begun)
    moved = _solved(free, progress)
    gone = tuple(c for c in standing if not any(_same(c, other) for other in moved.convoys))
    gain, price = _gain(kept, moved), snapshot.policy.notified_price * len(gone)
    notes = [f"Movement {name} can no longer run: {', '.join(rules)}." for name, rules in broken.items() if rules]
    lost = len(notes) + len(kept.pinned)
    pays = bool(gone) and gain > price
    if pays:
        named = ", ".join(str(convoy.movement) for convoy in gone)
        notes.append(f"Moved: {named}. It gains {gain:.1%}; the price of these changes is {price:.1%}.")
    elif gone:
        said = f"Moving {len(gone)} notified movements would gain {gain:.1%}"
        notes.append(f"{said}, not more than {price:.1%}: they stay.")
    plan, asked = (moved, free) if pays else (kept, held)
    plan = with_changes(asked, plan, build(asked, progress), progress)
    return replace(
        plan,
        snapshot_digest=digest_of(snapshot),
        notes=(*plan.notes, *notes),
        objective=tuple(_counted(level, lost, len(gone) if pays else 0) for level in plan.objective),
    )


def _counted(level: ObjectiveLevel, lost: int, moved: int) -> ObjectiveLevel:
    """Return the level of disturbance with the movements that are lost, which no plan can keep, and those moved."""
    if level.name != DISTURBANCE:
        return level
    value, bound = float(lost + moved), float(lost)
    return replace(level, value=value, bound=bound, gap=relative_gap(value, bound))


def _planned(snapshot: Snapshot, progress: Progress) -> Plan:
    found = solved(snapshot, build(snapshot, progress), progress)
    return with_changes(snapshot, found.plan, found.options, progress)


def _solved(snapshot: Snapshot, progress: Progress) -> Plan:
    return solved(snapshot, build(snapshot, progress), progress).plan


def _same(one: Convoy, other: Convoy) -> bool:
    return (one.hub, one.moves, one.trucks, one.stops) == (other.hub, other.moves, other.trucks, other.stops)


def _gain(kept: Plan, moved: Plan) -> float:
    """Return the largest share by which the second plan is better at value or at a level of equity."""
    after = {level.name: level.value for level in moved.objective}
    shares = [0.0]
    for level in kept.objective:
        if level.name == "value" and level.value > 0:
            shares.append((after[level.name] - level.value) / level.value)
        elif level.name.startswith("equity") and level.value > 0 and level.name in after:
            shares.append((level.value - after[level.name]) / level.value)
    return max(shares)
