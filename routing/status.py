"""The state of each segment over time, as folded from the log: status, probability and the parts that decide."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from routing.errors import RoutingError, UnknownId
from routing.network import GateId, Segment, SegmentId
from routing.timelines import Timelines
from routing.units import AsOf, Instant, Window

PartName: TypeAlias = Literal["physical", "control", "ceasefire", "gate", "hazard"]
PART_ORDER: Final[tuple[PartName, ...]] = ("physical", "control", "ceasefire", "gate", "hazard")
"""Among parts of equal status and probability the first in this order is said to decide."""


class Status(StrEnum):
    """May a segment be used: OPEN < UNKNOWN < CONTESTED < BLOCKED, from best to worst."""

    OPEN = "OPEN"
    UNKNOWN = "UNKNOWN"
    CONTESTED = "CONTESTED"
    BLOCKED = "BLOCKED"

    @property
    def rank(self) -> int:
        """Place in the order from best (0) to worst (3)."""
        return _RANK[self]


_RANK: Final = {Status.OPEN: 0, Status.UNKNOWN: 1, Status.CONTESTED: 2, Status.BLOCKED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the five reasons for a segment's status.

    `code` is a stable word for the reason, `detail` the values in it; `evidence` are log positions.
    """

    name: PartName
    status: Status
    p: float
    code: str
    detail: str = ""
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A span in which nothing changes for a segment.

    `p` is the probability of passage at the start of the window, the lowest in it, for hazards only fade.
    `causes` maps what may fail as a whole (a ceasefire in an area, a cluster of incidents, an unreported area)
    to its probability of holding; gates' priors are not among them (they enter a leg).
    """

    window: Window
    status: Status
    p: float
    decided_by: PartName
    parts: tuple[Part, ...]
    causes: tuple[tuple[str, float], ...] = ()

    def deciding(self) -> Part:
        """Return the part that decides the status."""
        return next(part for part in self.parts if part.name == self.decided_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePrior:
    """Beta counts of a gate: columns that passed and that were turned back, the first counts being the prior's."""

    passed: int
    turned_back: int
    cases: int
    """How many of these were learned from recorded outcomes."""
    set_by: int | None = field(default=None, metadata={"unwritten_if_default": True})
    """The record by which somebody set the first counts by hand, in place of all that was known before it."""

    @property
    def p(self) -> float:
        """Mean probability of passage."""
        return self.passed / (self.passed + self.turned_back)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSpan:
    """Nobody moves within the window: everywhere (`segments` None) or over these segments."""

    window: Window
    segments: frozenset[SegmentId] | None
    reason: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessMap:
    """What may be driven when, as known at `as_of`: one gapless timeline a segment over `horizon`."""

    as_of: AsOf
    horizon: Window
    timelines: Mapping[SegmentId, tuple[Piece, ...]]
    gate_priors: Mapping[GateId, GatePrior]
    gate_flow: Mapping[GateId, int]
    """Trucks an hour through each gate."""
    holds: tuple[HoldSpan, ...] = ()
    reported_limits_kg: Mapping[SegmentId, int] = field(default_factory=dict)
    """The lowest weight limit that holds on a segment at any time of the horizon, where reports state one."""

    def timeline(self, segment: SegmentId) -> tuple[Piece, ...]:
        """Return the segment's pieces in order of time.

        Raises
        ------
        UnknownId
            If the map does not hold the segment.
        """
        try:
            return self.timelines[segment]
        except KeyError:
            raise UnknownId(f"No segment {segment!r} in this access map.") from None

    def limit_kg(self, segment: Segment) -> int | None:
        """Return the lowest of the segment's own and its reported weight limits; None where there is none."""
        limits = (segment.weight_limit_kg, self.reported_limits_kg.get(segment.id))
        return min((limit for limit in limits if limit is not None), default=None)

    def at(self, segment: SegmentId, at: Instant) -> Piece:
        """Return the piece that holds at an instant.

        Raises
        ------
        RoutingError
            If the instant lies outside the horizon of the map.
        """
        if not self.horizon.contains(at):
            raise RoutingError(f"Instant {at} lies outside the map's horizon {self.horizon}. Fold a longer horizon.")
        pieces = self.timeline(segment)
        return pieces[bisect_right(pieces, at, key=lambda piece: piece.window.start) - 1]

    def replace_timelines(self, changed: Mapping[SegmentId, tuple[Piece, ...]]) -> "AccessMap":
        """Return a map with some timelines replaced and all others shared."""
        if isinstance(self.timelines, Timelines):
            return replace(self, timelines=self.timelines.replaced(changed))
        return replace(self, timelines={**self.timelines, **changed})


def worst(parts: tuple[Part, ...]) -> Part:
    """Return the part that decides: the worst status, then the smallest p, then the order of the parts."""
    return min(parts, key=lambda part: (-part.status.rank, part.p, PART_ORDER.index(part.name)))
