"""The edits of a scenario as a form offers them: each kind with its fields and the choices of this crisis."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from planner.domain.policy import PlanPolicy
from planner.domain.world import World
from planner.intake.scenario import write_edit
from routing.policy import AccessPolicy
from routing.policy_record import policy_in_force
from routing.units import format_instant
from web import choices
from web.choices import Choices
from web.desk import the_desk
from web.forms import Form
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l

FieldKind = Literal["choice", "several", "number", "moment", "clock", "value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditField:
    """One value of an edit: its key in the file, its label, and how it is given."""

    name: str
    label: Any
    kind: FieldKind
    choices: Choices | None = None
    required: bool = True
    field: str = ""
    """What the form calls it, where that is not its key: a scenario's own name stands in the same form."""

    @property
    def called(self) -> str:
        """Its name in the form."""
        return self.field or self.name


def _gate_states(_world: World) -> list[tuple[str, str]]:
    return [("open", _("open")), ("by_permit", _("by permit")), ("closed", _("closed"))]


def _road_states(_world: World) -> list[tuple[str, str]]:
    return [("open", _("open")), ("closed", _("closed"))]


def _steps(_world: World) -> list[tuple[str, str]]:
    return [("permission", _("permission")), ("letter", _("letter")), ("clearance", _("clearance"))]


def _paper_states(_world: World) -> list[tuple[str, str]]:
    return [("granted", _("granted")), ("refused", _("refused"))]


def _plan_parameters(_world: World) -> list[tuple[str, str]]:
    return _parameters(PlanPolicy())


def _access_parameters(world: World) -> list[tuple[str, str]]:
    return _parameters(policy_in_force(world.log, world.head).policy)


def _parameters(policy: PlanPolicy | AccessPolicy) -> list[tuple[str, str]]:
    """Return the parameters as the settings and the files call them, each with the value it has."""
    told = ((field.name, getattr(policy, field.name)) for field in fields(policy))
    return [(name, f"{name} ({list(value) if isinstance(value, tuple) else value})") for name, value in told]


_WINDOW: Final = (
    EditField(name="from", label=_l("From"), kind="moment"),
    EditField(name="until", label=_l("Until"), kind="moment"),
)
_GATE: Final = EditField(name="gate", label=_l("Gate"), kind="choice", choices=choices.gates)

