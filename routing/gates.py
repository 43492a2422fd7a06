"""What a checkpoint or crossing lets through: its state, its hours, its flow and its record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from routing.deliveries import MovementStep
from routing.evidence import DeliveryOutcome, GateHours, GateReport, GateState
from routing.hand_set import PassageOverride
from routing.ledger import Ledger, Reported, edges, newest
from routing.network import Gate, GateId, RoadNetwork
from routing.status import GatePrior, Part, Status, worst
from routing.track import Causes, Question, Track, graded, make_track
from routing.units import HOUR, MINUTE, Instant, Seconds, Window, daily_windows, merge_windows

Kind = TypeVar("Kind")
_FROM_BEST: Final[tuple[GateState, ...]] = ("open", "by_permit", "closed")


def gate_track(question: Question, ledger: Ledger, gate: Gate) -> Track:
    """Return the gate part of the segments on which a gate stands, over the horizon.

    Closed wins over outside hours, and that over everything else. Where another source told of a worse state, or of
    hours that leave this instant out, within `dispute_window_s` before the report that counts, the gate is disputed.
    A gate that nobody ever reported on is what its regime says: by permit where papers are needed, else open; both
    flagged. "Open" goes stale.
    """
    reports = ledger.gates.get(gate.id, ())
    open_hours = hours_within(question, ledger, gate)
    told_hours = ledger.hours.get(gate.id, ())
    changes = [*edges(reports), *(edge for window in open_hours for edge in (window.start, window.end))]
    changes += edges(told_hours)
    # Hours that another source tells differently open and close the dispute.
    changes += [
        edge for hours in told_hours for window in _daily(question, hours) for edge in (window.start, window.end)
    ]
    for report in reports:
        changes += question.stale_edges(report.valid.start)

    def state_at(at: Instant) -> tuple[Part, Causes]:
        last = newest(reports, at)
        if last is not None and last.fact.state == "closed":
            return _part(Status.BLOCKED, 0.0, "gate_closed", "", (last.position,)), ()
        if not any(window.contains(at) for window in open_hours):
            return _outside_hours(ledger, gate, at), ()
        parts = [_state_part(question, gate, last, at)]
        parts += [] if last is None else _disputed_state(question, reports, last, at)
        parts += _disputed_hours(question, told_hours, at)
        return worst(tuple(graded(part, question.policy) for part in parts)), ()

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


def gate_prior(
    gate: Gate,
    outcomes: Sequence[Reported[DeliveryOutcome]],
    set_by_hand: Reported[PassageOverride] | None = None,
    passages: Sequence[Reported[MovementStep]] = (),
) -> GatePrior:
    """Return the gate's record: its prior counts and the outcomes learned since.

    Counts that somebody set by hand stand for the gate's prior and for every outcome that the log held before them.
    Facilitated counts as passed, impeded and denied as turned back. A cancelled movement never came to the gate,
    and one that was attacked was not turned back by it: neither counts. Several reports of one event (same
    movement, site and hour) are one case, and the last of them in the log counts. A column that was let through, of
    which no outcome at this gate counts, passed it whatever became of it later.
    """
    since = 0 if set_by_hand is None else set_by_hand.position
    cases: dict[tuple[str, str, Instant], DeliveryOutcome] = {}
    for outcome in sorted(outcomes, key=lambda row: row.position):
        fact = outcome.fact
        if fact.gate == gate.id and outcome.position > since:
            cases[fact.movement, fact.site, fact.happened_at] = fact
    told = [fact for fact in cases.values() if fact.what != "attacked" and fact.result != "cancelled"]
    counted = [fact.result for fact in told]
    spoken_of = {fact.movement for fact in told}
    let_through = {p.fact.movement for p in passages if p.fact.gate == gate.id and p.position > since} - spoken_of
    counted += ["facilitated"] * len(let_through)
    passed = counted.count("facilitated")
    first = (gate.prior_passed, gate.prior_turned_back)
    if set_by_hand is not None:
        first = (set_by_hand.fact.passed, set_by_hand.fact.turned_back)
    return GatePrior(
        passed=first[0] + passed,
        turned_back=first[1] + len(counted) - passed,
        cases=len(counted),
        set_by=None if set_by_hand is None else set_by_hand.position,
    )


def gate_priors(question: Question, ledger: Ledger, network: RoadNetwork) -> dict[GateId, GatePrior]:
    """Return the record of every gate, as known and as it stands at the question's instant."""
    return {
        name: gate_prior(
            gate, ledger.outcomes, newest(ledger.overrides.get(name, ()), question.as_of.at), ledger.passages
        )
        for name, gate in network.gates.items()
    }


