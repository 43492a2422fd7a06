"""Bring an access map up to date when the log has grown: only the roads that a new record can touch are folded."""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from routing.access import DEFAULT_POLICY, Folded, fold_numbers, hold_spans
from routing.deliveries import MovementStep
from routing.evidence import (
    Arrangement,
    DeliveryOutcome,
    Evidence,
    GateHours,
    GateReport,
    Hold,
    Pause,
    Retraction,
    RoadReport,
)
from routing.gates import gate_priors, smallest_flow
from routing.geometry import Geometry, Numbers
from routing.hand_set import PassageOverride
from routing.ledger import SUPPOSED, Ledger, file_records
from routing.network import RoadNetwork, SegmentId
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
    geometry = Geometry.of(network)
    touched = reach(changed, after, network, policy)
    kinds = {type(record.fact) for record in changed}
    ledger = _ledger(after, touched, kinds, network)
    different: dict[SegmentId, tuple[Piece, ...]] = {}
    if len(touched):
        different = _different(fold_numbers(question, ledger, network, touched), touched, base, geometry)
    limits = base.reported_limits_kg
    if RoadReport in kinds:
        names = set(geometry.names(touched))
        limits = {name: kg for name, kg in limits.items() if name not in names}
        limits |= reported_limits(question, {name: ledger.roads[name] for name in ledger.roads if name in names})
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


def _different(
    folded: Folded, touched: Numbers, base: AccessMap, geometry: Geometry
) -> dict[SegmentId, tuple[Piece, ...]]:
    """Return the timelines that are others than in the base; many segments share one object, compared once."""
    names = list(geometry.names(touched))
    before = list(map(base.timelines.__getitem__, names))
    one_each = np.fromiter(map(id, before), dtype=np.int64, count=len(before))
    _, first, old = np.unique(one_each, return_index=True, return_inverse=True)
    pairs, of = np.unique(folded.of * len(first) + old, return_inverse=True)
    differ = np.fromiter(
        (folded.timelines[pair // len(first)] != before[first[pair % len(first)]] for pair in pairs.tolist()),
        dtype=np.bool_, count=len(pairs),
    )[of]  # fmt: skip
    return {names[at]: folded.timelines[number] for at, number in _numbered(differ, folded.of)}


def _numbered(kept: NDArray[np.bool_], numbers: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    places = np.flatnonzero(kept)
    return zip(places.tolist(), numbers[places].tolist(), strict=True)


def _stand(log: Collection[Evidence], before: int, after: int) -> tuple[list[Evidence], list[Evidence]]:
    """Return the records that stand at the second position of the log, and those that stand at one of both only."""
    rows = [row for row in log if SUPPOSED < row.position <= max(before, after)]
    rows.sort(key=_position)
    # Of several retractions of one record the first counts.
    retracted = {row.fact.position: row.position for row in reversed(rows) if isinstance(row.fact, Retraction)}
    never = max(before, after) + 1
    standing: list[Evidence] = []
    changed: list[Evidence] = []
    for row in rows:
        if type(row.fact) is Retraction:
            continue
        gone_at = retracted.get(row.position, never)
        stood, stands = row.position <= before < gone_at, row.position <= after < gone_at
        if stands:
            standing.append(row)
        if stood is not stands:
            changed.append(row)
    return standing, changed


_position = attrgetter("position")


def _ledger(records: Collection[Evidence], touched: Numbers, kinds: AbstractSet[type], network: RoadNetwork) -> Ledger:
    """Sort what can bear on the touched roads: by far the most records speak of other roads and gates alone."""
    geometry = Geometry.of(network)
    lies = (geometry.lies[number] for number in np.unique(geometry.lie_of[touched]).tolist())
    gates = {lie.gate for lie in lies if lie.gate is not None}
    hours = network.gates.keys() if GateHours in kinds else gates
    is_touched = np.zeros(len(geometry.ids), dtype=np.uint8)
    is_touched[touched] = 1
    flags, number = is_touched.tobytes(), geometry.number

    def bears(record: Evidence) -> bool:
        match fact := record.fact:
            case RoadReport():
                segments = network.standing_for(fact.segments) if network.retired else fact.segments
                return any(flags[number[name]] for name in segments)
            case GateReport() | GateHours():
                return fact.gate in (hours if isinstance(fact, GateHours) else gates)
            case Arrangement() | Pause():
                return not gates.isdisjoint(fact.gates)
            case DeliveryOutcome() | MovementStep() | Hold():
                return not kinds.isdisjoint({Hold} if isinstance(fact, Hold) else PASSAGE)
            case _:
                return True

    return file_records((record for record in records if bears(record)), network)
