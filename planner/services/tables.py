"""Import needs, people and supply from tables: first what would change, then all of it in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from planner.domain.canonical import digest_of
from planner.domain.errors import BadInput
from planner.domain.world import World
from planner.intake.relief_tables import ReliefRow, read_needs_table, read_supply_table
from planner.intake.sheet import check_size
from planner.intake.table import Quarantined
from planner.store.reference import reference_id
from planner.store.store import Store
from routing.units import Instant

Entry: TypeAlias = ReliefRow
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
    quarantined: tuple[Quarantined, ...] = ()
    """Rows that were set aside where that was asked for; else they refuse the whole table."""

    @property
    def digest(self) -> str:
        """What was shown before it is done: the same table over other records has another digest."""
        return digest_of({"rows": self.rows, "replaced": self.replaced, "added": self.added})


def read_import(
    world: World, subject: Subject, file: Path, *, encoding: str = "", skip_broken: bool = False
) -> ImportPlan:
    """Read a file as `compare_table` reads its bytes.

    Raises
    ------
    BadInput
        If the file cannot be read, and as `compare_table` does.
    """
    try:
        check_size(file.name, file.stat().st_size)
        content = file.read_bytes()
    except OSError as cause:
        raise BadInput(f"{file}: cannot be read ({cause.strerror}). Check the path.") from cause
    return compare_table(world, subject, file.name, content, encoding=encoding, skip_broken=skip_broken)


def compare_table(
    world: World, subject: Subject, name: str, content: bytes, *, encoding: str = "", skip_broken: bool = False
) -> ImportPlan:
    """Read a table of needs, people or P-codes, of stock or trucks (told by its columns), and compare it with records.

    Raises
    ------
    BadInput
        With one line for each row that cannot be used; nothing is stored then. With `skip_broken` such rows are set
        aside, and only a file that cannot be read as a whole is refused.
    """
    if subject == "needs":
        table = read_needs_table(name, content, world.catalogue, world.network, encoding)
    else:
        table = read_supply_table(name, content, world.catalogue, encoding)
    rows, twins = _without_twins(table.rows)
    aside = tuple(sorted((*table.quarantined, *twins), key=lambda one: one.row))
    if aside and not skip_broken:
        raise BadInput("\n".join(f"{name} row {one.row}: {one.reason}" for one in aside))
    known = {reference_id(row): row for row in _on_record(world, rows)}
    ids = [reference_id(row) for row in rows]
    changed = tuple(i for i, row in zip(ids, rows, strict=True) if i in known and known[i] != row)
    return ImportPlan(
        rows=rows,
        added=tuple(i for i in ids if i not in known),
        changed=changed,
        same=tuple(i for i, row in zip(ids, rows, strict=True) if known.get(i) == row),
        replaced=tuple(known[i] for i in changed),
        quarantined=aside,
    )


def apply_import(store: Store, world: World, planned: ImportPlan, subject: Subject, *, by: str, at: Instant) -> None:
    """Store all rows of an import in one transaction."""
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        write.put_reference(crisis, planned.rows)
        detail: Mapping[str, int] = {"added": len(planned.added), "changed": len(planned.changed)}
        write.append_audit(actor=by, action=f"import {subject}", target=crisis, at=at, detail=detail)


def _on_record(world: World, rows: Sequence[Entry]) -> Iterable[Entry]:
    kinds = {type(row) for row in rows}
    here = world.catalogue
    there: list[Entry] = [*here.needs, *here.stock, *here.fleets, *here.sites.values(), *here.governorates.values()]
    return (row for row in there if type(row) in kinds)


def _without_twins(told: Sequence[tuple[int, Entry]]) -> tuple[tuple[Entry, ...], list[Quarantined]]:
    kept: dict[str, Entry] = {}
    aside: list[Quarantined] = []
    for number, row in told:
        row_id = reference_id(row)
        if row_id in kept:
            aside.append(Quarantined(row=number, reason=f"{row_id} stands there twice. Keep one of the rows."))
        else:
            kept[row_id] = row
    return tuple(kept.values()), aside
