"""Read what is said of a crisis as a whole: its zone, its daylight, its working days and its parties."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from planner.domain.crisis import Crisis, Party
from planner.domain.errors import BadInput
from planner.intake.toml_tables import read_toml
from routing.units import parse_clock, parse_instant

_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_crisis(folder: Traversable) -> Crisis:
    """Read crisis.toml.

    Raises
    ------
    BadInput
        If it is no TOML or lacks a value.
    """
    _, told = read_toml(folder / "crisis.toml")
    try:
        return _crisis(told)
    except ZoneInfoNotFoundError as cause:
        raise BadInput(f"crisis.toml: {cause.args[0]}. Give one like Asia/Damascus.") from cause
    except KeyError as cause:
        raise BadInput(f"crisis.toml: the value {cause} is missing. Fill it in.") from cause
    except (AttributeError, TypeError, ValueError) as cause:
        raise BadInput(f"crisis.toml: {cause}. Mend it there.") from cause


def _crisis(told: Mapping[str, Any]) -> Crisis:
    zone = ZoneInfo(told["zone"])
    dawn_s, dusk_s = parse_clock(told["daylight"]["dawn"]), parse_clock(told["daylight"]["dusk"])
    if dusk_s <= dawn_s:
        raise BadInput(f"crisis.toml: dusk is {told['daylight']['dusk']!r}, which is not after dawn. Swap them.")
    for day in told["working_days"]:
        if day not in _WEEK:
            raise BadInput(f"crisis.toml: working_days holds {day!r}. Give some of: {', '.join(_WEEK)}.")
    days = told["demo"]["days"]
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise BadInput(f"crisis.toml: days is {days!r}. Give a whole number of days, 1 or more.")
    return Crisis(
        id=told["id"], name=told["name"], name_ar=told["name_ar"], zone=told["zone"], dawn_s=dawn_s, dusk_s=dusk_s,
        working_days=tuple(told["working_days"]), holidays=tuple(map(str, told["holidays"])),
        parties=tuple(Party(id=p["id"], name=p["name"], name_ar=p["name_ar"]) for p in told["parties"]),
        disclaimer=told["disclaimer"], disclaimer_ar=told["disclaimer_ar"],
        demo_from=parse_instant(str(told["demo"]["from"]), zone), demo_days=days,
        demo_known=parse_instant(str(told["demo"]["known"]), zone),
    )  # fmt: skip
