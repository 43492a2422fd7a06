"""Read a table of security events in ACLED's columns into incidents, each with the hazard that its sub-type leaves."""

from collections.abc import Mapping, Sequence
from typing import Final

from planner.domain.errors import BadInput
from planner.intake.drafts import Draft, Drafts, Teller, draft_all, read_day, read_note
from planner.intake.event_hazards import DEFAULT_RULES, HazardRule, find_hazard
from planner.intake.sheet import Column, read_sheet
from planner.intake.table import Row
from routing.evidence import Evidence, Figure, Hazard, Incident
from routing.network import Position, RoadNetwork
from routing.units import FOREVER, Instant, Window

EVENT_COLUMNS: Final[Mapping[str, Column]] = {
    "event_id": Column(names=("event_id_cnty", "event_id"), tags=("#event+id", "#event+code"), required=True),
    "event_date": Column(names=("event_date",), tags=("#date+occurred", "#date"), required=True, kind="date"),
    "event_type": Column(names=("event_type",), tags=("#event+type",), required=True),
    "sub_event_type": Column(names=("sub_event_type",), tags=("#event+type+sub", "#event+subtype"), required=True),
    "latitude": Column(names=("latitude", "lat"), tags=("#geo+lat",), required=True),
    "longitude": Column(names=("longitude", "lon"), tags=("#geo+lon",), required=True),
    "time_precision": Column(names=("time_precision",), tags=("#date+precision",)),
    "geo_precision": Column(names=("geo_precision",), tags=("#geo+precision",)),
    "actor1": Column(names=("actor1",), tags=("#group+name+first",)),
    "assoc_actor_1": Column(names=("assoc_actor_1",), tags=("#group+name+first+assoc",)),
    "actor2": Column(names=("actor2",), tags=("#group+name+second",)),
    "assoc_actor_2": Column(names=("assoc_actor_2",), tags=("#group+name+second+assoc",)),
    "location": Column(names=("location",), tags=("#loc+name", "#loc")),
    "source": Column(names=("source",), tags=("#meta+source",)),
    "notes": Column(names=("notes",), tags=("#description",)),
    "fatalities": Column(names=("fatalities",), tags=("#affected+killed",)),
    "timestamp": Column(names=("timestamp",), tags=("#date+updated",)),
}
_ACTORS: Final = ("actor1", "assoc_actor_1", "actor2", "assoc_actor_2")
REGION: Final = 3
"""A geographic precision of 3: only the region is known, and the point stands for all of it."""
MONTH: Final = 3
"""A precision of 3 in time: only the month is known."""
MARGIN_DEG: Final = 2.0
"""About 200 km: events farther from every place of the crisis are not of it, or their degrees are swapped."""
UNSAID: Final = (2, 1)
"""Precision of place and of time where the table has no such column: near the point, on the day."""


def read_events(
    name: str, content: bytes, network: RoadNetwork, teller: Teller, rules: Sequence[HazardRule] = DEFAULT_RULES
) -> Drafts:
    """Read events, one record a row; rows with an unknown sub-type, a broken value or a point far away are set aside.

    A record holds from 00:00 of its day on, since no hour is given. Where only the region or only the month is known,
    the event is kept in its own words without any effect on roads: its point is nobody's place.

    Raises
    ------
    BadInput
        If the file as a whole cannot be read.
    """
    sheet = read_sheet(name, content, EVENT_COLUMNS, teller.encoding)
    box = _box(network)
    first: dict[str, int] = {}

    def build(row: Row) -> Draft:
        event = row.text("event_id")
        if event in first:
            raise row.wrong("event_id", f"Row {first[event]} has it already. Keep the newer one.")
        draft = _draft(row, teller, rules, box)
        first[event] = row.number
        return draft

    return draft_all(sheet.rows, build, sheet.quarantined)


def _draft(row: Row, teller: Teller, rules: Sequence[HazardRule], box: tuple[Position, Position]) -> Draft:
    event_type, sub_type = row.text("event_type"), row.text("sub_event_type")
    actors = tuple(actor for column in _ACTORS if (actor := row.optional(column)) is not None)
    hazard = find_hazard(rules, event_type, sub_type, actors)
    if hazard is None:
        raise row.wrong(
            "sub_event_type", f"No rule says what {event_type!r} of this kind leaves on roads. Add it to the table."
        )
    geo, time = (_precision(row, column, unsaid) for column, unsaid in zip(_PRECISIONS, UNSAID, strict=True))
    felt, said = _felt(hazard, geo, time)
    source = teller.source_of(row)
    killed = row.optional_integer("fatalities", least=0)
    lon, lat = _point(row, box)
    happened = read_day(row, "event_date", teller.zone)
    if happened > teller.learned_at:
        raise row.wrong("event_date", "It lies after the time at which this was learned. Check both.")
    fact = Incident(
        event_type=event_type, sub_event_type=sub_type, hazard=felt, lon=lon, lat=lat,
        place_name=row.optional("location") or "", geo_precision=geo, time_precision=time,
        figures=() if killed is None else (Figure(what="killed", count=killed, source=source),),
        event_id=row.text("event_id"), actors=actors, updated_at=_updated(row),
    )  # fmt: skip
    evidence = Evidence(
        position=0, learned_at=teller.learned_at, valid=Window(happened, FOREVER), fact=fact, source=source,
        reliability=teller.reliability, credibility=teller.credibility, note=read_note(row, "notes"),
    )  # fmt: skip
    return Draft(row=row.number, evidence=evidence, said=said)


_PRECISIONS: Final = ("geo_precision", "time_precision")


def _precision(row: Row, column: str, unsaid: int) -> int:
    if row.optional(column) is None:
        return unsaid
    return int(row.one_of(column, ("1", "2", "3")))


def _felt(hazard: Hazard, geo: int, time: int) -> tuple[Hazard, tuple[str, ...]]:
    """Return the hazard that roads feel, and why it is none although the sub-type has one."""
    if hazard == "none":
        return hazard, ()
    if geo >= REGION:
        return "none", ("only the region is known: no effect on roads",)
    if time >= MONTH:
        return "none", ("only the month is known: no effect on roads",)
    return hazard, ()


def _point(row: Row, box: tuple[Position, Position]) -> Position:
    lat = row.decimal("latitude", least=-90, most=90)
    lon = row.decimal("longitude", least=-180, most=180)
    (west, south), (east, north) = box
    if not (west <= lon <= east and south <= lat <= north):
        raise BadInput(
            f"latitude {lat:g}, longitude {lon:g} lies 200 km or more from every place of this crisis. Check that the "
            "two are not swapped, or leave the row out."
        )
    return lon, lat


def _updated(row: Row) -> Instant | None:
    return row.optional_integer("timestamp", least=0)


def _box(network: RoadNetwork) -> tuple[Position, Position]:
    lons = [place.position[0] for place in network.places.values()] or [0.0]
    lats = [place.position[1] for place in network.places.values()] or [0.0]
    return (min(lons) - MARGIN_DEG, min(lats) - MARGIN_DEG), (max(lons) + MARGIN_DEG, max(lats) + MARGIN_DEG)
