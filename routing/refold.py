"""Bring an access map up to date when the log has grown: only the roads that a new record can touch are folded."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from routing.access import DEFAULT_POLICY, fold_numbers, hold_spans
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
from routing.network import RoadNetwork
from routing.policy import AccessPolicy
from routing.reach import reach
from routing.reports import reported_limits
from routing.status import AccessMap
from routing.timelines import Timelines
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
    timelines = base.timelines
    if len(touched):
        folded = fold_numbers(question, ledger, network, touched)
        timelines = Timelines.laid_out(timelines, geometry.number).differing(touched, folded.timelines, folded.of)
    limits = base.reported_limits_kg
    if RoadReport in kinds:
        names = set(geometry.names(touched))
        limits = {name: kg for name, kg in limits.items() if name not in names}
        limits |= reported_limits(question, {name: ledger.roads[name] for name in ledger.roads if name in names})
    gates = network.gates.items()
    return replace(
        base,
        as_of=as_of,
        timelines=timelines,
        reported_limits_kg=limits,
        holds=hold_spans(question, ledger, network) if Hold in kinds else base.holds,
        gate_priors=gate_priors(question, ledger, network) if kinds & PASSAGE else base.gate_priors,
        gate_flow={name: smallest_flow(question, ledger, gate) for name, gate in gates}
        if GateHours in kinds
        else base.gate_flow,
    )


def _stand(log: Collection[Evidence], before: int, after: int) -> tuple[list[Evidence], list[Evidence]]:
    """Return the records that stand at the second position of the log, and those that stand at one of both only."""
    last = max(before, after)
    rows = [row for row in log if SUPPOSED < row.position <= last]
    rows.sort(key=_position)
    # Of several retractions of one record the first counts.
    retracted = {row.fact.position: row.position for row in reversed(rows) if type(row.fact) is Retraction}
    rows = [row for row in rows if type(row.fact) is not Retraction]
    standing = [row for row in rows[: _until(rows, after)] if after < retracted.get(row.position, last + 1)]
    # Of the records that both positions know, only one that was withdrawn in between stands at one of them alone.
    known_to_both = _until(rows, min(before, after))
    withdrawn = [row for row in rows[:known_to_both] if row.position in retracted] if retracted else []
    changed = [
        row
        for row in (*withdrawn, *rows[known_to_both:])
        if _stands(row, retracted, before, last) is not _stands(row, retracted, after, last)
    ]
    return standing, changed


def _stands(row: Evidence, retracted: Mapping[int, int], known: int, last: int) -> bool:
    return row.position <= known < retracted.get(row.position, last + 1)


def _until(rows: Sequence[Evidence], position: int) -> int:
    return bisect_right(rows, position, key=_position)


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
                return 1 in map(flags.__getitem__, map(number.__getitem__, segments))
            case GateReport() | GateHours():
                return fact.gate in (hours if isinstance(fact, GateHours) else gates)
            case Arrangement() | Pause():
                return not gates.isdisjoint(fact.gates)
            case DeliveryOutcome() | MovementStep() | Hold():
                return not kinds.isdisjoint({Hold} if isinstance(fact, Hold) else PASSAGE)
            case _:
                return True

    return file_records((record for record in records if bears(record)), network)
