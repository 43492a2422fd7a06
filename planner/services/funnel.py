"""From asking to reaching: how many requests, and people in them, came how far by what is recorded of each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.denials import Period
from planner.domain.permits import IN_FORCE
from planner.domain.world import World
from routing.evidence import DeliveryOutcome, Evidence, PermitStep, standing
from routing.units import AsOf, Instant, Window

Level: TypeAlias = Literal["asked", "permitted", "letter", "sent", "reached"]
LEVELS: Final[tuple[Level, ...]] = ("asked", "permitted", "letter", "sent", "reached")
_Key: TypeAlias = tuple[str, str]
"""A site and the movement that the request names, or the empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One step: requests that came so far, and people where stated (`people_of`: in how many requests).

    `requests` None: nothing of this step is recorded for any request.
    """

    level: Level
    requests: int | None
    people: int | None
    people_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """The requests that were open within a period, and how far each had come by its end, as known."""

    steps: tuple[FunnelStep, ...]
    refused: int
    unanswered: int
    in_principle: int
    permitted_not_reached: int

    @property
    def asked(self) -> int:
        """The number of requests."""
        return self.steps[0].requests or 0


@dataclass(kw_only=True)
class _Request:
    site: str
    movement: str
    asked_at: Instant
    asked_people: int | None = None
    permission: PermitStep | None = None
    letter: PermitStep | None = None
    sent: bool = False
    reached: bool = False
    reached_people: int | None = None
    ended_at: Instant | None = None


def follow_requests(world: World, period: Period, question: AsOf) -> Funnel:
    """Return the requests that were open within a period: asked before its end and not concluded before its start."""
    end = min(period.window.end, question.at + 1)
    records = [r for r in standing(world.log, question.known) if r.valid.start < end]
    requests = _requests(records)
    for record in records:
        _note(record, requests)
    for request in requests.values():
        movement = world.catalogue.movements.get(request.movement)
        if movement is not None and movement.dispatched_at is not None and movement.dispatched_at < end:
            request.sent = True
    span = Window(period.window.start, max(end, period.window.start + 1))
    shown = [r for r in requests.values() if r.ended_at is None or r.ended_at >= span.start]
    return _funnel(shown)


def _requests(records: Sequence[Evidence]) -> dict[_Key, _Request]:
    found: dict[_Key, _Request] = {}
    for record in records:
        fact = record.fact
        if isinstance(fact, PermitStep) and fact.step == "request" and fact.state == "submitted":
            key = (fact.site, fact.movement or f"at {record.valid.start}")
            found[key] = _Request(
                site=fact.site, movement=fact.movement or "", asked_at=record.valid.start, asked_people=fact.people
            )
    return found


def _note(record: Evidence, requests: dict[_Key, _Request]) -> None:
    fact = record.fact
    if isinstance(fact, PermitStep) and fact.step in {"permission", "letter"}:
        mine = _of(requests, fact.site, fact.movement, record.valid.start)
        if mine is not None and fact.step == "permission":
            mine.permission = fact
        elif mine is not None and (fact.state in IN_FORCE or mine.letter is None):
            mine.letter = fact
    if isinstance(fact, DeliveryOutcome):
        mine = _of(requests, fact.site, fact.movement, record.valid.start)
        if mine is None:
            return
        if fact.result == "facilitated":
            mine.sent = mine.reached = True
            mine.ended_at = fact.happened_at
            mine.reached_people = min((f.count for f in fact.people_reached), default=None)
        elif fact.what in {"turned_back", "attacked", "looted", "partially_delivered", "delayed"}:
            mine.sent = True


def _of(requests: dict[_Key, _Request], site: str, movement: str | None, at: Instant) -> _Request | None:
    """Return the request that a record speaks of: of its movement, else the site's last one before it."""
    if movement and (site, movement) in requests:
        return requests[site, movement]
    mine = [r for r in requests.values() if r.site == site and not r.movement and r.asked_at <= at]
    return max(mine, key=lambda r: r.asked_at, default=None)


def _funnel(requests: Sequence[_Request]) -> Funnel:
    permitted = [r for r in requests if r.permission is not None and r.permission.state in IN_FORCE]
    letters = [r for r in requests if r.letter is not None and r.letter.state in IN_FORCE]
    letters_told = [r for r in requests if r.letter is not None]
    sent, reached = [r for r in requests if r.sent], [r for r in requests if r.reached]
    return Funnel(
        steps=(
            _step("asked", requests, [r.asked_people for r in requests], told=bool(requests)),
            _step("permitted", permitted, [r.permission.people for r in permitted if r.permission],
                  told=any(r.permission for r in requests)),
            _step("letter", letters, [r.letter.people for r in letters if r.letter], told=bool(letters_told)),
            _step("sent", sent, [], told=bool(sent)),
            _step("reached", reached, [r.reached_people for r in reached], told=bool(sent)),
        ),
        refused=sum(r.permission is not None and r.permission.state in {"refused", "withdrawn"} for r in requests),
        unanswered=sum(r.permission is None or r.permission.state in {"no_response", "submitted"} for r in requests),
        permitted_not_reached=sum(not r.reached for r in permitted),
        in_principle=sum(r.permission is not None and r.permission.state == "in_principle" for r in requests),
    )  # fmt: skip


def _step(level: Level, requests: Sequence[_Request], people: Sequence[int | None], *, told: bool) -> FunnelStep:
    stated = [count for count in people if count is not None]
    return FunnelStep(
        level=level,
        requests=len(requests) if told else None,
        people=sum(stated) if stated else None,
        people_of=len(stated),
    )
