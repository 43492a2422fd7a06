"""Write the steps of a request into the log: each is checked against what stands there at that very moment."""

from collections.abc import Sequence
from dataclasses import replace

from planner.domain.access_plans import parse_plan
from planner.domain.delivery import Movement
from planner.domain.errors import BadInput
from planner.domain.pipeline import OUTCOME_STEPS, PAPER_STEPS, may_be_reported
from planner.domain.request_fold import fold_requests
from planner.domain.requests import Request, movement_of
from planner.domain.waybill import happened_at
from planner.domain.world import World
from planner.services.request_records import check_counts, check_lines, check_names, check_sums, make_record
from planner.services.requests import (
    EMERGENCY_NOTICE_S,
    NOTICE_S,
    Asked,
    IllegalStep,
    Taken,
    find_request,
    published_stops,
)
from planner.store.store import Store, Writing
from routing.evidence import Evidence, PermitStep, standing
from routing.units import HOUR, Instant, Window, format_instant


def ask(store: Store, world: World, asked: Asked, *, actor: str, at: Instant) -> str:
    """Put a location into an inter-agency plan and return the request's id; the convoy it asks for gets that name.

    Raises
    ------
    BadInput
        If it names something unknown, or the location is asked for in this plan already.
    """
    catalogue = world.catalogue
    parse_plan(asked.plan, catalogue.crisis.tz)
    for word, name, known in (("site", asked.site, catalogue.sites), ("hub", asked.hub, catalogue.hubs)):
        if name not in known:
            raise BadInput(f"{word} is {name!r}, which this crisis does not have. There are: {', '.join(known)}.")
    check_lines(asked.lines, world)
    if not asked.source.strip():
        raise BadInput("source is empty. Say who asks.")
    with store.writing() as write:
        now = _now(write, world)
        name = movement_of(asked.site, asked.plan)
        taken = {r.movement for r in fold_requests(standing(now.log, now.head), now.catalogue, at)}
        if name in taken or name in now.catalogue.movements:
            raise BadInput(f"{asked.site} is asked for in the plan of {asked.plan} already. Take a step of {name}.")
        site = catalogue.sites[asked.site]
        movement = Movement(
            id=name, name=f"{site.name}, {asked.plan}", name_ar=f"{site.name_ar}، {asked.plan}",
            channel=asked.channel, hub=asked.hub, site=asked.site, trucks=None, requested_on=at, dispatched_at=None,
            source=asked.source, synthetic=False,
        )  # fmt: skip
        write.put_reference(catalogue.crisis.id, [movement])
        record = Evidence(
            position=0, learned_at=at, valid=Window(asked.submitted_at or at), source=asked.source, reliability="A",
            credibility=1, note=asked.note,
            fact=PermitStep(
                step="request", state="draft" if asked.submitted_at is None else "submitted", site=asked.site,
                people=asked.people, movement=name, plan=asked.plan, agencies=asked.agencies, lines=asked.lines,
            ),
        )  # fmt: skip
        _append(write, now, [record], actor=actor, at=at, action="request")
    return f"{asked.site}@{name}"


def take(store: Store, world: World, wanted: str, step: Taken, *, actor: str, at: Instant) -> int:
    """Take a step of one request and return the position of its record.

    Raises
    ------
    IllegalStep
        If it cannot follow what is on record; the message names the steps that can.
    NotFound
        If there is no such request.
    BadInput
        If a value cannot be.
    """
    return take_together(store, world, (wanted,), step, actor=actor, at=at)[0]


def take_together(
    store: Store, world: World, wanted: Sequence[str], step: Taken, *, actor: str, at: Instant
) -> tuple[int, ...]:
    """Take one step of several requests, as of all stops of a convoy: all of them or none; raises as `take` does."""
    check_names(step, world)
    check_counts(step, world)
    if step.at > at:
        raise BadInput(f"{step.step} lies ahead of {format_instant(at, world.catalogue.crisis.tz)}. Give a past time.")
    published = published_stops(store, world)
    with store.writing() as write:
        now = _now(write, world)
        requests = fold_requests(standing(now.log, now.head), now.catalogue, at, published)
        then = fold_requests(standing(now.log, now.head), now.catalogue, step.at, published)
        records = []
        for name in wanted:
            request = find_request(requests, name)
            before = next((r for r in then if r.id == request.id), None)
            _check_legal(request, before, step, now)
            request = _with_movement(write, now, request, step, at)
            record = replace(make_record(request, step, at), learned_at=at)
            if not step.as_reported:
                check_sums(request, record, now)
            records.append(record)
        return _append(write, now, records, actor=actor, at=at, action=f"request {step.step}")


