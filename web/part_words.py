"""Say in the reader's language why a part of a status is as it is, what its values are, and who reported it when."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from planner.domain.world import World
from routing.errors import RoutingError
from routing.evidence import Evidence
from routing.ledger import SUPPOSED
from routing.status import Part
from routing.units import parse_instant
from web.desk import the_desk
from web.event_words import PART_CODES, said
from web.evidence_words import GATE, ROAD, body_name
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.i18n import lazy_pgettext as _lp
from web.i18n import ngettext
from web.words import ago, ltr, measure, moment

PARTS: Final[Mapping[str, Any]] = {
    "physical": _l("Road"), "control": _l("Control"), "ceasefire": _l("Ceasefire"), "gate": _l("Gate"),
    "hazard": _l("Hazard"),
}  # fmt: skip
DECIDED_BY: Final[Mapping[str, Any]] = {
    "physical": _l("the road"), "control": _l("control"), "ceasefire": _l("the ceasefire"), "gate": _l("the gate"),
    "hazard": _l("a hazard"),
}  # fmt: skip
SHORT: Final[Mapping[str, Any]] = {
    "road_open": _l("reported open"),
    "road_restricted": _l("restricted"),
    "road_damaged": _l("damaged"),
    "road_closed": _l("reported closed"),
    "stale_report": _l("old report"),
    "disputed_report": _l("sources disagree"),
    "no_report": _l("no report, one is needed"),
    "not_reported": _l("no report needed"),
    "one_holder": _l("one holder"),
    "border": _l("border"),
    "crosses_line": _l("crosses a line"),
    "line_without_consent": _l("line, no consent"),
    "control_not_reported": _l("holder not known"),
    "not_needed": _l("not needed"),
    "ceasefire_in_force": _lp("ceasefire", "in force"),
    "ceasefire_strained": _l("in force, violations"),
    "ceasefire_disputed": _l("claims differ"),
    "ceasefire_announced": _l("past its firm end"),
    "ceasefire_suspended": _l("suspended"),
    "ceasefire_over": _l("over"),
    "ceasefire_expired": _l("expired"),
    "arrangement": _l("passage agreed"),
    "pause": _l("daily pause"),
    "no_gate": _l("no gate"),
    "gate_open": _l("open to all"),
    "gate_by_permit": _l("by permit"),
    "gate_closed": _l("closed"),
    "outside_hours": _l("outside hours"),
    "gate_not_reported": _l("not reported"),
    "stale_gate": _l("old report"),
    "disputed_gate": _l("sources disagree"),
    "disputed_hours": _l("hours disputed"),
    "no_hazard": _l("none felt"),
    "air_strike": _l("air strike"),
    "shelling": _l("shelling"),
    "armed_clash": _l("armed clash"),
    "attack_on_aid": _l("attack on aid"),
}
_UNTIL: Final = re.compile(r"(firm |intended )?until (\d{4}-\d\d-\d\dT[\d:+-]+)")
_WITHIN: Final = re.compile(r"(?:(.+), )?within ([\d.]+) km\Z")
_LIMIT: Final = re.compile(r"weight limit (\d+) kg\Z")


def short(part: Part) -> str:
    """Return the few words that stand in a part's own box."""
    return str(SHORT.get(part.code, said(PART_CODES, part.code)))


def why(part: Part, world: World) -> Markup:
    """Return the reason of a part with its values, without its sources."""
    word = said(PART_CODES, part.code)
    values = _values(part, world)
    text = Markup("{} ({})").format(word, values) if values else escape(word)
    if 0 < part.p < 1:
        text += escape(_(", ")) + escape(_("passable with {}")).format(ltr(f"p {part.p:.2f}"))
    return text


def _values(part: Part, world: World) -> Markup | str:
    """Return the values of a part as a reader takes them; those of an unknown form as they are."""
    detail = part.detail
    if part.name == "control":
        return Markup(" | ").join(body_name(party.strip(), world) for party in detail.split("|") if party.strip())
    if part.code == "disputed_report":
        return " | ".join(str(ROAD.get(state.strip(), state)) for state in detail.split("|"))
    if part.code == "disputed_gate":
        return " | ".join(str(GATE.get(state.strip(), state)) for state in detail.split("|"))
    if part.code == "gate_not_reported":
        return _("its rule is by permit") if detail == "by permit" else _("its rule asks for no permit")
    ends = _UNTIL.findall(detail)
    if ends:
        name = detail.partition(",")[0] if part.code.startswith("ceasefire") else ""
        return escape(_(", ")).join([*([ltr(name)] if name else []), *(_until(kind, at) for kind, at in ends)])
    return _measures(detail)


def _measures(detail: str) -> Markup | str:
    near, limit = _WITHIN.match(detail), _LIMIT.match(detail)
    if near:
        within = escape(_("within {} km")).format(ltr(near[2]))
        return Markup("<bdi>{}</bdi>{}{}").format(near[1], _(", "), within) if near[1] else within
    if limit:
        return escape(_("weight limit {}")).format(measure(f"{int(limit[1]) / 1_000:g}", _("t")))
    return ltr(detail) if detail else ""


def _until(kind: str, text: str) -> Markup:
    try:
        at = moment(parse_instant(text, the_desk().zone), year=False)
    except RoutingError:
        at = ltr(text)
    return escape(_("meant to hold until {}") if kind.strip() == "intended" else _("until {}")).format(at)


def sources(part: Part, log: Sequence[Evidence]) -> Markup:
    """Return who reported what a part rests on, with its age; what nobody reported says so."""
    wanted = set(part.evidence)
    found = [_find(log, position) for position in wanted if position != SUPPOSED]
    records = sorted((r for r in found if r is not None), key=lambda r: (-r.learned_at, -r.position))
    spoken = list({(r.source, r.learned_at): r for r in reversed(records)}.values())[::-1]
    told = [Markup("<bdi>{}</bdi>{}{}").format(r.source, _(", "), ago(r.learned_at)) for r in spoken[:2]]
    if len(spoken) > 2:  # noqa: PLR2004 - two are named
        told.append(escape(ngettext("and %(num)s more", "and %(num)s more", len(spoken) - 2)))
    if SUPPOSED in wanted:
        told.append(escape(_("supposed in a what-if")))
    return Markup("; ").join(told) if told else escape(_("no report"))


def _find(log: Sequence[Evidence], position: int) -> Evidence | None:
    """Return the record of a position, which stands at that place in a whole log."""
    if 0 < position <= len(log) and log[position - 1].position == position:
        return log[position - 1]
    return next((record for record in log if record.position == position), None)
