"""The monthly table on convoys in the manner of the reports under resolution 2139, each share with its denominator."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.partners.activities import Delivery, spots_of
from planner.partners.cells import grouped, island
from planner.partners.denial_reports import Heading
from planner.partners.report import Bars, Cell, Column, Headline, Report, Table, Tier
from planner.partners.small_cells import SMALL_CELL, hide_small
from planner.partners.words import Both, Language, codes_of, said, word

ANSWERS: Final = ("approved_in_full", "approved_in_part", "in_principle", "denied", "no_reply")
"""Parts of one whole, the requests: one hidden part could be had by subtracting the others."""
_T0: Final = (
    "locations_requested", *ANSWERS, "people_requested", "people_approved", "people_reached", "convoys_delivered",
)  # fmt: skip
_T1: Final = (
    "locations_requested", *ANSWERS, "people_requested", "people_approved", "people_reached",
    "people_besieged_reached", "besieged_reached", "convoys_dispatched", "convoys_delivered", "convoys_aborted",
    "answer_median", "answer_longest", "letter_median", "letter_longest", "dispatch_median", "dispatch_longest",
    "items_removed", "removed_kg", "removed_treatments",
)  # fmt: skip
INDICATORS: Final[Mapping[Tier, tuple[str, ...]]] = {"T0": _T0, "T1": _T1, "T2": _T1, "T3": _T1}
"""The figures that a tier may read, in their order."""
FEW: Final = 10
COLUMNS: Final = (
    Column(name="indicator", hxl="#indicator+code", kind="word", words="indicator", wide=3),
    Column(name="value", hxl="#indicator+value+num", kind="count", wide=1),
    Column(name="denominator", hxl="#indicator+denominator+num", kind="count", wide=1, seldom=True),
    Column(name="denominator_said", hxl="#indicator+denominator+name", kind="word", words="of", wide=2, seldom=True),
    Column(name="share", hxl="#indicator+share", kind="share", wide=0.8, seldom=True),
)
REASON_COLUMNS: Final = (
    Column(name="reason_code", hxl="#cause+code", kind="word", words="reason", wide=3),
    Column(name="convoys", hxl="#event+num", kind="count", wide=1),
    Column(name="people_not_reached", hxl="#affected+max", kind="count", wide=1),
)
PLACE_COLUMNS: Final = (
    Column(name="governorate", hxl="#adm1+name+i_en", wide=1.5, only="en"),
    Column(name="governorate_ar", hxl="#adm1+name+i_ar", wide=1.5, only="ar"),
    Column(name="sub_district", hxl="#adm3+name+i_en", wide=1.5, only="en"),
    Column(name="sub_district_ar", hxl="#adm3+name+i_ar", wide=1.5, only="ar"),
    Column(name="last_reached_on", hxl="#date+reached", kind="day", wide=1),
    Column(name="days_since", hxl="#indicator+days", kind="count", wide=0.8),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a plan; `of` is the size of what it is a share of, and `of_what` names it."""

    value: float | None
    of: int | None = None
    of_what: str = ""
    is_part: bool = True
    """Whether value and denominator count the same thing, so that one is a share of the other."""
    counted: int | None = None
    """How many requests or deliveries a sum is of; None: it is no sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Convoys that failed for one assessed reason and the people they did not reach, at most."""

    code: str
    convoys: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Besieged:
    """A besieged location by its sub-district, with the day it was last reached; None: no delivery is on record."""

    governorate: Both
    sub_district: Both
    last_reached_on: str | None
    days_since: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """All that the table is made of; figures by the codes of `INDICATORS`."""

    plan: str
    convoys: int
    figures: Mapping[str, Figure]
    reasons: tuple[Reason, ...]
    besieged: tuple[Besieged, ...]

    def get(self, code: str) -> Figure:
        """Return a figure; raises `KeyError`."""
        return self.figures[code]


def report_month(heading: Heading, month: Month, reached: Sequence[Delivery], tier: Tier) -> Report:
    """Return the table as a tier may read it, with the deliveries behind it on the map.

    T0 reads no number below three, nor one from which it could be told.
    """
    shown = _hidden(month) if tier == "T0" else month
    codes = [code for code in INDICATORS[tier] if tier != "T0" or shown.get(code).value is not None]
    rows = tuple(_row(code, shown.get(code)) for code in codes)
    tables = [Table(title=said("indicators"), columns=COLUMNS, rows=rows)]
    if tier != "T0":
        reasons = tuple((r.code, r.convoys, r.people) for r in month.reasons if r.code in codes_of("reason"))
        tables.append(Table(title=said("why_failed"), columns=REASON_COLUMNS, rows=reasons))
        tables.append(Table(title=said("besieged_places"), columns=PLACE_COLUMNS, rows=_places(month.besieged)))
    bare = heading.report("monthly", tier, month.plan, tuple(tables))
    return replace(
        bare,
        sentence=_sentence(shown),
        headlines=tuple(h for h in _headlines(shown) if tier != "T0" or h.low is not None),
        bars=_answers(shown),
        spots=spots_of(reached, tier, heading.frame.gazetteer),
        spots_said=said("map_points_gov" if tier == "T0" else "map_points_sub"),
        notes=(said("denominators"), *((said("small_hidden"),) if tier == "T0" else ()), *bare.notes),
    )


