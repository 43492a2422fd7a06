"""Say a cell of a report to people, in a language; and keep texts from running as formulas."""

from dataclasses import dataclass
from typing import Final

from planner.partners.report import Cell, Column
from planner.partners.words import Language, said, word

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet may run a text that begins so."""
ISLAND: Final = "\u2066{}\u2069"
"""Left-to-right inside whatever is around: else a date or a number with hyphens is read from behind in Arabic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A cell as text; `ltr` where it must be read left to right in either language, `known` False where not stated."""

    text: str
    ltr: bool = False
    known: bool = True


def say_cell(cell: Cell, column: Column, language: Language) -> Said:  # noqa: PLR0911 - one line a kind of cell
    """Return how a cell is said on paper or on a page."""
    if cell is None or cell == "":
        return Said(text="" if column.seldom else said("not_stated").say(language), known=False)
    comma = "، " if language == "ar" else ", "
    match column.kind:
        case "word":
            return Said(text=word(column.words, cell).say(language))
        case "words":
            return Said(text=comma.join(word(column.words, one).say(language) for one in str(cell).split(", ")))
        case "flag":
            return Said(text=word("flag", "yes" if cell else "no").say(language))
        case "count":
            return Said(text=grouped(cell), ltr=True)
        case "number" if column.words:
            return Said(text=f"{cell} {word(column.words, cell).say(language)}")
        case "share":
            return Said(text=f"{float(cell) * 100:.1f} %", ltr=True)
        case "moment":
            return Said(text=str(cell)[:16].replace("T", " "), ltr=True)
        case "text":
            return Said(text=str(cell))
        case _:
            return Said(text=str(cell), ltr=True)


def grouped(number: Cell) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}" if isinstance(number, int | float) else str(number)


def island(text: object, language: Language) -> str:
    """Return a text that stays left to right inside a sentence of the language."""
    return ISLAND.format(text) if language == "ar" else str(text)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula: an apostrophe stands before one that it might."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
