"""The crisis a plan is made for: its time zone, its working days, its daylight and its words of caution."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from routing.units import Instant, Seconds, Window, daily_windows, local_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party to the conflict by its neutral name."""

    id: str
    name: str
    name_ar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """What all plans of a crisis share. `dawn_s` and `dusk_s` are seconds after local midnight.

    Driving is forbidden outside dawn to dusk; unloading is not.
    """

    id: str
    name: str
    name_ar: str
    zone: str
    dawn_s: Seconds
    dusk_s: Seconds
    working_days: tuple[str, ...]
    holidays: tuple[str, ...]
    parties: tuple[Party, ...]
    disclaimer: str
    disclaimer_ar: str
    demo_from: Instant
    demo_days: int
    demo_known: Instant

    @property
    def tz(self) -> ZoneInfo:
        """The crisis's own time zone."""
        return ZoneInfo(self.zone)

    def daylight(self, within: Window) -> tuple[Window, ...]:
        """Return the spans in which convoys may drive."""
        return daily_windows(within, self.dawn_s, self.dusk_s, self.tz)

    def days(self, horizon: Window) -> tuple[Window, ...]:
        """Return the local days of a horizon, clipped to it."""
        return local_days(horizon, self.tz)
