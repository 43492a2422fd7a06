"""Read a seed's geography: areas, places, gates and corridors, and make the road network from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import groupby, pairwise
from typing import cast, get_args
from zoneinfo import ZoneInfo

from planner.domain.errors import BadInput
from planner.intake.curve import smooth
from planner.intake.table import Row, build_all, read_table, unique
from routing.errors import RoutingError
from routing.evidence import Control, Evidence
from routing.network import Area, Gate, GateId, Place, Position, Regime, RoadClass, RoadNetwork, Segment, polyline_m
from routing.units import FOREVER, MINUTE, Window

DERIVED_LENGTH_FACTOR = 1.15
"""Road length over the length of the drawn curve where no length is published: bends smaller than the drawing."""

_PLACES = (
    "id", "name", "name_ar", "kind", "lon", "lat", "governorate", "sub_district", "sub_district_ar", "pcode",
    "population", "area", "overnight", "source", "synthetic",
)  # fmt: skip
_GATES = (
    "id", "name", "name_ar", "place", "regime", "authority", "authority_type", "opens", "closes", "trucks_per_hour",
    "delay_low_min", "delay_mode_min", "delay_high_min", "single_lane", "prior_passed", "prior_turned_back",
    "source", "synthetic",
)  # fmt: skip
_CORRIDORS = ("id", "name", "name_ar", "number", "road_class", "surface", "single_lane", "published_km", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waypoint:
    """A point of a corridor: a place, or a bend where no place is named."""

    row: Row
    place: str | None
    position: Position
    gate: GateId | None


def read_network(folder: Traversable) -> RoadNetwork:
    """Read areas.csv, places.csv, gates.csv, corridors.csv and waypoints.csv of a seed folder.

    Raises
    ------
    BadInput
        With a line for each row that cannot be used.
    """
    areas = _areas(folder)
    places = _places(folder, areas)
    gates = _gates(folder, places)
    segments = _segments(folder, places, gates)
    try:
        return RoadNetwork(places=places, segments=segments, gates=gates, areas=areas)
    except RoutingError as cause:
        raise BadInput(f"waypoints.csv: {cause}") from cause


def read_control(folder: Traversable, network: RoadNetwork, parties: Sequence[str], zone: ZoneInfo) -> list[Evidence]:
    """Read control.csv: who held which area when, as evidence without a position.

    Raises
    ------
    BadInput
        If a row names an unknown area or party, or a segment could cross a line without naming a gate.
    """
    rows = read_table(folder / "control.csv", ("area", "party", "valid_from", "valid_to", "source", "synthetic"))

    def control(row: Row) -> Evidence:
        start = row.instant("valid_from", zone)
        return Evidence(
            position=0, learned_at=start, valid=Window(start, row.optional_instant("valid_to", zone) or FOREVER),
            fact=Control(area=row.one_of("area", network.areas), party=row.one_of("party", parties)),
            source=row.text("source"), reliability="B", credibility=2, synthetic=row.yes("synthetic"),
        )  # fmt: skip

    records = list(build_all(rows, control))
    _check_gates_on_lines(network, records)
    return records


def _check_gates_on_lines(network: RoadNetwork, records: Sequence[Evidence]) -> None:
    holders: dict[str, list[tuple[Window, str]]] = {}
    for record in records:
        fact = cast("Control", record.fact)
        holders.setdefault(fact.area, []).append((record.valid, fact.party))
    complaints = []
    for segment in network.segments.values():
        areas = network.areas_of(segment.id)
        if len(areas) == 1 or segment.gate is not None:
            continue
        first, second = (_spans(holders.get(area, [])) for area in areas)
        if any(p != q and v.overlaps(w) for v, p in first for w, q in second):
            complaints.append(
                f"waypoints.csv: segment {segment.id} joins {areas[0]} and {areas[1]}, which different parties have "
                "held, and names no gate. Name the gate that lets through there."
            )
    if complaints:
        raise BadInput("\n".join(complaints))


def _spans(held: list[tuple[Window, str]]) -> list[tuple[Window, str]]:
    """Return who held an area when, each holding ended by the next one."""
    ordered = sorted(held)
    starts = [window.start for window, _ in ordered[1:]] + [FOREVER]
    return [
        (Window(window.start, min(window.end, until)), party)
        for (window, party), until in zip(ordered, starts, strict=True)
        if until > window.start
    ]


def _areas(folder: Traversable) -> dict[str, Area]:
    rows = read_table(folder / "areas.csv", ("id", "name", "name_ar", "source", "synthetic"))
    unique(rows, "id")
    built = build_all(rows, lambda r: Area(id=r.text("id"), name=r.text("name"), name_ar=r.text("name_ar")))
    return {area.id: area for area in built}


def _places(folder: Traversable, areas: Mapping[str, Area]) -> dict[str, Place]:
    rows = read_table(folder / "places.csv", _PLACES)
    unique(rows, "id")
    governorates = {row.text("pcode") for row in read_table(folder / "governorates.csv", ("pcode", "name", "name_ar"))}

    def place(row: Row) -> Place:
        row.text("source")
        row.yes("synthetic")
        governorate = None if row.optional("governorate") is None else row.one_of("governorate", governorates)
        return Place(
            id=row.text("id"), name=row.text("name"), name_ar=row.text("name_ar"), kind=row.text("kind"),
            position=_position(row), area=row.one_of("area", areas), governorate=governorate,
            sub_district=row.optional("sub_district"), sub_district_ar=row.optional("sub_district_ar"),
            pcode=row.optional("pcode"), population=row.optional_integer("population", least=0),
            overnight=row.yes("overnight"),
        )  # fmt: skip

    return {place.id: place for place in build_all(rows, place)}


def _position(row: Row) -> Position:
    return row.decimal("lon", least=-180, most=180), row.decimal("lat", least=-90, most=90)


def _gates(folder: Traversable, places: Mapping[str, Place]) -> dict[str, Gate]:
    rows = read_table(folder / "gates.csv", _GATES)
    unique(rows, "id")

    def gate(row: Row) -> Gate:
        return Gate(
            id=row.text("id"), name=row.text("name"), name_ar=row.text("name_ar"), place=row.one_of("place", places),
            regime=cast("Regime", row.one_of("regime", get_args(Regime))), authority=row.text("authority"),
            authority_type=row.text("authority_type"), opens=row.clock("opens"), closes=row.clock("closes"),
            trucks_per_hour=row.integer("trucks_per_hour", least=1),
            delay_low_s=row.integer("delay_low_min", least=0) * MINUTE,
            delay_mode_s=row.integer("delay_mode_min", least=row.integer("delay_low_min")) * MINUTE,
            delay_high_s=row.integer("delay_high_min", least=row.integer("delay_mode_min")) * MINUTE,
            single_lane=row.yes("single_lane"), prior_passed=row.integer("prior_passed", least=1),
            prior_turned_back=row.integer("prior_turned_back", least=1),
        )  # fmt: skip

    return {gate.id: gate for gate in build_all(rows, gate)}


def _segments(folder: Traversable, places: Mapping[str, Place], gates: Mapping[str, Gate]) -> dict[str, Segment]:
    corridors = read_table(folder / "corridors.csv", _CORRIDORS)
    unique(corridors, "id")
    known = {row.text("id") for row in corridors}
    waypoint_rows = read_table(folder / "waypoints.csv", ("corridor", "order", "place", "lon", "lat", "gate"))

    def waypoint(row: Row) -> tuple[str, int, Waypoint]:
        place = None if row.optional("place") is None else row.one_of("place", places)
        gate = None if row.optional("gate") is None else row.one_of("gate", gates)
        position = _position(row) if place is None else places[place].position
        point = Waypoint(row=row, place=place, position=position, gate=gate)
        return row.one_of("corridor", known), row.integer("order"), point

    ordered = sorted(build_all(waypoint_rows, waypoint), key=lambda found: found[:2])
    for (corridor, order, first), (other_corridor, other_order, second) in pairwise(ordered):
        if (corridor, order) == (other_corridor, other_order):
            raise second.row.wrong("order", f"Row {first.row.number} has it already on {corridor}. Number them anew.")
    by_corridor = {corridor: [w for _, _, w in points] for corridor, points in groupby(ordered, key=lambda f: f[0])}
    found: dict[str, Segment] = {}
    for made in build_all(corridors, lambda row: _corridor(row, by_corridor.get(row.text("id"), []), places)):
        for segment in made:
            twin = found.get(segment.id) or found.get(f"{segment.end}--{segment.start}")
            if twin is not None:
                raise BadInput(
                    f"waypoints.csv: corridors {twin.corridor} and {segment.corridor} both hold the segment "
                    f"{segment.id}. A stretch of road belongs to one corridor."
                )
            found[segment.id] = segment
    return found


def _corridor(row: Row, points: Sequence[Waypoint], places: Mapping[str, Place]) -> tuple[Segment, ...]:
    if len(points) < 2 or points[0].place is None or points[-1].place is None:  # noqa: PLR2004 - a line has two ends
        raise row.wrong("id", "Give it at least two waypoints in waypoints.csv, the first and the last being places.")
    stretches = _stretches(points)
    drawn = [polyline_m(shape) for _, _, shape in stretches]
    for (a, b, _), length in zip(stretches, drawn, strict=True):
        if round(length) == 0:
            raise b.row.wrong("place", f"The segment from {a.place} has no length. Give the two other positions.")
    published = row.optional("published_km")
    if published is None:
        factor = DERIVED_LENGTH_FACTOR
    else:
        factor = row.decimal("published_km", least=0.1, most=2_000) * 1000 / sum(drawn)
    road_class = cast("RoadClass", row.one_of("road_class", get_args(RoadClass)))
    name, single_lane = row.text("name"), row.yes("single_lane")
    return tuple(
        Segment(
            id=f"{a.place}--{b.place}", name=f"{name}: {places[a.place or ''].name} - {places[b.place or ''].name}",
            corridor=row.text("id"), start=a.place or "", end=b.place or "", length_m=round(length * factor),
            road_class=road_class, shape=shape, gate=a.gate, single_lane=single_lane,
            length_derived=published is None,
        )
        for (a, b, shape), length in zip(stretches, drawn, strict=True)
    )  # fmt: skip


def _stretches(points: Sequence[Waypoint]) -> list[tuple[Waypoint, Waypoint, tuple[Position, ...]]]:
    """Return the drawn line between each two places that follow one another on a corridor."""
    spans = smooth([point.position for point in points])
    stops = [i for i, point in enumerate(points) if point.place is not None]
    found = []
    for i, j in pairwise(stops):
        shape = [spans[i][0]]
        for span in spans[i:j]:
            shape += span[1:]
        found.append((points[i], points[j], tuple(shape)))
    return found
