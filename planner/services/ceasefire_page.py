"""What a page says of ceasefires: who agreed to what until when, what each party says now, and what comes after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planner.domain.crisis import Party
from planner.domain.world import World
from routing.ceasefire import Standing, find_coverage, read_ceasefires, state_of
from routing.control import holders_at
from routing.evidence import CeasefireAgreed, CeasefireClaim, CeasefireExtended, CeasefireViolation, Evidence, standing
from routing.ledger import Ledger, read_ledger
from routing.network import AreaId, SegmentId
from routing.policy_record import policy_in_force
from routing.units import AsOf, Instant, Window

Says: TypeAlias = Literal["agreed", "in_force", "suspended", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What one body says over a span: that it agreed, or that the ceasefire holds, is suspended or over."""

    window: Window
    says: Says
    record: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One party or guarantor and what it has said, in order of time; nothing reaches beyond the page's time."""

    by: str
    party: Party | None
    guarantor: bool
    told: tuple[Saying, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasefireView:
    """One ceasefire as known at the page's time. `state` is its worst over its areas and pairs of parties."""

    id: str
    state: str
    agreed: Evidence
    areas: tuple[AreaId, ...]
    firm_end: Instant
    intended_end: Instant
    ends_by: Evidence
    terms: str
    rows: tuple[ClaimRow, ...]
    violations: tuple[Evidence, ...]
    extensions: tuple[Evidence, ...]


def ceasefire_views(
    world: World, question: AsOf, areas: Iterable[AreaId] = (), ledger: Ledger | None = None
) -> tuple[CeasefireView, ...]:
    """Return the ceasefires known at the question, those that speak of some of the areas if any are given.

    `ledger` is the log as read for the question, where somebody has done so before.
    """
    records = standing(world.log, question.known)
    wanted = set(areas)
    names = dict.fromkeys(
        r.fact.ceasefire
        for r in records
        if isinstance(r.fact, CeasefireAgreed) and (not wanted or wanted & set(r.fact.areas))
    )
    told = ledger or read_ledger(world.log, question.known, world.network)
    by_name = {one.id: one for one in read_ceasefires(told)}
    policy = policy_in_force(world.log, question.known).policy
    views = []
    for name in names:
        view = _view(world, records, name, question)
        states = [
            state_of(by_name[name], question.at, area, pair, policy)
            for area in view.areas
            for pair in _pairs(view.agreed)
        ]
        worst = max(states, key=lambda one: one.rank, default=None)
        views.append(view if worst is None else _with_state(view, worst))
    return tuple(views)


def find_standing(world: World, ledger: Ledger, question: AsOf, segment: SegmentId) -> Standing | None:
    """Return the ceasefire that speaks for a segment across a line, as it stands at the question; else None."""
    areas = tuple(sorted(world.network.areas_of(segment)))
    holders = holders_at(ledger, areas, question.at)
    if not holders.is_line:
        return None
    pair = frozenset(party for party in holders.parties if party is not None)
    policy = policy_in_force(world.log, question.known).policy
    return find_coverage(read_ceasefires(ledger), question.at, areas, pair, policy)


def _pairs(agreed: Evidence) -> list[tuple[str, str]]:
    fact = agreed.fact
    parties = fact.parties if isinstance(fact, CeasefireAgreed) else ()
    return [(a, b) for i, a in enumerate(parties) for b in parties[i + 1 :]]


def _with_state(view: CeasefireView, worst: Standing) -> CeasefireView:
    return CeasefireView(
        id=view.id, state="not_begun" if worst.state == "none" else worst.state, agreed=view.agreed, areas=view.areas,
        firm_end=view.firm_end, intended_end=view.intended_end, ends_by=view.ends_by, terms=view.terms, rows=view.rows,
        violations=view.violations, extensions=view.extensions,
    )  # fmt: skip


def _view(world: World, records: Sequence[Evidence], name: str, question: AsOf) -> CeasefireView:
    mine = [r for r in records if getattr(r.fact, "ceasefire", None) == name]
    agreements = [r for r in mine if isinstance(r.fact, CeasefireAgreed)]
    # The last that has begun speaks; before the first begins, the first.
    agreed = next((r for r in reversed(agreements) if r.valid.start <= question.at), agreements[0])
    extensions = [r for r in mine if isinstance(r.fact, CeasefireExtended) and r.valid.start <= question.at]
    ends_by = next((r for r in reversed(extensions) if r.valid.start >= agreed.valid.start), agreed)
    ends, fact = ends_by.fact, agreed.fact
    if not isinstance(fact, CeasefireAgreed) or not isinstance(ends, CeasefireAgreed | CeasefireExtended):
        raise TypeError(f"Record {agreed.position} is no agreement.")
    rows = [_row(world, mine, agreed, by, ends.firm_end, question) for by in (*fact.parties, *fact.guarantors)]
    spoken = dict.fromkeys(r.fact.by for r in mine if isinstance(r.fact, CeasefireClaim))
    listed = {*fact.parties, *fact.guarantors}
    rows += [_row(world, mine, agreed, by, ends.firm_end, question) for by in spoken if by not in listed]
    return CeasefireView(
        id=name, state="", agreed=agreed, areas=fact.areas, firm_end=ends.firm_end, intended_end=ends.intended_end,
        ends_by=ends_by, terms=fact.terms, rows=tuple(rows),
        violations=tuple(r for r in mine if isinstance(r.fact, CeasefireViolation) and r.valid.start <= question.at),
        extensions=tuple(extensions),
    )  # fmt: skip


def _row(
    world: World, mine: Sequence[Evidence], agreed: Evidence, by: str, firm_end: Instant, question: AsOf
) -> ClaimRow:
    fact, now = agreed.fact, question.at
    parties = {party.id: party for party in world.catalogue.crisis.parties}
    claims = sorted(
        (r for r in mine if isinstance(r.fact, CeasefireClaim) and r.fact.by == by and r.valid.start <= now),
        key=lambda r: (r.valid.start, r.position),
    )
    told: list[Saying] = []
    is_guarantor = isinstance(fact, CeasefireAgreed) and by in fact.guarantors
    if isinstance(fact, CeasefireAgreed) and by in {*fact.parties, *fact.guarantors}:
        first = claims[0].valid.start if claims else firm_end
        start, end = agreed.learned_at, min(first, firm_end, now)
        if start < end:
            told.append(Saying(window=Window(start, end), says="agreed", record=agreed))
    for index, record in enumerate(claims):
        claim = record.fact
        nearest = claims[index + 1].valid.start if index + 1 < len(claims) else now
        end = min(nearest, record.valid.end, now)
        if isinstance(claim, CeasefireClaim) and record.valid.start < end:
            told.append(Saying(window=Window(record.valid.start, end), says=claim.says, record=record))
    return ClaimRow(by=by, party=parties.get(by), guarantor=is_guarantor, told=tuple(told))
