"""Put roads and their statuses into the short form that a map in a browser draws from."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from routing.network import GateId, Place, PlaceId, Position, RoadNetwork, Segment, SegmentId
from routing.status import AccessMap, Status
from routing.units import Instant, format_instant

UNITS_PER_DEGREE: Final = 100_000
"""Coordinates are sent as whole units: a metre, and a third of a pixel where a street fills the screen."""
TOLERANCE_DEG: Final = 5e-5
"""Points of a road that lie within five metres of the line without them are not sent."""
LIKELY_PEOPLE: Final[Mapping[str, int]] = {
    "city": 100_000,
    "port": 50_000,
    "town": 8_000,
    "crossing": 5_000,
    "camp": 2_000,
}
CODES: Final[Mapping[Status, str]] = {
    Status.OPEN: "o", Status.CONTESTED: "c", Status.BLOCKED: "b", Status.UNKNOWN: "u",
}  # fmt: skip
"""One character a status, as maps are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNetwork:
    """A network as maps draw it: the answer's text, its digest, and the orders that statuses are sent in."""

    body: str
    digest: str
    segments: tuple[SegmentId, ...]
    gates: tuple[GateId, ...]


def draw_network(network: RoadNetwork) -> DrawnNetwork:
    """Return places (the most populous first), gates and segments with their shapes, names said once.

    The digest covers all of it: statuses are only understood against the network of the same digest.
    """
    places = sorted(network.places.values(), key=_importance)
    place_at = {place.id: index for index, place in enumerate(places)}
    gates = sorted(network.gates)
    gate_at = {gate: index for index, gate in enumerate(gates)}
    segments = [network.segments[segment] for segment in sorted(network.segments)]
    kinds = _Words()
    names, classes = _Words(), _Words()
    said: dict[str, Any] = {
        "places": [
            [place.id, place.name, place.name_ar, *_units(place.position), kinds.index(place.kind)] for place in places
        ],
        "gates": [
            [gate, network.gates[gate].name, network.gates[gate].name_ar, place_at[network.gates[gate].place]]
            for gate in gates
        ],
        # By column: like stands beside like, which packs better than rows.
        "segments": {
            "id": [_short_id(segment) for segment in segments],
            "name": [names.index(segment.name) for segment in segments],
            "class": [classes.index(segment.road_class) for segment in segments],
            "gate": [-1 if segment.gate is None else gate_at[segment.gate] for segment in segments],
            "from": [place_at[segment.start] for segment in segments],
            "to": [place_at[segment.end] for segment in segments],
            "shape": [_steps(_thinned(segment.shape or _straight(segment, network.places))) for segment in segments],
        },
    }
    said |= {"kinds": kinds.words, "names": names.words, "classes": classes.words, "units": UNITS_PER_DEGREE}
    text = _json(said)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return DrawnNetwork(
        body=_json({"network": digest, **said}),
        digest=digest,
        segments=tuple(segment.id for segment in segments),
        gates=tuple(gates),
    )


def draw_status(drawn: DrawnNetwork, network: RoadNetwork, access: AccessMap, at: Instant, zone: ZoneInfo) -> str:
    """Return every segment's and gate's status at an instant, in the orders of the drawn network, and the counts.

    A gate is as bad as the worst of its segments: a sign at a gate never promises more than the road does. One that
    stands on no segment is unknown.
    """
    found = {segment: access.at(segment, at).status for segment in drawn.segments}
    counts = Counter(found.values())
    return _json(
        {
            "network": drawn.digest,
            "as_of": {"at": format_instant(at, zone), "known": access.as_of.known},
            "counts": {status.value: counts[status] for status in Status},
            "segments": "".join(CODES[found[segment]] for segment in drawn.segments),
            "gates": "".join(CODES[_worst([found[s] for s in network.segments_of_gate[gate]])] for gate in drawn.gates),
        }
    )


def _worst(statuses: Sequence[Status]) -> Status:
    return max(statuses, key=lambda status: status.rank, default=Status.UNKNOWN)


def _importance(place: Place) -> tuple[int, PlaceId]:
    """Return the rank among places to be named; its kind stands in for a population that is not stated."""
    return -(LIKELY_PEOPLE.get(place.kind, 0) if place.population is None else place.population), place.id


def _short_id(segment: Segment) -> str | int:
    """Return 0 for the id that follows from the ends, as most do."""
    return 0 if segment.id == f"{segment.start}--{segment.end}" else segment.id


def _straight(segment: Segment, places: Mapping[PlaceId, Place]) -> tuple[Position, ...]:
    return places[segment.start].position, places[segment.end].position


def _units(position: Position) -> tuple[int, int]:
    return round(position[0] * UNITS_PER_DEGREE), round(position[1] * UNITS_PER_DEGREE)


def _steps(shape: Sequence[Position]) -> list[int]:
    """Return the first point and then the step to each next one, as longitude, latitude in turn."""
    steps: list[int] = []
    before = (0, 0)
    for position in shape:
        here = _units(position)
        steps += [here[0] - before[0], here[1] - before[1]]
        before = here
    return steps


def _thinned(shape: Sequence[Position]) -> list[Position]:
    """Return the points that a line needs to stay within the tolerance (Douglas and Peucker, 1973)."""
    kept = {0, len(shape) - 1}
    spans = [(0, len(shape) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:  # noqa: PLR2004 - nothing lies between neighbours
            continue
        distance, farthest = max((_off(shape[i], shape[first], shape[last]), i) for i in range(first + 1, last))
        if distance > TOLERANCE_DEG:
            kept.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return [shape[index] for index in sorted(kept)]


def _off(point: Position, start: Position, end: Position) -> float:
    """Return the distance of a point from a straight stretch, in degrees."""
    along, up = end[0] - start[0], end[1] - start[1]
    across, over = point[0] - start[0], point[1] - start[1]
    square = along * along + up * up
    share = 0.0 if square == 0 else max(0.0, min(1.0, (across * along + over * up) / square))
    return float(((across - share * along) ** 2 + (over - share * up) ** 2) ** 0.5)


class _Words:
    """Texts said once, and pointed at by number afterwards."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def index(self, word: str) -> int:
        return self._at.setdefault(word, len(self._at))

    @property
    def words(self) -> list[str]:
        return list(self._at)


def _json(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
