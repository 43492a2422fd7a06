"""The equity levels without trucks to choose: each visit has the fewest it could have, all as large as the largest.

Every plan that the levels allow is one of this model, whose bounds therefore hold for them; it has a third of the
columns, and where its visits can be made with real trucks, they are the answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import pulp

from planner.domain.needs import CommodityId
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.domain.supply import TruckType, TruckTypeId
from planner.solvers.case import Case
from planner.solvers.counting import Saving, add_counts, total
from planner.solvers.cpsat import solve_whole
from planner.solvers.highs import Solved
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import AnyCut, Stop, Trucks, Visits, add_cuts, add_day_rows, add_stock
from planner.solvers.stated import Stated


class Lean:
    """The model of all levels, stated once; visits are opened and levels are kept as in the model with trucks."""

    def __init__(self, case: Case, options: Sequence[Option], cuts: Iterable[AnyCut]) -> None:
        """State visits and the trucks that they need at least; no cut may speak of single stops."""
        self.case = Case(_with_largest(case.snapshot), options)
        self._last: Mapping[str, float] | None = None
        model = self.model = pulp.LpProblem("lean", pulp.LpMaximize)
        runs = {o.id: model.add_variable(f"run_{i:05}", cat=pulp.LpBinary) for i, o in enumerate(options)}
        self.visits = Visits(options=tuple(options), runs=runs, trucks={})
        self.counts = add_counts(model, self.case, self.visits)
        trucks: dict[Stop, dict[TruckTypeId, Trucks]] = {}
        for option in options:
            trucks |= {(option.id, stop): {} for stop in range(len(option.sites))}
            ((kind, _),) = self.case.truck_types(option)
            trucks[option.id, 0] = {kind: self._fewest(option)}
        self.visits = replace(self.visits, trucks=trucks)
        add_day_rows(model, self.case, self.visits)
        self._add_stock()
        add_cuts(model, self.visits, cuts)
        self._stated = Stated(model)

    def _fewest(self, option: Option) -> Trucks:
        """Return the trucks that a convoy's food fills at least, and no fewer than a convoy has."""
        ((kind, _),) = self.case.truck_types(option)
        largest, runs = self.case.snapshot.truck_types[kind], self.visits.runs[option.id]
        least = max(self.case.snapshot.policy.min_trucks, len(option.sites))
        filled = {
            stop: max(-(-food.kg // largest.payload_kg), -(-food.litres // largest.payload_l))
            for stop, site in enumerate(option.sites)
            if (food := self.case.minimums[option.id, stop]) is not None and (option.id, site) in self.counts
        }
        if self.counts.get((option.id, option.sites[0])) is runs:
            # It runs only to count: its trucks are known.
            fewest = max(least, *filled.values())
            if fewest > option.max_trucks:
                self.model += pulp.LpAffineExpression(runs) <= 0
            return pulp.LpAffineExpression({runs: fewest})
        return self._column(option, least, filled)

    def _column(self, option: Option, least: int, filled: Mapping[int, int]) -> Trucks:
        """Return the trucks of a convoy that may count at some of its stops only, or at none."""
        model, runs = self.model, self.visits.runs[option.id]
        column = model.add_variable(f"trucks_{option.id}", 0, option.max_trucks, pulp.LpInteger)
        counted = {stop: trucks * self.counts[option.id, option.sites[stop]] for stop, trucks in filled.items()}
        for stop, trucks in counted.items() if option.stop_caps else ():
            model += trucks <= option.stop_caps[stop] * runs
        model += column >= least * runs
        model += column >= pulp.lpSum(counted.values())
        model += column <= option.max_trucks * runs
        return column

    def _add_stock(self) -> None:
        demands: dict[tuple[OptionId, CommodityId], list[pulp.LpAffineExpression]] = defaultdict(list)
        for (name, site), counted in self.counts.items():
            stop = self.case.by_id[name].sites.index(site)
            least = self.case.minimums[name, stop]
            for commodity, units in (least.units or {}).items() if least is not None else ():
                demands[name, commodity].append(units * counted)
        add_stock(self.model, self.case, {key: pulp.lpSum(parts) for key, parts in demands.items()}, whole_units=False)

    def keep(self, saving: Saving, least: float) -> None:
        """Let no later level save less here."""
        self.model += total(self.counts, saving) >= least

    def solve(self, saving: Saving, opened: Collection[OptionId], limits: Limits) -> Solved:
        """Return the most that visits could save, and by which."""
        self.model.setObjective(total(self.counts, saving))
        for name, runs in self.visits.runs.items():
            runs.upBound = int(name in opened)
        found = solve_whole(self._stated, limits, seed=self.case.snapshot.seed, start=self._last)
        # What was best at the level before is where to look first.
        self._last = found.values if found.found else self._last
        return found

    def made(self, solved: Solved) -> frozenset[OptionId]:
        """Return the visits of an answer."""
        return frozenset(name for name, runs in self.visits.runs.items() if solved.whole(runs))


def _with_largest(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with one kind of truck at each hub: as many as all kinds there, each as large as any."""
    kinds: dict[str, TruckType] = {}
    for fleet in snapshot.fleets:
        own, name = snapshot.truck_types[fleet.truck_type], f"largest@{fleet.hub}"
        known = kinds.get(name, own)
        kg, litres = max(known.payload_kg, own.payload_kg), max(known.payload_l, own.payload_l)
        kinds[name] = replace(known, id=name, payload_kg=kg, payload_l=litres)
    fleets = tuple(replace(fleet, truck_type=f"largest@{fleet.hub}") for fleet in snapshot.fleets)
    return replace(snapshot, truck_types=kinds, fleets=fleets)
