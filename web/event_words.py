"""Say the codes of log and plan in the reader's language: states, papers, reasons, authorities, parts of a status."""

from typing import Any, Final

from planner.domain.denials import REASONS
from web.i18n import lazy_gettext as _l

STATES: Final[dict[str, Any]] = {
    "proposed": _l("proposed, not published"),
    "planned": _l("planned"),
    "loading": _l("loading, by the timetable"),
    "moving": _l("on the road, by the timetable"),
    "held": _l("held"),
    "postponed": _l("postponed"),
    "unreported": _l("due back, nothing reported"),
    "asked": _l("asked for"),
    "ready": _l("papers in force"),
    "sent": _l("sent, nothing reported since"),
    "delivered": _l("delivered"),
    "partially_delivered": _l("partly delivered"),
    "delayed": _l("delayed"),
    "turned_back": _l("turned back"),
    "attacked": _l("attacked"),
    "looted": _l("looted"),
    "interrupted": _l("unloading broken off"),
    "diverted": _l("diverted"),
    "aborted": _l("given up on the way"),
    "cancelled": _l("cancelled"),
}
WHAT: Final[dict[str, Any]] = {
    "turned_back": _l("Turned back"),
    "held": _l("Held"),
    "delayed": _l("Delayed"),
    "cancelled": _l("Cancelled or refused"),
    "attacked": _l("Attacked"),
    "looted": _l("Looted"),
    "diverted": _l("Diverted"),
    "interrupted": _l("Unloading broken off"),
    "aborted": _l("Given up on the way"),
    "postponed": _l("Postponed"),
    "partially_delivered": _l("Partly delivered"),
    "delivered": _l("Delivered"),
}
RESULTS: Final[dict[str, Any]] = {
    "facilitated": _l("let through"),
    "impeded": _l("impeded"),
    "denied": _l("denied"),
    "cancelled": _l("cancelled"),
}
STEPS: Final[dict[str, Any]] = {
    "request": _l("request"),
    "permission": _l("permission"),
    "letter": _l("facilitation letter"),
    "clearance": _l("clearance"),
    "notification": _l("notification"),
}
STEPS_SHORT: Final[dict[str, Any]] = {
    "request": _l("Asked"),
    "permission": _l("Permit"),
    "letter": _l("Letter"),
    "clearance": _l("Cleared"),
    "notification": _l("Notified"),
}
PAPER_STATES: Final[dict[str, Any]] = {
    "submitted": _l("submitted"),
    "granted": _l("granted"),
    "partial": _l("granted in part"),
    "in_principle": _l("agreed in principle"),
    "refused": _l("refused"),
    "no_response": _l("no answer"),
    "issued": _l("issued"),
    "acknowledged": _l("acknowledged"),
    "withdrawn": _l("withdrawn"),
    "draft": _l("draft"),
    "planned": _l("in the plan"),
    "given": _l("given by some"),
    "held": _l("held"),
}
WAITING: Final[dict[str, Any]] = {
    "request": _l("Nobody has asked yet"),
    "answer": _l("Answer to the request"),
    "letter": _l("Facilitation letter"),
    "clearance": _l("Local and security clearance"),
    "notification": _l("Notification"),
    "appeal": _l("Refused: ask again or plan anew"),
    "departure": _l("Departure"),
}
REASON: Final[dict[str, Any]] = {
    "no_response": _l("no answer to the request"),
    "plan_denied": _l("plan refused"),
    "letter_missing": _l("facilitation letter missing"),
    "location_struck": _l("location struck from the plan"),
    "people_cut": _l("number of people cut"),
    "local_refusal": _l("refused by a local authority"),
    "checkpoint_turnback": _l("turned back at a checkpoint"),
    "checkpoint_delay": _l("kept waiting at a checkpoint"),
    "escort_unavailable": _l("no escort"),
    "items_removed": _l("items removed"),
    "inspection_breach": _l("inspected against the terms"),
    "diversion": _l("aid diverted"),
    "taxation": _l("fees demanded"),
    "staff_vetting": _l("staff not accepted"),
    "ceasefire_collapse": _l("ceasefire broke down"),
    "shelling": _l("shelling"),
    "frontline_shift": _l("front line moved"),
    "airstrike_risk": _l("risk of air strikes"),
    "attack": _l("attack on the convoy"),
    "looting": _l("looting"),
    "abduction": _l("abduction"),
    "threat": _l("threats"),
    "crossing_closed": _l("crossing closed"),
    "customs": _l("customs"),
    "visa": _l("visas"),
    "uxo": _l("unexploded ordnance"),
    "road_damage": _l("road damaged"),
    "bridge": _l("bridge impassable"),
    "snow": _l("snow"),
    "partner_capacity": _l("partner without capacity"),
    "truck_shortage": _l("no trucks"),
    "stock_expired": _l("stock expired"),
    "population_dispute": _l("dispute over the number of people"),
}
if set(REASON) != set(REASONS):
    raise RuntimeError(f"Reasons without a word: {sorted(set(REASONS) ^ set(REASON))}. Add them here.")
