"""What a map draws of a plan: its convoys' ways, hubs, sites served and not, and the places where they crowd."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from planner.domain.opening import Opening, Openings
from planner.services.plan_page import Told
from routing.network import Place, Position
from web.words import say

CROWD: Final = 4
"""So many sites close together are shown in an inset."""
MOST_INSETS: Final = 2
REACH: Final = (0.34, 0.27)
"""Half the width and height of an inset, in degrees."""
EDGE: Final = (0.08, 0.06)
OPENINGS_DRAWN: Final = 6
THOUSAND: Final = 1_000
LETTERS: Final = "AB"
ARABIC_LETTERS: Final = "أب"


def plan_overlay(told: Told, openings: Openings | None, *, arabic: bool) -> dict[str, Any]:
    """Return the overlay of the plan's map; what opening would give, where it is known, as ways that are possible."""
    points = [*_hubs(told), *_sites(told)]
    return {
        "routes": [
            {
                "sel": f"convoy:{one.convoy.id}",
                "label": one.number,
                "segments": list(dict.fromkeys(one.convoy.segments)),
                "state": "planned",
            }
            for one in told.convoys
        ]
        + list(_opened(openings)),
        "shields": list(_papered(told, openings)),
        "points": points,
        "insets": _insets(told, points, arabic=arabic),
    }


def _best(openings: Openings | None) -> Iterator[tuple[str, str, Opening]]:
    """Yield the openings that reach most people, each with its name on the page and the people as its label."""
    for rank, one in enumerate(() if openings is None else openings.found[:OPENINGS_DRAWN], 1):
        if one.people_more > 0:
            label = f"+{one.people_more // THOUSAND}k" if one.people_more >= THOUSAND else f"+{one.people_more}"
            yield f"opening:{rank}", label, one


def _opened(openings: Openings | None) -> Iterator[dict[str, Any]]:
    """Yield the gates and roads of the best openings."""
    for sel, label, one in _best(openings):
        if one.segments:
            yield {"sel": sel, "label": label, "segments": list(one.segments), "state": "possible"}


def _papered(told: Told, openings: Openings | None) -> Iterator[dict[str, Any]]:
    """Yield the best openings that lie on no road - papers, trucks - at the site that gains most."""
    snapshot = told.record.snapshot
    for sel, label, one in _best(openings):
        if not one.segments and one.people_by_site:
            site = max(one.people_by_site, key=lambda name: (one.people_by_site[name], name))
            place = snapshot.network.places[snapshot.sites[site].place]
            yield {"sel": sel, "text": label, "at": list(place.position)}


def convoy_overlay(told: Told, convoy: str) -> dict[str, Any]:
    """Return the overlay of one convoy's own map."""
    one = told.find(convoy)
    if one is None:
        return {"routes": [], "points": []}
    snapshot = told.record.snapshot
    hub = snapshot.hubs[one.convoy.hub]
    sites = [snapshot.sites[stop.site] for stop in one.convoy.stops]
    places = snapshot.network.places
    way = {"sel": f"convoy:{convoy}", "label": one.number, "state": "planned"}
    return {
        "routes": [{**way, "segments": list(dict.fromkeys(one.convoy.segments))}],
        "points": [
            {**_named(places[hub.place], hub), "sel": f"hub:{hub.id}", "kind": "hub", "bold": True, "priority": 0},
            *(
                {
                    **_named(places[site.place], site), "sel": f"site:{site.id}", "kind": "site", "bold": True,
                    "priority": 0, "people": told.reached.get(site.id, 0), "besieged": site.listing == "besieged",
                }
                for site in sites
            ),
        ],
    }  # fmt: skip


def _named(place: Place, thing: Any) -> dict[str, Any]:  # noqa: ANN401 - a hub or a site
    name = say(thing)
    return {"at": list(place.position), "name": name, "name2": thing.name if thing.name != name else thing.name_ar}


def _hubs(told: Told) -> list[dict[str, Any]]:
    snapshot = told.record.snapshot
    used = {one.convoy.hub for one in told.convoys}
    return [
        {
            **_named(snapshot.network.places[hub.place], hub), "sel": f"hub:{hub.id}", "kind": "hub",
            "bold": hub.id in used, "priority": 0 if hub.id in used else 4,
        }
        for hub in snapshot.hubs.values()
    ]  # fmt: skip


def _sites(told: Told) -> list[dict[str, Any]]:
    snapshot = told.record.snapshot
    unmet = {card.site.id: card for card in told.unmet}
    visited = {stop.site for one in told.convoys for stop in one.convoy.stops}
    found = []
    for outlook in told.sites:
        site = outlook.site
        if site.id not in visited and site.id not in unmet:
            continue
        served = site.id in visited
        people = outlook.people_reached if served else unmet[site.id].people
        found.append({
            **_named(snapshot.network.places[site.place], site), "sel": f"site:{site.id}",
            "kind": "site" if served else "unmet", "people": people, "besieged": site.listing == "besieged",
            "priority": 2 if served else 3,
        })  # fmt: skip
    return sorted(found, key=lambda point: -point["people"])


def _insets(told: Told, points: Sequence[dict[str, Any]], *, arabic: bool) -> list[dict[str, Any]]:
    """Frame the places where most sites lie close together, each named by the largest town in it, or by its hub."""
    left = [point for point in points if point["kind"] != "hub"]
    found: list[dict[str, Any]] = []
    for letter in ARABIC_LETTERS[:MOST_INSETS] if arabic else LETTERS[:MOST_INSETS]:
        crowd = max((_near(point["at"], left) for point in left), key=len, default=[])
        if len(crowd) < CROWD:
            break
        lons, lats = zip(*(point["at"] for point in crowd), strict=True)
        west, south, east, north = min(lons), min(lats), max(lons), max(lats)
        bounds = [west - EDGE[0], south - EDGE[1], east + EDGE[0], north + EDGE[1]]
        found.append({"letter": letter, "name": _largest_in(told, bounds), "bounds": bounds})
        left = [point for point in left if not _within(point["at"], bounds, EDGE)]
    # The one farther north stands above, as on the map.
    found.sort(key=lambda inset: -inset["bounds"][1])
    for letter, inset in zip(ARABIC_LETTERS if arabic else LETTERS, found, strict=False):
        inset["letter"] = letter
    return found


def _near(at: Position, points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    box = [at[0] - REACH[0], at[1] - REACH[1], at[0] + REACH[0], at[1] + REACH[1]]
    return [point for point in points if _within(point["at"], box)]


def _within(at: Position, box: Sequence[float], edge: tuple[float, float] = (0.0, 0.0)) -> bool:
    return box[0] - edge[0] <= at[0] <= box[2] + edge[0] and box[1] - edge[1] <= at[1] <= box[3] + edge[1]


def _largest_in(told: Told, box: Sequence[float]) -> str:
    snapshot = told.record.snapshot
    inside = [place for place in snapshot.network.places.values() if _within(place.position, box) and place.population]
    if inside:
        return say(max(inside, key=lambda place: (place.population or 0, place.id)))
    hubs = [hub for hub in snapshot.hubs.values() if _within(snapshot.network.places[hub.place].position, box)]
    used = [one.convoy.hub for one in told.convoys]
    return say(max(hubs, key=lambda hub: (used.count(hub.id), hub.id))) if hubs else ""
