"""Import needs and supply from tables: first what would change, then all of it in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput
from planner.domain.needs import Need
from planner.domain.supply import Fleet, StockBatch
from planner.domain.world import World
from planner.intake.relief import (
    FLEET_COLUMNS,
    NEED_COLUMNS,
    STOCK_COLUMNS,
    read_fleets,
    read_needs,
    read_stock,
)
from planner.intake.table import parse_table
from planner.store.reference import reference_id
from planner.store.store import Store
from routing.units import Instant

Entry: TypeAlias = Need | StockBatch | Fleet
Subject: TypeAlias = Literal["needs", "supply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import would do: ids of rows that are new, changed, and the same as before."""

    rows: tuple[Entry, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    replaced: tuple[Entry, ...] = ()
    """The rows on record that `changed` ones would replace."""

    @property
    def digest(self) -> str:
        """What was shown before it is done: the same table over other records has another digest."""
        return digest_of({"rows": self.rows, "replaced": self.replaced, "added": self.added})


def read_import(world: World, subject: Subject, file: Path) -> ImportPlan:
    """Read a file as `compare_table` reads its text.

    Raises
    ------
    BadInput
        If the file cannot be read as text, and as `compare_table` does.
    """
    try:
        content = file.read_bytes()
    except OSError as cause:
        raise BadInput(f"{file}: cannot be read ({cause.strerror}). Check the path.") from cause
    return compare_table(world, subject, file.name, decode_table(file.name, content))


def decode_table(name: str, content: bytes) -> str:
    """Return a table's text.

    Raises
    ------
    BadInput
        If it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise BadInput(f"{name} is not UTF-8. Save it as CSV in UTF-8.") from cause


def compare_table(world: World, subject: Subject, name: str, text: str) -> ImportPlan:
    """Read a table of needs, of stock or of trucks (told by its columns) and compare it with what is on record.

    Raises
    ------
    BadInput
        With one line for each row that cannot be used; nothing is stored then.
    """
    rows = _read(world, subject, name, text)
    _refuse_twins(rows, name)
    known = {reference_id(row): row for row in _on_record(world, rows)}
    ids = [reference_id(row) for row in rows]
    changed = tuple(i for i, row in zip(ids, rows, strict=True) if i in known and known[i] != row)
    return ImportPlan(
        rows=rows,
        added=tuple(i for i in ids if i not in known),
        changed=changed,
        same=tuple(i for i, row in zip(ids, rows, strict=True) if known.get(i) == row),
        replaced=tuple(known[i] for i in changed),
    )


def apply_import(store: Store, world: World, planned: ImportPlan, subject: Subject, *, by: str, at: Instant) -> None:
    """Store all rows of an import in one transaction."""
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        write.put_reference(crisis, planned.rows)
        detail: Mapping[str, int] = {"added": len(planned.added), "changed": len(planned.changed)}
        write.append_audit(actor=by, action=f"import {subject}", target=crisis, at=at, detail=detail)


def _read(world: World, subject: Subject, name: str, text: str) -> tuple[Entry, ...]:
    catalogue, zone = world.catalogue, world.catalogue.crisis.tz
    if subject == "needs":
        return read_needs(parse_table(name, text, NEED_COLUMNS), catalogue.sites, catalogue.commodities, zone)
    header = text.partition("\n")[0]
    if "truck_type" in header:
        return read_fleets(parse_table(name, text, FLEET_COLUMNS), catalogue.hubs, catalogue.truck_types, zone)
    return read_stock(parse_table(name, text, STOCK_COLUMNS), catalogue.hubs, catalogue.commodities, zone)


def _on_record(world: World, rows: Sequence[Entry]) -> Iterable[Entry]:
    kinds = {type(row) for row in rows}
    there: list[Entry] = [*world.catalogue.needs, *world.catalogue.stock, *world.catalogue.fleets]
    return (row for row in there if type(row) in kinds)


def _refuse_twins(rows: Sequence[Entry], name: str) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows, 2):
        row_id = reference_id(row)
        if row_id in seen:
            raise BadInput(f"{name} row {number}: {row_id} stands there twice. Keep one of the rows.")
        seen.add(row_id)
