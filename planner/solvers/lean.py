"""The equity levels without trucks to choose: each visit has the fewest it could have, all as large as the largest.

Every plan that the levels allow is one of this model, whose bounds therefore hold for them; it has a third of the
columns, and where its visits can be made with real trucks, they are the answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import pulp

from planner.domain.needs import CommodityId
from planner.domain.policy import Limits
from planner.domain.snapshot import Snapshot
from planner.domain.supply import TruckType
from planner.solvers import highs
from planner.solvers.case import Case
from planner.solvers.counting import Saving, add_counts, total
from planner.solvers.option import Option, OptionId
from planner.solvers.rows import AnyCut, Visits, add_cuts, add_day_rows, add_stock
from planner.solvers.stated import Stated


class Lean:
    """The model of all levels, stated once; visits are opened and levels are kept as in the model with trucks."""

    def __init__(self, case: Case, options: Sequence[Option], cuts: Iterable[AnyCut], abs_gap: float) -> None:
        """State visits and the trucks that they need at least; no cut may speak of single stops."""
        self.case, self._abs_gap = Case(_with_largest(case.snapshot), options), abs_gap
        model = self.model = pulp.LpProblem("lean", pulp.LpMaximize)
        runs = {o.id: model.add_variable(f"run_{i:05}", cat=pulp.LpBinary) for i, o in enumerate(options)}
        self.visits = Visits(options=tuple(options), runs=runs, trucks={})
        self.counts = add_counts(model, self.case, self.visits)
        trucks: dict[tuple[OptionId, int], dict[str, pulp.LpVariable]] = {}
        for number, option in enumerate(options):
            column = model.add_variable(f"trucks_{number:05}", 0, option.max_trucks)
            trucks |= {(option.id, stop): {} for stop in range(len(option.sites))}
            trucks[option.id, 0] = {kind: column for kind, _ in self.case.truck_types(option)}
            self._add_fewest(option, column)
        self.visits = replace(self.visits, trucks=trucks)
        add_day_rows(model, self.case, self.visits)
        self._add_stock()
        add_cuts(model, self.visits, cuts)
        self._stated = Stated(model)

    def _add_fewest(self, option: Option, column: pulp.LpVariable) -> None:
        """Give a convoy as many trucks as its food fills at least, and no fewer than a convoy has."""
        model, runs, types = self.model, self.visits.runs[option.id], self.case.snapshot.truck_types
        largest = types[self.case.truck_types(option)[0][0]]
        filled = []
        for stop, site in enumerate(option.sites):
            least = self.case.minimums[option.id, stop]
            if least is None or (option.id, site) not in self.counts:
                continue
            trucks = max(least.kg / largest.payload_kg, least.litres / largest.payload_l)
            filled.append(trucks * self.counts[option.id, site])
            if option.stop_caps:
                model += filled[-1] <= option.stop_caps[stop] * runs
        model += column >= max(self.case.snapshot.policy.min_trucks, len(option.sites)) * runs
        model += column >= pulp.lpSum(filled)
        model += column <= option.max_trucks * runs

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

    def solve(self, saving: Saving, opened: Collection[OptionId], limits: Limits) -> highs.Solved:
        """Return the most that visits could save, and by which."""
        self.model.setObjective(total(self.counts, saving))
        for name, runs in self.visits.runs.items():
            runs.upBound = int(name in opened)
        return highs.solve(self._stated, limits, seed=self.case.snapshot.seed, abs_gap=self._abs_gap)

    def made(self, solved: highs.Solved) -> frozenset[OptionId]:
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
