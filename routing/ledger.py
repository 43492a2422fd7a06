"""The log sorted by what each record speaks of, as far as it was known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from routing.deliveries import MovementStep
from routing.errors import InvalidEvidence
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    Control,
    DeliveryOutcome,
    Evidence,
    GateHours,
    GateReport,
    Hold,
    Incident,
    Pause,
    RoadReport,
    standing,
)
from routing.hand_set import GateInspection, PassageOverride
from routing.network import AreaId, GateId, RoadNetwork, SegmentId
from routing.units import FOREVER, Instant, Window

Fact_co = TypeVar("Fact_co", covariant=True)
Kind = TypeVar("Kind")

SUPPOSED = 0
"""Position of a record that nobody reported: a what-if supposes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Generic[Fact_co]):
    """One fact with its place in the log (`SUPPOSED` for a what-if), when it holds and who said so."""

    position: int
    valid: Window
    source: str
    fact: Fact_co

    @property
    def supposed(self) -> bool:
        """Tell whether a what-if supposes the fact."""
        return self.position == SUPPOSED

    def open_ended(self) -> "Reported[Fact_co]":
        """Return the record as holding from its start on: an agreement's ends stand in its terms, not its window."""
        return replace(self, valid=Window(self.valid.start, FOREVER))

    @property
    def rank(self) -> tuple[bool, Instant, int]:
        """Order among records of one target: supposed last, then by valid start, then by position."""
        return self.supposed, self.valid.start, self.position


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All standing records by target, each target's in order of position."""

    roads: dict[SegmentId, list[Reported[RoadReport]]] = field(default_factory=dict)
    gates: dict[GateId, list[Reported[GateReport]]] = field(default_factory=dict)
    hours: dict[GateId, list[Reported[GateHours]]] = field(default_factory=dict)
    inspections: dict[GateId, list[Reported[GateInspection]]] = field(default_factory=dict)
    overrides: dict[GateId, list[Reported[PassageOverride]]] = field(default_factory=dict)
    arrangements: dict[GateId, list[Reported[Arrangement]]] = field(default_factory=dict)
    pauses: dict[GateId, list[Reported[Pause]]] = field(default_factory=dict)
    control: dict[AreaId, list[Reported[Control]]] = field(default_factory=dict)
    agreed: dict[str, list[Reported[CeasefireAgreed]]] = field(default_factory=dict)
    extended: dict[str, list[Reported[CeasefireExtended]]] = field(default_factory=dict)
    claims: dict[str, list[Reported[CeasefireClaim]]] = field(default_factory=dict)
    violations: dict[str, list[Reported[CeasefireViolation]]] = field(default_factory=dict)
    incidents: list[Reported[Incident]] = field(default_factory=list)
    outcomes: list[Reported[DeliveryOutcome]] = field(default_factory=list)
    passages: list[Reported[MovementStep]] = field(default_factory=list)
    holds: list[Reported[Hold]] = field(default_factory=list)
    supposed_ends: dict[str, Instant] = field(default_factory=dict)


def read_ledger(
    log: tuple[Evidence, ...],
    known: int,
    network: RoadNetwork,
    *,
    supposed: Iterable[Evidence] = (),
    supposed_ends: Mapping[str, Instant] | None = None,
) -> Ledger:
    """Sort what stands of the log at a position, and what a what-if supposes, by target.

    Records of the log without a position are not part of it yet and are left out.

    Raises
    ------
    InvalidEvidence
        If a record names a segment, gate or area that the network does not hold.
    """
    ledger = file_records((record for record in standing(log, known) if record.position > SUPPOSED), network)
    ledger.supposed_ends.update(supposed_ends or {})
    for extra in supposed:
        _file(ledger, replace(extra, position=SUPPOSED), network)
    return ledger


def file_records(records: Iterable[Evidence], network: RoadNetwork) -> Ledger:
    """Sort records that stand, in order of position, by target; raises as `read_ledger` does."""
    ledger = Ledger()
    for record in records:
        _file(ledger, record, network)
    return ledger


