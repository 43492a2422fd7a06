"""Add reports to the log and withdraw them, and say which planned convoys that touches."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from planner.domain.errors import BadInput
from planner.domain.permits import fold_papers
from planner.domain.plan import Convoy, Plan
from planner.domain.world import World
from planner.intake.record import read_record
from planner.services.access import access_over
from planner.store.store import Store
from routing.evidence import CeasefireAgreed, DeliveryOutcome, Evidence, SiteStatus, standing
from routing.network import SegmentId
from routing.status import AccessMap, HoldSpan
from routing.units import AsOf, Instant, Window


def record(store: Store, world: World, values: Mapping[str, object], *, actor: str, at: Instant) -> int:
    """Check one report and append it to the log; return its position.

    Raises
    ------
    BadInput
        If a value is missing or names something unknown; nothing is written then.
    RoutingError
        If the report cannot be understood beside those before it; nothing is written then.
    """
    evidence = read_record(values, world.network, world.catalogue.crisis.tz)
    crisis = world.catalogue.crisis.id
    check_report(store, world, evidence)
    with store.writing() as write:
        position = write.append(crisis, [evidence], actor=actor, recorded_at=at)[0]
        write.append_audit(
            actor=actor, action="record", target=f"{crisis}/{position}", at=at, detail={"kind": evidence.fact.kind}
        )
    return position


def check_report(store: Store, world: World, evidence: Evidence) -> None:
    """Refuse a report that names something unknown, or that cannot be understood beside those before it.

    Raises
    ------
    BadInput
        If it names something that the crisis does not have.
    RoutingError
        If no fold understands it.
    """
    with store.reading() as read:
        published = [movement.id for movement in read.list_movements(world.catalogue.crisis.id)]
    _check_names(evidence, world, published)
    _check_fold(evidence, world)


def retract(store: Store, world: World, position: int, reason: str, *, actor: str, at: Instant, source: str) -> int:
    """Withdraw a record by a new one and return the new position.

    Raises
    ------
    NotFound
        If there is no such record.
    BadInput
        If it cannot be withdrawn.
    """
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        new = write.retract(crisis, position, reason, actor=actor, at=at, source=source)
        write.append_audit(actor=actor, action="retract", target=f"{crisis}/{position}", at=at, detail={"by": new})
    return new


def _check_names(evidence: Evidence, world: World, published: Collection[str]) -> None:
    """Refuse what roads do not know: a misspelt site or party would stay in the log without any effect."""
    for word, name, known in _names(evidence, world, published):
        if name not in known:
            raise BadInput(
                f"{word} is {name!r}, which this crisis does not have. Give one of: {', '.join(sorted(known)[:15])}."
            )


def _names(evidence: Evidence, world: World, published: Collection[str]) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield what a report names: the word for it, the name, and the names there are."""
    catalogue, fact = world.catalogue, evidence.fact
    parties = {party.id for party in catalogue.crisis.parties}
    one: dict[str, Collection[str]] = {
        "site": catalogue.sites,
        "movement": {*catalogue.movements, *published},
        "party": parties,
    }
    if not isinstance(fact, CeasefireAgreed):
        one["ceasefire"] = {r.fact.ceasefire for r in world.log if isinstance(r.fact, CeasefireAgreed)}
    for word, known in one.items():
        name = getattr(fact, word, None)
        if name is not None:
            yield word, name, known
    for line in getattr(fact, "lines", ()):
        yield "commodity", line.commodity, catalogue.commodities
    several: dict[str, Collection[str]] = {"parties": parties, "struck": catalogue.commodities}
    for word, known in several.items():
        for name in getattr(fact, word, ()):
            yield word, name, known


def _check_fold(evidence: Evidence, world: World) -> None:
    """Fold the log with the report added: one that no fold understands would stop every question from then on."""
    added = replace(evidence, position=world.head + 1)
    as_of = AsOf(at=evidence.learned_at, known=added.position)
    moment = Window(evidence.valid.start, evidence.valid.start + 1)
    access_over(replace(world, log=(*world.log, added)), as_of, moment)


def touched_convoys(plan: Plan, before: World, after: World) -> tuple[Convoy, ...]:
    """Return the convoys of a plan for which something is different after what the log has learned in between.

    That is: the status or p of a segment of theirs (to the hundredth) while they are out, a hold on their way, the
    papers or the listing of a site of theirs, or an outcome of their own movement. Works for every kind of record,
    since what the log says before and after is compared, not what the record speaks of.
    """
    if not plan.convoys:
        return ()
    learned = [record.learned_at for record in after.log if record.position > before.head]
    latest = max((at for at in learned if at < plan.horizon.end), default=plan.as_of.at)
    at = max(latest, plan.as_of.at)
    reach = Window(min(c.depart_at for c in plan.convoys), max(c.back_at for c in plan.convoys))
    maps = tuple(access_over(world, AsOf(at=at, known=world.head), reach) for world in (before, after))
    return tuple(c for c in plan.convoys if _road_differs(c, *maps) or _word_differs(c, before, after))


def _road_differs(convoy: Convoy, before: AccessMap, after: AccessMap) -> bool:
    way, out = set(convoy.segments), Window(convoy.depart_at, convoy.back_at)
    held = tuple([_key(hold) for hold in access.holds if _bears_on(hold, way, out)] for access in (before, after))
    return held[0] != held[1] or any(_differs(segment, out, before, after) for segment in way)


def _key(hold: HoldSpan) -> tuple[int, ...]:
    return hold.evidence


def _bears_on(hold: HoldSpan, way: set[SegmentId], out: Window) -> bool:
    return hold.window.overlaps(out) and (hold.segments is None or not way.isdisjoint(hold.segments))


def _differs(segment: SegmentId, out: Window, before: AccessMap, after: AccessMap) -> bool:
    if before.timelines[segment] == after.timelines[segment]:
        return False
    edges = {out.start} | {
        piece.window.start
        for access in (before, after)
        for piece in access.timelines[segment]
        if out.contains(piece.window.start)
    }
    return any(_state(before, segment, edge) != _state(after, segment, edge) for edge in edges)


def _state(access: AccessMap, segment: SegmentId, at: Instant) -> tuple[str, float]:
    piece = access.at(segment, at)
    return piece.status.value, round(piece.p, 2)


def _word_differs(convoy: Convoy, before: World, after: World) -> bool:
    """Tell whether the papers or listing of the convoy's sites, or the news of its own movement, are different."""
    sites = {stop.site for stop in convoy.stops}
    out = Window(convoy.depart_at, convoy.back_at)
    told = []
    for world in (before, after):
        records = standing(world.log, world.head)
        papers = {
            (p.step, p.state, p.site, p.gate, p.people, p.struck)
            for p in fold_papers(records)
            if p.site in sites and p.step != "request" and p.valid.overlaps(out)
        }
        news = {
            r.position
            for r in records
            if (isinstance(r.fact, SiteStatus) and r.fact.site in sites and r.valid.overlaps(out))
            or (isinstance(r.fact, DeliveryOutcome) and r.fact.movement == convoy.movement)
        }
        told.append((papers, news))
    return told[0] != told[1]
