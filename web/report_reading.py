"""Read a report as a form sends it: all that is wrong is said at once, each complaint beside its field."""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from planner.domain.errors import NotFound
from planner.domain.world import World
from planner.services.access import find_place, find_segments
from routing.errors import RoutingError
from routing.units import MINUTE, Instant, format_instant, parse_clock
from web.desk import the_desk
from web.forms import Form
from web.i18n import gettext as _
from web.i18n import ngettext
from web.report_fields import REPORTS, ReportField

Values = dict[str, object]
LONGEST: Final = 600
MORE: Final = "more_segments"
"""The field for stretches that are not among those offered, by name or id, apart by commas or lines."""
_BODY: Final = re.compile(r"[^a-z0-9]+")
_WAYS_TO_SAY: Final = {"yes": True, "no": False}


def read_report(form: Form, world: World) -> Values | None:
    """Return the values of a report as the log's reader takes them; None if a field is wrong, each with its complaint.

    Raises
    ------
    KeyError
        If the form's kind is none of `REPORTS`.
    """
    kind = form.values["kind"]
    values: Values = {"kind": kind}
    for field in REPORTS[kind][1]:
        value = _value(form, field, world)
        if value not in (None, "", []):
            values[field.name] = value
        elif field.required and not form.of(field.name):
            form.complain(field.name, _("Choose at least one.") if field.kind == "several" else _("Fill this in."))
    check = _CHECKS.get(kind)
    if check is not None:
        check(form, values, world)
    values |= _frame(form, values)
    return values if form.ok else None


def effect_of(values: Values) -> Values:
    """Return what of a report has an effect: all but who says so and the words beside it."""
    return {name: value for name, value in values.items() if name not in {"source", "note"}}


# ---------------------------------------------------------------------------------------------------------------------
# What only some kinds have


def _incident(form: Form, values: Values, world: World) -> None:
    place, point = values.pop("place", None), [values.get(name) for name in ("lon", "lat")]
    if place is not None and point == [None, None] and not form.of("lon") + form.of("lat"):
        spot = world.network.places[str(place)]
        values |= {"lon": spot.position[0], "lat": spot.position[1]}
        values.setdefault("place_name", spot.name)
    elif place is None and point == [None, None] and not form.of("lon") + form.of("lat"):
        form.complain("place", _("Name a place, or give the point itself."))
    for name, other, value in (("lon", "lat", values.get("lon")), ("lat", "lon", values.get("lat"))):
        if value is None and values.get(other) is not None and not form.of(name):
            form.complain(name, _("A point needs both."))
    if "geo_precision" in values:
        values["geo_precision"] = int(str(values["geo_precision"]))
    values |= {"event_type": "reported", "sub_event_type": str(values.get("hazard", ""))}


def _ends(form: Form, values: Values, world: World) -> None:
    del world
    firm, meant, start = (
        form.moment(name) if not form.of(name) else None for name in ("firm_end", "intended_end", "valid_from")
    )
    if firm is not None and meant is not None and meant < firm:
        form.complain("intended_end", _("This lies before the time until which it holds."))
    if values["kind"] == "ceasefire_agreed" and firm is not None and start is not None and firm <= start:
        form.complain("firm_end", _("This is not after the time from which it holds."))


def _agreed(form: Form, values: Values, world: World) -> None:
    name = str(values.get("ceasefire", ""))
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        form.complain("ceasefire", _("Write small letters, digits and hyphens, as in truce-2016-09."))
    _ends(form, values, world)


def _hold(form: Form, values: Values, world: World) -> None:
    del world
    chosen = values.get("scope")
    if isinstance(chosen, list) and "all" in chosen:
        if len(chosen) > 1:
            form.complain("scope", _("All convoys, or only some: not both."))
        values["scope"] = "all"


def _hours(form: Form, values: Values, world: World) -> None:
    del world
    if values.get("opens") is not None and values.get("opens") == values.get("closes"):
        form.complain("closes", _("It would be open for no time. Give another hour; 24:00 is the end of the day."))


def _inspection(form: Form, values: Values, world: World) -> None:
    del world
    told = [values.pop(name, None) for name in ("low_min", "mode_min", "high_min")]
    minutes = [one for one in told if isinstance(one, int)]
    if len(minutes) < len(told):
        return
    if minutes != sorted(minutes):
        form.complain("high_min", _("Give the shortest, the usual and the longest, in this order."))
    names = ("delay_low_s", "delay_mode_s", "delay_high_s")
    values |= {name: one * MINUTE for name, one in zip(names, minutes, strict=True)}


def _override(form: Form, values: Values, world: World) -> None:
    del world
    if values.get("passed") == values.get("turned_back") == 0:
        form.complain("passed", _("Of no columns at all no probability can be made."))


