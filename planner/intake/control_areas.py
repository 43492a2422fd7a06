"""Read polygons of who holds the land on a day into records of control for the areas whose places lie inside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from planner.domain.crisis import Party
from planner.intake.drafts import Draft, Drafts, Teller, day_of, read_day, read_note
from planner.intake.features import Features, is_geojson, read_features, read_map, read_wkt
from planner.intake.sheet import Column
from planner.intake.table import Row, build_some
from routing.evidence import Control, Evidence
from routing.matching import Land, read_land
from routing.network import AreaId, PartyId, PlaceId, RoadNetwork
from routing.readers.shapes import is_map_file
from routing.units import FOREVER, Instant, Window

CONTROL_COLUMNS: Final[Mapping[str, Column]] = {
    "party": Column(names=("party", "side", "control", "controlled_by", "held_by"), required=True),
    "date": Column(names=("date", "valid_from", "as_of"), required=True),
    "source": Column(names=("source",)),
    "note": Column(names=("note", "notes", "remark")),
}
SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """One polygon: who holds what is inside it, since when, as told by whom."""

    row: int
    party: PartyId
    since: Instant
    source: str
    note: str
    land: Land
    places: frozenset[PlaceId]
    """Those of its places that lie in no pocket of another party."""


def read_control(name: str, content: bytes, network: RoadNetwork, parties: Sequence[Party], teller: Teller) -> Drafts:
    """Read polygons; an area goes to a party when every place of it lies inside polygons of that party of that day.

    A polygon drawn inside another of that day and source is a pocket, and counts there. An area that the polygons cut
    in two, or cover in part, is told and decides nothing: who holds its roads is not said by them. Areas of which no
    place is covered are left alone.

    Raises
    ------
    BadInput
        If the file as a whole cannot be read.
    """
    features = _features(name, content, teller)
    built, broken = build_some(
        features.rows, lambda row: _held(row, features.geometries[row.number], network, parties, teller)
    )
    held = [one for _row, one in built]
    aside = (*features.quarantined, *broken)
    drafts: list[Draft] = []
    notes: list[str] = []
    for since, source in dict.fromkeys((one.since, one.source) for one in held):
        told = _less_pockets([one for one in held if (one.since, one.source) == (since, source)])
        for area, places in _areas(network).items():
            _decide(area, places, told, teller, drafts, notes)
    return Drafts(
        drafts=tuple(drafts), quarantined=tuple(sorted(aside, key=lambda one: one.row)), notes=tuple(notes)
    )  # fmt: skip


def _features(name: str, content: bytes, teller: Teller) -> Features:
    if is_geojson(content):
        return read_features(name, content, CONTROL_COLUMNS)
    if is_map_file(content):
        return read_map(name, content, CONTROL_COLUMNS)
    return read_wkt(name, content, CONTROL_COLUMNS, teller.encoding)


def _held(
    row: Row, shape: Mapping[str, object], network: RoadNetwork, parties: Sequence[Party], teller: Teller
) -> _Held:
    told = row.text("party")
    said = teller.parties.get(told, told)
    found = [p.id for p in parties if said.casefold() in {p.id.casefold(), p.name.casefold()} or said == p.name_ar]
    if len(found) != 1:
        raise row.wrong("party", f"Give one of: {', '.join(party.id for party in parties)}.")
    land = read_land(network, shape)
    return _Held(
        row=row.number, party=found[0], since=read_day(row, "date", teller.zone), source=teller.source_of(row),
        note=read_note(row, "note"), land=land, places=land.places,
    )  # fmt: skip


def _less_pockets(told: Sequence[_Held]) -> list[_Held]:
    """Return the polygons, each without the places in pockets of other parties that are drawn inside it."""
    return [
        replace(one, places=one.places.difference(*(
            other.land.places for other in told if other.party != one.party and one.land.holds_as_pocket(other.land)
        )))
        for one in told
    ]  # fmt: skip


def _areas(network: RoadNetwork) -> dict[AreaId, list[PlaceId]]:
    found: dict[AreaId, list[PlaceId]] = {area: [] for area in network.areas}
    for place in network.places.values():
        found[place.area].append(place.id)
    return found


def _decide(
    area: AreaId,
    places: Sequence[PlaceId],
    told: Sequence[_Held],
    teller: Teller,
    drafts: list[Draft],
    notes: list[str],
) -> None:
    by_party: dict[PartyId, set[PlaceId]] = {}
    for one in told:
        inside = one.places & set(places)
        if inside:
            by_party.setdefault(one.party, set()).update(inside)
    if not by_party:
        return
    day = day_of(told[0].since, teller.zone)
    outside = set(places) - set().union(*by_party.values())
    if len(by_party) > 1 or outside:
        parts = [f"{party}: {_few(inside)}" for party, inside in sorted(by_party.items())]
        parts += [f"in no polygon: {_few(outside)}"] if outside else []
        notes.append(
            f"Area {area} is cut on {day} ({'; '.join(parts)}). Nothing is recorded: divide the area, or record it by "
            "hand."
        )
        return
    party = next(iter(by_party))
    tellers = [one for one in told if one.party == party and one.places & set(places)]
    evidence = Evidence(
        position=0, learned_at=teller.learned_at, valid=Window(told[0].since, FOREVER),
        fact=Control(area=area, party=party), source=told[0].source, reliability=teller.reliability,
        credibility=teller.credibility, note=" / ".join(dict.fromkeys(one.note for one in tellers if one.note)),
    )  # fmt: skip
    said = f"all places of {area} lie inside: {_few(set(places))}"
    drafts.append(Draft(row=tellers[0].row, evidence=evidence, said=(said,)))


def _few(names: set[PlaceId]) -> str:
    shown = sorted(names)[:SHOWN]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
