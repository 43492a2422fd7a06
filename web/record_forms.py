"""Forms for one row of needs and supply: its fields, how they are read, and how a saved row fills them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from planner.domain.needs import Need
from planner.domain.supply import EscortTeams, Fleet, StockBatch
from planner.domain.world import World
from routing.units import FOREVER, Instant, Window
from web import choices
from web.choices import Choices
from web.forms import WHOLE, Form
from web.i18n import gettext as _
from web.i18n import lazy_gettext as _l
from web.words import input_moment

R = TypeVar("R", Need, StockBatch, Fleet, EscortTeams)
Kind = Literal["text", "number", "moment", "choice", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its name, what stands above it, its kind, and whether it is part of the row's identity."""

    name: str
    label: Any
    kind: Kind
    key: bool = False
    required: bool = True
    hint: Any = ""
    choices: Choices | None = None


@dataclass(frozen=True, kw_only=True)
class RecordForm(Generic[R]):
    """A kind of row as people enter it. Fields that identify a row are fixed once it is saved."""

    kind: type[R]
    title: Any
    fields: Sequence[Field]
    build: Callable[[dict[str, Any]], R]
    values: Callable[[R], dict[str, str]]

    def read(self, form: Form, world: World, known: R | None) -> R | None:
        """Return the row that a form states; None if something is wrong, with every complaint in the form.

        `known` is the row being edited: its identifying fields are kept whatever was sent.
        """
        fixed = {} if known is None else self.values(known)
        told: dict[str, Any] = {}
        for field in self.fields:
            if field.key and field.name in fixed:
                form.values[field.name] = fixed[field.name]
            told[field.name] = _read(field, form, world)
        if not form.ok:
            return None
        return form.attempt(WHOLE, lambda: self.build(told))

    def rows_of_conflict(self, saved: R, form: Form) -> list[tuple[Any, str, str]]:
        """Return label, saved value and typed value of each field that is no part of the identity."""
        now = self.values(saved)
        return [
            (field.label, now[field.name], form.values.get(field.name, "")) for field in self.fields if not field.key
        ]


def _read(field: Field, form: Form, world: World) -> Any:  # noqa: ANN401 - as the field's kind says
    match field.kind:
        case "number":
            value = form.whole(field.name)
            if value is None and field.required and not form.of(field.name):
                form.complain(field.name, _("Fill this in."))
            return value
        case "moment":
            return form.moment(field.name, required=field.required)
        case "check":
            return form.checked(field.name)
        case "choice" if field.choices is not None:
            offered = dict(field.choices(world))
            if not field.required and not form.text(field.name):
                return None
            return form.choice(field.name, offered)
        case _:
            return form.text(field.name, required=field.required, longest=300)


def _window(told: dict[str, Any]) -> Window:
    # A window that ends before it starts is refused by itself, in words.
    return Window(told["start"], FOREVER if told["end"] is None else told["end"])


def _open(at: Instant | None) -> str:
    return "" if at is None or at >= FOREVER else input_moment(at)


def _any_hub(world: World) -> list[tuple[str, str]]:
    return [("", _("any hub")), *choices.hubs(world)]


SOURCE: Final = (
    Field(name="source", label=_l("Source"), kind="text", hint=_l("Who says so: an agency, a count, a waybill.")),
    Field(name="synthetic", label=_l("Synthetic: a planning value without a source"), kind="check", required=False),
)

NEED: Final[RecordForm[Need]] = RecordForm(
    kind=Need,
    title=_l("Need"),
    fields=(
        Field(name="site", label=_l("Site"), kind="choice", key=True, choices=choices.sites),
        Field(name="commodity", label=_l("Commodity"), kind="choice", key=True, choices=choices.commodities),
        Field(name="start", label=_l("Needed from"), kind="moment", key=True),
        Field(name="end", label=_l("Needed until"), kind="moment", key=True),
        Field(name="units", label=_l("Units"), kind="number"),
        *SOURCE,
    ),
    build=lambda told: Need(
        site=told["site"], commodity=told["commodity"], units=told["units"], window=_window(told),
        source=told["source"], synthetic=told["synthetic"],
    ),
    values=lambda row: {
        "site": row.site, "commodity": row.commodity, "start": input_moment(row.window.start),
        "end": _open(row.window.end), "units": str(row.units), "source": row.source,
        "synthetic": "1" if row.synthetic else "",
    },
)  # fmt: skip

