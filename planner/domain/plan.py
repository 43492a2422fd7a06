"""A plan as it leaves the solver: convoys with their moves, stops and loads, what stays unmet, and how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from planner.domain.canonical import UNWRITTEN_IF_DEFAULT
from planner.domain.needs import CommodityId, SiteId
from planner.domain.supply import HubId, TruckTypeId
from routing.network import GateId, PlaceId, SegmentId
from routing.units import AsOf, Instant, Seconds, Window

ConvoyId: TypeAlias = str
PlanId: TypeAlias = str
UnmetClass: TypeAlias = Literal["impossible", "outbid", "not_found"]
PlanStatus: TypeAlias = Literal["optimal", "feasible", "no_plan"]
ProofGrade: TypeAlias = Literal["global", "given the first visits", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Units of one batch for one stop; `people` is how many it feeds for the ration period (food only, else 0)."""

    commodity: CommodityId
    batch: str
    units: int
    kg: int
    litres: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A site visited: arrival of the column's last truck, end of unloading, trucks unloaded here and their loads."""

    site: SiteId
    arrive_at: Instant
    unloaded_at: Instant
    trucks: Mapping[TruckTypeId, int]
    loads: tuple[Load, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePass:
    """The column stands at a gate from `arrive_at` (its head) until `clear_at` (its last truck is through)."""

    gate: GateId
    arrive_at: Instant
    clear_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The column drives from one place to another without waiting on the road.

    `loaded` moves meet each gate's delay; moves after the last stop are empty and do not.
    """

    start: PlaceId
    end: PlaceId
    depart_at: Instant
    arrive_at: Instant
    segments: tuple[SegmentId, ...]
    gates: tuple[GatePass, ...]
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Convoy:
    """A column of trucks from a hub to one to three sites and back.

    Moves follow one another in space; between two moves the column is at a stop or rests at a place where it may
    stage overnight. `p` is the probability of arrival over distinct causes; `slack_s` the shortest time between
    the column's last passage of a segment on the way back and that segment's closing.
    """

    id: ConvoyId
    hub: HubId
    stops: tuple[Stop, ...]
    moves: tuple[Move, ...]
    trucks: Mapping[TruckTypeId, int]
    loading: Window
    p: float
    slack_s: Seconds
    exposure_truck_s: int
    group: str | None = None
    movement: str | None = None

    @property
    def depart_at(self) -> Instant:
        """When the column leaves the hub."""
        return self.moves[0].depart_at

    @property
    def back_at(self) -> Instant:
        """When the column is back at the hub."""
        return self.moves[-1].arrive_at

    @property
    def truck_count(self) -> int:
        """Number of trucks of all types."""
        return sum(self.trucks.values())

    @property
    def segments(self) -> tuple[SegmentId, ...]:
        """All segments driven, in order."""
        return tuple(segment for move in self.moves for segment in move.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that would serve an unmet need: an edit as a scenario states it, and what solving again gave."""

    edit: str
    people_gained: int
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What a site does not get, in one of three classes that are never confused.

    `rule` is the name of the hard rule or resource that decides; `proof` names log positions, segments
    (`segment:ID`) and gates (`gate:ID`).
    """

    site: SiteId
    commodity: CommodityId
    units: int
    people: int
    unmet_class: UnmetClass
    rule: str
    reason: str
    proof: tuple[str, ...]
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveLevel:
    """One level of the objective: its value, the proved bound, the relative gap and what the bound is a bound of."""

    level: int
    name: str
    value: float
    bound: float
    gap: float
    proof: ProofGrade


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedNotice:
    """A movement that the plan had to keep although it is no longer feasible, and what may be done with it."""

    movement: str
    rules: tuple[str, ...]
    choices: tuple[Literal["hold", "reroute", "turn back"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustPrice:
    """What a cap on being caught inside costs: this plan beside the best one found without it, in the same futures.

    `expected` people are reached on average and `worst_tenth` in the worst tenth of the `draws`; `most_caught` is the
    largest share in which a convoy is caught; `left_out` ways were left out. What ends in `_free` is without the cap.
    """

    caught_cap: float
    draws: int
    expected: float
    expected_free: float
    worst_tenth: float
    worst_tenth_free: float
    people_free: int
    most_caught: float
    most_caught_free: float
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer to a snapshot. Its digest leaves out ids, hosts and times of solving."""

    snapshot_digest: str
    as_of: AsOf
    horizon: Window
    status: PlanStatus
    cut_short: bool
    objective: tuple[ObjectiveLevel, ...]
    convoys: tuple[Convoy, ...]
    unmet: tuple[Unmet, ...]
    people_reached: int
    coverage_by_site: Mapping[SiteId, float]
    pinned: tuple[PinnedNotice, ...] = ()
    notes: tuple[str, ...] = ()
    robust: RobustPrice | None = field(default=None, metadata=UNWRITTEN_IF_DEFAULT)
    """Where the policy caps being caught inside: what keeping the cap costs."""
