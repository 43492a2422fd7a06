"""Today: what changed, which convoys it touches, what runs out, and who has waited longest."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, g, render_template, request
from markupsafe import Markup

from planner.services.alerts import touched_since
from planner.services.convoys import ConvoyView, view_convoys
from planner.services.in_hand import find_in_hand
from planner.services.reach import AHEAD_DAYS, WINDOW_DAYS
from planner.services.today import StatusChange, Today, look_at, look_back, same_hour
from routing.network import Gate, RoadNetwork
from routing.units import DAY, Instant, Window, local_days
from web import event_words as words
from web.access_words import ADVICE
from web.desk import the_desk
from web.frame import current_asof, language
from web.rights import Right, needs
from web.words import ltr, month, say, weekday

page = Blueprint("today", __name__, url_prefix="/today")
LISTINGS: Final = ("besieged", "hard_to_reach")
OF_A_STATE: Final = 4
"""Convoys of one state that are listed; the others stand on their own page."""
NAMES_SHOWN: Final = 2


@page.get("")
@needs(Right.READ)
def index() -> str:
    """Show the morning's page, as known at its as-of and no later."""
    desk, question = the_desk(), current_asof()
    world = desk.world()
    before, visited = look_back(question, world.log, g.me.last_visit_at)
    maps = (desk.access_at(same_hour(before, question)), desk.access_at(question))
    views = view_convoys(desk.store, world, question, maps[1])
    today = look_at(world, question, views, maps, before, visited=visited)
    listing = request.args.get("listed", LISTINGS[0])
    in_hand = find_in_hand(desk.store, desk.crisis_id, desk.plan, question)
    touched = touched_since(world, in_hand, before.known, question)
    return render_template(
        "today/index.html", touched=touched, advice_word=lambda advice: words.said(ADVICE, advice),
        today=today, words=words, world=world, catalogue=world.catalogue, network=world.network,
        titles=[titles(change, world.network) for change in today.changes],
        listing=listing, listings=LISTINGS, strips=[s for s in today.strips if s.site.listing == listing],
        months=_months(question.at), place_of=lambda at: _share(at, question.at),
        now_share=_share(question.at, question.at), heading=_heading(question.at), shown=_pick(today.convoys),
        overlay=_overlay(today, world.network), at=question.at, counts=_counts(today.convoys),
    )  # fmt: skip


def titles(change: StatusChange, network: RoadNetwork) -> tuple[list[str], int]:
    """Return the first names of what changed, gates before roads, and how many more there are."""
    gates = [say(network.gates[gate]) for gate in change.gates]
    roads: list[str] = []
    for name in change.segments:
        segment = network.segments[name]
        if segment.gate is not None:
            continue
        if language() == "ar":
            roads.append(f"{say(network.places[segment.start])} – {say(network.places[segment.end])}")
        else:
            roads.append(segment.name.partition(":")[0])
    every = list(dict.fromkeys([*gates, *roads]))
    return every[:NAMES_SHOWN], max(0, len(every) - NAMES_SHOWN)


def _pick(convoys: tuple[ConvoyView, ...]) -> list[ConvoyView]:
    """Return the first convoys of each state, in their order."""
    taken: dict[str, int] = {}
    picked: list[ConvoyView] = []
    for view in convoys:
        taken[view.state.word] = taken.get(view.state.word, 0) + 1
        if taken[view.state.word] <= OF_A_STATE:
            picked.append(view)
    return picked


def _heading(at: Instant) -> Markup:
    """Return a day as a heading has it: `Thursday 15 September`."""
    number = ltr(datetime.fromtimestamp(at, the_desk().zone).day)
    return Markup("{} {} {}").format(weekday(at, full=True), number, month(at, full=True))


def _counts(convoys: tuple[ConvoyView, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for view in convoys:
        counts[view.state.word] = counts.get(view.state.word, 0) + 1
    return counts


def _share(at: Instant, now: Instant) -> float:
    """Return where an instant lies on the strip, in hundredths of its width; right to left in Arabic."""
    share = 100 * (at - now + WINDOW_DAYS * DAY) / ((WINDOW_DAYS + AHEAD_DAYS) * DAY)
    share = min(100.0, max(0.0, share))
    return round(100 - share if language() == "ar" else share, 2)


def _months(now: Instant) -> list[tuple[float, Instant]]:
    """Return the first day of each month on the strip with its place."""
    zone = the_desk().zone
    days = local_days(Window(now - WINDOW_DAYS * DAY, now), zone)
    return [(_share(d.start, now), d.start) for d in days[1:] if _is_first(d.start)]


def _is_first(at: Instant) -> bool:
    return datetime.fromtimestamp(at, the_desk().zone).day == 1


def _overlay(today: Today, network: RoadNetwork) -> dict[str, Any]:
    catalogue = the_desk().world().catalogue
    points: list[dict[str, Any]] = []
    signs: list[dict[str, Any]] = []
    for change in today.changes:
        points += [_gate(network.gates[g], network) | {"status": change.after.value} for g in change.gates[:3]]
        if not change.gates and change.segments:
            segment = network.segments[change.segments[0]]
            middle = segment.shape[len(segment.shape) // 2]
            signs.append({"status": change.after.value, "at": list(middle)})
    hubs: dict[str, list[str]] = {}
    for view in _pick(today.convoys):
        hubs.setdefault(view.hub, []).append(view.label)
    shields = []
    for hub, labels in hubs.items():
        row = catalogue.hubs[hub]
        at = list(network.places[row.place].position)
        points.append({"sel": f"hub:{hub}", "at": at, "kind": "hub", "name": say(row), "bold": True})
        more = [f"+{len(labels) - 3}"] if len(labels) > 3 else []  # noqa: PLR2004 - what fits on one shield
        shields.append({"sel": f"hub:{hub}", "text": " ".join([*labels[:3], *more]), "at": at})
    corners = [point["at"] for point in points] + [sign["at"] for sign in signs]
    corners = corners or [list(place.position) for place in network.places.values()]
    pad = 0.35
    bounds = [
        min(at[0] for at in corners) - pad, min(at[1] for at in corners) - pad,
        max(at[0] for at in corners) + pad, max(at[1] for at in corners) + pad,
    ]  # fmt: skip
    return {"bounds": bounds, "points": points, "signs": signs, "shields": shields}


def _gate(gate: Gate, network: RoadNetwork) -> dict[str, Any]:
    at = list(network.places[gate.place].position)
    return {"sel": f"gate:{gate.id}", "at": at, "kind": "gate", "name": say(gate), "bold": True}
