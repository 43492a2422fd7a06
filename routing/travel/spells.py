"""Spans of time as plain numbers, because the search handles very many."""

from collections.abc import Sequence
from typing import TypeAlias

from routing.units import Instant, Seconds

Spell: TypeAlias = tuple[Instant, Instant]
"""A half-open span."""


def covered(spells: Sequence[Spell], cover: Sequence[Spell]) -> bool:
    """Tell whether the sorted spells lie in the union of the covering ones, which are sorted by their starts."""
    which = 0
    for start, end in spells:
        reached = start
        while reached < end:
            while which < len(cover) and cover[which][1] <= reached:
                which += 1
            if which == len(cover) or cover[which][0] > reached:
                return False
            reached = cover[which][1]
    return True


def enter(
    departures: tuple[Spell, ...], passable: tuple[Spell, ...], enter_s: Seconds, leave_s: Seconds
) -> tuple[Spell, ...]:
    """Keep the departures from which something that is open in these spells is entered and left within one of them."""
    if len(departures) == 1 and len(passable) == 1:  # by far the most frequent
        start = max(departures[0][0], passable[0][0] - enter_s)
        end = min(departures[0][1], passable[0][1] - leave_s + 1)
        return ((start, end),) if start < end else ()
    kept: list[Spell] = []
    i = j = 0
    spells, opened = len(departures), len(passable)
    while i < spells and j < opened:
        start, end = departures[i]
        opens, closes = passable[j]
        first, last = max(start, opens - enter_s), closes - leave_s + 1
        if end <= last:
            if first < end:
                kept.append((first, end))
            i += 1
        else:
            if first < last:
                kept.append((first, last))
            j += 1
    return tuple(kept)
