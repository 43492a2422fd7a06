"""Read a table of road conditions, as logistics groups publish them, into reports on the segments they speak of."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from planner.domain.errors import BadInput
from planner.intake.drafts import Draft, Drafts, Teller, draft_all, read_day, read_note
from planner.intake.features import is_geojson, read_features
from planner.intake.sheet import Column, read_sheet
from planner.intake.table import Row
from routing.evidence import Evidence, RoadReport, RoadState
from routing.matching import SegmentFinder, only_near
from routing.network import PlaceId, Position, RoadNetwork, SegmentId
from routing.units import FOREVER, Window

ROAD_COLUMNS: Final[Mapping[str, Column]] = {
    "status": Column(
        names=("status", "road_status", "condition", "access", "passability"), tags=("#access+status", "#status"),
        required=True,
    ),
    "date": Column(
        names=("date", "valid_from", "status_date", "updated", "last_update"), tags=("#date+start", "#date"),
        required=True, kind="date",
    ),
    "until": Column(names=("until", "valid_to"), tags=("#date+end",), kind="date"),
    "segment": Column(names=("segment", "segment_id"), tags=("#access+road+code", "#loc+road+code")),
    "from": Column(names=("from", "start", "place_from"), tags=("#loc+from", "#loc+origin", "#loc+start")),
    "to": Column(names=("to", "end", "place_to"), tags=("#loc+to", "#loc+destination", "#loc+end")),
    "latitude": Column(names=("latitude", "lat"), tags=("#geo+lat",)),
    "longitude": Column(names=("longitude", "lon", "long"), tags=("#geo+lon",)),
    "remark": Column(names=("remark", "remarks", "comment", "comments", "notes"), tags=("#description",)),
    "source": Column(names=("source", "information_source"), tags=("#meta+source",)),
    "vehicle_limit": Column(
        names=("vehicle_limit", "vehicle", "weight_limit", "max_vehicle", "weight_limit_kg"),
        tags=("#capacity+vehicle", "#capacity"),
    ),
}  # fmt: skip

STATES: Final[Mapping[str, RoadState]] = {
    "passable": "open",
    "open": "open",
    "accessible": "open",
    "passable with restrictions": "restricted",
    "passable with restriction": "restricted",
    "open with restrictions": "restricted",
    "restricted": "restricted",
    "damaged": "damaged",
    "not passable": "closed",
    "impassable": "closed",
    "closed": "closed",
    "closed impassable": "closed",
    "closed insecurity": "closed",
}
"""What published tables say of a road, in their words, and the state that it is here."""

_WEIGHT: Final = re.compile(
    r"(?:max\.?|maximum|up to|<=?|≤)?\s*([0-9]+(?:[.,][0-9]+)?)\s*(t|mt|ton|tons|tonne|tonnes|kg)", re.IGNORECASE
)
_KG: Final = re.compile(r"[0-9]{4,6}")


def read_road_status(name: str, content: bytes, network: RoadNetwork, teller: Teller) -> Drafts:
    """Read road conditions, one record a row, from CSV, a workbook or GeoJSON.

    A row speaks of a road by its segment, by the names of both its ends, or by a point or line on the map; one that
    could mean two roads, or none, is set aside.

    Raises
    ------
    BadInput
        If the file as a whole cannot be read.
    """
    roads = _Roads(network=network, finder=SegmentFinder(network), within_m=teller.within_m)
    if is_geojson(content):
        features = read_features(name, content, ROAD_COLUMNS)
        return draft_all(
            features.rows,
            lambda row: _draft(row, teller, lambda: roads.meant(row, features.geometries[row.number])),
            features.quarantined,
        )
    sheet = read_sheet(name, content, ROAD_COLUMNS, teller.encoding)
    return draft_all(
        sheet.rows, lambda row: _draft(row, teller, lambda: roads.meant(row, None)), sheet.quarantined
    )  # fmt: skip


_Meant = tuple[tuple[SegmentId, ...], tuple[str, ...]]
"""The segments that a row speaks of, and how they were found."""


def _draft(row: Row, teller: Teller, meant: Callable[[], _Meant]) -> Draft:
    state = _state(row)
    limit_kg = _limit_kg(row)
    start = read_day(row, "date", teller.zone)
    end = FOREVER if row.optional("until") is None else read_day(row, "until", teller.zone)
    segments, said = meant()
    evidence = Evidence(
        position=0, learned_at=teller.learned_at, valid=Window(start, end),
        fact=RoadReport(segments=segments, state=state, weight_limit_kg=limit_kg), source=teller.source_of(row),
        reliability=teller.reliability, credibility=teller.credibility, note=read_note(row, "remark"),
    )  # fmt: skip
    return Draft(row=row.number, evidence=evidence, said=said)


def _state(row: Row) -> RoadState:
    said = " ".join(re.findall(r"[^\W_]+", row.text("status").casefold()))
    if said not in STATES:
        raise row.wrong("status", f"Give one of: {', '.join(STATES)}.")
    return STATES[said]


def _limit_kg(row: Row) -> int | None:
    """Return the heaviest vehicle in kg. Words that are no weight are not passed over: trucks would count as let by."""
    text = row.optional("vehicle_limit")
    if text is None or text.casefold() in {"none", "no limit", "all", "all vehicles"}:
        return None
    if _KG.fullmatch(text):
        return int(text)
    weight = _WEIGHT.fullmatch(text)
    if weight is None:
        raise row.wrong("vehicle_limit", "Give a weight with its unit, as in 10 t, or call the road not passable.")
    number = float(weight.group(1).replace(",", "."))
    return round(number if weight.group(2).casefold() == "kg" else number * 1000)


@dataclass(frozen=True, kw_only=True)
class _Roads:
    """The roads that rows may speak of."""

    network: RoadNetwork
    finder: SegmentFinder
    within_m: int

    def meant(self, row: Row, shape: Mapping[str, Any] | None) -> _Meant:
        """Return what a row speaks of: its segment first, then its ends, then its place on the map.

        Raises
        ------
        BadInput
            If it says nothing of this, nothing that is here, or something that could be two roads.
        """
        segment = row.optional("segment")
        if segment is not None:
            return self._by_id(row, segment), ()
        if row.optional("from") is not None or row.optional("to") is not None:
            return self._by_ends(row, row.text("from"), row.text("to")), ()
        if shape is not None:
            return self._by_shape(shape)
        if row.optional("latitude") is not None:
            lat = row.decimal("latitude", least=-90, most=90)
            return self._by_point((row.decimal("longitude", least=-180, most=180), lat))
        raise BadInput("The row does not say which road. Give a segment, both ends, or latitude and longitude.")

    def _by_id(self, row: Row, segment: str) -> tuple[SegmentId, ...]:
        start, _, end = segment.partition("--")
        # A road of an earlier network is spoken of by its heirs.
        found = [one for one in (segment, f"{end}--{start}") if self.network.standing_for((one,))]
        if not found:
            raise row.wrong("segment", "It is no segment of this network. Write it as from--to.")
        return (found[0],)

    def _by_ends(self, row: Row, start: str, end: str) -> tuple[SegmentId, ...]:
        places = [self._place(row, column, name) for column, name in (("from", start), ("to", end))]
        joining = [s for s in self.network.segments_at(places[0]) if places[1] in _ends(self.network, s)]
        if places[0] == places[1] or not joining:
            raise BadInput(f"No segment joins {start!r} and {end!r} directly. Give each stretch between them its row.")
        if len(joining) > 1:
            raise BadInput(f"{', '.join(joining)} all join {start!r} and {end!r}. Say which by its segment.")
        return (joining[0],)

    def _place(self, row: Row, column: str, name: str) -> PlaceId:
        if name in self.network.places:
            return name
        wanted = name.casefold()
        found = [p.id for p in self.network.places.values() if wanted in {p.name.casefold(), p.name_ar, p.pcode}]
        if not found:
            raise row.wrong(column, "No place of the network is called so.")
        if len(found) > 1:
            raise row.wrong(column, f"Several places are called so: {', '.join(found)}. Give the id.")
        return found[0]

    def _by_shape(self, shape: Mapping[str, Any]) -> _Meant:
        coordinates = shape["coordinates"]
        match shape["type"]:
            case "Point":
                return self._by_point(_position(coordinates))
            case "LineString" | "MultiLineString":
                parts = [coordinates] if shape["type"] == "LineString" else coordinates
                return self._by_line([[_position(one) for one in part] for part in parts])
            case kind:
                raise BadInput(f"A {kind} is no road. Give a point on it or a line along it.")

    def _by_point(self, position: Position) -> _Meant:
        near = self.finder.near_point(position, self.within_m)
        if not near:
            nearest = self.finder.nearest(position)
            far = "" if nearest is None else f" The nearest is {nearest.segment}, {nearest.metres / 1000:.1f} km away."
            raise BadInput(f"No road lies within {self.within_m} m of the point.{far}")
        only = only_near(near)
        if only is None:
            both = " and ".join(f"{one.segment} ({one.metres:.0f} m)" for one in near[:2])
            raise BadInput(f"The point could mean {both}. Say which by its segment.")
        return (only.segment,), (f"{only.metres:.0f} m from {only.segment}",)

    def _by_line(self, lines: Sequence[Sequence[Position]]) -> _Meant:
        followed = self.finder.along(lines, self.within_m)
        if not followed.segments:
            parts = f" It follows parts of {', '.join(followed.in_part)}." if followed.in_part else ""
            raise BadInput(f"The line follows no segment within {self.within_m} m.{parts}")
        said = [f"along {', '.join(followed.segments)}"]
        if followed.in_part:
            said.append(f"only beside part of {', '.join(followed.in_part)}: nothing is reported on it")
        return followed.segments, tuple(said)


def _ends(network: RoadNetwork, segment: SegmentId) -> tuple[PlaceId, PlaceId]:
    return network.segments[segment].start, network.segments[segment].end


def _position(given: Any) -> Position:  # noqa: ANN401 - as the file has it
    if not isinstance(given, list) or len(given) < 2 or not all(isinstance(v, int | float) for v in given[:2]):  # noqa: PLR2004 - longitude and latitude
        raise BadInput("Its coordinates are not nested as its type demands. Export it anew.")
    return float(given[0]), float(given[1])
