"""Read a what-if from a TOML file: every mistake at once, each with its line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from planner.domain.edits import Edit
from planner.domain.errors import BadInput
from planner.domain.scenario import Scenario, find_conflicts
from planner.domain.sweep import Base
from planner.domain.targets import known_names, unknown_names
from planner.domain.world import World
from planner.intake.scenario_edits import EDITS, read_edit, read_instant, write_edit
from planner.intake.toml_tables import Table, find_table, list_tables, parse_toml, read_toml
from routing.errors import RoutingError

__all__ = ["EDITS", "ScenarioFile", "parse_scenario", "read_scenario", "read_scenario_file", "write_edit"]

T = TypeVar("T")
SWEPT: Final = frozenset({"vary", "sample"})
"""Tables that make a file the description of many scenarios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """A scenario and, where its file states one, the base that it is to be laid over."""

    scenario: Scenario
    base: Base | None


def read_scenario_file(path: Path, zone: ZoneInfo, world: World | None = None) -> ScenarioFile:
    """Read a scenario file: `name`, perhaps a `[base]`, and any number of `[[edit]]` tables, each with a `kind`.

    A window is given as `from` and `until`, times with offset or bare dates in the crisis's zone. With a world what the
    edits name is looked up in it.

    Raises
    ------
    BadInput
        With one line for each mistake, naming the file and the row.
    """
    text, told = read_toml(path)
    return _scenario(path.name, path.stem, text, told, zone, world)


def read_scenario(path: Path, zone: ZoneInfo, world: World | None = None) -> Scenario:
    """Read a scenario file that has no base of its own; raises as `read_scenario_file` does."""
    found = read_scenario_file(path, zone, world)
    if found.base is not None:
        raise BadInput(f"{path.name}: [base] is for qafila what-if and qafila sweep. Leave it out here.")
    return found.scenario


def parse_scenario(name: str, text: str, zone: ZoneInfo, world: World | None = None) -> Scenario:
    """Read the text of a scenario file, called `name` in complaints; a base that it states is left aside."""
    return _scenario(name, name, text, parse_toml(name, text), zone, world).scenario


def _scenario(
    file: str, unnamed: str, text: str, told: Mapping[str, object], zone: ZoneInfo, world: World | None
) -> ScenarioFile:
    if SWEPT & told.keys():
        raise BadInput(f"{file}: [vary] describes many scenarios. Give it to: qafila sweep {file}.")
    complaints = list(wrong_frame(file, told, frozenset({"name", "edit", "description", "base"})))
    base = collect(complaints, lambda: read_base(find_table(file, text, told, "base"), zone))
    tables = collect(complaints, lambda: list_tables(file, text, told, "edit")) or ()
    read = [read_edit(table, zone) for table in tables]
    for found in read:
        complaints += found if isinstance(found, tuple) else ()
    sound = [(table, edit) for table, edit in zip(tables, read, strict=True) if not isinstance(edit, tuple)]
    complaints += wrong_together(file, sound, world)
    if complaints:
        raise BadInput("\n".join(complaints))
    name = str(told.get("name", unnamed))
    return ScenarioFile(scenario=Scenario(name=name, edits=tuple(edit for _, edit in sound)), base=base)


def wrong_frame(file: str, told: Mapping[str, object], known: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong around the edits: keys that are not known, a name that is none."""
    for key in sorted(told.keys() - known):
        yield f"{file}: {key!r} is not known here. A scenario has a name and [[edit]] tables."
    name = told.get("name", "unnamed")
    if not isinstance(name, str) or not name.strip():
        yield f"{file}: name is {name!r}. Give a text in quotes."


def wrong_together(file: str, edits: Sequence[tuple[Table, Edit]], world: World | None) -> Iterator[str]:
    """Yield what is wrong with sound edits: names that the world does not hold, and two that contradict each other."""
    known = {} if world is None else known_names(world)
    for table, edit in edits if known else ():
        for said in unknown_names(edit, known):
            yield f"{_named_at(table, said)}: {said}"
    for first, second, said in find_conflicts([edit for _, edit in edits]):
        rows = " and ".join(edits[place][0].where.removeprefix(f"{file} ") for place in (first, second))
        yield f"{file} {rows}: {said}"


def _named_at(table: Table, said: str) -> str:
    """Return the row of the value that a complaint quotes."""
    named = [name for name, value in table.values.items() if repr(value) in said or _quotes(value, said)]
    return table.at(named[0]) if named else table.where


def _quotes(value: object, said: str) -> bool:
    return isinstance(value, list) and any(repr(item) in said for item in value)


def read_base(table: Table | None, zone: ZoneInfo) -> Base | None:
    """Read the base of a scenario or sweep: the first day, how many days, and perhaps what is known.

    Raises
    ------
    BadInput
        With one line for each mistake.
    """
    if table is None:
        return None
    complaints = [
        f"{table.at(name)}: {name} is not a value of [base]. Its values: days, from, known."
        for name in sorted(set(table.values) - {"from", "days", "known"})
    ]
    missing = [name for name in ("from", "days") if name not in table.values]
    complaints += [f"{table.where}: {name} is missing. Fill it in." for name in missing]
    days, known = table.values.get("days", 1), table.values.get("known")
    start = 0
    try:
        start = read_instant("from", table.values.get("from", "1970-01-01"), zone)
    except (BadInput, RoutingError) as cause:
        complaints.append(f"{table.at('from')}: {cause}")
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        complaints.append(f"{table.at('days')}: days is {days!r}. Give a whole number from 1.")
    if known is not None and (isinstance(known, bool) or not isinstance(known, int)):
        try:
            read_instant("known", known, zone)
        except (BadInput, RoutingError) as cause:
            complaints.append(f"{table.at('known')}: {cause} A position in the log is understood too.")
    if complaints:
        raise BadInput("\n".join(complaints))
    return Base(start=start, days=int(str(days)), known=None if known is None else str(known))


def collect(complaints: list[str], read: Callable[[], T]) -> T | None:
    """Return what is read; where it is refused, keep the complaints and return None."""
    try:
        return read()
    except BadInput as cause:
        complaints += str(cause).splitlines()
        return None
