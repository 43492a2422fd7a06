"""Where a road crosses a line between parties, and whether a ceasefire or an arrangement lets it be crossed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from routing.ceasefire import Ceasefire, Standing, find_coverage
from routing.evidence import Arrangement, Pause
from routing.ledger import Ledger, Reported, edges, newest
from routing.network import AreaId, GateId, PartyId
from routing.status import Part, Status
from routing.track import Causes, Question, Track, graded, make_track, quiet
from routing.units import FOREVER, Instant, Window, daily_windows, format_instant, merge_windows

OUTSIDE: Final[frozenset[PartyId]] = frozenset({"neighbour", "neutral"})
"""Parties outside the fighting: between their land and another's runs a border, which is no line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Who holds the areas that a segment joins at an instant (None: nobody was reported), as told by `evidence`."""

    parties: tuple[PartyId | None, ...]
    evidence: tuple[int, ...]

    @property
    def is_border(self) -> bool:
        """Tell whether a party outside the fighting holds one side and somebody else the other."""
        return len(set(self.parties)) > 1 and not OUTSIDE.isdisjoint(self.parties)

    @property
    def is_line(self) -> bool:
        """Tell whether two parties to the fighting hold one side each."""
        return len(set(self.parties)) > 1 and None not in self.parties and not self.is_border


def holders_at(ledger: Ledger, areas: Sequence[AreaId], at: Instant) -> Holders:
    """Return who holds the areas at an instant: the latest control record of each."""
    last = [newest(ledger.control.get(area, ()), at) for area in areas]
    return Holders(
        parties=tuple(None if row is None else row.fact.party for row in last),
        evidence=tuple(sorted({row.position for row in last if row is not None})),
    )


def line_windows(question: Question, ledger: Ledger, areas: Sequence[AreaId]) -> tuple[Window, ...]:
    """Return when, within the horizon, the border between the areas is a line."""
    horizon = question.horizon
    changes = (edge for area in areas for edge in edges(ledger.control.get(area, ())) if horizon.contains(edge))
    starts = sorted({horizon.start, horizon.end, *changes})
    return merge_windows(
        Window(start, end) for start, end in pairwise(starts) if holders_at(ledger, areas, start).is_line
    )


def line_tracks(
    question: Question,
    ledger: Ledger,
    ceasefires: Sequence[Ceasefire],
    areas: Sequence[AreaId],
    gate: GateId | None,
) -> tuple[Track, Track]:
    """Return the control part and the ceasefire part of a segment that joins the areas, over the horizon.

    A line is passable, at a risk, under a ceasefire over both areas and parties or under an arrangement of both
    holders for the segment's gate; under both, the likelier counts. Without either it is BLOCKED: as a line
    without consent, or, where a ceasefire over it has ended, as that end. A pause counts as an arrangement
    within its hours once both sides have accepted it. A border is left to its gate.
    """
    over = [ceasefire for ceasefire in ceasefires if ceasefire.may_cover(areas)]
    if len(areas) == 1:
        changes = edges(ledger.control.get(areas[0], ()))
    else:
        changes = _line_edges(question, ledger, over, areas, gate)

    @cache
    def said_at(at: Instant) -> tuple[_Said, _Said]:
        return _crossing(question, ledger, over, areas, gate, at)

    control = make_track(question.horizon, changes, lambda at: said_at(at)[0])
    ceasefire = make_track(question.horizon, changes, lambda at: said_at(at)[1])
    return control, ceasefire


def _line_edges(
    question: Question,
    ledger: Ledger,
    ceasefires: Sequence[Ceasefire],
    areas: Sequence[AreaId],
    gate: GateId | None,
) -> list[Instant]:
    found = [edge for area in areas for edge in edges(ledger.control.get(area, ()))]
    for ceasefire in ceasefires:
        found += ceasefire.edges(question.policy)
    if gate is not None:
        found += edges(ledger.arrangements.get(gate, ()))
        for pause in ledger.pauses.get(gate, ()):
            found += [edge for window in _pause_windows(question, pause) for edge in (window.start, window.end)]
    return found


_Said = tuple[Part, Causes]


