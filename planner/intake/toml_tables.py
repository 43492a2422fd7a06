"""Read a TOML file that holds one table after another, and know at which line each begins."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Final

from planner.domain.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its values; `where` names the file and the line at which it begins, for complaints."""

    where: str
    values: Mapping[str, object]
    lines: Mapping[str, str] = field(default_factory=dict)
    """The file and line of each value that stands on a line of its own."""

    def at(self, name: str) -> str:
        """Return the file and line of a value; those of the table where the value is missing or not found."""
        return self.lines.get(name, self.where)


def read_toml(file: Path | Traversable) -> tuple[str, dict[str, object]]:
    """Return the text of a TOML file and what it holds.

    Raises
    ------
    BadInput
        If the file is missing or cannot be read, is not UTF-8, or is no TOML; with the line where that is known.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(f"{file.name} is missing. Add it, or check the path {file}.") from None
    except OSError as cause:
        raise BadInput(f"{file.name}: {file} cannot be read ({cause.strerror}). Check the path.") from cause
    except UnicodeDecodeError:
        raise BadInput(f"{file.name} is not UTF-8. Save it as UTF-8.") from None
    return text, parse_toml(file.name, text)


def parse_toml(name: str, text: str) -> dict[str, object]:
    """Return what a TOML text holds; `name` is what complaints call it.

    Raises
    ------
    BadInput
        If it is no TOML, with the line where that is known.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise BadInput(f"{name}: {cause}. Mend the TOML there.") from cause


def list_tables(name: str, text: str, told: Mapping[str, object], key: str) -> tuple[Table, ...]:
    """Return the tables under a key in the order of the file.

    Raises
    ------
    BadInput
        If the key holds something other than tables.
    """
    given = told.get(key, [])
    if not isinstance(given, list) or not all(isinstance(values, dict) for values in given):
        raise BadInput(f"{name}: {key} is {_short(given)}. Write each as a table that begins with [[{key}]].")
    written = text.splitlines()
    header = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
    begins = [number for number, line in enumerate(written, 1) if header.match(line)]
    if len(begins) != len(given):  # written in one line, [{...}, {...}], or named inside a text: count instead
        return tuple(Table(where=f"{name} {key} {number}", values=values) for number, values in enumerate(given, 1))
    ends = pairwise([*begins, len(written) + 1])
    return tuple(
        Table(where=f"{name} row {start}", values=values, lines=_lines(name, written, start, end))
        for (start, end), values in zip(ends, given, strict=True)
    )


def find_table(name: str, text: str, told: Mapping[str, object], key: str) -> Table | None:
    """Return the table under a key; None where the file has none.

    Raises
    ------
    BadInput
        If the key holds something other than a table.
    """
    if key not in told:
        return None
    values = told[key]
    if not isinstance(values, dict):
        raise BadInput(f"{name}: {key} is {_short(values)}. Write a table that begins with [{key}].")
    written = text.splitlines()
    header = re.compile(rf"\s*\[\s*{re.escape(key)}\s*\]")
    start = next((number for number, line in enumerate(written, 1) if header.match(line)), None)
    if start is None:
        return Table(where=f"{name} {key}", values=values)
    return Table(
        where=f"{name} row {start}", values=values, lines=_lines(name, written, start, len(written) + 1)
    )  # fmt: skip


_ANY_HEADER: Final = re.compile(r"\s*\[{1,2}\s*[\w.\"-]+\s*\]{1,2}\s*(#.*)?$")
_VALUE: Final = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


def _lines(name: str, written: Sequence[str], start: int, end: int) -> dict[str, str]:
    """Return where each value of a table is written: the table's lines come after `start` and before `end`."""
    found: dict[str, str] = {}
    for number in range(start + 1, end):
        line = written[number - 1]
        if _ANY_HEADER.match(line):
            break
        value = _VALUE.match(line)
        if value is not None:
            found.setdefault(value.group(1), f"{name} row {number}")
    return found


def _short(value: object, shown: int = 40) -> str:
    text = repr(value)
    return text if len(text) <= shown else f"{text[:shown]}..."
