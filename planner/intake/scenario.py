"""Read a what-if from a TOML file: every mistake at once, each with its line."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Final, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput, ConflictingEdits
from planner.domain.scenario import Edit, Scenario
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
    try:
        text = path.read_text(encoding="utf-8")
        told = tomllib.loads(text)
    except OSError as cause:
        raise BadInput(f"{path}: cannot be read ({cause.strerror}). Check the path.") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise BadInput(f"{path.name}: {cause}. Mend the TOML there.") from cause
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[edit]]"]
    complaints = [
        f"{path.name}: {key!r} is not known here. A scenario has a name and [[edit]] tables."
        for key in sorted(set(told) - {"name", "edit", "description"})
    ]
    edits: list[Edit] = []
    for number, values in zip(lines, told.get("edit", []), strict=False):
        try:
            edits.append(_edit(values, zone))
        except (BadInput, RoutingError) as cause:
            complaints.append(f"{path.name} row {number}: {cause}")
    if complaints:
        raise BadInput("\n".join(complaints))
    try:
        return Scenario(name=str(told.get("name", path.stem)), edits=tuple(edits))
    except ConflictingEdits as cause:
        raise BadInput(f"{path.name}: {cause}") from cause


def _edit(values: Mapping[str, object], zone: ZoneInfo) -> Edit:
    kind = values.get("kind")
    edit_class = EDITS.get(str(kind))
    if edit_class is None:
        raise BadInput(f"kind is {kind!r}. Give one of: {', '.join(sorted(EDITS))}.")
    hints = get_type_hints(edit_class)
    needed: tuple[Field[object], ...] = tuple(f for f in fields(edit_class) if f.name != "kind")
    allowed = {"kind"} | {f.name for f in needed if f.name != "window"}
    allowed |= {"from", "until"} if "window" in hints else set()
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise BadInput(f"{unknown[0]} is not a value of {kind!r}. Its values: {', '.join(sorted(allowed))}.")
    arguments: dict[str, object] = {}
    for field in needed:
        if field.name == "window":
            arguments["window"] = Window(_instant(values, "from", zone), _instant(values, "until", zone))
        elif field.name in values:
            arguments[field.name] = _value(field.name, hints[field.name], values[field.name], zone)
        elif field.default is MISSING:
            raise BadInput(f"{field.name} is missing. Fill it in.")
    make: Callable[..., Edit] = edit_class
    return make(**arguments)


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
