"""List movements with what is known of how they ended."""

from dataclasses import dataclass

from planner.domain.world import World
from planner.services.movements import list_movements
from planner.store.store import Store
from routing.evidence import DeliveryOutcome, standing
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyRow:
    """A movement and its last known state; `at` is when that happened, or when it is to leave."""

    movement: str
    name: str
    hub: str
    sites: tuple[str, ...]
    trucks: int | None
    state: str
    reason: str
    at: Instant | None
    synthetic: bool


def list_convoys(store: Store, world: World) -> tuple[ConvoyRow, ...]:
    """Return the movements on record and those of published plans, in order of time."""
    outcomes = last_outcomes(world)
    rows = [
        ConvoyRow(
            movement=movement.id,
            name=movement.name,
            hub=movement.hub,
            sites=(movement.site,),
            trucks=movement.trucks,
            state=outcomes[movement.id].what if movement.id in outcomes else "requested",
            reason=outcomes[movement.id].reason_code if movement.id in outcomes else "",
            at=outcomes[movement.id].happened_at if movement.id in outcomes else movement.requested_on,
            synthetic=movement.synthetic,
        )
        for movement in world.catalogue.movements.values()
    ]
    for planned in list_movements(store, world.catalogue.crisis.id):
        if planned.convoy is None:
            continue
        ended = outcomes.get(planned.id)
        rows.append(
            ConvoyRow(
                movement=planned.id,
                name="",
                hub=planned.convoy.hub,
                sites=tuple(stop.site for stop in planned.convoy.stops),
                trucks=planned.convoy.truck_count,
                state="notified" if ended is None else ended.what,
                reason="" if ended is None else ended.reason_code,
                at=planned.convoy.depart_at if ended is None else ended.happened_at,
                synthetic=False,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.at or 0, row.movement)))


def last_outcomes(world: World) -> dict[str, DeliveryOutcome]:
    """Return the last outcome of each movement by when it happened, then by position in the log."""
    found: dict[str, DeliveryOutcome] = {}
    for record in standing(world.log, world.head):
        fact = record.fact
        if isinstance(fact, DeliveryOutcome):
            known = found.get(fact.movement)
            if known is None or fact.happened_at >= known.happened_at:
                found[fact.movement] = fact
    return found
