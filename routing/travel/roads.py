"""What of each road never changes, as arrays: where it leads, how long it is driven, its gate and its limits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from routing.network import GateId, PlaceId, Position, RoadNetwork, SegmentId

Numbers: TypeAlias = NDArray[np.int64]
"""Segments by their place in the network's own order."""

NO_GATE: Final = -1
UNLIMITED: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roads:
    """The segments of a network in its own order, one entry each; places and gates are numbers from 0.

    `gate` is `NO_GATE` where there is none, a limit is `UNLIMITED` where nobody sets one; sizes are in centimetres. The
    arrays must not be changed.
    """

    ids: tuple[SegmentId, ...]
    number: Mapping[SegmentId, int]
    gates: tuple[GateId, ...]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    oneway: NDArray[np.bool_]
    drive_s: NDArray[np.int64]
    metres: NDArray[np.int64]
    gate: NDArray[np.int64]
    limit_kg: NDArray[np.int64]
    axle_limit_kg: NDArray[np.int64]
    height_limit_cm: NDArray[np.int64]
    width_limit_cm: NDArray[np.int64]

    @classmethod
    def of(cls, network: RoadNetwork, place: Mapping[PlaceId, int]) -> "Roads":
        """Return the arrays of a network, whose places have these numbers."""
        gate = {name: number for number, name in enumerate(network.gates)}
        told = [
            (
                place[each.start],
                place[each.end],
                each.drive_seconds(),
                each.length_m,
                NO_GATE if each.gate is None else gate[each.gate],
                UNLIMITED if each.weight_limit_kg is None else each.weight_limit_kg,
                UNLIMITED if each.axle_limit_kg is None else each.axle_limit_kg,
                _down_to_cm(each.height_limit_m),
                _down_to_cm(each.width_limit_m),
                each.oneway,
            )
            for each in network.segments.values()
        ]
        columns = np.array(told, dtype=np.int64).reshape(-1, 10).T.copy()
        start, end, drive_s, metres, gates, limit_kg, axle_kg, height_cm, width_cm, oneway = columns
        return cls(
            ids=tuple(network.segments),
            number={name: number for number, name in enumerate(network.segments)},
            gates=tuple(network.gates),
            start=start, end=end, oneway=oneway.astype(np.bool_), drive_s=drive_s, metres=metres, gate=gates,
            limit_kg=limit_kg, axle_limit_kg=axle_kg, height_limit_cm=height_cm, width_limit_cm=width_cm,
        )  # fmt: skip

    def numbers(self, segments: Sequence[SegmentId]) -> Numbers:
        """Return the numbers of segments that are in the network."""
        return np.fromiter(map(self.number.__getitem__, segments), dtype=np.int64, count=len(segments))

    def names(self, numbers: Numbers) -> tuple[SegmentId, ...]:
        """Return the segments of some numbers."""
        return tuple(map(self.ids.__getitem__, numbers.tolist()))


def _down_to_cm(limit_m: float | None) -> int:
    return UNLIMITED if limit_m is None else math.floor(round(limit_m * 100, 6))


def up_to_cm(size_m: float) -> int:
    """Return the size of a truck in whole centimetres, never less than it is."""
    return math.ceil(round(size_m * 100, 6))


class Shapes:
    """The bends of all segments in one array, so that the line of a long way is cut out at once."""

    def __init__(self, network: RoadNetwork, roads: Roads, places: Sequence[PlaceId]) -> None:
        """Gather the bends between the ends of each segment, and where the numbered places lie."""
        bends = [segment.shape[1:-1] for segment in network.segments.values()]
        self._roads = roads
        self._first = np.concatenate(([0], np.cumsum([len(each) for each in bends], dtype=np.int64)))
        self._bends = _positions([at for each in bends for at in each])
        self._places = _positions([network.places[place].position for place in places])

    def line(self, origin: int, numbers: Numbers) -> NDArray[np.float64]:
        """Return the line of a way from a place, by its segments: longitudes and latitudes in degrees, shape (n, 2)."""
        first, count = self._first[numbers], self._first[numbers + 1] - self._first[numbers]
        forward, reached = self._driven(origin, numbers)
        corners = np.empty((1 + len(numbers) + int(count.sum()), 2))
        corners[0] = self._places[origin]
        at_place = np.cumsum(count + 1)
        corners[at_place] = self._places[reached]
        step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        bend = np.where(np.repeat(forward, count), step, np.repeat(count, count) - 1 - step)
        corners[np.repeat(at_place - count, count) + step] = self._bends[np.repeat(first, count) + bend]
        return corners

    def _driven(self, origin: int, numbers: Numbers) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return for each segment whether it is driven forward, and the place that is reached over it."""
        at, forward, reached = origin, [], []
        for start, end in zip(self._roads.start[numbers].tolist(), self._roads.end[numbers].tolist(), strict=True):
            forward.append(at == start)
            at = end if at == start else start
            reached.append(at)
        return np.array(forward, dtype=np.bool_), np.array(reached, dtype=np.int64)


def _positions(positions: Sequence[Position]) -> NDArray[np.float64]:
    return np.array(positions, dtype=np.float64).reshape(-1, 2)