def _now(write: Writing, world: World) -> World:
    """Return the world with the log as it stands inside this transaction."""
    crisis = world.catalogue.crisis.id
    if write.head(crisis) == world.head:
        return world
    listed = {m.id: m for m in write.list_reference(crisis, Movement)}
    return replace(world, log=write.log(crisis), catalogue=replace(world.catalogue, movements=listed))


def _append(
    write: Writing, now: World, records: Sequence[Evidence], *, actor: str, at: Instant, action: str
) -> tuple[int, ...]:
    crisis = now.catalogue.crisis.id
    positions = write.append(crisis, records, actor=actor, recorded_at=at, after=now.head)
    for position, record in zip(positions, records, strict=True):
        write.append_audit(
            actor=actor, action=action, target=f"{crisis}/{position}", at=at, detail={"kind": record.fact.kind}
        )
    return positions


# ---------------------------------------------------------------------------------------------------------------------
# What may follow


def _check_legal(request: Request, before: Request | None, step: Taken, world: World) -> None:
    zone = world.catalogue.crisis.tz
    what = OUTCOME_STEPS.get(step.step)
    if step.as_reported:
        if what is None or may_be_reported(request.standing, what):
            return
        raise IllegalStep(
            f"{request.id} is {request.stage} since {_when(request.since, world)}: it cannot be reported as {what} as "
            "well. Withdraw the record that is wrong, then record what is right."
        )
    for one in (request, before):
        if one is None or step.step not in one.legal:
            stood = request if one is None else one
            legal = ", ".join(stood.legal) or "none"
            missing = f" Papers that are missing: {', '.join(stood.missing)}." if stood.missing else ""
            raise IllegalStep(
                f"{step.step} cannot follow: {stood.id} is {stood.stage} since {_when(stood.since, world)}"
                f"{'' if one is request else f' as it was on {format_instant(step.at, zone)}'}. Steps that can: "
                f"{legal}.{missing}"
            )
    last = max((happened_at(r) for r in request.records if not isinstance(r.fact, PermitStep)), default=step.at)
    if step.step not in PAPER_STEPS and step.at < last:
        raise IllegalStep(
            f"{step.step} on {format_instant(step.at, zone)} lies before the convoy's last step, on "
            f"{format_instant(last, zone)}. Withdraw that record first, or report it with its own time."
        )
    if step.step == "dispatch" and "notification" in request.standing.needed:
        _check_notice(request, step, world)


def _check_notice(request: Request, step: Taken, world: World) -> None:
    told = [
        r.valid.start for r in request.records if isinstance(r.fact, PermitStep) and r.fact.step == "notification"
        and r.fact.state in {"submitted", "acknowledged"}
    ]  # fmt: skip
    first = min(told, default=step.at)
    ahead_h = (step.at - first) // HOUR
    if step.at - first < EMERGENCY_NOTICE_S:
        raise IllegalStep(
            f"{request.id} was notified {ahead_h} h before it is to leave; {EMERGENCY_NOTICE_S // HOUR} h is the "
            f"least. It may leave from {_when(first + EMERGENCY_NOTICE_S, world)} on."
        )
    if step.at - first < NOTICE_S and not step.note.strip():
        raise IllegalStep(
            f"{request.id} was notified {ahead_h} h before it is to leave, not {NOTICE_S // HOUR} h: that is for "
            "emergencies. Say in the note what the emergency is."
        )


def _when(at: Instant | None, world: World) -> str:
    return "a time that is not stated" if at is None else format_instant(at, world.catalogue.crisis.tz)


def _with_movement(write: Writing, now: World, request: Request, step: Taken, at: Instant) -> Request:
    """Return the request with a convoy to speak of: one that was asked for on paper alone gets it with its first step.

    Raises
    ------
    BadInput
        If the hub is not said that it leaves from.
    """
    if request.movement is not None or step.step in PAPER_STEPS:
        return request
    if step.hub not in now.catalogue.hubs:
        raise BadInput(f"{request.id} has no convoy yet. Give the hub it leaves from: {', '.join(now.catalogue.hubs)}.")
    site = now.catalogue.sites[request.site]
    name = movement_of(request.site, request.plan)
    movement = Movement(
        id=name, name=f"{site.name}, {request.plan}", name_ar=f"{site.name_ar}، {request.plan}",
        channel=request.channel, hub=step.hub, site=request.site, trucks=None, requested_on=request.asked_at or at,
        dispatched_at=None, source=step.source, synthetic=False,
    )  # fmt: skip
    write.put_reference(now.catalogue.crisis.id, [movement])
    return replace(request, movement=name)
