"""The kinds of report that a form records, each with its fields and what they may be; `report_reading` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from planner.domain.world import World
from routing.evidence import CeasefireAgreed
from web import choices
from web.choices import Choices
from web.event_words import LISTINGS, PAPER_STATES, SENSITIVITIES, STEPS
from web.evidence_words import GATE, HAZARDS, ROAD, SAYS, body_name
from web.i18n import lazy_gettext as _l

Kind = Literal["choice", "several", "number", "fraction", "moment", "clock", "text", "place", "names", "yes_no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportField:
    """One value of a report: its key, its label, how it is given, and whether it may be left out."""

    name: str
    label: Any
    kind: Kind
    choices: Choices | None = None
    required: bool = True
    hint: Any = ""
    least: int = 0
    """The fewest that may be chosen, or the smallest number."""


def _fixed(words: Mapping[str, Any]) -> Choices:
    return lambda _world: list(words.items())


def _claimants(world: World) -> list[tuple[str, Any]]:
    parties = choices.parties(world)
    guarantors = {g for r in world.log if isinstance(r.fact, CeasefireAgreed) for g in r.fact.guarantors}
    return parties + [(name, body_name(name, world)) for name in sorted(guarantors - {key for key, _name in parties})]


def _scopes(world: World) -> list[tuple[str, Any]]:
    everywhere = [("all", _l("All convoys, everywhere"))]
    gates = [(f"gate:{key}", name) for key, name in choices.gates(world)]
    return everywhere + gates + [(f"area:{key}", name) for key, name in choices.areas(world)]


_GATE: Final = ReportField(name="gate", label=_l("Gate"), kind="choice", choices=choices.gates)
_CEASEFIRE: Final = ReportField(name="ceasefire", label=_l("Ceasefire"), kind="choice", choices=choices.ceasefires)
CONSENT: Final = {"no": _l("no"), "yes": _l("yes")}
YES_NO: Final = {"no": _l("no: announced by one side"), "yes": _l("yes")}
PRECISIONS: Final = {"1": _l("1 the very place"), "2": _l("2 near it"), "3": _l("3 somewhere in the area")}
_HAZARDS: Final = {key: word for key, word in HAZARDS.items() if key != "none"}

REPORTS: Final[Mapping[str, tuple[Any, tuple[ReportField, ...]]]] = {
    "road": (
        _l("A road is open, damaged or closed"),
        (
            ReportField(name="segments", label=_l("Stretches"), kind="several", choices=choices.segments, least=1),
            ReportField(name="state", label=_l("It is"), kind="choice", choices=_fixed(ROAD)),
            ReportField(
                name="weight_limit_kg", label=_l("Weight limit, kg"), kind="number", required=False,
                hint=_l("Only where one was reported."), least=1,
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
            ReportField(name="trucks_per_hour", label=_l("Trucks an hour"), kind="number", required=False, least=1),
        ),
    ),
    "gate_inspection": (
        _l("A gate holds columns for inspection"),
        (
            _GATE,
            ReportField(name="low_min", label=_l("At least, minutes"), kind="number"),
            ReportField(name="mode_min", label=_l("Usually, minutes"), kind="number"),
            ReportField(name="high_min", label=_l("At most, minutes"), kind="number"),
        ),
    ),
    "passage_override": (
        _l("The record of a gate is set by hand"),
        (
            _GATE,
            ReportField(name="passed", label=_l("Columns that passed"), kind="number"),
            ReportField(name="turned_back", label=_l("Columns that were turned back"), kind="number"),
            ReportField(
                name="reason", label=_l("Why"), kind="text",
                hint=_l("Stands for all that was listed and learned before; later outcomes count on from it."),
            ),
        ),
    ),
    "incident": (
        _l("A security incident"),
        (
            ReportField(name="hazard", label=_l("What"), kind="choice", choices=_fixed(_HAZARDS)),
            ReportField(
                name="place", label=_l("At or near"), kind="place", required=False,
                hint=_l("A place on the map; or give the point itself."),
            ),
            ReportField(name="lon", label=_l("Longitude"), kind="fraction", required=False, hint=_l("As 37.158.")),
            ReportField(name="lat", label=_l("Latitude"), kind="fraction", required=False, hint=_l("As 36.202.")),
            ReportField(name="place_name", label=_l("Where, in words"), kind="text", required=False),
            ReportField(name="geo_precision", label=_l("How exact"), kind="choice", choices=_fixed(PRECISIONS)),
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
        (_CEASEFIRE, ReportField(name="areas", label=_l("Areas"), kind="several", choices=choices.areas, least=1)),
    ),
    "arrangement": (
        _l("The parties agree on passage"),
        (
            ReportField(name="gates", label=_l("Gates"), kind="several", choices=choices.gates, least=1),
            ReportField(
                name="parties", label=_l("Parties"), kind="several", choices=choices.parties, least=2,
                hint=_l("Those on both sides; the consent of one opens nothing."),
            ),
            ReportField(name="letter", label=_l("Letter or terms"), kind="text", required=False),
        ),
    ),
    "ceasefire_agreed": (
        _l("A ceasefire is agreed"),
        (
            ReportField(name="ceasefire", label=_l("Short name"), kind="text", hint=_l("As in truce-2016-09.")),
            ReportField(name="areas", label=_l("Areas"), kind="several", choices=choices.areas, least=1),
            ReportField(name="parties", label=_l("Parties"), kind="several", choices=choices.parties, least=2),
            ReportField(name="firm_end", label=_l("Holds until"), kind="moment"),
            ReportField(name="intended_end", label=_l("Meant to hold until"), kind="moment"),
            ReportField(
                name="guarantors", label=_l("Guarantors"), kind="names", required=False,
                hint=_l("Apart by commas."),
            ),
            ReportField(name="terms", label=_l("Terms"), kind="text", required=False),
        ),
    ),
    "pause": (
        _l("A daily pause is announced"),
        (
            ReportField(name="gates", label=_l("Gates"), kind="several", choices=choices.gates, least=1),
            ReportField(name="by", label=_l("By"), kind="choice", choices=_claimants),
            ReportField(name="accepted", label=_l("Accepted by the other side"), kind="yes_no", choices=_fixed(YES_NO)),
            ReportField(name="opens", label=_l("Each day from"), kind="clock"),
            ReportField(name="closes", label=_l("to"), kind="clock"),
        ),
    ),
    "hold": (
        _l("Convoys are held"),
        (
            ReportField(
                name="scope", label=_l("Which"), kind="several", choices=_scopes, least=1,
                hint=_l("All, or only those through some gates and areas."),
            ),
            ReportField(name="reason", label=_l("Why"), kind="text"),
        ),
    ),
    "permit": (
        _l("A step of the papers"),
        (
            ReportField(name="step", label=_l("Paper"), kind="choice", choices=_fixed(STEPS)),
            ReportField(name="state", label=_l("It is"), kind="choice", choices=_fixed(PAPER_STATES)),
            ReportField(name="site", label=_l("Site"), kind="choice", choices=choices.sites),
            ReportField(
                name="gate", label=_l("For one gate only"), kind="choice", choices=choices.gates, required=False
            ),
            ReportField(name="people", label=_l("For so many people"), kind="number", required=False, least=1),
            ReportField(
                name="struck", label=_l("Items struck"), kind="several", choices=choices.commodities, required=False
            ),
        ),
    ),
    "control": (
        _l("An area is held by another party"),
        (
            ReportField(name="area", label=_l("Area"), kind="choice", choices=choices.areas),
            ReportField(name="party", label=_l("Party"), kind="choice", choices=choices.parties),
        ),
    ),
    "site_status": (
        _l("A site is listed differently"),
        (
            ReportField(name="site", label=_l("Site"), kind="choice", choices=choices.sites),
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
    "sharing": (
        _l("Whether partners may be told of a failed movement"),
        (
            ReportField(name="movement", label=_l("Movement"), kind="choice", choices=choices.movements),
            ReportField(
                name="consent", label=_l("The reporting organisation consents"), kind="yes_no",
                choices=_fixed(CONSENT), hint=_l("Without consent on record nothing of it leaves operations."),
            ),
            ReportField(
                name="sensitivity", label=_l("Sensitivity"), kind="choice", choices=_fixed(SENSITIVITIES),
                hint=_l("Low: anybody. Moderate: partners. High: the access working group. Severe: operations alone."),
            ),
        ),
    ),
}  # fmt: skip
"""Each kind of report: what it says, and its fields. Outcomes of movements are recorded with the convoy."""
SEVERAL: Final = tuple({f.name for _title, fields in REPORTS.values() for f in fields if f.kind == "several"})
