"""The monthly table on access: what was asked for, permitted, sent and reached, each share with its denominator."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from planner.domain.access_plans import PlanPeriod, parse_plan
from planner.domain.requests import PublishedStop, Request, fold_requests
from planner.domain.world import World
from planner.services.snapshots import current_sites
from routing.evidence import DeliveryOutcome, standing
from routing.units import DAY, AsOf, Seconds, Window

CHANNELS: Final = frozenset({"cross_line", "cross_border"})
"""Inter-agency convoys that need leave to pass; cross-border convoys by notification alone have no request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Seconds between two steps over the requests that took both; None where none did."""

    median_s: Seconds | None
    longest_s: Seconds | None
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyCount:
    """One plan's figures as known. Head-counts are sums over requests of what is stated, `..._of` in how many.

    People are people-visits: a person asked for twice counts twice, so that reached and requested can be compared.
    `people_reached` takes the smallest figure of each delivery. `share_of_requested` is of `people_requested`, and
    `share_of_besieged` compares besieged people reached with those listed as besieged at the end of the period.
    """

    plan: PlanPeriod
    requests: int
    locations_requested: int
    approved_in_full: int
    approved_in_part: int
    in_principle: int
    denied: int
    no_reply: int
    people_requested: int
    people_requested_of: int
    people_approved: int
    people_approved_of: int
    people_reached: int
    people_reached_of: int
    people_reached_of_requested: int
    people_besieged: int
    people_besieged_reached: int
    besieged_locations: int
    besieged_reached: int
    convoys_dispatched: int
    convoys_delivered: int
    convoys_aborted: int
    aborted_by_reason: Mapping[str, int]
    answer: Wait
    letter: Wait
    dispatch: Wait
    items_removed: int
    removed_kg: int
    removed_treatments: int
    not_reached_by_reason: Mapping[str, int]

    @property
    def share_of_requested(self) -> float | None:
        """People reached as a share of people requested in the plan; None where a request does not state them."""
        told = self.people_requested and self.people_requested_of == self.requests
        return self.people_reached / self.people_requested if told else None

    @property
    def share_of_besieged(self) -> float | None:
        """Besieged people reached as a share of all listed as besieged; None where none are."""
        return self.people_besieged_reached / self.people_besieged if self.people_besieged else None


def monthly_count(
    world: World, month: str, question: AsOf | None = None, published: Sequence[PublishedStop] = ()
) -> MonthlyCount:
    """Return the figures of an inter-agency plan, as known at a question (None: at its end, with all that is known).

    Requests count by the plan that names them, deliveries and removals by when they happened.

    Raises
    ------
    BadInput
        If the plan's name is not understood.
    """
    catalogue = world.catalogue
    plan = parse_plan(month, catalogue.crisis.tz)
    known = world.head if question is None else question.known
    end = plan.window.end if question is None else min(plan.window.end, question.at + 1)
    at = max(end - 1, plan.window.start)
    records = standing(world.log, known)
    # Answers to a plan may come after its month; they count as far as they are known.
    later = max(at, question.at if question is not None else max((r.learned_at for r in records), default=at))
    requests = [r for r in fold_requests(records, catalogue, later, published) if r.channel in CHANNELS]
    asked = [r for r in requests if r.recorded and r.plan == plan.name]
    within = Window(plan.window.start, max(end, plan.window.start + 1))
    sent = [r for r in requests if r.left_at is not None and within.contains(r.left_at)]
    came = [r for r in requests if r.reached_at is not None and within.contains(r.reached_at)]
    failed = [r for r in requests if _failed(r, within)]
    sites = current_sites(catalogue.sites, records, at)
    besieged = {name: site for name, site in sites.items() if site.listing == "besieged"}
    lines = [line for r in requests for line in r.lines if _removed_within(r, within)]
    stages = [_answer(r) for r in asked]
    return MonthlyCount(
        plan=plan, requests=len(asked), locations_requested=len({r.site for r in asked}),
        approved_in_full=stages.count("granted"), approved_in_part=stages.count("partial"),
        in_principle=stages.count("in_principle"), denied=stages.count("refused"), no_reply=stages.count("none"),
        people_requested=_sum(r.people for r in asked), people_requested_of=_told(r.people for r in asked),
        people_approved=_sum(r.people_approved for r in asked),
        people_approved_of=_told(r.people_approved for r in asked),
        people_reached=_sum(r.reached_least for r in came), people_reached_of=_told(r.reached_least for r in came),
        people_reached_of_requested=_sum(r.reached_least for r in came if r.recorded and r.plan == plan.name),
        people_besieged=sum(site.people_least for site in besieged.values()),
        people_besieged_reached=_sum(r.reached_least for r in came if r.site in besieged),
        besieged_locations=len(besieged), besieged_reached=len({r.site for r in came if r.site in besieged}),
        convoys_dispatched=len({r.movement for r in sent}), convoys_delivered=len({r.movement for r in came}),
        convoys_aborted=len({r.movement for r in failed}), aborted_by_reason=_by_reason(failed, lambda _r: 1),
        answer=_wait((r.asked_at, r.answered_at) for r in asked),
        letter=_wait((r.answered_at, r.letter_at) for r in asked),
        dispatch=_wait((r.letter_at, r.left_at) for r in asked),
        items_removed=sum(line.removed or 0 for line in lines), removed_kg=sum(line.removed_kg or 0 for line in lines),
        removed_treatments=sum(line.removed_treatments or 0 for line in lines),
        not_reached_by_reason=_by_reason(failed, _not_reached),
    )  # fmt: skip


def _answer(request: Request) -> str:
    """Return the last answer to a request; what was withdrawn is refused, and silence is none."""
    word = request.standing.paper("permission")
    known = {"granted": "granted", "partial": "partial", "in_principle": "in_principle"}
    if word in {"refused", "withdrawn"}:
        return "refused"
    return known.get(word or "", "none")


def _last_failure(request: Request, within: Window) -> DeliveryOutcome | None:
    told = [r.fact for r in request.records if isinstance(r.fact, DeliveryOutcome)]
    last = told[-1] if told else None
    if last is None or last.result == "facilitated" or not within.contains(last.happened_at):
        return None
    return last


def _failed(request: Request, within: Window) -> bool:
    return _last_failure(request, within) is not None


def _removed_within(request: Request, within: Window) -> bool:
    return any(
        within.contains(record.valid.start)
        for record in request.records
        if any(line.what == "removed" for line in getattr(record.fact, "lines", ()))
    )


def _by_reason(requests: Iterable[Request], count: Callable[[Request], int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for request in requests:
        outcomes = [r.fact for r in request.records if isinstance(r.fact, DeliveryOutcome)]
        reason = outcomes[-1].reason_code or "not_stated"
        found[reason] = found.get(reason, 0) + count(request)
    return dict(sorted(found.items()))


def _not_reached(request: Request) -> int:
    """Return the most people that any source says were to be reached, less those who were."""
    asked = [
        figure.count
        for record in request.records
        if isinstance(record.fact, DeliveryOutcome)
        for figure in record.fact.people_requested
    ]
    return max(0, max(asked, default=request.people or 0) - (request.reached_least or 0))


def _wait(pairs: Iterable[tuple[int | None, int | None]]) -> Wait:
    spans = [max(0, end - start) for start, end in pairs if start is not None and end is not None]
    return Wait(median_s=int(median(spans)) if spans else None, longest_s=max(spans, default=None), of=len(spans))


def days(seconds: Seconds | None) -> float | None:
    """Return seconds as days to a tenth; None stays None."""
    return None if seconds is None else round(seconds / DAY, 1)


def _sum(values: Iterable[int | None]) -> int:
    return sum(value for value in values if value is not None)


def _told(values: Iterable[int | None]) -> int:
    return sum(value is not None for value in values)
