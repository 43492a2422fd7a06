"""Better a plan that has a timetable: add and enlarge convoys where gates and lines still have room for them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pulp

from planner.domain.policy import Limits
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.choice import Chosen, EquityResult, Progress, Report
from planner.solvers.counting import savings
from planner.solvers.equity import WHOLE_DAYS
from planner.solvers.fitting import Fitter
from planner.solvers.ground import Ground
from planner.solvers.loads import FullModel, full_model, read_chosen
from planner.solvers.option import Option, OptionId
from planner.solvers.room import Rooms
from planner.solvers.rows import AnyCut, named_in
from planner.solvers.standing import A_GAIN, Standing
from planner.solvers.times import Deadline, timetable
from planner.solvers.timetable import Desk
from planner.solvers.value import A_TRACE, WIDE_GAP, whole_loads
from planner.solvers.wide import WIDE_UP_TO

PASSES: Final = 4
"""So many times convoys are added or enlarged, one at a gate or hub a day each time, while that betters anything."""
A_PASS: Final = 1e-3
"""A pass that gains no more than this share of the value is the last."""
TRIES: Final = 5
"""So many choices are timed in a pass, each without the changes that refused the last."""
NODES: Final = 200
FEW_NODES: Final = 20
"""Nodes of a search for changes where a case is so large that not all of its options are looked at."""
QUICK_S: Final = 0.3
"""Counted time for a component's times while searching: any times will do, the best slack is sought at the end."""


