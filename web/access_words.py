"""The words that templates of access ask for: reasons, sources, papers, names of what is selected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from planner.domain.world import World
from planner.services.selection import Selection
from routing.network import Segment
from routing.status import AccessMap, Piece, Status
from routing.units import Instant, Window
from web import event_words, part_words
from web.access_list import ends_of
from web.evidence_words import KINDS, body_name, tell, tell_short
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.i18n import lazy_pgettext as _lp
from web.words import measure, say

CEASEFIRE_STATES: Final[dict[str, Any]] = {
    "not_begun": _l("not begun yet"),
    "in_force": _lp("ceasefire", "in force"),
    "announced": _l("past its firm end, renewal uncertain"),
    "strained": _l("in force, with violations"),
    "disputed": _l("disputed"),
    "suspended": _l("suspended"),
    "over": _l("over"),
    "expired": _l("expired"),
    "none": _l("not begun yet"),
}
SAYINGS: Final[dict[str, Any]] = {
    "agreed": _l("agreed to it"),
    "in_force": _l("says it holds"),
    "suspended": _l("says it is suspended"),
    "over": _l("says it is over"),
}
ADVICE: Final[dict[str, Any]] = {
    "reroute": _l("reroute"),
    "hold": _l("hold"),
    "turn_back": _l("turn back"),
    "look_again": _l("look again"),
}
REFUSALS: Final[dict[str, Any]] = {
    "blocked": _l("Every road there is blocked all the time."),
    "window": _l("Each road is open at some time, but no departure finds all of a way open in turn."),
    "weight": _l("Every road there has a stretch too weak for the trucks."),
    "size": _l("Every road left has a stretch too low or too narrow for the trucks."),
    "unknown_segment": _l("Every road left has a stretch without a fresh report."),
    "unreachable": _l("No road leads there."),
}
REGIMES: Final[dict[str, Any]] = {
    "permit": _l("asks for permission, letter and clearance"),
    "notification": _l("passable by notification"),
    "none": _l("asks for no papers"),
}
CLASSES: Final[dict[str, Any]] = {
    "motorway": _l("motorway"),
    "primary": _l("main road"),
    "secondary": _l("secondary road"),
    "tertiary": _l("minor road"),
    "urban": _l("street"),
    "track": _l("track"),
}


def limit_words(segment: Segment, access: AccessMap) -> Markup:
    """Return what a stretch lets pass at most, by weight, axle, height and width; empty where nobody limits it."""
    kg, axle_kg = access.limit_kg(segment), segment.axle_limit_kg
    high, wide = segment.height_limit_m, segment.width_limit_m
    told = [
        None if kg is None else escape(_("up to {}")).format(measure(f"{kg / 1_000:g}", _("t"))),
        None if axle_kg is None else escape(_("{} an axle")).format(measure(f"{axle_kg / 1_000:g}", _("t"))),
        None if high is None else escape(_("up to {} high")).format(measure(f"{high:g}", _("m"))),
        None if wide is None else escape(_("up to {} wide")).format(measure(f"{wide:g}", _("m"))),
    ]
    return escape(_(", ")).join(each for each in told if each is not None)


def words() -> dict[str, Any]:
    """Give templates the words of codes; each is a function of one code or thing."""
    return {
        "part_word": lambda code: event_words.said(event_words.PART_CODES, code),
        "part_name": lambda name: part_words.PARTS[name],
        "decided_by": lambda name: part_words.DECIDED_BY[name],
        "part_short": part_words.short,
        "limit_words": limit_words,
        "part_why": part_words.why,
        "part_sources": part_words.sources,
        "step_word": lambda step: event_words.said(event_words.STEPS, step),
        "state_word": lambda state: event_words.said(event_words.PAPER_STATES, state),
        "authority_word": lambda kind: event_words.said(event_words.AUTHORITIES, kind),
        "ceasefire_state": lambda state: event_words.said(CEASEFIRE_STATES, state),
        "saying": lambda says: event_words.said(SAYINGS, says),
        "advice_word": lambda advice: event_words.said(ADVICE, advice),
        "refusal_word": lambda reason: event_words.said(REFUSALS, reason),
        "regime_word": lambda regime: event_words.said(REGIMES, regime),
        "class_word": lambda road: event_words.said(CLASSES, road),
        "kind_word": lambda kind: event_words.said(dict(KINDS), kind),
        "body_name": body_name,
        "tell": tell,
        "tell_short": tell_short,
        "stretch_name": stretch_name,
        "ends_of": ends_of,
        "name_selection": name_selection,
        "merged": merged,
        "window_of": Window,
        "clock_of": lambda seconds: f"{seconds // 3_600:02d}:{seconds % 3_600 // 60:02d}",
        "Status": Status,
        "MOST_TURNED": MOST_TURNED,
        "MOST_TURNS": MOST_TURNS,
    }


MOST_TURNS: Final = 24
MOST_TURNED: Final = 200
"""Of the stretches that turn in the same way so many are listed; they are counted all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A span in which a stretch has one status."""

    start: Instant
    end: Instant
    status: Status


def merged(timeline: Sequence[Piece]) -> list[Spell]:
    """Return a timeline by status alone."""
    found: list[Spell] = []
    for piece in timeline:
        if found and found[-1].status is piece.status:
            found[-1] = Spell(start=found[-1].start, end=piece.window.end, status=piece.status)
        else:
            found.append(Spell(start=piece.window.start, end=piece.window.end, status=piece.status))
    return found


def stretch_name(segment: Segment, world: World) -> str:
    """Return a stretch by its ends: `Handarat – Northern junction`."""
    return " – ".join(ends_of(world, segment))


def name_selection(selection: Selection, world: World) -> tuple[str, str]:
    """Return what is selected by its name in the reader's language, and in the other script where it has one."""
    network = world.network
    things: dict[str, Any] = {"gate": network.gates, "place": network.places, "area": network.areas}
    if selection.kind in things:
        thing = things[selection.kind][selection.name]
        name = say(thing)
        other = thing.name_ar if name == thing.name else thing.name
        # A junction of road data is called by its position in both languages.
        return name, "" if other == name else other
    if selection.kind == "segment":
        segment = network.segments[selection.name]
        return segment.name or stretch_name(segment, world), ""
    if selection.kind == "convoy":
        return _("Way of a convoy"), ""
    return _("The drawn area"), ""
