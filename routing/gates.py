"""What a checkpoint or crossing lets through: its state, its hours, its flow and its record."""

from collections.abc import Sequence

from routing.evidence import DeliveryOutcome, GateReport
from routing.ledger import Ledger, Reported, edges, newest
from routing.network import Gate
from routing.status import GatePrior, Part, Status
from routing.track import Causes, Question, Track, graded, make_track
from routing.units import HOUR, MINUTE, Instant, Seconds, Window, daily_windows, merge_windows


def gate_track(question: Question, ledger: Ledger, gate: Gate) -> Track:
    """Return the gate part of the segments on which a gate stands, over the horizon.

    Closed wins over outside hours, and that over everything else. A gate that nobody ever reported on is what
    its regime says: by permit where papers are needed, else open; both flagged. "Open" goes stale.
    """
    reports = ledger.gates.get(gate.id, ())
    open_hours = hours_within(question, ledger, gate)
    changes = [*edges(reports), *(edge for window in open_hours for edge in (window.start, window.end))]
    changes += [edge for hours in ledger.hours.get(gate.id, ()) for edge in (hours.valid.start, hours.valid.end)]
    for report in reports:
        changes += question.stale_edges(report.valid.start)

    def state_at(at: Instant) -> tuple[Part, Causes]:
        last = newest(reports, at)
        if last is not None and last.fact.state == "closed":
            return _part(Status.BLOCKED, 0.0, "gate_closed", "", (last.position,)), ()
        if not any(window.contains(at) for window in open_hours):
            return _outside_hours(ledger, gate, at), ()
        return graded(_state_part(question, gate, last, at), question.policy), ()

    return make_track(question.horizon, changes, state_at)


def hours_within(question: Question, ledger: Ledger, gate: Gate) -> tuple[Window, ...]:
    """Return the windows of the horizon within the gate's daily hours, the latest reported hours counting."""
    hours = ledger.hours.get(gate.id, ())
    spans = _between(question.horizon, edges(hours))
    found: list[Window] = []
    for span in spans:
        opens, closes, _ = _hours_at(ledger, gate, span.start)
        found += daily_windows(span, opens, closes, question.zone)
    return merge_windows(found)


def smallest_flow(question: Question, ledger: Ledger, gate: Gate) -> int:
    """Return the fewest trucks an hour through the gate at any time of the horizon, as reported or as listed."""
    told = [hours for hours in ledger.hours.get(gate.id, ()) if hours.fact.trucks_per_hour is not None]
    flows: list[int] = []
    for span in _between(question.horizon, edges(told)):
        last = newest(told, span.start)
        flow = None if last is None else last.fact.trucks_per_hour
        flows.append(gate.trucks_per_hour if flow is None else flow)
    return min(flows)


def gate_prior(gate: Gate, outcomes: Sequence[Reported[DeliveryOutcome]]) -> GatePrior:
    """Return the gate's record: its prior counts and the outcomes learned since.

    Facilitated counts as passed, impeded and denied as turned back. A cancelled movement never came to the gate,
    and one that was attacked was not turned back by it: neither counts. Several reports of one event (same
    movement, site and hour) are one case, and the last of them in the log counts.
    """
    cases: dict[tuple[str, str, Instant], DeliveryOutcome] = {}
    for outcome in sorted(outcomes, key=lambda row: row.position):
        fact = outcome.fact
        if fact.gate == gate.id:
            cases[fact.movement, fact.site, fact.happened_at] = fact
    counted = [fact.result for fact in cases.values() if fact.what != "attacked" and fact.result != "cancelled"]
    passed = counted.count("facilitated")
    return GatePrior(
        passed=gate.prior_passed + passed,
        turned_back=gate.prior_turned_back + len(counted) - passed,
        cases=len(counted),
    )


def clock(seconds: Seconds) -> str:
    """Write seconds after midnight as HH:MM."""
    return f"{seconds // HOUR:02d}:{seconds % HOUR // MINUTE:02d}"


def _state_part(question: Question, gate: Gate, last: Reported[GateReport] | None, at: Instant) -> Part:
    if last is None:
        if gate.regime == "permit":
            return _part(Status.CONTESTED, 1.0, "gate_not_reported", "by permit", ())
        return _part(Status.OPEN, 1.0, "gate_not_reported", f"regime {gate.regime}", ())
    if last.fact.state == "by_permit":
        return _part(Status.CONTESTED, 1.0, "gate_by_permit", "", (last.position,))
    if not last.supposed and question.is_stale(last.valid.start, at):
        return _part(Status.CONTESTED, question.policy.p_stale, "stale_gate", "", (last.position,))
    return _part(Status.OPEN, 1.0, "gate_open", "", (last.position,))


def _outside_hours(ledger: Ledger, gate: Gate, at: Instant) -> Part:
    opens, closes, by = _hours_at(ledger, gate, at)
    return _part(Status.BLOCKED, 0.0, "outside_hours", f"{clock(opens)}-{clock(closes)}", by)


def _hours_at(ledger: Ledger, gate: Gate, at: Instant) -> tuple[Seconds, Seconds, tuple[int, ...]]:
    last = newest(ledger.hours.get(gate.id, ()), at)
    if last is None:
        return gate.opens, gate.closes, ()
    return last.fact.opens, last.fact.closes, (last.position,)


def _part(status: Status, p: float, code: str, detail: str, evidence: tuple[int, ...]) -> Part:
    return Part(name="gate", status=status, p=p, code=code, detail=detail, evidence=evidence)


def _between(horizon: Window, changes: Sequence[Instant]) -> tuple[Window, ...]:
    starts = sorted({horizon.start, *(edge for edge in changes if horizon.contains(edge))})
    return tuple(Window(a, b) for a, b in zip(starts, [*starts[1:], horizon.end], strict=True))
