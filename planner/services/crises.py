"""Put a crisis into the store and take it out again as a whole."""

from planner.domain.catalogue import Catalogue, Governorate
from planner.domain.delivery import Movement
from planner.domain.errors import BadInput, NotFound
from planner.domain.needs import Commodity, CoupledGroup, Need, Site
from planner.domain.supply import EscortTeams, Fleet, Hub, StockBatch, TruckType
from planner.domain.world import World
from planner.intake.seed import find_seed, read_seed
from planner.store.store import Reading, Store
from routing.units import Instant


def load_seed(store: Store, name: str, *, actor: str, at: Instant) -> World:
    """Read a seed crisis, check it, and store all of it in one transaction; nothing is stored if a row is bad.

    Raises
    ------
    BadInput
        If a row of the seed cannot be used, or the crisis is there already.
    NotFound
        If there is no seed of that name.
    """
    world = read_seed(find_seed(name))
    crisis = world.catalogue.crisis
    with store.writing() as write:
        if any(there.id == crisis.id for there in write.list_crises()):
            raise BadInput(f"Crisis {crisis.id} is loaded already. Use it, or load it into another QAFILA_HOME.")
        write.put_crisis(crisis)
        write.put_network(crisis.id, world.network)
        catalogue = world.catalogue
        write.put_reference(
            crisis.id,
            [
                *catalogue.governorates.values(),
                *catalogue.sites.values(),
                *catalogue.commodities.values(),
                *catalogue.needs,
                *catalogue.groups,
                *catalogue.hubs.values(),
                *catalogue.stock,
                *catalogue.truck_types.values(),
                *catalogue.fleets,
                *catalogue.escorts,
                *catalogue.movements.values(),
            ],
        )
        write.append(crisis.id, world.log, actor=actor, recorded_at=at)
        write.append_audit(actor=actor, action="seed", target=crisis.id, at=at, detail={"records": len(world.log)})
    return world


def choose_crisis(store: Store, wanted: str | None) -> str:
    """Return the crisis that is wanted, or the only one loaded.

    Raises
    ------
    NotFound
        If there is none, no such one, or several and none is named.
    """
    with store.reading() as read:
        loaded = [crisis.id for crisis in read.list_crises()]
    if wanted is not None and wanted not in loaded:
        raise NotFound(f"No crisis {wanted!r} is loaded. Loaded: {', '.join(loaded) or 'none'}. Try: qafila seed NAME.")
    if wanted is None and len(loaded) != 1:
        said = f"Loaded are {', '.join(loaded)}. Name one with QAFILA_CRISIS." if loaded else "Try: qafila seed NAME."
        raise NotFound(f"No single crisis to work on. {said}")
    return wanted or loaded[0]


def load_world(store: Store, crisis: str) -> World:
    """Return all that is on record about a crisis, read in one transaction.

    Raises
    ------
    NotFound
        If the crisis is not loaded.
    """
    with store.reading() as read:
        return World(catalogue=_catalogue(read, crisis), network=read.get_network(crisis), log=read.log(crisis))


def _catalogue(read: Reading, crisis: str) -> Catalogue:
    return Catalogue(
        crisis=read.get_crisis(crisis),
        governorates={row.pcode: row for row in read.list_reference(crisis, Governorate)},
        sites={row.id: row for row in read.list_reference(crisis, Site)},
        commodities={row.id: row for row in read.list_reference(crisis, Commodity)},
        needs=read.list_reference(crisis, Need),
        groups=read.list_reference(crisis, CoupledGroup),
        hubs={row.id: row for row in read.list_reference(crisis, Hub)},
        stock=read.list_reference(crisis, StockBatch),
        truck_types={row.id: row for row in read.list_reference(crisis, TruckType)},
        fleets=read.list_reference(crisis, Fleet),
        escorts=read.list_reference(crisis, EscortTeams),
        movements={row.id: row for row in read.list_reference(crisis, Movement)},
    )
