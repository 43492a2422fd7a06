"""Read a sweep from a TOML file: a scenario with variables, and the values that each variable takes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from planner.domain.scenario import Edit, Scenario
from planner.domain.sweep import AS_IS, Axis, Cell, Sweep, SweptValue, name_of
from planner.domain.world import World
from planner.intake.scenario import collect, read_base, wrong_frame, wrong_together
from planner.intake.scenario_edits import read_edit
from planner.intake.swept_values import read_axis
from planner.intake.toml_tables import Table, find_table, list_tables, parse_toml, read_toml

MOST: Final = 5_000
"""So many scenarios are solved in one sweep; more would take days and tell no more than a sample of them."""
_VARIABLE: Final = re.compile(r"\$([A-Za-z_][\w-]*)")
_KEYS: Final = frozenset({"name", "edit", "description", "base", "vary", "sample"})


def read_sweep(path: Path, zone: ZoneInfo, world: World) -> Sweep:
    """Read a sweep file: a scenario file whose edits hold variables (`"$name"`), with a table `[vary]`.

    `[vary]` gives each variable a list of values, or a range `{ from, until, every }` that ends with `until`. Every
    combination is a scenario; with `[sample]` so many of them are (`count`), drawn by a `seed`.

    Raises
    ------
    BadInput
        With one line for each mistake, naming the file and the row.
    """
    text, _ = read_toml(path)
    return parse_sweep(path.name, text, zone, world)


def parse_sweep(file: str, text: str, zone: ZoneInfo, world: World) -> Sweep:
    """Read the text of a sweep file, called `file` in complaints; raises as `read_sweep` does."""
    told = parse_toml(file, text)
    complaints = list(wrong_frame(file, told, _KEYS))
    base = collect(complaints, lambda: read_base(find_table(file, text, told, "base"), zone))
    sample = collect(complaints, lambda: _sample(find_table(file, text, told, "sample")))
    axes = collect(complaints, lambda: _axes(file, find_table(file, text, told, "vary"), zone, sample=sample)) or ()
    tables = collect(complaints, lambda: list_tables(file, text, told, "edit")) or ()
    complaints += _unused(file, axes, tables)
    combinations = prod(len(axis.values) for axis in axes)
    if sample is None and combinations > MOST:
        complaints.append(
            f"{file}: {combinations:,} combinations are more than {MOST:,}. Draw some of them with a table [sample]: "
            "count and seed."
        )
    if complaints:
        # What is wrong with the edits themselves is said too, as far as that can be seen without their values.
        complaints += _plain_mistakes(tables, axes, zone)
        raise BadInput("\n".join(dict.fromkeys(complaints)))
    desk = _Desk(file=file, tables=tables, zone=zone, world=world, read={}, said={})
    cells = tuple(desk.cells(_drawn(axes, combinations, sample)))
    if desk.said:
        raise BadInput("\n".join(desk.said))
    name = str(told.get("name", file.removesuffix(".toml")))
    seed = None if sample is None else sample.seed
    return Sweep(name=name, axes=axes, cells=cells, combinations=combinations, sampled=seed, base=base)


# ------------------------------------------------------------------------------------------------ what is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    count: int
    seed: int


def _sample(table: Table | None) -> _Sample | None:
    if table is None:
        return None
    complaints = [
        f"{table.at(name)}: {name} is not a value of [sample]. Its values: count, seed."
        for name in sorted(set(table.values) - {"count", "seed"})
    ]
    numbers = {}
    for name, most in (("count", MOST), ("seed", 2**31)):
        given = table.values.get(name)
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= most:
            complaints.append(f"{table.at(name)}: {name} is {given!r}. Give a whole number from 1 to {most:,}.")
        else:
            numbers[name] = given
    if complaints:
        raise BadInput("\n".join(complaints))
    return _Sample(count=numbers["count"], seed=numbers["seed"])


def _axes(file: str, table: Table | None, zone: ZoneInfo, *, sample: _Sample | None) -> tuple[Axis, ...]:
    if table is None:
        raise BadInput(f"{file}: nothing varies. Add a table [vary] with a list or a range for each variable.")
    complaints: list[str] = []
    axes = []
    for name, given in table.values.items():
        try:
            axes.append(Axis(name=name, values=read_axis(name, given, zone, drawn=sample is not None)))
        except BadInput as cause:
            complaints += [f"{table.at(name)}: {line}" for line in str(cause).splitlines()]
    if complaints:
        raise BadInput("\n".join(complaints))
    return tuple(axes)


def _drawn(axes: Sequence[Axis], combinations: int, sample: _Sample | None) -> Iterator[dict[str, SweptValue]]:
    """Yield the combinations in the order of the file, the last axis turning fastest."""
    for place in range(combinations) if sample is None else _places(combinations, sample):
        values: dict[str, SweptValue] = {}
        rest = place
        for axis in reversed(axes):
            rest, at = divmod(rest, len(axis.values))
            values[axis.name] = axis.values[at]
        yield {axis.name: values[axis.name] for axis in axes}


def _places(combinations: int, sample: _Sample) -> list[int]:
    """Draw different combinations, each as likely as any other.

    Only `random()` is used: of all that Python's generator offers, its sequence alone is promised to stay the same.
    """
    if sample.count >= combinations:
        return list(range(combinations))
    draw, found = Random(sample.seed), set[int]()  # noqa: S311 - a sample, no secret
    while len(found) < sample.count:
        found.add(int(draw.random() * combinations))
    return sorted(found)


# ------------------------------------------------------------------------------------------------- the scenarios


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Makes scenarios; an edit is read once for each combination of the variables in it."""

    file: str
    tables: Sequence[Table]
    zone: ZoneInfo
    world: World
    read: dict[tuple[int, tuple[SweptValue, ...]], Edit | tuple[str, ...]]
    said: dict[str, None]

    def cells(self, drawn: Iterator[dict[str, SweptValue]]) -> Iterator[Cell]:
        seen: dict[int, tuple[str, ...]] = {n: tuple(_variables(t.values)) for n, t in enumerate(self.tables)}
        for number, values in enumerate(drawn, 1):
            found: list[tuple[Table, Edit]] = []
            for place, table in enumerate(self.tables):
                used = tuple(values[name] for name in seen[place])
                if AS_IS in used:
                    continue
                edit = self._edit(place, table, used, dict(zip(seen[place], used, strict=True)))
                if isinstance(edit, tuple):
                    self.said |= dict.fromkeys(edit)
                else:
                    found.append((table, edit))
            wrong = [f"{said} (with {name_of(values)})" for said in wrong_together(self.file, found, None)]
            self.said |= dict.fromkeys(wrong[:1])
            if not self.said:
                yield Cell(
                    number=number, values=values,
                    scenario=Scenario(name=name_of(values), edits=tuple(edit for _, edit in found)),
                )  # fmt: skip

    def _edit(
        self, place: int, table: Table, used: tuple[SweptValue, ...], values: Mapping[str, SweptValue]
    ) -> Edit | tuple[str, ...]:
        key = (place, used)
        if key not in self.read:
            filled = _filled(table, values)
            edit = read_edit(filled, self.zone)
            if not isinstance(edit, tuple):
                edit = tuple(wrong_together(self.file, [(filled, edit)], self.world)) or edit
            if isinstance(edit, tuple) and values:
                edit = tuple(f"{said} (with {name_of(values)})" for said in edit)
            self.read[key] = edit
        return self.read[key]