@dataclass(frozen=True, kw_only=True)
class Improver:
    """What the search needs; `cuts` are proved and grow."""

    case: Case
    equity: EquityResult
    cuts: list[AnyCut]
    deadline: Deadline
    fitter: Fitter
    narrow: Callable[[frozenset[OptionId]], frozenset[OptionId]] | None = None
    """Names the options worth a look beside standing convoys, where all of them would be too many."""

    @cached_property
    def rooms(self) -> Rooms:
        """The room beside a choice."""
        snapshot = self.case.snapshot
        return Rooms(desk=Desk(ground=Ground.of(snapshot), limits=snapshot.limits))

    @property
    def thresholds(self) -> list[int]:
        """The levels that are counted, worst first."""
        return [threshold for threshold, _ in self.equity.saved]

    def improve(self, standing: Standing, progress: Progress) -> Standing:
        """Return the standing plan or a better one."""
        for done in range(PASSES):
            if self.deadline.is_reached():
                break
            found = self._next(standing)
            progress(Report(stage="timetable", done=(done + 1) / PASSES, best=found.value))
            before, standing = standing, found
            if found.saved == before.saved and found.value <= before.value * (1 + A_PASS):
                break
        return self.at_leisure(standing)

    def at_leisure(self, standing: Standing) -> Standing:
        """Return the plan with the best slack found in the time of the policy."""
        told = timetable(self.case.snapshot, standing.chosen)
        return standing if told.timed is None else replace(standing, timed=told.timed)

    def _next(self, standing: Standing) -> Standing:
        quick = replace(
            self.case.snapshot, limits=replace(self.case.snapshot.limits, timetable_deterministic_s=QUICK_S)
        )
        rooms = self.rooms.of(standing.chosen, self._open_options(standing))
        now = {item.option.id: item.truck_count for item in standing.chosen}
        for _ in range(TRIES):
            chosen = self._chosen(standing, rooms)
            if not chosen:
                break
            told = timetable(quick, chosen)
            if told.timed is not None:
                found = Standing.of(self.case, self.equity, chosen, told.timed)
                return found if found.better_than(standing) else standing
            self.cuts.extend(cut for cut in told.proved if cut not in self.cuts)
            fitted = self.fitter.fit(chosen, self.cuts)
            if fitted is not None and fitted.better_than(standing):
                return fitted
            # What is refused stays as it is in this pass, so that the rest can go ahead.
            refused = named_in((*told.proved, *told.steering))
            grown = {c.option.id for c in chosen if c.truck_count > now.get(c.option.id, 0)} & refused
            rooms = {
                name: now.get(name, 0) if name in grown or not grown else room
                for name, room in rooms.items()
                if name in now or (grown and name not in grown)
            }
        return standing

    def _open_options(self, standing: Standing) -> list[Option]:
        """Return the standing options and those of one site that no other convoy visits that day.

        Tours stay as they are: how their trucks are spread over the stops moves their hours.
        """
        standing_now = {item.option.id for item in standing.chosen}
        visited = {(site, item.option.day) for item in standing.chosen for site in item.option.sites}
        looked_at = None if self.narrow is None else self.narrow(frozenset(standing_now)) | standing_now
        return [
            option
            for option in self.case.options
            if (looked_at is None or option.id in looked_at)
            and (option.id in standing_now or (len(option.sites) == 1 and (option.sites[0], option.day) not in visited))
        ]

    def _chosen(self, standing: Standing, rooms: dict[OptionId, int]) -> tuple[Chosen, ...]:
        """Return the best choice within the room there is; empty if none is better."""
        case, cuts = self.case, self.cuts
        limits = replace(self.deadline.limits(), mip_nodes=NODES if self.narrow is None else FEW_NODES)
        options = [option for option in case.options if option.id in rooms]
        # Loads are stated apart once trucks are chosen; until then a large case takes a third of the columns.
        full = full_model(
            case, options, cuts, self._held(standing), whole_trucks=True, whole_units=False,
            pooled=len(case.options) > WIDE_UP_TO,
        )  # fmt: skip
        self._one_change_at_a_place(full, standing, rooms)
        reached, fair = self._fairest(full, standing, limits)
        best = self._dearest(full, fair | {item.option.id for item in standing.chosen}, limits)
        if not best.found or not (reached > standing.saved or best.objective > standing.value * (1 + A_GAIN)):
            return ()
        kept = replace(self.equity, saved=tuple(zip(self.thresholds, reached, strict=True)))
        loaded, whole = whole_loads(case, kept, cuts, limits, full, best)
        return read_chosen(case, loaded, whole) if whole.found else ()

    def _dearest(self, full: FullModel, known: frozenset[OptionId], limits: Limits) -> highs.Solved:
        """Bring most, choosing among convoys known to be possible and those that the linear relaxation makes use of."""
        seed = self.case.snapshot.seed
        full.model.setObjective(full.assistance)
        loose = highs.solve(full.model, limits, seed=seed, relaxed=True)
        for name, runs in full.visits.runs.items() if loose.found else ():
            if name not in known and loose.value(runs) < A_TRACE:
                runs.upBound = 0
        return highs.solve(full.model, limits, seed=seed, gap=WIDE_GAP)

    def _one_change_at_a_place(self, full: FullModel, standing: Standing, rooms: dict[OptionId, int]) -> None:
        """Let at most one convoy be new or larger at each gate, hub and lane of a day: the room is then enough."""
        now, model = {item.option.id: item for item in standing.chosen}, full.model
        changes: dict[tuple[str, str, int], list[pulp.LpVariable]] = defaultdict(list)
        for number, option in enumerate(full.visits.options):
            total, room = full.visits.truck_sum(option), rooms[option.id]
            change = full.visits.runs[option.id]
            if option.id in now:
                trucks = now[option.id].truck_count
                change = model.add_variable(f"larger_{number:05}", cat=pulp.LpBinary)
                model += total <= trucks + (room - trucks) * change
                for stop, standing_there in enumerate(now[option.id].trucks if len(option.sites) > 1 else ()):
                    there = pulp.lpSum(full.visits.trucks[option.id, stop].values())
                    model += there == sum(standing_there.values()) * full.visits.runs[option.id]
            else:
                model += total <= room
            for place in sorted(self.rooms.shared(option, room)):
                changes[place].append(change)
        for _, columns in sorted(changes.items()):
            model += pulp.lpSum(columns) <= 1

    # ------------------------------------------------------------------------------------------------ levels

    def _held(self, standing: Standing) -> list[tuple[int, int]]:
        """Return the levels that may not fall: all before the first that is below what was proved possible."""
        open_from = self._first_open(standing)
        return [
            (threshold, days if place < open_from else 0)
            for place, (threshold, days) in enumerate(zip(self.thresholds, standing.saved, strict=True))
        ]

    def _as_asked(self, place: int, days: int) -> int:
        """Return the days that count at a level: where days may be given up for value, no more than are asked."""
        most = self.equity.saved[place][1] if self.case.snapshot.policy.equity_tolerance > 0 else days
        return max(0, min(days, most))

    def _first_open(self, standing: Standing) -> int:
        proved = [days for _, days in self.equity.saved]
        return next((place for place, days in enumerate(standing.saved) if days < proved[place]), len(proved))

    def _fairest(
        self, full: FullModel, standing: Standing, limits: Limits
    ) -> tuple[tuple[int, ...], frozenset[OptionId]]:
        """Raise one level after the other, worst first, each kept as a row; return what they reach, and by whom."""
        model, reached = full.model, list(standing.saved)
        fair: frozenset[OptionId] = frozenset()
        for place in range(self._first_open(standing), len(reached)):
            saving = savings(self.case, full.visits.options, self.thresholds[place])
            days = pulp.lpSum(n * full.first[visit] for visit, n in saving.items() if visit in full.first)
            model.setObjective(days)
            if reached[:place] == list(standing.saved[:place]):
                loose = highs.solve(model, limits, seed=self.case.snapshot.seed, relaxed=True)
                if loose.found and loose.bound < standing.saved[place] + WHOLE_DAYS:
                    model += days >= standing.saved[place] - 0.5
                    continue
            best = highs.solve(model, limits, seed=self.case.snapshot.seed, abs_gap=WHOLE_DAYS)
            reached[place] = self._as_asked(place, round(best.objective)) if best.found else 0
            fair = frozenset(name for name, runs in full.visits.runs.items() if best.found and best.whole(runs))
            model += days >= reached[place] - 0.5
        return tuple(reached), fair
