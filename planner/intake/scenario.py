"""Read a what-if from a TOML file: every mistake at once, each with its line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Final, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput, ConflictingEdits
from planner.domain.scenario import Edit, Scenario
from planner.intake.toml_tables import Table, list_tables, parse_toml, read_toml
from routing.errors import RoutingError
from routing.units import Window, parse_clock, parse_instant

EDITS: Final[Mapping[str, type]] = {get_args(get_type_hints(edit)["kind"])[0]: edit for edit in get_args(Edit)}
"""The edit class of each kind."""

_WHOLE: Final = frozenset({"trucks", "teams", "people"})


def read_scenario(path: Path, zone: ZoneInfo) -> Scenario:
    """Read a scenario file: `name` and any number of `[[edit]]` tables, each with a `kind`.

    A window is given as `from` and `until`, times with offset or bare dates in the crisis's zone.

    Raises
    ------
    BadInput
        With one line for each mistake, naming the file and the line of the edit.
    """
    text, told = read_toml(path)
    return _scenario(path.name, path.stem, text, told, zone)


def parse_scenario(name: str, text: str, zone: ZoneInfo) -> Scenario:
    """Read the text of a scenario file, called `name` in complaints; raises as `read_scenario` does."""
    return _scenario(name, name, text, parse_toml(name, text), zone)


def _scenario(file: str, unnamed: str, text: str, told: Mapping[str, object], zone: ZoneInfo) -> Scenario:
    complaints = [
        f"{file}: {key!r} is not known here. A scenario has a name and [[edit]] tables."
        for key in sorted(set(told) - {"name", "edit", "description"})
    ]
    name = told.get("name", unnamed)
    if not isinstance(name, str) or not name.strip():
        complaints.append(f"{file}: name is {name!r}. Give a text in quotes.")
    edits: list[Edit] = []
    for table in list_tables(file, text, told, "edit"):
        wrong = list(_mistakes(table, zone))
        complaints += [f"{table.where}: {mistake}" for mistake in wrong]
        if not wrong:
            edits.append(_edit(table.values, zone))
    if complaints:
        raise BadInput("\n".join(complaints))
    try:
        return Scenario(name=str(name), edits=tuple(edits))
    except ConflictingEdits as cause:
        raise BadInput("\n".join(f"{file}: {line}" for line in str(cause).splitlines())) from cause


def write_edit(kind: str, values: Mapping[str, str | int | list[str]]) -> str:
    """Return an edit as the lines of a scenario file; what the values mean is for `parse_scenario` to judge."""
    lines = ["[[edit]]", f"kind = {json.dumps(kind)}"]
    lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def _mistakes(table: Table, zone: ZoneInfo) -> Iterator[str]:
    values = table.values
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in EDITS:
        yield f"kind is {kind!r}. Give one of: {', '.join(sorted(EDITS))}."
        return
    known = _parts(kind)
    allowed = sorted({"kind", *known} - {"window"} | ({"from", "until"} if "window" in known else set()))
    for name in sorted(set(values) - set(allowed)):
        yield f"{name} is not a value of {kind!r}. Its values: {', '.join(allowed)}."
    for name, (field, hint) in known.items():
        try:
            _part(name, field, hint, values, zone)
        except (BadInput, RoutingError) as cause:
            yield from str(cause).splitlines()


def _edit(values: Mapping[str, object], zone: ZoneInfo) -> Edit:
    kind = str(values["kind"])
    make: Callable[..., Edit] = EDITS[kind]
    parts = ((name, _part(name, field, hint, values, zone)) for name, (field, hint) in _parts(kind).items())
    return make(**{name: value for name, value in parts if value is not None})


def _parts(kind: str) -> dict[str, tuple[Field[object], object]]:
    edit_class = EDITS[kind]
    hints = get_type_hints(edit_class)
    return {f.name: (f, hints[f.name]) for f in fields(edit_class) if f.name != "kind"}


def _part(name: str, field: Field[object], hint: object, values: Mapping[str, object], zone: ZoneInfo) -> object:
    """Return one part of an edit; None where it is left out and may be."""
    if name == "window":
        return _window(values, zone)
    if name in values:
        return _value(name, hint, values[name], zone)
    if field.default is MISSING:
        raise BadInput(f"{name} is missing. Fill it in.")
    return None


def _window(values: Mapping[str, object], zone: ZoneInfo) -> Window:
    ends: list[int] = []
    complaints: list[str] = []
    for name in ("from", "until"):
        try:
            ends.append(_instant(values, name, zone))
        except (BadInput, RoutingError) as cause:
            complaints.append(str(cause))
    if not complaints and ends[1] <= ends[0]:
        complaints.append(f"until is {str(values['until'])!r}, which is not after from. Give a later time.")
    if complaints:
        raise BadInput("\n".join(complaints))
    return Window(*ends)


def _instant(values: Mapping[str, object], name: str, zone: ZoneInfo) -> int:
    if name not in values:
        raise BadInput(f"{name} is missing. Give a time like 2016-09-21T19:00+03:00.")
    return parse_instant(str(values[name]), zone)


def _value(name: str, hint: object, given: object, zone: ZoneInfo) -> object:
    if name == "at":
        return parse_instant(str(given), zone)
    if name in {"opens", "closes"}:
        return parse_clock(str(given))
    if name in _WHOLE:
        if isinstance(given, bool) or not isinstance(given, int):
            raise BadInput(f"{name} is {given!r}. Give a whole number.")
        if name == "people" and given < 0:
            raise BadInput(f"{name} is {given!r}. Give 0 or more.")
        return given
    if get_origin(hint) is tuple:
        return _texts(name, hint, given)
    if get_origin(hint) is Literal and given not in get_args(hint):
        raise BadInput(f"{name} is {given!r}. Give one of: {', '.join(map(str, get_args(hint)))}.")
    if not isinstance(given, str) or not given:
        raise BadInput(f"{name} is {given!r}. Give a text in quotes.")
    return given


def _texts(name: str, hint: object, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(item, str) for item in given):
        raise BadInput(f'{name} is {given!r}. Give a list of texts, as in ["a", "b"].')
    inner = get_args(hint)[0]
    if get_origin(inner) is Literal:
        wrong = [item for item in given if item not in get_args(inner)]
        if wrong:
            raise BadInput(f"{name} holds {wrong[0]!r}. Give some of: {', '.join(map(str, get_args(inner)))}.")
    return tuple(given)
