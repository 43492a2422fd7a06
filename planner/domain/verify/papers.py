"""Rules of the papers: permission, letter, clearance, notification, head-count and struck items."""

from collections import Counter
from collections.abc import Iterator

from planner.domain.permits import (
    NOTIFIED_REGIMES,
    REGIME_STEPS,
    struck_commodities,
    windows_in_force,
)
from planner.domain.permits import (
    people_ceiling as lowest_ceiling,
)
from planner.domain.plan import Convoy, GatePass, Plan
from planner.domain.snapshot import Snapshot
from planner.domain.verify.violation import Violation
from routing.evidence import PermitStepName
from routing.units import Window, merge_windows


def permission(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A permission is in force for every site, from the gate that asks for it until unloading is finished."""
    return _step(plan, snapshot, "permission")


def letter(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A facilitation letter is in force likewise."""
    return _step(plan, snapshot, "letter")


def clearance(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A clearance is in force likewise."""
    return _step(plan, snapshot, "clearance")


def _loaded_passes(convoy: Convoy) -> Iterator[GatePass]:
    for move in convoy.moves:
        if move.loaded:
            yield from move.gates


def _step(plan: Plan, snapshot: Snapshot, step: PermitStepName) -> Iterator[Violation]:
    for convoy in plan.convoys:
        for gate_pass in _loaded_passes(convoy):
            gate = snapshot.network.get_gate(gate_pass.gate)
            if step not in REGIME_STEPS[gate.regime]:
                continue
            for stop in convoy.stops:
                if stop.unloaded_at <= gate_pass.arrive_at:
                    continue
                span = Window(gate_pass.arrive_at, stop.unloaded_at)
                # A renewal that begins when its forerunner ends leaves no gap.
                held = merge_windows(windows_in_force(snapshot.papers, stop.site, gate.id, step))
                if not any(window.covers(span) for window in held):
                    yield Violation(
                        rule=step, convoy=convoy.id, detail=f"no {step} for {stop.site} at gate {gate.id} in {span}"
                    )


def notification(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """A convoy through a notified gate leaves no sooner than the lead time after the plan is made."""
    earliest = snapshot.as_of.at + snapshot.policy.notification_lead_s
    for convoy in plan.convoys:
        notified = any(snapshot.network.get_gate(p.gate).regime in NOTIFIED_REGIMES for p in _loaded_passes(convoy))
        if notified and convoy.depart_at < earliest and convoy.movement is None:
            yield Violation(
                rule="notification",
                convoy=convoy.id,
                detail=f"leaves {earliest - convoy.depart_at} s before the notification's lead time has passed",
            )


def people_ceiling(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Food for a site feeds no more people than its papers allow."""
    fed: Counter[str] = Counter()
    for convoy in plan.convoys:
        for stop in convoy.stops:
            for load in stop.loads:
                if snapshot.commodities[load.commodity].counts_as_food:
                    fed[stop.site] += load.units * snapshot.commodities[load.commodity].person_days
    for site, person_days in sorted(fed.items()):
        ceiling = lowest_ceiling(snapshot.papers, site, snapshot.horizon)
        if ceiling is not None and person_days > ceiling * snapshot.policy.ration_days:
            yield Violation(
                rule="people_ceiling",
                convoy=None,
                detail=f"{site} gets {person_days} person-days of food; the papers allow {ceiling} people",
            )


def struck_commodity(plan: Plan, snapshot: Snapshot) -> Iterator[Violation]:
    """Nothing is loaded that the papers for the site have struck."""
    for convoy in plan.convoys:
        for stop in convoy.stops:
            struck = struck_commodities(snapshot.papers, stop.site, snapshot.horizon)
            for load in stop.loads:
                if load.commodity in struck:
                    yield Violation(
                        rule="struck_commodity", convoy=convoy.id, detail=f"{load.commodity} is struck for {stop.site}"
                    )
