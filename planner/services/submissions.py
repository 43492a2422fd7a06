"""Partners submit incidents; an access officer makes a record of each or returns it with a reason."""

from dataclasses import dataclass
from typing import Final

from planner.domain.delivery import Movement
from planner.domain.denials import AUTHORITIES, EVENTS, REASONS, SECTORS, USUAL_RESULT
from planner.domain.errors import BadInput
from planner.domain.submissions import Incident, Submission
from planner.domain.world import World
from planner.services.evidence import check_report
from planner.store.store import Store
from routing.evidence import DeliveryOutcome, Evidence, Figure
from routing.units import DAY, HOUR, Instant, Window

LONGEST: Final = 2_000
FAILED: Final = frozenset(what for what in EVENTS if USUAL_RESULT[what] != "facilitated") | {"partially_delivered"}
"""What may be submitted: partners tell of what failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What an access officer adds to an incident: the convoy, the site, the assessed reason and the grade.

    `movement` empty: it was a convoy of the partner's own, which left from `hub`.
    """

    site: str
    reason_code: str
    reliability: str
    credibility: int
    movement: str = ""
    hub: str = ""
    note: str = ""


def submit_incident(store: Store, world: World, incident: Incident, *, actor: str, at: Instant) -> int:
    """Keep a partner's incident until somebody decides on it, and return its number.

    Raises
    ------
    BadInput
        If a value cannot be.
    """
    listed = (
        ("what", incident.what, FAILED), ("governorate", incident.governorate, world.catalogue.governorates),
        ("authority_type", incident.authority_type, AUTHORITIES), *(("sectors", s, SECTORS) for s in incident.sectors),
    )  # fmt: skip
    for name, value, known in listed:
        if value not in known:
            raise BadInput(f"{name} is {value!r}. Give one of: {', '.join(sorted(known))}.")
    if not incident.organisation.strip() or not incident.place.strip():
        raise BadInput("organisation or place is empty. Say who submits it and where it happened.")
    if incident.happened_at > at:
        raise BadInput("happened_at lies ahead. Give a time that has passed.")
    crisis = world.catalogue.crisis.id
    with store.writing() as write:
        number = write.add_submission(crisis, incident, actor=actor, at=at)
        write.append_audit(actor=actor, action="submit", target=f"{crisis}/incident/{number}", at=at)
    return number


def list_submissions(store: Store, crisis: str, *, of: str | None = None) -> tuple[Submission, ...]:
    """Return what was submitted, newest first; `of` one person alone."""
    with store.reading() as read:
        return read.list_submissions(crisis, actor=of)


def accept_submission(store: Store, world: World, number: int, acceptance: Acceptance, *, by: str, at: Instant) -> int:
    """Make a record of an incident and return its position in the log.

    Raises
    ------
    Refused
        If it is decided already.
    BadInput
        If the convoy, site, hub or reason is none here.
    NotFound
        If there is no such submission.
    """
    crisis = world.catalogue.crisis.id
    with store.reading() as read:
        submission = read.get_submission(crisis, number)
    own = None if acceptance.movement else _own_convoy(world, number, acceptance, submission)
    if acceptance.reason_code not in REASONS:
        raise BadInput(f"reason_code is {acceptance.reason_code!r}. Give one of: {', '.join(sorted(REASONS))}.")
    record = _record(submission, acceptance, own.id if own is not None else acceptance.movement, at)
    if own is None:
        check_report(store, world, record)
    with store.writing() as write:
        if own is not None:
            write.put_reference(crisis, [own])
        position = write.append(crisis, [record], actor=by, recorded_at=at)[0]
        write.decide_submission(crisis, number, position=position, reason="", by=by, at=at)
        write.append_audit(
            actor=by, action="accept", target=f"{crisis}/incident/{number}", at=at, detail={"record": position}
        )
    return position


def return_submission(store: Store, crisis: str, number: int, reason: str, *, by: str, at: Instant) -> None:
    """Return an incident to its partner with a reason.

    Raises
    ------
    BadInput
        If no reason is given.
    Refused
        If it is decided already.
    NotFound
        If there is no such submission.
    """
    if not reason.strip():
        raise BadInput("reason is empty. Say what the partner is to mend or why it is no incident.")
    with store.writing() as write:
        write.decide_submission(crisis, number, position=None, reason=reason.strip(), by=by, at=at)
        write.append_audit(actor=by, action="return", target=f"{crisis}/incident/{number}", at=at)


def _own_convoy(world: World, number: int, acceptance: Acceptance, submission: Submission) -> Movement:
    catalogue = world.catalogue
    for word, name, known in (("site", acceptance.site, catalogue.sites), ("hub", acceptance.hub, catalogue.hubs)):
        if name not in known:
            raise BadInput(f"{word} is {name!r}, which this crisis does not have. There are: {', '.join(known)}.")
    site = catalogue.sites[acceptance.site]
    return Movement(
        id=f"partner-{number}", name=f"{site.name}, a partner's convoy", name_ar=f"{site.name_ar}، قافلة شريك",
        channel="regular", hub=acceptance.hub, site=site.id, trucks=submission.incident.trucks, requested_on=None,
        dispatched_at=None, source=submission.incident.organisation, synthetic=False,
    )  # fmt: skip


def _record(submission: Submission, acceptance: Acceptance, movement: str, at: Instant) -> Evidence:
    told = submission.incident
    trucks, hours = told.trucks, told.hours_lost
    people = () if told.people_not_reached is None else (
        Figure(what="people", count=told.people_not_reached, source=told.organisation),
    )  # fmt: skip
    return Evidence(
        position=0, learned_at=max(at, submission.at), valid=Window(told.happened_at), source=told.organisation,
        reliability=acceptance.reliability, credibility=acceptance.credibility,
        note="; ".join(part for part in (told.place, told.items, acceptance.note) if part),
        fact=DeliveryOutcome(
            movement=movement, site=acceptance.site, happened_at=told.happened_at, result=USUAL_RESULT[told.what],
            what=told.what, reason_code=acceptance.reason_code, authority_type=told.authority_type,
            stated_reason=told.stated_reason, governorate=told.governorate, trucks=trucks, hours_lost=hours,
            truck_days_lost=None if trucks is None or hours is None else trucks * hours * HOUR // DAY,
            sectors=told.sectors, people_requested=people, follow_up=told.follow_up,
        ),
    )  # fmt: skip
