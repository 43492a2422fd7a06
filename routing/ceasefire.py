"""Derive, from agreements and claims, the state of each ceasefire per area and pair of parties.

A ceasefire is not one flag. It has areas, parties, guarantors, a firm and an intended end, and claims that may
contradict each other. Which state holds, the strongest first:

- *expired*: both ends have passed.
- *over*: both parties of the pair say so, or all guarantors say so.
- *suspended*: both parties of the pair, or all guarantors, say suspended or over.
- *disputed*: somebody says suspended or over, and not all agree. Silence is not agreement.
- *announced*: past the firm end, before the intended one; the renewal is uncertain.
- *strained*: a violation was reported in the area a short while ago.
- *in force*: none of these.

Before the start nothing is covered (*none*), however firmly the agreement has been announced.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from routing.evidence import CeasefireAgreed, CeasefireClaim, CeasefireExtended, CeasefireViolation
from routing.ledger import SUPPOSED, Ledger, Reported, edges
from routing.network import AreaId, PartyId
from routing.policy import AccessPolicy
from routing.units import Instant

State: TypeAlias = Literal[
    "none", "announced", "in_force", "strained", "disputed", "suspended", "expired", "over"
]  # fmt: skip
COVERING: Final[tuple[State, ...]] = ("in_force", "strained", "announced", "disputed")
"""States under which a line may be crossed, the best first."""
ENDED: Final[tuple[State, ...]] = ("suspended", "over", "expired")
_FROM_BEST: Final[tuple[State, ...]] = (*COVERING, *ENDED, "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceasefire:
    """One ceasefire's records; `supposed_end` is a what-if's word on how long it holds."""

    id: str
    agreed: Sequence[Reported[CeasefireAgreed]]
    extended: Sequence[Reported[CeasefireExtended]] = ()
    claims: Sequence[Reported[CeasefireClaim]] = ()
    violations: Sequence[Reported[CeasefireViolation]] = ()
    supposed_end: Instant | None = None

    def terms_at(self, at: Instant) -> Reported[CeasefireAgreed] | None:
        """Return the agreement that has begun by the instant, the latest if it was agreed anew."""
        begun = (record for record in self.agreed if record.valid.start <= at)
        last = max(begun, key=lambda record: record.rank, default=None)
        return None if last is None else last.open_ended()

    def may_cover(self, areas: Iterable[AreaId]) -> bool:
        """Tell whether one of its agreements names all the areas; where none does, no line between them is covered."""
        asked = set(areas)
        return any(asked.issubset(agreement.fact.areas) for agreement in self.agreed)

    def edges(self, policy: AccessPolicy) -> list[Instant]:
        """Return every instant at which the state may change."""
        found = [*edges(self.claims)]
        for agreement in self.agreed:
            found += [agreement.valid.start, agreement.fact.firm_end, agreement.fact.intended_end]
        for extension in self.extended:
            found += [extension.valid.start, extension.fact.firm_end, extension.fact.intended_end]
        for violation in self.violations:
            found += [violation.valid.start, violation.valid.start + policy.strained_for_s]
        return found if self.supposed_end is None else [*found, self.supposed_end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of a ceasefire in an area between two parties, its ends as then agreed, and what decided."""

    ceasefire: str
    state: State
    began_at: Instant
    firm_end: Instant
    intended_end: Instant
    evidence: tuple[int, ...]

    @property
    def covers(self) -> bool:
        """Tell whether a line may be crossed under it."""
        return self.state in COVERING

    @property
    def rank(self) -> int:
        """Place in the order of states from best (0)."""
        return _FROM_BEST.index(self.state)

    def p(self, policy: AccessPolicy) -> float:
        """Return the probability that the ceasefire lets a column pass; 0 where it covers nothing."""
        return {
            "in_force": policy.p_ceasefire_in_force,
            "strained": policy.p_ceasefire_strained,
            "announced": policy.p_ceasefire_announced,
            "disputed": policy.p_ceasefire_disputed,
        }.get(self.state, 0.0)


def read_ceasefires(ledger: Ledger) -> tuple[Ceasefire, ...]:
    """Return every ceasefire that was agreed, in order of id; claims on others are of no effect."""
    return tuple(
        Ceasefire(
            id=name,
            agreed=agreed,
            extended=ledger.extended.get(name, ()),
            claims=ledger.claims.get(name, ()),
            violations=ledger.violations.get(name, ()),
            supposed_end=ledger.supposed_ends.get(name),
        )
        for name, agreed in sorted(ledger.agreed.items())
    )