def _variables(value: object) -> Iterator[str]:
    """Yield the variables in an edit, each once."""
    found: dict[str, None] = {}

    def look(part: object) -> None:
        if isinstance(part, str) and (named := _VARIABLE.fullmatch(part)):
            found[named.group(1)] = None
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            look(inner)

    look(value)
    yield from found


def _filled(table: Table, values: Mapping[str, SweptValue]) -> Table:
    def fill(part: object) -> object:
        if isinstance(part, str) and (named := _VARIABLE.fullmatch(part)):
            return values.get(named.group(1), part)
        return [fill(item) for item in part] if isinstance(part, list) else part

    return replace(table, values={name: fill(part) for name, part in table.values.items()})


def _unused(file: str, axes: Sequence[Axis], tables: Sequence[Table]) -> Iterator[str]:
    """Yield variables that no edit uses, and uses of variables that do not vary."""
    named = {axis.name for axis in axes}
    used: set[str] = set()
    for table in tables:
        for name, value in table.values.items():
            for variable in _variables(value):
                used.add(variable)
                if named and variable not in named:
                    yield f"{table.at(name)}: ${variable} does not vary. Variables: {', '.join(sorted(named))}."
    for name in sorted(named - used):
        yield f'{file}: no edit uses {name}. Write "${name}" where its value belongs, or leave it out of [vary].'


def _plain_mistakes(tables: Sequence[Table], axes: Sequence[Axis], zone: ZoneInfo) -> Iterator[str]:
    first = {axis.name: axis.values[0] for axis in axes}
    for table in tables:
        if set(_variables(table.values)) <= set(first) and AS_IS not in first.values():
            edit = read_edit(_filled(table, first), zone)
            yield from edit if isinstance(edit, tuple) else ()