CATEGORIES: Final[dict[int, Any]] = {
    1: _l("Needs or entitlement denied"),
    2: _l("Entry into the country"),
    3: _l("Movement within the country"),
    4: _l("Military operations, hostilities"),
    5: _l("Violence against staff, goods"),
    6: _l("Interference in implementation"),
    7: _l("Mines, unexploded ordnance"),
    8: _l("Terrain, infrastructure"),
    9: _l("People’s access to services"),
}
AUTHORITIES: Final[dict[str, Any]] = {
    "central": _l("Central"),
    "governor": _l("Governor"),
    "security": _l("Security"),
    "checkpoint": _l("Checkpoint"),
    "armed_group": _l("Armed group"),
    "third_state": _l("Third state"),
    "un": _l("UN"),
    "not_established": _l("Not established"),
    "none": _l("Nobody"),
}
SECTORS: Final[dict[str, Any]] = {
    "food": _l("food"),
    "nutrition": _l("nutrition"),
    "health": _l("health"),
    "wash": _l("water and sanitation"),
    "nfi": _l("household items"),
    "shelter": _l("shelter"),
    "protection": _l("protection"),
    "education": _l("education"),
    "agriculture": _l("agriculture"),
    "logistics": _l("logistics"),
}
CHANNELS: Final[dict[str, Any]] = {
    "cross_line": _l("across a line"),
    "cross_border": _l("across the border"),
    "regular": _l("regular"),
    "air": _l("by air"),
}
STAGES: Final[dict[str, Any]] = {
    "asked": _l("asked"),
    "letter": _l("letter"),
    "loaded": _l("loaded"),
    "gate": _l("gate"),
    "site": _l("road or site"),
}
SENSITIVITIES: Final[dict[str, Any]] = {
    "low": _l("low"),
    "moderate": _l("moderate"),
    "high": _l("high"),
    "severe": _l("severe"),
}
LISTINGS: Final[dict[str, Any]] = {
    "besieged": _l("besieged"),
    "hard_to_reach": _l("hard to reach"),
    "accessible": _l("accessible"),
    "closed": _l("closed"),
}
PART_CODES: Final[dict[str, Any]] = {
    "road_open": _l("road reported open"),
    "road_restricted": _l("road open with restrictions"),
    "road_damaged": _l("road damaged"),
    "road_closed": _l("road closed"),
    "stale_report": _l("was open, but the report is old"),
    "disputed_report": _l("sources disagree on the road"),
    "no_report": _l("nobody has reported on the road"),
    "not_reported": _l("nobody has reported on the road"),
    "one_holder": _l("one party holds both ends"),
    "border": _l("crosses a border"),
    "crosses_line": _l("crosses a line"),
    "line_without_consent": _l("crosses a line with neither ceasefire nor arrangement"),
    "control_not_reported": _l("not known who holds both ends"),
    "not_needed": _l("no ceasefire needed"),
    "ceasefire_in_force": _l("ceasefire in force"),
    "ceasefire_strained": _l("ceasefire in force, with violations"),
    "ceasefire_disputed": _l("disputed whether the ceasefire holds"),
    "ceasefire_announced": _l("ceasefire past its firm end, renewal uncertain"),
    "ceasefire_suspended": _l("ceasefire suspended"),
    "ceasefire_over": _l("ceasefire over"),
    "ceasefire_expired": _l("ceasefire expired"),
    "arrangement": _l("both sides agreed to passage"),
    "pause": _l("daily pause accepted by both sides"),
    "no_gate": _l("no gate on the road"),
    "gate_open": _l("gate open to all"),
    "gate_by_permit": _l("gate passable by permit"),
    "gate_closed": _l("gate closed"),
    "outside_hours": _l("outside the gate's hours"),
    "gate_not_reported": _l("nobody has reported on the gate"),
    "stale_gate": _l("gate was open, but the report is old"),
    "disputed_gate": _l("sources disagree on the gate"),
    "disputed_hours": _l("sources disagree on the gate's hours"),
    "no_hazard": _l("no incident felt"),
    "air_strike": _l("air strike nearby"),
    "shelling": _l("shelling nearby"),
    "armed_clash": _l("armed clash nearby"),
    "attack_on_aid": _l("attack on aid nearby"),
}


def said(words: dict[Any, Any], code: object) -> str:
    """Return the word of a code; a code that has none is shown as it is, never dropped."""
    return str(words.get(code, str(code).replace("_", " ")))