def state_of(
    ceasefire: Ceasefire, at: Instant, area: AreaId, pair: Iterable[PartyId], policy: AccessPolicy
) -> Standing:
    """Return the state of a ceasefire at an instant, in one area, between two parties.

    `none` where it has not begun, or speaks neither of the area nor of both parties.
    """
    parties = frozenset(pair)
    terms = ceasefire.terms_at(at)
    if terms is None or area not in terms.fact.areas or not parties <= set(terms.fact.parties):
        return Standing(ceasefire=ceasefire.id, state="none", began_at=at, firm_end=at, intended_end=at, evidence=())
    firm_end, intended_end, ends_by = _ends(ceasefire, terms, at)
    said, said_by = _said(ceasefire, terms, parties, at)
    strained_by = [
        violation.position
        for violation in ceasefire.violations
        if area in violation.fact.areas and 0 <= at - violation.valid.start < policy.strained_for_s
    ]
    state: State
    if at >= intended_end:
        state, decided_by = "expired", said_by
    elif said is not None:
        state, decided_by = said, said_by
    elif at >= firm_end:
        state, decided_by = "announced", []
    elif strained_by:
        state, decided_by = "strained", strained_by
    else:
        state, decided_by = "in_force", []
    return Standing(
        ceasefire=ceasefire.id,
        state=state,
        began_at=terms.valid.start,
        firm_end=firm_end,
        intended_end=intended_end,
        evidence=tuple(sorted({terms.position, *ends_by, *decided_by})),
    )


def find_coverage(
    ceasefires: Iterable[Ceasefire],
    at: Instant,
    areas: Sequence[AreaId],
    pair: Iterable[PartyId],
    policy: AccessPolicy,
) -> Standing | None:
    """Return the ceasefire that speaks for a line between areas: the likeliest that covers it, else the last to begin.

    A ceasefire speaks for a line only if it names all its areas and both parties; its state there is the worst
    over the areas. None where no ceasefire over the line has ever begun.
    """
    parties = frozenset(pair)
    spoken: list[Standing] = []
    for ceasefire in ceasefires:
        worst = max((state_of(ceasefire, at, area, parties, policy) for area in areas), key=lambda s: s.rank)
        if worst.state != "none":
            spoken.append(worst)
    return min(
        spoken, key=lambda s: (not s.covers, -s.p(policy), -s.began_at, s.ceasefire), default=None
    )  # fmt: skip


def _ends(ceasefire: Ceasefire, terms: Reported[CeasefireAgreed], at: Instant) -> tuple[Instant, Instant, list[int]]:
    if ceasefire.supposed_end is not None:
        return ceasefire.supposed_end, ceasefire.supposed_end, [SUPPOSED]
    renewals = [record for record in ceasefire.extended if terms.valid.start <= record.valid.start <= at]
    if not renewals:
        return terms.fact.firm_end, terms.fact.intended_end, []
    last = max(renewals, key=lambda record: record.rank)
    return last.fact.firm_end, last.fact.intended_end, [record.position for record in renewals]


def _said(
    ceasefire: Ceasefire, terms: Reported[CeasefireAgreed], pair: frozenset[PartyId], at: Instant
) -> tuple[Literal["over", "suspended", "disputed"] | None, list[int]]:
    """Return what the claims come to, and the claims that count: the latest of each who spoke since the start.

    Claims of parties outside the pair concern their own lines. A what-if that sets the end sets the claims aside.
    """
    if ceasefire.supposed_end is not None:
        return None, []
    others = set(terms.fact.parties) - pair
    latest: dict[str, Reported[CeasefireClaim]] = {}
    for claim in ceasefire.claims:
        by = claim.fact.by
        counts = by not in others and claim.valid.contains(at) and claim.valid.start >= terms.valid.start
        if counts and (by not in latest or latest[by].rank < claim.rank):
            latest[by] = claim
    ending = {by: claim.fact.says for by, claim in latest.items() if claim.fact.says != "in_force"}
    if not ending:
        return None, []
    positions = [claim.position for claim in latest.values()]
    unanimous = [
        {ending[by] for by in voices}
        for voices in (pair, frozenset(terms.fact.guarantors))
        if voices and voices <= ending.keys()
    ]
    if {"over"} in unanimous:
        return "over", positions
    return ("suspended" if unanimous else "disputed"), positions
