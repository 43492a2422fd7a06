"""The roads that a column may take between two places, and the runs along them; each is searched or made once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from planner.solvers.ground import Ground
from planner.solvers.option import Run
from routing.network import GateId, PlaceId, RoadNetwork, SegmentId, other_end
from routing.status import AccessMap, Part, Piece, Status
from routing.travel.engine import TravelEngine
from routing.travel.legs import Leg, find_legs
from routing.truck import Truck
from routing.units import HOUR, Metres, Seconds, Window

LEGS_KEPT: Final = 4
"""Most roads out kept between two places on a day."""
BACK_LEGS_KEPT: Final = 2
"""Most empty ways back tried beside the way out reversed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A leg without its day: the same object on all days on which it is found.

    `seconds` are those of the fewest trucks, gates included; `driving_s` the time at the wheel.
    """

    origin: PlaceId
    destination: PlaceId
    segments: tuple[SegmentId, ...]
    seconds: Seconds
    driving_s: Seconds
    metres: Metres
    gated: bool


@dataclass(frozen=True, kw_only=True)
class Roads:
    """The roads between hubs and sites for columns whose trucks need what `truck` needs, each searched once.

    Ways out are searched for each day with their risks. Ways back are empty and carry no load that could be lost, so
    that only time and passability count. `plain` is the shortest road of all that are ever open.
    """

    ground: Ground
    engine: TravelEngine
    truck: Truck
    calm: AccessMap
    ever: AccessMap
    _found: dict[tuple[PlaceId, PlaceId, str, int], tuple[Road, ...]] = field(default_factory=dict, repr=False)
    _met: dict[Road, Road] = field(default_factory=dict, repr=False)
    _runs: dict[tuple[PlaceId, tuple[SegmentId, ...], bool], Run] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, ground: Ground, engine: TravelEngine, truck: Truck) -> "Roads":
        """Return the roads of a snapshot."""
        never = ground.never_passable
        return cls(
            ground=ground, engine=engine, truck=truck, calm=_calm(ground.access),
            ever=ground.access.replace_timelines({
                segment: (_piece(ground.access.horizon, closed=segment in never),)
                for segment in ground.access.timelines
            }),
        )  # fmt: skip

    def out(self, origin: PlaceId, destination: PlaceId, day: int) -> tuple[Road, ...]:
        """Return the roads for a loaded column on a day, fastest first: the Pareto set over time and risk."""
        if day not in self.ground.days:
            return ()
        return self._roads(origin, destination, "out", day)

    def back(self, origin: PlaceId, destination: PlaceId) -> tuple[Road, ...]:
        """Return the roads for an empty column over all days, fastest first."""
        return self._roads(origin, destination, "back", 0)

    def plain(self, origin: PlaceId, destination: PlaceId) -> Road | None:
        """Return the shortest road of those that are ever open, whenever that is; None where there is none."""
        return next(iter(self._roads(origin, destination, "plain", 0)), None)

    def _roads(self, origin: PlaceId, destination: PlaceId, kind: str, day: int) -> tuple[Road, ...]:
        key = (origin, destination, kind, day)
        if key not in self._found:
            roads = map(self._road, self._search(origin, destination, kind, day))
            self._found[key] = tuple(self._met.setdefault(road, road) for road in roads)
        return self._found[key]

    def _road(self, leg: Leg) -> Road:
        return Road(
            origin=leg.origin, destination=leg.destination, segments=leg.segments, seconds=leg.seconds,
            driving_s=driving_seconds(self.ground.network, leg.segments), metres=leg.metres, gated=bool(leg.gates),
        )  # fmt: skip

    def _search(self, origin: PlaceId, destination: PlaceId, kind: str, day: int) -> tuple[Leg, ...]:
        ground, trucks = self.ground, self.ground.snapshot.policy.min_trucks
        covered = [ground.days[index] for index in sorted(ground.days)]
        daylight: tuple[Window, ...] | None
        match kind:
            case "out":
                access, within, daylight, most = ground.access, ground.days[day], ground.daylight[day], LEGS_KEPT
            case "back":
                access, within, most = self.calm, Window(covered[0].start, covered[-1].end), BACK_LEGS_KEPT
                daylight = tuple(window for index in sorted(ground.daylight) for window in ground.daylight[index])
            case _:
                access, within, daylight, most = self.ever, covered[0], None, 1
        return find_legs(
            ground.network, access, self.engine, origin, destination, within, loaded=kind != "back", trucks=trucks,
            truck=self.truck, daylight=daylight, max_legs=most,
        )  # fmt: skip

    def run(self, start: PlaceId, segments: Sequence[SegmentId], *, loaded: bool) -> Run:
        """Return the run along these segments from a place."""
        key = (start, tuple(segments), loaded)
        if key not in self._runs:
            self._runs[key] = run_along(self.ground, start, key[1], loaded=loaded)
        return self._runs[key]


def _calm(access: AccessMap) -> AccessMap:
    """Return the map without risk: passable or not, equal neighbours merged."""
    return access.replace_timelines({
        segment: tuple(
            _piece(Window(run[0].window.start, run[-1].window.end), closed=closed)
            for closed, run in ((c, tuple(r)) for c, r in groupby(pieces, key=_is_blocked))
        )
        for segment, pieces in access.timelines.items()
    })  # fmt: skip


def _is_blocked(piece: Piece) -> bool:
    return piece.status is Status.BLOCKED


def _piece(window: Window, *, closed: bool) -> Piece:
    status = Status.BLOCKED if closed else Status.OPEN
    part = Part(name="physical", status=status, p=0.0 if closed else 1.0, code="")
    return Piece(window=window, status=status, p=part.p, decided_by="physical", parts=(part,))


def run_along(ground: Ground, start: PlaceId, segments: Sequence[SegmentId], *, loaded: bool) -> Run:
    """Return the run along these segments from a place."""
    network, here, seconds = ground.network, start, 0
    gates: list[GateId] = []
    for name in segments:
        segment = network.segments[name]
        here = other_end(segment, here)
        seconds += segment.drive_seconds()
        if segment.gate is not None:
            gates.append(segment.gate)
            seconds += network.gates[segment.gate].delay_s() if loaded else 0
    return Run(
        start=start, end=here, segments=tuple(segments), gates=tuple(gates), seconds=seconds,
        per_truck_s=sum(HOUR / _flow(ground, gate) for gate in gates), loaded=loaded,
    )  # fmt: skip


def _flow(ground: Ground, gate: GateId) -> int:
    return ground.access.gate_flow.get(gate, ground.network.gates[gate].trucks_per_hour)


def driving_seconds(network: RoadNetwork, segments: Sequence[SegmentId]) -> Seconds:
    """Return the time at the wheel, without gates."""
    return sum(network.segments[name].drive_seconds() for name in segments)
