"""Read a TOML file that holds one table after another, and know at which line each begins."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from planner.domain.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its values; `where` names the file and the line at which it begins, for complaints."""

    where: str
    values: Mapping[str, object]


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
    header = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if header.match(line)]
    if len(lines) != len(given):  # written in one line, [{...}, {...}], or named inside a text: count instead
        places = [f"{name} {key} {number}" for number in range(1, len(given) + 1)]
    else:
        places = [f"{name} row {number}" for number in lines]
    return tuple(Table(where=where, values=values) for where, values in zip(places, given, strict=True))


def _short(value: object, shown: int = 40) -> str:
    text = repr(value)
    return text if len(text) <= shown else f"{text[:shown]}..."
