"""How far a record reaches: which road segments can look different because of it."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from itertools import chain

import numpy as np

from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    Control,
    Evidence,
    GateHours,
    GateReport,
    Incident,
    Pause,
    RoadReport,
)
from routing.geometry import Geometry, Numbers
from routing.hazard import clusters, felt_on
from routing.ledger import Reported
from routing.network import AreaId, GateId, RoadNetwork, SegmentId
from routing.policy import AccessPolicy
from routing.units import Metres


def reach(
    changed: Collection[Evidence],
    after: Collection[Evidence],
    network: RoadNetwork,
    policy: AccessPolicy,
) -> Numbers:
    """Return every segment whose timeline can differ between two logs, by the numbers of the network's geometry.

    `after` are all records that stand in the second, `changed` those that stand in one of both only. More segments may
    be named than do differ.
    """
    geometry = Geometry.of(network)
    named: set[SegmentId] = set()
    found: list[Numbers] = []
    gates: set[GateId] = set()
    moved: set[AreaId] = set()
    truces: set[str] = set()
    for record in changed:
        match record.fact:
            case RoadReport(segments=segments):
                named.update(network.standing_for(segments))
            case GateReport(gate=gate) | GateHours(gate=gate):
                gates.add(gate)
            case Arrangement(gates=at) | Pause(gates=at):
                gates.update(at)
            case Control(area=area):
                moved.add(area)
            case CeasefireAgreed() | CeasefireExtended() | CeasefireClaim() | CeasefireViolation():
                truces.add(record.fact.ceasefire)
            case _:
                pass  # outcomes and holds have maps of their own; the rest says nothing of roads
    for gate in gates:
        named.update(network.segments_of_gate.get(gate, ()))
    found += [geometry.between(_areas_of(truce, chain(changed, after))) for truce in truces]
    if any(isinstance(record.fact, Incident) for record in changed):
        found += _felt(changed, after, geometry, policy)
    if moved:
        found.append(near_moved_lines(moved, geometry, policy.report_needed_within_m))
    return np.unique(np.concatenate((geometry.numbers(named), *found)))


def _areas_of(truce: str, records: Iterable[Evidence]) -> set[AreaId]:
    agreements = (record.fact for record in records if isinstance(record.fact, CeasefireAgreed))
    return {area for agreed in agreements if agreed.ceasefire == truce for area in agreed.areas}


def near_moved_lines(areas: AbstractSet[AreaId], geometry: Geometry, near_m: Metres) -> Numbers:
    """Return the segments in the areas, and those near a border of theirs: a line there calls for reports."""
    borders = {lie.areas for lie in geometry.lies if len(lie.areas) > 1 and not areas.isdisjoint(lie.areas)}
    near = [geometry.near_line(border, near_m) for border in sorted(borders)]
    touched = np.zeros(len(geometry.ids), dtype=np.bool_)
    for numbers in (geometry.in_areas(areas), *near):
        touched[numbers] = True
    return np.flatnonzero(touched)


def _felt(
    changed: Collection[Evidence], after: Collection[Evidence], geometry: Geometry, policy: AccessPolicy
) -> Iterable[Numbers]:
    """Yield where the incidents are felt that came or went, and those whose cluster has another name by it."""
    moved, now = _incidents(changed), _incidents(after)
    both = {row.position: row for row in (*now, *moved)}
    came = {row.position for row in now}.intersection(row.position for row in moved)
    was, is_now = (clusters(policy, rows) for rows in ([r for at, r in both.items() if at not in came], now))
    renamed = [row for at, (row, cluster) in was.items() if at in is_now and is_now[at][1] != cluster]
    for row in [*moved, *renamed]:
        if row.fact.hazard != "none":
            yield felt_on(policy, row.fact, geometry)


def _incidents(records: Iterable[Evidence]) -> list[Reported[Incident]]:
    return [
        Reported(position=record.position, valid=record.valid, source=record.source, fact=record.fact)
        for record in records
        if isinstance(record.fact, Incident)
    ]
