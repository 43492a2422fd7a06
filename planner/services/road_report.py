"""What an import of roads did or would do, for people and for scripts."""

from collections import Counter
from dataclasses import dataclass

from planner.domain.canonical import Plain
from routing.building.build import Built
from routing.network import RoadNetwork, SegmentId
from routing.readers.roadline import Harvest, Noted, Notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A segment that is spoken of and of which too little is left: by which records, by which convoys under way."""

    segment: SegmentId
    share: float
    positions: tuple[int, ...]
    convoys: tuple[str, ...]
    closed: bool
    """Whether a standing report says closed, damaged or restricted: forgetting it would open the road."""


def summary(network: RoadNetwork) -> dict[str, Plain]:
    """Return the figures of a network: nodes, segments, km by class, components."""
    metres: Counter[str] = Counter()
    for segment in network.segments.values():
        metres[segment.road_class] += segment.length_m
    parts = components(network)
    return {
        "nodes": len({place for s in network.segments.values() for place in (s.start, s.end)}),
        "segments": len(network.segments),
        "km_by_class": {name: round(m / 1000, 1) for name, m in sorted(metres.items())},
        "components": len(parts),
        "largest_component_km": round(max(parts, default=0) / 1000, 1),
        "bridges": sum(s.bridge for s in network.segments.values()),
        "weight_limits": sum(s.weight_limit_kg is not None for s in network.segments.values()),
        "axle_limits": sum(s.axle_limit_kg is not None for s in network.segments.values()),
        "height_limits": sum(s.height_limit_m is not None for s in network.segments.values()),
        "width_limits": sum(s.width_limit_m is not None for s in network.segments.values()),
        "oneway": sum(s.oneway for s in network.segments.values()),
        "gates": len(network.gates),
    }


def components(network: RoadNetwork) -> list[int]:
    """Return the metres of road of each part of the network that hangs together."""
    over: dict[str, str] = {}

    def root(place: str) -> str:
        while (up := over.setdefault(place, place)) != place:
            over[place] = over.get(up, up)
            place = over[place]
        return place

    for segment in network.segments.values():
        a, b = root(segment.start), root(segment.end)
        over[max(a, b)] = min(a, b)
    metres: Counter[str] = Counter()
    for segment in network.segments.values():
        metres[root(segment.start)] += segment.length_m
    return sorted(metres.values(), reverse=True)


def report(harvest: Harvest, built: Built, lost: tuple[Lost, ...], needed: frozenset[str]) -> dict[str, Plain]:
    """Return all that is said of an import, as JSON."""
    network, noded = built.network, built.noded
    duplicates = Notes()
    for row in noded.duplicates:
        duplicates.add(row.row, row.feature, row.reason, row.value)
    return {
        **summary(network),
        "rows": harvest.rows,
        "crs": harvest.crs,
        "lines": len(harvest.lines),
        "left_out": dict(sorted(harvest.left_out.items())),
        "quarantined": _rows(harvest.quarantine),
        "quarantined_by_reason": dict(sorted(harvest.quarantine.counts.items())),
        "warnings": _rows(harvest.warnings),
        "warnings_by_reason": dict(sorted(harvest.warnings.counts.items())),
        "noding": {
            "by": "shared vertices" if harvest.noded else "shared vertices, crossings and near ends",
            "cuts": noded.cuts,
            "moved_most_m": round(noded.moved_most_m, 2),
            "zero_length": noded.zero_length,
            "duplicates": len(noded.duplicates),
            "duplicate_rows": _rows(duplicates),
            "pieces": len(noded.pieces),
        },
        "attached": [
            {"place": one.place, "metres": one.metres, "how": one.how}
            for one in sorted(built.attached, key=lambda one: (-one.metres, one.place))
        ],
        "without_road": [
            {"place": one.place, "metres": one.metres, "needed": one.place in needed} for one in built.far
        ],
        "areas": {
            "new": list(built.new_areas),
            "read_from_m": round(built.area_read_from_m),
            "crossings": sum(network.places[s.start].area != network.places[s.end].area
                             for s in network.segments.values()),
        },
        "gates_made": list(built.gated.made),
        "gates_on_no_road": list(built.gated.idle),
        "identity": {"kept": built.kept, "new": built.new, "gone": built.gone},
        "carried": {name: list(h.segments) for name, h in sorted(built.heirs.items()) if h.whole},
        "lost": [
            {"segment": one.segment, "share_left": one.share, "records": list(one.positions),
             "convoys": list(one.convoys), "closed": one.closed}
            for one in lost
        ],
        "lost_gates": list(built.lost_gates),
    }  # fmt: skip


def _rows(notes: Notes) -> list[Plain]:
    return [_row(noted) for noted in notes]


def _row(noted: Noted) -> Plain:
    return {"row": noted.row, "feature": noted.feature, "reason": noted.reason, "value": noted.value}
