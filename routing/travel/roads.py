"""What of each road never changes, as arrays: where it leads, how long it is driven, its gate and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.network import GateId, PlaceId, RoadNetwork, SegmentId

NO_GATE: Final = -1
UNLIMITED: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roads:
    """The segments of a network in its own order, one entry each; places and gates are numbers from 0.

    `gate` is `NO_GATE` where there is none, `limit_kg` is `UNLIMITED` where nobody limits the weight. The arrays must
    not be changed.
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
                each.oneway,
            )
            for each in network.segments.values()
        ]
        start, end, drive_s, metres, gates, limit_kg, oneway = np.array(told, dtype=np.int64).reshape(-1, 7).T.copy()
        return cls(
            ids=tuple(network.segments),
            number={name: number for number, name in enumerate(network.segments)},
            gates=tuple(network.gates),
            start=start, end=end, oneway=oneway.astype(np.bool_), drive_s=drive_s, metres=metres, gate=gates,
            limit_kg=limit_kg,
        )  # fmt: skip
