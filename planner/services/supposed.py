"""Lay a scenario's edits over what is known: access, papers, trucks and escorts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planner.domain.errors import BadInput
from planner.domain.permits import Paper
from planner.domain.scenario import (
    AreaHeld,
    ArrangementAdded,
    CeasefireEnds,
    Edit,
    EscortChange,
    FleetChange,
    GateHoursSet,
    GateSet,
    PaperGranted,
    Scenario,
    SegmentSet,
)
from planner.domain.snapshot import Snapshot
from planner.domain.supply import EscortTeams, Fleet
from planner.domain.world import World
from routing.evidence import CeasefireAgreed
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
from routing.units import Window


def check_targets(scenario: Scenario, world: World) -> None:
    """Refuse edits of things that the crisis does not have, all complaints at once.

    Raises
    ------
    BadInput
        With one line for each name that is unknown.
    """
    complaints = [
        f"Scenario {scenario.name}, edit {edit.kind}: no {word} {name!r}. There are: {', '.join(sorted(known)[:15])}."
        for edit in scenario.edits
        for word, name, known in _names(edit, world)
        if name not in known
    ]
    if complaints:
        raise BadInput("\n".join(complaints))


def _names(edit: Edit, world: World) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield what an edit names: the word for it, the name, and the names there are."""
    catalogue, network = world.catalogue, world.network
    known = {
        "ceasefire": {r.fact.ceasefire for r in world.log if isinstance(r.fact, CeasefireAgreed)},
        "gate": set(network.gates),
        "area": set(network.areas),
        "segment": set(network.segments),
        "party": {party.id for party in catalogue.crisis.parties},
        "site": set(catalogue.sites),
        "hub": set(catalogue.hubs),
        "truck_type": set(catalogue.truck_types),
    }
    for word, choices in known.items():
        name = getattr(edit, word, None)
        if name is not None:
            yield word.replace("_", " "), name, frozenset(choices)
    if isinstance(edit, ArrangementAdded):
        for gate in edit.gates:
            yield "gate", gate, frozenset(known["gate"])
        for party in edit.parties:
            yield "party", party, frozenset(known["party"])


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
        access=access,
        papers=supposed_papers(snapshot.papers, added),
        fleets=supposed_fleets(snapshot.fleets, added, reach),
        escorts=supposed_escorts(snapshot.escorts, added, reach),
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
        case PaperGranted() | FleetChange() | EscortChange():
            pass
    return supposed


def supposed_papers(papers: tuple[Paper, ...], scenario: Scenario) -> tuple[Paper, ...]:
    """Return the papers on record with those that the scenario grants in place of what they overlap.

    A grant for one gate leaves what is on record for other gates as it is.
    """
    grants = [edit for edit in scenario.edits if isinstance(edit, PaperGranted)]
    kept = tuple(paper for paper in papers if not any(_replaces(grant, paper) for grant in grants))
    granted = tuple(
        Paper(
            step=step, state="granted", site=grant.site, gate=grant.gate, valid=grant.window, people=grant.people,
            struck=(), evidence=(),
        )
        for grant in grants
        for step in grant.steps
    )  # fmt: skip
    return kept + granted


def _replaces(grant: PaperGranted, paper: Paper) -> bool:
    same = paper.site == grant.site and paper.step in grant.steps and grant.gate in (None, paper.gate)
    return same and paper.valid.overlaps(grant.window)


def supposed_fleets(fleets: tuple[Fleet, ...], scenario: Scenario, reach: Window) -> tuple[Fleet, ...]:
    """Return the fleets with the scenario's trucks added or taken, additions available over `reach`."""
    changed = list(fleets)
    for edit in scenario.edits:
        if not isinstance(edit, FleetChange):
            continue
        if edit.trucks >= 0:
            changed.append(
                Fleet(
                    hub=edit.hub, truck_type=edit.truck_type, trucks=edit.trucks, available=reach,
                    source=f"scenario {scenario.name}", synthetic=True,
                )
            )  # fmt: skip
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
