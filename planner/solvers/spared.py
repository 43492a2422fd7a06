"""Where no timetable holds all convoys, leave out the fewest and least: those that can best be spared."""

from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Timed
from planner.solvers.reached import assistance_of
from planner.solvers.rows import named_by
from planner.solvers.times import timetable


def without_conflicts(
    case: Case, equity: EquityResult, chosen: tuple[Chosen, ...]
) -> tuple[tuple[Chosen, ...], tuple[Timed, ...]]:
    """Leave out convoys until the others can be timed: of each conflict the one that can best be spared.

    Second visits are spared before those of the equity stage, what brings less before what brings more, and those
    sites that have waited shortest. Coupled convoys go together.
    """
    groups = {site: group.id for group in case.snapshot.groups for site in case.open_members(group)}

    def bundle_of(item: Chosen) -> tuple[str, int]:
        return next((groups[s] for s in item.option.sites if s in groups), item.option.id), item.option.day

    def worth(item: Chosen) -> tuple[bool, int, float, str]:
        fair = item.option.id in equity.visits
        reached = min(case.snapshot.sites[site].last_reached or 0 for site in item.option.sites)
        return fair, -reached if fair else 0, assistance_of(case, [item]), item.option.id

    while (told := timetable(case.snapshot, chosen)).timed is None:
        gone: set[tuple[str, int]] = set()
        for cut in (*told.proved, *told.steering):
            named = [item for item in chosen if item.option.id in named_by(cut)]
            if not gone & {bundle_of(item) for item in named}:
                gone.add(bundle_of(min(named, key=worth)))
        if not gone:
            # Time ran out before a conflict was named: somebody must stay, or this would go on for ever.
            gone.add(bundle_of(min(chosen, key=worth)))
        chosen = tuple(item for item in chosen if bundle_of(item) not in gone)
    return chosen, told.timed
