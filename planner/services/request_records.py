"""Make a record of the log from a step as it is told, and see that its lines add up with those on record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from planner.domain.denials import AUTHORITIES, REASONS, USUAL_RESULT
from planner.domain.errors import BadInput
from planner.domain.pipeline import CLEARANCES, MOVEMENT_STEPS, OUTCOME_STEPS, PAPER_STEPS
from planner.domain.quantities import LineBalance
from planner.domain.requests import Request
from planner.domain.waybill import lines_of
from planner.domain.world import World
from planner.services.requests import Taken
from routing.deliveries import ItemLine, MovementStep
from routing.evidence import DeliveryOutcome, Evidence, PermitState, PermitStep
from routing.units import DAY, FOREVER, HOUR, Instant, Window


def make_record(request: Request, step: Taken, at: Instant) -> Evidence:
    """Return the record of a step, learned at an instant and without a position.

    Raises
    ------
    BadInput
        If a value that its kind needs is missing, or cannot be.
    """
    fact = _paper(request, step) if step.step in PAPER_STEPS else _motion(request, step)
    end = FOREVER if step.valid_until is None else step.valid_until
    if end <= step.at:
        raise BadInput("It would end before it begins. Give an end after its time.")
    return Evidence(
        position=0, learned_at=at, valid=Window(step.at, end), fact=fact, source=step.source.strip(),
        reliability=step.reliability, credibility=step.credibility, note=step.note, synthetic=step.synthetic,
    )  # fmt: skip


def _paper(request: Request, step: Taken) -> PermitStep:
    paper, state = PAPER_STEPS[step.step]
    by = step.by
    if step.step == "give_clearance":
        by = by or CLEARANCES
        state = _clearance({*request.cleared_by, *by})
    if step.step == "approve_in_part" and step.people is None and not step.struck and not step.lines:
        raise BadInput("What is cut is not said. Give the people allowed, the items struck or the units approved.")
    if step.people is not None and paper == "permission" and step.people > (request.people or step.people):
        raise BadInput(f"{step.people} people are more than the {request.people} that were asked for.")
    first = paper == "request"
    asked = request.papers.get("request")
    before = asked.fact if asked is not None and isinstance(asked.fact, PermitStep) else None
    lines = step.lines or (before.lines if first and before else _requested(request) if first else ())
    return PermitStep(
        step=paper, state=state, site=request.site, gate=step.gate, movement=request.movement,
        people=step.people if step.people is not None or not first else request.people, struck=step.struck,
        plan=request.plan if first else "", agencies=request.agencies if first else (), lines=lines,
        by=by, reason_code=step.reason_code, stated_reason=step.stated_reason,
    )  # fmt: skip


def _requested(request: Request) -> tuple[ItemLine, ...]:
    """Return what a published plan asks for; a request on record says it itself."""
    return tuple(
        ItemLine(what="requested", commodity=line.commodity, units=line.requested)
        for line in request.lines
        if line.requested is not None and not request.recorded
    )


def _clearance(given: set[str]) -> PermitState:
    return "granted" if given.issuperset(CLEARANCES) else "given"


def _motion(request: Request, step: Taken) -> MovementStep | DeliveryOutcome:
    if request.movement is None:
        raise TypeError(f"Request {request.id} has no convoy.")
    if step.step in MOVEMENT_STEPS:
        if step.step == "remove_items" and not step.lines:
            raise BadInput("Which items were removed is not said. Give each line with its units.")
        return MovementStep(
            movement=request.movement, step=MOVEMENT_STEPS[step.step], site=request.site, gate=step.gate,
            trucks=step.trucks, lines=step.lines, authority_type=step.authority_type or "none",
            reason_code=step.reason_code, stated_reason=step.stated_reason, document=step.document,
        )  # fmt: skip
    what = OUTCOME_STEPS[step.step]
    result = USUAL_RESULT[what]
    if result != "facilitated" and not step.reason_code:
        raise BadInput(f"reason_code is '' for a movement that was {what}. Say why, with one of: {', '.join(REASONS)}.")
    trucks, hours = step.trucks, step.hours_lost
    lost_days = trucks * hours * HOUR // DAY if trucks is not None and hours is not None else None
    return DeliveryOutcome(
        movement=request.movement, site=request.site, happened_at=step.at, result=result, what=what,
        reason_code="" if result == "facilitated" else step.reason_code, gate=step.gate or _last_gate(request),
        authority_type="none" if result == "facilitated" else step.authority_type or "not_established",
        stated_reason=step.stated_reason, trucks=trucks if trucks is not None else request.trucks, hours_lost=hours,
        truck_days_lost=None if result == "facilitated" else lost_days, people_requested=step.people_requested,
        people_reached=step.people_reached, figures=step.figures, follow_up=step.follow_up,
        lines=step.lines or _all_on_board(request, what),
    )  # fmt: skip


def _all_on_board(request: Request, what: str) -> tuple[ItemLine, ...]:
    """Return what a whole delivery unloads where nobody counts it: everything that is on the trucks."""
    return tuple(
        ItemLine(what="delivered", commodity=line.commodity, units=line.on_board)
        for line in request.lines
        if what == "delivered" and line.on_board
    )


def _last_gate(request: Request) -> str | None:
    """Return the last checkpoint that the convoy came to: what became of it counts for that one's record."""
    came = [r.fact.gate for r in request.records if isinstance(r.fact, MovementStep) and r.fact.gate is not None]
    return came[-1] if came else None


