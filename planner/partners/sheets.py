"""Papers of one convoy for operations alone: the sheet for the road and the draft of its notification."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.partners.denial_reports import Heading
from planner.partners.report import Cell, Column, Feature, Report, Span, Table
from planner.partners.words import Both, said, word
from routing.network import Position
from routing.units import HOUR, Instant, Seconds, format_instant

NOTICE_LEAD_S: Final[Seconds] = 24 * HOUR
"""A movement is notified so long before it leaves (*default*)."""
STEP_COLUMNS: Final = (
    Column(name="time", hxl="#date+start", kind="moment", wide=1),
    Column(name="until", hxl="#date+end", kind="moment", wide=1),
    Column(name="step", hxl="#activity+code", kind="word", words="phase", wide=1),
    Column(name="place", hxl="#loc+name+i_en", wide=2, only="en"),
    Column(name="place_ar", hxl="#loc+name+i_ar", wide=2, only="ar"),
    Column(name="km", hxl="#indicator+km", kind="number", wide=0.5),
)
LOAD_COLUMNS: Final = (
    Column(name="site", hxl="#loc+name+i_en", wide=1.5, only="en"),
    Column(name="site_ar", hxl="#loc+name+i_ar", wide=1.5, only="ar"),
    Column(name="item", hxl="#item+name+i_en", wide=2, only="en"),
    Column(name="item_ar", hxl="#item+name+i_ar", wide=2, only="ar"),
    Column(name="unit", hxl="#item+unit", wide=0.8),
    Column(name="units", hxl="#item+num", kind="count", wide=0.8),
    Column(name="people", hxl="#targeted", kind="count", wide=0.8),
    Column(name="kg", hxl="#item+weight+kg", kind="count", wide=0.8),
    Column(name="litres", hxl="#item+volume+l", kind="count", wide=0.8),
    Column(name="loaded", hxl="#item+num+loaded", kind="count", wide=0.7),
    Column(name="arrived", hxl="#item+num+arrived", kind="count", wide=0.7),
)
PAPER_COLUMNS: Final = (
    Column(name="paper", hxl="#access+paper", kind="word", words="step", wide=1.3),
    Column(name="state", hxl="#status", kind="word", words="paper", wide=1.35),
    Column(name="site", hxl="#loc+name+i_en", wide=1.3, only="en"),
    Column(name="site_ar", hxl="#loc+name+i_ar", wide=1.3, only="ar"),
    Column(name="people", hxl="#targeted", kind="count", wide=0.8),
    Column(name="valid_from", hxl="#date+start", kind="moment", wide=1.2),
    Column(name="valid_to", hxl="#date+end", kind="moment", wide=1.2),
)
TRUCK_COLUMNS: Final = (
    Column(name="truck_type", hxl="#capacity+type", wide=2),
    Column(name="trucks", hxl="#capacity+num", kind="count", wide=1),
)
FACT_COLUMNS: Final = (
    Column(name="movement", hxl="#event+movement", kind="code", wide=1),
    Column(name="hub", hxl="#loc+origin+i_en", wide=1, only="en"),
    Column(name="hub_ar", hxl="#loc+origin+i_ar", wide=1, only="ar"),
    Column(name="site", hxl="#loc+destination+i_en", wide=1, only="en"),
    Column(name="site_ar", hxl="#loc+destination+i_ar", wide=1, only="ar"),
    Column(name="gate", hxl="#loc+gates+i_en", wide=1, only="en"),
    Column(name="gate_ar", hxl="#loc+gates+i_ar", wide=1, only="ar"),
    Column(name="departs", hxl="#date+start", kind="moment", wide=1),
    Column(name="until", hxl="#date+end", kind="moment", wide=1),
    Column(name="trucks", hxl="#capacity+num", kind="count", wide=1),
    Column(name="sectors", hxl="#sector+name", kind="words", words="sector", wide=1),
    Column(name="kg", hxl="#item+weight+kg", kind="count", wide=1),
    Column(name="people", hxl="#targeted", kind="count", wide=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the timetable; `km` is the distance from the hub when it begins."""

    kind: str
    place: Both
    start: Instant
    end: Instant
    km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is unloaded at one stop of one commodity."""

    site: Both
    name: Both
    unit: str
    sector: str
    units: int
    people: int
    kg: int
    litres: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPaper:
    """A paper in force on the day. `valid_to` None: until further notice."""

    step: str
    state: str
    site: Both
    people: int | None
    valid_from: Instant
    valid_to: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvoyPaper:
    """All that is known of a convoy on its way, ready to be printed. Drivers have no names here, only trucks."""

    movement: str
    number: str
    published: bool
    hub: Both
    sites: tuple[Both, ...]
    gates: tuple[Both, ...]
    depart_at: Instant
    back_at: Instant
    through_by: Instant | None
    stop_at: Instant
    window_ends_at: Instant | None
    reserve_s: Seconds
    steps: tuple[Step, ...]
    items: tuple[Item, ...]
    papers: tuple[HeldPaper, ...]
    trucks: tuple[tuple[str, int], ...]
    way: tuple[tuple[Position, ...], ...]
    stops: tuple[tuple[Both, Position], ...]

    @property
    def people(self) -> int:
        """How many people its food feeds."""
        return sum(item.people for item in self.items)


def report_sheet(heading: Heading, convoy: ConvoyPaper) -> Report:
    """Return the sheet of a convoy with its way, windows and load. For T3 alone."""

    def moment(at: Instant | None) -> str | None:
        return None if at is None else format_instant(at, heading.frame.zone)

    steps = Table(
        title=said("timetable"), columns=STEP_COLUMNS,
        rows=tuple(
            (moment(s.start), moment(s.end), s.kind, s.place.en, s.place.ar, round(s.km, 1)) for s in convoy.steps
        ),
    )  # fmt: skip
    load = Table(
        title=said("load"), columns=LOAD_COLUMNS,
        rows=tuple(
            (i.site.en, i.site.ar, i.name.en, i.name.ar, i.unit, i.units, i.people, i.kg, i.litres, None, None)
            for i in convoy.items
        ),
    )  # fmt: skip
    papers = Table(
        title=said("papers"), columns=PAPER_COLUMNS,
        rows=tuple(
            (p.step, p.state, p.site.en, p.site.ar, p.people, moment(p.valid_from), moment(p.valid_to))
            for p in convoy.papers
        ),
    )  # fmt: skip
    trucks = Table(title=said("trucks_table"), columns=TRUCK_COLUMNS, rows=tuple(convoy.trucks))
    bare = heading.report("sheet", "T3", convoy.movement, (steps, load, papers, trucks))
    ways = tuple(
        Feature(name=Both(en=convoy.number, ar=convoy.number), points=way, row={"movement": convoy.movement})
        for way in convoy.way
    )
    stops = tuple(Feature(name=name, points=(at,), row={"stop": name.en}) for name, at in convoy.stops)
    notes = (said("head_rule"), *bare.notes)
    return replace(
        bare, features=(*stops, *ways), windows=_windows(convoy), convoy=convoy,
        notes=notes if convoy.published else (said("not_published"), *notes),
    )  # fmt: skip


def report_notice(heading: Heading, convoy: ConvoyPaper) -> Report:
    """Return the draft of a convoy's notification: what the parties are told, and no more. For T3 alone."""
    sectors = ", ".join(dict.fromkeys(item.sector for item in convoy.items))

    def joined(names: Sequence[Both]) -> tuple[str, str]:
        return ", ".join(n.en for n in names), "، ".join(n.ar for n in names)

    row: tuple[Cell, ...] = (
        convoy.movement, convoy.hub.en, convoy.hub.ar, *joined(convoy.sites), *joined(convoy.gates),
        format_instant(convoy.depart_at, heading.frame.zone), format_instant(convoy.back_at, heading.frame.zone),
        sum(count for _name, count in convoy.trucks), sectors, sum(item.kg for item in convoy.items), convoy.people,
    )  # fmt: skip
    table = Table(title=said("movement_facts"), columns=FACT_COLUMNS, rows=(row,))
    bare = heading.report("notice", "T3", convoy.movement, (table,))
    return replace(bare, convoy=convoy, windows=_windows(convoy), notes=(said("draft_only"), *bare.notes))


def _windows(convoy: ConvoyPaper) -> tuple[Span, ...]:
    return tuple(
        Span(
            id=f"{convoy.movement}-{n}-{step.kind}",
            name=Both(
                en=f"{convoy.number} {_phase(step).en}: {step.place.en}",
                ar=f"{convoy.number} {_phase(step).ar}: {step.place.ar}",
            ),
            start=step.start,
            end=step.end,
        )
        for n, step in enumerate(convoy.steps, 1)
        if step.kind in {"load", "gate", "unload"}
    )


def _phase(step: Step) -> Both:
    return word("phase", step.kind)
