"""Which convoys hold trucks of one fleet at hours that may meet, from their loading until they are back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from planner.domain.plan import Convoy
from planner.domain.snapshot import Snapshot
from planner.domain.supply import HubId, TruckTypeId
from planner.solvers.choice import Chosen
from planner.solvers.footprint import Footprint, Resource, components
from routing.units import DAY, Window, merge_windows, subtract_windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Convoys that may want more trucks of a kind at one moment than their hub has, by their places in the choice.

    `trucks` are what each of them takes, `there` is the most the hub has at any time. At some hours fewer are there,
    or promised convoys hold some: `taken` tells when, and how many.
    """

    kind: TruckTypeId
    places: tuple[int, ...]
    trucks: tuple[int, ...]
    there: int
    taken: tuple[tuple[Window, int], ...]

    def among(self, members: Sequence[int]) -> "Holding":
        """Return the same with places counted within a part of the choice, which holds all of its convoys."""
        return replace(self, places=tuple(members.index(place) for place in self.places))


def holdings(snapshot: Snapshot, chosen: Sequence[Chosen], marks: Sequence[Footprint]) -> tuple[Holding, ...]:
    """Return the fleets that a choice may ask too much of, if its convoys are loaded early and come back late.

    Convoys of a fleet whose hours cannot meet, or that have trucks enough whatever their hours, are left out.
    """
    found: list[Holding] = []
    kinds = sorted({(item.option.hub, kind) for item in chosen for stop in item.trucks for kind in stop})
    for hub, kind in kinds:
        there, taken = _fleet(snapshot, hub, kind)
        users = [
            _User(place, number, _longest(mark))
            for place, (item, mark) in enumerate(zip(chosen, marks, strict=True))
            if item.option.hub == hub and (number := sum(stop.get(kind, 0) for stop in item.trucks)) > 0
        ]
        tight = _wanting_too_many(users, taken, there)
        for window in merge_windows(user.held for user in tight):
            meeting = [user for user in tight if window.covers(user.held)]
            found.append(
                Holding(
                    kind=kind, there=there, taken=taken,
                    places=tuple(user.place for user in meeting), trucks=tuple(user.trucks for user in meeting),
                )
            )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _User:
    place: int
    trucks: int
    held: Window


def _wanting_too_many(users: Sequence[_User], taken: Sequence[tuple[Window, int]], there: int) -> list[_User]:
    """Return those that are among too many at some moment; such a moment begins with one of them or of the taken."""
    tight: set[int] = set()
    for at in sorted({user.held.start for user in users} | {window.start for window, _ in taken}):
        meeting = [user for user in users if user.held.contains(at)]
        missing = sum(number for window, number in taken if window.contains(at))
        if sum(user.trucks for user in meeting) + missing > there:
            tight |= {user.place for user in meeting}
    return [user for user in users if user.place in tight]


def tied(
    shared: Sequence[frozenset[Resource]], fleets: Sequence[Holding]
) -> tuple[tuple[tuple[int, ...], tuple[Holding, ...]], ...]:
    """Return the convoys that must be timed together, by parts with their fleets: they share anything, trucks too."""
    ties = [{("fleet", "", n) for n, holding in enumerate(fleets) if i in holding.places} for i in range(len(shared))]
    parts = components([one | other for one, other in zip(shared, ties, strict=True)])
    return tuple(
        (members, tuple(holding.among(members) for holding in fleets if holding.places[0] in members))
        for members in parts
    )


def _longest(mark: Footprint) -> Window:
    """Return the hours from the earliest loading until the latest return."""
    return Window(mark.loading_starts[0].start, mark.domains[-1][-1].end + mark.lasts_s[-1])


def _fleet(snapshot: Snapshot, hub: HubId, kind: TruckTypeId) -> tuple[int, tuple[tuple[Window, int], ...]]:
    """Return the most trucks of a type that a hub has at any time, and how many of them are missing when."""
    own = [fleet for fleet in snapshot.fleets if (fleet.hub, fleet.truck_type) == (hub, kind)]
    around = Window(snapshot.horizon.start - 2 * DAY, snapshot.horizon.end + 2 * DAY)
    away = [(gap, fleet.trucks) for fleet in own for gap in subtract_windows(around, (fleet.available,))]
    away += [(held, convoy.trucks[kind]) for convoy, held in _promised(snapshot, hub, kind)]
    return sum(fleet.trucks for fleet in own), tuple(away)


def _promised(snapshot: Snapshot, hub: HubId, kind: TruckTypeId) -> Iterator[tuple[Convoy, Window]]:
    for convoy in snapshot.pinned:
        if convoy.hub == hub and convoy.trucks.get(kind, 0) > 0:
            yield convoy, Window(convoy.loading.start, convoy.back_at)
