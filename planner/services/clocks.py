"""What is running out: answers, letters, truces, agreed windows, notices before departure, food in held trucks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal, TypeAlias

from planner.domain.access_plans import answer_due
from planner.domain.crisis import Crisis
from planner.domain.permits import IN_FORCE
from planner.domain.policy import PlanPolicy
from planner.domain.world import World
from planner.services.convoys import ConvoyView
from routing.deliveries import MovementStep
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    DeliveryOutcome,
    Evidence,
    PermitStep,
    standing,
)
from routing.units import DAY, HOUR, AsOf, Instant

ClockKind: TypeAlias = Literal["answer", "letter", "truce", "arrangement", "notice", "stock"]
LOOK_AHEAD_S: Final = 10 * DAY
"""Agreed windows that end later are no clock yet."""
STOCK_AHEAD_S: Final = 30 * DAY
ENDED_SHOWN_S: Final = 3 * DAY
"""A truce or window that has ended is still shown so long."""
_ANSWERS: Final = frozenset({"granted", "partial", "in_principle", "refused", "withdrawn"})
"""Silence recorded as such is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One thing that is due. `due_at` None: no term is fixed. `about` are ids of sites, gates, hubs or convoys."""

    kind: ClockKind
    about: tuple[str, ...]
    started_at: Instant
    due_at: Instant | None
    records: tuple[int, ...] = ()
    convoy: str = ""
    what: str = ""
    units: int | None = None
    source: str = ""
    synthetic: bool = False
    disputed: bool = False

    def over_s(self, at: Instant) -> int | None:
        """Seconds past the due time, negative before it; None where no term is fixed."""
        return None if self.due_at is None else at - self.due_at

    def days(self) -> int | None:
        """Whole days from the start to the term, at least one."""
        return None if self.due_at is None else max(1, -(-(self.due_at - self.started_at) // DAY))

    def used(self, at: Instant) -> float:
        """The share of the time that has gone, from 0 to 1."""
        if self.due_at is None or self.due_at <= self.started_at:
            return 1.0
        return min(1.0, max(0.0, (at - self.started_at) / (self.due_at - self.started_at)))


def running_clocks(world: World, question: AsOf, convoys: Sequence[ConvoyView]) -> tuple[Clock, ...]:
    """Return what is due as known, most overdue first, then what has no term, then what is due next."""
    records = standing(world.log, question.known)
    found = [
        *_answers(records, world.catalogue.crisis, question.at),
        *_letters(records, question.at),
        *_truces(records, question.at),
        *_arrangements(records, question.at),
        *_notices(convoys, question.at),
        *_stock(world, convoys, question.at),
    ]

    def order(clock: Clock) -> tuple[int, int]:
        over = clock.over_s(question.at)
        if over is None:
            return (1, clock.started_at)
        return (0 if over > 0 else 2, -over)

    return tuple(sorted(found, key=lambda clock: (order(clock), clock.kind, clock.about)))


def _latest(records: Iterable[Evidence], step: str, at: Instant) -> dict[str, Evidence]:
    """Return the last word on a step for each site."""
    found: dict[str, Evidence] = {}
    for record in records:
        fact = record.fact
        if isinstance(fact, PermitStep) and fact.step == step and record.valid.contains(at):
            kept = found.get(fact.site)
            if kept is None or (kept.valid.start, kept.position) <= (record.valid.start, record.position):
                found[fact.site] = record
    return found


def _state(record: Evidence | None) -> str:
    return record.fact.state if record is not None and isinstance(record.fact, PermitStep) else ""


def _answers(records: Sequence[Evidence], crisis: Crisis, at: Instant) -> list[Clock]:
    asked, answered = _latest(records, "request", at), _latest(records, "permission", at)
    left = _last_left(records, at)
    open_since: list[tuple[Instant, str, Evidence]] = []
    for site, request in asked.items():
        answer = answered.get(site)
        if _state(request) != "submitted":
            continue
        if _state(answer) in _ANSWERS and answer is not None and answer.position > request.position:
            continue
        if site in left and left[site] >= request.valid.start:
            continue  # a convoy went without the answer: nobody waits for it any more
        open_since.append((request.valid.start, site, request))
    open_since.sort(key=lambda row: (row[0], row[1]))
    return [
        Clock(
            kind="answer", about=tuple(site for _start, site, _record in group), started_at=start,
            due_at=answer_due(start, crisis), records=tuple(r.position for _start, _site, r in group),
            source=group[0][2].source, synthetic=any(r.synthetic for _start, _site, r in group),
        )
        for start, group in ((key, list(rows)) for key, rows in groupby(open_since, key=lambda row: row[0]))
    ]  # fmt: skip


def _last_left(records: Sequence[Evidence], at: Instant) -> dict[str, Instant]:
    """Return when a convoy last left for each site, or reached it where leaving is not on record."""
    went = [
        (r.fact.site, r.fact.happened_at if isinstance(r.fact, DeliveryOutcome) else r.valid.start)
        for r in records
        if (isinstance(r.fact, MovementStep) and r.fact.step == "dispatched")
        or (isinstance(r.fact, DeliveryOutcome) and r.fact.result == "facilitated")
    ]
    found: dict[str, Instant] = {}
    for site, when in went:
        if site is not None and when <= at:
            found[site] = max(when, found.get(site, when))
    return found


def _letters(records: Sequence[Evidence], at: Instant) -> list[Clock]:
    permitted, letters = _latest(records, "permission", at), _latest(records, "letter", at)
    waiting = sorted(
        (record.valid.start, site, record)
        for site, record in permitted.items()
        if _state(record) in {*IN_FORCE, "in_principle"} and _state(letters.get(site)) not in IN_FORCE
    )
    return [
        Clock(
            kind="letter", about=tuple(site for _start, site, _record in group), started_at=start, due_at=None,
            records=tuple(r.position for _start, _site, r in group), source=group[0][2].source,
            synthetic=any(r.synthetic for _start, _site, r in group),
        )
        for start, group in ((key, list(rows)) for key, rows in groupby(waiting, key=lambda row: row[0]))
    ]  # fmt: skip


def _truces(records: Sequence[Evidence], at: Instant) -> list[Clock]:
    found: dict[str, Clock] = {}
    for record in records:
        fact = record.fact
        if isinstance(fact, CeasefireAgreed):
            found[fact.ceasefire] = Clock(
                kind="truce", about=fact.areas, started_at=record.valid.start, due_at=fact.firm_end,
                records=(record.position,), what=fact.ceasefire, source=record.source, synthetic=record.synthetic,
            )  # fmt: skip
        elif isinstance(fact, CeasefireExtended) and fact.ceasefire in found:
            before = found[fact.ceasefire]
            found[fact.ceasefire] = Clock(
                kind="truce", about=before.about, started_at=before.started_at, due_at=fact.firm_end,
                records=(*before.records, record.position), what=fact.ceasefire, source=record.source,
                synthetic=record.synthetic,
            )  # fmt: skip
    against = {
        r.fact.ceasefire for r in records if isinstance(r.fact, CeasefireClaim) and r.fact.says in {"over", "suspended"}
    }
    return [
        Clock(
            kind="truce", about=c.about, started_at=c.started_at, due_at=c.due_at, records=c.records, what=c.what,
            source=c.source, synthetic=c.synthetic, disputed=c.what in against,
        )
        for c in found.values()
        if c.due_at is not None and c.due_at + ENDED_SHOWN_S > at
    ]  # fmt: skip


def _arrangements(records: Sequence[Evidence], at: Instant) -> list[Clock]:
    return [
        Clock(
            kind="arrangement", about=r.fact.gates, started_at=r.valid.start, due_at=r.valid.end,
            records=(r.position,), source=r.source, synthetic=r.synthetic,
        )
        for r in records
        if isinstance(r.fact, Arrangement) and at - HOUR * 24 < r.valid.end <= at + LOOK_AHEAD_S
    ]  # fmt: skip


def _notices(convoys: Sequence[ConvoyView], at: Instant) -> list[Clock]:
    lead = PlanPolicy().notification_lead_s
    found = []
    for view in convoys:
        if view.convoy is None or view.depart_at is None or view.depart_at <= at or not view.state.active:
            continue
        silent = [trail.site for trail in view.trails if "notification" in trail.missing]
        due = view.depart_at - lead
        if silent and due <= at + 2 * DAY:
            found.append(
                Clock(
                    kind="notice", about=tuple(silent), started_at=due - 2 * DAY, due_at=due, convoy=view.id,
                    what=view.label,
                )
            )  # fmt: skip
    return found


def _stock(world: World, convoys: Sequence[ConvoyView], at: Instant) -> list[Clock]:
    hubs = {view.hub for view in convoys if view.state.word in {"held", "postponed", "delayed"}}
    return [
        Clock(
            kind="stock", about=(batch.hub,), started_at=batch.available_from, due_at=batch.expires_at,
            what=batch.commodity, units=batch.units, source=batch.source, synthetic=batch.synthetic,
        )
        for batch in world.catalogue.stock
        if batch.hub in hubs
        and batch.expires_at is not None
        and batch.available_from <= at
        and at - ENDED_SHOWN_S < batch.expires_at <= at + STOCK_AHEAD_S
    ]  # fmt: skip
