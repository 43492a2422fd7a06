"""Access as scripts read it: the same JSON from the command line and from the server."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from planner.domain.canonical import Plain
from planner.domain.world import World
from planner.services.access import SegmentState
from planner.services.convoys import ConvoyRow
from planner.services.plan_view import Json
from planner.services.route_papers import Papered, papers_json
from routing.network import SegmentId
from routing.status import Piece, Status
from routing.units import AsOf, format_instant

if TYPE_CHECKING:
    # The road engine is only for those who ask for a road.
    from routing.cuts import Barrier
    from routing.travel.legs import Leg, Refusal
    from routing.travel.openings import Opening


def status_json(world: World, question: AsOf, states: Sequence[SegmentState]) -> Json:
    """Return the statuses of segments, counted and one by one."""
    zone = world.catalogue.crisis.tz
    counts = Counter(state.piece.status for state in states)
    return {
        "as_of": {"at": format_instant(question.at, zone), "known": question.known},
        "counts": {kind.value: counts.get(kind, 0) for kind in Status},
        "segments": [_segment(world, state) for state in states],
    }


def _segment(world: World, state: SegmentState) -> Json:
    zone, segment = world.catalogue.crisis.tz, world.network.segments[state.segment]
    return {
        "id": state.segment,
        "name": segment.name,
        "from": segment.start,
        "to": segment.end,
        "gate": segment.gate,
        "status": state.piece.status.value,
        "p": round(state.piece.p, 4),
        "decided_by": state.piece.decided_by,
        "code": state.piece.deciding().code,
        "evidence": list[Plain](state.piece.deciding().evidence),
        "valid_from": format_instant(state.since, zone),
        "valid_to": format_instant(state.until, zone),
    }


def explained_json(segment: SegmentId, piece: Piece, sentences: Sequence[str]) -> Json:
    """Return why a segment has its status: its five parts, and a sentence for each."""
    return {
        "id": segment,
        "status": piece.status.value,
        "p": round(piece.p, 4),
        "decided_by": piece.decided_by,
        "parts": [
            {
                "part": part.name,
                "status": part.status.value,
                "p": round(part.p, 4),
                "code": part.code,
                "detail": part.detail,
                "evidence": list[Plain](part.evidence),
            }
            for part in piece.parts
        ],
        "sentences": list[Plain](sentences),
    }


def route_json(
    world: World,
    origin: str,
    destination: str,
    legs: "Sequence[Leg]",
    refused: "Refusal | None",
    papers: Sequence[Papered] = (),
) -> Json:
    """Return the ways between two places, or why there is none; `papers` of each way that ends at a site."""
    zone = world.catalogue.crisis.tz
    told: list[Plain] = [papers_json(world, one) for one in papers] or [None] * len(legs)
    return {
        "from": origin,
        "to": destination,
        "legs": [
            {
                "seconds": leg.seconds,
                "metres": leg.metres,
                "p": round(leg.p, 6),
                "segments": list[Plain](leg.segments),
                "gates": [{"id": gate.gate, "offset_seconds": gate.offset_s} for gate in leg.gates],
                "departures": [[format_instant(w.start, zone), format_instant(w.end, zone)] for w in leg.departures],
                "papers": paper,
            }
            for leg, paper in zip(legs, told, strict=True)
        ],
        "refused": None if refused is None else {"reason": refused.reason, "cut": list[Plain](refused.cut)},
    }


def openings_json(cut: "Sequence[Barrier]", opened: "Sequence[Opening]") -> Json:
    """Return the fewest closures between two places, and what opening each would give."""
    return {
        "separated_by": list[Plain](barrier_name(barrier) for barrier in cut),
        "openings": [
            {
                "open": barrier_name(each.barrier),
                "segments": list[Plain](each.barrier.segments),
                "legs": [{"seconds": leg.seconds, "p": round(leg.p, 6)} for leg in each.legs],
                "people": each.people,
                "places": list[Plain](each.places),
            }
            for each in opened
        ],
    }


def barrier_name(barrier: "Barrier") -> str:
    """Return gate:ID or segment:ID, as proofs write them."""
    return f"segment:{barrier.segments[0]}" if barrier.gate is None else f"gate:{barrier.gate}"


def convoys_json(world: World, rows: Sequence[ConvoyRow]) -> list[Plain]:
    """Return movements with their last known state."""
    zone = world.catalogue.crisis.tz
    return [
        {
            "movement": row.movement,
            "name": row.name,
            "hub": row.hub,
            "sites": list[Plain](row.sites),
            "trucks": row.trucks,
            "state": row.state,
            "reason": row.reason,
            "at": None if row.at is None else format_instant(row.at, zone),
            "synthetic": row.synthetic,
        }
        for row in rows
    ]
