"""How many trucks a convoy could have, new or larger, while all others keep their trucks and only shift their hours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from planner.solvers.choice import Chosen
from planner.solvers.footprint import Footprint, footprint, shared_resources
from planner.solvers.option import Option, OptionId
from planner.solvers.timetable import Desk
from planner.solvers.way import split, way_of

Shared: TypeAlias = frozenset[tuple[str, str, int]]
"""What a convoy may have to share, each with its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    option: OptionId
    mark: Footprint
    shared: Shared


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """Answers for one choice after another; what has not changed is not asked again."""

    desk: Desk
    _known: dict[tuple[OptionId, frozenset[tuple[OptionId, tuple[int, ...]]]], int] = field(default_factory=dict)

    def shared(self, option: Option, trucks: int) -> Shared:
        """Return what an option with so many trucks may have to share."""
        ground = self.desk.ground
        groups = {site: group.id for group in ground.snapshot.groups for site in group.sites}
        return shared_resources(option, footprint(ground, option, split(ground, way_of(option), trucks)), groups)

    def of(self, chosen: Sequence[Chosen], options: Iterable[Option]) -> dict[OptionId, int]:
        """Return the most trucks of each option beside the chosen convoys (less itself); none if it cannot run."""
        ground = self.desk.ground
        groups = {site: group.id for group in ground.snapshot.groups for site in group.sites}
        standing = []
        for item in chosen:
            mark = footprint(ground, item.option, [sum(stop.values()) for stop in item.trucks])
            shared = shared_resources(item.option, mark, groups)
            standing.append(_Standing(option=item.option.id, mark=mark, shared=shared))
        found = {}
        for option in options:
            others = [one for one in standing if one.option != option.id]
            now = next((one.mark.column for one in standing if one.option == option.id), 0)
            room = self._room(option, now, others)
            if room > 0:
                found[option.id] = room
        return found

    def _room(self, option: Option, now: int, others: Sequence[_Standing]) -> int:
        fewest = max(now, self.desk.ground.snapshot.policy.min_trucks, len(option.sites))
        if fewest > option.max_trucks:
            return now
        linked = _linked(self.shared(option, fewest), others)
        key = option.id, frozenset((one.option, one.mark.trucks) for one in linked)
        if key not in self._known:
            self._known[key] = self._most(option, now, fewest, [one.mark for one in linked])
        return self._known[key]

    def _most(self, option: Option, now: int, fewest: int, others: Sequence[Footprint]) -> int:
        if now == 0 and not self._fits(option, fewest, others):
            return 0
        low, high = fewest, option.max_trucks
        while low < high:
            middle = (low + high + 1) // 2
            if self._fits(option, middle, others):
                low = middle
            else:
                high = middle - 1
        return low

    def _fits(self, option: Option, trucks: int, others: Sequence[Footprint]) -> bool:
        ground = self.desk.ground
        mark = footprint(ground, option, split(ground, way_of(option), trucks))
        return not self.desk.impossible([(mark,), *((other,) for other in others)])


def _linked(shared: Shared, others: Sequence[_Standing]) -> list[_Standing]:
    """Return the convoys that share something with these resources, or with one that does."""
    found: list[_Standing] = []
    left, reach = list(others), set(shared)
    while near := [one for one in left if reach & one.shared]:
        found += near
        left = [one for one in left if one not in near]
        reach |= {resource for one in near for resource in one.shared}
    return sorted(found, key=lambda one: one.option)
