"""Read one evidence record from named values, as a log file, a form or a command line gives them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from types import UnionType
from typing import Final, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from planner.domain.denials import AMRF, EVENTS, REASONS, SECTORS
from planner.domain.errors import BadInput
from planner.domain.pipeline import CLEARANCES
from planner.intake.policy import read_access_policy
from routing.deliveries import ItemLine, Quantity
from routing.errors import RoutingError
from routing.evidence import DeliveryOutcome, Evidence, Fact, Figure, Incident, PermitStep
from routing.network import RoadNetwork
from routing.policy import AccessPolicy
from routing.units import FOREVER, Window, parse_clock, parse_instant

FACTS: Final[Mapping[str, type]] = {get_args(get_type_hints(fact)["kind"])[0]: fact for fact in get_args(Fact)}
"""The fact class of each kind of evidence."""

_INSTANTS: Final = frozenset({"firm_end", "intended_end", "happened_at", "updated_at"})
_CLOCKS: Final = frozenset({"opens", "closes"})
_FIGURES: Final = frozenset({"figures", "people_requested", "people_reached"})
_FRAME: Final = frozenset(
    {"kind", "learned_at", "valid_from", "valid_to", "source", "reliability", "credibility", "synthetic", "note"}
)


def read_record(values: Mapping[str, object], network: RoadNetwork, zone: ZoneInfo) -> Evidence:
    """Build an evidence record without a position and check everything that it names against the network.

    Segments may be given as `from--to` in either direction or as `corridor:ID`; `scope = "all"` means everywhere.

    Raises
    ------
    BadInput
        If a value is missing, unknown or of the wrong kind.
    """
    kind = _text(values, "kind")
    fact_class = FACTS.get(kind)
    if fact_class is None:
        raise BadInput(f"kind is {kind!r}. Give one of: {', '.join(sorted(FACTS))}.")
    try:
        fact = _fact(fact_class, values, network, zone)
        _check_references(fact, network)
        _check_codes(fact)
        start = parse_instant(_text(values, "valid_from"), zone)
        end = parse_instant(_text(values, "valid_to"), zone) if values.get("valid_to") else FOREVER
        return Evidence(
            position=0, learned_at=parse_instant(_text(values, "learned_at"), zone), valid=Window(start, end),
            fact=fact, source=_text(values, "source"), reliability=str(values.get("reliability", "C")),
            credibility=_whole("credibility", values.get("credibility", 3)), note=str(values.get("note", "")),
            synthetic=_yes("synthetic", values.get("synthetic", False)),
        )  # fmt: skip
    except RoutingError as cause:
        raise BadInput(str(cause)) from cause


def _fact(fact_class: type, values: Mapping[str, object], network: RoadNetwork, zone: ZoneInfo) -> Fact:
    hints = _hints(fact_class)
    unknown = sorted(set(values) - set(hints) - _FRAME)
    if unknown:
        raise BadInput(f"{unknown[0]} is not a field of {values['kind']!r}. Its fields: {', '.join(sorted(hints))}.")
    arguments: dict[str, object] = {}
    for field in fields(fact_class):
        if field.name == "kind":
            continue
        if field.name not in values:
            if field.default is MISSING:
                raise BadInput(f"{field.name} is missing in a record of kind {values['kind']!r}. Fill it in.")
            continue
        arguments[field.name] = _value(field.name, hints[field.name], values[field.name], network, zone)
    make: Callable[..., Fact] = fact_class
    return make(**arguments)


@cache
def _hints(fact_class: type) -> dict[str, object]:
    return get_type_hints(fact_class)


def _value(name: str, hint: object, given: object, network: RoadNetwork, zone: ZoneInfo) -> object:
    if name in _INSTANTS:
        return parse_instant(str(given), zone)
    if name in _CLOCKS:
        return parse_clock(str(given))
    if name in _FIGURES:
        return _figures(name, given)
    if name == "segments":
        return _segments(_texts(name, given), network)
    if name == "scope" and given == "all":
        return ()
    return _plain(name, hint, given)


def _plain(name: str, hint: object, given: object) -> object:
    options = [arm for arm in _arms(hint) if arm is not type(None)]
    if get_origin(options[0]) is Literal:
        allowed = get_args(options[0])
        if given not in allowed:
            raise BadInput(f"{name} is {given!r}. Give one of: {', '.join(map(str, allowed))}.")
        return given
    if get_origin(options[0]) is tuple:
        return _lines(given) if get_args(options[0])[0] is ItemLine else _texts(name, given)
    read = _READERS.get(options[0])
    return str(given) if read is None else read(name, given)


def _policy(name: str, given: object) -> AccessPolicy:
    if not isinstance(given, Mapping):
        raise BadInput(f"{name} is {given!r}. Give a table of parameters by name.")
    return read_access_policy(given, name)


def _arms(hint: object) -> Sequence[object]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _text(values: Mapping[str, object], name: str) -> str:
    found = values.get(name)
    if not isinstance(found, str) or not found.strip():
        raise BadInput(f"{name} is {found!r}. Fill it in as a text in quotes.")
    return found


def _texts(name: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadInput(f'{name} is {given!r}. Give a list of texts, as in ["a", "b"].')
    return tuple(given)


def _yes(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise BadInput(f"{name} is {given!r}. Write true or false, without quotes.")
    return given


def _whole(name: str, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise BadInput(f"{name} is {given!r}. Give a whole number, 0 or more.")
    return given


def _fraction(name: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise BadInput(f"{name} is {given!r}. Give a number.")
    return float(given)


_READERS: Final[Mapping[object, Callable[[str, object], object]]] = {
    AccessPolicy: _policy, bool: _yes, int: _whole, float: _fraction,
}  # fmt: skip


def _figures(name: str, given: object) -> tuple[Figure, ...]:
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise BadInput(f'{name} is {given!r}. Give a list of {{count = 20, source = "..."}}.')
    return tuple(
        Figure(
            what=str(item.get("what", "people")), count=_whole("count", item.get("count")), source=_text(item, "source")
        )
        for item in given
    )


def _lines(given: object) -> tuple[ItemLine, ...]:
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise BadInput(
            f'lines is {given!r}. Give a list of {{what = "removed", commodity = "trauma-kit", units = 3, kg = 1500}}.'
        )
    return tuple(
        ItemLine(
            what=_plain("what", Quantity, item.get("what")),  # type: ignore[arg-type] # one of its words
            commodity=_text(item, "commodity"),
            units=_whole("units", item.get("units")),
            kg=None if item.get("kg") is None else _whole("kg", item["kg"]),
            treatments=None if item.get("treatments") is None else _whole("treatments", item["treatments"]),
        )
        for item in given
    )


def _segments(given: Sequence[str], network: RoadNetwork) -> tuple[str, ...]:
    found: list[str] = []
    for name in given:
        if name.startswith("corridor:"):
            stretch = [s.id for s in network.segments.values() if s.corridor == name.removeprefix("corridor:")]
            if not stretch:
                raise BadInput(f"segments names {name!r}, and no such corridor is in the network.")
            found += stretch
            continue
        start, _, end = name.partition("--")
        matching = [one for one in (name, f"{end}--{start}") if one in network.segments]
        if not matching:
            raise BadInput(f"segments names {name!r}, which is no segment. Write it as from--to with two places.")
        found.append(matching[0])
    return tuple(sorted(set(found)))


def _check_references(fact: Fact, network: RoadNetwork) -> None:
    for name, known in (("gate", network.gates), ("area", network.areas)):
        found = getattr(fact, name, None)
        if found is not None and found not in known:
            raise BadInput(f"{name} is {found!r}, which is not in the network. Add it or mend the name.")
        for one in getattr(fact, f"{name}s", ()):
            if one not in known:
                raise BadInput(f"{name}s names {one!r}, which is not in the network. Add it or mend the name.")


def _listed_code(name: str, code: str, known: Collection[str]) -> None:
    if code and code not in known:
        raise BadInput(f"{name} is {code!r}. Give one of: {', '.join(sorted(known))}.")


def _check_codes(fact: Fact) -> None:
    """Refuse a point off the globe, and codes that no report could place."""
    if isinstance(fact, Incident) and not (-180 <= fact.lon <= 180 and -90 <= fact.lat <= 90):  # noqa: PLR2004 - degrees
        raise BadInput(f"lon is {fact.lon}, lat {fact.lat}: no point on earth. Give degrees, longitude under lon.")
    _listed_code("reason_code", getattr(fact, "reason_code", ""), REASONS)
    if isinstance(fact, PermitStep) and fact.step == "clearance":
        for authority in fact.by:
            _listed_code("by", authority, CLEARANCES)
    if isinstance(fact, DeliveryOutcome):
        if fact.what not in EVENTS:
            raise BadInput(f"what is {fact.what!r}. Give one of: {', '.join(sorted(EVENTS))}.")
        for sector in fact.sectors:
            if sector not in SECTORS:
                raise BadInput(f"sectors names {sector!r}. Give some of: {', '.join(sorted(SECTORS))}.")
        if fact.amrf is not None and fact.amrf not in AMRF:
            raise BadInput(f"amrf is {fact.amrf}. Give one of the nine categories, 1 to 9.")
        if fact.result != "facilitated" and fact.amrf is None and not fact.reason_code:
            raise BadInput(f"reason_code is '' for a movement that was {fact.result}. Say why, with a code.")
