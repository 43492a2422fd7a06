"""What a coordinator notes on a movement; of two who edit one, the second sees both."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from planner.domain.errors import BadInput, NotFound
from planner.domain.world import World
from planner.store.records import Movement
from planner.store.store import Store
from routing.units import Instant

DETAILS: Final = ("note", "contact_role", "escort_team", "priority", "remarks")
"""What a coordinator may note on a movement: a contact by role, never by name."""


def edit_details(
    store: Store, world: World, movement: str, details: Mapping[str, str], *, version: int, by: str, at: Instant
) -> int:
    """Write a coordinator's notes on a movement, if it is still of this version; return its new version.

    Raises
    ------
    ChangedMeanwhile
        If somebody else saved it since.
    NotFound
        If there is no such movement.
    BadInput
        If a fact is not one of `DETAILS`.
    """
    unknown = sorted(set(details) - set(DETAILS))
    if unknown:
        raise BadInput(f"{unknown[0]} cannot be noted on a movement. Give some of: {', '.join(DETAILS)}.")
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        try:
            there = write.get_movement(crisis, movement)
        except NotFound:
            if movement not in world.catalogue.movements:
                raise
            there = Movement(id=movement, detail={})
        kept = {**there.detail, **{name: value or None for name, value in details.items()}}
        new = write.put_movement(crisis, replace(there, detail=kept, version=version))
        changed = sorted(name for name in details if there.detail.get(name) != kept[name])
        # What was noted stays in the row: the audit names the facts, not their words.
        write.append_audit(actor=by, action="edit", target=movement, at=at, detail={"changed": ", ".join(changed)})
    return new
