"""Read a table row by row, so that every complaint names the file, the row, the value and the way out."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from routing.errors import RoutingError
from routing.units import Instant, Seconds, parse_clock, parse_instant

T = TypeVar("T")
YES_NO: Final = {"yes": True, "no": False}
_PLACED: Final = re.compile(r"\S+ row \d+: ")
"""How a complaint begins that names its row already."""
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,2})?|nan|inf)")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: texts by column, and where it stands (`number` counts lines, the header being 1)."""

    file: str
    number: int
    values: Mapping[str, str]
    numbers: frozenset[str] = frozenset()
    """Columns whose cell in a workbook held a number, not a text: leading zeros may be gone from there."""

    def wrong(self, column: str, way_out: str) -> BadInput:
        """Return the complaint about one value of this row."""
        return BadInput(f"{self.file} row {self.number}: {column} is {self.values[column]!r}. {way_out}")

    def optional(self, column: str) -> str | None:
        """Return the text of a column, or None where it is blank."""
        return self.values[column].strip() or None

    def text(self, column: str) -> str:
        """Return the text of a column that may not be blank."""
        found = self.optional(column)
        if found is None:
            raise self.wrong(column, "Fill it in.")
        return found

    def integer(self, column: str, *, least: int | None = None) -> int:
        """Return a whole number of at least `least`."""
        text = self.text(column)
        # Stricter than int(): 1_000 and digits of other scripts are not what other readers of the file see.
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            raise self.wrong(column, "Give a whole number, in digits only.")
        number = int(text)
        if least is not None and number < least:
            raise self.wrong(column, f"Give {least} or more.")
        return number

    def optional_integer(self, column: str, *, least: int | None = None) -> int | None:
        """Return a whole number, or None where the column is blank."""
        return None if self.optional(column) is None else self.integer(column, least=least)

    def decimal(self, column: str, *, least: float, most: float) -> float:
        """Return a number between two bounds, with a point or a comma before its decimals.

        A comma before three digits is refused where it could stand between thousands as well: 1,500 is 1.5 to one
        reader and 1500 to another.
        """
        text = self.text(column)
        if not _DECIMAL.fullmatch(text):
            raise self.wrong(column, "Give a number with a decimal point.")
        number = float(text.replace(",", "."))
        if _THOUSANDS.fullmatch(text) and least <= float(text.replace(",", "")) <= most:
            raise self.wrong(column, "Write it with a decimal point, or without a sign between thousands.")
        if not least <= number <= most:
            raise self.wrong(column, f"Give a number from {least} to {most}.")
        return number

    def yes(self, column: str) -> bool:
        """Return a yes or no."""
        try:
            return YES_NO[self.text(column)]
        except KeyError:
            raise self.wrong(column, "Write yes or no.") from None

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        """Return a text that is one of a list."""
        found = self.text(column)
        choices = sorted(allowed)
        if found not in choices:
            raise self.wrong(column, f"Give one of: {_few(choices)}.")
        return found

    def instant(self, column: str, zone: ZoneInfo) -> Instant:
        """Return a time with an offset, or a bare date as 00:00 in the crisis's zone."""
        try:
            return parse_instant(self.text(column), zone)
        except RoutingError as cause:
            raise self.wrong(column, str(cause)) from None

    def optional_instant(self, column: str, zone: ZoneInfo) -> Instant | None:
        """Return a time, or None where the column is blank."""
        return None if self.optional(column) is None else self.instant(column, zone)

    def clock(self, column: str) -> Seconds:
        """Return a time of day in seconds after midnight."""
        try:
            return parse_clock(self.text(column))
        except RoutingError as cause:
            raise self.wrong(column, str(cause)) from None


def read_table(file: Traversable, columns: Sequence[str]) -> tuple[Row, ...]:
    """Read a CSV file with a header that has at least these columns.

    Raises
    ------
    BadInput
        If the file is missing, is not UTF-8 or lacks a column.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput(f"{file.name} is missing. Add it, with the columns {', '.join(columns)}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{file.name} is not UTF-8. Save it as CSV in UTF-8.") from None
    return parse_table(file.name, text, columns)


def parse_table(name: str, text: str, columns: Sequence[str]) -> tuple[Row, ...]:
    """Read CSV text with a header that has at least these columns.

    Raises
    ------
    BadInput
        If a column is missing, a quote is not closed, or a row has more or fewer values than the header.
    """
    reader = csv.DictReader(io.StringIO(text), restkey="", strict=True)
    try:
        return _rows(name, reader, columns)
    except csv.Error as cause:
        raise BadInput(f"{name} row {reader.line_num + 1}: {cause}. Mend the quotes there.") from cause


def _rows(name: str, reader: "csv.DictReader[str]", columns: Sequence[str]) -> tuple[Row, ...]:
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"{name} row 1: the column {missing[0]!r} is missing. The columns are {', '.join(columns)}.")
    rows = []
    for values in reader:
        if "" in values or None in values.values():
            raise BadInput(
                f"{name} row {reader.line_num}: the row has another number of values than the header. "
                "Put values that hold a comma in quotes."
            )
        rows.append(Row(file=name, number=reader.line_num, values=values))
    return tuple(rows)


def build_all(rows: Iterable[Row], build: Callable[[Row], T]) -> tuple[T, ...]:
    """Build a value from every row and report all complaints at once, a line each.

    Raises
    ------
    BadInput
        With one line for each row that could not be used.
    """
    built: list[T] = []
    complaints: list[str] = []
    for row in rows:
        try:
            built.append(build(row))
        except RoutingError as cause:
            complaints.append(f"{row.file} row {row.number}: {cause}")
        except BadInput as cause:
            text = str(cause)
            complaints.append(text if _PLACED.match(text) else f"{row.file} row {row.number}: {text}")
    if complaints:
        raise BadInput("\n".join(complaints))
    return tuple(built)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A row that was set aside, and why; the rest of its table is not touched by it."""

    row: int
    reason: str


def build_some(rows: Iterable[Row], build: Callable[[Row], T]) -> tuple[tuple[tuple[int, T], ...], list[Quarantined]]:
    """Build a value from every row that can be used, with the row's number, and set the others aside."""
    built: list[tuple[int, T]] = []
    aside: list[Quarantined] = []
    for row in rows:
        try:
            built.append((row.number, build(row)))
        except (BadInput, RoutingError) as cause:
            aside.append(Quarantined(row=row.number, reason=str(cause).removeprefix(f"{row.file} row {row.number}: ")))
    return tuple(built), aside


def unique(rows: Iterable[Row], column: str) -> None:
    """Refuse a second row with the same value in a column.

    Raises
    ------
    BadInput
        Naming both rows.
    """
    first: dict[str, int] = {}
    for row in rows:
        found = row.text(column)
        if found in first:
            raise row.wrong(column, f"Row {first[found]} has it already; ids are given once.")
        first[found] = row.number


def _few(choices: Sequence[str], shown: int = 12) -> str:
    more = len(choices) - shown
    return ", ".join(choices[:shown]) + (f" and {more} more" if more > 0 else "")
