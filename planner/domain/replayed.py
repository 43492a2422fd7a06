"""A replay of past days as it is told and kept: each morning's convoys, what became of them, and what is on record."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from routing.evidence import Figure
from routing.network import GateId, SegmentId
from routing.units import AsOf, Instant, Seconds, Window

Fate: TypeAlias = Literal["nothing_stops_it", "held", "turned_back", "caught_inside"]
Origin: TypeAlias = Literal["planned", "announced"]
FLAGGED_FROM: Final = 0.25
"""A convoy that is caught inside in one of four drawn futures, or has no slack left, is flagged in the morning
(*default*): a question to whoever sends it, not a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A timetable in four instants: away, at the first site, the last site unloaded, back."""

    depart_at: Instant
    arrive_at: Instant
    unloaded_at: Instant
    back_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedConvoy:
    """A convoy of one morning: ours as planned for the day, or one that others announced, if it left then.

    `slack_s` None: nothing closes; negative: the way back closes before it is out. `arrives`, `caught_inside` and
    `kept_inside` are shares of drawn futures. Without `hours` it cannot go, and `reason` says what stands against it.
    `fate` is what is on record against it: at an instant, on a segment, by these records.
    """

    name: str
    origin: Origin
    hub: HubId
    sites: tuple[SiteId, ...]
    trucks: int | None
    people: int
    hours: Hours | None = None
    slack_s: Seconds | None = None
    closes_at: Instant | None = None
    arrives: float | None = None
    caught_inside: float | None = None
    kept_inside: float | None = None
    rule: str = ""
    reason: str = ""
    gates: tuple[GateId, ...] = ()
    fate: Fate | None = None
    fate_at: Instant | None = None
    fate_segment: SegmentId = ""
    fate_records: tuple[int, ...] = ()

    @property
    def flagged(self) -> bool:
        """Whether the morning warns of it: it is often caught, or has no time to come out."""
        no_slack = self.slack_s is not None and self.slack_s < 0
        return self.hours is not None and (no_slack or (self.caught_inside or 0.0) >= FLAGGED_FROM)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedNews:
    """What was learned at one moment, and the day's convoys that it touches, each with hold, reroute or turn back."""

    at: Instant
    records: tuple[int, ...]
    touched: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedOutcome:
    """What is on record of a movement on the day; several sources of one event are several of these."""

    record: int
    movement: str
    site: SiteId
    what: str
    result: str
    at: Instant
    people_reached: tuple[Figure, ...]
    source: str
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedMorning:
    """One day: what its plan holds, the convoys that leave or are announced, the news, and what is on record."""

    as_of: AsOf
    day: Window
    planned_convoys: int
    planned_people: int
    convoys: tuple[ReplayedConvoy, ...]
    news: tuple[ReplayedNews, ...]
    recorded: tuple[RecordedOutcome, ...]

    @property
    def own(self) -> tuple[ReplayedConvoy, ...]:
        """The convoys of our plan that leave on the day."""
        return tuple(one for one in self.convoys if one.origin == "planned")

    @property
    def flagged(self) -> tuple[ReplayedConvoy, ...]:
        """Those that the morning warns of, ours and announced ones."""
        return tuple(one for one in self.by_risk if one.flagged)

    @property
    def by_risk(self) -> tuple[ReplayedConvoy, ...]:
        """Those that are flagged first, then those that can go; whoever is likeliest to be caught inside leads."""
        order = sorted(self.convoys, key=lambda c: (not c.flagged, c.hours is None, -(c.caught_inside or 0.0), c.name))
        return tuple(order)

    def of_fate(self, *fates: Fate) -> tuple[ReplayedConvoy, ...]:
        """Return our convoys of the day that met one of these."""
        return tuple(one for one in self.own if one.fate in fates)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayAnswer:
    """All mornings in order, and the people whom the plans would have reached, each site counted by its own rule."""

    mornings: tuple[ReplayedMorning, ...]
    people: int
