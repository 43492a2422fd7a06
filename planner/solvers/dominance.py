"""Which options are worth keeping: those that no other of the same hub, sites and day matches in everything."""

from collections.abc import Iterable
from dataclasses import replace

from planner.solvers.option import Option
from planner.solvers.way import Way, way_of


def busy_days(way: Way) -> tuple[int, ...]:
    """Return the days on which the trucks are away, from the first phase to the last."""
    return tuple(range(way.phases[0].day, way.phases[-1].day + 1))


def same_but_back(option: Option, way: Way) -> bool:
    """Tell whether a way goes out like the option, and comes back on no earlier day and by no fewer gates."""
    return (
        way_of(option).loaded_runs == way.loaded_runs
        and set(option.busy_days) <= set(busy_days(way))
        and set(option.gates) <= {gate for phase in way.phases for run in phase.runs for gate in run.gates}
    )


def undominated(found: Iterable[Option]) -> tuple[Option, ...]:
    """Return the options that no other dominates, numbered by rank: likeliest, then largest, first."""
    kept: list[Option] = []
    ranked = sorted(found, key=lambda o: (-o.p, -o.max_trucks, len(o.busy_days), len(o.gates), o.seconds))
    for option in ranked:
        if not any(_dominates(other, option) for other in kept):
            kept.append(option)
    return tuple(replace(option, id=f"{option.id}/{rank}") for rank, option in enumerate(kept, start=1))


def _dominates(one: Option, other: Option) -> bool:
    return (
        one.p >= other.p
        and one.max_trucks >= other.max_trucks
        and set(one.busy_days) <= set(other.busy_days)
        and set(one.gates) <= set(other.gates)
    )
