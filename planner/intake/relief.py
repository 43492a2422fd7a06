"""Read a seed's sites, needs, stock, trucks and movements, and check what they name."""

from collections.abc import Collection, Mapping
from importlib.resources.abc import Traversable
from typing import cast, get_args
from zoneinfo import ZoneInfo

from planner.domain.catalogue import Catalogue, Governorate
from planner.domain.crisis import Crisis
from planner.domain.delivery import Channel, Movement
from planner.domain.needs import Commodity, CoupledGroup, Listing, Need, PeopleFigure, Site
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from planner.intake.table import Row, build_all, read_table, unique
from routing.network import RoadNetwork
from routing.units import FOREVER, MINUTE, Window

NEED_COLUMNS = ("site", "commodity", "units", "needed_from", "needed_until", "source", "synthetic")
STOCK_COLUMNS = ("hub", "commodity", "batch", "units", "available_from", "expires_at", "source", "synthetic")
FLEET_COLUMNS = ("hub", "truck_type", "trucks", "available_from", "available_until", "source", "synthetic")


def read_catalogue(folder: Traversable, crisis: Crisis, network: RoadNetwork) -> Catalogue:
    """Read everything that is neither road nor evidence from a seed folder.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """
    zone = crisis.tz
    commodities = _commodities(folder)
    groups = _groups(folder)
    sites = _sites(folder, zone, network, set(groups))
    hubs = _hubs(folder, network)
    truck_types = _truck_types(folder)
    return Catalogue(
        crisis=crisis,
        governorates=_governorates(folder),
        sites=sites,
        commodities=commodities,
        needs=read_needs(read_table(folder / "needs.csv", NEED_COLUMNS), sites, commodities, zone),
        groups=tuple(
            CoupledGroup(
                id=group, name=row.text("name"), tolerance_s=row.integer("tolerance_min", least=0) * MINUTE,
                sites=tuple(site.id for site in sites.values() if site.group == group),
            )
            for group, row in groups.items()
        ),
        hubs=hubs,
        stock=read_stock(read_table(folder / "stock.csv", STOCK_COLUMNS), hubs, commodities, zone),
        truck_types=truck_types,
        fleets=read_fleets(read_table(folder / "fleets.csv", FLEET_COLUMNS), hubs, truck_types, zone),
        escorts=_escorts(folder, hubs, zone),
        movements=_movements(folder, hubs, sites, zone),
    )  # fmt: skip


