"""What of a column decides where it may drive, and the hours in which a whole drive must lie."""

from dataclasses import dataclass
from typing import Final

from routing.status import AccessMap
from routing.truck import Truck
from routing.units import DAY, Seconds, Window, merge_windows

LONGEST_DRIVE_S: Final[Seconds] = DAY
"""Where no daylight bounds a drive this does: who is on the road for longer rests, and that makes two legs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What of a column decides where it may drive; `truck` is what all its trucks need together."""

    loaded: bool
    trucks: int
    truck: Truck
    use_unknown: bool


def drive_spans(access: AccessMap, departures: Window, daylight: tuple[Window, ...] | None) -> tuple[Window, ...]:
    """Return the spans in which a whole drive must lie that leaves within `departures`.

    These are the days' light, or without it one span up to the longest drive after the last departure.
    """
    light = (
        (Window(departures.start, departures.end + LONGEST_DRIVE_S),) if daylight is None else merge_windows(daylight)
    )
    known = (window.clip(access.horizon) for window in light if window.overlaps(departures))
    clipped = (window.clip(Window(departures.start)) for window in known if window is not None)
    return tuple(window for window in clipped if window is not None)
