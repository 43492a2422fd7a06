"""Read one request from its records: papers, the convoy's steps, people, and what is waited for since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from planner.domain.access_plans import answer_due
from planner.domain.catalogue import Catalogue
from planner.domain.delivery import Channel, MovementId
from planner.domain.needs import SiteId
from planner.domain.permits import IN_FORCE
from planner.domain.pipeline import ENDED, Stage, Standing, holder_of, stage_of
from planner.domain.quantities import LineBalance
from planner.domain.requests import ALL_PAPERS, PAPERS, PublishedStop, Request
from planner.domain.waybill import happened_at, waybill, word_of
from routing.deliveries import MovementStep
from routing.evidence import DeliveryOutcome, Evidence, PermitState, PermitStep, PermitStepName
from routing.units import Instant

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


@dataclass(kw_only=True)
class Gathering:
    """What speaks of one request, before it is read."""

    site: SiteId
    movement: MovementId | None
    plan: str = ""
    plan_named: bool = False
    recorded: bool = False
    on_paper_first: bool = False
    published: PublishedStop | None = None
    asked_at: Instant | None = None
    records: list[Evidence] = field(default_factory=list)


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
        if stage in {"loading", "returned"}:
            self.left = False
        elif stage in _AWAY:
            self.left_at = at if not self.left and stage == "dispatched" else self.left_at
            self.left = True
        self.delivered = self.delivered or stage == "delivered"
        self.stage, self.since = stage, at


def read_request(mine: Gathering, catalogue: Catalogue, at: Instant) -> Request:
    """Return a request as its records leave it at an instant."""
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
        lines=_balance(mine, catalogue, reconciled=motion.stage == "reconciled"),
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


def _way(mine: Gathering, listed: Channel | None) -> tuple[Channel, frozenset[PermitStepName]]:
    """Return how the convoy goes and the papers that takes; a request on paper alone is for a way across a line."""
    if mine.published is not None:
        return mine.published.channel, mine.published.needed
    channel: Channel = listed or "cross_line"
    return channel, ALL_PAPERS if channel in {"cross_line", "cross_border"} else frozenset()


def _motion(mine: Gathering, dispatched_at: Instant | None, at: Instant) -> _Motion:
    motion = _Motion()
    told = [(happened_at(r), word_of(r)) for r in mine.records if not isinstance(r.fact, PermitStep)]
    if dispatched_at is not None and dispatched_at <= at and all(word != "dispatched" for _at, word in told):
        told.append((dispatched_at, "dispatched"))
    for when, word in sorted(told, key=lambda pair: pair[0]):
        motion.take(word, when)
    return motion


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


def _trucks(mine: Gathering, listed: int | None) -> int | None:
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


def _balance(mine: Gathering, catalogue: Catalogue, *, reconciled: bool) -> tuple[LineBalance, ...]:
    asked = () if mine.published is None else mine.published.lines
    return waybill(mine.records, catalogue, asked, reconciled=reconciled)


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
