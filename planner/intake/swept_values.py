"""Read what one variable of a sweep takes: a list of values, or a range of numbers, times or hours of the day."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from planner.domain.sweep import SweptValue
from routing.errors import RoutingError
from routing.units import DAY, HOUR, MINUTE, Instant, Seconds, format_instant, parse_clock, parse_instant

LONGEST: Final = 200_000
"""So many values a range may have; drawn from, never all solved."""
_CLOCK: Final = re.compile(r"\d\d:\d\d")
_SPAN: Final = re.compile(r"(\d+)\s*(d|h|min)")
_UNITS: Final[Mapping[str, Seconds]] = {"d": DAY, "h": HOUR, "min": MINUTE}


def read_axis(name: str, given: object, zone: ZoneInfo, *, drawn: bool) -> tuple[SweptValue, ...]:
    """Return the values of a variable, each once, in the order of the list or of the range.

    Where values are `drawn` a range need not say `every`: then it is every whole number, or every minute.

    Raises
    ------
    BadInput
        If it is neither a list nor a range, empty, or a range that does not end.
    """
    if isinstance(given, list):
        values = tuple(dict.fromkeys(_one(name, item) for item in given))
        if not values:
            raise BadInput(f"{name} is empty. Give it values to take.")
        return values
    if not isinstance(given, dict):
        raise BadInput(f"{name} is {given!r}. Give a list, or a range as in {{ from = 0, until = 6, every = 2 }}.")
    unknown = sorted(set(given) - {"from", "until", "every"})
    missing = [key for key in ("from", "until") if key not in given]
    if unknown or missing:
        raise BadInput(
            f"{name} is a range with from, until and every; wrong or missing: {', '.join(unknown + missing)}."
        )
    return tuple(_range(name, given["from"], given["until"], given.get("every"), zone, drawn=drawn))


def _one(name: str, item: object) -> SweptValue:
    if isinstance(item, date | datetime):
        return str(item)
    if not isinstance(item, bool | int | float | str) or item == "":
        raise BadInput(f"{name} holds {item!r}. Give numbers, texts or times.")
    return item


def _range(
    name: str, first: object, last: object, every: object, zone: ZoneInfo, *, drawn: bool
) -> Iterator[SweptValue]:
    numbers = [_is_number(value) for value in (first, last)]
    if all(numbers):
        yield from _numbers(name, first, last, every, drawn=drawn)
    elif any(numbers):
        raise BadInput(f"{name} goes from {first!r} until {last!r}. Give two numbers or two times.")
    elif _CLOCK.fullmatch(str(first)) and _CLOCK.fullmatch(str(last)):
        try:
            begins, ends = parse_clock(str(first)), parse_clock(str(last))
        except RoutingError as cause:
            raise BadInput(f"{name}: {cause}") from cause
        for at in _steps(name, begins, ends, _seconds(name, every, drawn=drawn)):
            yield f"{at // HOUR:02d}:{at % HOUR // MINUTE:02d}"
    else:
        start, end = (_instant(name, value, zone) for value in (first, last))
        for at in _steps(name, start, end, _seconds(name, every, drawn=drawn)):
            yield format_instant(at, zone)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(name: str, first: object, last: object, every: object, *, drawn: bool) -> Iterator[int | float]:
    whole = all(isinstance(value, int) for value in (first, last, every) if value is not None)
    if every is None and drawn and whole:
        every = 1
    if not _is_number(every) or Decimal(str(every)) <= 0:
        raise BadInput(f"{name} is a range of numbers with every {every!r}. Give a number above 0.")
    # Decimal: 0.1 taken three times is 0.3, as the reader of the file expects.
    start, end, step = (Decimal(str(value)) for value in (first, last, every))
    count = int((end - start) / step) + 1 if end >= start else 0
    _check_count(name, count)
    for place in range(count):
        value = start + place * step
        yield int(value) if whole else float(value)


def _steps(name: str, start: int, end: int, step: Seconds) -> range:
    _check_count(name, (end - start) // step + 1 if end >= start else 0)
    return range(start, end + 1, step)


def _check_count(name: str, count: int) -> None:
    if count < 1:
        raise BadInput(f"{name} is a range that ends before it begins. Swap from and until.")
    if count > LONGEST:
        raise BadInput(f"{name} is a range of {count:,} values, more than {LONGEST:,}. Give a larger step.")


def _seconds(name: str, every: object, *, drawn: bool) -> Seconds:
    if every is None and drawn:
        return MINUTE
    found = _SPAN.fullmatch(str(every).strip()) if isinstance(every, str) else None
    if found is None or int(found.group(1)) == 0:
        raise BadInput(f'{name} is a range of times with every {every!r}. Write it like "6 h", "30 min" or "1 d".')
    return int(found.group(1)) * _UNITS[found.group(2)]


def _instant(name: str, value: object, zone: ZoneInfo) -> Instant:
    if not isinstance(value, str | date | datetime):
        raise BadInput(f"{name} has {value!r} as an end. Give a number, a time or an hour of the day.")
    try:
        return parse_instant(str(value), zone)
    except RoutingError as cause:
        raise BadInput(f"{name}: {cause}") from cause
