"""Read one edit of a what-if from a TOML table: every mistake in it, each with its line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from datetime import date, datetime
from typing import Final, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from planner.domain.scenario import Edit
from planner.intake.toml_tables import Table
from routing.errors import RoutingError
from routing.units import Window, parse_clock, parse_instant

EDITS: Final[Mapping[str, type]] = {get_args(get_type_hints(edit)["kind"])[0]: edit for edit in get_args(Edit)}
"""The edit class of each kind."""

_WHOLE: Final = frozenset({"trucks", "teams", "people", "units", "percent"})
_NOT_BELOW_0: Final = frozenset({"people", "percent"})
_MOST: Final = 1_000_000_000
"""A number beyond was mistyped, and no database keeps it as it is."""


def read_edit(table: Table, zone: ZoneInfo) -> Edit | tuple[str, ...]:
    """Return the edit that a table states, or what is wrong with it: one line a mistake, with file and row."""
    wrong = tuple(dict.fromkeys(_mistakes(table, zone)))
    return wrong or _edit(table.values, zone)


def write_edit(kind: str, values: Mapping[str, object]) -> str:
    """Return an edit as the lines of a scenario file; what the values mean is for the reader to judge."""
    lines = ["[[edit]]", f"kind = {json.dumps(kind)}"]
    lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def _mistakes(table: Table, zone: ZoneInfo) -> Iterator[str]:
    values = table.values
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in EDITS:
        yield f"{table.at('kind')}: kind is {kind!r}. Give one of: {', '.join(sorted(EDITS))}."
        return
    known = _parts(kind)
    allowed = sorted({"kind", *known} - {"window"} | ({"from", "until"} if "window" in known else set()))
    for name in sorted(set(values) - set(allowed)):
        yield f"{table.at(name)}: {name} is not a value of {kind!r}. Its values: {', '.join(allowed)}."
    for name, (field, hint) in known.items():
        if name == "window":
            yield from _wrong_window(table, zone)
            continue
        try:
            _part(name, field, hint, values, zone)
        except (BadInput, RoutingError) as cause:
            yield from (f"{table.at(name)}: {line}" for line in str(cause).splitlines())


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
        return Window(_instant(values, "from", zone), _instant(values, "until", zone))
    if name in values:
        _check_order(name, values)
        return _value(name, hint, values[name], zone)
    if field.default is MISSING:
        raise BadInput(f"{name} is missing. Fill it in.")
    return None


def _wrong_window(table: Table, zone: ZoneInfo) -> Iterator[str]:
    ends: list[int] = []
    for name in ("from", "until"):
        try:
            ends.append(_instant(table.values, name, zone))
        except (BadInput, RoutingError) as cause:
            yield f"{table.at(name)}: {cause}"
    if len(ends) == len(("from", "until")) and ends[1] <= ends[0]:
        until = str(table.values["until"])
        yield f"{table.at('until')}: until is {until!r}, which is not after from. Give a later time."


def _instant(values: Mapping[str, object], name: str, zone: ZoneInfo) -> int:
    if name not in values:
        raise BadInput(f"{name} is missing. Give a time like 2016-09-21T19:00+03:00.")
    return read_instant(name, values[name], zone)


def read_instant(name: str, given: object, zone: ZoneInfo) -> int:
    """Read a time that stands in a TOML file as a text or as TOML's own kind of time.

    Raises
    ------
    BadInput
        If it is neither.
    RoutingError
        If the text is no time, or has no offset.
    """
    if not isinstance(given, str | date | datetime):
        raise BadInput(f"{name} is {given!r}. Give a time like 2016-09-21T19:00+03:00.")
    return parse_instant(str(given), zone)


def _check_order(name: str, values: Mapping[str, object]) -> None:
    """Refuse hours that close before they open: they would close a gate, or stop all driving, without a word."""
    if name != "closes":
        return
    try:
        opens, closes = parse_clock(str(values.get("opens"))), parse_clock(str(values["closes"]))
    except RoutingError:
        return  # said of the one that is wrong
    if closes <= opens:
        raise BadInput(
            f"closes is {values['closes']!r}, which is not after opens {values['opens']!r}. Give a later hour."
        )


def _value(name: str, hint: object, given: object, zone: ZoneInfo) -> object:
    if name == "at":
        return read_instant(name, given, zone)
    if name in {"opens", "closes"}:
        return parse_clock(str(given))
    if name in _WHOLE:
        return _whole(name, given)
    if name == "value":
        return tuple(given) if isinstance(given, list) else given
    if get_origin(hint) is tuple:
        return _texts(name, hint, given)
    if get_origin(hint) is Literal and given not in get_args(hint):
        raise BadInput(f"{name} is {given!r}. Give one of: {', '.join(map(str, get_args(hint)))}.")
    if not isinstance(given, str) or not given:
        raise BadInput(f"{name} is {given!r}. Give a text in quotes.")
    return given


def _whole(name: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise BadInput(f"{name} is {given!r}. Give a whole number.")
    if name in _NOT_BELOW_0 and given < 0:
        raise BadInput(f"{name} is {given!r}. Give 0 or more.")
    if abs(given) > _MOST:
        raise BadInput(f"{name} is {given!r}. Give a number nearer to 0 than {_MOST:,}.")
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
