"""Change one row of what planning starts from: checked, versioned, on record with who did it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput, NotFound
from planner.domain.needs import Need, Site
from planner.domain.supply import EscortTeams, Fleet, StockBatch
from planner.domain.world import World
from planner.store.reference import Reference, reference_id
from planner.store.store import Store, Writing
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who changes something, and when."""

    actor: str
    at: Instant


def add_row(store: Store, world: World, row: Reference, by: By) -> str:
    """Add a row and return its id.

    Raises
    ------
    BadInput
        If it names something unknown, or there is such a row already.
    """
    _check(row, world)
    crisis, row_id = world.catalogue.crisis.id, reference_id(row)
    with store.writing() as write:
        try:
            write.get_reference(crisis, _kind(type(row)), row_id)
        except NotFound:
            write.put_reference(crisis, [row])
        else:
            raise BadInput(f"{row_id} is on record already. Edit that row, or give this one another name or window.")
        _note(write, "add", crisis, row_id, by, {"after": digest_of(row)})
    return row_id


def edit_row(store: Store, world: World, row: Reference, version: int, by: By) -> int:
    """Replace the row of this id, if it is still of this version, and return its new version.

    Raises
    ------
    ChangedMeanwhile
        If somebody else saved it since.
    BadInput
        If it names something unknown.
    NotFound
        If it is gone.
    """
    _check(row, world)
    crisis, row_id = world.catalogue.crisis.id, reference_id(row)
    with store.writing() as write:
        before = write.get_reference(crisis, _kind(type(row)), row_id).row
        new = write.edit_reference(crisis, row, version=version)
        _note(write, "edit", crisis, row_id, by, {"before": digest_of(before), "after": digest_of(row)})
    return new


def remove_row(store: Store, world: World, kind: type[Reference], row_id: str, version: int, by: By) -> None:
    """Remove a row, if it is still of this version; raises as `edit_row` does."""
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        before = write.get_reference(crisis, _kind(kind), row_id).row
        write.remove_reference(crisis, kind, row_id, version=version)
        _note(write, "remove", crisis, row_id, by, {"before": digest_of(before)})


def _kind(kind: type[Reference]) -> type[Any]:
    return cast("type[Any]", kind)


def _note(write: Writing, what: str, crisis: str, row_id: str, by: By, detail: Mapping[str, str]) -> None:
    write.append_audit(actor=by.actor, action=what, target=f"{crisis}/{row_id}", at=by.at, detail=dict(detail))


def _check(row: Reference, world: World) -> None:
    """Refuse what names something that the crisis does not have, all complaints at once."""
    wrong = [
        f"No {word} {name!r}. There are: {', '.join(sorted(known)[:15])}."
        for word, name, known in _names(row, world)
        if name not in known
    ]
    if wrong:
        raise BadInput("\n".join(wrong))


def _names(row: Reference, world: World) -> Iterator[tuple[str, str, Collection[str]]]:
    catalogue = world.catalogue
    match row:
        case Need():
            yield "site", row.site, catalogue.sites
            yield "commodity", row.commodity, catalogue.commodities
        case StockBatch():
            yield "hub", row.hub, catalogue.hubs
            yield "commodity", row.commodity, catalogue.commodities
        case Fleet():
            yield "hub", row.hub, catalogue.hubs
            yield "truck type", row.truck_type, catalogue.truck_types
        case EscortTeams() if row.base is not None:
            yield "hub", row.base, catalogue.hubs
        case Site():
            yield "place", row.place, world.network.places
        case _:
            pass
