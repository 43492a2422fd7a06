"""The map of access as a table: every stretch by status, gate and name, and what a search finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from planner.domain.world import World
from routing.network import Area, Gate, Place, Segment
from routing.status import AccessMap, Piece, Status
from routing.units import AsOf
from web.words import say

ROWS_A_PAGE: Final = 25
MOST_FOUND: Final = 12
NOT_OPEN: Final = "not_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stretch in the list."""

    segment: Segment
    piece: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of the list, how many rows there are in all, and how each status is counted without the status filter."""

    rows: tuple[Row, ...]
    all: int
    number: int
    counts: Mapping[Status, int]
    words: str
    status: str
    gate: str

    @property
    def more(self) -> bool:
        """Whether further pages follow."""
        return self.number * ROWS_A_PAGE < self.all

    @property
    def filtered(self) -> bool:
        """Whether something was asked for."""
        return bool(self.words or self.status or self.gate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found beside roads."""

    gates: tuple[Gate, ...]
    places: tuple[Place, ...]
    areas: tuple[Area, ...]


def holds(words: str, *texts: str | None) -> bool:
    """Tell whether all words stand in one of the texts each, whatever their case."""
    whole = " ".join(text for text in texts if text).casefold()
    return all(word in whole for word in words.casefold().split())


def search(world: World, words: str) -> Found:
    """Return the gates, places and areas whose name in either script, or id, holds the words."""
    network = world.network
    if not words:
        return Found(gates=(), places=(), areas=())
    return Found(
        gates=tuple(g for g in network.gates.values() if holds(words, g.id, g.name, g.name_ar))[:MOST_FOUND],
        places=tuple(p for p in network.places.values() if holds(words, p.id, p.name, p.name_ar))[:MOST_FOUND],
        areas=tuple(a for a in network.areas.values() if holds(words, a.id, a.name, a.name_ar))[:MOST_FOUND],
    )


def list_stretches(world: World, access: AccessMap, question: AsOf) -> Listing:
    """Return the page of the list that the address asks for, the worst stretches first."""
    words, status, gate = (request.args.get(name, "").strip() for name in ("q", "status", "gate"))
    text = request.args.get("page", "1")
    number = int(text) if text.isdigit() and len(text) < 6 and int(text) > 0 else 1  # noqa: PLR2004 - digits of a page
    rows = [
        Row(segment=segment, piece=access.at(segment.id, question.at))
        for segment in world.network.segments.values()
        if (not gate or segment.gate == gate) and (not words or _named(world, segment, words))
    ]
    counts = dict.fromkeys(Status, 0)
    for row in rows:
        counts[row.piece.status] += 1
    wanted = _wanted(status)
    chosen = [row for row in rows if row.piece.status in wanted]
    chosen.sort(key=lambda row: (-row.piece.status.rank, row.segment.gate is None, row.piece.p, row.segment.id))
    first = (number - 1) * ROWS_A_PAGE
    return Listing(
        rows=tuple(chosen[first : first + ROWS_A_PAGE]), all=len(chosen), number=number, counts=counts, words=words,
        status=status, gate=gate,
    )  # fmt: skip


def _wanted(status: str) -> frozenset[Status]:
    if status in set(Status):
        return frozenset({Status(status)})
    if status == NOT_OPEN:
        return frozenset(Status) - {Status.OPEN}
    return frozenset(Status)


def _named(world: World, segment: Segment, words: str) -> bool:
    places = world.network.places
    gate = world.network.gates.get(segment.gate or "")
    ends = (places[segment.start], places[segment.end])
    named = [name for end in ends for name in (end.id, end.name, end.name_ar)]
    if gate is not None:
        named += [gate.id, gate.name, gate.name_ar]
    return holds(words, segment.id, segment.name, *named)


def list_gates(world: World, access: AccessMap, question: AsOf) -> tuple[tuple[Gate, Piece], ...]:
    """Return every gate that stands on a road with the piece of its worst stretch, the worst first, then by name."""
    found = []
    for gate in world.network.gates.values():
        pieces = [access.at(segment, question.at) for segment in world.network.segments_of_gate[gate.id]]
        if pieces:
            found.append((gate, max(pieces, key=lambda piece: (piece.status.rank, -piece.p))))
    return tuple(sorted(found, key=lambda pair: (-pair[1].status.rank, say(pair[0]))))


def ends_of(world: World, segment: Segment) -> Sequence[str]:
    """Return the names of both ends of a stretch."""
    places = world.network.places
    return say(places[segment.start]), say(places[segment.end])
