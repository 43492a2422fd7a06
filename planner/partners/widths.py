"""How wide each column of a printed table is: as declared, but never too narrow for its longest word."""

from collections.abc import Iterable, Sequence
from typing import Final

MM_PER_LETTER: Final = 1.68
"""A broad letter of Noto Sans Bold at 8 pt. Words are set whole: in a narrower column they run into the next."""
INSET_MM: Final = 2.6
"""On both sides of a cell together."""


def widths_mm(wide: Sequence[float], words: Sequence[Iterable[str]], page_mm: float) -> list[float]:
    """Return widths that fill a page: shares as declared, columns with longer words first given what they need.

    `words` are the longest texts that no line may break, by column. Where all together need more than the page has,
    each gets its part of what it needs.
    """
    need = [INSET_MM + MM_PER_LETTER * max(map(len, told), default=0) for told in words]
    if sum(need) >= page_mm:
        return [page_mm * one / sum(need) for one in need]
    fixed: dict[int, float] = {}
    while True:
        free = [n for n in range(len(wide)) if n not in fixed]
        left, shares = page_mm - sum(fixed.values()), sum(wide[n] for n in free)
        tight = [n for n in free if left * wide[n] / shares < need[n]]
        if not tight:
            return [fixed.get(n, left * wide[n] / (shares or 1)) for n in range(len(wide))]
        fixed |= {n: need[n] for n in tight}


def unbroken(text: str, *, whole: bool) -> list[str]:
    """Return the parts of a text that stay on one line: all of a code or number, else its words."""
    return [text] if whole else text.split()
