"""What the map of access shows beside the roads: gates with their status, sites, hubs, and the latest plan's ways."""

from typing import Any

from planner.domain.plan import Plan
from planner.domain.world import World
from planner.services.snapshots import current_sites
from routing.evidence import standing
from routing.network import GateId
from routing.status import AccessMap, Status
from routing.units import AsOf
from web.words import say


def gate_status(world: World, access: AccessMap, gate: GateId, question: AsOf) -> Status | None:
    """Return the worst status of a gate's segments; None where it has none."""
    statuses = [access.at(s, question.at).status for s in world.network.segments_of_gate.get(gate, ())]
    return max(statuses, key=lambda status: status.rank, default=None)


def access_overlay(world: World, access: AccessMap, question: AsOf, plan: Plan | None) -> dict[str, Any]:
    """Return the overlay of the map of access."""
    network, catalogue = world.network, world.catalogue
    points: list[dict[str, Any]] = []
    for gate in network.gates.values():
        status = gate_status(world, access, gate.id, question)
        points.append({
            "sel": f"gate:{gate.id}", "at": list(network.places[gate.place].position), "kind": "gate",
            "name": say(gate), "name2": gate.name_ar, "status": None if status is None else status.value, "priority": 4,
        })  # fmt: skip
    for site in current_sites(catalogue.sites, standing(world.log, question.known), question.at).values():
        if site.listing == "closed":
            continue
        points.append({
            "sel": f"place:{site.place}", "at": list(network.places[site.place].position), "kind": "place",
            "name": say(site), "name2": site.name_ar, "besieged": site.listing == "besieged",
            "people": site.people_least, "priority": 2 if site.listing == "besieged" else 5,
        })  # fmt: skip
    points += [
        {"sel": f"place:{hub.place}", "at": list(network.places[hub.place].position), "kind": "hub",
         "name": say(hub), "name2": hub.name_ar, "bold": True, "priority": 1}
        for hub in catalogue.hubs.values()
    ]  # fmt: skip
    return {"routes": [], "points": points, "plan": None if plan is None else len(plan.convoys)}
