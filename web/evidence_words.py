"""Say in a few words what a record of the log reports, in the reader's language, without blame."""

import re
from collections.abc import Mapping
from typing import Any, Final

from planner.domain.world import World
from planner.services.time_rail import RailEvent
from routing.deliveries import MovementStep
from routing.evidence import (
    Arrangement,
    CeasefireAgreed,
    CeasefireClaim,
    CeasefireExtended,
    CeasefireViolation,
    Control,
    DeliveryOutcome,
    Evidence,
    GateHours,
    GateReport,
    Hold,
    Incident,
    Pause,
    PermitStep,
    Retraction,
    RoadReport,
    Sharing,
    SiteStatus,
    Statement,
)
from routing.hand_set import GateInspection, PassageOverride, PolicySet
from web.event_words import LISTINGS, PAPER_STATES, SENSITIVITIES, STEPS, STEPS_SHORT, WHAT, said
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.i18n import lazy_pgettext as _lp
from web.i18n import ngettext, pgettext
from web.request_words import MOVEMENT_STEPS
from web.words import moment, say

ROAD: Final[Mapping[str, Any]] = {
    "open": _l("Road open"), "restricted": _l("Road open with restrictions"), "damaged": _l("Road damaged"),
    "closed": _l("Road closed"),
}  # fmt: skip
GATE: Final[Mapping[str, Any]] = {
    "open": _l("open to all"), "by_permit": _l("passable by permit"), "closed": _l("closed"),
}  # fmt: skip
SAYS: Final[Mapping[str, Any]] = {
    "in_force": _lp("ceasefire", "in force"), "suspended": _l("suspended"), "over": _l("over"),
}  # fmt: skip
HAZARDS: Final[Mapping[str, Any]] = {
    "air_strike": _l("Air strike"), "shelling": _l("Shelling"), "armed_clash": _l("Armed clash"),
    "attack_on_aid": _l("Attack on aid"), "none": _l("Incident"),
}  # fmt: skip
KINDS: Final[Mapping[str, Any]] = {
    "ceasefire_agreed": _l("ceasefire agreed"), "ceasefire_extended": _l("ceasefire extended"),
    "ceasefire_claim": _l("claim on a ceasefire"), "ceasefire_violation": _l("violation of a ceasefire"),
    "pause": _l("daily pause"), "arrangement": _l("arrangement"), "control": _l("control of an area"),
    "road": _l("road"), "gate": _l("gate"), "gate_hours": _l("hours of a gate"), "incident": _l("incident"),
    "permit": _l("permit step"), "hold": _l("hold"), "outcome": _l("outcome of a movement"),
    "site_status": _l("listing of a site"), "statement": _l("statement"), "sharing": _l("consent to tell partners"),
    "gate_inspection": _l("inspection at a gate"), "passage_override": _l("record of a gate, set by hand"),
    "access_policy": _l("parameters of access"), "movement_step": _l("step of a convoy"),
    "retraction": _l("withdrawal"),
}  # fmt: skip
LONGEST_INITIALS: Final = 3
"""A body known by so few letters is called by its initials."""


def name_of(things: Mapping[str, Any], key: str) -> str:
    """Return a thing's name, or its id where it is not on record."""
    return say(things[key]) if key in things else key


