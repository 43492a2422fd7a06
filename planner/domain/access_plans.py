"""Inter-agency access plans: the month or two months for which the convoys of a crisis are asked for together."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from planner.domain.crisis import Crisis
from planner.domain.errors import BadInput
from routing.units import Instant, Window

ANSWER_WORKING_DAYS: Final = 7
"""The procedure of spring 2016: an answer to a request within seven working days."""
HANDED_IN_FROM_DAY: Final = 20
"""A request that names no plan and is made from this day of a month on is taken to be for the next month's plan: plans
were handed in about ten days before their period."""
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPeriod:
    """A plan's months: `2016-10`, or `2016-10..2016-11` for two."""

    name: str
    window: Window


def parse_plan(text: str, zone: ZoneInfo) -> PlanPeriod:
    """Read the name of an inter-agency plan.

    Raises
    ------
    BadInput
        If it is neither a month nor two months in a row.
    """
    first, dots, last = text.strip().partition("..")
    if not _MONTH.fullmatch(first) or (dots and not _MONTH.fullmatch(last)):
        raise BadInput(f"Plan {text!r} is not understood. Write a month as 2016-10, or two as 2016-10..2016-11.")
    start = date.fromisoformat(f"{first}-01")
    end = _month_after(start)
    if dots:
        if date.fromisoformat(f"{last}-01") != end:
            raise BadInput(f"Plan {text!r} is not of two months in a row. Write 2016-10..2016-11.")
        end = _month_after(end)
    return PlanPeriod(name=text.strip(), window=Window(_midnight(start, zone), _midnight(end, zone)))


def plan_asked_for(asked_at: Instant, zone: ZoneInfo) -> str:
    """Return the month for which a request is taken to be that names no plan."""
    day = datetime.fromtimestamp(asked_at, zone).date()
    return (_month_after(day) if day.day >= HANDED_IN_FROM_DAY else day).strftime("%Y-%m")


def month_of(at: Instant, zone: ZoneInfo) -> str:
    """Return the month in which an instant lies, as a plan of one month is named."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m")


def answer_due(asked_at: Instant, crisis: Crisis) -> Instant:
    """Return the end of the seventh working day after the day of a request, by the crisis's week and holidays."""
    day = datetime.fromtimestamp(asked_at, crisis.tz).date()
    left = ANSWER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= _is_working(day, crisis)
    return _midnight(day + timedelta(days=1), crisis.tz)


def _is_working(day: date, crisis: Crisis) -> bool:
    return day.strftime("%A").lower() in crisis.working_days and day.isoformat() not in crisis.holidays


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> Instant:
    return int(datetime.combine(day, time(), zone).timestamp())
