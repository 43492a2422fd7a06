"""What the map of access shows beside the roads: gates with their status, sites, hubs, and the ways of convoys."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from planner.domain.world import World
from planner.services.in_hand import ConvoyInHand
from planner.services.selection import Selection, bounds_of
from planner.services.snapshots import current_sites
from routing.evidence import standing
from routing.network import GateId, Place, Position, SegmentId
from routing.status import AccessMap, Status
from routing.travel.legs import Leg
from routing.units import AsOf
from web.words import say

HALF: Final = 0.5
MOST_SIGNS: Final = 400


def gate_status(world: World, access: AccessMap, gate: GateId, question: AsOf) -> Status | None:
    """Return the worst status of a gate's segments; None where it has none."""
    statuses = [access.at(s, question.at).status for s in world.network.segments_of_gate.get(gate, ())]
    return max(statuses, key=lambda status: status.rank, default=None)


def access_overlay(
    world: World,
    access: AccessMap,
    question: AsOf,
    convoys: Sequence[ConvoyInHand],
    selection: Selection | None = None,
) -> dict[str, Any]:
    """Return the overlay of the map of access; what is selected is shown with its surroundings."""
    overlay: dict[str, Any] = {
        "roadsFirst": True,
        # Over the whole country numbers would hide the gates: they are shown once something is looked at closely.
        "routes": [{**_route(one), **({} if selection else {"label": ""})} for one in convoys],
        "points": [*_gates(world, access, question), *_sites(world, question), *_hubs(world, convoys)],
    }
    bounds = None if selection is None else bounds_of(world, selection)
    if bounds is not None:
        overlay["bounds"] = list(bounds)
    if selection is not None and selection.kind in {"area", "box", "place"}:
        overlay["groups"] = {selection.id: list(selection.segments)}
    return overlay


def impact_overlay(
    world: World, turned: Mapping[SegmentId, Status], convoys: Iterable[ConvoyInHand], around: Selection | None
) -> dict[str, Any]:
    """Return the overlay of what a report changes: a sign of what each stretch turns to, and the convoys it touches."""
    points = [_middle(world, segment) for segment in turned]
    signs = [{"status": status.value, "at": list(at)} for status, at in zip(turned.values(), points, strict=True)]
    # One policy may turn thousands: drawn are those that were listed first, the worst.
    signs = signs[:MOST_SIGNS]
    overlay: dict[str, Any] = {
        "roadsFirst": True, "signs": signs, "points": [*_hubs(world, ())], "routes": [_route(one) for one in convoys],
    }  # fmt: skip
    bounds = None if around is None else bounds_of(world, around)
    if points:
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        bounds = (min(lons) - HALF, min(lats) - HALF * 0.75, max(lons) + HALF, max(lats) + HALF * 0.75)
    if bounds is not None:
        overlay["bounds"] = list(bounds)
    return overlay


def _route(one: ConvoyInHand) -> dict[str, Any]:
    return {
        "sel": f"convoy:{one.id}", "label": one.number, "segments": list(dict.fromkeys(one.convoy.segments)),
        "state": "planned",
    }  # fmt: skip


def _middle(world: World, segment: SegmentId) -> Position:
    one = world.network.segments[segment]
    shape = one.shape or tuple(world.network.places[end].position for end in (one.start, one.end))
    if len(shape) == 2:  # noqa: PLR2004 - a straight stretch
        return (shape[0][0] + shape[1][0]) / 2, (shape[0][1] + shape[1][1]) / 2
    return shape[len(shape) // 2]


def _point(place: Place, thing: Any) -> dict[str, Any]:  # noqa: ANN401 - a gate, site or hub
    name = say(thing)
    return {"at": list(place.position), "name": name, "name2": thing.name if name != thing.name else thing.name_ar}


def _gates(world: World, access: AccessMap, question: AsOf) -> list[dict[str, Any]]:
    found = []
    for gate in world.network.gates.values():
        status = gate_status(world, access, gate.id, question)
        found.append({
            **_point(world.network.places[gate.place], gate), "sel": f"gate:{gate.id}", "kind": "gate",
            "status": None if status is None else status.value, "priority": 4,
        })  # fmt: skip
    return found


def _sites(world: World, question: AsOf) -> list[dict[str, Any]]:
    """Return the sites with people in need, as listed then; where nobody is left there is nothing to serve."""
    sites = current_sites(world.catalogue.sites, standing(world.log, question.known), question.at)
    return [
        {
            **_point(world.network.places[site.place], site), "sel": f"place:{site.place}", "kind": "place",
            "besieged": site.listing == "besieged", "people": site.people_least,
            "priority": 2 if site.listing == "besieged" else 5,
        }
        for site in sites.values()
        if site.listing != "closed"
    ]  # fmt: skip


def _hubs(world: World, convoys: Sequence[ConvoyInHand]) -> list[dict[str, Any]]:
    used = {one.convoy.hub for one in convoys}
    return [
        {
            **_point(world.network.places[hub.place], hub), "sel": f"place:{hub.place}", "kind": "hub",
            "bold": not used or hub.id in used, "priority": 1,
        }
        for hub in world.catalogue.hubs.values()
    ]  # fmt: skip


def legs_overlay(
    world: World,
    legs: Sequence[Leg],
    ends: Mapping[str, str],
    cut: Sequence[SegmentId],
    access: AccessMap,
    question: AsOf,
) -> dict[str, Any]:
    """Return the overlay of the ways between two places, or of what stands between them."""
    places = world.network.places
    signs = [
        {"status": access.at(name, question.at).status.value, "at": list(_middle(world, name))}
        for name in cut
        if name in world.network.segments
    ]
    points = [
        {**_point(places[name], places[name]), "sel": f"place:{name}", "kind": "place", "bold": True, "priority": 0}
        for name in ends.values()
    ]
    return {
        "routes": [
            {"sel": f"leg:{n}", "label": str(n), "segments": list(leg.segments), "state": "possible"}
            for n, leg in enumerate(legs, 1)
        ],
        "points": points,
        "signs": signs,
    }  # fmt: skip
