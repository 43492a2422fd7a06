"""Requests as scripts read them: stage, holder, papers, clocks and the waybill's lines."""

from collections.abc import Sequence

from planner.domain.canonical import Plain
from planner.domain.pipeline import StepName
from planner.domain.quantities import LineBalance
from planner.domain.requests import PAPERS, Request
from planner.domain.waybill import happened_at, word_of
from planner.domain.world import World
from planner.services.monthly import MonthlyCount, Wait
from routing.evidence import Evidence, PermitStep
from routing.units import DAY, Instant, format_instant


def requests_json(world: World, requests: Sequence[Request]) -> list[Plain]:
    """Return requests in short, one object each."""
    return [_short(world, request) for request in requests]


def request_json(world: World, request: Request) -> dict[str, Plain]:
    """Return one request with its papers, lines and records."""
    zone = world.catalogue.crisis.tz
    return {
        **_short(world, request),
        "agencies": list[Plain](request.agencies),
        "struck": list[Plain](request.struck),
        "cleared_by": list[Plain](request.cleared_by),
        "left_without": list[Plain](request.unpapered),
        "papers": [_paper(step, request.papers.get(step), world) for step in PAPERS],
        "lines": [line_json(line) for line in request.lines],
        "records": [
            {"position": r.position, "at": format_instant(happened_at(r), zone), "what": record_word(r),
             "source": r.source, "reliability": r.reliability, "credibility": r.credibility, "note": r.note,
             "synthetic": r.synthetic}
            for r in request.records
        ],
    }  # fmt: skip


def record_word(record: Evidence) -> str:
    """Return what a record of a request tells, as `letter issued` or `dispatched`."""
    fact = record.fact
    return f"{fact.step} {fact.state}" if isinstance(fact, PermitStep) else word_of(record)


def line_json(line: LineBalance) -> dict[str, Plain]:
    """Return one line of a waybill; null is not stated."""
    return {
        "commodity": line.commodity, "requested": line.requested, "approved": line.approved, "loaded": line.loaded,
        "removed": line.removed, "removed_kg": line.removed_kg, "removed_treatments": line.removed_treatments,
        "delivered": line.delivered, "lost": line.lost, "returned": line.returned, "on_board": line.on_board,
        "unaccounted": line.unaccounted, "adds_up": line.adds_up,
    }  # fmt: skip


def monthly_json(count: MonthlyCount) -> dict[str, Plain]:
    """Return the monthly table; each share names what it is a share of."""
    return {
        "plan": count.plan.name,
        "requests": count.requests,
        "locations": {
            "requested": count.locations_requested, "approved_in_full": count.approved_in_full,
            "approved_in_part": count.approved_in_part, "in_principle": count.in_principle, "denied": count.denied,
            "no_reply": count.no_reply,
        },
        "people": {
            "requested": count.people_requested, "requested_stated_by": count.people_requested_of,
            "approved": count.people_approved, "approved_stated_by": count.people_approved_of,
            "reached": count.people_reached, "reached_stated_by": count.people_reached_of,
            "reached_of_requested": _share(count.share_of_requested), "besieged": count.people_besieged,
            "besieged_reached": count.people_besieged_reached, "reached_of_besieged": _share(count.share_of_besieged),
        },
        "besieged_locations": {"reached": count.besieged_reached, "listed": count.besieged_locations},
        "convoys": {
            "dispatched": count.convoys_dispatched, "delivered": count.convoys_delivered,
            "failed": count.convoys_aborted, "failed_by_reason": dict[str, Plain](count.aborted_by_reason),
        },
        "days": {"request_to_answer": _wait(count.answer), "answer_to_letter": _wait(count.letter),
                 "letter_to_dispatch": _wait(count.dispatch)},
        "removed": {"units": count.items_removed, "kg": count.removed_kg, "treatments": count.removed_treatments},
        "people_not_reached_by_reason": dict[str, Plain](count.not_reached_by_reason),
    }  # fmt: skip


def _short(world: World, request: Request) -> dict[str, Plain]:
    zone = world.catalogue.crisis.tz

    def told(at: Instant | None) -> str | None:
        return None if at is None else format_instant(at, zone)

    return {
        "request": request.id, "site": request.site, "movement": request.movement, "plan": request.plan,
        "plan_named": request.plan_named, "recorded": request.recorded, "channel": request.channel,
        "stage": request.stage, "since": told(request.since), "holder": request.holder,
        "asked_at": told(request.asked_at), "answer_due": told(request.due_at),
        "answered_at": told(request.answered_at),
        "letter_at": told(request.letter_at), "left_at": told(request.left_at), "reached_at": told(request.reached_at),
        "people": request.people, "people_approved": request.people_approved, "people_reached": request.reached_least,
        "trucks": request.trucks, "missing": list[Plain](request.missing), "next": _names(request.legal),
        "adds_up": all(line.adds_up for line in request.lines), "synthetic": request.synthetic,
    }  # fmt: skip


def _names(steps: Sequence[StepName]) -> list[Plain]:
    return list[Plain](steps)


def _paper(step: str, record: Evidence | None, world: World) -> Plain:
    fact = None if record is None else record.fact
    state = fact.state if isinstance(fact, PermitStep) else None
    return {
        "paper": step, "state": state, "record": None if record is None else record.position,
        "since": None if record is None else format_instant(record.valid.start, world.catalogue.crisis.tz),
    }  # fmt: skip


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _wait(wait: Wait) -> Plain:
    def days(seconds: int | None) -> float | None:
        return None if seconds is None else round(seconds / DAY, 1)

    return {"median": days(wait.median_s), "longest": days(wait.longest_s), "of": wait.of}
