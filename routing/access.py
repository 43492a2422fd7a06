"""Derive, from what was reported, when each road segment may be used."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from routing.ceasefire import Ceasefire, read_ceasefires
from routing.control import line_tracks, line_windows
from routing.errors import InvalidEvidence
from routing.evidence import Evidence, RoadReport
from routing.gates import gate_priors, gate_track, smallest_flow
from routing.geometry import Among, Geometry, Lie, Numbers
from routing.hazard import Threat, hazard_track, read_threats
from routing.ledger import Ledger, Reported, read_ledger
from routing.network import GateId, RoadNetwork, SegmentId
from routing.policy import AccessPolicy
from routing.reports import reported_limits, road_track
from routing.sentences import describe
from routing.status import AccessMap, HoldSpan, Piece
from routing.timelines import Timelines
from routing.track import Question, Track, merge_tracks, quiet, steady
from routing.units import AsOf, Window, merge_windows

__all__ = ["DEFAULT_POLICY", "describe", "fold", "fold_numbers", "fold_segments"]

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
    geometry = Geometry.of(network)
    folded = fold_numbers(question, ledger, network, geometry.all)
    return AccessMap(
        as_of=as_of,
        horizon=horizon,
        timelines=Timelines(geometry.number, folded.timelines, folded.of),
        gate_priors=gate_priors(question, ledger, network),
        gate_flow={name: smallest_flow(question, ledger, gate) for name, gate in network.gates.items()},
        holds=hold_spans(question, ledger, network),
        reported_limits_kg=reported_limits(question, ledger.roads),
    )


def fold_segments(
    question: Question, ledger: Ledger, network: RoadNetwork, segments: Collection[SegmentId]
) -> dict[SegmentId, tuple[Piece, ...]]:
    """Return the timelines of some segments, from a ledger that has been read for the question.

    Segments to which the same reports apply share one object.
    """
    geometry = Geometry.of(network)
    chosen = geometry.numbers(segments)
    folded = fold_numbers(question, ledger, network, chosen)
    return dict(zip(geometry.names(chosen), map(folded.timelines.__getitem__, folded.of.tolist()), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Different timelines, and for each segment that was asked about the number of its own."""

    timelines: list[tuple[Piece, ...]]
    of: NDArray[np.int64]


