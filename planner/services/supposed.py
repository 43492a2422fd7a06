"""Lay a scenario's edits over what is known: access, papers, goods, trucks, escorts, hours and policies."""

from collections.abc import Sequence
from dataclasses import replace

from planner.domain.crisis import Crisis
from planner.domain.edits import (
    AccessPolicySet,
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    DrivingHoursSet,
    Edit,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    NeedScaled,
    PaperGranted,
    PapersSet,
    PlanPolicySet,
    SegmentSet,
    StockChange,
    sites_of,
)
from planner.domain.errors import BadInput
from planner.domain.needs import Need
from planner.domain.permits import Paper
from planner.domain.policy import PlanPolicy, change_policy
from planner.domain.scenario import Scenario
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet, StockBatch
from planner.domain.targets import known_names, unknown_names
from planner.domain.world import World
from routing.overlay import (
    SupposedArrangement,
    SupposedCeasefireEnd,
    SupposedControl,
    SupposedGate,
    SupposedHours,
    SupposedRoad,
    Supposition,
    apply,
)
from routing.policy import AccessPolicy
from routing.units import FOREVER, Window


def check_targets(scenario: Scenario, world: World) -> None:
    """Refuse edits of things that the crisis does not have, all complaints at once.

    Raises
    ------
    BadInput
        With one line for each name that is unknown.
    """
    known = known_names(world)
    complaints = [
        f"Scenario {scenario.name}, edit {edit.kind}: {said}"
        for edit in scenario.edits
        for said in unknown_names(edit, known)
    ]
    if complaints:
        raise BadInput("\n".join(complaints))


def suppose(snapshot: Snapshot, edits: Sequence[Edit]) -> Snapshot:
    """Return the snapshot with more edits laid over it, as it would have been frozen with them.

    Raises
    ------
    ConflictingEdits
        If they contradict each other or the snapshot's scenario.
    """
    known, name = snapshot.scenario.edits, snapshot.scenario.name
    scenario, added = Scenario(name=name, edits=(*known, *edits)), Scenario(name=name, edits=tuple(edits))
    roads = suppositions(scenario) if suppositions(added) else ()
    # The map holds the scenario's own edits already: roads that only those touch come out as they are.
    access = apply(
        snapshot.access, roads, snapshot.log, snapshot.network, snapshot.as_of, snapshot.crisis.tz,
        snapshot.access_policy,
    )  # fmt: skip
    reach = snapshot.access.horizon
    return replace(
        snapshot,
        scenario=scenario,
        crisis=supposed_crisis(snapshot.crisis, added),
        access=access,
        needs=supposed_needs(snapshot.needs, added),
        stock=supposed_stock(snapshot.stock, added, reach),
        papers=supposed_papers(snapshot.papers, added),
        fleets=supposed_fleets(snapshot.fleets, added, reach),
        escorts=supposed_escorts(snapshot.escorts, added, reach),
        policy=supposed_plan_policy(snapshot.policy, added),
    )


def suppositions(scenario: Scenario) -> tuple[Supposition, ...]:
    """Return the edits that change access, in the words of the road model."""
    return tuple(found for edit in scenario.edits if (found := _supposition(edit)) is not None)


def _supposition(edit: Edit) -> Supposition | None:
    supposed: Supposition | None = None
    match edit:
        case CeasefireEnds():
            supposed = SupposedCeasefireEnd(ceasefire=edit.ceasefire, at=edit.at)
        case GateSet():
            supposed = SupposedGate(gate=edit.gate, state=edit.state, window=edit.window)
        case GateHoursSet():
            supposed = SupposedHours(gate=edit.gate, opens=edit.opens, closes=edit.closes, window=edit.window)
        case ArrangementAdded():
            supposed = SupposedArrangement(gates=edit.gates, parties=edit.parties, window=edit.window)
        case AreaHeld():
            supposed = SupposedControl(area=edit.area, party=edit.party, window=edit.window)
        case SegmentSet():
            supposed = SupposedRoad(segment=edit.segment, state=edit.state, window=edit.window)
        case _:
            pass  # Papers, goods, trucks, hours and policies are laid over the rest of the snapshot.
    return supposed


def supposed_papers(papers: tuple[Paper, ...], scenario: Scenario) -> tuple[Paper, ...]:
    """Return the papers on record with those that the scenario grants or refuses in place of what they overlap.

    An edit that names one gate leaves what is on record for other gates as it is.
    """
    supposed = [edit for edit in scenario.edits if isinstance(edit, PaperGranted | PapersSet)]
    if not supposed:
        return papers
    kept = tuple(paper for paper in papers if not any(_replaces(edit, paper) for edit in supposed))
    added = tuple(
        Paper(
            step=step, state=edit.state if isinstance(edit, PapersSet) else "granted", site=site, gate=edit.gate,
            valid=edit.window, people=edit.people, struck=(), evidence=(),
        )
        for edit in supposed
        for site in sites_of(edit)
        for step in edit.steps
    )  # fmt: skip
    return kept + added


