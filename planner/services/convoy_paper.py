"""What the head of a convoy takes along: how late is too late, the papers in force, the way and the load."""

from dataclasses import dataclass

from planner.domain.errors import NotFound, Refused
from planner.domain.needs import SiteId
from planner.domain.permits import Paper, papers_for
from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.partners.sheets import ConvoyPaper, HeldPaper, Item, Step
from planner.partners.words import Both
from planner.services.itinerary import Itinerary, Phase, list_itineraries
from planner.services.plan_records import PlanRecord, get_plan
from planner.store.store import Store
from routing.evidence import Evidence
from routing.network import GateId, Place, Position, SegmentId
from routing.units import FOREVER, HOUR, Instant, Seconds, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A paper in force on the day, with the record that says so."""

    paper: Paper
    record: Evidence | None


def last_gate(one: Itinerary) -> Phase | None:
    """Return the last gate that the loaded column passes before it unloads for the last time; None without a gate."""
    arrives = one.convoy.stops[-1].arrive_at
    gates = [p for p in one.phases if p.kind == "gate" and p.loaded and p.window.end <= arrives]
    return gates[-1] if gates else None


def through_by(one: Itinerary, snapshot: Snapshot) -> Instant | None:
    """Return when the last truck must be through the last gate on the way in; None without a gate."""
    gate = last_gate(one)
    return None if gate is None else gate.window.end + reserve_s(one, snapshot)


def stop_at(one: Itinerary, snapshot: Snapshot) -> Instant:
    """Return when unloading stops at the last site, whatever is left on the trucks."""
    return one.convoy.stops[-1].unloaded_at + reserve_s(one, snapshot)


def reserve_s(one: Itinerary, snapshot: Snapshot) -> Seconds:
    """Return how long the column may lose at the last site so that all that follows on that day still holds.

    That is the slack, where the closing it is measured to comes before the column rests, and what is left of the
    daylight when it arrives wherever it drives to on that day.
    """
    after = one.convoy.stops[-1].unloaded_at
    light = next((w for w in daylight(snapshot) if w.start <= after < w.end + 6 * HOUR), None)
    reserves = [] if one.wall is None else [max(0, one.wall.ends_at - one.wall.left_at)]
    if light is not None:
        home = [move for move in one.convoy.moves if move.depart_at >= after and move.arrive_at <= light.end]
        reserves += [light.end - move.arrive_at for move in home]
    return min(reserves, default=0)


def daylight(snapshot: Snapshot) -> tuple[Window, ...]:
    """Return the spans of the plan's horizon in which convoys may drive."""
    return snapshot.crisis.daylight(snapshot.access.horizon)


def papers_in_force(one: Itinerary, snapshot: Snapshot) -> tuple[InForce, ...]:
    """Return the papers in force for the sites at the gates that the loaded column passes."""
    gates: list[GateId] = [p.where for p in one.phases if p.kind == "gate" and p.loaded]
    log = {record.position: record for record in snapshot.log}
    found: dict[tuple[object, ...], InForce] = {}
    for stop in one.convoy.stops:
        for gate in gates:
            for step in ("permission", "letter", "clearance", "notification"):
                for paper in papers_for(snapshot.papers, stop.site, gate, step):
                    if paper.in_force and paper.valid.contains(one.convoy.depart_at):
                        record = log.get(max(paper.evidence)) if paper.evidence else None
                        found[paper.step, paper.site, paper.evidence] = InForce(paper=paper, record=record)
    return tuple(found.values())


def get_convoy_paper(store: Store, crisis: str, subject: str) -> ConvoyPaper:
    """Return a convoy for printing: a published movement by its id, or one of a plan as `PLAN/NUMBER`, as `latest/C2`.

    Raises
    ------
    NotFound
        If there is no such movement, plan or convoy.
    Refused
        If the plan is one of a scenario.
    """
    plan, slash, number = subject.partition("/")
    if slash:
        record = get_plan(store, plan, crisis)
        if record.stored.card.supposed:
            raise Refused(f"Plan {record.id} supposes what is not so: nobody drives by it. Choose another plan.")
        told = list_itineraries(record.plan, record.snapshot)
        one = next((i for i in told if number in {i.number, i.convoy.id}), None)
        if one is None:
            known = ", ".join(i.number for i in told) or "none"
            raise NotFound(f"Plan {record.id} has no convoy {number!r}. It has: {known}.")
        return _paper(record, one, one.convoy.movement or f"{record.id}-{one.convoy.id}")
    with store.reading() as read:
        movement = read.get_movement(crisis, subject)
    if movement.plan is None or movement.planned_as is None:
        raise NotFound(f"Movement {subject} is known from reports alone: no plan has its way. Choose one of a plan.")
    record = get_plan(store, movement.plan, crisis)
    told = list_itineraries(record.plan, record.snapshot)
    return _paper(record, next(i for i in told if i.convoy.id == movement.planned_as), subject)


