"""Bring an access map up to date when the log has grown: only the roads that a new record can touch are folded."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from routing.access import DEFAULT_POLICY, fold_segments, hold_spans
from routing.deliveries import MovementStep
from routing.evidence import (
    Arrangement,
    DeliveryOutcome,
    Evidence,
    GateHours,
    GateReport,
    Hold,
    PassageOverride,
    Pause,
    Retraction,
    RoadReport,
)
from routing.gates import gate_priors, smallest_flow
from routing.ledger import SUPPOSED, Ledger, file_records
from routing.network import GateId, RoadNetwork, SegmentId
from routing.policy import AccessPolicy
from routing.reach import reach
from routing.reports import reported_limits
from routing.status import AccessMap, Piece
from routing.track import Question
from routing.units import AsOf

PASSAGE: Final = frozenset({DeliveryOutcome, MovementStep, PassageOverride})
"""What changes the record of passage of a gate."""


def refold(
    base: AccessMap,
    log: tuple[Evidence, ...],
    network: RoadNetwork,
    known: int,
    zone: ZoneInfo,
    policy: AccessPolicy = DEFAULT_POLICY,
) -> AccessMap:
    """Return what `fold` returns of the same log at `known`, given what it returned at another position.

    `base` must be the fold of the same network, horizon, zone and policy, at the same instant, of a log that was
    the same up to its position. Timelines that do not change are the same objects as in `base`.

    Raises
    ------
    InvalidEvidence
        If a record that came or went names something that the network does not hold.
    """
    as_of = AsOf(at=base.as_of.at, known=known)
    question = Question(as_of=as_of, horizon=base.horizon, zone=zone, policy=policy)
    after, changed = _stand(log, base.as_of.known, known)
    if not changed:
        return replace(base, as_of=as_of)
    file_records(changed, network)  # refuses what names something unknown
    touched = reach(changed, after, network, policy)
    kinds = {type(record.fact) for record in changed}
    ledger = _ledger(after, touched, kinds, network)
    folded = fold_segments(question, ledger, network, touched) if touched else {}
    different = _different(folded, base)
    limits = base.reported_limits_kg
    if RoadReport in kinds:
        limits = {name: kg for name, kg in limits.items() if name not in touched}
        limits |= reported_limits(question, {name: ledger.roads[name] for name in ledger.roads if name in touched})
    gates = network.gates.items()
    return replace(
        base.replace_timelines(different) if different else base,
        as_of=as_of,
        reported_limits_kg=limits,
        holds=hold_spans(question, ledger, network) if Hold in kinds else base.holds,
        gate_priors=gate_priors(question, ledger, network) if kinds & PASSAGE else base.gate_priors,
        gate_flow={name: smallest_flow(question, ledger, gate) for name, gate in gates}
        if GateHours in kinds
        else base.gate_flow,
    )


def _different(folded: Mapping[SegmentId, tuple[Piece, ...]], base: AccessMap) -> dict[SegmentId, tuple[Piece, ...]]:
    """Return the timelines that are others than in the base; many segments share one object, compared once."""
    compared: dict[tuple[int, int], bool] = {}
    found: dict[SegmentId, tuple[Piece, ...]] = {}
    for name, pieces in folded.items():
        before = base.timelines[name]
        both = id(pieces), id(before)
        if both not in compared:
            compared[both] = pieces != before
        if compared[both]:
            found[name] = pieces
    return found


def _stand(log: Collection[Evidence], before: int, after: int) -> tuple[list[Evidence], list[Evidence]]:
    """Return the records that stand at the second position of the log, and those that stand at one of both only."""
    rows = sorted((row for row in log if SUPPOSED < row.position <= max(before, after)), key=lambda row: row.position)
    retractions = [row for row in rows if isinstance(row.fact, Retraction)]
    gone_before, gone_after = (
        {row.fact.position for row in retractions if row.position <= known if isinstance(row.fact, Retraction)}
        for known in (before, after)
    )
    standing: list[Evidence] = []
    changed: list[Evidence] = []
    for row in rows:
        if isinstance(row.fact, Retraction):
            continue
        stood = row.position <= before and row.position not in gone_before
        stands = row.position <= after and row.position not in gone_after
        if stands:
            standing.append(row)
        if stood is not stands:
            changed.append(row)
    return standing, changed


def _ledger(
    records: Collection[Evidence], touched: AbstractSet[SegmentId], kinds: AbstractSet[type], network: RoadNetwork
) -> Ledger:
    """Sort what can bear on the touched roads: by far the most records speak of other roads and gates alone."""
    every: AbstractSet[GateId] = network.gates.keys()
    gates = {gate for gate in (network.segments[name].gate for name in touched) if gate is not None}
    hours = every if GateHours in kinds else gates

    def bears(record: Evidence) -> bool:
        match record.fact:
            case RoadReport(segments=segments):
                return not touched.isdisjoint(network.standing_for(segments))
            case GateReport(gate=gate):
                return gate in gates
            case GateHours(gate=gate):
                return gate in hours
            case Arrangement(gates=at) | Pause(gates=at):
                return not gates.isdisjoint(at)
            case DeliveryOutcome() | MovementStep() | Hold():
                return not kinds.isdisjoint({Hold} if isinstance(record.fact, Hold) else PASSAGE)
            case _:
                return True

    return file_records((record for record in records if bears(record)), network)
