"""The results of a sweep as a table and as a heat map over two of the values that vary."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal, TypeAlias, get_args

from planner.domain.canonical import Plain
from planner.domain.sweep import Axis, SweptValue
from planner.services.sweeps import Result, SweepView
from planner.store.records import PlanFigures

Indicator: TypeAlias = Literal["people_reached", "convoys", "trucks", "sites_served", "needs_unmet", "value"]
INDICATORS: Final[tuple[Indicator, ...]] = get_args(Indicator)
WIDEST: Final = 12
"""More values of one variable than this are put together in the heat map, neighbours with neighbours."""
SHADES: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One square of a heat map: the mean over the scenarios in it (None: none is solved), their number, a shade.

    Shades go from 0 (the lowest square) to 6 (the highest).
    """

    mean: float | None
    scenarios: int
    shade: int | None
    plans: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """An indicator over two variables; `across` is None where only one varies. Rows of squares, columns across."""

    indicator: Indicator
    down: Axis
    across: Axis | None
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    rows: tuple[tuple[Square, ...], ...]
    meaned: bool
    """Whether some square stands for several scenarios."""


def heat_map(view: SweepView, indicator: Indicator, down: str | None = None, across: str | None = None) -> HeatMap:
    """Return an indicator over two variables: those named, else the two with most values."""
    axes = {axis.name: axis for axis in view.axes}
    busy = sorted(view.axes, key=lambda axis: -len(axis.values))
    first = axes.get(down or "") or busy[0]
    others = [axis for axis in busy if axis.name != first.name]
    second = next((axis for axis in others if axis.name == across), others[0] if others else None)
    row_of, row_names = _bins(first)
    column_of, column_names = ({}, ("",)) if second is None else _bins(second)
    found: dict[tuple[int, int], list[Result]] = defaultdict(list)
    for result in view.results:
        if result.figures is not None:
            column = 0 if second is None else column_of[result.swept.chosen[second.name]]
            found[row_of[result.swept.chosen[first.name]], column].append(result)
    means = {place: fmean(_value(r.figures, indicator) for r in results) for place, results in found.items()}
    rows = tuple(
        tuple(_square(found[row, column], means.get((row, column)), means) for column in range(len(column_names)))
        for row in range(len(row_names))
    )
    return HeatMap(
        indicator=indicator, down=first, across=second, row_names=row_names, column_names=column_names, rows=rows,
        meaned=any(square.scenarios > 1 for row in rows for square in row),
    )  # fmt: skip


def _bins(axis: Axis) -> tuple[Mapping[SweptValue, int], tuple[str, ...]]:
    """Return the place of each value and the places' names: one a value, or several neighbours together."""
    values = axis.values
    count = min(WIDEST, len(values))
    place = {value: number * count // len(values) for number, value in enumerate(values)}
    groups: list[list[SweptValue]] = [[] for _ in range(count)]
    for value in values:
        groups[place[value]].append(value)
    return place, tuple(str(g[0]) if len(g) == 1 else f"{g[0]} – {g[-1]}" for g in groups)


def _value(figures: PlanFigures | None, indicator: Indicator) -> float:
    found = None if figures is None else getattr(figures, indicator)
    return 0.0 if found is None else float(found)


def _square(results: Sequence[Result], mean: float | None, means: Mapping[tuple[int, int], float]) -> Square:
    plans = tuple(result.swept.plan or "" for result in results)
    if mean is None:
        return Square(mean=None, scenarios=0, shade=None, plans=plans)
    least, most = min(means.values()), max(means.values())
    shade = SHADES // 2 if most == least else min(SHADES - 1, int((mean - least) / (most - least) * SHADES))
    return Square(mean=mean, scenarios=len(results), shade=shade, plans=plans)


def result_json(view: SweepView, result: Result) -> dict[str, Plain]:
    """Return one scenario of a sweep in the shape that scripts rely on."""
    figures, swept = result.figures, result.swept
    told: dict[str, Plain] = {
        "number": swept.number,
        "values": {axis.name: swept.chosen[axis.name] for axis in view.axes},
        "state": swept.state,
        "run": swept.run,
        "plan": swept.plan,
        "error": swept.error,
    }
    if figures is None:
        return told
    return told | {
        "status": figures.status,
        "people_reached": figures.people_reached,
        "people_gained": figures.people_reached - view.base.people_reached,
        "convoys": figures.convoys,
        "trucks": figures.trucks,
        "sites_served": figures.sites_served,
        "needs_unmet": figures.needs_unmet,
        "value": figures.value,
        "gap": figures.gap,
    }


def csv_rows(view: SweepView) -> Iterator[tuple[str | int | float, ...]]:
    """Yield the table of results, its head first: what was chosen is headed as in the file, with a dollar sign.

    Texts that a spreadsheet would take for a formula are marked.
    """
    names = [axis.name for axis in view.axes]
    columns = (
        "people_reached", "people_gained", "convoys", "trucks", "sites_served", "needs_unmet", "value", "gap",
        "status", "state", "plan", "error",
    )  # fmt: skip
    yield ("number", *(f"${name}" for name in names), *columns)
    for result in view.results:
        told = result_json(view, result)
        chosen = (result.swept.chosen[name] for name in names)
        cells = (told.get(name) for name in columns)
        yield (result.swept.number, *map(_cell, (*chosen, *cells)))


def _cell(value: object) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
