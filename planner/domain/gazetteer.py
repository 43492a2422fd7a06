"""What a report may call places by: the crisis's own governorates, sub-districts and gates, with coarse points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from planner.domain.catalogue import Governorate
from planner.domain.world import World
from routing.network import GateId, Place, Position

FEWEST: Final = 3
"""A mean of fewer places would be the places themselves."""
GOVERNORATE_DIGITS: Final = 1
"""Decimals of a degree: about 10 km."""
SUB_DISTRICT_DIGITS: Final = 2
"""Decimals of a degree: about 1 km, of a point that is not the site's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubDistrict:
    """A third-level unit; `at` is the town it is named after, else the mean of its places; None: too few to tell."""

    name: str
    name_ar: str
    governorate: str
    at: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateName:
    """A gate as it is called."""

    name: str
    name_ar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """Names and coarse points by which reports to partners speak of places. What is not in it is not named."""

    governorates: Mapping[str, Governorate]
    governorate_points: Mapping[str, Position]
    sub_districts: Mapping[tuple[str, str], SubDistrict]
    gates: Mapping[GateId, GateName]

    def sub_district(self, governorate: str, name: str) -> SubDistrict | None:
        """Return a sub-district by its governorate's P-code and its name; None where it is not on record."""
        return self.sub_districts.get((governorate, name))


def make_gazetteer(world: World) -> Gazetteer:
    """Return the names and coarse points of a crisis. No report, site or convoy has a part in where a point lies."""
    by_governorate: dict[str, list[Place]] = {}
    by_sub_district: dict[tuple[str, str], list[Place]] = {}
    for place in world.network.places.values():
        if place.governorate:
            by_governorate.setdefault(place.governorate, []).append(place)
            if place.sub_district:
                by_sub_district.setdefault((place.governorate, place.sub_district), []).append(place)
    points = {code: _mean(places, GOVERNORATE_DIGITS) for code, places in by_governorate.items()}
    return Gazetteer(
        governorates=world.catalogue.governorates,
        governorate_points={code: at for code, at in points.items() if at is not None},
        sub_districts={key: _sub_district(key, places) for key, places in by_sub_district.items()},
        gates={gate.id: GateName(name=gate.name, name_ar=gate.name_ar) for gate in world.network.gates.values()},
    )


def _sub_district(key: tuple[str, str], places: list[Place]) -> SubDistrict:
    governorate, name = key
    seat = next((place for place in places if place.name == name), None)
    return SubDistrict(
        name=name,
        name_ar=next((place.sub_district_ar for place in places if place.sub_district_ar), name),
        governorate=governorate,
        at=_mean(places, SUB_DISTRICT_DIGITS) if seat is None else _rounded(seat.position, SUB_DISTRICT_DIGITS),
    )


def _mean(places: Iterable[Place], digits: int) -> Position | None:
    found = [place.position for place in places]
    if len(found) < FEWEST:
        return None
    return _rounded((sum(lon for lon, _ in found) / len(found), sum(lat for _, lat in found) / len(found)), digits)


def _rounded(at: Position, digits: int) -> Position:
    return round(at[0], digits), round(at[1], digits)
