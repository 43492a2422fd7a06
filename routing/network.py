"""The road network as it lies on the ground: places, segments, gates and areas, none of it changing with the news."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeAlias

from routing.errors import InvalidNetwork, UnknownId
from routing.units import Metres, Seconds

PlaceId: TypeAlias = str
SegmentId: TypeAlias = str
GateId: TypeAlias = str
AreaId: TypeAlias = str
PartyId: TypeAlias = str
Position: TypeAlias = tuple[float, float]
"""Longitude and latitude in degrees, WGS84, in this order."""

Regime: TypeAlias = Literal["permit", "notification", "none"]
RoadClass: TypeAlias = Literal["motorway", "primary", "secondary", "tertiary", "urban", "track"]
EARTH_RADIUS_M = 6_371_009
UNWRITTEN: Mapping[str, bool] = {"unwritten_if_default": True}
"""Metadata of a field that came later: with its default it is no part of the written form, so digests stay."""

CONVOY_SPEED_KMH: Mapping[str, int] = {
    "motorway": 55, "primary": 45, "secondary": 40, "tertiary": 30, "urban": 20, "track": 20,
}  # fmt: skip
"""Speed of a loaded column by road class, without checkpoints: 40-60 km/h paved, 20-30 urban or damaged
(planning values of logistics practice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A named piece of land that one party holds as a whole; who holds it, and when, is evidence."""

    id: AreaId
    name: str
    name_ar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A town, junction, crossing or port where segments meet; each lies in one area."""

    id: PlaceId
    name: str
    name_ar: str
    kind: str
    position: Position
    area: AreaId
    governorate: str | None = None
    sub_district: str | None = None
    sub_district_ar: str | None = None
    pcode: str | None = None
    population: int | None = None
    overnight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A checkpoint or border crossing that a party controls, with its hours, its queue and its record.

    Times of day are seconds after local midnight; delays are seconds of one column's stop, triangular;
    `prior_passed` and `prior_turned_back` are Beta counts before the log is read.
    """

    id: GateId
    name: str
    name_ar: str
    place: PlaceId
    regime: Regime
    authority: str
    authority_type: str
    opens: Seconds
    closes: Seconds
    trucks_per_hour: int
    delay_low_s: Seconds
    delay_mode_s: Seconds
    delay_high_s: Seconds
    single_lane: bool = False
    prior_passed: int = 1
    prior_turned_back: int = 1

    def delay_s(self, quantile: float = 0.5) -> Seconds:
        """Return the delay at a quantile of the triangular distribution, rounded up to a minute."""
        low, mode, high = self.delay_low_s, self.delay_mode_s, self.delay_high_s
        if high == low:
            return low
        split = (mode - low) / (high - low)
        if quantile < split:
            value = low + math.sqrt(quantile * (high - low) * (mode - low))
        else:
            value = high - math.sqrt((1 - quantile) * (high - low) * (high - mode))
        return math.ceil(value / 60) * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of road between two places, drivable both ways unless `oneway`; `gate` names who lets through."""

    id: SegmentId
    name: str
    corridor: str
    start: PlaceId
    end: PlaceId
    length_m: Metres
    road_class: RoadClass
    shape: tuple[Position, ...]
    gate: GateId | None = None
    single_lane: bool = False
    oneway: bool = False
    weight_limit_kg: int | None = None
    length_derived: bool = True
    # Later than the first stored networks, which keep their digests: not written where they say nothing.
    bridge: bool = field(default=False, metadata=UNWRITTEN)
    width_m: float | None = field(default=None, metadata=UNWRITTEN)
    """Of the carriageway; None where nobody says."""
    axle_limit_kg: int | None = field(default=None, metadata=UNWRITTEN)
    height_limit_m: float | None = field(default=None, metadata=UNWRITTEN)
    """Of what may pass under a bridge, through a tunnel or a gate; None where there is no limit."""
    width_limit_m: float | None = field(default=None, metadata=UNWRITTEN)
    """Of what may pass, which is less than the carriageway where a bridge or wall stands close."""

    def drive_seconds(self) -> Seconds:
        """Return the loaded column's driving time without gates, rounded up."""
        return math.ceil(self.length_m * 3.6 / CONVOY_SPEED_KMH[self.road_class])


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A segment that an earlier network of the crisis held and that evidence names; `heirs` now lie along it.

    What was reported of it holds for its heirs. Without heirs the reports stay in the log and speak of no road.
    """

    segment: SegmentId
    heirs: tuple[SegmentId, ...]


@dataclass(frozen=True, kw_only=True)
class RoadNetwork:
    """All places, segments, gates and areas of a crisis, checked against each other when built."""

    places: Mapping[PlaceId, Place]
    segments: Mapping[SegmentId, Segment]
    gates: Mapping[GateId, Gate]
    areas: Mapping[AreaId, Area]
    retired: tuple[Retired, ...] = field(default=(), metadata=UNWRITTEN)
    _segments_at: dict[PlaceId, tuple[SegmentId, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check every reference and every length.

        Raises
        ------
        InvalidNetwork
            If a segment has no length or joins unknown places, or a gate or place names something unknown.
        """
        for place in self.places.values():
            if place.area not in self.areas:
                raise InvalidNetwork(f"Place {place.id} lies in area {place.area!r}, which is not listed. Add it.")
        for gate in self.gates.values():
            if gate.place not in self.places:
                raise InvalidNetwork(f"Gate {gate.id} stands at {gate.place!r}, which is no place. Add the place.")
        at: dict[PlaceId, list[SegmentId]] = {}
        for one in self.retired:
            if lost := [heir for heir in one.heirs if heir not in self.segments]:
                raise InvalidNetwork(f"The heir {lost[0]!r} of segment {one.segment} is no segment. Leave it out.")
        for segment in self.segments.values():
            self._check(segment)
            at.setdefault(segment.start, []).append(segment.id)
            at.setdefault(segment.end, []).append(segment.id)
        object.__setattr__(self, "_segments_at", {place: tuple(sorted(ids)) for place, ids in at.items()})

    def _check(self, segment: Segment) -> None:
        if segment.length_m <= 0:
            raise InvalidNetwork(
                f"Segment {segment.id} has length {segment.length_m} m. Give its length in metres, above 0."
            )
        for place in (segment.start, segment.end):
            if place not in self.places:
                raise InvalidNetwork(f"Segment {segment.id} joins {place!r}, which is no place. Add the place.")
        if segment.gate is not None and segment.gate not in self.gates:
            raise InvalidNetwork(f"Segment {segment.id} names gate {segment.gate!r}, which is not listed. Add it.")

    def get_place(self, place: PlaceId) -> Place:
        """Return the place.

        Raises
        ------
        UnknownId
            If the network has no such place.
        """
        try:
            return self.places[place]
        except KeyError:
            raise UnknownId(f"No place {place!r} in the network. Use an id from the places listing.") from None

    def get_segment(self, segment: SegmentId) -> Segment:
        """Return the segment.

        Raises
        ------
        UnknownId
            If the network has no such segment.
        """
        try:
            return self.segments[segment]
        except KeyError:
            raise UnknownId(f"No segment {segment!r} in the network. Use an id from `access status`.") from None

    def get_gate(self, gate: GateId) -> Gate:
        """Return the gate.

        Raises
        ------
        UnknownId
            If the network has no such gate.
        """
        try:
            return self.gates[gate]
        except KeyError:
            raise UnknownId(f"No gate {gate!r} in the network. Gates: {', '.join(sorted(self.gates))}.") from None

    def segments_at(self, place: PlaceId) -> tuple[SegmentId, ...]:
        """Return the segments that meet at the place, in order of their ids."""
        return self._segments_at.get(place, ())

    def areas_of(self, segment: SegmentId) -> tuple[AreaId, ...]:
        """Return the one or two areas that the segment joins."""
        s = self.segments[segment]
        first, second = self.places[s.start].area, self.places[s.end].area
        return (first,) if first == second else (first, second)

    @cached_property
    def heirs(self) -> Mapping[SegmentId, tuple[SegmentId, ...]]:
        """The segments that now lie along each segment of earlier networks."""
        return {one.segment: one.heirs for one in self.retired}

    def holds_or_held(self, segment: SegmentId) -> bool:
        """Tell whether the segment is in the network, or was in an earlier one of the crisis."""
        return segment in self.segments or segment in self.heirs

    def standing_for(self, segments: Iterable[SegmentId]) -> tuple[SegmentId, ...]:
        """Return the segments of this network that the ids mean: those it holds, and the heirs of those it held."""
        found = (heir for name in segments for heir in ((name,) if name in self.segments else self.heirs.get(name, ())))
        return tuple(dict.fromkeys(found))

    @cached_property
    def segments_of_gate(self) -> Mapping[GateId, tuple[SegmentId, ...]]:
        """The segments on which each gate stands; a gate on no segment has an empty tuple."""
        found: dict[GateId, list[SegmentId]] = {gate: [] for gate in self.gates}
        for segment in self.segments.values():
            if segment.gate is not None:
                found[segment.gate].append(segment.id)
        return {gate: tuple(sorted(ids)) for gate, ids in found.items()}


def other_end(segment: Segment, place: PlaceId) -> PlaceId:
    """Return the end of the segment that is not `place`."""
    return segment.end if place == segment.start else segment.start


def distance_m(a: Position, b: Position) -> float:
    """Return the great-circle distance in metres (haversine)."""
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (*a, *b))
    h = math.sin((lat_b - lat_a) / 2) ** 2
    h += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(h))


def polyline_m(shape: Sequence[Position]) -> float:
    """Return the length of a line through the positions, in metres."""
    return sum(distance_m(a, b) for a, b in pairwise(shape))