def fold_numbers(question: Question, ledger: Ledger, network: RoadNetwork, chosen: Numbers) -> Folded:
    """Return the timelines of segments by their numbers in the network's geometry, sorted.

    Most have no report of their own: they are sorted by how they lie, the lines near them and the incidents felt on
    them, and each sort is folded once.
    """
    geometry = Geometry.of(network)
    among = Among(chosen, len(geometry.ids))
    desk = _Desk(question=question, ledger=ledger, network=network, ceasefires=read_ceasefires(ledger))
    needs = _sorts(len(chosen), among, _lines(question, ledger, geometry))
    threats = _sorts(len(chosen), among, read_threats(question, ledger.incidents, geometry, among))
    key = (geometry.lie_of[chosen] * needs.count + needs.of) * threats.count + threats.of

    def timeline(sort: int, reports: Sequence[Reported[RoadReport]]) -> tuple[Piece, ...]:
        rest, felt = divmod(sort, threats.count)
        lie, need = divmod(rest, needs.count)
        near = merge_windows(window for windows in needs.members(need) for window in windows)
        return desk.timeline(geometry.lies[lie], near, threats.members(felt), reports)

    own = among.places(geometry.numbers(ledger.roads))
    bare = np.ones(len(chosen), dtype=np.bool_)
    bare[own] = False
    sorts, sort_of = np.unique(key[bare], return_inverse=True)
    of = np.zeros(len(chosen), dtype=np.int64)
    of[bare] = sort_of
    of[own] = np.arange(len(sorts), len(sorts) + len(own))
    reported = zip(key[own].tolist(), geometry.names(chosen[own]), strict=True)
    return Folded(
        timelines=[
            *(timeline(sort, ()) for sort in sorts.tolist()),
            *(timeline(sort, ledger.roads[name]) for sort, name in reported),
        ],
        of=of,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """All that bears on a fold, with the tracks already made: many segments share theirs."""

    question: Question
    ledger: Ledger
    network: RoadNetwork
    ceasefires: tuple[Ceasefire, ...]
    lines: dict[Lie, tuple[Track, Track]] = field(default_factory=dict)
    gates: dict[GateId, Track] = field(default_factory=dict)
    hazards: dict[tuple[int, ...], Track] = field(default_factory=dict)
    timelines: dict[tuple[object, ...], tuple[Piece, ...]] = field(default_factory=dict)

    def timeline(
        self,
        lie: Lie,
        near_line: tuple[Window, ...],
        threats: Sequence[Threat],
        reports: Sequence[Reported[RoadReport]],
    ) -> tuple[Piece, ...]:
        """Return the timeline of a segment that lies so, near a line in these windows; equal ones are one object."""
        needed = (self.question.horizon,) if lie.gate is not None else near_line
        told_by = tuple((report.position, report.fact.state, report.valid) for report in reports)
        felt = tuple(threat.position for threat in threats)
        key = (lie, needed, told_by, felt)
        if key not in self.timelines:
            tracks = (
                road_track(self.question, reports, needed, lie.areas),
                *self._line(lie),
                self._gate(lie.gate),
                self._hazard(felt, threats),
            )
            self.timelines[key] = merge_tracks(self.question.horizon, tracks)
        return self.timelines[key]

    def _line(self, lie: Lie) -> tuple[Track, Track]:
        if lie not in self.lines:
            self.lines[lie] = line_tracks(self.question, self.ledger, self.ceasefires, lie.areas, lie.gate)
        return self.lines[lie]

    def _gate(self, gate: GateId | None) -> Track:
        if gate is None:
            return steady(self.question.horizon, quiet("gate", "no_gate"))
        if gate not in self.gates:
            self.gates[gate] = gate_track(self.question, self.ledger, self.network.gates[gate])
        return self.gates[gate]

    def _hazard(self, felt: tuple[int, ...], threats: Sequence[Threat]) -> Track:
        if not threats:
            return steady(self.question.horizon, quiet("hazard", "no_hazard"))
        if felt not in self.hazards:
            self.hazards[felt] = hazard_track(self.question, threats)
        return self.hazards[felt]


def _lines(question: Question, ledger: Ledger, geometry: Geometry) -> Iterator[tuple[tuple[Window, ...], Numbers]]:
    """Yield the windows of each line between two areas, and the segments near it, which need reports then."""
    for areas in dict.fromkeys(lie.areas for lie in geometry.lies if len(lie.areas) > 1):
        windows = line_windows(question, ledger, areas)
        if windows:
            yield windows, geometry.near_line(areas, question.policy.report_needed_within_m)


Member = TypeVar("Member")
_MANY: Final = 500
"""Below so many numbers a set sorts out the different ones sooner than numpy does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorts(Generic[Member]):
    """Segments sorted by which of some things bear on them; `of` is the sort of each segment asked about."""

    of: NDArray[np.int64]
    found: list[tuple[Member, int]]
    """For each sort but the first, which is "nothing": the thing added last, and the sort without it."""

    @property
    def count(self) -> int:
        return len(self.found) + 1

    def members(self, sort: int) -> tuple[Member, ...]:
        """Return all that bears on a sort, in the order in which it was told."""
        members: list[Member] = []
        while sort:
            member, sort = self.found[sort - 1]
            members.append(member)
        return tuple(reversed(members))


def _sorts(count: int, among: Among, told: Iterable[tuple[Member, Numbers]]) -> _Sorts[Member]:
    """Sort so many chosen segments by what is told to bear on them, one thing after another."""
    of = np.zeros(count, dtype=np.int64)
    found: list[tuple[Member, int]] = []
    for member, numbers in told:
        here = among.places(numbers) if count else numbers[:0]
        if len(here):
            before = of[here]
            for sort in sorted(set(before.tolist())) if len(here) < _MANY else np.unique(before).tolist():
                found.append((member, sort))
                of[here[before == sort]] = len(found)
    return _Sorts(of=of, found=found)


def hold_spans(question: Question, ledger: Ledger, network: RoadNetwork) -> tuple[HoldSpan, ...]:
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
            geometry = Geometry.of(network)
            held.update(geometry.names(geometry.in_areas({name})))
        else:
            # A hold that is not understood must not be passed over in silence.
            raise InvalidEvidence(
                f"Record {position} (hold) has the scope {item!r}, which names no gate or area of the network. Write "
                f"gate:ID or area:ID, or leave the scope empty to hold all convoys."
            )
    return frozenset(held)
