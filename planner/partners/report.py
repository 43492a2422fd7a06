"""A report as it leaves the house: tables, a summary, a map of coarse points; made for one tier, in any format."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Generic, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from planner.partners.words import Both, Language, word
from routing.network import Position
from routing.units import Instant

T = TypeVar("T")

Tier: TypeAlias = Literal["T0", "T1", "T2", "T3"]
TIERS: Final[tuple[Tier, ...]] = ("T0", "T1", "T2", "T3")
Kind: TypeAlias = Literal["denials", "incident", "monthly", "register", "activities", "sheet", "notice"]
Cell: TypeAlias = str | int | float | bool | None
CellKind: TypeAlias = Literal["text", "code", "word", "words", "count", "number", "share", "day", "moment", "flag"]
"""`text` stands in a language, `code` is read left to right, `word` and `words` are codes said by a section of the
words, `count` is grouped by thousands, `number` is not, `share` lies in 0..1, `day` and `moment` are ISO 8601."""
NUMBERS: Final = frozenset({"count", "number", "share"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field that may leave the house: its name, its HXL hashtag, its kind, and how wide it is on paper (0: not)."""

    name: str
    hxl: str
    kind: CellKind = "text"
    words: str = ""
    wide: float = 0
    seldom: bool = False
    """Whether most rows have nothing to say here."""
    only: Language | None = None
    """The language of its words, where another column holds the same in the other."""

    @property
    def label(self) -> Both:
        """How people call it."""
        return word("column", self.name)

    def on_paper(self, language: Language) -> bool:
        """Tell whether a page in a language shows it."""
        return self.wide > 0 and self.only in {None, language}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Generic[T]):
    """A column and how it is read from the record; a tier's list of these is all that the tier can be told."""

    column: Column
    read: Callable[[T], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns."""

    title: Both
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A figure of the summary: one number, or the lowest and the highest by source; None: not stated."""

    label: Both
    low: int | None
    high: int | None
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A chart of whole numbers by name."""

    title: Both
    rows: tuple[tuple[Both, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A number at a coarse point of the map."""

    label: Both
    at: Position
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A row as a thing on a map, for GeoJSON, KML and GPX: a point, a line, or nowhere."""

    name: Both
    points: tuple[Position, ...]
    row: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window of a calendar."""

    id: str
    name: Both
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """For whom a restricted copy was made, and when it stops being good."""

    reader: str
    expires_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report for one tier. `withheld` counts the rows that this audience may not read, by reason."""

    kind: Kind
    tier: Tier
    subject: str
    crisis: Both
    disclaimer: Both
    generated_at: Instant
    zone: ZoneInfo
    tables: tuple[Table, ...]
    sentence: Both | None = None
    headlines: tuple[Headline, ...] = ()
    bars: Bars | None = None
    spots: tuple[Spot, ...] = ()
    spots_said: Both | None = None
    around: tuple[tuple[Both, Position], ...] = ()
    """Names on the map that tell where one is: the governorates, whatever happened in them."""
    features: tuple[Feature, ...] = ()
    windows: tuple[Span, ...] = ()
    convoy: object | None = None
    """The convoy of a sheet or notice, which only their own page reads."""
    notes: tuple[Both, ...] = ()
    withheld: Mapping[str, int] = field(default_factory=dict)
    mark: Mark | None = None

    @property
    def title(self) -> Both:
        """What kind of report it is."""
        return word("title", self.kind)

    @property
    def file_stem(self) -> str:
        """The first part of its files' names; it says nothing that the tier may not know."""
        return f"{self.kind}-{self.subject}-{self.tier}"


def tell(records: Iterable[T], told: Sequence[Told[T]]) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of some records by the columns that are told."""
    return tuple(tuple(one.read(record) for one in told) for record in records)


def file_features(
    report: Report, at: Iterable[tuple[Position, ...]], names: Iterable[Both], *, table: int = 0
) -> tuple[Feature, ...]:
    """Return the rows of a table as things on a map, one a row, with the points and names given in the same order."""
    chosen = report.tables[table]
    keys = [column.name for column in chosen.columns]
    return tuple(
        Feature(name=name, points=points, row=dict(zip(keys, row, strict=True)))
        for name, points, row in zip(names, at, chosen.rows, strict=True)
    )


def marked(report: Report, mark: Mark) -> Report:
    """Return a report with its reader and its expiry in every row, so that a copied row tells whose it was."""
    return replace(report, mark=mark)