def newest(records: Sequence[Reported[Kind]], at: Instant) -> Reported[Kind] | None:
    """Return the record that holds at an instant: a supposed one, else the latest valid start, then position."""
    return max(
        (record for record in records if record.valid.contains(at)), key=lambda record: record.rank, default=None
    )


def edges(records: Iterable[Reported[object]]) -> list[Instant]:
    """Return the instants at which records begin or cease to hold."""
    return [edge for record in records for edge in (record.valid.start, record.valid.end)]


def _file(ledger: Ledger, record: Evidence, network: RoadNetwork) -> None:  # noqa: C901, PLR0912 - a case a kind
    fact = record.fact
    match fact:
        case RoadReport():
            _named(record, "segment", (s for s in fact.segments if not network.holds_or_held(s)), network.segments)
            _file_each(ledger.roads, network.standing_for(fact.segments), record, fact)
        case GateReport():
            _named(record, "gate", (fact.gate,), network.gates)
            _file_each(ledger.gates, (fact.gate,), record, fact)
        case GateHours():
            _named(record, "gate", (fact.gate,), network.gates)
            _file_each(ledger.hours, (fact.gate,), record, fact)
        case GateInspection():
            _named(record, "gate", (fact.gate,), network.gates)
            _file_each(ledger.inspections, (fact.gate,), record, fact)
        case PassageOverride():
            _named(record, "gate", (fact.gate,), network.gates)
            _file_each(ledger.overrides, (fact.gate,), record, fact)
        case Arrangement():
            _named(record, "gate", fact.gates, network.gates)
            _file_each(ledger.arrangements, fact.gates, record, fact)
        case Pause():
            _named(record, "gate", fact.gates, network.gates)
            _file_each(ledger.pauses, fact.gates, record, fact)
        case Control():
            _named(record, "area", (fact.area,), network.areas)
            _file_each(ledger.control, (fact.area,), record, fact)
        case CeasefireAgreed():
            _named(record, "area", fact.areas, network.areas)
            _file_each(ledger.agreed, (fact.ceasefire,), record, fact)
        case CeasefireExtended():
            _file_each(ledger.extended, (fact.ceasefire,), record, fact)
        case CeasefireClaim():
            _file_each(ledger.claims, (fact.ceasefire,), record, fact)
        case CeasefireViolation():
            _named(record, "area", fact.areas, network.areas)
            _file_each(ledger.violations, (fact.ceasefire,), record, fact)
        case Incident():
            ledger.incidents.append(_reported(record, fact))
        case DeliveryOutcome():
            _named(record, "gate", () if fact.gate is None else (fact.gate,), network.gates)
            ledger.outcomes.append(_reported(record, fact))
        case MovementStep():
            _named(record, "gate", () if fact.gate is None else (fact.gate,), network.gates)
            if fact.step == "proceeded":
                ledger.passages.append(_reported(record, fact))
        case Hold():
            ledger.holds.append(_reported(record, fact))
        case _:
            pass  # papers, site lists, statements and consents say nothing of roads; a policy is asked for by itself


def _file_each(shelf: dict[str, list[Reported[Kind]]], targets: Iterable[str], record: Evidence, fact: Kind) -> None:
    row = _reported(record, fact)
    for target in dict.fromkeys(targets):
        shelf.setdefault(target, []).append(row)


def _reported(record: Evidence, fact: Kind) -> Reported[Kind]:
    return Reported(position=record.position, valid=record.valid, source=record.source, fact=fact)


def _named(record: Evidence, kind: str, names: Iterable[str], listed: Mapping[str, object]) -> None:
    for name in names:
        if name not in listed:
            raise InvalidEvidence(
                f"Record {record.position} ({record.fact.kind}) names {kind} {name!r}, which the network does not "
                f"hold. Add the {kind} or retract the record."
            )
