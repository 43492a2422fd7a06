"""The equity levels of a large case: visits are asked first, and trucks only of those that came back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from planner.domain.needs import SiteId
from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.counting import Counts, Saving, savings
from planner.solvers.equity import WHOLE_DAYS, EquityStage, Master, Reached, options_of_levels, with_coupled
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import AnyCut, Visits
from planner.solvers.tonnes import Made, Tonnes

LARGE_FROM: Final = 3_000
"""From so many options on levels are asked of visits alone, in arrays. The model with whole trucks of 12,900 options
had seven of ten levels proved after 190 s of CPU, and took 1.4 GB."""

ROUNDS: Final = 8
"""So many times visits that whole trucks cannot make together are refused and others asked for."""


def stage_for(case: Case) -> EquityStage:
    """Return the stage that solves the levels of a case of this size."""
    return EquityStage(case) if len(case.options) < LARGE_FROM else LargeStage(case)


class LargeStage(EquityStage):
    """Solves all levels of a large case."""

    def _stated(self, cuts: Sequence[AnyCut], thresholds: Sequence[int]) -> "Levels":
        return Levels(self.case, cuts, options_of_levels(self.case, thresholds))


class Levels:
    """Asks visits alone and makes them with whole trucks: where that saves as much, a level is proved."""

    def __init__(self, case: Case, cuts: Sequence[AnyCut], options: Sequence[Option]) -> None:
        """State the visits."""
        self.case, self._cuts, self._options = case, tuple(cuts), tuple(options)
        self._tonnes = Tonnes(case, options, cuts, WHOLE_DAYS)
        self._kept: list[tuple[int, int]] = []
        self._savings: dict[int, Saving] = {}
        self._last = Master(case, cuts, ())

    @property
    def visits(self) -> Visits:
        """The columns of the last answer."""
        return self._last.visits

    @property
    def counts(self) -> Counts:
        """Those that tell which visits count."""
        return self._last.counts

    def saving(self, threshold: int) -> Saving:
        """Return what each visit saves at a level."""
        if threshold not in self._savings:
            self._savings[threshold] = savings(self.case, self._options, threshold)
        return self._savings[threshold]

    def keep(self, threshold: int, value: int) -> None:
        """Let no later level save less here."""
        self._kept.append((threshold, value))
        # Half a unit of room: savings are whole numbers.
        self._tonnes.keep(self.saving(threshold), value - 0.5)

    def solve(self, threshold: int, active: Sequence[SiteId], limits: Limits, known: Reached | None) -> highs.Solved:
        """Return the most that can be saved at a level by visits to the active sites.

        What was proved to be the most under fewer cuts is still that if the same visits reach it.
        """
        if known is not None and known.proved:
            again = self._made(threshold, known.visits, known.value, limits)
            if again.status == "optimal":
                return again
        wanted = with_coupled(self.case, active)
        opened = {option.id for option in self._options if wanted & set(option.sites)}
        tried = frozenset(o.id for o in self._last.visits.options)
        asked, made = self._tonnes.solve(self.saving(threshold), opened, active, limits)
        for _ in range(ROUNDS):
            if not asked.found:
                break
            whole = self._made(threshold, frozenset(made), asked.bound, limits)
            if whole.status == "optimal":
                return whole
            tried |= frozenset(made)
            conflicts = list(self._conflicts(made, limits))
            for conflict in conflicts:
                self._tonnes.refuse(conflict)
            if not conflicts:
                break
            asked, made = self._tonnes.solve(self.saving(threshold), opened, active, limits)
        # What is proved of visits alone is told, beside the best that was seen with trucks.
        found = self._made(threshold, tried, asked.bound, limits)
        return replace(found, bound=asked.bound)

    def _conflicts(self, made: Made, limits: Limits) -> Iterator[Made]:
        """Yield visits of one hub that whole trucks cannot make together, none of them left out of need."""
        for part in self._parts(made):
            if self._is_possible(part, limits):
                continue
            for name in sorted(part):
                fewer = {other: sites for other, sites in part.items() if other != name}
                if fewer and not self._is_possible(fewer, limits):
                    part = fewer  # noqa: PLW2901 - what is left of it
            yield part

    def _parts(self, made: Made) -> list[dict[OptionId, frozenset[SiteId]]]:
        """Return the visits by hub, apart where no day is shared."""
        parts: list[dict[OptionId, frozenset[SiteId]]] = []
        days: list[set[tuple[str, int]]] = []
        for name in sorted(made):
            option = self.case.by_id[name]
            own = {(option.hub, day) for day in (*option.busy_days, option.phases[0].day)}
            joined = [place for place, taken in enumerate(days) if taken & own]
            part = {name: made[name]} | {n: s for place in joined for n, s in parts[place].items()}
            own = own.union(*(days[place] for place in joined))
            parts = [one for place, one in enumerate(parts) if place not in joined] + [part]
            days = [one for place, one in enumerate(days) if place not in joined] + [own]
        return parts

    def _is_possible(self, made: Made, limits: Limits) -> bool:
        """Tell whether whole trucks can make these visits, whatever others do; coupled sites may be served apart."""
        alone = Case(replace(self.case.snapshot, groups=()), (self.case.by_id[name] for name in made))
        master = Master(alone, self._cuts, alone.options)
        for name, sites in made.items():
            master.visits.runs[name].lowBound = 1
            for site in sites:
                master.counts[name, site].lowBound = 1
        return highs.solve(master.model, limits, seed=self.case.snapshot.seed).status != "infeasible"

    def _made(self, threshold: int, visits: frozenset[OptionId], bound: float, limits: Limits) -> highs.Solved:
        """Make visits with whole trucks; `optimal` if that reaches the bound."""
        options = [option for option in self._options if option.id in visits]
        master = Master(self.case, self._cuts, options)
        for level, value in self._kept:
            master.keep(level, value)
        self._last = master
        return master.most(threshold, visits, bound, limits)