_COUNTED: Final[Mapping[str, frozenset[str]]] = {
    "plan": frozenset({"requested"}), "submit": frozenset({"requested"}),
    "approve": frozenset({"approved"}), "approve_in_part": frozenset({"approved"}),
    "load": frozenset({"loaded"}), "remove_items": frozenset({"removed"}), "turn_back": frozenset({"removed", "lost"}),
    "deliver": frozenset({"delivered"}), "deliver_in_part": frozenset({"delivered", "lost", "removed"}),
    "interrupt": frozenset({"delivered", "lost"}), "attack": frozenset({"delivered", "lost"}),
    "loot": frozenset({"delivered", "lost"}), "divert": frozenset({"delivered", "lost"}),
    "return": frozenset({"returned", "lost"}), "release": frozenset({"returned"}),
}  # fmt: skip
"""What each step may count; the others count nothing."""


def counted_by(step: str) -> tuple[str, ...]:
    """Return what a step may count, in the order of the procedure."""
    order = ("requested", "approved", "loaded", "removed", "delivered", "lost", "returned")
    return tuple(what for what in order if what in _COUNTED.get(step, frozenset()))


def check_lines(lines: Sequence[ItemLine], world: World) -> None:
    """Refuse a line of what is no commodity here; raises `BadInput`."""
    for line in lines:
        if line.commodity not in world.catalogue.commodities:
            known = ", ".join(world.catalogue.commodities)
            raise BadInput(f"commodity is {line.commodity!r}, which this crisis does not have. There are: {known}.")


def check_names(step: Taken, world: World) -> None:
    """Refuse a step that names what this crisis does not have, or a code that no report could place.

    Raises
    ------
    BadInput
        Naming the value and what there is.
    """
    if not step.source.strip():
        raise BadInput("source is empty. Say who reported it.")
    one: tuple[tuple[str, str, Collection[str]], ...] = (
        ("gate", step.gate or "", world.network.gates),
        ("reason_code", step.reason_code, REASONS),
        ("authority_type", step.authority_type, AUTHORITIES),
        *(("struck", name, world.catalogue.commodities) for name in step.struck),
        *(("by", name, CLEARANCES) for name in step.by),
    )
    for word, name, known in one:
        if name and name not in known:
            raise BadInput(f"{word} is {name!r}, which is none here. Give one of: {', '.join(sorted(known)[:40])}.")


def check_counts(step: Taken, world: World) -> None:
    """Refuse lines that this step cannot count; raises `BadInput`."""
    check_lines(step.lines, world)
    for line in step.lines:
        if line.what not in _COUNTED.get(step.step, frozenset()):
            counted = ", ".join(counted_by(step.step)) or "none"
            raise BadInput(f"{step.step} counts no units as {line.what}. It counts: {counted}.")


def check_sums(request: Request, record: Evidence, now: World) -> None:
    """Refuse lines that cannot be beside those on record; raises `BadInput` with the figures."""
    added = replace(record, position=now.head + 1)
    after = lines_of([*request.records, added], now.catalogue, request.lines)
    for line in after:
        if line.unaccounted < 0 or line.over_loaded or (line.not_approved or 0) < 0:
            raise BadInput(
                f"{line.commodity} would not add up: {_told(line)}. Mend the units, or withdraw the record that is "
                "wrong. What others report and you cannot check goes in as reported."
            )


def _told(line: LineBalance) -> str:
    parts = ("requested", "approved", "loaded", "removed", "delivered", "lost", "returned")
    return ", ".join(f"{part} {n}" for part, n in ((p, getattr(line, p)) for p in parts) if n is not None)
