"""The trade-off of a plan as its page draws it: a point a balance, those worst off against the total."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.tradeoff import Balance, Tradeoff

WIDTH: Final = 420
HEIGHT: Final = 190
MARGIN: Final = 26
"""Of the chart, in its own units."""
APART: Final = 12.0
"""Points nearer than this share one place; their numbers stand side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A balance on the chart: its number in the list, where it stands, whether it is the plan's own."""

    number: str
    x: float
    y: float
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn of a trade-off: aid grows to the end of the line, waiting over `days` upwards."""

    days: int
    points: tuple[Point, ...]
    least_value: float
    most_value: float
    least_waiting: float
    most_waiting: float


def level_shown(balances: Sequence[Balance]) -> int:
    """Return the place of the worst level that is not the same in all balances; of equal ones the last."""
    levels = list(zip(*(one.waiting for one in balances), strict=True))
    moved = (place for place, lived in enumerate(levels) if len({round(days) for _, days in lived}) > 1)
    return next(moved, len(levels) - 1)


def chart_of(found: Tradeoff, *, mirrored: bool) -> Chart | None:
    """Return the chart; None where there is one balance alone, or no level of equity."""
    balances = found.balances
    if len(balances) < 2 or not balances[0].waiting:  # noqa: PLR2004 - one point is no curve
        return None
    level = level_shown(balances)
    values = [one.value for one in balances]
    waiting = [one.waiting[level][1] for one in balances]
    points: list[Point] = []
    for number, (value, lived) in enumerate(zip(values, waiting, strict=True), 1):
        x, y = _along(value, values, WIDTH), HEIGHT - _along(lived, waiting, HEIGHT)
        x = WIDTH - x if mirrored else x
        near = next((p for p in points if abs(p.x - x) < APART and abs(p.y - y) < APART), None)
        if near is None:
            points.append(Point(number=str(number), x=x, y=y, own=number == 1))
        else:
            shared = Point(number=f"{near.number}, {number}", x=near.x, y=near.y, own=near.own)
            points[points.index(near)] = shared
    return Chart(
        days=balances[0].waiting[level][0], points=tuple(points), least_value=min(values), most_value=max(values),
        least_waiting=min(waiting), most_waiting=max(waiting),
    )  # fmt: skip


def _along(value: float, values: Sequence[float], length: int) -> float:
    low, high = min(values), max(values)
    share = 0.5 if high == low else (value - low) / (high - low)
    return round(MARGIN + share * (length - 2 * MARGIN), 1)


def is_beaten(one: Balance, balances: Sequence[Balance]) -> bool:
    """Tell whether another balance is nowhere worse and somewhere better."""
    return any(other.as_good_as(one) and not one.as_good_as(other) for other in balances)
