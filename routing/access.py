"""Derive, from what was reported, when each road segment may be used."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from routing.ceasefire import Ceasefire, read_ceasefires
from routing.control import line_tracks, line_windows
from routing.errors import InvalidEvidence
from routing.evidence import Evidence
from routing.gates import gate_priors, gate_track, smallest_flow
from routing.geometry import Geometry
from routing.hazard import Threat, hazard_track, read_threats
from routing.ledger import Ledger, read_ledger
from routing.network import AreaId, GateId, RoadNetwork, Segment, SegmentId
from routing.policy import AccessPolicy
from routing.reports import reported_limits, road_track
from routing.sentences import describe
from routing.status import AccessMap, HoldSpan, Piece
from routing.track import Question, Track, merge_tracks, quiet, steady
from routing.units import AsOf, Window, merge_windows

__all__ = ["DEFAULT_POLICY", "describe", "fold", "fold_segments"]

DEFAULT_POLICY: Final = AccessPolicy()


def fold(
    log: tuple[Evidence, ...],
    network: RoadNetwork,
    as_of: AsOf,
    horizon: Window,
    zone: ZoneInfo,
    policy: AccessPolicy = DEFAULT_POLICY,
) -> AccessMap:
    """Return what may be driven when, over a horizon, as known at a position of the log.

    Only records up to `as_of.known` count, less those withdrawn by then; the order of the rows is of no
    consequence. Reports age until `as_of.at` and no further: a forecast is as fresh as the newest report. Fading
    hazards are held at their lowest p in steps of `policy.hazard_step_s`; over a horizon of one second p is exact.
    A timeline has no gaps, and two neighbouring pieces always differ.

    Raises
    ------
    InvalidEvidence
        If a record that counts names something that the network does not hold.
    """
    question = Question(as_of=as_of, horizon=horizon, zone=zone, policy=policy)
    ledger = read_ledger(log, as_of.known, network)
    return AccessMap(
        as_of=as_of,
        horizon=horizon,
        timelines=fold_segments(question, ledger, network, network.segments),
        gate_priors=gate_priors(question, ledger, network),
        gate_flow={name: smallest_flow(question, ledger, gate) for name, gate in network.gates.items()},
        holds=_hold_spans(question, ledger, network),
        reported_limits_kg=reported_limits(question, ledger.roads),
    )


def fold_segments(
    question: Question, ledger: Ledger, network: RoadNetwork, segments: Collection[SegmentId]
) -> dict[SegmentId, tuple[Piece, ...]]:
    """Return the timelines of some segments, from a ledger that has been read for the question."""
    geometry = Geometry(network)
    desk = _Desk(
        question=question,
        ledger=ledger,
        network=network,
        ceasefires=read_ceasefires(ledger),
        threats=read_threats(question, ledger.incidents, geometry),
        near_lines=_near_lines(question, ledger, network, geometry),
    )
    return {segment: desk.timeline(network.segments[segment]) for segment in sorted(segments)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """All that bears on a fold, with the tracks already made: many segments share theirs."""

    question: Question
    ledger: Ledger
    network: RoadNetwork
    ceasefires: tuple[Ceasefire, ...]
    threats: dict[SegmentId, tuple[Threat, ...]]
    near_lines: dict[SegmentId, tuple[Window, ...]]
    lines: dict[tuple[tuple[AreaId, ...], GateId | None], tuple[Track, Track]] = field(default_factory=dict)
    gates: dict[GateId, Track] = field(default_factory=dict)
    hazards: dict[tuple[int, ...], Track] = field(default_factory=dict)
    timelines: dict[tuple[object, ...], tuple[Piece, ...]] = field(default_factory=dict)

    def timeline(self, segment: Segment) -> tuple[Piece, ...]:
        """Return the segment's timeline; segments to which the same reports apply share one object."""
        areas = tuple(sorted(self.network.areas_of(segment.id)))
        reports = self.ledger.roads.get(segment.id, [])
        whole = (self.question.horizon,)
        needed = whole if segment.gate is not None else self.near_lines.get(segment.id, ())
        threats = self.threats.get(segment.id, ())
        told_by = tuple((report.position, report.fact.state, report.valid) for report in reports)
        felt = tuple(threat.position for threat in threats)
        key = (areas, segment.gate, needed, told_by, felt)
        if key not in self.timelines:
            tracks = (
                road_track(self.question, reports, needed, areas),
                *self._line(areas, segment.gate),
                self._gate(segment.gate),
                self._hazard(felt, threats),
            )
            self.timelines[key] = merge_tracks(self.question.horizon, tracks)
        return self.timelines[key]

    def _line(self, areas: tuple[AreaId, ...], gate: GateId | None) -> tuple[Track, Track]:
        if (areas, gate) not in self.lines:
            self.lines[areas, gate] = line_tracks(self.question, self.ledger, self.ceasefires, areas, gate)
        return self.lines[areas, gate]

    def _gate(self, gate: GateId | None) -> Track:
        if gate is None:
            return steady(self.question.horizon, quiet("gate", "no_gate"))
        if gate not in self.gates:
            self.gates[gate] = gate_track(self.question, self.ledger, self.network.gates[gate])
        return self.gates[gate]

    def _hazard(self, felt: tuple[int, ...], threats: tuple[Threat, ...]) -> Track:
        if not threats:
            return steady(self.question.horizon, quiet("hazard", "no_hazard"))
        if felt not in self.hazards:
            self.hazards[felt] = hazard_track(self.question, threats)
        return self.hazards[felt]