def tell(record: Evidence, world: World) -> str:  # noqa: C901, PLR0911, PLR0912 - one line a kind of record
    """Return what a record reports."""
    fact, network, catalogue = record.fact, world.network, world.catalogue
    match fact:
        case CeasefireAgreed():
            return _("Ceasefire %(name)s agreed until %(end)s", name=fact.ceasefire, end=_at(fact.firm_end))
        case CeasefireExtended():
            return _("Ceasefire %(name)s extended to %(end)s", name=fact.ceasefire, end=_at(fact.firm_end))
        case CeasefireClaim():
            by = body_name(fact.by, world)
            return _("%(by)s: the ceasefire %(name)s is %(says)s", by=by, name=fact.ceasefire, says=SAYS[fact.says])
        case CeasefireViolation():
            return _("Violation of the ceasefire %(name)s", name=fact.ceasefire)
        case Pause():
            told = _("accepted by both sides") if fact.accepted else _("announced by one side")
            return _("Daily pause at %(gates)s, %(told)s", gates=_names(network.gates, fact.gates), told=told)
        case Arrangement():
            return _("The parties agreed to passage at %(gates)s", gates=_names(network.gates, fact.gates))
        case Control():
            party = body_name(fact.party, world)
            return _("%(area)s is held by %(party)s", area=name_of(network.areas, fact.area), party=party)
        case RoadReport():
            limit = "" if fact.weight_limit_kg is None else f" ({fact.weight_limit_kg / 1_000:g} t)"
            return f"{ROAD[fact.state]}{limit}"
        case GateReport():
            return _("%(gate)s: %(state)s", gate=name_of(network.gates, fact.gate), state=GATE[fact.state])
        case GateHours():
            return _("%(gate)s: hours %(opens)s to %(closes)s", gate=name_of(network.gates, fact.gate),
                     opens=_clock(fact.opens), closes=_clock(fact.closes))  # fmt: skip
        case Incident():
            return _(", ").join([str(HAZARDS[fact.hazard]), *([fact.place_name] if fact.place_name else [])])
        case PermitStep():
            return _("%(step)s for %(site)s: %(state)s", step=said(STEPS, fact.step).capitalize(),
                     site=name_of(catalogue.sites, fact.site), state=said(PAPER_STATES, fact.state))  # fmt: skip
        case Hold():
            return _("Hold: %(reason)s", reason=fact.reason)
        case MovementStep():
            told = name_of(catalogue.sites, fact.site) if fact.site else fact.movement
            return _("%(site)s: %(what)s", site=told, what=said(MOVEMENT_STEPS, fact.step))
        case DeliveryOutcome():
            site = name_of(catalogue.sites, fact.site)
            return _("%(site)s: %(what)s", site=site, what=said(WHAT, fact.what))
        case SiteStatus():
            site = name_of(catalogue.sites, fact.site)
            return _("%(site)s is listed as %(listing)s", site=site, listing=said(LISTINGS, fact.status))
        case Statement():
            return f"{body_name(fact.by, world)}: {fact.text}"
        case Sharing():
            if not fact.consent:
                return _("%(movement)s: nobody is to be told", movement=fact.movement)
            return _("%(movement)s: partners may be told, sensitivity %(level)s", movement=fact.movement,
                     level=said(SENSITIVITIES, fact.sensitivity))  # fmt: skip
        case GateInspection():
            low, mode, high = (seconds // 60 for seconds in (fact.delay_low_s, fact.delay_mode_s, fact.delay_high_s))
            return _("%(gate)s: a column is held %(low)s to %(high)s minutes, usually %(mode)s",
                     gate=name_of(network.gates, fact.gate), low=low, mode=mode, high=high)  # fmt: skip
        case PassageOverride():
            return _("%(gate)s: set by hand to %(passed)s passed, %(back)s turned back. %(reason)s",
                     gate=name_of(network.gates, fact.gate), passed=fact.passed, back=fact.turned_back,
                     reason=fact.reason)  # fmt: skip
        case PolicySet():
            return _("Roads are judged by the parameters “%(name)s”", name=fact.name)
        case Retraction():
            return _("Record %(position)s is withdrawn. %(reason)s", position=fact.position, reason=fact.reason)


def body_name(body: str, world: World) -> str:
    """Return the name of a party, or of a guarantor or another body, which the log knows by a short id alone."""
    party = next((p for p in world.catalogue.crisis.parties if p.id == body), None)
    if party is not None:
        return say(party)
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", body):
        return body
    words = body.replace("-", " ")
    return pgettext("body", words.upper() if len(words) <= LONGEST_INITIALS else words.title())


def tell_short(event: RailEvent, world: World) -> str:  # noqa: C901, PLR0911 - one line a kind of record
    """Return the few words for a mark on the rail of time."""
    record, count = event.records[0], len(event.records)
    fact, network = record.fact, world.network
    if count > 1 and isinstance(fact, CeasefireClaim | PermitStep | DeliveryOutcome | Arrangement):
        return _several(fact, count)
    match fact:
        case CeasefireAgreed():
            return _("Truce announced") if event.announced else _("Truce begins")
        case CeasefireExtended():
            return _("Extended to %(end)s", end=moment(fact.firm_end, year=False).striptags())
        case CeasefireClaim():
            return f"{body_name(fact.by, world)}: {SAYS[fact.says]}"
        case CeasefireViolation():
            return _("Violations reported")
        case Arrangement():
            return _("Passage agreed: %(gates)s", gates=_names(network.gates, fact.gates))
        case Pause():
            return _("Daily pause")
        case Hold():
            return _("All convoys held") if not fact.scope else _("Convoys held")
        case PermitStep():
            site = name_of(world.catalogue.sites, fact.site)
            return f"{site}: {said(STEPS_SHORT, fact.step)}, {said(PAPER_STATES, fact.state)}"
        case DeliveryOutcome():
            return f"{name_of(world.catalogue.sites, fact.site)}: {said(WHAT, fact.what)}"
        case _:
            return tell(record, world)


def _several(fact: object, count: int) -> str:
    """Return the few words for records of one kind that follow each other."""
    if isinstance(fact, CeasefireClaim):
        return ngettext("%(num)s party speaks", "%(num)s parties speak", count)
    if isinstance(fact, PermitStep):
        return ngettext("%(num)s step of papers", "%(num)s steps of papers", count)
    if isinstance(fact, DeliveryOutcome):
        return ngettext("%(num)s outcome", "%(num)s outcomes", count)
    return ngettext("%(num)s passage agreed", "%(num)s passages agreed", count)


def _names(things: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return _(", ").join(name_of(things, key) for key in keys)


def _at(at: int) -> str:
    return moment(at).striptags()


def _clock(seconds: int) -> str:
    return f"{seconds // 3_600:02d}:{seconds % 3_600 // 60:02d}"
