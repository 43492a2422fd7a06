"""The way of a convoy without its trucks, and when each of its runs starts and ends for so many of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.domain.needs import SiteId
from planner.domain.supply import HubId
from planner.solvers.ground import Drive, Ground
from planner.solvers.option import Option, Phase, Run
from routing.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way of a convoy without its trucks: a hub, the sites in order, and the phases."""

    hub: HubId
    sites: tuple[SiteId, ...]
    phases: tuple[Phase, ...]

    @property
    def loaded_runs(self) -> tuple[Run, ...]:
        """The runs before the last stop."""
        return tuple(run for phase in self.phases for run in phase.runs if run.loaded)


def way_of(option: Option) -> Way:
    """Return the way of an option."""
    return Way(hub=option.hub, sites=option.sites, phases=option.phases)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTime:
    """A run within its phase: seconds from the phase's start until it starts, ends, and its site is unloaded.

    `site` is the index of the site at its end, None at a resting place or the hub. The times of `drive` count from
    the run's start.
    """

    phase: int
    run: Run
    drive: Drive
    start_s: Seconds
    end_s: Seconds
    site: int | None
    unloaded_s: Seconds


def run_times(ground: Ground, way: Way, trucks: Sequence[int]) -> tuple[RunTime, ...]:
    """Return the runs of a way with their times for so many trucks unloaded at each site."""
    column, found = sum(trucks), []
    for index, phase in enumerate(way.phases):
        clock = 0
        for place, run in enumerate(phase.runs):
            drive = ground.drive(run, column)
            end = clock + drive.seconds
            site = phase.visits[place] if place < len(phase.visits) else None
            unloading = 0 if site is None else _site_seconds(ground, way.sites[site], trucks[site])
            found.append(
                RunTime(
                    phase=index, run=run, drive=drive, start_s=clock, end_s=end, site=site, unloaded_s=end + unloading
                )
            )  # fmt: skip
            clock = end + unloading
    return tuple(found)


def _site_seconds(ground: Ground, site: SiteId, trucks: int) -> Seconds:
    return ground.snapshot.sites[site].unload_seconds(trucks)


def split(ground: Ground, way: Way, column: int) -> tuple[int, ...]:
    """Return the split of a column over its stops that unloads fastest: one truck each, the rest where it is quickest.

    For one stop it is exact. For several it makes `most_trucks` an upper bound: the timetable looks at the split
    that was really chosen.
    """
    rates = [ground.snapshot.sites[site].offload_trucks_per_hour for site in way.sites]
    trucks = [1] * len(rates)
    trucks[rates.index(max(rates))] += column - len(rates)
    return tuple(trucks)
