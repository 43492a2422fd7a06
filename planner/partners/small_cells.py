"""Keep single movements from showing in public totals: small cells are merged, or nothing is said at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SMALL_CELL: Final = 3
"""At T0 no number stands for fewer movements than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Cells that may be published, by name; the empty name stands for the rest. `left_out` is for the house."""

    cells: tuple[tuple[str, int], ...]
    left_out: int

    @property
    def several(self) -> bool:
        """Whether there are named cells beside the rest."""
        return any(name for name, _ in self.cells)


def merge_small(counts: Mapping[str, int]) -> Merged:
    """Merge cells below the threshold into one rest.

    Where the rest itself is small, or would be one named cell alone, the smallest published cells go into it too:
    else it could be had by subtracting the others from a total known elsewhere. Where all together are too few,
    nothing is published.
    """
    named = sorted(((n, name) for name, n in counts.items() if name), reverse=True)
    large = [(name, n) for n, name in named if n >= SMALL_CELL]
    small = [(name, n) for n, name in named if n < SMALL_CELL] + [(name, n) for name, n in counts.items() if not name]
    rest = sum(n for _, n in small)
    parts = len(small)
    while rest and large and (rest < SMALL_CELL or parts < 2):  # noqa: PLR2004 - one cell alone would be itself
        _name, n = large.pop()
        rest, parts = rest + n, parts + 1
    if rest and rest < SMALL_CELL:
        return Merged(cells=(), left_out=rest)
    cells = sorted(large)
    if rest:
        cells.append(("", rest))
    return Merged(cells=tuple(cells), left_out=0)


def hide_small(parts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the parts of a whole with small ones hidden (None), and as many others that none follows from the rest.

    A part of nought says that nothing happened and stays. One hidden part alone, or hidden parts that together are
    small, could be had by subtraction: the next smallest is then hidden too.
    """
    shown: dict[str, int | None] = dict(parts)
    hidden = [name for name, n in parts.items() if 0 < n < SMALL_CELL]
    others = sorted((n, name) for name, n in parts.items() if n >= SMALL_CELL)
    while hidden and others and (len(hidden) < 2 or sum(parts[h] for h in hidden) < SMALL_CELL):  # noqa: PLR2004 - alone
        hidden.append(others.pop(0)[1])
    return shown | dict.fromkeys(hidden)