def read_needs(
    rows: Collection[Row], sites: Collection[str], commodities: Collection[str], zone: ZoneInfo
) -> tuple[Need, ...]:
    """Return the needs in a table with the columns `NEED_COLUMNS`.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """
    return build_all(
        rows,
        lambda row: Need(
            site=row.one_of("site", sites), commodity=row.one_of("commodity", commodities),
            units=row.integer("units", least=0), window=_window(row, "needed_from", "needed_until", zone),
            source=row.text("source"), synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip


def read_stock(
    rows: Collection[Row], hubs: Collection[str], commodities: Collection[str], zone: ZoneInfo
) -> tuple[StockBatch, ...]:
    """Return the batches in a table with the columns `STOCK_COLUMNS`.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """
    first: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = row.text("hub"), row.text("commodity"), row.text("batch")
        if first.setdefault(key, row.number) != row.number:
            raise row.wrong("batch", f"Row {first[key]} has it already at {key[0]}. Add the units up in one row.")
    return build_all(
        rows,
        lambda row: StockBatch(
            hub=row.one_of("hub", hubs), commodity=row.one_of("commodity", commodities), batch=row.text("batch"),
            units=row.integer("units", least=0), available_from=row.instant("available_from", zone),
            expires_at=row.optional_instant("expires_at", zone), source=row.text("source"),
            synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip


def read_fleets(
    rows: Collection[Row], hubs: Collection[str], truck_types: Collection[str], zone: ZoneInfo
) -> tuple[Fleet, ...]:
    """Return the fleets in a table with the columns `FLEET_COLUMNS`.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """
    return build_all(
        rows,
        lambda row: Fleet(
            hub=row.one_of("hub", hubs), truck_type=row.one_of("truck_type", truck_types),
            trucks=row.integer("trucks", least=0), available=_window(row, "available_from", "available_until", zone),
            source=row.text("source"), synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip


def _window(row: Row, start: str, end: str, zone: ZoneInfo) -> Window:
    return Window(row.instant(start, zone), row.optional_instant(end, zone) or FOREVER)


def _governorates(folder: Traversable) -> dict[str, Governorate]:
    rows = read_table(folder / "governorates.csv", ("pcode", "name", "name_ar", "source"))
    unique(rows, "pcode")
    built = build_all(
        rows, lambda row: Governorate(pcode=row.text("pcode"), name=row.text("name"), name_ar=row.text("name_ar"))
    )
    return {governorate.pcode: governorate for governorate in built}


def _commodities(folder: Traversable) -> dict[str, Commodity]:
    rows = read_table(
        folder / "commodities.csv",
        ("id", "name", "name_ar", "unit", "kg", "litres", "person_days", "sector", "priority", "counts_as_food",
         "cold_chain", "dual_use", "removal_rate", "source", "synthetic"),
    )  # fmt: skip
    unique(rows, "id")
    built = build_all(
        rows,
        lambda row: Commodity(
            id=row.text("id"), name=row.text("name"), name_ar=row.text("name_ar"), unit=row.text("unit"),
            kg=row.integer("kg", least=1), litres=row.integer("litres", least=1),
            person_days=row.integer("person_days", least=0), sector=row.text("sector"),
            priority=row.decimal("priority", least=0, most=1), counts_as_food=row.yes("counts_as_food"),
            cold_chain=row.yes("cold_chain"), dual_use=row.yes("dual_use"),
            removal_rate=row.decimal("removal_rate", least=0, most=1), source=row.text("source"),
            synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip
    return {commodity.id: commodity for commodity in built}


def _groups(folder: Traversable) -> dict[str, Row]:
    rows = read_table(folder / "groups.csv", ("id", "name", "tolerance_min", "kind", "source", "synthetic"))
    unique(rows, "id")
    return {row.text("id"): row for row in rows}


def _people(folder: Traversable, sites: Collection[str], zone: ZoneInfo) -> dict[str, list[PeopleFigure]]:
    rows = read_table(folder / "people.csv", ("site", "people", "as_of", "source", "synthetic", "note"))
    found: dict[str, list[PeopleFigure]] = {}

    def figure(row: Row) -> tuple[str, PeopleFigure]:
        return row.one_of("site", sites), PeopleFigure(
            people=row.integer("people", least=0), as_of=row.optional_instant("as_of", zone),
            source=row.text("source"), synthetic=row.yes("synthetic"),
        )  # fmt: skip

    for site, one in build_all(rows, figure):
        found.setdefault(site, []).append(one)
    return found


def _sites(folder: Traversable, zone: ZoneInfo, network: RoadNetwork, groups: Collection[str]) -> dict[str, Site]:
    rows = read_table(
        folder / "sites.csv",
        ("id", "place", "name", "name_ar", "listed", "last_reached", "last_reached_source",
         "offload_trucks_per_hour", "storage_kg", "overnight", "severity", "group", "source", "synthetic"),
    )  # fmt: skip
    unique(rows, "id")
    people = _people(folder, {row.text("id") for row in rows}, zone)

    def site(row: Row) -> Site:
        group = None if row.optional("group") is None else row.one_of("group", groups)
        return Site(
            id=row.text("id"), place=row.one_of("place", network.places), name=row.text("name"),
            name_ar=row.text("name_ar"), listing=cast("Listing", row.one_of("listed", get_args(Listing))),
            people=tuple(people.get(row.text("id"), ())), last_reached=row.optional_instant("last_reached", zone),
            last_reached_source=row.optional("last_reached_source") or "not on record",
            offload_trucks_per_hour=row.integer("offload_trucks_per_hour", least=1),
            storage_kg=row.optional_integer("storage_kg", least=0), overnight=row.yes("overnight"),
            severity=row.integer("severity", least=1), group=group, source=row.text("source"),
            synthetic=row.yes("synthetic"),
        )  # fmt: skip

    return {site.id: site for site in build_all(rows, site)}


def _hubs(folder: Traversable, network: RoadNetwork) -> dict[str, Hub]:
    rows = read_table(
        folder / "hubs.csv",
        ("id", "place", "name", "name_ar", "loading_lines", "minutes_per_truck", "evening_from", "evening_until",
         "morning_from", "morning_until", "source", "synthetic"),
    )  # fmt: skip
    unique(rows, "id")
    built = build_all(
        rows,
        lambda row: Hub(
            id=row.text("id"), place=row.one_of("place", network.places), name=row.text("name"),
            name_ar=row.text("name_ar"), loading_lines=row.integer("loading_lines", least=1),
            minutes_per_truck=row.integer("minutes_per_truck", least=1),
            evening=(row.clock("evening_from"), row.clock("evening_until")),
            morning=(row.clock("morning_from"), row.clock("morning_until")), source=row.text("source"),
            synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip
    return {hub.id: hub for hub in built}


def _truck_types(folder: Traversable) -> dict[str, TruckType]:
    rows = read_table(
        folder / "truck_types.csv",
        ("id", "name", "payload_kg", "payload_l", "gross_kg", "length_m", "source", "synthetic"),
    )
    unique(rows, "id")
    built = build_all(
        rows,
        lambda row: TruckType(
            id=row.text("id"), name=row.text("name"), payload_kg=row.integer("payload_kg", least=1),
            payload_l=row.integer("payload_l", least=1), gross_kg=row.integer("gross_kg", least=1),
            length_m=row.integer("length_m", least=1), **_measures(row),  # type: ignore[arg-type] # by column
        ),
    )  # fmt: skip
    return {truck.id: truck for truck in built}


def _measures(row: Row) -> dict[str, float | int]:
    """Return what a table states of a type besides, in columns that it may leave out or leave blank."""
    stated = {column for column in ("height_m", "width_m", "axle_kg") if row.values.get(column, "").strip()}
    found: dict[str, float | int] = {name: row.decimal(name, least=1, most=6) for name in sorted(stated - {"axle_kg"})}
    return found | ({"axle_kg": row.integer("axle_kg", least=1)} if "axle_kg" in stated else {})


def _escorts(folder: Traversable, hubs: Mapping[str, Hub], zone: ZoneInfo) -> tuple[EscortTeams, ...]:
    rows = read_table(
        folder / "escorts.csv", ("id", "base", "teams", "available_from", "available_until", "source", "synthetic")
    )
    unique(rows, "id")
    return build_all(
        rows,
        lambda row: EscortTeams(
            id=row.text("id"), base=None if row.optional("base") is None else row.one_of("base", hubs),
            teams=row.integer("teams", least=0), available=_window(row, "available_from", "available_until", zone),
            source=row.text("source"), synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip


def _movements(
    folder: Traversable, hubs: Mapping[str, Hub], sites: Mapping[str, Site], zone: ZoneInfo
) -> dict[str, Movement]:
    rows = read_table(
        folder / "movements.csv",
        ("id", "name", "name_ar", "channel", "hub", "site", "trucks", "dispatched_at", "requested_on", "synthetic",
         "source"),
    )  # fmt: skip
    unique(rows, "id")
    built = build_all(
        rows,
        lambda row: Movement(
            id=row.text("id"), name=row.text("name"), name_ar=row.text("name_ar"),
            channel=cast("Channel", row.one_of("channel", get_args(Channel))), hub=row.one_of("hub", hubs),
            site=row.one_of("site", sites), trucks=row.optional_integer("trucks", least=1),
            requested_on=row.optional_instant("requested_on", zone),
            dispatched_at=row.optional_instant("dispatched_at", zone), source=row.text("source"),
            synthetic=row.yes("synthetic"),
        ),
    )  # fmt: skip
    return {movement.id: movement for movement in built}
