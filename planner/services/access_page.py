"""What a page says of a stretch, gate, place or area: its status and reasons, its papers, its records, its convoys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.permits import REGIME_STEPS, Paper, fold_papers, papers_for, windows_in_force
from planner.domain.plan import Convoy
from planner.domain.world import World
from planner.services.ceasefire_page import CeasefireView, ceasefire_views
from planner.services.in_hand import ConvoyInHand
from planner.services.selection import Selection
from planner.services.stretches import Stretch, follow_stretches
from routing.evidence import Evidence, GateHours, PermitStep, Retraction, standing
from routing.ledger import Ledger, read_ledger
from routing.network import Gate, GateId, Segment, SegmentId
from routing.status import AccessMap, GatePrior, HoldSpan, Piece, Status
from routing.units import AsOf, Instant, Seconds

MOST_STRETCHES: Final = 8
"""A selection of many roads shows so many of them whole, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCell:
    """One step for one site at a gate: the latest word on it (None: nobody asked), and until when it is in force."""

    step: str
    paper: Paper | None
    in_force_until: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """The papers that a gate's regime asks for, for one site."""

    site: str
    cells: tuple[PaperCell, ...]

    @property
    def complete(self) -> bool:
        """Whether all are in force."""
        return all(cell.in_force_until is not None for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """A gate with its hours and flow as reported last (`hours_by` None: as listed), and its record of passage."""

    gate: Gate
    opens: Seconds
    closes: Seconds
    trucks_per_hour: int
    hours_by: Evidence | None
    prior: GatePrior | None
    papers: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """All that the side of the page shows of what is selected."""

    selection: Selection
    counts: dict[Status, int]
    stretches: tuple[Stretch, ...]
    left_out: tuple[tuple[Segment, Piece], ...]
    gate: GateFacts | None
    ceasefires: tuple[CeasefireView, ...]
    holds: tuple[HoldSpan, ...]
    records: tuple[Evidence, ...]
    deciding: frozenset[int]
    convoys: tuple[ConvoyInHand, ...]

    @property
    def people(self) -> int:
        """People whom the convoys over it are to feed."""
        return sum(one.people for one in self.convoys)


def make_panel(
    world: World, question: AsOf, exact: AccessMap, selection: Selection, convoys: Sequence[ConvoyInHand]
) -> Panel:
    """Return what the page says of a selection, as known at the question."""
    pieces = [(world.network.segments[name], exact.at(name, question.at)) for name in selection.segments]
    pieces.sort(key=lambda pair: (-pair[1].status.rank, pair[1].p, pair[0].id))
    first, rest = pieces[:MOST_STRETCHES], pieces[MOST_STRETCHES:]
    ledger = read_ledger(world.log, question.known, world.network)
    shown = follow_stretches(world, ledger, question, first)
    gate = _gate_of(world, selection, shown)
    counts = dict.fromkeys(Status, 0)
    for _segment, piece in pieces:
        counts[piece.status] += 1
    over = tuple(one for one in convoys if not selection.segments_set.isdisjoint(one.convoy.segments))
    deciding = frozenset(p for s in shown for p in s.state.piece.deciding().evidence)
    about = records_about(world, question, exact, selection)
    return Panel(
        selection=selection, counts=counts, stretches=shown, left_out=tuple(rest),
        gate=None if gate is None else _gate_facts(world, question, exact, gate, over),
        ceasefires=_ceasefires(world, ledger, question, selection, shown),
        holds=tuple(hold for hold in exact.holds if _bears_on(hold, selection.segments_set, question.at)),
        records=tuple(sorted(about, key=lambda r: r.position not in deciding)),
        deciding=deciding, convoys=over,
    )  # fmt: skip


def _bears_on(hold: HoldSpan, segments: frozenset[SegmentId], at: Instant) -> bool:
    return hold.window.contains(at) and (hold.segments is None or not hold.segments.isdisjoint(segments))


def _gate_of(world: World, selection: Selection, shown: Sequence[Stretch]) -> Gate | None:
    if selection.kind == "gate":
        return world.network.gates[selection.name]
    named = {s.segment.gate for s in shown if s.segment.gate is not None}
    return world.network.gates[named.pop()] if len(named) == 1 and selection.kind in {"segment", "place"} else None


def _gate_facts(world: World, question: AsOf, exact: AccessMap, gate: Gate, over: Sequence[ConvoyInHand]) -> GateFacts:
    records = standing(world.log, question.known)
    told = [
        r for r in records if isinstance(r.fact, GateHours) and r.fact.gate == gate.id and r.valid.contains(question.at)
    ]
    last = max(told, key=lambda r: (r.valid.start, r.position), default=None)
    hours = None if last is None else last.fact
    reported = isinstance(hours, GateHours)
    return GateFacts(
        gate=gate,
        opens=hours.opens if isinstance(hours, GateHours) else gate.opens,
        closes=hours.closes if isinstance(hours, GateHours) else gate.closes,
        trucks_per_hour=exact.gate_flow.get(gate.id, gate.trucks_per_hour),
        hours_by=last if reported else None,
        prior=exact.gate_priors.get(gate.id),
        papers=_papers(records, gate, question.at, (one.convoy for one in over)),
    )


def _papers(records: Iterable[Evidence], gate: Gate, at: Instant, convoys: Iterable[Convoy]) -> tuple[PaperRow, ...]:
    """Return the papers for sites that some paper names with this gate, and those of convoys that are to pass it."""
    steps = REGIME_STEPS[gate.regime]
    papers = fold_papers(records)
    sites = {p.site for p in papers if p.gate == gate.id}
    sites |= {stop.site for convoy in convoys for stop in convoy.stops}
    if not steps:
        return ()
    rows = [
        PaperRow(site=site, cells=tuple(_cell(papers, site, gate.id, step, at) for step in steps))
        for site in sorted(sites)
    ]
    return tuple(sorted(rows, key=lambda row: (row.complete, row.site)))


def _cell(papers: Sequence[Paper], site: str, gate: GateId, step: str, at: Instant) -> PaperCell:
    spoken = [p for p in papers if p.step == step and p.valid.start <= at]
    mine = papers_for(spoken, site, gate, step)  # type: ignore[arg-type] # the steps of a regime are such names
    now = [w for w in windows_in_force(spoken, site, gate, step) if w.contains(at)]  # type: ignore[arg-type] # the same
    latest = max(mine, key=lambda p: (p.valid.start, p.evidence), default=None)
    return PaperCell(step=step, paper=latest, in_force_until=max((w.end for w in now), default=None))


def _ceasefires(
    world: World, ledger: Ledger, question: AsOf, selection: Selection, shown: Sequence[Stretch]
) -> tuple[CeasefireView, ...]:
    """Return the ceasefires that matter to the selection: on a line those over it, in an area those that name it."""
    if selection.kind in {"area", "box"}:
        areas = {a for name in selection.segments for a in world.network.areas_of(name)}
    else:
        crossing = [s.segment.id for s in shown if s.state.piece.deciding().name == "ceasefire" or _crosses(s)]
        areas = {a for name in crossing for a in world.network.areas_of(name)}
    return ceasefire_views(world, question, areas, ledger) if areas else ()


def _crosses(stretch: Stretch) -> bool:
    return any(part.code in {"crosses_line", "line_without_consent"} for part in stretch.state.piece.parts)


def records_about(world: World, question: AsOf, exact: AccessMap, selection: Selection) -> tuple[Evidence, ...]:
    """Return what was reported on a selection as known at the question, newest first; withdrawn records too."""
    counted = {p for s in selection.segments for part in exact.at(s, question.at).parts for p in part.evidence}
    name = selection.name if selection.kind == "gate" else None
    if selection.kind == "segment":
        name = world.network.segments[selection.name].gate
    found = [
        record
        for record in world.log
        if record.position <= question.known
        and not isinstance(record.fact, Retraction)
        and (
            record.position in counted
            or not selection.segments_set.isdisjoint(getattr(record.fact, "segments", ()))
            or (name is not None and name in {getattr(record.fact, "gate", None), *getattr(record.fact, "gates", ())})
        )
    ]
    return tuple(sorted(found, key=lambda r: (-r.learned_at, -r.position)))


def later_words(world: World, record: Evidence) -> tuple[Evidence, ...]:
    """Return the records after one that speak of the same thing: what corrects it, or bears it out."""
    about = _about(record)
    return tuple(
        other
        for other in world.log
        if other.position > record.position and other.fact.kind == record.fact.kind and about & _about(other)
    )


def _about(record: Evidence) -> frozenset[str]:
    """Return what a record speaks of, as texts that are equal for the same thing."""
    fact = record.fact
    named = {f"{name}:{getattr(fact, name)}" for name in _ONE if getattr(fact, name, None)}
    if isinstance(fact, PermitStep):
        return frozenset({f"{fact.site}/{fact.step}/{fact.gate}"})
    return frozenset(named | {f"{name}:{one}" for name in _SEVERAL for one in getattr(fact, name, ())})


_ONE: Final = ("gate", "area", "ceasefire", "movement", "place_name", "site")
_SEVERAL: Final = ("segments", "gates")
