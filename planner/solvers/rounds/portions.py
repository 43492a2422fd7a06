"""Cut the loads of sites into portions that trucks can carry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from planner.domain.rounds import Cost, RoundFleet, RoundSite
from planner.solvers.rounds.clock import Portion

Cut: TypeAlias = Literal["truckloads", "fine"]

FINE_SHARES: Final = (0.2, 0.1, 0.05, 0.01)
"""Portions of a truck into which a load is cut beforehand: Chen, Golden, Wang and Wasil, Networks 70 (2017)."""

FINE_FROM: Final = 1 / 3
"""Smaller loads, in trucks, are left whole: cutting them finely costs more search than it gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A portion that an engine serves or leaves as a whole; `prize` None where it must be served."""

    portion: Portion
    prize: Cost | None


def cut_loads(sites: Sequence[RoundSite], fleets: Sequence[RoundFleet], cut: Cut) -> tuple[Piece, ...]:
    """Return every site's load in portions, the prize of each its share of the site's.

    `truckloads` cuts only what no truck carries at once: full trucks and a rest. `fine` cuts every divisible load of a
    good part of a truck, which finds better rounds where sites want that much.
    """
    return tuple(piece for site in sites for piece in _pieces(site, fleets, cut))


def _pieces(site: RoundSite, fleets: Sequence[RoundFleet], cut: Cut) -> Iterator[Piece]:
    allowed = [fleet for fleet in fleets if fleet.trucks and fleet.id not in site.barred]
    largest = max(allowed, key=lambda f: (_trucks(site, f) * -1, f.payload_kg, f.id), default=None)
    shares = [1.0] if largest is None or not site.divisible else _shares(_trucks(site, largest), cut)
    kg = litres = prize = 0
    through = 0.0
    for number, share in enumerate(shares, 1):
        # Whole kilograms and litres that add up: each portion ends where its share of the whole does.
        through = 1.0 if number == len(shares) else through + share
        ends = int(site.kg * through), int(site.litres * through), int((site.prize or 0) * through)
        portion = Portion(site=site.id, kg=ends[0] - kg, litres=ends[1] - litres)
        if portion.kg or portion.litres or len(shares) == 1:
            yield Piece(portion=portion, prize=None if site.prize is None else ends[2] - prize)
            kg, litres, prize = ends


def _trucks(site: RoundSite, fleet: RoundFleet) -> float:
    """Return how many trucks of the fleet the load fills, a fraction."""
    by_kg = site.kg / fleet.payload_kg if fleet.payload_kg else (float("inf") if site.kg else 0.0)
    by_l = site.litres / fleet.payload_l if fleet.payload_l else (float("inf") if site.litres else 0.0)
    return max(by_kg, by_l)


def _shares(trucks: float, cut: Cut) -> list[float]:
    """Return the shares of the load, biggest first, for a load of so many trucks."""
    if trucks in (0.0, float("inf")) or (cut == "fine" and trucks < FINE_FROM):
        return [1.0]
    full = int(trucks) if trucks > 1 else 0
    shares, rest = [1 / trucks] * full, trucks - full
    if cut == "truckloads":
        return [*shares, rest / trucks] if rest > 0 else shares
    for part in FINE_SHARES:
        times = int(rest / part + 1e-9)
        shares += [part / trucks] * times
        rest -= times * part
    return [*shares, rest / trucks] if rest > 1e-9 or not shares else shares  # noqa: PLR2004 - rounding noise
