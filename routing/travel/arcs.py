"""The road network as arrays, which is how a million segments fit where a million objects would not."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from routing.errors import InvalidNetwork, UnknownId
from routing.network import PlaceId, RoadNetwork
from routing.units import Seconds

UNREACHABLE: Final[Seconds] = 2**31 - 1
"""Seconds that stand for "no way": the hierarchy's own infinity, which no sum of driving times comes near."""

Numbers: TypeAlias = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArcArrays:
    """One arc for each direction in which a segment may be driven; places and segments are numbers from 0.

    `tail` and `head` are places, `segment` says whose direction an arc is. Seconds are whole: `empty_s` without the
    gate's check, `loaded_s` with it. Positions, in degrees, only help to order the hierarchy well. The arrays are kept
    as they are given and must not be changed afterwards.
    """

    places: int
    segments: int
    tail: Numbers
    head: Numbers
    segment: Numbers
    empty_s: Numbers
    loaded_s: Numbers
    longitude: NDArray[np.float32]
    latitude: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check lengths, types and numbers, because the hierarchy reads past its memory where they are wrong.

        Raises
        ------
        InvalidNetwork
            Naming the array, and what is wrong with it.
        """
        arcs = len(self.tail)
        for name in ("tail", "head", "segment", "empty_s", "loaded_s"):
            self._check(name, np.uint32, arcs)
        for name in ("longitude", "latitude"):
            self._check(name, np.float32, self.places)
            if not np.isfinite(getattr(self, name)).all():
                raise InvalidNetwork(f"The array {name} holds positions that are no numbers. Give degrees.")
        for name, limit in (("tail", self.places), ("head", self.places), ("segment", self.segments)):
            highest = getattr(self, name).max(initial=0)
            if arcs and highest >= limit:
                raise InvalidNetwork(f"The array {name} holds {highest}, there are {limit}. Number them from 0.")
        for name in ("empty_s", "loaded_s"):
            if getattr(self, name).max(initial=0) > UNREACHABLE:
                raise InvalidNetwork(f"The array {name} holds more than {UNREACHABLE} s, which stands for no way.")

    def _check(self, name: str, kind: type[np.generic], length: int) -> None:
        array = getattr(self, name)
        if not isinstance(array, np.ndarray) or array.dtype != kind or array.shape != (length,):
            raise InvalidNetwork(
                f"The array {name} is {type(array).__name__} {getattr(array, 'dtype', '')} "
                f"{getattr(array, 'shape', '')}. Give {length} numbers of {kind.__name__} in one row."
            )

    @classmethod
    def of(cls, network: RoadNetwork, places: Collection[PlaceId]) -> "ArcArrays":
        """Return the arrays of a network: places in the order given, segments in the network's own."""
        index = {place: number for number, place in enumerate(places)}
        tail: list[int] = []
        head: list[int] = []
        owner: list[int] = []
        empty: list[int] = []
        delay: list[int] = []
        for number, segment in enumerate(network.segments.values()):
            ends = (index[segment.start], index[segment.end])
            seconds = segment.drive_seconds()
            stop_s = network.gates[segment.gate].delay_s() if segment.gate is not None else 0
            for start, end in (ends,) if segment.oneway else (ends, ends[::-1]):
                tail.append(start)
                head.append(end)
                owner.append(number)
                empty.append(min(seconds, UNREACHABLE))
                delay.append(min(seconds + stop_s, UNREACHABLE))
        positions = np.array([network.places[place].position for place in index], dtype=np.float32).reshape(-1, 2)
        return cls(
            places=len(index),
            segments=len(network.segments),
            tail=np.array(tail, dtype=np.uint32),
            head=np.array(head, dtype=np.uint32),
            segment=np.array(owner, dtype=np.uint32),
            empty_s=np.array(empty, dtype=np.uint32),
            loaded_s=np.array(delay, dtype=np.uint32),
            longitude=np.ascontiguousarray(positions[:, 0]),
            latitude=np.ascontiguousarray(positions[:, 1]),
        )

    def seconds(self, closed: Numbers, *, loaded: bool) -> Numbers:
        """Return the driving time of every arc, `UNREACHABLE` on the closed segments.

        Raises
        ------
        UnknownId
            If the number of a closed segment is none of the map's.
        """
        seconds = (self.loaded_s if loaded else self.empty_s).copy()
        if len(closed):
            highest = int(closed.max())
            if highest >= self.segments:
                raise UnknownId(f"No segment number {highest}: there are {self.segments}. Give numbers from 0.")
            shut = np.zeros(self.segments, dtype=np.bool_)
            shut[closed] = True
            seconds[shut[self.segment]] = UNREACHABLE
        return seconds

    def digest(self) -> str:
        """Return a name for the shape of the map: two maps that differ in weights alone share it."""
        seen = hashlib.blake2b(f"{self.places} {len(self.tail)}".encode(), digest_size=20)
        for array in (self.tail, self.head, self.longitude, self.latitude):
            seen.update(np.ascontiguousarray(array).data)
        return seen.hexdigest()