_CHECKS: Final[dict[str, Callable[[Form, Values, World], None]]] = {
    "incident": _incident, "ceasefire_agreed": _agreed, "ceasefire_extended": _ends, "hold": _hold,
    "gate_hours": _hours, "pause": _hours, "gate_inspection": _inspection, "passage_override": _override,
}  # fmt: skip

# ---------------------------------------------------------------------------------------------------------------------
# What all have


def _frame(form: Form, values: Values) -> Values:
    """Read what every report has: who says so, how far to trust it, when it holds and when it was learned."""
    zone = the_desk().zone
    source, note = form.text("source", required=True, longest=300), form.text("note")
    start, end = form.moment("valid_from", required=True), form.moment("valid_to")
    learned = form.moment("learned_at", required=True)
    if start is not None and end is not None and end <= start:
        form.complain("valid_to", _("This is not after the time from which it holds."))
    if learned is not None and learned > the_desk().clock():
        form.complain("learned_at", _("This lies ahead. Give a time that has passed."))
    if values["kind"] == "arrangement" and end is None and not form.of("valid_to"):
        form.complain("valid_to", _("An agreement on passage ends some time. Say when."))
    reliability = form.choice("reliability", tuple("ABCDEF"))
    credibility = form.choice("credibility", tuple("123456"))
    told: Values = {"source": source, "note": note, "reliability": reliability}
    if credibility.isdigit():
        told["credibility"] = int(credibility)
    times: tuple[tuple[str, Instant | None], ...] = (("valid_from", start), ("valid_to", end), ("learned_at", learned))
    return told | {name: format_instant(at, zone) for name, at in times if at is not None}


def _value(form: Form, field: ReportField, world: World) -> object:  # noqa: PLR0911 - one line a kind of field
    match field.kind:
        case "moment":
            at = form.moment(field.name)
            return None if at is None else format_instant(at, the_desk().zone)
        case "number":
            return form.whole(field.name, least=field.least)
        case "fraction":
            return _degrees(form, field.name)
        case "clock":
            return _clock(form, field.name)
        case "several":
            return _several(form, field, world)
        case "place":
            words = form.text(field.name)
            return form.attempt(field.name, partial(find_place, world.network, words)) if words else None
        case "names":
            names = (_BODY.sub("-", name.casefold()).strip("-") for name in re.split(r"[,،]", form.text(field.name)))
            return [name for name in names if name]
        case "choice" | "yes_no" if field.choices is not None and form.text(field.name):
            chosen = form.choice(field.name, dict(field.choices(world)))
            return _WAYS_TO_SAY.get(chosen, chosen) if field.kind == "yes_no" else chosen
        case _:
            return form.text(field.name, longest=LONGEST)


def _several(form: Form, field: ReportField, world: World) -> list[str]:
    known = {} if field.choices is None else dict(field.choices(world))
    asked = [name for name in form.values.get(field.name, "").split("\n") if name]
    if any(name not in known for name in asked):
        form.complain(field.name, _("Choose some of the list."))
    chosen = [name for name in dict.fromkeys(asked) if name in known]
    if field.name == "segments":
        chosen += [name for name in _named_segments(form, world) if name not in chosen]
    if 0 < len(chosen) < field.least:
        form.complain(
            field.name,
            ngettext("Choose at least %(num)s.", "Choose at least %(num)s.", field.least),
        )
    return chosen


def _named_segments(form: Form, world: World) -> list[str]:
    """Return the stretches that are named in words; a name that fits several is refused with the first of them."""
    found: list[str] = []
    for words in (part.strip() for part in re.split(r"[,،\n]", form.text(MORE))):
        if not words:
            continue
        try:
            matching = find_segments(world.network, words)
        except NotFound:
            form.complain(
                MORE, _("No stretch is called %(words)s. Write an id as from--to, or part of a name.", words=words)
            )
            continue
        if len(matching) > 1:
            first = ", ".join(matching[:5])
            form.complain(MORE, _("%(words)s fits several: %(first)s. Write one of them.", words=words, first=first))
        else:
            found += matching
    return found


def _degrees(form: Form, name: str) -> float | None:
    text, limit = form.text(name), 180 if name == "lon" else 90
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        form.complain(name, _("%(value)s is no number of degrees.", value=text))
        return None
    if not -limit <= found <= limit:
        span = f"−{limit}–{limit}"
        form.complain(name, _("%(value)s is out of range: %(limit)s.", value=text, limit=span))
        return None
    return found


def _clock(form: Form, name: str) -> str | None:
    text = form.text(name)
    if not text:
        return None
    try:
        parse_clock(text)
    except RoutingError:
        form.complain(name, _("%(value)s is no time of day. Write it like 08:30.", value=text))
        return None
    return text
