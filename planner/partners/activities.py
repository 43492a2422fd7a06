"""Who does what, where (3W): completed deliveries by sector and sub-district; at T0 by governorate, small merged."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias, get_args

from planner.domain.delivery import Channel
from planner.domain.denials import SECTORS, day_of
from planner.domain.gazetteer import Gazetteer, SubDistrict
from planner.domain.needs import Listing
from planner.partners.denial_reports import Heading
from planner.partners.redaction import EMBARGO_S, Frame, code, least
from planner.partners.report import Bars, Cell, Column, Headline, Report, Spot, Table, Tier, file_features
from planner.partners.small_cells import merge_small
from planner.partners.words import Both, said, word
from routing.evidence import Figure
from routing.network import Position
from routing.units import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Units of one commodity that were delivered; names are the catalogue's."""

    name: Both
    sector: str
    unit: str
    units: int
    kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A delivery that was completed, as recorded; figures by source. `goods` empty: not stated by line."""

    movement: str
    channel: str
    completed_at: Instant
    reported_at: Instant
    governorate_code: str
    sub_district: str
    site: Both
    site_at: Position
    listing: str
    sectors: tuple[str, ...]
    goods: tuple[Goods, ...]
    people_requested: tuple[Figure, ...]
    people_reached: tuple[Figure, ...]
    trucks: int | None
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One row: a delivery and one of its sectors, with the goods of it where they are stated by line."""

    delivery: Delivery
    sector: str
    goods: Goods | None


Read: TypeAlias = Callable[[Activity, Frame], Cell]


def _sub_district(a: Activity, f: Frame) -> SubDistrict | None:
    return f.gazetteer.sub_district(a.delivery.governorate_code, a.delivery.sub_district)


def _governorate(a: Activity, f: Frame, *, arabic: bool = False) -> str:
    found = f.gazetteer.governorates.get(a.delivery.governorate_code)
    return "" if found is None else (found.name_ar if arabic else found.name)


def _named(a: Activity, f: Frame, *, arabic: bool = False) -> str:
    found = _sub_district(a, f)
    return "" if found is None else (found.name_ar if arabic else found.name)