def _replaces(edit: PaperGranted | PapersSet, paper: Paper) -> bool:
    same = paper.site in sites_of(edit) and paper.step in edit.steps and edit.gate in (None, paper.gate)
    return same and paper.valid.overlaps(edit.window)


def supposed_fleets(fleets: tuple[Fleet, ...], scenario: Scenario, reach: Window) -> tuple[Fleet, ...]:
    """Return the fleets with the scenario's trucks added or taken, additions available over `reach`."""
    changed: Sequence[Fleet] = fleets
    for edit in scenario.edits:
        if not isinstance(edit, FleetChange):
            continue
        if edit.trucks >= 0:
            extra = Fleet(
                hub=edit.hub, truck_type=edit.truck_type, trucks=edit.trucks, available=reach,
                source=f"scenario {scenario.name}", synthetic=True,
            )  # fmt: skip
            changed = [*changed, extra]
        else:
            changed = _fewer(changed, edit)
    return tuple(changed)


def _fewer(fleets: Sequence[Fleet], edit: FleetChange) -> list[Fleet]:
    to_take = -edit.trucks
    left = []
    for fleet in fleets:
        if (fleet.hub, fleet.truck_type) == (edit.hub, edit.truck_type):
            taken = min(to_take, fleet.trucks)
            to_take -= taken
            left.append(replace(fleet, trucks=fleet.trucks - taken))
        else:
            left.append(fleet)
    return left


def supposed_escorts(escorts: tuple[EscortTeams, ...], scenario: Scenario, reach: Window) -> tuple[EscortTeams, ...]:
    """Return the escort teams with the scenario's added or taken, additions available over `reach`."""
    changed = escorts
    for edit in scenario.edits:
        if not isinstance(edit, EscortChange):
            continue
        if edit.teams >= 0:
            extra = EscortTeams(
                id=f"scenario-{scenario.name}", base=None, teams=edit.teams, available=reach,
                source=f"scenario {scenario.name}", synthetic=True,
            )  # fmt: skip
            changed = (*changed, extra)
        else:
            changed = tuple(replace(e, teams=max(0, e.teams + edit.teams)) for e in changed)
    return changed


def supposed_stock(stock: tuple[StockBatch, ...], scenario: Scenario, reach: Window) -> tuple[StockBatch, ...]:
    """Return the batches with the scenario's units added from the start of `reach`, or taken.

    What is taken comes from the batches that would be used last: those that expire latest, or never.
    """
    changed = stock
    for edit in scenario.edits:
        if not isinstance(edit, StockChange):
            continue
        if edit.units >= 0:
            extra = StockBatch(
                hub=edit.hub, commodity=edit.commodity, batch=f"scenario-{scenario.name}", units=edit.units,
                available_from=reach.start, expires_at=None, source=f"scenario {scenario.name}", synthetic=True,
            )  # fmt: skip
            changed = (*changed, extra)
        else:
            changed = _less(changed, edit)
    return changed


def _less(stock: tuple[StockBatch, ...], edit: StockChange) -> tuple[StockBatch, ...]:
    to_take = -edit.units
    left = {}
    here = [batch for batch in stock if (batch.hub, batch.commodity) == (edit.hub, edit.commodity)]
    for batch in sorted(here, key=lambda b: (-(FOREVER if b.expires_at is None else b.expires_at), b.batch)):
        taken = min(to_take, batch.units)
        to_take -= taken
        left[batch] = replace(batch, units=batch.units - taken)
    return tuple(left.get(batch, batch) for batch in stock)


def supposed_needs(needs: tuple[Need, ...], scenario: Scenario) -> tuple[Need, ...]:
    """Return the needs with those that the scenario scales made larger or smaller, rounded up to whole units."""
    scaled = [edit for edit in scenario.edits if isinstance(edit, NeedScaled)]
    if not scaled:
        return needs
    return tuple(_scaled(need, scaled) for need in needs)


def _scaled(need: Need, edits: Sequence[NeedScaled]) -> Need:
    for edit in edits:  # at most one speaks of a need: two would contradict each other
        if edit.site in (None, need.site) and edit.commodity in (None, need.commodity):
            return replace(need, units=-(-need.units * edit.percent // 100))
    return need


def supposed_crisis(crisis: Crisis, scenario: Scenario) -> Crisis:
    """Return the crisis with the scenario's hours of driving."""
    for edit in scenario.edits:
        if isinstance(edit, DrivingHoursSet):
            return replace(crisis, dawn_s=edit.opens, dusk_s=edit.closes)
    return crisis


def supposed_plan_policy(policy: PlanPolicy, scenario: Scenario) -> PlanPolicy:
    """Return the plan's policy with the scenario's parameters."""
    changed = {edit.name: edit.value for edit in scenario.edits if isinstance(edit, PlanPolicySet)}
    return change_policy(policy, changed)


def supposed_access_policy(policy: AccessPolicy, scenario: Scenario) -> AccessPolicy:
    """Return the policy by which roads are judged with the scenario's parameters."""
    changed = {edit.name: edit.value for edit in scenario.edits if isinstance(edit, AccessPolicySet)}
    return change_policy(policy, changed)
