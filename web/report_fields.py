"""The kinds of report that a form records, each with its fields and what they may be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from planner.domain.world import World
from routing.evidence import CeasefireAgreed
from routing.units import format_instant
from web.desk import the_desk
from web.event_words import LISTINGS, PAPER_STATES, STEPS
from web.evidence_words import GATE, HAZARDS, ROAD, SAYS
from web.forms import Form
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.words import say

Kind = Literal["choice", "several", "number", "fraction", "moment", "clock", "text"]
Choices = Callable[[World], list[tuple[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportField:
    """One value of a report: its key, its label, how it is given, and whether it may be left out."""

    name: str
    label: Any
    kind: Kind
    choices: Choices | None = None
    required: bool = True
    hint: Any = ""


def _fixed(words: Mapping[str, Any]) -> Choices:
    return lambda _world: list(words.items())


def _named(things: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(((key, say(thing)) for key, thing in things.items()), key=lambda pair: str(pair[1]))


def _segments(world: World) -> list[tuple[str, Any]]:
    places = world.network.places
    told = [(s.id, f"{say(places[s.start])} – {say(places[s.end])}") for s in world.network.segments.values()]
    return sorted(told, key=lambda pair: pair[1])


def _gates(world: World) -> list[tuple[str, Any]]:
    return _named(world.network.gates)


def _areas(world: World) -> list[tuple[str, Any]]:
    return _named(world.network.areas)


def _sites(world: World) -> list[tuple[str, Any]]:
    return _named(world.catalogue.sites)


def _parties(world: World) -> list[tuple[str, Any]]:
    return [(party.id, say(party)) for party in world.catalogue.crisis.parties]


def _ceasefires(world: World) -> list[tuple[str, Any]]:
    return [(n, n) for n in sorted({r.fact.ceasefire for r in world.log if isinstance(r.fact, CeasefireAgreed)})]


def _claimants(world: World) -> list[tuple[str, Any]]:
    parties = _parties(world)
    guarantors = {g for r in world.log if isinstance(r.fact, CeasefireAgreed) for g in r.fact.guarantors}
    return parties + [(name, name) for name in sorted(guarantors - {key for key, _name in parties})]


def _scopes(world: World) -> list[tuple[str, Any]]:
    gates = [(f"gate:{key}", name) for key, name in _gates(world)]
    return gates + [(f"area:{key}", name) for key, name in _areas(world)]


_GATE: Final = ReportField(name="gate", label=_l("Gate"), kind="choice", choices=_gates)
_CEASEFIRE: Final = ReportField(name="ceasefire", label=_l("Ceasefire"), kind="choice", choices=_ceasefires)
_HAZARDS: Final = {key: word for key, word in HAZARDS.items() if key != "none"}

REPORTS: Final[Mapping[str, tuple[Any, tuple[ReportField, ...]]]] = {
    "road": (
        _l("A road is open, damaged or closed"),
        (
            ReportField(name="segments", label=_l("Segments"), kind="several", choices=_segments),
            ReportField(name="state", label=_l("It is"), kind="choice", choices=_fixed(ROAD)),
            ReportField(
                name="weight_limit_kg", label=_l("Weight limit, kg"), kind="number", required=False,
                hint=_l("Only where one was reported."),
            ),
        ),
    ),
    "gate": (
        _l("A gate is open, by permit or closed"),
        (_GATE, ReportField(name="state", label=_l("It is"), kind="choice", choices=_fixed(GATE))),
    ),
    "gate_hours": (
        _l("A gate has other hours"),
        (
            _GATE,
            ReportField(name="opens", label=_l("Opens"), kind="clock"),
            ReportField(name="closes", label=_l("Closes"), kind="clock"),
            ReportField(name="trucks_per_hour", label=_l("Trucks an hour"), kind="number", required=False),
        ),
    ),
    "incident": (
        _l("A security incident"),
        (
            ReportField(name="hazard", label=_l("What"), kind="choice", choices=_fixed(_HAZARDS)),
            ReportField(name="place_name", label=_l("Place"), kind="text", required=False),
            ReportField(name="lon", label=_l("Longitude"), kind="fraction", hint=_l("Degrees, as in 37.158.")),
            ReportField(name="lat", label=_l("Latitude"), kind="fraction", hint=_l("Degrees, as in 36.202.")),
        ),
    ),
    "ceasefire_claim": (
        _l("Somebody says a ceasefire holds, is suspended or over"),
        (
            _CEASEFIRE,
            ReportField(name="by", label=_l("Who says so"), kind="choice", choices=_claimants),
            ReportField(name="says", label=_l("It is"), kind="choice", choices=_fixed(SAYS)),
        ),
    ),
    "ceasefire_extended": (
        _l("A ceasefire is extended"),
        (
            _CEASEFIRE,
            ReportField(name="firm_end", label=_l("Holds until"), kind="moment"),
            ReportField(name="intended_end", label=_l("Meant to hold until"), kind="moment"),
        ),
    ),
    "ceasefire_violation": (
        _l("A violation of a ceasefire"),
        (_CEASEFIRE, ReportField(name="areas", label=_l("Areas"), kind="several", choices=_areas)),
    ),
    "arrangement": (
        _l("The parties agree on passage"),
        (
            ReportField(name="gates", label=_l("Gates"), kind="several", choices=_gates),
            ReportField(name="parties", label=_l("Parties"), kind="several", choices=_parties),
        ),
    ),
    "hold": (
        _l("Convoys are held"),
        (
            ReportField(
                name="scope", label=_l("Through"), kind="several", choices=_scopes, required=False,
                hint=_l("None chosen: all convoys everywhere."),
            ),
            ReportField(name="reason", label=_l("Why"), kind="text"),
        ),
    ),
    "permit": (
        _l("A step of the papers"),
        (
            ReportField(name="step", label=_l("Paper"), kind="choice", choices=_fixed(STEPS)),
            ReportField(name="state", label=_l("It is"), kind="choice", choices=_fixed(PAPER_STATES)),
            ReportField(name="site", label=_l("Site"), kind="choice", choices=_sites),
            ReportField(name="gate", label=_l("For one gate only"), kind="choice", choices=_gates, required=False),
            ReportField(name="people", label=_l("For so many people"), kind="number", required=False),
        ),
    ),
    "control": (
        _l("An area is held by another party"),
        (
            ReportField(name="area", label=_l("Area"), kind="choice", choices=_areas),
            ReportField(name="party", label=_l("Party"), kind="choice", choices=_parties),
        ),
    ),
    "site_status": (
        _l("A site is listed differently"),
        (
            ReportField(name="site", label=_l("Site"), kind="choice", choices=_sites),
            ReportField(name="status", label=_l("Listed as"), kind="choice", choices=_fixed(LISTINGS)),
        ),
    ),
    "statement": (
        _l("A public statement without an effect of its own"),
        (
            ReportField(name="by", label=_l("Who says so"), kind="text"),
            ReportField(name="text", label=_l("What is said"), kind="text"),
        ),
    ),
}  # fmt: skip
"""Each kind of report: what it says, and its fields. Outcomes of movements are recorded with the convoy."""

SEVERAL: Final = tuple({f.name for _title, fields in REPORTS.values() for f in fields if f.kind == "several"})


def read_report(form: Form, world: World) -> dict[str, object] | None:
    """Return the values of a report as the log's reader takes them; None if a field is wrong, each with its complaint.

    Raises
    ------
    KeyError
        If the form's kind is none of `REPORTS`.
    """
    kind = form.values["kind"]
    values: dict[str, object] = {"kind": kind}
    for field in REPORTS[kind][1]:
        value = _value(form, field, world)
        if value not in (None, "", []):
            values[field.name] = value
        elif field.name == "scope":
            values[field.name] = "all"
        elif field.required and not form.of(field.name):
            form.complain(field.name, _("Fill this in."))
    if kind == "incident":
        values |= {"event_type": "reported", "sub_event_type": str(values.get("hazard", ""))}
    values |= _frame(form)
    return values if form.ok else None


def _frame(form: Form) -> dict[str, object]:
    """Read what every report has: who says so, how far to trust it, when it holds and when it was learned."""
    zone = the_desk().zone
    source, note = form.text("source", required=True, longest=300), form.text("note")
    start, end = form.moment("valid_from", required=True), form.moment("valid_to")
    learned = form.moment("learned_at", required=True)
    if start is not None and end is not None and end <= start:
        form.complain("valid_to", _("This is not after the time from which it holds."))
    if learned is not None and learned > the_desk().clock():
        form.complain("learned_at", _("This lies ahead. Give a time that has passed."))
    reliability = form.choice("reliability", tuple("ABCDEF"))
    credibility = form.choice("credibility", tuple("123456"))
    told: dict[str, object] = {"source": source, "note": note, "reliability": reliability}
    if credibility.isdigit():
        told["credibility"] = int(credibility)
    for name, at in (("valid_from", start), ("valid_to", end), ("learned_at", learned)):
        if at is not None:
            told[name] = format_instant(at, zone)
    return told


def _value(form: Form, field: ReportField, world: World) -> object:
    match field.kind:
        case "moment":
            at = form.moment(field.name)
            return None if at is None else format_instant(at, the_desk().zone)
        case "number":
            return form.whole(field.name)
        case "fraction":
            return _degrees(form, field.name)
        case "several":
            known = {} if field.choices is None else dict(field.choices(world))
            return [name for name in form.values.get(field.name, "").split("\n") if name in known]
        case "choice" if field.choices is not None and form.text(field.name):
            return form.choice(field.name, dict(field.choices(world)))
        case _:
            return form.text(field.name, longest=600)


def _degrees(form: Form, name: str) -> float | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        form.complain(name, _("%(value)s is no number of degrees.", value=text))
        return None
