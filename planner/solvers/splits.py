"""A tour's trucks may be too many for its windows because of where they unload: learn which splits cannot run."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from planner.solvers.choice import Chosen
from planner.solvers.footprint import footprint
from planner.solvers.ground import Ground
from planner.solvers.option import Option
from planner.solvers.rows import SplitCut


def split_cuts(ground: Ground, chosen: Iterable[Chosen]) -> tuple[SplitCut, ...]:
    """Return a proved cut for each chosen tour that could not even run alone.

    The most trucks of a tour are those of its quickest split over the stops; the one chosen may be slower.
    """
    return tuple(
        cut
        for item in chosen
        if len(item.option.sites) > 1
        for cut in _cut(ground, item.option, [sum(stop.values()) for stop in item.trucks])
    )


def _cut(ground: Ground, option: Option, trucks: Sequence[int]) -> Iterator[SplitCut]:
    if _runs(ground, option, trucks):
        return
    least = list(trucks)
    for stop in range(len(least)):
        while least[stop] > 1 and not _runs(ground, option, [*least[:stop], least[stop] - 1, *least[stop + 1 :]]):
            least[stop] -= 1
    # More trucks are not always worse (a column that unloads longer may find a gate open again): all are tried.
    for found in (tuple(least), tuple(trucks)):
        if not any(_runs(ground, option, more) for more in _at_least(option, found)):
            yield SplitCut(option=option.id, at_least=found)
            return


def _at_least(option: Option, least: Sequence[int]) -> Iterator[tuple[int, ...]]:
    room = option.max_trucks - sum(least)
    for extra in product(range(room + 1), repeat=len(least)):
        if sum(extra) <= room:
            yield tuple(n + more for n, more in zip(least, extra, strict=True))


def _runs(ground: Ground, option: Option, trucks: Sequence[int]) -> bool:
    return footprint(ground, option, trucks).runs_alone(ground.snapshot.groups)