STOCK: Final[RecordForm[StockBatch]] = RecordForm(
    kind=StockBatch,
    title=_l("Stock"),
    fields=(
        Field(name="hub", label=_l("Hub"), kind="choice", key=True, choices=choices.hubs),
        Field(name="commodity", label=_l("Commodity"), kind="choice", key=True, choices=choices.commodities),
        Field(name="batch", label=_l("Batch"), kind="text", key=True),
        Field(name="units", label=_l("Units"), kind="number"),
        Field(name="start", label=_l("In store from"), kind="moment", hint=_l("A later time is an arrival to come.")),
        Field(name="end", label=_l("Expires"), kind="moment", required=False, hint=_l("Empty: does not expire.")),
        *SOURCE,
    ),
    build=lambda told: StockBatch(
        hub=told["hub"], commodity=told["commodity"], batch=told["batch"], units=told["units"],
        available_from=told["start"], expires_at=told["end"], source=told["source"], synthetic=told["synthetic"],
    ),
    values=lambda row: {
        "hub": row.hub, "commodity": row.commodity, "batch": row.batch, "units": str(row.units),
        "start": input_moment(row.available_from), "end": _open(row.expires_at), "source": row.source,
        "synthetic": "1" if row.synthetic else "",
    },
)  # fmt: skip

FLEET: Final[RecordForm[Fleet]] = RecordForm(
    kind=Fleet,
    title=_l("Trucks"),
    fields=(
        Field(name="hub", label=_l("Hub"), kind="choice", key=True, choices=choices.hubs),
        Field(name="truck_type", label=_l("Type"), kind="choice", key=True, choices=choices.truck_types),
        Field(name="start", label=_l("Available from"), kind="moment", key=True),
        Field(name="end", label=_l("Available until"), kind="moment", key=True, required=False),
        Field(name="trucks", label=_l("Trucks"), kind="number"),
        *SOURCE,
    ),
    build=lambda told: Fleet(
        hub=told["hub"], truck_type=told["truck_type"], trucks=told["trucks"], available=_window(told),
        source=told["source"], synthetic=told["synthetic"],
    ),
    values=lambda row: {
        "hub": row.hub, "truck_type": row.truck_type, "start": input_moment(row.available.start),
        "end": _open(row.available.end), "trucks": str(row.trucks), "source": row.source,
        "synthetic": "1" if row.synthetic else "",
    },
)  # fmt: skip

ESCORT: Final[RecordForm[EscortTeams]] = RecordForm(
    kind=EscortTeams,
    title=_l("Escort teams"),
    fields=(
        Field(name="id", label=_l("Name"), kind="text", key=True),
        Field(name="base", label=_l("Hub"), kind="choice", required=False, choices=_any_hub),
        Field(name="teams", label=_l("Teams a day"), kind="number"),
        Field(name="start", label=_l("Available from"), kind="moment"),
        Field(name="end", label=_l("Available until"), kind="moment", required=False),
        *SOURCE,
    ),
    build=lambda told: EscortTeams(
        id=told["id"], base=told["base"] or None, teams=told["teams"], available=_window(told),
        source=told["source"], synthetic=told["synthetic"],
    ),
    values=lambda row: {
        "id": row.id, "base": row.base or "", "teams": str(row.teams), "start": input_moment(row.available.start),
        "end": _open(row.available.end), "source": row.source, "synthetic": "1" if row.synthetic else "",
    },
)  # fmt: skip