_T1: Final[tuple[tuple[Column, Read], ...]] = (
    (Column(name="month", hxl="#date+month", kind="code"), lambda a, f: day_of(a.delivery.completed_at, f.zone)[:7]),
    (Column(name="organisation", hxl="#org+name", kind="word", words="fixed"), lambda _a, _f: "inter_agency"),
    (Column(name="sector", hxl="#sector+name", kind="word", words="sector", wide=1.2), lambda a, _: a.sector),
    (Column(name="activity", hxl="#activity+name", kind="word", words="fixed"), lambda _a, _f: "delivery_by_convoy"),
    (Column(name="modality", hxl="#modality+name", kind="word", words="fixed"), lambda _a, _f: "in_kind"),
    (Column(name="channel", hxl="#modality+channel", kind="word", words="channel", wide=1.2),
     lambda a, _: code(a.delivery.channel, get_args(Channel))),
    (Column(name="status", hxl="#status+name", kind="word", words="fixed"), lambda _a, _f: "completed"),
    (Column(name="governorate", hxl="#adm1+name+i_en", wide=1.3, only="en"), _governorate),
    (Column(name="governorate_ar", hxl="#adm1+name+i_ar", wide=1.3, only="ar"), partial(_governorate, arabic=True)),
    (Column(name="governorate_code", hxl="#adm1+code", kind="code"),
     lambda a, f: a.delivery.governorate_code if a.delivery.governorate_code in f.gazetteer.governorates else ""),
    (Column(name="sub_district", hxl="#adm3+name+i_en", wide=1.3, only="en"), _named),
    (Column(name="sub_district_ar", hxl="#adm3+name+i_ar", wide=1.3, only="ar"), partial(_named, arabic=True)),
    (Column(name="site_type", hxl="#loc+type", kind="word", words="listing", wide=1.1),
     lambda a, _: code(a.delivery.listing, get_args(Listing))),
    (Column(name="item", hxl="#item+name+i_en", wide=1.6, only="en"),
     lambda a, _: None if a.goods is None else a.goods.name.en),
    (Column(name="item_ar", hxl="#item+name+i_ar", wide=1.6, only="ar"),
     lambda a, _: None if a.goods is None else a.goods.name.ar),
    (Column(name="unit", hxl="#item+unit"), lambda a, _: None if a.goods is None else a.goods.unit),
    (Column(name="quantity", hxl="#item+num", kind="count", wide=1),
     lambda a, _: None if a.goods is None else a.goods.units),
    (Column(name="kg", hxl="#item+weight+kg", kind="count", wide=0.9),
     lambda a, _: None if a.goods is None else a.goods.kg),
    (Column(name="people_targeted", hxl="#targeted", kind="count", wide=1),
     lambda a, _: least(a.delivery.people_requested)),
    (Column(name="people_reached", hxl="#reached", kind="count", wide=1),
     lambda a, _: least(a.delivery.people_reached)),
    (Column(name="completed_on", hxl="#date+completed", kind="day", wide=1.1),
     lambda a, f: day_of(a.delivery.completed_at, f.zone)),
    (Column(name="synthetic", hxl="#meta+synthetic", kind="flag"), lambda a, _: a.delivery.synthetic),
)  # fmt: skip
_T3: Final[tuple[tuple[Column, Read], ...]] = (
    *_T1,
    (Column(name="movement", hxl="#event+movement", kind="code"), lambda a, _: a.delivery.movement),
    (Column(name="site", hxl="#loc+name"), lambda a, _: a.delivery.site.en),
    (Column(name="trucks", hxl="#capacity+trucks", kind="count"), lambda a, _: a.delivery.trucks),
)
T0_COLUMNS: Final = (
    Column(name="month", hxl="#date+month", kind="code", wide=1),
    Column(name="governorate", hxl="#adm1+name+i_en", wide=2, only="en"),
    Column(name="governorate_ar", hxl="#adm1+name+i_ar", wide=2, only="ar"),
    Column(name="deliveries", hxl="#activity+num", kind="count", wide=1),
    Column(name="people_reached", hxl="#reached", kind="count", wide=1),
)


def report_activities(heading: Heading, deliveries: Iterable[Delivery], tier: Tier, subject: str) -> Report:
    """Return completed deliveries as a tier may read them, once its embargo after each is over."""
    frame = heading.frame
    done = sorted(deliveries, key=lambda d: (d.completed_at, d.movement))
    told = [d for d in done if max(d.completed_at + EMBARGO_S[tier], d.reported_at) <= frame.now]
    if tier == "T0":
        return _totals(heading, told, subject)
    rows = [activity for delivery in told for activity in _activities(delivery)]
    fields = _T3 if tier == "T3" else _T1
    table = Table(
        title=said("deliveries_done"), columns=tuple(column for column, _read in fields),
        rows=tuple(tuple(read(row, frame) for _column, read in fields) for row in rows),
    )  # fmt: skip
    bare = heading.report("activities", tier, subject, (table,))
    units = [_sub_district(row, frame) for row in rows]
    names = [Both(en="", ar="") if u is None else Both(en=u.name, ar=u.name_ar) for u in units]
    points = [() if u is None or u.at is None else (u.at,) for u in units]
    if tier == "T3":
        names, points = [row.delivery.site for row in rows], [(row.delivery.site_at,) for row in rows]
    return replace(
        bare,
        headlines=_headlines(told, frame),
        bars=_sectors(rows),
        spots=spots_of(told, tier, frame.gazetteer),
        spots_said=said("map_points_sub"),
        features=file_features(bare, points, names),
        withheld={"embargo": len(done) - len(told)} if len(done) > len(told) else {},
    )


def _activities(delivery: Delivery) -> Iterable[Activity]:
    stated = {goods.sector for goods in delivery.goods}
    for goods in delivery.goods:
        yield Activity(delivery=delivery, sector=code(goods.sector, SECTORS), goods=goods)
    for sector in dict.fromkeys(code(sector, SECTORS) for sector in delivery.sectors):
        if sector not in stated:
            yield Activity(delivery=delivery, sector=sector, goods=None)