def _crossing(
    question: Question,
    ledger: Ledger,
    ceasefires: Sequence[Ceasefire],
    areas: Sequence[AreaId],
    gate: GateId | None,
    at: Instant,
) -> tuple[_Said, _Said]:
    """Return what is said of control and of the ceasefire at an instant."""
    policy = question.policy
    holders = holders_at(ledger, areas, at)
    nothing_needed: _Said = quiet("ceasefire", "not_needed"), ()
    names = " | ".join(party or "not reported" for party in holders.parties)
    if holders.is_border:
        return (quiet("control", "border", names, holders.evidence), ()), nothing_needed
    if len(areas) > 1 and None in holders.parties:
        causes = tuple(
            (f"control:{area}", policy.p_unknown)
            for area, party in zip(areas, holders.parties, strict=True)
            if party is None
        )
        part = Part(
            name="control", status=Status.UNKNOWN, p=policy.p_unknown, code="control_not_reported",
            detail=names, evidence=holders.evidence,
        )  # fmt: skip
        return (graded(part, policy), causes), nothing_needed
    if not holders.is_line:
        return (quiet("control", "one_holder", names, holders.evidence), ()), nothing_needed
    pair = frozenset(party for party in holders.parties if party is not None)
    consents = _consents(question, ledger, ceasefires, areas, pair, gate, at)
    crosses: _Said = quiet("control", "crosses_line", names, holders.evidence), ()
    if consents:
        return crosses, min(consents, key=lambda said: (-said[0].p, said[0].code, said[0].evidence))
    ended = find_coverage(ceasefires, at, areas, pair, policy)
    if ended is not None:
        return crosses, (_ceasefire_part(question, ended, Status.BLOCKED), ())
    blocked = Part(
        name="control", status=Status.BLOCKED, p=0.0, code="line_without_consent",
        detail=names, evidence=holders.evidence,
    )  # fmt: skip
    return (blocked, ()), nothing_needed


def _consents(
    question: Question,
    ledger: Ledger,
    ceasefires: Sequence[Ceasefire],
    areas: Sequence[AreaId],
    pair: frozenset[PartyId],
    gate: GateId | None,
    at: Instant,
) -> list[_Said]:
    """Return everything that lets the line be crossed at an instant."""
    policy = question.policy
    found: list[_Said] = []
    standing = find_coverage(ceasefires, at, areas, pair, policy)
    if standing is not None and standing.covers:
        part = _ceasefire_part(question, standing, Status.CONTESTED)
        found.append((part, ((_cause_of(standing, areas, pair), part.p),)))
    if gate is None:
        return found
    agreed: list[tuple[str, Reported[Arrangement] | Reported[Pause]]] = [
        ("arrangement", row)
        for row in ledger.arrangements.get(gate, ())
        if row.valid.contains(at) and pair <= set(row.fact.parties)
    ]
    agreed += [
        ("pause", row)
        for row in ledger.pauses.get(gate, ())
        if row.fact.by in pair and any(window.contains(at) for window in _pause_windows(question, row))
    ]
    for code, row in agreed:
        part = Part(
            name="ceasefire", status=Status.CONTESTED, p=policy.p_arrangement, code=code,
            detail=_until(question, row.valid.end), evidence=(row.position,),
        )  # fmt: skip
        # One agreement over several gates is kept or broken at all of them.
        agreement = "+".join(sorted(row.fact.gates))
        found.append((graded(part, policy), ((f"arrangement:{agreement}", policy.p_arrangement),)))
    return found


def _cause_of(standing: Standing, areas: Sequence[AreaId], pair: frozenset[PartyId]) -> str:
    """Return what may fail as a whole: a renewal for all lines, a quarrel for those of the pair, else each line."""
    name = f"ceasefire:{standing.ceasefire}"
    match standing.state:
        case "announced":
            return name
        case "disputed":
            return f"{name}:{'+'.join(sorted(pair))}"
        case _:
            return f"{name}:{'+'.join(sorted(areas))}"


def _ceasefire_part(question: Question, standing: Standing, status: Status) -> Part:
    detail = f"{standing.ceasefire}, firm {_until(question, standing.firm_end)}"
    if standing.intended_end != standing.firm_end:
        detail += f", intended {_until(question, standing.intended_end)}"
    part = Part(
        name="ceasefire", status=status, p=standing.p(question.policy), code=f"ceasefire_{standing.state}",
        detail=detail, evidence=standing.evidence,
    )  # fmt: skip
    return graded(part, question.policy)


def _pause_windows(question: Question, pause: Reported[Pause]) -> tuple[Window, ...]:
    """Return the hours of an accepted pause; one side's word alone opens nothing."""
    within = pause.valid.clip(question.horizon)
    if within is None or not pause.fact.accepted:
        return ()
    return daily_windows(within, pause.fact.opens, pause.fact.closes, question.zone)


def _until(question: Question, end: Instant) -> str:
    return "without an end" if end >= FOREVER else f"until {format_instant(end, question.zone)}"