def authority_priors(network: RoadNetwork, priors: Mapping[GateId, GatePrior]) -> dict[str, GatePrior]:
    """Return the record of each authority: the counts of all its gates together, in order of its name."""
    found: dict[str, GatePrior] = {}
    for name, gate in sorted(network.gates.items(), key=lambda item: item[1].authority):
        one, before = priors[name], found.get(gate.authority, GatePrior(passed=0, turned_back=0, cases=0))
        found[gate.authority] = GatePrior(
            passed=before.passed + one.passed, turned_back=before.turned_back + one.turned_back,
            cases=before.cases + one.cases,
        )  # fmt: skip
    return found


def as_inspected(network: RoadNetwork, ledger: Ledger, at: Instant) -> RoadNetwork:
    """Return the network with each gate's delay as last reported at an instant; the network itself where none is."""
    told = {name: newest(rows, at) for name, rows in ledger.inspections.items()}
    changed = {
        name: replace(
            network.gates[name], delay_low_s=row.fact.delay_low_s, delay_mode_s=row.fact.delay_mode_s,
            delay_high_s=row.fact.delay_high_s,
        )
        for name, row in told.items()
        if row is not None
    }  # fmt: skip
    return replace(network, gates={**network.gates, **changed}) if changed else network


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


def _disputed_state(
    question: Question, reports: Sequence[Reported[GateReport]], last: Reported[GateReport], at: Instant
) -> list[Part]:
    others = _others(question, reports, last, at)
    worse = [one for one in others if _FROM_BEST.index(one.fact.state) > _FROM_BEST.index(last.fact.state)]
    if not worse:
        return []
    told = " | ".join([last.fact.state, *sorted({one.fact.state for one in worse})])
    by = tuple(sorted({last.position, *(one.position for one in worse)}))
    return [_part(Status.CONTESTED, question.policy.p_disputed_report, "disputed_gate", told, by)]


def _disputed_hours(question: Question, told: Sequence[Reported[GateHours]], at: Instant) -> list[Part]:
    last = newest(told, at)
    if last is None:
        return []
    without = [
        one
        for one in _others(question, told, last, at)
        if not any(window.contains(at) for window in _daily(question, one))
    ]
    if not without:
        return []
    spans = dict.fromkeys(f"{clock(one.fact.opens)}-{clock(one.fact.closes)}" for one in (last, *without))
    by = tuple(sorted({last.position, *(one.position for one in without)}))
    return [_part(Status.CONTESTED, question.policy.p_disputed_report, "disputed_hours", " | ".join(spans), by)]


def _others(
    question: Question, told: Sequence[Reported[Kind]], last: Reported[Kind], at: Instant
) -> list[Reported[Kind]]:
    """Return the latest word of each other source that is not too old beside the one that counts; none in a what-if."""
    if last.supposed:
        return []
    by_source: dict[str, Reported[Kind]] = {}
    for one in sorted((one for one in told if one.valid.contains(at)), key=lambda one: one.rank):
        by_source[one.source] = one
    window = question.policy.dispute_window_s
    return [one for one in by_source.values() if one is not last and last.valid.start - one.valid.start <= window]


def _daily(question: Question, hours: Reported[GateHours]) -> tuple[Window, ...]:
    within = hours.valid.clip(question.horizon)
    return () if within is None else daily_windows(within, hours.fact.opens, hours.fact.closes, question.zone)


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