def _row(code: str, figure: Figure) -> tuple[Cell, ...]:
    value: Cell = figure.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    share = None if figure.value is None or not figure.of or not figure.is_part else _share(figure.value, figure.of)
    return code, value, figure.of, figure.of_what, share


def _share(value: float, of: int) -> float:
    """Return a share to a tenth of a percent, rounded down: reports never claim more than was reached."""
    return math.floor(value * 1_000 / of) / 1_000


def _places(found: Iterable[Besieged]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (b.governorate.en, b.governorate.ar, b.sub_district.en, b.sub_district.ar, b.last_reached_on, b.days_since)
        for b in found
    )


def _sentence(month: Month) -> Both | None:
    """Return the sentence of the reports: convoys, people reached, and people requested as the denominator."""
    convoys, reached = month.get("convoys_delivered").value, month.get("people_reached")
    if convoys is None or reached.value is None:
        return None
    key = "sentence_share" if reached.of else "sentence_unknown"
    numbers = {"reached": reached.value, "requested": reached.of or month.get("people_requested").value or 0}
    share = f"{_share(reached.value, reached.of):.1%}".replace("%", " %") if reached.of else ""
    sentence, counted = said("sentence_none" if not convoys else key), word("convoys", _plural(int(convoys)))

    def told(language: Language) -> str:
        said_ = {name: island(grouped(int(n)), language) for name, n in numbers.items()}
        column = counted.say(language).format(n=island(grouped(int(convoys)), language))
        return sentence.say(language).format(convoys=column, share=island(share, language), **said_)

    return Both(en=told("en"), ar=told("ar"))


def _plural(count: int) -> str:
    """Return the form of a counted noun; Arabic has one for two, one for few, and one for more."""
    if count in {1, 2}:
        return ("one", "two")[count - 1]
    return "few" if count <= FEW else "many"


def _headlines(month: Month) -> tuple[Headline, ...]:
    found = []
    for code in ("people_requested", "people_approved", "people_reached", "convoys_delivered"):
        figure, label = month.get(code), word("indicator", code)
        asked, told = month.get("no_reply").of, None if figure.value is None else int(figure.value)
        if figure.of_what == "requests_stated" and figure.of != asked:
            part = said("stated_in")
            label = Both(
                en=f"{label.en}, {part.en.format(of=figure.of, all=asked)}",
                ar=f"{label.ar}، {part.ar.format(of=figure.of, all=asked)}",
            )
        found.append(Headline(label=label, low=told, high=told))
    return tuple(found)


def _answers(month: Month) -> Bars | None:
    rows = [(word("indicator", code), month.get(code).value) for code in ANSWERS]
    told = tuple((label, int(value)) for label, value in rows if value is not None)
    return Bars(title=said("of_answers"), rows=told) if any(n for _label, n in told) else None


def _hidden(month: Month) -> Month:
    """Return the month with what the public may not be told left out."""
    answers = hide_small({code: int(month.get(code).value or 0) for code in ANSWERS})
    figures = {
        code: replace(figure, value=answers[code]) if code in ANSWERS else figure
        for code, figure in month.figures.items()
    }
    few = {code for code, figure in month.figures.items() if 0 < (figure.counted or 0) < SMALL_CELL}
    if 0 < month.convoys < SMALL_CELL:
        few |= {"people_reached", "convoys_delivered"}
    for code in few:
        figures[code] = replace(figures[code], value=None, of=None, of_what="")
    if "people_requested" in few:
        for code in ("people_approved", "people_reached"):
            figures[code] = replace(figures[code], of=None, of_what="")
    for code in ("locations_requested",):
        value = figures[code].value
        if value is not None and 0 < value < SMALL_CELL:
            figures |= {c: replace(figures[c], value=None) for c in (code, "people_requested", "people_approved")}
            figures["people_reached"] = replace(figures["people_reached"], value=None, of=None)
    permitted = [answers[code] for code in ("approved_in_full", "approved_in_part")]
    if None in permitted or 0 < sum(n or 0 for n in permitted) < SMALL_CELL:
        figures["people_approved"] = replace(figures["people_approved"], value=None)
    return replace(month, figures=figures)
