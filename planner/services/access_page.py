"""What a page says of a stretch of road or a gate: its status and parts, who claims what, its papers, its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.domain.errors import NotFound
from planner.domain.permits import REGIME_STEPS, Paper, fold_papers
from planner.domain.plan import Convoy, Plan
from planner.domain.world import World
from planner.services.access import SegmentState
from routing.access import describe
from routing.evidence import (
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    DeliveryOutcome,
    Evidence,
    Incident,
    PermitStep,
    Retraction,
    standing,
)
from routing.network import Gate, Segment, SegmentId
from routing.status import PART_ORDER, AccessMap, GatePrior, Part, Piece
from routing.units import AsOf, Instant, Window

MOST_STRETCHES = 8
"""A place where many roads meet shows so many of them, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A segment at the page's time, with a sentence for each part, the deciding one first."""

    segment: Segment
    state: SegmentState
    sentences: tuple[tuple[Part, str], ...]
    timeline: tuple[Piece, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The five parts in their fixed order."""
        by_name = {part.name: part for part in self.state.piece.parts}
        return tuple(by_name[name] for name in PART_ORDER if name in by_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What parties and guarantors say of one ceasefire, each a row of (window, word) as known at the page's time."""

    ceasefire: str
    agreed: tuple[Evidence, ...]
    firm_end: Instant
    intended_end: Instant
    rows: tuple[tuple[str, tuple[tuple[Window, str, Evidence], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """The papers that a gate's regime asks for, for one site: the latest word on each step, None where nobody asked."""

    site: str
    steps: tuple[tuple[str, Paper | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """All that the side of the page shows of what is selected."""

    stretches: tuple[Stretch, ...]
    left_out: int
    gate: Gate | None
    prior: GatePrior | None
    claims: tuple[Claims, ...]
    papers: tuple[PaperRow, ...]
    records: tuple[Evidence, ...]
    deciding: frozenset[int]
    convoys: tuple[Convoy, ...]


def find_selected(world: World, selected: str) -> tuple[SegmentId, ...]:
    """Return the segments behind `segment:ID`, `gate:ID` or `place:ID`.

    Raises
    ------
    NotFound
        If nothing of that name is in the network.
    """
    kind, _, name = selected.partition(":")
    network = world.network
    if kind == "segment" and name in network.segments:
        return (name,)
    if kind == "gate" and name in network.gates:
        return tuple(network.segments_of_gate.get(name, ()))
    if kind == "place" and name in network.places:
        return tuple(s.id for s in network.segments.values() if name in {s.start, s.end})
    raise NotFound(f"Nothing is called {selected!r} on this network. Choose on the map or in the list.")


def panel(world: World, question: AsOf, exact: AccessMap, around: AccessMap, selected: str, plan: Plan | None) -> Panel:
    """Return what the page says of the selection, as known at the question.

    Raises
    ------
    NotFound
        If nothing of that name is in the network.
    """
    segments = find_selected(world, selected)
    stretches = sorted(
        (_stretch(world, question, exact, around, segment) for segment in segments),
        key=lambda s: (-s.state.piece.status.rank, s.state.piece.p, s.segment.id),
    )
    shown = tuple(stretches[:MOST_STRETCHES])
    gates = {s.segment.gate for s in shown if s.segment.gate is not None}
    kind, _, name = selected.partition(":")
    gate = world.network.gates.get(name if kind == "gate" else next(iter(sorted(gates)), ""))
    records = standing(world.log, question.known)
    deciding = frozenset(p for s in shown for p in s.state.piece.deciding().evidence)
    return Panel(
        stretches=shown,
        left_out=len(stretches) - len(shown),
        gate=gate,
        prior=None if gate is None else exact.gate_priors.get(gate.id),
        claims=_claims(world, records, question, {a for s in segments for a in world.network.areas_of(s)}),
        papers=() if gate is None else _papers(records, gate, question.at),
        records=_records(world, records, question, shown, gate, deciding),
        deciding=deciding,
        convoys=() if plan is None else _users(plan, set(segments)),
    )


def _stretch(world: World, question: AsOf, exact: AccessMap, around: AccessMap, segment: SegmentId) -> Stretch:
    piece, timeline = exact.at(segment, question.at), around.timeline(segment)
    here = next(i for i, one in enumerate(timeline) if one.window.contains(question.at))
    first = last = here
    while first > 0 and timeline[first - 1].status is piece.status:
        first -= 1
    while last + 1 < len(timeline) and timeline[last + 1].status is piece.status:
        last += 1
    decided = piece.deciding()
    ordered = (decided, *(part for part in piece.parts if part is not decided))
    zone = world.catalogue.crisis.tz
    return Stretch(
        segment=world.network.segments[segment],
        state=SegmentState(
            segment=segment, piece=piece, since=timeline[first].window.start, until=timeline[last].window.end
        ),
        sentences=tuple((part, describe(part, world.log, zone)) for part in ordered),
        timeline=timeline,
    )


def _claims(world: World, records: Sequence[Evidence], question: AsOf, areas: set[str]) -> tuple[Claims, ...]:
    agreed: dict[str, list[Evidence]] = {}
    for record in records:
        if isinstance(record.fact, CeasefireAgreed) and (not areas or areas & set(record.fact.areas)):
            agreed.setdefault(record.fact.ceasefire, []).append(record)
    found = []
    for name, agreements in sorted(agreed.items()):
        ends = [
            (r.fact.firm_end, r.fact.intended_end)
            for r in records
            if isinstance(r.fact, CeasefireAgreed | CeasefireExtended)
            and r.fact.ceasefire == name
            and r.valid.start <= question.at
        ] or [(r.fact.firm_end, r.fact.intended_end) for r in agreements if isinstance(r.fact, CeasefireAgreed)]
        rows: dict[str, list[tuple[Window, str, Evidence]]] = {}
        names = {party.id: party.name for party in world.catalogue.crisis.parties}
        for record in agreements:
            if isinstance(record.fact, CeasefireAgreed):
                for party in (*record.fact.parties, *record.fact.guarantors):
                    rows.setdefault(names.get(party, party), [])
        for record in records:
            if isinstance(record.fact, CeasefireClaim) and record.fact.ceasefire == name:
                told = rows.setdefault(names.get(record.fact.by, record.fact.by), [])
                told.append((record.valid, record.fact.says, record))
        found.append(
            Claims(
                ceasefire=name,
                agreed=tuple(agreements),
                firm_end=ends[-1][0],
                intended_end=ends[-1][1],
                rows=tuple((by, tuple(told)) for by, told in rows.items()),
            )
        )
    return tuple(found)


def all_claims(world: World, question: AsOf) -> tuple[Claims, ...]:
    """Return every ceasefire of the crisis with what is claimed of it."""
    return _claims(world, standing(world.log, question.known), question, set())


def _papers(records: Iterable[Evidence], gate: Gate, at: Instant) -> tuple[PaperRow, ...]:
    steps = REGIME_STEPS[gate.regime]
    if not steps:
        return ()
    spoken = [p for p in fold_papers(records) if p.gate in (None, gate.id) and p.valid.start <= at]
    sites = sorted({p.site for p in spoken if p.gate == gate.id})
    return tuple(
        PaperRow(
            site=site,
            steps=tuple(
                (step, next((p for p in reversed(spoken) if p.site == site and p.step == step), None)) for step in steps
            ),
        )
        for site in sites
    )


def _records(
    world: World,
    records: Sequence[Evidence],
    question: AsOf,
    stretches: Sequence[Stretch],
    gate: Gate | None,
    deciding: frozenset[int],
) -> tuple[Evidence, ...]:
    """Return what was reported on the selection, the deciding records first, then the newest."""
    segments = {s.segment.id for s in stretches}
    counted = {p for s in stretches for part in s.state.piece.parts for p in part.evidence}
    name = None if gate is None else gate.id
    found = [
        record
        for record in records
        if record.position in counted
        or segments & set(getattr(record.fact, "segments", ()))
        or (name is not None and name in {getattr(record.fact, "gate", None), *getattr(record.fact, "gates", ())})
    ]
    del world, question
    return tuple(sorted(found, key=lambda r: (r.position not in deciding, -r.learned_at, -r.position)))


def _users(plan: Plan, segments: set[SegmentId]) -> tuple[Convoy, ...]:
    return tuple(convoy for convoy in plan.convoys if segments & set(convoy.segments))


def withdrawn(world: World, known: int) -> dict[int, Evidence]:
    """Return the withdrawals known at a position, by the position that each withdraws."""
    return {r.fact.position: r for r in world.log if r.position <= known and isinstance(r.fact, Retraction)}


EventKind = str
"""`agreement`, `claim`, `hostilities`, `permit` or `aid`: the shape it is drawn with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RailEvent:
    """Something on the time rail: when, what kind, which records, and whether it is known at the page's time."""

    at: Instant
    kind: EventKind
    record: Evidence
    known: bool


_SHAPES: tuple[tuple[type | tuple[type, ...], EventKind], ...] = (
    ((CeasefireAgreed, CeasefireExtended), "agreement"),
    (CeasefireClaim, "claim"),
    (Incident, "hostilities"),
    (PermitStep, "permit"),
    (DeliveryOutcome, "aid"),
)


def rail_events(world: World, window: Window, known: int) -> tuple[RailEvent, ...]:
    """Return the events of a period that the rail shows, in order of time."""
    withdrawals = withdrawn(world, world.head)
    found = [
        RailEvent(at=record.valid.start, kind=shape, record=record, known=record.position <= known)
        for record in world.log
        if window.contains(record.valid.start) and record.position not in withdrawals
        for kinds, shape in _SHAPES
        if isinstance(record.fact, kinds)
    ]
    return tuple(sorted(found, key=lambda e: (e.at, e.record.position)))


def truces(world: World, known: int) -> tuple[tuple[str, Window, bool], ...]:
    """Return each ceasefire's spans as agreed and extended: its name, the span, and whether it is known yet."""
    found = []
    for record in world.log:
        fact = record.fact
        if isinstance(fact, CeasefireAgreed | CeasefireExtended) and fact.firm_end > record.valid.start:
            found.append((fact.ceasefire, Window(record.valid.start, fact.firm_end), record.position <= known))
    return tuple(found)