EDIT_KINDS: Final[Mapping[str, tuple[Any, tuple[EditField, ...]]]] = {
    "ceasefire_ends": (
        _l("A ceasefire ends at another time"),
        (
            EditField(name="ceasefire", label=_l("Ceasefire"), kind="choice", choices=choices.ceasefires),
            EditField(name="at", label=_l("Ends at"), kind="moment"),
        ),
    ),
    "gate_set": (
        _l("A gate opens or closes"),
        (_GATE, EditField(name="state", label=_l("It is"), kind="choice", choices=_gate_states), *_WINDOW),
    ),
    "gate_hours_set": (
        _l("A gate has other hours"),
        (
            _GATE,
            EditField(name="opens", label=_l("Opens"), kind="clock"),
            EditField(name="closes", label=_l("Closes"), kind="clock"),
            *_WINDOW,
        ),
    ),
    "arrangement_added": (
        _l("The parties agree on passage"),
        (
            EditField(name="gates", label=_l("Gates"), kind="several", choices=choices.gates),
            EditField(name="parties", label=_l("Parties"), kind="several", choices=choices.parties),
            *_WINDOW,
        ),
    ),
    "paper_granted": (
        _l("Papers are granted"),
        (
            EditField(name="site", label=_l("Site"), kind="choice", choices=choices.sites),
            EditField(name="steps", label=_l("Papers"), kind="several", choices=_steps),
            EditField(name="gate", label=_l("For one gate only"), kind="choice", choices=choices.gates, required=False),
            EditField(name="people", label=_l("For so many people"), kind="number", required=False),
            *_WINDOW,
        ),
    ),
    "segment_set": (
        _l("A road segment opens or closes"),
        (
            EditField(name="segment", label=_l("Segment"), kind="choice", choices=choices.segments),
            EditField(name="state", label=_l("It is"), kind="choice", choices=_road_states),
            *_WINDOW,
        ),
    ),
    "area_held": (
        _l("An area is held by another party"),
        (
            EditField(name="area", label=_l("Area"), kind="choice", choices=choices.areas),
            EditField(name="party", label=_l("Party"), kind="choice", choices=choices.parties),
            *_WINDOW,
        ),
    ),
    "fleet_change": (
        _l("More or fewer trucks"),
        (
            EditField(name="hub", label=_l("Hub"), kind="choice", choices=choices.hubs),
            EditField(name="truck_type", label=_l("Type"), kind="choice", choices=choices.truck_types),
            EditField(name="trucks", label=_l("More (or, with a minus, fewer) trucks"), kind="number"),
        ),
    ),
    "escort_change": (
        _l("More or fewer escort teams"),
        (EditField(name="teams", label=_l("More (or, with a minus, fewer) teams a day"), kind="number"),),
    ),
    "papers_set": (
        _l("Papers of several sites are granted or refused"),
        (
            EditField(name="sites", label=_l("Sites"), kind="several", choices=choices.sites),
            EditField(name="steps", label=_l("Papers"), kind="several", choices=_steps),
            EditField(name="state", label=_l("They are"), kind="choice", choices=_paper_states),
            EditField(name="gate", label=_l("For one gate only"), kind="choice", choices=choices.gates, required=False),
            EditField(name="people", label=_l("For so many people"), kind="number", required=False),
            *_WINDOW,
        ),
    ),
    "stock_change": (
        _l("More or less stock"),
        (
            EditField(name="hub", label=_l("Hub"), kind="choice", choices=choices.hubs),
            EditField(name="commodity", label=_l("Item"), kind="choice", choices=choices.commodities),
            EditField(name="units", label=_l("More (or, with a minus, fewer) units"), kind="number"),
        ),
    ),
    "need_scaled": (
        _l("Needs are larger or smaller"),
        (
            EditField(name="site", label=_l("Site"), kind="choice", choices=choices.sites, required=False),
            EditField(name="commodity", label=_l("Item"), kind="choice", choices=choices.commodities, required=False),
            EditField(name="percent", label=_l("Per cent of what is on record"), kind="number"),
        ),
    ),
    "driving_hours_set": (
        _l("Convoys may drive at other hours"),
        (
            EditField(name="opens", label=_l("From"), kind="clock"),
            EditField(name="closes", label=_l("Until"), kind="clock"),
        ),
    ),
    "plan_policy_set": (
        _l("Convoys are chosen by another number"),
        (
            EditField(name="name", field="parameter", label=_l("Parameter"), kind="choice", choices=_plan_parameters),
            EditField(name="value", label=_l("Value"), kind="value"),
        ),
    ),
    "access_policy_set": (
        _l("Roads are judged by another number"),
        (
            EditField(name="name", field="parameter", label=_l("Parameter"), kind="choice", choices=_access_parameters),
            EditField(name="value", label=_l("Value"), kind="value"),
        ),
    ),
}
"""Each kind of edit: what it says, and its fields."""


def read_edit(form: Form, kind: str, world: World) -> str | None:
    """Return the edit that a form states as lines of a scenario file; None if a field is wrong, with complaints."""
    _title, offered = EDIT_KINDS[kind]
    values: dict[str, object] = {}
    for field in offered:
        value = _value(form, field, world)
        if value not in (None, "", []):
            values[field.name] = value
        elif field.required and not form.of(field.called):
            form.complain(field.called, _("Fill this in."))
    return write_edit(kind, values) if form.ok else None


def _value(form: Form, field: EditField, world: World) -> object:
    if field.kind == "moment":
        at = form.moment(field.called)
        return None if at is None else format_instant(at, the_desk().zone)
    if field.kind == "number":
        return form.whole(field.called, least=-1_000_000, most=10_000_000)
    if field.kind == "value":
        return _literal(form.text(field.called))
    if field.kind == "several":
        known = {} if field.choices is None else dict(field.choices(world))
        return [name for name in form.values.get(field.called, "").split("\n") if name in known]
    if field.kind == "choice" and field.choices is not None and form.text(field.called):
        return form.choice(field.called, dict(field.choices(world)))
    return form.text(field.called)


def _literal(text: str | None) -> object:
    """Return a value as a file would hold it: a number, true or false, a list, else the text as it is."""
    try:
        return json.loads(text or "")
    except ValueError:
        return text