def _near_lines(
    question: Question, ledger: Ledger, network: RoadNetwork, geometry: Geometry
) -> dict[SegmentId, tuple[Window, ...]]:
    """Return when each segment lies near a line, so that a report on it is needed."""
    by_areas: dict[tuple[AreaId, ...], tuple[Window, ...]] = {}
    lines: dict[SegmentId, tuple[Window, ...]] = {}
    for segment in network.segments:
        areas = tuple(sorted(network.areas_of(segment)))
        if len(areas) == 1:
            continue
        if areas not in by_areas:
            by_areas[areas] = line_windows(question, ledger, areas)
        if by_areas[areas]:
            lines[segment] = by_areas[areas]
    found: dict[SegmentId, list[Window]] = {}
    for line, near in geometry.near_segments(lines, question.policy.report_needed_within_m).items():
        for segment in near:
            found.setdefault(segment, []).extend(lines[line])
    return {segment: merge_windows(windows) for segment, windows in found.items()}


def _hold_spans(question: Question, ledger: Ledger, network: RoadNetwork) -> tuple[HoldSpan, ...]:
    """Return the holds that touch the horizon; a hold without a scope, or with scope `all`, stops everybody."""
    return tuple(
        HoldSpan(
            window=hold.valid,
            segments=_held(network, hold.fact.scope, hold.position),
            reason=hold.fact.reason,
            evidence=(hold.position,),
        )
        for hold in ledger.holds
        if hold.valid.overlaps(question.horizon)
    )


def _held(network: RoadNetwork, scope: tuple[str, ...], position: int) -> frozenset[SegmentId] | None:
    if not scope or "all" in scope:
        return None
    held: set[SegmentId] = set()
    for item in scope:
        kind, _, name = item.partition(":")
        if kind == "gate" and name in network.gates:
            held.update(network.segments_of_gate[name])
        elif kind == "area" and name in network.areas:
            held.update(segment for segment in network.segments if name in network.areas_of(segment))
        else:
            # A hold that is not understood must not be passed over in silence.
            raise InvalidEvidence(
                f"Record {position} (hold) has the scope {item!r}, which names no gate or area of the network. Write "
                f"gate:ID or area:ID, or leave the scope empty to hold all convoys."
            )
    return frozenset(held)
