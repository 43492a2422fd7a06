"""Requests of inter-agency plans, one a location: what the records say of each, and what is waited for since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from planner.domain.access_plans import answer_due, month_of, plan_asked_for
from planner.domain.catalogue import Catalogue
from planner.domain.delivery import Channel, MovementId
from planner.domain.needs import SiteId
from planner.domain.permits import IN_FORCE
from planner.domain.pipeline import (
    ENDED,
    Holder,
    Stage,
    Standing,
    StepName,
    holder_of,
    legal_steps,
    stage_of,
)
from planner.domain.quantities import LineBalance, balance
from routing.deliveries import ItemLine, MovementStep
from routing.evidence import DeliveryOutcome, Evidence, Figure, PermitState, PermitStep, PermitStepName
from routing.units import Instant

RequestId: TypeAlias = str
"""`site@movement`, or `site@plan` of a request that names no movement."""
PAPERS: Final[tuple[PermitStepName, ...]] = ("request", "permission", "letter", "clearance", "notification")
ALL_PAPERS: Final[frozenset[PermitStepName]] = frozenset(PAPERS)
_MOTION: Final[Mapping[str, Stage]] = {
    "loading": "loading", "sealed": "sealed", "dispatched": "dispatched", "at_checkpoint": "at_checkpoint",
    "proceeded": "dispatched", "crossed_line": "crossed_line", "offloading": "offloading", "returned": "returned",
    "reconciled": "reconciled", "delivered": "delivered", "partially_delivered": "partially_delivered",
    "delayed": "delayed", "held": "held", "turned_back": "turned_back", "interrupted": "interrupted",
    "attacked": "attacked", "looted": "looted", "diverted": "diverted", "postponed": "postponed",
    "cancelled": "cancelled", "aborted": "aborted",
}  # fmt: skip
_ROAD: Final[frozenset[Stage]] = frozenset({"dispatched", "at_checkpoint", "crossed_line", "offloading"})
_HOME: Final[frozenset[Stage]] = frozenset({"cancelled", "returned"})
_AWAY: Final[frozenset[Stage]] = (ENDED | _ROAD) - _HOME
"""Said of a convoy that has left, whether or not a record says when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStop:
    """A stop of a convoy of a published plan: it is in the pipeline before anybody has written a word on it."""

    movement: MovementId
    site: SiteId
    needed: frozenset[PermitStepName]
    channel: Channel
    depart_at: Instant
    trucks: int
    people: int
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One location asked for in one plan, as known at an instant.

    `records` are all standing records of it in the order of what they tell. `people` and `people_approved` None are not
    stated. `recorded` is False for a convoy of which no request is on record, `plan_named` where the plan is not taken
    from the day of asking. `unpapered` names papers that were not in force when the convoy left.
    """

    id: RequestId
    site: SiteId
    movement: MovementId | None
    plan: str
    plan_named: bool
    recorded: bool
    channel: Channel
    standing: Standing
    stage: Stage
    since: Instant | None
    holder: Holder
    asked_at: Instant | None
    due_at: Instant | None
    answered_at: Instant | None
    letter_at: Instant | None
    left_at: Instant | None
    reached_at: Instant | None
    people: int | None
    people_approved: int | None
    people_reached: tuple[Figure, ...]
    agencies: tuple[str, ...]
    struck: tuple[str, ...]
    trucks: int | None
    lines: tuple[LineBalance, ...]
    cleared_by: tuple[str, ...]
    unpapered: tuple[PermitStepName, ...]
    papers: Mapping[PermitStepName, Evidence]
    records: tuple[Evidence, ...]

    @property
    def legal(self) -> tuple[StepName, ...]:
        """The steps that may follow."""
        return legal_steps(self.standing)

    @property
    def missing(self) -> tuple[PermitStepName, ...]:
        """The papers that are needed and not in force."""
        return self.standing.missing

    @property
    def synthetic(self) -> bool:
        """Whether a record has a value without a source."""
        return any(record.synthetic for record in self.records)

    @property
    def reached_least(self) -> int | None:
        """The fewest people reached by any source: reports never claim more than this."""
        return min((figure.count for figure in self.people_reached), default=None)


@dataclass(kw_only=True)
class _Gathering:
    site: SiteId
    movement: MovementId | None
    plan: str = ""
    plan_named: bool = False
    recorded: bool = False
    published: PublishedStop | None = None
    asked_at: Instant | None = None
    records: list[Evidence] = field(default_factory=list)


def happened_at(record: Evidence) -> Instant:
    """Return when what a record tells took place."""
    return record.fact.happened_at if isinstance(record.fact, DeliveryOutcome) else record.valid.start


def fold_requests(
    records: Iterable[Evidence], catalogue: Catalogue, at: Instant, published: Sequence[PublishedStop] = ()
) -> tuple[Request, ...]:
    """Return every request as the standing records leave it at an instant, in order of plan, site and movement.

    A record that names a movement speaks of its requests, one without of the last request of its site before it. A
    convoy that left, or was asked for, without a request on record has one that is not `recorded`.
    """
    found = _gather(sorted((r for r in records if happened_at(r) <= at), key=_in_time), catalogue, at, published)
    made = [_request(one, catalogue, at) for one in found]
    return tuple(sorted(made, key=lambda r: (r.plan, r.site, r.movement or "")))


def _in_time(record: Evidence) -> tuple[Instant, int]:
    return happened_at(record), record.position


def _gather(
    records: Sequence[Evidence], catalogue: Catalogue, at: Instant, published: Sequence[PublishedStop]
) -> list[_Gathering]:
    zone = catalogue.crisis.tz
    found: dict[tuple[SiteId, str], _Gathering] = {}
    for stop in published:
        found[stop.site, stop.movement] = _Gathering(
            site=stop.site, movement=stop.movement, published=stop, plan=month_of(stop.depart_at, zone)
        )
    for movement in catalogue.movements.values():
        asked = movement.requested_on
        if asked is not None and asked <= at:
            found.setdefault(
                (movement.site, movement.id), _Gathering(site=movement.site, movement=movement.id)
            ).asked_at = asked
    for record in records:
        fact = record.fact
        if isinstance(fact, PermitStep) and fact.step == "request":
            plan = fact.plan or plan_asked_for(record.valid.start, zone)
            key = fact.site, fact.movement or plan
            mine = found.setdefault(key, _Gathering(site=fact.site, movement=fact.movement))
            mine.recorded = True
            if fact.plan or not mine.plan or mine.published:
                mine.plan, mine.plan_named = plan, bool(fact.plan)
            mine.records.append(record)
        else:
            for mine in _of(found, record, catalogue):
                mine.records.append(record)
    for mine in found.values():
        if not mine.plan:
            day = mine.asked_at if mine.asked_at is not None else min(map(happened_at, mine.records), default=at)
            mine.plan = plan_asked_for(day, zone)
    return list(found.values())


def _of(found: dict[tuple[SiteId, str], _Gathering], record: Evidence, catalogue: Catalogue) -> list[_Gathering]:
    """Return the requests that a record speaks of."""
    fact = record.fact
    if isinstance(fact, MovementStep | DeliveryOutcome):
        mine = [g for g in found.values() if g.movement == fact.movement and fact.site in {None, g.site}]
        if not mine and fact.movement in catalogue.movements:
            site = fact.site or catalogue.movements[fact.movement].site
            mine = [found.setdefault((site, fact.movement), _Gathering(site=site, movement=fact.movement))]
        return mine
    if not isinstance(fact, PermitStep):
        return []
    if fact.movement is not None:
        if fact.movement in catalogue.movements:
            found.setdefault((fact.site, fact.movement), _Gathering(site=fact.site, movement=fact.movement))
        return [g for g in (found.get((fact.site, fact.movement)),) if g is not None]
    mine = [g for g in found.values() if g.site == fact.site and g.movement is None and g.records]
    return mine[-1:]


# ---------------------------------------------------------------------------------------------------------------------
# From its records to one request


@dataclass(kw_only=True)
class _Motion:
    """What is said of the convoy, step by step."""

    stage: Stage | None = None
    since: Instant | None = None
    left: bool = False
    left_at: Instant | None = None
    delivered: bool = False
    before_hold: Stage | None = None

    def take(self, word: str, at: Instant) -> None:
        if word == "items_removed":
            return
        if word == "released":
            self.stage, self.since = self.before_hold, at
            return
        if word == "held" and self.stage != "held":
            self.before_hold = self.stage
        stage = _MOTION[word]
        if stage == "loading":
            self.left = False
        elif stage in _AWAY:
            self.left_at = at if not self.left and stage == "dispatched" else self.left_at
            self.left = True
        self.delivered = self.delivered or stage == "delivered"
        self.stage, self.since = stage, at


def _request(mine: _Gathering, catalogue: Catalogue, at: Instant) -> Request:
    listed = catalogue.movements.get(mine.movement or "")
    motion = _motion(mine, None if listed is None else listed.dispatched_at, at)
    last = _last_words(mine.records)
    judged_at = at if motion.left_at is None else min(at, motion.left_at)
    expired = frozenset(s for s, r in last.items() if r.valid.end <= judged_at and s != "request")
    papers = {s: r for s, r in last.items() if s not in expired}
    submitted = [r for r in mine.records if _is(r, "request", "submitted")]
    asked_at = submitted[-1].valid.start if submitted else mine.asked_at
    due_at = None if asked_at is None else answer_due(asked_at, catalogue.crisis)
    permission = papers.get("permission")
    said_silent = permission is not None and _state(permission) == "no_response"
    channel, needed = _way(mine, None if listed is None else listed.channel)
    standing = Standing(
        papers={step: _state(record) for step, record in papers.items()}, needed=needed, expired=expired,
        silent=said_silent or (due_at is not None and at >= due_at), asked_again=_asked_again(submitted, permission),
        motion=motion.stage, left=motion.left, delivered=motion.delivered,
    )  # fmt: skip
    stage = stage_of(standing)
    request = papers.get("request")
    people = None if request is None else _permit(request).people
    if people is None and mine.published is not None:
        people = mine.published.people
    letters = [r for r in mine.records if _is(r, "letter", "issued")]
    outcomes = [r for r in mine.records if isinstance(r.fact, DeliveryOutcome)]
    came = [r for r in outcomes if isinstance(r.fact, DeliveryOutcome) and r.fact.result == "facilitated"]
    return Request(
        id=f"{mine.site}@{mine.movement or mine.plan}", site=mine.site, movement=mine.movement, plan=mine.plan,
        plan_named=mine.plan_named, recorded=mine.recorded, channel=channel, standing=standing, stage=stage,
        since=_since(stage, papers, motion, due_at, asked_at), holder=holder_of(standing), asked_at=asked_at,
        due_at=due_at, answered_at=_first_answer(mine.records, submitted),
        letter_at=letters[0].valid.start if letters else None, left_at=motion.left_at,
        reached_at=happened_at(came[-1]) if came else None, people=people,
        people_approved=_approved(last.get("permission"), people),
        people_reached=tuple(dict.fromkeys(
            f for r in came if isinstance(r.fact, DeliveryOutcome) for f in r.fact.people_reached
        )),
        agencies=() if request is None else _permit(request).agencies,
        struck=() if permission is None else _permit(permission).struck,
        trucks=_trucks(mine, None if listed is None or motion.left_at is None else listed.trucks),
        lines=_lines(mine, catalogue, permission, reconciled=motion.stage == "reconciled"),
        cleared_by=cleared_by(mine.records, judged_at), papers=papers, records=tuple(mine.records),
        unpapered=_unpapered(mine.records, needed, motion.left_at) if mine.recorded else (),
    )  # fmt: skip


def _permit(record: Evidence) -> PermitStep:
    if not isinstance(record.fact, PermitStep):
        raise TypeError(f"Record {record.position} is no permit step.")
    return record.fact


def _state(record: Evidence) -> PermitState:
    return _permit(record).state


def _is(record: Evidence, step: PermitStepName, state: PermitState) -> bool:
    return isinstance(record.fact, PermitStep) and (record.fact.step, record.fact.state) == (step, state)


def _last_words(records: Iterable[Evidence]) -> dict[PermitStepName, Evidence]:
    return {record.fact.step: record for record in records if isinstance(record.fact, PermitStep)}


def _way(mine: _Gathering, listed: Channel | None) -> tuple[Channel, frozenset[PermitStepName]]:
    """Return how the convoy goes and the papers that takes; a request on paper alone is for a way across a line."""
    if mine.published is not None:
        return mine.published.channel, mine.published.needed
    channel: Channel = listed or "cross_line"
    return channel, ALL_PAPERS if channel in {"cross_line", "cross_border"} else frozenset()


def _motion(mine: _Gathering, dispatched_at: Instant | None, at: Instant) -> _Motion:
    motion = _Motion()
    told = [(happened_at(r), _word(r)) for r in mine.records if not isinstance(r.fact, PermitStep)]
    if dispatched_at is not None and dispatched_at <= at and all(word != "dispatched" for _at, word in told):
        told.append((dispatched_at, "dispatched"))
    for when, word in sorted(told, key=lambda pair: pair[0]):
        motion.take(word, when)
    return motion


def _word(record: Evidence) -> str:
    fact = record.fact
    if isinstance(fact, MovementStep):
        return fact.step
    if isinstance(fact, DeliveryOutcome):
        return fact.what
    raise TypeError(f"Record {record.position} tells no step of a convoy.")


def _asked_again(submitted: Sequence[Evidence], permission: Evidence | None) -> bool:
    return bool(submitted) and permission is not None and submitted[-1].valid.start > permission.valid.start


def _since(
    stage: Stage, papers: Mapping[PermitStepName, Evidence], motion: _Motion, due_at: Instant | None,
    asked_at: Instant | None,
) -> Instant | None:  # fmt: skip
    if motion.stage is not None:
        return motion.since
    if stage == "no_response":
        silence = papers.get("permission")
        return due_at if silence is None else min(silence.valid.start, due_at or silence.valid.start)
    if stage in {"submitted", "planned", "draft"}:
        request = papers.get("request")
        return asked_at if request is None else request.valid.start
    steps: Mapping[str, PermitStepName] = {
        "letter_requested": "letter", "letter_issued": "letter", "letter_refused": "letter",
        "security_hold": "clearance", "cleared": "clearance",
    }  # fmt: skip
    record = papers.get(steps.get(stage, "permission"))
    return None if record is None else record.valid.start


def _first_answer(records: Sequence[Evidence], submitted: Sequence[Evidence]) -> Instant | None:
    first = submitted[0].valid.start if submitted else None
    answers = [
        r.valid.start
        for r in records
        if isinstance(r.fact, PermitStep)
        and r.fact.step == "permission"
        and r.fact.state not in {"no_response", "submitted"}
        and (first is None or r.valid.start >= first)
    ]
    return min(answers, default=None)


def _approved(permission: Evidence | None, asked: int | None) -> int | None:
    if permission is None or _state(permission) not in IN_FORCE:
        return None
    stated = _permit(permission).people
    return asked if stated is None and _state(permission) == "granted" else stated


def _trucks(mine: _Gathering, listed: int | None) -> int | None:
    told = [
        r.fact.trucks
        for r in mine.records
        if isinstance(r.fact, MovementStep | DeliveryOutcome) and r.fact.trucks is not None
    ]
    planned = None if mine.published is None else mine.published.trucks
    return told[-1] if told else (planned if planned is not None else listed)


def cleared_by(records: Iterable[Evidence], at: Instant) -> tuple[str, ...]:
    """Return whose clearance stands: given since the letter was last issued, and not taken back."""
    given: dict[str, None] = {}
    for record in records:
        fact = record.fact
        if not isinstance(fact, PermitStep) or record.valid.start > at:
            continue
        if fact.step == "letter" and fact.state != "issued":
            given.clear()
        if fact.step == "clearance":
            for authority in fact.by:
                given.pop(authority, None)
                if fact.state in {"given", "granted"}:
                    given[authority] = None
    return tuple(given)


def _lines(
    mine: _Gathering, catalogue: Catalogue, permission: Evidence | None, *, reconciled: bool
) -> tuple[LineBalance, ...]:
    told: list[tuple[ItemLine, ...]] = [] if mine.published is None else [mine.published.lines]
    events: dict[tuple[str, str, Instant], tuple[ItemLine, ...]] = {}
    for record in mine.records:
        fact = record.fact
        if isinstance(fact, PermitStep):
            told.append(fact.lines)
        elif isinstance(fact, MovementStep | DeliveryOutcome) and fact.lines:
            # Several reports of one event are one: the last of them in the log counts.
            events[fact.kind, _word(record), happened_at(record)] = fact.lines
    asked = {line.commodity: line.units for lines in told for line in lines if line.what == "requested"}
    if permission is not None and _state(permission) in IN_FORCE and not _permit(permission).lines:
        struck = _permit(permission).struck
        told.append(tuple(
            ItemLine(what="approved", commodity=name, units=0 if name in struck else units)
            for name, units in asked.items()
        ))  # fmt: skip
    return balance([*told, *events.values()], catalogue.commodities, reconciled=reconciled)


def _unpapered(
    records: Iterable[Evidence], needed: frozenset[PermitStepName], left_at: Instant | None
) -> tuple[PermitStepName, ...]:
    if left_at is None:
        return ()
    by_then = _last_words(r for r in records if r.valid.start <= left_at)
    return tuple(
        step
        for step in PAPERS[1:]
        if step in needed
        and (step not in by_then or by_then[step].valid.end <= left_at or _state(by_then[step]) not in IN_FORCE)
    )
