"""Ask for convoys and take each step after it: what may follow is checked, every step is a record of the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from planner.domain.delivery import Channel
from planner.domain.errors import NotFound, Refused
from planner.domain.pipeline import StepName
from planner.domain.plan import Load
from planner.domain.request_fold import fold_requests
from planner.domain.requests import PublishedStop, Request, movement_of
from planner.domain.world import World
from planner.services.movements import list_movements
from planner.services.paper_trail import needed_steps
from planner.store.store import Store
from routing.deliveries import ItemLine
from routing.evidence import Figure, standing
from routing.network import GateId
from routing.units import HOUR, AsOf, Instant

NOTICE_S: Final = 48 * HOUR
EMERGENCY_NOTICE_S: Final = 24 * HOUR
"""Movements are notified two days ahead; one day in an emergency, which a note must justify."""


class IllegalStep(Refused):
    """A step that cannot follow what is on record; the message names those that can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One location to be asked for; `people` None is not stated."""

    site: str
    plan: str
    hub: str
    channel: Channel
    people: int | None
    agencies: tuple[str, ...]
    lines: tuple[ItemLine, ...]
    source: str
    submitted_at: Instant | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step as it is told; what its kind does not use stays at its default.

    `as_reported`: somebody reports that it happened, whatever ought to have come before it. `hub` is asked for where a
    request that was only on paper gets its convoy.
    """

    step: StepName
    at: Instant
    source: str
    reliability: str = "B"
    credibility: int = 2
    note: str = ""
    synthetic: bool = False
    as_reported: bool = False
    valid_until: Instant | None = None
    people: int | None = None
    struck: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    gate: GateId | None = None
    hub: str = ""
    trucks: int | None = None
    lines: tuple[ItemLine, ...] = ()
    authority_type: str = ""
    reason_code: str = ""
    stated_reason: str = ""
    document: str = ""
    hours_lost: int | None = None
    people_requested: tuple[Figure, ...] = ()
    people_reached: tuple[Figure, ...] = ()
    figures: tuple[Figure, ...] = ()
    follow_up: bool = False


def published_stops(store: Store, world: World, question: AsOf | None = None) -> tuple[PublishedStop, ...]:
    """Return the stops of published plans' convoys; with a question those of plans made from what was known by then."""
    crisis = world.catalogue.crisis.id
    movements = [m for m in list_movements(store, crisis) if m.convoy is not None]
    with store.reading() as read:
        as_ofs = {m.plan: read.get_plan(m.plan).plan.as_of for m in movements if m.plan is not None}
    found: list[PublishedStop] = []
    for movement in movements:
        made_from = as_ofs.get(movement.plan or "")
        late = question is not None and made_from is not None and made_from.at > question.at
        if movement.convoy is None or late:
            continue
        gates = tuple(dict.fromkeys(g.gate for move in movement.convoy.moves if move.loaded for g in move.gates))
        needed = needed_steps(world.network, gates)
        channel: Channel = "cross_line" if "permission" in needed else "cross_border" if needed else "regular"
        found += [
            PublishedStop(
                movement=movement.id, site=stop.site, needed=needed, channel=channel,
                depart_at=movement.convoy.depart_at, trucks=sum(stop.trucks.values()),
                people=sum(load.people for load in stop.loads), lines=_asked_lines(stop.loads),
            )
            for stop in movement.convoy.stops
        ]  # fmt: skip
    return tuple(found)


def _asked_lines(loads: Sequence[Load]) -> tuple[ItemLine, ...]:
    units: dict[str, int] = {}
    for load in loads:
        units[load.commodity] = units.get(load.commodity, 0) + load.units
    return tuple(ItemLine(what="requested", commodity=name, units=n) for name, n in units.items())


def list_requests(store: Store, world: World, question: AsOf) -> tuple[Request, ...]:
    """Return the requests as known at a question, those of published plans' convoys among them."""
    records = standing(world.log, question.known)
    return fold_requests(records, world.catalogue, question.at, published_stops(store, world, question))


def find_request(requests: Sequence[Request], wanted: str) -> Request:
    """Return the request of an id, or the only one whose id holds these words.

    Raises
    ------
    NotFound
        If there is none, or several.
    """
    # A request keeps the names it had before a published convoy answered it.
    exact = next((r for r in requests if r.id == wanted), None) or next(
        (r for r in requests if wanted in {f"{r.site}@{r.plan}", f"{r.site}@{movement_of(r.site, r.plan)}"}), None
    )
    matching = [r for r in requests if wanted in r.id] if exact is None else [exact]
    if len(matching) == 1:
        return matching[0]
    if not matching:
        raise NotFound(f"No request {wanted!r} was known at this time. See: qafila request list.")
    named = ", ".join(r.id for r in matching[:6])
    raise NotFound(f"{wanted!r} fits {len(matching)} requests: {named}. Write one of them whole.")


def requests_of(requests: Sequence[Request], movement: str, site: str | None = None) -> tuple[Request, ...]:
    """Return the requests of a convoy's stops, or of one of them.

    Raises
    ------
    NotFound
        If there is no such convoy or stop.
    """
    found = tuple(r for r in requests if r.movement == movement and site in {None, r.site})
    if not found:
        stop = "" if site is None else f" that stops at {site}"
        raise NotFound(f"No convoy {movement!r}{stop} was known at this time. See: qafila convoy list.")
    return found
