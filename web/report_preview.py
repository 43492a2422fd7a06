"""A report on the page as its tier would read it: the words and figures of its files, nothing else."""

from dataclasses import dataclass

from planner.partners.cells import Said, grouped, say_cell
from planner.partners.report import NUMBERS, TIERS, Column, Report, Tier
from planner.partners.words import Language, said, word
from planner.partners.writers import OFFERS, Format
from web.frame import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column of a table: how it is called in the reader's language, and whether it holds numbers."""

    label: str
    number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as it is told."""

    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Said, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All that a tier would read of a report."""

    title: str
    sentence: str | None
    figures: tuple[tuple[str, str], ...]
    bars: tuple[tuple[str, int], ...]
    grids: tuple[Grid, ...]
    withheld: tuple[tuple[str, int], ...]
    formats: tuple[Format, ...]

    @property
    def rows(self) -> int:
        """How many rows its first table has."""
        return len(self.grids[0].rows) if self.grids else 0


def spoken() -> Language:
    """Return the reader's language as reports know it."""
    return "ar" if language() == "ar" else "en"


def preview(report: Report) -> Preview:
    """Return the report as the page shows it, in the reader's language."""
    tongue = spoken()
    return Preview(
        title=report.title.say(tongue),
        sentence=None if report.sentence is None else report.sentence.say(tongue),
        figures=tuple((h.label.say(tongue), _range(h.low, h.high)) for h in report.headlines),
        bars=() if report.bars is None else tuple((label.say(tongue), n) for label, n in report.bars.rows),
        grids=tuple(
            Grid(
                title=table.title.say(tongue),
                heads=tuple(
                    Head(label=c.label.say(tongue), number=c.kind in NUMBERS and not c.words)
                    for c in table.columns
                    if _shown(c, tongue)
                ),
                rows=tuple(
                    tuple(
                        say_cell(cell, c, tongue)
                        for cell, c in zip(row, table.columns, strict=True)
                        if _shown(c, tongue)
                    )
                    for row in table.rows
                ),
            )
            for table in report.tables
        ),
        withheld=tuple((word("withheld", why).say(tongue), n) for why, n in report.withheld.items()),
        formats=OFFERS[report.kind].formats,
    )


def _shown(column: Column, tongue: Language) -> bool:
    """Tell whether a column says something that no other does: not the other language's, nor a category in words."""
    return column.only in {None, tongue} and column.name != "amrf_category"


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return said("not_stated").say(spoken())
    return grouped(low) if low == high else f"{grouped(low)} – {grouped(high)}"


def tier_names() -> tuple[tuple[Tier, str], ...]:
    """Return the tiers and how they are called."""
    return tuple((tier, word("tier", tier).say(spoken())) for tier in TIERS)


def kind_name(kind: str) -> str:
    """Return how a kind of report is called."""
    return word("title", kind).say(spoken())
