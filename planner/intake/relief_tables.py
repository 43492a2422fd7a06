"""Read tables of needs, people, P-codes, stock and trucks as partners send them, rows that cannot be used set aside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from planner.domain.catalogue import Catalogue, Governorate
from planner.domain.errors import BadInput
from planner.domain.needs import Need, PeopleFigure, Site, SiteId
from planner.domain.supply import Fleet, StockBatch
from planner.intake.sheet import Column, Sheet, read_sheet
from planner.intake.table import Quarantined, Row, build_some
from routing.network import RoadNetwork
from routing.units import FOREVER, Window

ReliefRow: TypeAlias = Need | Site | Governorate | StockBatch | Fleet

_SITE: Final = {
    "site": Column(names=("site", "site_id"), tags=("#loc+site+code", "#loc+site")),
    "pcode": Column(names=("pcode", "p_code", "location_pcode"), tags=("#loc+code", "#adm4+code")),
}
_SOURCE: Final = {
    "source": Column(names=("source",), tags=("#meta+source",), required=True),
    "synthetic": Column(names=("synthetic",), tags=("#meta+synthetic",)),
}


def _required(*names: str, tags: tuple[str, ...] = ()) -> Column:
    return Column(names=names, tags=tags, required=True)


def _date(*names: str, tags: tuple[str, ...], required: bool = True) -> Column:
    return Column(names=names, tags=tags, required=required, kind="date")


NEEDS: Final[Mapping[str, Column]] = {
    **_SITE,
    "commodity": _required("commodity", tags=("#item+code", "#item")),
    "units": _required("units", tags=("#inneed+num", "#value+units", "#value")),
    "needed_from": _date("needed_from", tags=("#date+start",)),
    "needed_until": _date("needed_until", tags=("#date+end",)),
    **_SOURCE,
}
PEOPLE: Final[Mapping[str, Column]] = {
    **_SITE,
    "people": _required("people", "population", tags=("#population", "#affected", "#inneed")),
    "as_of": _date("as_of", "date", tags=("#date",), required=False),
    **_SOURCE,
}
PCODES: Final[Mapping[str, Column]] = {
    "pcode": _required("pcode", "admin1pcode", tags=("#adm1+code",)),
    "name": _required("name", "admin1name_en", tags=("#adm1+name+i_en", "#adm1+name+en", "#adm1+name")),
    "name_ar": _required("name_ar", "admin1name_ar", tags=("#adm1+name+i_ar", "#adm1+name+ar")),
}
STOCK: Final[Mapping[str, Column]] = {
    "hub": _required("hub", tags=("#loc+hub+code",)),
    "commodity": _required("commodity", tags=("#item+code", "#item")),
    "batch": _required("batch", tags=("#item+batch",)),
    "units": _required("units", tags=("#value+units", "#value")),
    "available_from": _date("available_from", tags=("#date+start",)),
    "expires_at": _date("expires_at", tags=("#date+end", "#date+expires")),
    **_SOURCE,
}
FLEETS: Final[Mapping[str, Column]] = {
    "hub": _required("hub", tags=("#loc+hub+code",)),
    "truck_type": _required("truck_type", tags=("#capacity+type",)),
    "trucks": _required("trucks", tags=("#capacity+num",)),
    "available_from": _date("available_from", tags=("#date+start",)),
    "available_until": _date("available_until", tags=("#date+end",)),
    **_SOURCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefTable:
    """What a table gives, each row with its number, and the rows that were set aside."""

    rows: tuple[tuple[int, ReliefRow], ...]
    quarantined: tuple[Quarantined, ...]


def read_needs_table(
    name: str, content: bytes, catalogue: Catalogue, network: RoadNetwork, encoding: str = ""
) -> ReliefTable:
    """Read a table of needs, of people a site by source, or of governorates' P-codes, told by its columns.

    Sites go by their id or by the P-code of their place.

    Raises
    ------
    BadInput
        If the file as a whole cannot be read.
    """
    sites = _Sites(catalogue=catalogue, network=network)
    zone = catalogue.crisis.tz
    readers: Sequence[tuple[Mapping[str, Column], Callable[[Sheet], ReliefTable]]] = (
        (NEEDS, lambda sheet: _each(sheet, lambda row: _need(row, sites, catalogue.commodities, zone))),
        (PEOPLE, lambda sheet: _people(sheet, sites, zone)),
        (PCODES, lambda sheet: _each(sheet, _governorate)),
    )
    return _first_that_fits(name, content, readers, encoding)


def read_supply_table(name: str, content: bytes, catalogue: Catalogue, encoding: str = "") -> ReliefTable:
    """Read a table of stock or of trucks, told by its columns; raises as `read_needs_table`."""
    zone = catalogue.crisis.tz
    readers: Sequence[tuple[Mapping[str, Column], Callable[[Sheet], ReliefTable]]] = (
        (STOCK, lambda sheet: _each(sheet, lambda row: _stock(row, catalogue, zone))),
        (FLEETS, lambda sheet: _each(sheet, lambda row: _fleet(row, catalogue, zone))),
    )
    return _first_that_fits(name, content, readers, encoding)


def _first_that_fits(
    name: str,
    content: bytes,
    readers: Sequence[tuple[Mapping[str, Column], Callable[[Sheet], ReliefTable]]],
    encoding: str,
) -> ReliefTable:
    wrong: BadInput | None = None
    for wanted, build in readers:
        try:
            sheet = read_sheet(name, content, wanted, encoding)
        except BadInput as cause:
            wrong = wrong or cause
            continue
        return build(sheet)
    raise wrong or BadInput(f"{name} holds no table.")


def _each(sheet: Sheet, build: Callable[[Row], ReliefRow]) -> ReliefTable:
    rows, aside = build_some(sheet.rows, build)
    return ReliefTable(rows=rows, quarantined=_in_order(*sheet.quarantined, *aside))


def _in_order(*aside: Quarantined) -> tuple[Quarantined, ...]:
    return tuple(sorted(aside, key=lambda one: one.row))


@dataclass(frozen=True, kw_only=True)
class _Sites:
    """The sites that rows may name."""

    catalogue: Catalogue
    network: RoadNetwork

    def named(self, row: Row) -> SiteId:
        """Return the site of a row, by its id or its P-code.

        Raises
        ------
        BadInput
            If it names none, an unknown one, or a P-code that may have lost its zeros or is that of two sites.
        """
        if row.optional("site") is not None:
            return row.one_of("site", self.catalogue.sites)
        code = read_pcode(row, "pcode")
        by_code: dict[str, list[SiteId]] = {}
        for site in self.catalogue.sites.values():
            place = self.network.places.get(site.place)
            if place is not None and place.pcode:
                by_code.setdefault(place.pcode, []).append(site.id)
        found = by_code.get(code, [])
        if len(found) > 1:
            raise row.wrong("pcode", f"It is that of {' and '.join(found)}. Name the site.")
        if not found:
            meant = next((known for known in by_code if known.lstrip("0") == code.lstrip("0")), None)
            hint = "Name a site of this crisis." if meant is None else f"Is it {meant}, without its leading zeros?"
            raise row.wrong("pcode", f"No site has this P-code. {hint}")
        return found[0]


def read_pcode(row: Row, column: str) -> str:
    """Return a P-code, which is text: a number in a workbook may have lost its leading zeros.

    Raises
    ------
    BadInput
        If it is blank, a number, or no code.
    """
    code = row.text(column)
    if column in row.numbers:
        raise row.wrong(column, "It is a number in the workbook and may have lost leading zeros. Make the column text.")
    if not code.isascii() or not code.isalnum():
        raise row.wrong(column, "A P-code is letters and digits alone.")
    return code


def _need(row: Row, sites: _Sites, commodities: Mapping[str, object], zone: ZoneInfo) -> Need:
    return Need(
        site=sites.named(row), commodity=row.one_of("commodity", commodities), units=row.integer("units", least=0),
        window=_window(row, "needed_from", "needed_until", zone), source=row.text("source"), synthetic=_synthetic(row),
    )  # fmt: skip


def _people(sheet: Sheet, sites: _Sites, zone: ZoneInfo) -> ReliefTable:
    """Return the sites with their figures; a figure stands in for the one of the same source and no other."""
    first: dict[tuple[SiteId, str], int] = {}

    def figure(row: Row) -> tuple[SiteId, PeopleFigure]:
        site, source = sites.named(row), row.text("source")
        if (site, source) in first:
            raise row.wrong("source", f"Row {first[site, source]} has its figure for {site} already. Keep one.")
        made = PeopleFigure(
            people=row.integer("people", least=0), as_of=row.optional_instant("as_of", zone), source=source,
            synthetic=_synthetic(row),
        )  # fmt: skip
        first[site, source] = row.number
        return site, made

    built, aside = build_some(sheet.rows, figure)
    changed: dict[SiteId, tuple[int, Site]] = {}
    for number, (site, made) in built:
        at, before = changed.get(site, (number, sites.catalogue.sites[site]))
        told = [one.source for one in before.people]
        people = [made if one.source == made.source else one for one in before.people]
        people += [] if made.source in told else [made]
        changed[site] = (at, replace(before, people=tuple(people)))
    return ReliefTable(rows=tuple(changed.values()), quarantined=_in_order(*sheet.quarantined, *aside))


def _governorate(row: Row) -> Governorate:
    return Governorate(pcode=read_pcode(row, "pcode"), name=row.text("name"), name_ar=row.text("name_ar"))


def _stock(row: Row, catalogue: Catalogue, zone: ZoneInfo) -> StockBatch:
    return StockBatch(
        hub=row.one_of("hub", catalogue.hubs), commodity=row.one_of("commodity", catalogue.commodities),
        batch=row.text("batch"), units=row.integer("units", least=0),
        available_from=row.instant("available_from", zone), expires_at=row.optional_instant("expires_at", zone),
        source=row.text("source"), synthetic=_synthetic(row),
    )  # fmt: skip


def _fleet(row: Row, catalogue: Catalogue, zone: ZoneInfo) -> Fleet:
    return Fleet(
        hub=row.one_of("hub", catalogue.hubs), truck_type=row.one_of("truck_type", catalogue.truck_types),
        trucks=row.integer("trucks", least=0), available=_window(row, "available_from", "available_until", zone),
        source=row.text("source"), synthetic=_synthetic(row),
    )  # fmt: skip


def _synthetic(row: Row) -> bool:
    """Tell whether a row says that it is a planning value; a partner's table with a source says nothing of it."""
    return row.optional("synthetic") is not None and row.yes("synthetic")


def _window(row: Row, start: str, end: str, zone: ZoneInfo) -> Window:
    return Window(row.instant(start, zone), row.optional_instant(end, zone) or FOREVER)
