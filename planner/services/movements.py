"""Publish plans: convoys become movements, which keep their ids and may be pinned when planning again."""

from dataclasses import replace

from planner.domain.errors import Refused
from planner.domain.plan import Convoy
from planner.domain.world import World
from planner.services.plan_records import PlanRecord
from planner.store.records import Movement
from planner.store.store import Store
from routing.units import Instant


def publish_plan(store: Store, record: PlanRecord, *, by: str, at: Instant) -> tuple[str, ...]:
    """Publish another person's plan: each of its convoys becomes a movement. Return the movements' ids.

    Raises
    ------
    Refused
        If the plan supposes what is not so, the publisher made it, or it is published already.
    """
    if record.stored.card.supposed:
        raise Refused(
            f"Plan {record.id} supposes {record.snapshot.scenario.name}, which is not so. Once it is, record it and "
            f"plan anew: only what was reported may send convoys out."
        )
    if record.stored.card.created_by == by:
        raise Refused(f"Plan {record.id} was made by {by}. A second person publishes it: set QAFILA_ACTOR to their id.")
    crisis = record.snapshot.crisis.id
    with store.writing() as write:
        write.publish_plan(record.id, at=at, by=by)
        known = {movement.id: movement for movement in write.list_movements(crisis)}
        movements = [_movement(record, convoy) for convoy in record.plan.convoys]
        for movement in movements:
            there = known.get(movement.id)
            write.put_movement(crisis, movement if there is None else replace(movement, version=there.version))
        write.append_audit(actor=by, action="publish", target=record.id, at=at, detail={"movements": len(movements)})
    return tuple(movement.id for movement in movements)


def _movement(record: PlanRecord, convoy: Convoy) -> Movement:
    """Return the movement of a convoy; a replanned movement keeps its id."""
    name = convoy.movement or f"{record.id}-{convoy.id}"
    return Movement(
        id=name, plan=record.id, planned_as=convoy.id, convoy=replace(convoy, movement=name),
        detail={"pinned": True, "site": convoy.stops[0].site},
    )  # fmt: skip


def pin_movement(store: Store, world: World, movement: str, *, pinned: bool, by: str, at: Instant) -> None:
    """Pin a movement, so that replanning keeps it as it is, or let it go again.

    Raises
    ------
    NotFound
        If there is no such movement.
    """
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        there = write.get_movement(crisis, movement)
        write.put_movement(crisis, replace(there, detail={**there.detail, "pinned": pinned}))
        write.append_audit(actor=by, action="pin" if pinned else "unpin", target=movement, at=at)


def list_movements(store: Store, crisis: str) -> tuple[Movement, ...]:
    """Return the movements that published plans have made."""
    with store.reading() as read:
        return read.list_movements(crisis)


def pinned_convoys(store: Store, world: World, *, after: Instant) -> tuple[Convoy, ...]:
    """Return the convoys of pinned movements that are not yet back at an instant."""
    found = list_movements(store, world.catalogue.crisis.id)
    return tuple(
        m.convoy for m in found if m.convoy is not None and m.detail.get("pinned") is True and m.convoy.back_at > after
    )


def notified_convoys(store: Store, world: World, *, after: Instant) -> tuple[Convoy, ...]:
    """Return the convoys of movements that were let go before their loading began: people know of them still."""
    found = list_movements(store, world.catalogue.crisis.id)
    return tuple(
        m.convoy
        for m in found
        if m.convoy is not None and m.detail.get("pinned") is False and m.convoy.loading.start > after
    )
