"""What of a truck decides which roads carry it: its weight, its axles, its height and its width."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from routing.network import Segment
from routing.status import AccessMap

LimitName: TypeAlias = Literal["weight", "axle", "height", "width"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A truck as roads see it: gross weight, load of its heaviest axle, height and width, all of it loaded.

    0 asks for no limit of that kind.
    """

    gross_kg: int = 0
    axle_kg: int = 0
    height_m: float = 0.0
    width_m: float = 0.0

    @classmethod
    def largest(cls, trucks: Iterable["Truck"]) -> "Truck":
        """Return a truck that needs whatever any of these needs: the road that carries it carries the column."""
        every = [cls(), *trucks]
        return cls(
            gross_kg=max(truck.gross_kg for truck in every), axle_kg=max(truck.axle_kg for truck in every),
            height_m=max(truck.height_m for truck in every), width_m=max(truck.width_m for truck in every),
        )  # fmt: skip


ANY_TRUCK = Truck()
"""A truck that every road carries: asked for where the trucks are not known yet."""


class Bar(NamedTuple):
    """One limit that a truck exceeds: what the road allows, what the truck has (kg or m)."""

    name: LimitName
    allowed: float
    has: float


def bars(access: AccessMap, segment: Segment, truck: Truck) -> Iterator[Bar]:
    """Yield the limits of a segment that the truck exceeds; of its own and a reported weight limit the lower counts."""
    told: tuple[tuple[LimitName, float | None, float], ...] = (
        ("weight", access.limit_kg(segment), truck.gross_kg),
        ("axle", segment.axle_limit_kg, truck.axle_kg),
        ("height", segment.height_limit_m, truck.height_m),
        ("width", segment.width_limit_m, truck.width_m),
    )
    for name, allowed, has in told:
        if allowed is not None and has > allowed:
            yield Bar(name, allowed, has)