def _headlines(told: Sequence[Delivery], frame: Frame) -> tuple[Headline, ...]:
    if not told:
        return ()
    places = {(d.governorate_code, d.sub_district) for d in told}
    places = {key for key in places if frame.gazetteer.sub_district(*key) is not None}
    reached = _each_place_once(told)
    return (
        Headline(label=said("deliveries_made"), low=len(told), high=len(told)),
        Headline(label=said("people_reached_most"), low=reached, high=reached),
        Headline(label=said("sub_districts_reached"), low=len(places), high=len(places)),
    )


def _each_place_once(told: Iterable[Delivery]) -> int:
    """Return the people reached; of several deliveries to one place the largest counts, or they would count twice."""
    most: dict[str, int] = {}
    for delivery in told:
        most[delivery.site.en] = max(most.get(delivery.site.en, 0), least(delivery.people_reached) or 0)
    return sum(most.values())


def _sectors(rows: Sequence[Activity]) -> Bars | None:
    found = {row.sector: {r.delivery.movement for r in rows if r.sector == row.sector} for row in rows}
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    bars = tuple((word("sector", name), len(movements)) for name, movements in ordered)
    return Bars(title=said("by_sector"), rows=bars) if bars else None


def spots_of(told: Sequence[Delivery], tier: Tier, gazetteer: Gazetteer) -> tuple[Spot, ...]:
    """Return how many deliveries there were where, as coarsely as the tier reads."""
    if tier == "T0":
        return tuple(Spot(label=c.label, at=c.at, value=c.deliveries) for c in _cells(told, gazetteer) if c.at)
    units = [gazetteer.sub_district(d.governorate_code, d.sub_district) for d in told]
    placed = {(u.governorate, u.name): u for u in units if u is not None}
    return tuple(
        Spot(label=Both(en=u.name, ar=u.name_ar), at=u.at, value=sum(unit == u for unit in units))
        for u in placed.values()
        if u.at is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A governorate, or several small ones together, as the public reads it."""

    label: Both
    at: Position | None
    deliveries: int
    people: int


def _cells(told: Sequence[Delivery], gazetteer: Gazetteer) -> list[_Cell]:
    by_code: dict[str, list[Delivery]] = {}
    for delivery in told:
        known = delivery.governorate_code in gazetteer.governorates
        by_code.setdefault(delivery.governorate_code if known else "", []).append(delivery)
    merged = merge_small({name: len(found) for name, found in by_code.items()})
    named = {name for name, _n in merged.cells if name}
    rest = said("other_governorates" if merged.several else "all_governorates")
    cells = []
    for name, count in merged.cells:
        found = gazetteer.governorates.get(name)
        mine = by_code[name] if name else [d for c, rows in by_code.items() if c not in named for d in rows]
        cells.append(
            _Cell(
                label=rest if found is None else Both(en=found.name, ar=found.name_ar),
                at=gazetteer.governorate_points.get(name), deliveries=count, people=_each_place_once(mine),
            )
        )  # fmt: skip
    return cells


def _totals(heading: Heading, told: Sequence[Delivery], subject: str) -> Report:
    cells = _cells(told, heading.frame.gazetteer)
    rows = tuple((subject, c.label.en, c.label.ar, c.deliveries, c.people) for c in cells)
    table = Table(title=said("deliveries_done"), columns=T0_COLUMNS, rows=rows)
    bare = heading.report("activities", "T0", subject, (table,) if rows else ())
    if not rows:
        return bare
    return replace(
        bare,
        bars=Bars(title=said("by_governorate"), rows=tuple((c.label, c.deliveries) for c in cells)),
        spots=spots_of(told, "T0", heading.frame.gazetteer),
        spots_said=said("map_points_gov"),
        features=file_features(bare, [() if c.at is None else (c.at,) for c in cells], [c.label for c in cells]),
    )