def _paper(record: PlanRecord, one: Itinerary, name: str) -> ConvoyPaper:
    snapshot, convoy = record.snapshot, one.convoy
    places, network = snapshot.network.places, snapshot.network
    hub = snapshot.hubs[convoy.hub]

    def site(site_id: SiteId) -> Both:
        return Both(en=snapshot.sites[site_id].name, ar=snapshot.sites[site_id].name_ar)

    gates = dict.fromkeys(phase.where for phase in one.phases if phase.kind == "gate" and phase.loaded)
    named = [(Both(en=hub.name, ar=hub.name_ar), places[hub.place].position)]
    named += [(Both(en=g.name, ar=g.name_ar), places[g.place].position) for g in map(network.gates.__getitem__, gates)]
    named += [(site(stop.site), places[snapshot.sites[stop.site].place].position) for stop in convoy.stops]
    return ConvoyPaper(
        movement=name,
        number=one.number,
        published=record.stored.card.published_at is not None,
        hub=Both(en=hub.name, ar=hub.name_ar),
        sites=tuple(site(stop.site) for stop in convoy.stops),
        gates=tuple(Both(en=network.gates[g].name, ar=network.gates[g].name_ar) for g in gates),
        depart_at=convoy.depart_at,
        back_at=convoy.back_at,
        through_by=through_by(one, snapshot),
        stop_at=stop_at(one, snapshot),
        window_ends_at=None if one.wall is None else one.wall.ends_at,
        reserve_s=reserve_s(one, snapshot),
        steps=tuple(_step(phase, snapshot) for phase in one.phases),
        items=tuple(_items(convoy, snapshot)),
        papers=tuple(_held(held.paper, snapshot) for held in papers_in_force(one, snapshot)),
        trucks=tuple((snapshot.truck_types[kind].name, count) for kind, count in sorted(convoy.trucks.items())),
        way=tuple(_way(move.start, move.segments, snapshot) for move in convoy.moves if move.loaded),
        stops=tuple(dict.fromkeys(named)),
    )


def _step(phase: Phase, snapshot: Snapshot) -> Step:
    things: tuple[tuple[str, object], ...] = (
        ("load", snapshot.hubs.get(phase.where)), ("gate", snapshot.network.gates.get(phase.where)),
        ("unload", snapshot.sites.get(phase.where)),
    )  # fmt: skip
    thing = next((found for kind, found in things if kind == phase.kind and found is not None), None)
    if thing is None:
        thing = snapshot.network.places[phase.to or phase.where]
    return Step(
        kind=phase.kind, place=_both(thing), start=phase.window.start, end=phase.window.end, km=phase.metres / 1_000
    )


def _both(thing: object) -> Both:
    place: Place = thing  # type: ignore[assignment] # hubs, gates and sites are called alike
    return Both(en=place.name, ar=place.name_ar)


def _items(convoy: Convoy, snapshot: Snapshot) -> list[Item]:
    found = []
    for stop in convoy.stops:
        site = snapshot.sites[stop.site]
        for load in stop.loads:
            commodity = snapshot.commodities[load.commodity]
            found.append(
                Item(
                    site=Both(en=site.name, ar=site.name_ar), name=Both(en=commodity.name, ar=commodity.name_ar),
                    unit=commodity.unit, sector=commodity.sector, units=load.units, people=load.people, kg=load.kg,
                    litres=load.litres,
                )
            )  # fmt: skip
    return found


def _held(paper: Paper, snapshot: Snapshot) -> HeldPaper:
    site = snapshot.sites[paper.site]
    return HeldPaper(
        step=paper.step, state=paper.state, site=Both(en=site.name, ar=site.name_ar), people=paper.people,
        valid_from=paper.valid.start, valid_to=None if paper.valid.end >= FOREVER else paper.valid.end,
    )  # fmt: skip


def _way(start: str, segments: tuple[SegmentId, ...], snapshot: Snapshot) -> tuple[Position, ...]:
    here, line = start, list[Position]()
    for name in segments:
        segment = snapshot.network.segments[name]
        shape = segment.shape if segment.start == here else tuple(reversed(segment.shape))
        line += shape
        here = segment.end if segment.start == here else segment.start
    return tuple(line)
